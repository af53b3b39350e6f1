/** An older attempt of which it is learnt that it was paid after all: it counts again, and the others step back. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { reviewing, type Reviewing } from '../support/reviews.ts'
import { called, sendFirst, stateOf, submitted } from '../support/sent.ts'
import { HOUR, NOON, openWorld, refusal, seen, seenFailed, type World } from '../support/world.ts'

let world: World
let people: Reviewing
beforeAll(async () => {
  world = await openWorld()
  people = await reviewing(world)
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

const sent = () => sendFirst(world)
const payoutOf = (key: string) =>
  world.one<{ state: string; money: string }>('SELECT state, money FROM payout WHERE key = $1', [key])

describe('an older attempt that was paid after all', () => {
  it('is found paid where the newer one has failed, and is the one that counts', async () => {
    const found = await sent()
    await world.observe(submitted(found.payout, seenFailed('retry-new')))
    const second = await world.claim(found.disbursement, NOON + 2 * HOUR)
    await world.observe({ ...submitted(second, seenFailed('permanent')), atMs: NOON + 2 * HOUR })
    await world.observe(called(found.payout, seen('paid'), NOON + 3 * HOUR))
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'review', reason: 'older-attempt-changed' })
    expect(await people.decide(found.disbursement, found.payout, { finding: 'paid' })).toMatchObject({
      state: 'executed',
    })
    expect(await payoutOf(found.payout)).toMatchObject({ state: 'paid', money: 'credited' })
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'paid' })
  })

  it('lets the newer one be contradicted as well: its late success is recorded, and people look', async () => {
    const found = await sent()
    await world.observe(submitted(found.payout, seenFailed('retry-new')))
    const second = await world.claim(found.disbursement, NOON + 2 * HOUR)
    await world.observe({ ...submitted(second, seenFailed('permanent')), atMs: NOON + 2 * HOUR })
    await world.observe(called(found.payout, seen('paid'), NOON + 3 * HOUR))
    await people.decide(found.disbursement, found.payout, { finding: 'paid' })
    await world.observe(called(second, seen('paid'), NOON + 4 * HOUR))
    expect(await payoutOf(second)).toMatchObject({ state: 'review' })
    expect(await payoutOf(found.payout)).toMatchObject({ state: 'paid', money: 'credited' })
  })

  it('waits while the newer one is under review too: that one is decided first', async () => {
    const found = await sent()
    await world.observe(submitted(found.payout, seenFailed('retry-new')))
    const second = await world.claim(found.disbursement, NOON + 2 * HOUR)
    await world.observe({
      ...submitted(second, seen('paid', { amount: { minor: 1n, currency: 'IDR' } })),
      atMs: NOON + 2 * HOUR,
    })
    await world.observe(called(found.payout, seen('paid'), NOON + 3 * HOUR))
    const first = people.decide(found.disbursement, found.payout, { finding: 'paid' })
    expect(await refusal(first)).toBe('conflict')
    await people.decide(found.disbursement, second, { finding: 'not-paid' })
    await people.decide(found.disbursement, found.payout, { finding: 'paid' })
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'paid' })
  })
})
