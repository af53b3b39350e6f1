/**
 * When a programme works: the days and hours in which payouts are handed to gateways. A calendar of kind `always` has no
 * closed hours, so a demonstration runs at night too.
 */
import { addDuration, parseDuration } from './duration.ts'
import type { Calendar, IsoDuration } from './programme.ts'
import { addDays, addMonths, instantOf, localTime, weekdayOf } from './zone.ts'

/** Longer than any run of holidays; a search that goes on has met a calendar without working days. */
const SEARCH_DAYS = 400

/** True when the calendar works on a local date (`YYYY-MM-DD`). */
export function isWorkingDay(calendar: Calendar, date: string): boolean {
  if (calendar.kind === 'always') return true
  return calendar.weekdays.includes(weekdayOf(date)) && !calendar.holidays.includes(date)
}

/**
 * The first instant not before `atMs` at which payouts may be handed over: the same one inside an open window (from `opens`
 * until before `cutOff` of a working day), else the next opening. Throws `RangeError` on a calendar that never opens.
 */
export function nextBusinessInstant(calendar: Calendar, zone: string, atMs: number): number {
  if (calendar.kind === 'always') return atMs
  const local = localTime(zone, atMs)
  const opens = timeOf(calendar.opens)
  if (isWorkingDay(calendar, local.date)) {
    if (local.timeMs < opens) return instantOf(zone, { date: local.date, timeMs: opens })
    if (local.timeMs < timeOf(calendar.cutOff)) return atMs
  }
  return instantOf(zone, { date: nextWorkingDay(calendar, local.date), timeMs: opens })
}

/**
 * The instant `days` working days later at the same local time; counting starts with the day after. Zero is the same instant.
 * Throws `RangeError` on a calendar that never works.
 */
export function addWorkingDays(calendar: Calendar, zone: string, atMs: number, days: number): number {
  if (days === 0) return atMs
  const local = localTime(zone, atMs)
  let date = local.date
  for (let left = days; left > 0; left -= 1) date = nextWorkingDay(calendar, date)
  return instantOf(zone, { date, timeMs: local.timeMs })
}

/**
 * When what is due at `dueMs` is handed to a gateway: the days of `releaseAfter` are working days, and the hand-over is inside
 * an open window. With an `always` calendar it is plain elapsed time. Throws `RangeError` on a text that is no duration.
 */
export function releaseInstant(calendar: Calendar, zone: string, dueMs: number, releaseAfter: IsoDuration): number {
  if (calendar.kind === 'always') return addDuration(dueMs, releaseAfter, zone)
  const parsed = parseDuration(releaseAfter)
  if (!parsed.ok) throw new RangeError(parsed.problem)
  const { months, days, milliseconds } = parsed.duration
  const local = localTime(zone, dueMs)
  const moved = months === 0 ? dueMs : instantOf(zone, { date: addMonths(local.date, months), timeMs: local.timeMs })
  return nextBusinessInstant(calendar, zone, addWorkingDays(calendar, zone, moved, days) + milliseconds)
}

function nextWorkingDay(calendar: Calendar, date: string): string {
  let next = date
  for (let searched = 0; searched < SEARCH_DAYS; searched += 1) {
    next = addDays(next, 1)
    if (isWorkingDay(calendar, next)) return next
  }
  throw new RangeError(`the calendar has no working day after ${date}`)
}

/** Milliseconds since midnight of `HH:MM`. */
function timeOf(text: string): number {
  return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))) * 60_000
}
