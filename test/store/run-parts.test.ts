/** What came back in part is collected, agreed to and sent as that part. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { reviewDecisionOf } from '../support/reviews.ts'
import { called, stateOf, submitted } from '../support/sent.ts'
import { approved, officersOf, openRunWorld, release } from '../support/runs.ts'
import { agree } from '../support/two-people.ts'
import { disbursementOf, HOUR, NOON, seen, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openRunWorld()
})
afterAll(() => world.close())

it('a run pays a returned part and no more', async () => {
  const part = 20_000_000n
  const disbursement = disbursementOf(await world.ready())
  const first = await approved(world)
  await release(world, first)
  const payout = await world.claim(disbursement, NOON)
  await world.observe(submitted(payout, seen('paid')))
  await world.observe(called(payout, seen('returned', { amount: { minor: part, currency: 'IDR' } })))
  const { sari, budi } = await officersOf(world)
  const word = { finding: 'partly-returned', returned: part.toString(), next: 'pay-again' } as const
  await agree(world.store, [sari, budi], await reviewDecisionOf(world, disbursement, payout, word), NOON + HOUR)
  // What was agreed to was the whole: the line leaves its run, and the part is on the next one.
  await release(world, first, NOON + HOUR)
  const run = await approved(world, NOON + 2 * HOUR)
  expect(run.amount).toBe(part)
  await release(world, run, NOON + 2 * HOUR)
  const again = await world.claim(disbursement, NOON + 2 * HOUR)
  const { amount } = await world.one<{ amount: bigint }>('SELECT amount FROM payout WHERE key = $1', [again])
  expect(amount).toBe(part)
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'in-flight', attempts: 2 })
  expect(await world.imbalances()).toEqual([])
})
