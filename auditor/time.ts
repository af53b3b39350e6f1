/** Local dates, ISO 8601 durations and working hours, made anew: when something was due is recomputed and not read. */

const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

const SAID = /^(\d{4}-\d\d-\d\d)(?:T([01]\d|2[0-3]):([0-5]\d):[0-5]\d(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?)?$/

/** Local dates of what ISO 8601 says: a date, a time that a clock of the zone shows, or an instant; null when it is none of them. */
export function datesIn(zone: string): (text: string) => string | null {
  // A day has a million lines, and not many minutes.
  const known = new Map<string, string | null>()
  return (text) => {
    const [, day, hour = '', minute = '', offset] = SAID.exec(text) ?? []
    if (day === undefined || !isDate(day)) return null
    if (offset === undefined) return day
    const at = `${day}T${hour}:${minute}:00${offset}`
    const before = known.get(at)
    if (before !== undefined) return before
    if (known.size > 10_000) known.clear()
    const atMs = Date.parse(at)
    const date = Number.isNaN(atMs) ? null : new Date(wallOf(zone, atMs)).toISOString().slice(0, 10)
    known.set(at, date)
    return date
  }
}

function isDate(day: string): boolean {
  const atMs = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day)
}

/** A wall clock in a zone, as if it were UTC. */
function wallOf(zone: string, atMs: number): number {
  let format = formats.get(zone)
  if (!format) {
    const parts = {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    } as const
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...parts })
    formats.set(zone, format)
  }
  const shown = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]))
  const part = (name: Intl.DateTimeFormatPartTypes): number => Number(shown.get(name))
  const seconds = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return seconds + (((atMs % 1000) + 1000) % 1000)
}

/** The instant at which a wall clock shows this: the first of two, and after a gap as much later as the gap is long. */
function instantOf(zone: string, wall: number): number {
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((near) => wallOf(zone, near) - near)
  const instants = offsets.map((offset) => wall - offset).filter((at) => wallOf(zone, at) === wall)
  return instants.length > 0 ? Math.min(...instants) : wall - (offsets[0] ?? 0)
}

const DURATION =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,3}))?S)?)?$/

interface Length {
  readonly months: number
  readonly days: number
  readonly ms: number
}

function lengthOf(text: string): Length | undefined {
  const found = DURATION.exec(text)
  if (!found) return undefined
  const [years, months, weeks, days, hours, minutes, seconds] = found.slice(1, 8).map((part) => Number(part ?? 0))
  const fraction = Number((found[8] ?? '').padEnd(3, '0'))
  const clock = (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000 + fraction
  return { months: (years ?? 0) * 12 + (months ?? 0), days: (weeks ?? 0) * 7 + (days ?? 0), ms: clock }
}

/** Months first, to the last day of a short one; then days on the wall clock; then elapsed time. */
function later(zone: string, fromMs: number, { months, days, ms }: Length): number {
  if (months === 0 && days === 0) return fromMs + ms
  return instantOf(zone, addMonths(wallOf(zone, fromMs), months) + days * DAY_MS) + ms
}

function addMonths(wall: number, months: number): number {
  const at = new Date(wall)
  const first = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1))
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  first.setUTCDate(Math.min(at.getUTCDate(), last))
  return first.getTime() + (wall - Math.floor(wall / DAY_MS) * DAY_MS)
}

export function addDuration(fromMs: number, text: string, zone: string): number {
  const length = lengthOf(text)
  if (!length) throw new Error(`${text} is no duration`)
  return later(zone, fromMs, length)
}

/** Counts from the person's own dates, so that a hold moves it; a date is the same for everybody. */
export function isDuration(text: string): boolean {
  return lengthOf(text) !== undefined
}

/** When a deadline passes that is a duration, or a local date and time. */
export function deadlineOf(fromMs: number, text: string, zone: string): number {
  if (isDuration(text)) return addDuration(fromMs, text, zone)
  return instantOf(zone, Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`))
}

export interface Hours {
  readonly kind: string
  readonly weekdays: readonly number[]
  readonly holidays: readonly string[]
  readonly opens: string
  readonly cutOff: string
}

/** When what is due then may first be handed to a gateway: days of the wait are working days, and the hand-over is in working hours. */
export function releaseOf(hours: Hours, zone: string, dueMs: number, after: string): number {
  const length = lengthOf(after)
  if (!length) throw new Error(`${after} is no duration`)
  if (hours.kind === 'always') return later(zone, dueMs, length)
  let wall = wallOf(zone, length.months === 0 ? dueMs : later(zone, dueMs, { ...length, days: 0, ms: 0 }))
  for (let left = length.days; left > 0; left -= 1) wall = nextWorking(hours, wall)
  return nextOpen(hours, zone, instantOf(zone, wall) + length.ms)
}

/** The same instant in working hours, else the next opening. */
export function nextOpen(hours: Hours, zone: string, atMs: number): number {
  if (hours.kind === 'always') return atMs
  const wall = wallOf(zone, atMs)
  const midnight = Math.floor(wall / DAY_MS) * DAY_MS
  if (isWorking(hours, midnight)) {
    if (wall < midnight + clockOf(hours.opens)) return instantOf(zone, midnight + clockOf(hours.opens))
    if (wall < midnight + clockOf(hours.cutOff)) return atMs
  }
  return instantOf(zone, nextWorking(hours, midnight) + clockOf(hours.opens))
}

function nextWorking(hours: Hours, wall: number): number {
  for (let days = 1; days < 400; days += 1) if (isWorking(hours, wall + days * DAY_MS)) return wall + days * DAY_MS
  throw new Error('the calendar never works')
}

function isWorking({ weekdays, holidays }: Hours, wall: number): boolean {
  const at = new Date(wall)
  return (
    weekdays.includes(at.getUTCDay() === 0 ? 7 : at.getUTCDay()) && !holidays.includes(at.toISOString().slice(0, 10))
  )
}

function clockOf(text: string): number {
  const [hours, minutes] = text.split(':')
  return (Number(hours) * 60 + Number(minutes)) * 60_000
}
