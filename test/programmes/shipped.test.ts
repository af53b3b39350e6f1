import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { releaseInstant } from '../../domain/calendar.ts'
import { addDuration, deadlineAfter } from '../../domain/duration.ts'
import { formatMoney } from '../../domain/money.ts'
import { entitlementTotal, programmeTotal, type Programme } from '../../domain/programme.ts'
import { isShipped, SHIPPED_PROGRAMMES, shippedProgramme } from '../../programmes/index.ts'

const rupiah = (minor: bigint) => formatMoney({ minor, currency: 'IDR' })
const at = (text: string) => Date.parse(text)

/** When each tranche is paid for somebody rated at `ratedMs` who answers surveys `answers` and is paid `transferMs` after release. */
function paidAt(
  programme: Programme,
  ratedMs: number,
  answers: 'first' | 'last',
  transferMs: number,
): Map<string, number> {
  const paid = new Map<string, number>()
  for (const { code, trigger } of programme.tranches) {
    const base = trigger.kind === 'first-course-rated' ? ratedMs : (paid.get(trigger.tranche) ?? Number.NaN)
    let from = base
    if (trigger.kind === 'survey-answered') {
      const opens = Math.max(addDuration(base, trigger.opensAfter, programme.zone), ratedMs)
      from = answers === 'first' ? opens : deadlineAfter(opens, trigger.window, programme.zone)
    }
    const due = addDuration(from, trigger.after, programme.zone)
    paid.set(code, releaseInstant(programme.calendar, programme.zone, due, programme.payment.releaseAfter) + transferMs)
  }
  return paid
}

describe('the programmes that come with Lunas', () => {
  it('are all the files of the folder, each under its own code', () => {
    const files = readdirSync(new URL('../../programmes/', import.meta.url)).filter((file) => file.endsWith('.json'))
    expect(files.sort()).toEqual(SHIPPED_PROGRAMMES.map((code) => `${code}.json`).toSorted())
    for (const code of SHIPPED_PROGRAMMES) expect(shippedProgramme(code).code).toBe(code)
    expect([isShipped('demo'), isShipped('toString')]).toEqual([true, false])
  })

  it('give in 2020 a balance of Rp 1.000.000 and Rp 2.550.000 in seven payouts: Rp 3.550.000', () => {
    const programme = shippedProgramme('prakerja-2020')
    expect(rupiah(BigInt(programme.training.balance))).toBe('Rp 1.000.000')
    expect(rupiah(entitlementTotal(programme))).toBe('Rp 2.550.000')
    expect(rupiah(programmeTotal(programme))).toBe('Rp 3.550.000')
    expect(programme.tranches).toHaveLength(7)
  })

  it('give in 2023 a balance of Rp 3.500.000 and Rp 700.000 in three payouts: Rp 4.200.000', () => {
    const programme = shippedProgramme('prakerja-2023')
    expect(rupiah(BigInt(programme.training.balance))).toBe('Rp 3.500.000')
    expect(rupiah(entitlementTotal(programme))).toBe('Rp 700.000')
    expect(rupiah(programmeTotal(programme))).toBe('Rp 4.200.000')
    expect(programme.tranches).toHaveLength(3)
    expect(programme.training.courses.every((course) => course.hours >= 15)).toBe(true)
    expect(programmeTotal(shippedProgramme('demo'))).toBe(programmeTotal(programme))
  })

  it('send everything of 2020 by 15 December, also what the last day for surveys makes due', () => {
    const programme = shippedProgramme('prakerja-2020')
    const closing = at('2027-12-15T23:59:59+07:00')
    expect(deadlineAfter(0, programme.training.completeWithin, programme.zone)).toBe(closing)
    const sent = paidAt(programme, at('2027-07-31T23:00:00+07:00'), 'last', 0)
    for (const [code, instant] of sent) expect(instant, code).toBeLessThan(closing)
    for (const tranche of programme.tranches)
      expect(deadlineAfter(0, tranche.lapsesAfter, programme.zone)).toBe(closing)
  })

  it('close every survey of 2020 on 10 December, whenever it opened', () => {
    const programme = shippedProgramme('prakerja-2020')
    const windows = programme.tranches.flatMap(({ trigger }) =>
      trigger.kind === 'survey-answered' ? [trigger.window] : [],
    )
    expect(windows).toEqual(Array.from({ length: 3 }, () => '2027-12-10T23:59:59'))
  })

  it('pay in 2020 every month counted from the rating, about 45 days after joining for the first time', () => {
    // Rated on day 41 of the reference timeline: Monday 12 April 2027. Handed over two working days after each month's day.
    const paid = paidAt(shippedProgramme('prakerja-2020'), at('2027-04-12T10:00:00+07:00'), 'first', 0)
    const days = ['incentive-1', 'incentive-2', 'incentive-3', 'incentive-4'].map((code) =>
      new Date((paid.get(code) ?? 0) + 7 * 3_600_000).toISOString().slice(0, 10),
    )
    expect(days).toEqual(['2027-04-15', '2027-05-18', '2027-06-15', '2027-07-15'])
  })

  it('never let an incentive wait for another one', () => {
    for (const code of SHIPPED_PROGRAMMES) {
      const triggers = shippedProgramme(code).tranches.map(({ trigger }) => trigger.kind)
      expect(triggers).not.toContain('tranche-paid')
    }
  })

  it.each(['prakerja-2020', 'prakerja-2023'] as const)(
    'say of every value in %s whether it is published or ours',
    (code) => {
      const programme = shippedProgramme(code)
      const { eligibility, training, tranches, payment } = programme
      const values = [
        '/budgetLine',
        ...eligibility.map((_, index) => `/eligibility/${index}`),
        ...Object.keys(training).map((name) => `/training/${name}`),
        ...tranches.flatMap(({ trigger }, index) => [
          `/tranches/${index}/amount`,
          `/tranches/${index}/lapsesAfter`,
          ...(trigger.kind === 'survey-answered'
            ? ['tranche', 'opensAfter', 'window', 'after'].map((name) => `/tranches/${index}/trigger/${name}`)
            : [`/tranches/${index}/trigger`]),
        ]),
        ...Object.keys(payment).flatMap((name) => (name === 'release' ? [] : [`/payment/${name}`])),
      ]
      const noted = new Set(programme.notes?.map((note) => note.at))
      expect(values.filter((value) => !noted.has(value))).toEqual([])
    },
  )

  it('take the demonstration through a whole life in well under half a minute', () => {
    const paid = paidAt(shippedProgramme('demo'), 0, 'first', 3_000)
    expect(Math.max(...paid.values())).toBeLessThan(20_000)
  })
})
