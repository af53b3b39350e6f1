/** The end of a fiscal year: what lapses, what goes over, what goes back, and what a closed year still takes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { entitlementTotal } from '../../domain/programme.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import {
  AMOUNT,
  DAY,
  disbursementOf,
  NOON,
  OPERATOR,
  openWorld,
  refusal,
  seen,
  seenFailed,
  SILENCE,
  WAVE,
  YEAR,
  type World,
} from '../support/world.ts'
import { setAppropriation } from '../../store/budgets.ts'
import { recordFunding } from '../../store/fundings.ts'
import { foundIn } from '../support/audited.ts'
import { deducting } from '../support/deductions.ts'
import { pairOf } from '../support/freezes.ts'
import { reviewDecisionOf } from '../support/reviews.ts'
import { submitted } from '../support/sent.ts'
import { agree } from '../support/two-people.ts'
import { endYear, finishYears, yearOf, YEARS_END } from '../support/years.ts'

const each = entitlementTotal(swiftProgramme())
const NEXT = YEAR + 1
let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.appropriate(each * 100n, NEXT)
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const stateOf = (ref: string) =>
  world.one<{ state: string; reason: string | null; fiscal_year: number }>(
    'SELECT state, reason, fiscal_year FROM disbursement WHERE key = $1',
    [disbursementOf(ref)],
  )
const commitmentOf = (ref: string) =>
  world.one<{ year: number; amount: bigint; obligated: bigint; released: bigint }>(
    `SELECT a.fiscal_year AS year, c.amount, c.obligated, c.released FROM commitment c JOIN appropriation a ON a.id = c.appropriation WHERE c.ref = $1`,
    [ref],
  )
const pay = (payout: string, atMs = NOON) => world.observe({ payout, source: 'callback', fact: seen('paid'), atMs })
const balance = async (account: string, fiscalYear: number): Promise<bigint> => {
  const { sum } = await world.one<{ sum: bigint }>(
    `SELECT coalesce(sum(CASE WHEN credit = $1 THEN amount ELSE -amount END), 0)::bigint AS sum FROM posting
      WHERE $1 IN (credit, debit) AND fiscal_year = $2`,
    [account, fiscalYear],
  )
  return sum
}

/** What the auditor finds of what lapsed and went over. */
async function audited(nowMs: number) {
  return foundIn(world, nowMs, [
    'years',
    'ledger',
    'limits',
    'obligations',
    'owed',
    'transitions',
    'events',
    'deductions',
  ])
}

describe('at the end of a fiscal year', () => {
  it('what is owed and not under way lapses, and the life goes on to its end', async () => {
    const ref = await world.ready()
    await endYear(world)
    await finishYears(world.store)
    expect(await stateOf(ref)).toEqual({ state: 'lapsed', reason: 'year-end', fiscal_year: YEAR })
    expect(await yearOf(world)).toMatchObject({ state: 'closed', lapsedCount: 1, lapsed: AMOUNT })
    const life = await world.advance(ref, YEARS_END)
    expect(life).toMatchObject({ stage: 'closed', outcome: 'completed' })
    expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'year-end'`, [ref])).toBeGreaterThan(0)
    expect(
      await world.count(
        `SELECT FROM audit_event WHERE act = 'disbursement-lapsed' AND subject = $1 AND after ->> 'reason' = 'year-end'`,
        [disbursementOf(ref)],
      ),
    ).toBe(1)
  })

  it.each([
    ['is in flight', async () => undefined],
    [
      'is unknown',
      async (payout: string) =>
        void (await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: NOON, send: 1 })),
    ],
    [
      'is under review',
      async (payout: string) =>
        void (await world.observe({ payout, source: 'callback', fact: seenFailed('undocumented'), atMs: NOON })),
    ],
  ])('what %s goes over to the next year, and is paid from it', async (_, happens) => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await happens(payout)
    const { state } = await stateOf(ref)
    await endYear(world)
    await finishYears(world.store)
    expect(await stateOf(ref)).toMatchObject({ state, fiscal_year: NEXT })
    expect(await commitmentOf(ref)).toEqual({ year: NEXT, amount: each, obligated: AMOUNT, released: 0n })
    expect(await balance('budget:obligated', YEAR)).toBe(0n)
    expect(await balance('budget:carried', YEAR)).toBe(each)
    expect(await balance('budget:obligated', NEXT)).toBe(AMOUNT)
    expect(await balance('budget:committed', NEXT)).toBe(each - AMOUNT)
    if (state !== 'review') await pay(payout, YEARS_END + DAY)
    expect(await balance('budget:disbursed', NEXT)).toBe(state === 'review' ? 0n : AMOUNT)
  })

  it('what is released tries nothing meanwhile, and its life is told what became of it', async () => {
    const ref = await world.ready({}, YEARS_END)
    const next = async () => (await world.advance(ref, YEARS_END)).disbursements[0]?.next
    expect(await next()).toMatchObject({ kind: 'send' })
    await endYear(world)
    expect(await next()).toEqual({ kind: 'wait', untilMs: null })
    await finishYears(world.store)
    expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'year-end'`, [ref])).toBeGreaterThan(0)
    expect(await next()).toEqual({ kind: 'end' })
  })

  it('what is under review and has gone over is decided about in the next year, and the auditor follows it', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    const fact = seen('paid', { amount: { minor: AMOUNT - 1n, currency: 'IDR' } })
    await world.observe({ payout, source: 'callback', fact, atMs: NOON })
    await endYear(world)
    await finishYears(world.store)
    const { sari, budi } = await pairOf(world)
    const decision = await reviewDecisionOf(world, disbursementOf(ref), payout, { finding: 'paid' })
    await agree(world.store, [sari, budi], decision, YEARS_END + DAY)
    expect(await stateOf(ref)).toMatchObject({ state: 'paid', fiscal_year: NEXT })
    expect([await balance('budget:disbursed', YEAR), await balance('budget:disbursed', NEXT)]).toEqual([0n, AMOUNT])
    expect(await audited(YEARS_END + DAY)).toEqual([])
  })

  it('what is owed to a person on hold goes over too: they could not act', async () => {
    const ref = await world.ready()
    await world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'looked into' }))
    await endYear(world)
    await finishYears(world.store)
    expect(await stateOf(ref)).toMatchObject({ state: 'released', fiscal_year: NEXT })
  })

  it('what was paid stays, and only the rest of the promise goes over', async () => {
    const ref = await world.ready()
    await pay(await world.claim(disbursementOf(ref)))
    const waiting = await world.admit()
    await endYear(world)
    await finishYears(world.store)
    expect(await commitmentOf(ref)).toEqual({ year: NEXT, amount: each - AMOUNT, obligated: 0n, released: 0n })
    expect(await commitmentOf(waiting)).toEqual({ year: NEXT, amount: each, obligated: 0n, released: 0n })
    expect(await world.one('SELECT kept, released, moved, obligated FROM carry_over WHERE ref = $1', [ref])).toEqual({
      kept: AMOUNT,
      released: 0n,
      moved: each - AMOUNT,
      obligated: 0n,
    })
    expect(await balance('budget:disbursed', YEAR)).toBe(AMOUNT)
    expect(await balance('budget:committed', YEAR)).toBe(0n)
    expect(await balance('budget:committed', NEXT)).toBe(each * 2n - AMOUNT)
  })

  it.each(['at rest', 'in flight'])(
    'what something was taken off and is %s stays, and lapses when its person leaves: the next year is promised no less',
    async (how) => {
      const ref = await world.ready()
      const key = disbursementOf(ref)
      const at = await deducting(world)
      await at.deduct(key, null, 20_000_000n, NOON)
      const payout = how === 'in flight' ? await world.claim(key) : null
      await endYear(world)
      await finishYears(world.store)
      expect(await stateOf(ref)).toMatchObject({ state: payout ? 'in-flight' : 'released', fiscal_year: YEAR })
      const later = YEARS_END + DAY
      await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'has found work' }), later)
      if (payout)
        await world.observe(
          submitted(
            payout,
            seenFailed('retry-new', { amount: { minor: AMOUNT - 20_000_000n, currency: 'IDR' } }),
            later,
          ),
        )
      expect(await world.advance(ref, later)).toMatchObject({ stage: 'closed', outcome: 'withdrawn' })
      expect(await stateOf(ref)).toEqual({ state: 'lapsed', reason: 'year-end', fiscal_year: YEAR })
      const rest = each - AMOUNT
      expect(await commitmentOf(ref)).toEqual({ year: NEXT, amount: rest, obligated: 0n, released: rest })
      expect([await balance('budget:obligated', YEAR), await balance('budget:lapsed', YEAR)]).toEqual([
        0n,
        AMOUNT - 20_000_000n,
      ])
      expect(await balance('budget:committed', NEXT)).toBe(0n)
      expect(await audited(later)).toEqual([])
    },
  )

  it('a tranche that falls due afterwards is owed from the next year', async () => {
    const ref = await world.ready()
    await pay(await world.claim(disbursementOf(ref)))
    await endYear(world)
    await finishYears(world.store)
    await world.advance(ref, NOON + 40 * DAY)
    const { fiscal_year } = await world.one<{ fiscal_year: number }>(
      'SELECT fiscal_year FROM disbursement WHERE key = $1',
      [disbursementOf(ref, 'incentive-2')],
    )
    expect(fiscal_year).toBe(NEXT)
  })

  it('what is left at the gateway goes back to the treasury, but for what is on its way or still owed', async () => {
    const paid = await world.ready()
    await pay(await world.claim(disbursementOf(paid)))
    await world.claim(disbursementOf(await world.ready()))
    await world.ready()
    const held = await world.ready()
    await world.act((acts) => acts.hold({ programme: 'swift', ref: held, reason: 'looked into' }))
    await endYear(world)
    await finishYears(world.store)
    const { amount, number } = await world.one<{ amount: bigint; number: string }>(
      'SELECT amount, number FROM treasury_return',
    )
    expect(amount).toBe(1_000_000_000_000n - AMOUNT * 3n)
    expect(number).toBe('ND-2026/swift/2026/sandbox')
    expect(await yearOf(world)).toMatchObject({ returned: amount })
  })
})

it('two programmes whose years end under one document each have a transfer of their own', async () => {
  const other = { ...swiftProgramme(), code: 'other' }
  await world.publish(other)
  await world.inSql(async (sql) => {
    for (const fiscalYear of [YEAR, NEXT]) {
      await setAppropriation(sql, { programme: other, fiscalYear, number: 'DIPA-2', amount: each }, OPERATOR, NOON)
    }
    const funding = { programme: other, gateway: 'sandbox', number: 'SP2D-O', amount: each }
    await recordFunding(sql, world.store.context, funding, OPERATOR, NOON)
  })
  await endYear(world)
  await endYear({ ...world, programme: other })
  await finishYears(world.store)
  const { rows } = await world.root.pool.query<{ number: string }>('SELECT number FROM treasury_return ORDER BY number')
  expect(rows.map(({ number }) => number)).toEqual(['ND-2026/other/2026/sandbox', 'ND-2026/swift/2026/sandbox'])
})

describe('a closed fiscal year', () => {
  it('takes nothing more: no wave, no decree, no other amount', async () => {
    const waiting = await world.register()
    await world.store.lives.screen('swift', waiting, NOON)
    await endYear(world)
    const admitting = { programme: 'swift', wave: WAVE, decree: 'SK-2', refs: [waiting] }
    for (const isClosed of [false, true]) {
      if (isClosed) await finishYears(world.store)
      expect(await refusal(world.act((acts) => acts.admit(admitting)))).toBe('year-ending')
      expect(await refusal(world.appropriate(each * 1000n))).toBe('year-ending')
      const wave = { programme: world.programme, code: `late-${isClosed}`, quota: 1, fiscalYear: YEAR }
      expect(await refusal(world.act((acts) => acts.openWave(wave)))).toBe('year-ending')
    }
  })

  it('refuses a posting in any of its months, whoever writes it', async () => {
    await endYear(world)
    await finishYears(world.store)
    const late = `INSERT INTO posting (key, line, event, debit, credit, amount, currency, programme, subject, fiscal_year, budget_line, business_date, period)
      VALUES ('late', 1, 'funded', 'funds:float:sandbox', 'funds:treasury', 1, 'IDR', 'swift', 'late', ${YEAR}, 'SWIFT', '2026-12-20', '2026-12')`
    await expect(world.root.pool.query(late)).rejects.toThrow('the period is closed')
  })

  it('has what comes back later in the next open period, under the year it was paid from, and pays it again', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await pay(payout)
    await endYear(world)
    await finishYears(world.store)
    await world.observe({ payout, source: 'enquiry', enquiry: 1, fact: seen('returned'), atMs: YEARS_END + DAY })
    const { rows } = await world.root.pool.query(
      `SELECT DISTINCT event, fiscal_year, business_date::text, period FROM posting WHERE event = 'returned'`,
    )
    expect(rows).toEqual([{ event: 'returned', fiscal_year: YEAR, business_date: '2026-12-21', period: `${NEXT}-01` }])
    expect(await balance('budget:obligated', YEAR)).toBe(AMOUNT)
    await world.link(ref, bankAccount(), YEARS_END + DAY)
    await world.advance(ref, YEARS_END + 3 * DAY)
    await pay(await world.claim(disbursementOf(ref), YEARS_END + 3 * DAY), YEARS_END + 3 * DAY)
    expect(await balance('budget:disbursed', YEAR)).toBe(AMOUNT)
  })
})
