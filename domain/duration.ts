/** ISO 8601 durations and deadlines, in calendar arithmetic of a zone. Instants are milliseconds since the epoch. */
import type { Deadline, IsoDuration } from './programme.ts'
import { addDays, addMonths, instantOf, isLocalDate, localTime } from './zone.ts'

/**
 * A duration in the three units that do not convert into each other: a month has no fixed number of days, and a day is not
 * always 24 hours. Years are 12 months, weeks 7 days, hours and minutes elapsed time.
 */
export interface Duration {
  readonly months: number
  readonly days: number
  readonly milliseconds: number
}

export type ParsedDuration =
  { readonly ok: true; readonly duration: Duration } | { readonly ok: false; readonly problem: string }

const DURATION =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,3}))?S)?)?$/
const LOCAL_DATE_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/

const DAY_MS = 86_400_000
/** No rule of a programme reaches further, and every sum of an instant and a duration stays a date. */
const LONGEST_DAYS = 36_600

/** Reads an ISO 8601 duration; only seconds may have a fraction, to the millisecond. `problem` says what is wrong with it. */
export function parseDuration(text: string): ParsedDuration {
  const match = DURATION.exec(text)
  if (match === null || text === 'P') return { ok: false, problem: whyNotDuration(text) }
  const part = (group: number) => Number(match[group] ?? 0)
  const duration = {
    months: part(1) * 12 + part(2),
    days: part(3) * 7 + part(4),
    milliseconds: ((part(5) * 60 + part(6)) * 60 + part(7)) * 1000 + Number((match[8] ?? '0').padEnd(3, '0')),
  }
  if (roughDays(duration) > LONGEST_DAYS) return { ok: false, problem: `"${text}" is longer than 100 years` }
  return { ok: true, duration }
}

function whyNotDuration(text: string): string {
  if (/^P.*\d[.,]\d+[YMWDH]/.test(text)) return `"${text}": only seconds may have a fraction`
  if (/^[+-]/.test(text)) return `"${text}": a duration has no sign`
  return `"${text}" is not an ISO 8601 duration such as P30D, P1M or PT10S`
}

/** True for `PT0S` and its like. */
export function isZeroDuration(duration: Duration): boolean {
  return duration.months === 0 && duration.days === 0 && duration.milliseconds === 0
}

/** About how long it is, in days, for comparing two rules; never for computing an instant. */
export function roughDays(duration: Duration): number {
  return duration.months * 30.5 + duration.days + duration.milliseconds / DAY_MS
}

/**
 * The instant a duration after another, by the zone's calendar: months first (31 January and P1M is the last of February),
 * then days, the wall clock kept, then elapsed time. Throws `RangeError` on a text that is no duration: programmes are
 * checked before they are published.
 */
export function addDuration(fromMs: number, text: IsoDuration, zone: string): number {
  const parsed = parseDuration(text)
  if (!parsed.ok) throw new RangeError(parsed.problem)
  const { months, days, milliseconds } = parsed.duration
  if (months === 0 && days === 0) return fromMs + milliseconds
  const local = localTime(zone, fromMs)
  return instantOf(zone, { date: addDays(addMonths(local.date, months), days), timeMs: local.timeMs }) + milliseconds
}

/** A deadline is a local date-time without zone (`2027-12-15T23:59:59`) or a duration; `undefined` when the text is neither. */
export function deadlineKind(text: string): 'date-time' | 'duration' | undefined {
  if (parseLocalDateTime(text) !== undefined) return 'date-time'
  return parseDuration(text).ok ? 'duration' : undefined
}

/**
 * The instant at which a deadline passes: a duration counts from `fromMs`, a local date-time is the same for everybody (and may
 * already have passed). Throws `RangeError` on a text that is neither.
 */
export function deadlineAfter(fromMs: number, deadline: Deadline, zone: string): number {
  const local = parseLocalDateTime(deadline)
  return local === undefined ? addDuration(fromMs, deadline, zone) : instantOf(zone, local)
}

function parseLocalDateTime(text: string): { date: string; timeMs: number } | undefined {
  const match = LOCAL_DATE_TIME.exec(text)
  if (match === null) return undefined
  const [, date = '', hours = '', minutes = '', seconds = '0'] = match
  if (!isLocalDate(date) || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  return { date, timeMs: ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 }
}
