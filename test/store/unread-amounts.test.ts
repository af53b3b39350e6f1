/** Lines beside a payout whose amount cannot be read: people can end what no statement tells exactly. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { line, OPENING, reconciling, type Reconciling } from '../support/statements.ts'
import { reviewDecisionOf, reviewing } from '../support/reviews.ts'
import { agree, resolving } from '../support/two-people.ts'
import { AMOUNT, disbursementOf, HOUR, NOON, openWorld, refusal, type World } from '../support/world.ts'

let world: World
let at: Reconciling
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

it('a debit is what two people find of its payout, and the corrected statement adds up', async () => {
  const sent = await at.send(false)
  await at.reconcile([line(sent, { amount: null })])
  expect(await at.states(sent.payout)).toMatchObject({ payout: 'review' })
  expect(await at.classes(true)).toEqual(['amount'])
  const { sari, budi } = await reviewing(world)
  const put = await reviewDecisionOf(world, disbursementOf(sent.ref), sent.payout, { finding: 'paid' })
  expect(await agree(world.store, [sari, budi], put, NOON + 2 * HOUR)).toMatchObject({ state: 'executed' })
  expect(await at.found()).toMatchObject([{ class: 'amount', resolution: 'applied', difference: 0n }])
  expect(await at.float()).toBe(OPENING - AMOUNT)
  await at.reconcile([line(sent, { amount: AMOUNT - 5n })], { version: 2 })
  expect(await at.found(true)).toMatchObject([{ class: 'amount', difference: 5n }])
  expect(await at.float()).toBe(OPENING - AMOUNT + 5n)
})

it.each([
  ['a fee', { type: 'fee' }, -2500n],
  ['a second debit', {}, -AMOUNT],
] as const)('%s is what two people say', async (_what, more, said) => {
  const paid = await at.send()
  const beside = (amount: bigint | null) => line(paid, { id: 'f1', ...more, amount })
  await at.reconcile([line(paid), beside(null)])
  const [{ id } = { id: '' }] = await at.found(true)
  const resolve = await resolving(world.store, NOON + 2 * HOUR)
  expect(await refusal(resolve(id, 'to-treasury', -said))).toBe('conflict')
  expect(await resolve(id, 'written-off', said)).toBe('executed')
  expect(await at.found(true)).toEqual([])
  expect(await at.float()).toBe(OPENING - AMOUNT + said)
})
