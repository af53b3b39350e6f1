import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addWorkingDays, isWorkingDay, nextBusinessInstant, releaseInstant } from '../../domain/calendar.ts'
import type { Calendar } from '../../domain/programme.ts'
import {
  addMonths,
  endOfLocalDay,
  instantOf,
  isLocalDate,
  isZone,
  localDate,
  localTime,
  startOfLocalDay,
  weekdayOf,
  yearsBetween,
  zoneOffset,
} from '../../domain/zone.ts'
import { shippedProgramme } from '../../programmes/index.ts'

const JAKARTA = 'Asia/Jakarta'
const HOUR = 3_600_000
const at = (text: string) => Date.parse(text)
const wib = (ms: number) => new Date(ms + 7 * HOUR).toISOString().slice(0, 16)
const office: Calendar = {
  kind: 'working-days',
  weekdays: [1, 2, 3, 4, 5],
  holidays: ['2026-12-24', '2026-12-25'],
  opens: '08:00',
  cutOff: '15:00',
}
const always: Calendar = { ...office, kind: 'always' }
const instants = fc.integer({ min: at('2000-01-01T00:00:00Z'), max: at('2100-01-01T00:00:00Z') })

describe('zones', () => {
  it('knows the three zones of Indonesia', () => {
    expect(['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'].map((zone) => zoneOffset(zone, 0) / HOUR)).toEqual([
      7, 8, 9,
    ])
    expect(zoneOffset('America/New_York', at('2026-01-01T00:00:00Z')) / HOUR).toBe(-5)
    expect(zoneOffset('UTC', 0)).toBe(0)
  })

  it('takes names of zones only', () => {
    expect(['Asia/Jakarta', 'UTC', 'Etc/GMT+7'].every(isZone)).toBe(true)
    expect(['', '+07:00', 'WIB!', 'Asia/Atlantis', 'asia jakarta', '../etc'].some(isZone)).toBe(false)
  })

  it('dates business by the local day: 23:30 UTC is tomorrow in Jakarta', () => {
    expect(localDate(JAKARTA, at('2026-12-14T23:30:00Z'))).toBe('2026-12-15')
    expect(localDate('Asia/Jayapura', at('2026-12-14T14:59:59Z'))).toBe('2026-12-14')
  })

  it('ends a local day on its last millisecond', () => {
    expect(new Date(endOfLocalDay(JAKARTA, '2027-12-15')).toISOString()).toBe('2027-12-15T16:59:59.999Z')
    expect(endOfLocalDay(JAKARTA, '2027-12-15') + 1).toBe(startOfLocalDay(JAKARTA, '2027-12-16'))
  })

  it('reads back every local time it shows, in a zone that never changes', () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(JAKARTA, 'Asia/Makassar', 'Asia/Jayapura'), (ms, zone) => {
        expect(instantOf(zone, localTime(zone, ms))).toBe(ms)
      }),
    )
  })

  it('takes the first of two equal readings when clocks go back', () => {
    const reading = { date: '2026-10-25', timeMs: 2.5 * HOUR }
    expect(new Date(instantOf('Europe/Berlin', reading)).toISOString()).toBe('2026-10-25T00:30:00.000Z')
  })

  it('knows dates, weekdays and ages', () => {
    expect(isLocalDate('2028-02-29')).toBe(true)
    expect(['2027-02-29', '2027-13-01', '2027-1-1', '27-01-01', ''].some(isLocalDate)).toBe(false)
    expect([weekdayOf('2026-11-22'), weekdayOf('2026-11-23'), weekdayOf('1969-12-31')]).toEqual([7, 1, 3])
    expect(addMonths('2026-12-31', 2)).toBe('2027-02-28')
    expect(yearsBetween('2008-11-22', '2026-11-21')).toBe(17)
    expect(yearsBetween('2008-11-22', '2026-11-22')).toBe(18)
    expect(yearsBetween('2008-02-29', '2026-02-28')).toBe(17)
  })
})

describe('working days', () => {
  it('leaves an instant inside the window where it is', () => {
    const monday = at('2026-11-23T10:00:00+07:00')
    expect(nextBusinessInstant(office, JAKARTA, monday)).toBe(monday)
    expect(nextBusinessInstant(always, JAKARTA, at('2026-11-22T03:00:00+07:00'))).toBe(at('2026-11-22T03:00:00+07:00'))
  })

  it.each([
    ['before opening', '2026-11-23T07:59:59+07:00', '2026-11-23T08:00'],
    ['at the cut-off', '2026-11-23T15:00:00+07:00', '2026-11-24T08:00'],
    ['on Friday evening', '2026-11-27T18:00:00+07:00', '2026-11-30T08:00'],
    ['on Sunday', '2026-11-22T10:00:00+07:00', '2026-11-23T08:00'],
    ['on Christmas eve, before a weekend', '2026-12-24T10:00:00+07:00', '2026-12-28T08:00'],
  ])('waits for the next opening %s', (_, from, to) => {
    expect(wib(nextBusinessInstant(office, JAKARTA, at(from)))).toBe(to)
  })

  it('counts working days over weekends and holidays, local time kept', () => {
    expect(wib(addWorkingDays(office, JAKARTA, at('2026-11-26T16:20:00+07:00'), 3))).toBe('2026-12-01T16:20')
    expect(wib(addWorkingDays(office, JAKARTA, at('2026-12-23T09:00:00+07:00'), 1))).toBe('2026-12-28T09:00')
    expect(addWorkingDays(office, JAKARTA, 5, 0)).toBe(5)
  })

  it('hands a payout over three working days after it was due, inside the window', () => {
    expect(wib(releaseInstant(office, JAKARTA, at('2026-11-26T16:20:00+07:00'), 'P3D'))).toBe('2026-12-02T08:00')
    expect(wib(releaseInstant(office, JAKARTA, at('2026-11-26T09:00:00+07:00'), 'PT2H'))).toBe('2026-11-26T11:00')
    expect(wib(releaseInstant(always, JAKARTA, at('2026-11-28T09:00:00+07:00'), 'P3D'))).toBe('2026-12-01T09:00')
  })

  it('refuses a calendar that never works instead of searching for ever', () => {
    expect(() => nextBusinessInstant({ ...office, weekdays: [] }, JAKARTA, 0)).toThrow('no working day')
  })

  it('opens at or after the asked instant, on a working day, inside the window, and once only', () => {
    fc.assert(
      fc.property(instants, (from) => {
        const open = nextBusinessInstant(office, JAKARTA, from)
        const local = localTime(JAKARTA, open)
        expect(open).toBeGreaterThanOrEqual(from)
        expect(isWorkingDay(office, local.date)).toBe(true)
        expect(local.timeMs).toBeGreaterThanOrEqual(8 * HOUR)
        expect(local.timeMs).toBeLessThan(15 * HOUR)
        expect(nextBusinessInstant(office, JAKARTA, open)).toBe(open)
      }),
    )
  })

  it('adds working days one by one or all together alike', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 }), (from, a, b) => {
        const twice = addWorkingDays(office, JAKARTA, addWorkingDays(office, JAKARTA, from, a), b)
        expect(twice).toBe(addWorkingDays(office, JAKARTA, from, a + b))
      }),
    )
  })

  it('pays nobody during Lebaran 2026 in the programmes of Prakerja', () => {
    const { calendar, zone } = shippedProgramme('prakerja-2023')
    expect(wib(nextBusinessInstant(calendar, zone, at('2026-03-18T10:00:00+07:00')))).toBe('2026-03-25T08:00')
  })
})
