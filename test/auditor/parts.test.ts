/** The auditor agrees with what is paid in parts, and with what stands beside it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../auditor/finding.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import { foundIn } from '../support/audited.ts'
import { reviewing, type Reviewing } from '../support/reviews.ts'
import { called, sendFirst, submitted } from '../support/sent.ts'
import { AMOUNT, DAY, HOUR, NOON, openWorld, seen, seenFailed, type World } from '../support/world.ts'

const PART = AMOUNT / 3n
const REST = AMOUNT - PART

let world: World
let people: Reviewing
beforeAll(async () => {
  world = await openWorld()
  people = await reviewing(world)
})
afterAll(() => world.close())

const of = (state: 'paid' | 'returned', minor: bigint): PayoutFact =>
  seen(state, { gatewayId: null, amount: { minor, currency: 'IDR' } })

/** What is said about payments; this world was not set up by two people. */
async function found(): Promise<readonly Finding[]> {
  const only = ['attempts', 'claims', 'decisions', 'events', 'ledger', 'obligations', 'owed', 'transitions']
  const findings = await foundIn(world, NOON + 5 * DAY, only)
  return findings.filter(({ entity }) => ['payout', 'disbursement', 'posting', 'observation', 'send'].includes(entity))
}

test('a third attempt pays the rest beside a part that was paid', async () => {
  const { disbursement, payout: first } = await sendFirst(world)
  await world.observe(submitted(first, of('paid', AMOUNT)))
  await world.observe(called(first, of('returned', PART), NOON + HOUR))
  const word = { finding: 'partly-returned', returned: PART.toString(), next: 'pay-again' } as const
  await people.decide(disbursement, first, word, NOON + HOUR)
  const second = await world.claim(disbursement, NOON + DAY)
  await world.observe(called(first, of('returned', REST), NOON + DAY + HOUR))
  await people.decide(disbursement, first, { finding: 'returned' }, NOON + DAY + HOUR)
  await world.observe(called(second, of('paid', PART), NOON + DAY + 2 * HOUR))
  expect(await found()).toEqual([])
  await people.decide(disbursement, null, { next: 'pay-again' }, NOON + 2 * DAY)
  const third = await world.claim(disbursement, NOON + 3 * DAY)
  await world.observe({ ...submitted(third, of('paid', REST)), atMs: NOON + 3 * DAY })
  expect(await found()).toEqual([])
})

test('what stands beside comes before people in the batch that tells something of it, or by their own decision', async () => {
  for (const isBatch of [true, false]) {
    const { disbursement, payout: first } = await sendFirst(world)
    const paid = seen('paid', { gatewayId: null })
    await world.observe(submitted(first, seenFailed('retry-new', { gatewayId: null })))
    const second = await world.claim(disbursement, NOON + 2 * HOUR)
    await world.observe({ ...submitted(second, paid), atMs: NOON + 2 * HOUR })
    await world.observe(called(first, paid, NOON + 3 * HOUR))
    await people.decide(disbursement, first, { finding: 'receivable' }, NOON + 3 * HOUR)
    const at = NOON + 4 * HOUR
    const back = (minor: bigint) => called(second, of('returned', minor), at)
    if (isBatch) await world.store.payouts.observe([back(AMOUNT), called(first, paid, at)])
    else {
      await world.observe(back(1n))
      await people.decide(disbursement, second, { finding: 'receivable' }, at)
    }
    expect(await found(), `in a batch: ${isBatch}`).toEqual([])
  }
})
