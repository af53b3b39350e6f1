/** A gateway whose failures are final only by its statement: nothing is paid again before the statement says that nothing left. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { foundIn } from '../support/audited.ts'
import { reviewing, type Reviewing } from '../support/reviews.ts'
import { asked, called, sendFirst, stateOf, submitted } from '../support/sent.ts'
import { line, reconciling, RULE, type Reconciling } from '../support/statements.ts'
import { DAY, HOUR, NOON, openWorld, refusal, seen, seenFailed, TIMING, type World } from '../support/world.ts'

let world: World
let at: Reconciling
let people: Reviewing
beforeAll(async () => {
  world = await openWorld({ timing: { ...TIMING, failureFinal: 'after-statement' } })
  at = reconciling(world)
  people = await reviewing(world)
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

/** A day that ends, its window of one more, the statement of that, and the gateway's time to give up. */
const UNTIL = NOON + 3 * DAY + TIMING.giveUpMs
const confirm = (statement: string) => world.store.statements.confirmFailures(statement, () => RULE, 1, NOON + 3 * DAY)
const referenceOf = async (payout: string): Promise<string> =>
  (await world.one<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [payout])).reference

it('nothing is sent before the closed statements show no debit; then the failure takes its course', async () => {
  const first = await sendFirst(world)
  const second = await sendFirst(world)
  await world.observe(submitted(first.payout, seenFailed('retry-new')))
  await world.observe(submitted(second.payout, seenFailed('needs-account')))
  expect(await at.states(first.payout)).toMatchObject({ payout: 'failing', disbursement: 'in-flight' })
  await expect(world.claim(first.disbursement, NOON + DAY)).rejects.toThrow('parked')
  const standing = await world.advance(first.ref, NOON + DAY)
  expect(standing).toMatchObject({
    attention: 'payout-unknown',
    disbursements: [{ next: { kind: 'wait', untilMs: UNTIL } }],
  })
  const day = await at.reconcile([])
  expect(await confirm(day)).toBe(0)
  const next = await at.reconcile([], { day: '2026-11-23' })
  expect(await confirm(next)).toBe(1)
  expect(await confirm(next)).toBe(1)
  expect(await confirm(next)).toBe(0)
  expect(await stateOf(world, first.disbursement)).toMatchObject({
    state: 'released',
    reason: 'code-of-retry-new',
    retries: 1,
  })
  expect(await stateOf(world, second.disbursement)).toMatchObject({ state: 'needs-account', reason: 'account-closed' })
  expect(await world.claim(first.disbursement, NOON + 4 * DAY)).toBe(`${first.disbursement}#2`)
})

it('a debit in the statement makes it a success, and nothing is sent again', async () => {
  const { disbursement, payout } = await sendFirst(world, NOON + 5 * DAY)
  await world.observe({ ...submitted(payout, seenFailed('retry-new')), atMs: NOON + 5 * DAY })
  const dates = { valueDate: '2026-11-27', businessDate: '2026-11-27', gatewayId: 'po_1' }
  const day = await at.reconcile([line({ payout, reference: await referenceOf(payout) }, dates)], { day: '2026-11-27' })
  const next = await at.reconcile([], { day: '2026-11-28' })
  expect([await confirm(day), await confirm(next)]).toEqual([0, 0])
  expect(await at.states(payout)).toMatchObject({ payout: 'paid', disbursement: 'paid' })
  await expect(world.claim(disbursement, NOON + 9 * DAY)).rejects.toThrow('parked')
})

it('an incomplete statement proves nothing, and a later success is believed', async () => {
  const { payout } = await sendFirst(world, NOON + 10 * DAY)
  await world.observe({ ...submitted(payout, seenFailed('retry-new')), atMs: NOON + 10 * DAY })
  await at.reconcile([], { day: '2026-12-02', closing: null })
  expect(await confirm(await at.reconcile([], { day: '2026-12-03' }))).toBe(0)
  await world.observe(called(payout, seen('paid'), NOON + 10 * DAY + HOUR))
  expect(await at.states(payout)).toMatchObject({ payout: 'paid', disbursement: 'paid' })
})

it('a failure that no statement can confirm, for money moved between two of them, goes to people', async () => {
  const start = NOON + 20 * DAY
  const { ref, disbursement, payout } = await sendFirst(world, start)
  await world.observe({ ...submitted(payout, seenFailed('needs-account')), atMs: start })
  await at.reconcile([], { day: '2026-12-12', opening: 1000n })
  for (const day of ['2026-12-13', '2026-12-14', '2026-12-15'])
    expect(await confirm(await at.reconcile([], { day, opening: 1500n }))).toBe(0)
  const askedMs = UNTIL + 20 * DAY
  const next = async (atMs: number) => (await world.advance(ref, atMs)).disbursements[0]?.next
  expect(await next(askedMs - 1)).toEqual({ kind: 'wait', untilMs: askedMs })
  expect(await next(askedMs)).toMatchObject({ kind: 'enquire', payout })
  await world.observe(asked(payout, seenFailed('needs-account'), askedMs))
  const untilMs = askedMs + (UNTIL - NOON)
  expect(await next(untilMs - 1)).toEqual({ kind: 'wait', untilMs })
  expect(await world.store.payouts.giveUp(payout, untilMs - 1)).toMatchObject({ state: 'in-flight' })
  expect(await next(untilMs)).toEqual({ kind: 'give-up', payout })
  const given = { state: 'review', reason: 'failure-unconfirmed' }
  expect(await world.store.payouts.giveUp(payout, untilMs)).toMatchObject(given)
  expect(await at.states(payout)).toMatchObject({ payout: 'review', disbursement: 'review' })
  expect(await world.advance(ref, untilMs)).toMatchObject({ attention: 'review', disbursements: [given] })
  expect(await found(untilMs)).toEqual([])
  await people.decide(disbursement, payout, { finding: 'not-paid', next: 'pay-again' }, untilMs)
  expect(await found(untilMs)).toEqual([])
  expect(await world.claim(disbursement, untilMs + DAY)).toBe(`${disbursement}#2`)
})

async function found(nowMs: number): Promise<readonly unknown[]> {
  return foundIn(world, nowMs, ['transitions', 'events'])
}

it('what a statement shows as debited while people look is not found never to have been paid', async () => {
  const start = NOON + 40 * DAY
  const { disbursement, payout } = await sendFirst(world, start)
  await world.observe({ ...submitted(payout, seenFailed('retry-new')), atMs: start })
  await world.observe(asked(payout, seenFailed('retry-new'), start + 5 * DAY))
  await world.store.payouts.giveUp(payout, start + 9 * DAY)
  expect(await at.states(payout)).toMatchObject({ payout: 'review' })
  const never = { finding: 'not-paid', next: 'pay-again' } as const
  await people.suggest(disbursement, payout, never)
  const day = '2027-01-05'
  const dated = { valueDate: day, businessDate: day, gatewayId: 'po_1' }
  await at.reconcile([line({ payout, reference: await referenceOf(payout) }, dated)], { day })
  expect(await refusal(people.suggest(disbursement, payout, never))).toBe('conflict')
  expect((await people.decide(disbursement, payout, { finding: 'paid' }, start + 10 * DAY)).state).toBe('executed')
})
