/** What is less than the whole of an obligation, after a deduction or a payment in part, is collected, agreed to and sent as that much. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bankAccount } from '../support/builders.ts'
import { deducting } from '../support/deductions.ts'
import { AGAIN, LATER, lostTime, paidBefore } from '../support/lost-time.ts'
import { reviewDecisionOf, type Word } from '../support/reviews.ts'
import { called, stateOf, submitted } from '../support/sent.ts'
import { approved, lineOf, officersOf, openRunWorld, release } from '../support/runs.ts'
import { agree } from '../support/two-people.ts'
import { AMOUNT, disbursementOf, HOUR, NOON, seen, type World } from '../support/world.ts'

const PART = 20_000_000n

let world: World
beforeEach(async () => {
  world = await openRunWorld()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

/** A run for this much lets its one line go, the person's workflow is told to send it, and it is sent. */
async function expectSent(ref: string, minor: bigint, atMs: number): Promise<void> {
  const disbursement = disbursementOf(ref)
  const run = await approved(world, atMs)
  expect(run).toMatchObject({ lines: 1, amount: minor })
  await release(world, run, atMs)
  const { disbursements } = await world.advance(ref, atMs)
  expect(disbursements.find(({ key }) => key === disbursement)?.next).toMatchObject({
    kind: 'send',
    gateway: 'sandbox',
  })
  const payout = await world.claim(disbursement, atMs)
  expect(await world.one('SELECT amount FROM payout WHERE key = $1', [payout])).toEqual({ amount: minor })
  await world.observe(submitted(payout, seen('paid', { gatewayId: 'po_2', amount: { minor, currency: 'IDR' } }), atMs))
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid' })
  await release(world, run, atMs + HOUR)
  expect(await lineOf(world, disbursement)).toContainEqual({ run: run.key, state: 'paid', reason: null })
}

it('a run pays a returned part and no more', async () => {
  const ref = await world.ready()
  const disbursement = disbursementOf(ref)
  const first = await approved(world)
  await release(world, first)
  const payout = await world.claim(disbursement, NOON)
  await world.observe(submitted(payout, seen('paid')))
  await world.observe(called(payout, seen('returned', { amount: { minor: PART, currency: 'IDR' } })))
  const { sari, budi } = await officersOf(world)
  const word = { finding: 'partly-returned', returned: PART.toString(), next: 'pay-again' } as const
  await agree(world.store, [sari, budi], await reviewDecisionOf(world, disbursement, payout, word), NOON + HOUR)
  // What was agreed to was the whole: the line leaves its run, and the part is on the next one.
  await release(world, first, NOON + HOUR)
  await expectSent(ref, PART, NOON + 2 * HOUR)
  expect(await stateOf(world, disbursement)).toMatchObject({ attempts: 2 })
})

it('a run pays what is left after a deduction', async () => {
  const { deduct } = await deducting(world)
  const ref = await world.ready()
  await deduct(disbursementOf(ref), null, PART, NOON)
  await expectSent(ref, AMOUNT - PART, NOON)
})

it('a run pays the rest of what was paid in part in the time that a restored database has lost', async () => {
  const lost = await lostTime(world, await officersOf(world))
  await lost.lift()
  const account = bankAccount()
  const ref = await world.ready({ account }, AGAIN)
  await lost.tellDays(paidBefore(account, { amount: PART }))
  await lost.count(ref, { next: 'pay-again' })
  await lost.close()
  await expectSent(ref, AMOUNT - PART, LATER)
})

it('one approval pays once: the same amount that is owed again goes on the next run', async () => {
  const HALF = AMOUNT / 2n
  const of = (state: 'accepted' | 'paid' | 'returned', minor: bigint) =>
    seen(state, { gatewayId: null, amount: { minor, currency: 'IDR' } })
  const ref = await world.ready()
  const disbursement = disbursementOf(ref)
  const { sari, budi } = await officersOf(world)
  const decide = async (payout: string | null, word: Word, atMs: number): Promise<unknown> =>
    agree(world.store, [sari, budi], await reviewDecisionOf(world, disbursement, payout, word), atMs)
  const whole = await approved(world)
  await release(world, whole)
  const first = await world.claim(disbursement, NOON)
  await world.observe(submitted(first, of('paid', AMOUNT)))
  await world.observe(called(first, of('returned', HALF)))
  const half = { finding: 'partly-returned', returned: HALF.toString(), next: 'pay-again' } as const
  await decide(first, half, NOON + HOUR)
  await release(world, whole, NOON + HOUR)
  const run = await approved(world, NOON + 2 * HOUR)
  await release(world, run, NOON + 2 * HOUR)
  const second = await world.claim(disbursement, NOON + 2 * HOUR)
  await world.observe(called(first, of('returned', HALF), NOON + 3 * HOUR))
  await decide(first, { finding: 'returned' }, NOON + 3 * HOUR)
  await world.observe(called(second, of('paid', HALF), NOON + 4 * HOUR))
  await decide(null, { next: 'pay-again' }, NOON + 5 * HOUR)
  expect((await world.advance(ref, NOON + 5 * HOUR)).disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: null })
  await expect(world.claim(disbursement, NOON + 5 * HOUR)).rejects.toThrow('parked: not-approved')
  // A pause takes back what is out, but nothing that is paid.
  await world.act((acts) => acts.pauseRun({ run: run.key, reason: 'a question' }), NOON + 5 * HOUR)
  await world.act((acts) => acts.resumeRun({ run: run.key, reason: 'answered' }), NOON + 5 * HOUR)
  await expect(world.claim(disbursement, NOON + 5 * HOUR)).rejects.toThrow('parked: not-approved')
  await release(world, run, NOON + 5 * HOUR)
  expect(await lineOf(world, disbursement)).toContainEqual({ run: run.key, state: 'paid', reason: null })
  await expectSent(ref, HALF, NOON + 6 * HOUR)
})
