import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDuration, deadlineAfter, deadlineKind, isZeroDuration, parseDuration } from '../../domain/duration.ts'
import { localTime } from '../../domain/zone.ts'

const JAKARTA = 'Asia/Jakarta'
const at = (text: string) => Date.parse(text)
const shown = (ms: number) => new Date(ms).toISOString()

describe('durations', () => {
  it.each([
    ['P1M', { months: 1, days: 0, milliseconds: 0 }],
    ['P1Y2M', { months: 14, days: 0, milliseconds: 0 }],
    ['P2W', { months: 0, days: 14, milliseconds: 0 }],
    ['P15D', { months: 0, days: 15, milliseconds: 0 }],
    ['PT36H', { months: 0, days: 0, milliseconds: 36 * 3_600_000 }],
    ['PT1M', { months: 0, days: 0, milliseconds: 60_000 }],
    ['PT0.25S', { months: 0, days: 0, milliseconds: 250 }],
    ['P1DT2H3M4S', { months: 0, days: 1, milliseconds: 7_384_000 }],
  ])('reads %s', (text, duration) => {
    expect(parseDuration(text)).toEqual({ ok: true, duration })
  })

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    '1D',
    'P1',
    'P-1D',
    '-P1D',
    '+P1D',
    'P1.5D',
    'PT1.5H',
    'P1H',
    'PT1D',
    'P1D1M',
    ' P1D',
    'P1D\n',
    'p1d',
    'PT1.1234S',
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false })
  })

  it('says what is wrong with a fraction, a sign and a length beyond reason', () => {
    expect(parseDuration('P1.5M')).toEqual({ ok: false, problem: '"P1.5M": only seconds may have a fraction' })
    expect(parseDuration('-P1D')).toEqual({ ok: false, problem: '"-P1D": a duration has no sign' })
    expect(parseDuration('P99999999999Y')).toEqual({ ok: false, problem: '"P99999999999Y" is longer than 100 years' })
  })

  it('tells nothing from something', () => {
    const zero = parseDuration('P0DT0S')
    expect(zero.ok && isZeroDuration(zero.duration)).toBe(true)
  })

  it('adds a month to 31 January as the last day of February, local time kept', () => {
    expect(shown(addDuration(at('2027-01-31T09:30:00+07:00'), 'P1M', JAKARTA))).toBe('2027-02-28T02:30:00.000Z')
    expect(shown(addDuration(at('2028-01-31T09:30:00+07:00'), 'P1M', JAKARTA))).toBe('2028-02-29T02:30:00.000Z')
    expect(shown(addDuration(at('2028-02-29T00:00:00+07:00'), 'P1Y', JAKARTA))).toBe('2029-02-27T17:00:00.000Z')
  })

  it('counts days by the local date, not by that of Greenwich', () => {
    // 23:30 on 31 January in Jayapura is 14:30 UTC, still 31 January; 01:00 on 1 February there is 31 January in Greenwich.
    expect(shown(addDuration(at('2026-02-01T01:00:00+09:00'), 'P1M', 'Asia/Jayapura'))).toBe('2026-02-28T16:00:00.000Z')
  })

  it('keeps the wall clock when clocks change and elapsed time when hours are asked for', () => {
    const eve = at('2026-03-28T12:00:00+01:00')
    expect(shown(addDuration(eve, 'P1D', 'Europe/Berlin'))).toBe('2026-03-29T10:00:00.000Z')
    expect(shown(addDuration(eve, 'PT24H', 'Europe/Berlin'))).toBe('2026-03-29T11:00:00.000Z')
    // 02:30 does not exist on that night and becomes 03:30 summer time.
    expect(shown(addDuration(at('2026-03-28T02:30:00+01:00'), 'P1D', 'Europe/Berlin'))).toBe('2026-03-29T01:30:00.000Z')
  })

  it('throws on a text that no programme check would have let through', () => {
    expect(() => addDuration(0, 'tomorrow', JAKARTA)).toThrow(RangeError)
  })

  it('has a normal form: reading what was written gives the same duration', () => {
    const part = fc.integer({ min: 0, max: 99 })
    const parts = fc.tuple(part, part, part, part, part, part, part)
    fc.assert(
      fc.property(parts, ([years, months, weeks, days, hours, minutes, seconds]) => {
        const text = `P${years % 50}Y${months}M${weeks}W${days}DT${hours}H${minutes}M${seconds}S`
        expect(parseDuration(text)).toEqual({
          ok: true,
          duration: {
            months: (years % 50) * 12 + months,
            days: weeks * 7 + days,
            milliseconds: ((hours * 60 + minutes) * 60 + seconds) * 1000,
          },
        })
      }),
    )
  })

  const instants = fc.integer({ min: at('1990-01-01T00:00:00Z'), max: at('2090-01-01T00:00:00Z') })

  it('never goes back, and lands on the same local time', () => {
    const zones = fc.constantFrom(JAKARTA, 'Asia/Makassar', 'Asia/Jayapura')
    fc.assert(
      fc.property(
        instants,
        zones,
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 400 }),
        (from, zone, months, days) => {
          const to = addDuration(from, `P${months}M${days}D`, zone)
          expect(to).toBeGreaterThanOrEqual(from)
          expect(localTime(zone, to).timeMs).toBe(localTime(zone, from).timeMs)
        },
      ),
    )
  })

  it('adds months within the month that was meant', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 60 }), (from, months) => {
        const [year = 0, month = 0, day = 0] = localTime(JAKARTA, from).date.split('-').map(Number)
        const [toYear = 0, toMonth = 0, toDay = 0] = localTime(JAKARTA, addDuration(from, `P${months}M`, JAKARTA))
          .date.split('-')
          .map(Number)
        expect(toYear * 12 + toMonth).toBe(year * 12 + month + months)
        expect(toDay).toBeLessThanOrEqual(day)
        if (day <= 28) expect(toDay).toBe(day)
      }),
    )
  })
})

describe('deadlines', () => {
  it('counts a duration from the start, and takes a local date-time as the same for everybody', () => {
    const from = at('2027-03-01T10:00:00+07:00')
    expect(shown(deadlineAfter(from, 'P15D', JAKARTA))).toBe('2027-03-16T03:00:00.000Z')
    expect(shown(deadlineAfter(from, '2027-12-15T23:59:59', JAKARTA))).toBe('2027-12-15T16:59:59.000Z')
    expect(shown(deadlineAfter(from, '2027-12-15T23:59', 'Asia/Jayapura'))).toBe('2027-12-15T14:59:00.000Z')
  })

  it('tells the two apart and refuses everything else', () => {
    expect(deadlineKind('P1M')).toBe('duration')
    expect(deadlineKind('2027-12-15T23:59:59')).toBe('date-time')
    for (const text of ['2027-02-29T10:00', '2027-12-15', '2027-12-15T24:00', '2027-12-15T23:59:59Z', 'soon']) {
      expect(deadlineKind(text)).toBeUndefined()
    }
  })
})
