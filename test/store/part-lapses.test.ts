/** A disbursement of which a part is with the payee: only what is still owed of it lapses. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Finding } from '../../domain/review.ts'
import { pairOf } from '../support/freezes.ts'
import { reviewDecisionOf } from '../support/reviews.ts'
import { called, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { agree } from '../support/two-people.ts'
import { AMOUNT, DAY, HOUR, MINUTE, NOON, openWorld, seen, YEAR, type World } from '../support/world.ts'
import { bankAccount } from '../support/builders.ts'
import { endYear, finishYears, yearOf } from '../support/years.ts'

const PART = 20_000_000n
const LATE = NOON + 90 * DAY

let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.appropriate(1_000_000_000_000n, YEAR + 1)
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

/** Paid, and a part of it has come back: another account is asked for. */
async function partlyBack(): Promise<Sent> {
  const found = await sendFirst(world)
  await world.observe(submitted(found.payout, seen('paid')))
  await world.observe(called(found.payout, seen('returned', { amount: { minor: PART, currency: 'IDR' } }), NOON + HOUR))
  const word = { finding: 'partly-returned', returned: PART.toString(), next: 'needs-account' } as const
  const { sari, budi } = await pairOf(world)
  await agree(
    world.store,
    [sari, budi],
    await reviewDecisionOf(world, found.disbursement, found.payout, word),
    NOON + HOUR,
  )
  return found
}

async function payoutState(payout: string): Promise<string> {
  return (await world.one<{ state: string }>('SELECT state FROM payout WHERE key = $1', [payout])).state
}

/** Of one disbursement and its payouts, in the year it was owed from. */
async function moved(disbursement: string, account: string): Promise<bigint> {
  const { sum } = await world.one<{ sum: bigint }>(
    `SELECT coalesce(sum(CASE WHEN credit = $1 THEN amount ELSE -amount END), 0)::bigint AS sum FROM posting
      WHERE $1 IN (credit, debit) AND split_part(subject, '#', 1) = $2 AND fiscal_year = $3`,
    [account, disbursement, YEAR],
  )
  return sum
}

async function expectPartLapsed(disbursement: string): Promise<void> {
  expect(await moved(disbursement, 'budget:obligated')).toBe(0n)
  expect(await moved(disbursement, 'budget:disbursed')).toBe(AMOUNT - PART)
  expect(await moved(disbursement, 'budget:lapsed')).toBe(PART)
  expect(await moved(disbursement, 'funds:payable')).toBe(0n)
}

it('by its own deadline', async () => {
  const { ref, disbursement } = await partlyBack()
  await world.advance(ref, LATE)
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'lapsed', reason: 'deadline' })
  await expectPartLapsed(disbursement)
  expect(
    await world.one(`SELECT after ->> 'amount' AS amount FROM audit_event WHERE act = 'disbursement-lapsed'`),
  ).toEqual({ amount: PART.toString() })
})

it('and not with its year, in which it stays: then by its own deadline after the year was closed', async () => {
  const { ref, disbursement } = await partlyBack()
  await endYear(world)
  await finishYears(world.store)
  expect(await yearOf(world)).toMatchObject({ state: 'closed', lapsedCount: 0, lapsed: 0n })
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account' })
  expect(await moved(disbursement, 'budget:obligated')).toBe(PART)
  await world.advance(ref, LATE)
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'lapsed', reason: 'deadline' })
  await expectPartLapsed(disbursement)
})

const REST = AMOUNT - PART

describe('what comes back after a part has lapsed', () => {
  const AFTER = LATE + DAY

  /** Whatever the gateway says of the rest, people look. */
  async function lapsedAndSeen(): Promise<Sent> {
    const found = await partlyBack()
    await world.advance(found.ref, LATE)
    const fact = seen('returned', { amount: { minor: REST, currency: 'IDR' } })
    await world.observe(called(found.payout, fact, AFTER))
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'lapsed' })
    expect(await payoutState(found.payout)).toBe('review')
    return found
  }

  const decide = async ({ disbursement, payout }: Sent, finding: Finding, returned: bigint | null = null) => {
    const { sari, budi } = await pairOf(world)
    const word = { finding, returned: returned?.toString() ?? null }
    return agree(world.store, [sari, budi], await reviewDecisionOf(world, disbursement, payout, word), AFTER + HOUR)
  }

  it.each<[Finding, bigint | null, bigint]>([
    ['returned', null, REST],
    ['partly-returned', 10_000_000n, 10_000_000n],
    ['not-paid', null, REST],
    ['receivable', null, REST],
    ['written-off', null, REST],
    ['paid', null, 0n],
  ])('is found %s by two people, and what the payee has no more of lapses too', async (finding, returned, more) => {
    const found = await lapsedAndSeen()
    expect(await decide(found, finding, returned)).toMatchObject({ state: 'executed' })
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'lapsed' })
    expect(await moved(found.disbursement, 'budget:obligated')).toBe(0n)
    expect(await moved(found.disbursement, 'budget:disbursed')).toBe(REST - more)
    expect(await moved(found.disbursement, 'budget:lapsed')).toBe(PART + more)
    expect(await moved(found.disbursement, 'funds:payable')).toBe(0n)
  })

  it('of another attempt, which nobody has to look at, lapses by itself, and its deadline stays', async () => {
    const { ref, disbursement, payout } = await partlyBack()
    await world.link(ref, bankAccount(), NOON + HOUR)
    await world.advance(ref, NOON + 9 * DAY)
    const second = await world.claim(disbursement, NOON + 9 * DAY)
    const amount = { minor: PART, currency: 'IDR' }
    await world.observe(submitted(second, seen('paid', { amount })))
    const fact = seen('returned', { amount: { minor: REST, currency: 'IDR' } })
    await world.observe(called(payout, fact, NOON + 10 * DAY))
    const { sari, budi } = await pairOf(world)
    const word = { finding: 'returned', next: 'needs-account' } as const
    await agree(world.store, [sari, budi], await reviewDecisionOf(world, disbursement, payout, word), NOON + 10 * DAY)
    await world.advance(ref, LATE)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'lapsed' })
    const deadline = () => world.one('SELECT lapses_at FROM disbursement WHERE key = $1', [disbursement])
    const before = await deadline()
    await world.observe(called(second, seen('returned', { amount }), AFTER + MINUTE))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'lapsed' })
    expect(await payoutState(second)).toBe('returned')
    expect(await moved(disbursement, 'budget:lapsed')).toBe(AMOUNT)
    expect(await moved(disbursement, 'budget:obligated')).toBe(0n)
    expect(await deadline()).toEqual(before)
  })
})
