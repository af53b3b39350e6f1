/**
 * Instants and local time of an IANA zone. Instants are milliseconds since the epoch; local dates are `YYYY-MM-DD`.
 * Only `Intl` knows the zones, so every rule change of a country arrives with the runtime.
 */
const DAY_MS = 86_400_000

/** A wall clock reading: what a calendar and a clock on the wall show, without saying where. */
export interface LocalTime {
  /** `YYYY-MM-DD` */
  readonly date: string
  /** Milliseconds since local midnight, as the clock counts them. */
  readonly timeMs: number
}

/** Making a formatter costs a thousand times more than using one. */
const formatters = new Map<string, Intl.DateTimeFormat>()

/** Throws `RangeError` on a zone that does not exist. */
function offsetFormatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  formatters.set(zone, made)
  return made
}

/** True for the name of an IANA zone, such as `Asia/Makassar`; a bare offset such as `+07:00` is none. */
export function isZone(text: string): boolean {
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(text)) return false
  try {
    offsetFormatter(text)
    return true
  } catch {
    return false
  }
}

/** How far local time is ahead of UTC at an instant, in milliseconds: 25,200,000 in Asia/Jakarta. Throws on an unknown zone. */
export function zoneOffset(zone: string, atMs: number): number {
  const shown = offsetFormatter(zone).format(atMs)
  const match = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(shown)
  if (match === null) throw new RangeError(`no offset of ${zone} in ${shown}`)
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -size : size
}

/** What calendar and clock show in the zone at an instant. */
export function localTime(zone: string, atMs: number): LocalTime {
  const shifted = atMs + zoneOffset(zone, atMs)
  const days = Math.floor(shifted / DAY_MS)
  return { date: dateText(days), timeMs: shifted - days * DAY_MS }
}

/** The local date of an instant: the business date of whatever happened then. */
export function localDate(zone: string, atMs: number): string {
  return localTime(zone, atMs).date
}

/**
 * The instant of a wall clock reading. A reading that comes twice (clocks set back) is the first one; one that never comes
 * (clocks set forward) moves forward by the gap, as RFC 5545 and Temporal do.
 */
export function instantOf(zone: string, local: LocalTime): number {
  const wall = dayNumber(local.date) * DAY_MS + local.timeMs
  const before = zoneOffset(zone, wall - DAY_MS)
  const after = zoneOffset(zone, wall + DAY_MS)
  const candidates = [wall - before, wall - after].filter((at) => at + zoneOffset(zone, at) === wall)
  return candidates.length === 0 ? wall - before : Math.min(...candidates)
}

/** The first instant of a local date. */
export function startOfLocalDay(zone: string, date: string): number {
  return instantOf(zone, { date, timeMs: 0 })
}

/** The last millisecond of a local date: a deadline "until 15 December" ends here. */
export function endOfLocalDay(zone: string, date: string): number {
  return startOfLocalDay(zone, addDays(date, 1)) - 1
}

/** A calendar date that exists, `YYYY-MM-DD`, year 1000 to 9999. */
export function isLocalDate(text: string): boolean {
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(text)) return false
  const days = Date.parse(`${text}T00:00:00Z`) / DAY_MS
  // A day the month does not have is read as one of the next month, a month above 12 not at all.
  return Number.isInteger(days) && dateText(days) === text
}

/** Adds days to a local date. Throws when the date does not exist. */
export function addDays(date: string, days: number): string {
  return dateText(dayNumber(date) + days)
}

/** Adds months to a local date; a day the month does not have becomes its last one. Throws when the date does not exist. */
export function addMonths(date: string, months: number): string {
  dayNumber(date)
  const month = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months
  const first = Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY_MS
  const last = Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0) / DAY_MS
  return dateText(Math.min(first + Number(date.slice(8)) - 1, last))
}

/** ISO weekday of a local date, Monday 1. */
export function weekdayOf(date: string): number {
  return ((((dayNumber(date) + 3) % 7) + 7) % 7) + 1
}

/** Completed years from one local date to another: the age of a person. A birthday on 29 February is kept on 1 March. */
export function yearsBetween(from: string, to: string): number {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4))
  return to.slice(5) < from.slice(5) ? years - 1 : years
}

/** Days since 1 January 1970. */
function dayNumber(date: string): number {
  const days = Date.parse(`${date}T00:00:00Z`) / DAY_MS
  if (!Number.isInteger(days)) throw new RangeError(`${date} is not a date`)
  return days
}

function dateText(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10)
}
