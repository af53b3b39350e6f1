/** What two people give up of somebody whose life has closed: it is promised to nobody any more, in whatever year it stands. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { entitlementTotal } from '../../domain/programme.ts'
import type { ReviewStep } from '../../domain/review.ts'
import { foundIn } from '../support/audited.ts'
import { swiftProgramme } from '../support/builders.ts'
import { pairOf } from '../support/freezes.ts'
import { reviewDecisionOf } from '../support/reviews.ts'
import { called, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { agree } from '../support/two-people.ts'
import { AMOUNT, DAY, HOUR, NOON, openWorld, seen, seenFailed, YEAR, type World } from '../support/world.ts'
import { endYear, finishYears, yearOf, YEARS_END } from '../support/years.ts'

const each = entitlementTotal(swiftProgramme())
const NEXT = YEAR + 1
const LATE = NOON + 90 * DAY
let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.appropriate(each * 5n, NEXT)
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

/** Paid, and gone: only what they had was theirs. */
async function left(): Promise<Sent> {
  const sent = await sendFirst(world)
  await world.observe(submitted(sent.payout, seen('paid')))
  await world.act((acts) => acts.withdraw({ programme: 'swift', ref: sent.ref, reason: 'moved abroad' }), NOON + HOUR)
  expect(await world.advance(sent.ref, NOON + HOUR)).toMatchObject({ stage: 'closed', outcome: 'withdrawn' })
  expect(await commitmentOf(sent)).toEqual({ year: YEAR, amount: each, obligated: AMOUNT, released: each - AMOUNT })
  return sent
}

/** The gateway says that it failed after all: people look. */
async function contradicted(sent: Sent): Promise<void> {
  await world.observe(called(sent.payout, seenFailed('retry-new'), NOON + 2 * HOUR))
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'review' })
}

async function decide({ disbursement, payout }: Sent, next: ReviewStep, atMs: number): Promise<void> {
  const { sari, budi } = await pairOf(world)
  const word = { finding: 'not-paid', next } as const
  await agree(world.store, [sari, budi], await reviewDecisionOf(world, disbursement, payout, word), atMs)
}

const commitmentOf = ({ ref }: Sent) =>
  world.one<{ year: number; amount: bigint; obligated: bigint; released: bigint }>(
    `SELECT a.fiscal_year AS year, c.amount, c.obligated, c.released FROM commitment c JOIN appropriation a ON a.id = c.appropriation WHERE c.ref = $1`,
    [ref],
  )

const committed = async (fiscalYear: number): Promise<bigint> =>
  (
    await world.one<{ sum: bigint }>(
      `SELECT coalesce(sum(CASE credit WHEN 'budget:committed' THEN amount ELSE -amount END), 0)::bigint AS sum FROM posting
        WHERE 'budget:committed' IN (credit, debit) AND fiscal_year = $1`,
      [fiscalYear],
    )
  ).sum

async function audited(nowMs: number) {
  return foundIn(world, nowMs, [
    'years',
    'ledger',
    'limits',
    'obligations',
    'owed',
    'transitions',
    'events',
    'decisions',
  ])
}

it('of a closed life, the budget has it back at once', async () => {
  const sent = await left()
  await contradicted(sent)
  await decide(sent, 'cancel', NOON + DAY)
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'cancelled' })
  expect(await commitmentOf(sent)).toEqual({ year: YEAR, amount: each, obligated: 0n, released: each })
  expect(await committed(YEAR)).toBe(0n)
  expect(await audited(NOON + 2 * DAY)).toEqual([])
  await endYear(world)
  await finishYears(world.store)
  expect(await yearOf(world)).toMatchObject({ state: 'closed', carried: 0n })
})

it('of a closed life whose payment went over with its year, the next year has it back', async () => {
  const sent = await sendFirst(world)
  await world.observe(submitted(sent.payout, seen('paid')))
  await world.observe(called(sent.payout, seen('returned'), NOON + HOUR))
  await world.act((acts) => acts.withdraw({ programme: 'swift', ref: sent.ref, reason: 'moved abroad' }), NOON + HOUR)
  await world.advance(sent.ref, NOON + HOUR)
  const at = YEARS_END - HOUR
  await world.observe(called(sent.payout, seen('paid', { gatewayId: `po_${sent.payout}` }), at))
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'review' })
  await endYear(world)
  await finishYears(world.store)
  expect(await yearOf(world)).toMatchObject({ state: 'closed', carried: AMOUNT })
  expect(await commitmentOf(sent)).toEqual({ year: NEXT, amount: AMOUNT, obligated: AMOUNT, released: 0n })
  await decide(sent, 'cancel', YEARS_END + DAY)
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'cancelled' })
  expect(await commitmentOf(sent)).toEqual({ year: NEXT, amount: AMOUNT, obligated: 0n, released: AMOUNT })
  expect([await committed(YEAR), await committed(NEXT)]).toEqual([0n, 0n])
  expect(await audited(YEARS_END + 2 * DAY)).toEqual([])
})

it('of a life that goes on, it is promised to its person still', async () => {
  const sent = await sendFirst(world)
  await world.observe(submitted(sent.payout, seen('paid')))
  await contradicted(sent)
  await decide(sent, 'cancel', NOON + DAY)
  expect(await commitmentOf(sent)).toEqual({ year: YEAR, amount: each, obligated: 0n, released: 0n })
  expect(await committed(YEAR)).toBe(each)
})

it('what lapses after the life has closed stays spent: nothing of it was promised any more', async () => {
  const sent = await left()
  await contradicted(sent)
  await decide(sent, 'needs-account', NOON + DAY)
  await world.advance(sent.ref, LATE)
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'lapsed' })
  expect(await commitmentOf(sent)).toEqual({ year: YEAR, amount: each, obligated: AMOUNT, released: each - AMOUNT })
  expect(await committed(YEAR)).toBe(0n)
  expect(await audited(LATE + DAY)).toEqual([])
})
