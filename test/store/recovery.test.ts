/** Money of a difference or a receivable, ended by two people; nothing of it by one. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { reviewing, type Reviewing } from '../support/reviews.ts'
import { called, sendFirst, submitted } from '../support/sent.ts'
import { credit, reconciling, type Reconciling } from '../support/statements.ts'
import { agree, decide, propose } from '../support/two-people.ts'
import { AMOUNT, DAY, HOUR, NOON, openWorld, refusal, seen, seenFailed, type World } from '../support/world.ts'

let world: World
let people: Reviewing
let at: Reconciling
beforeAll(async () => {
  world = await openWorld()
  people = await reviewing(world)
  at = reconciling(world)
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

/** Delivered to somebody whom nobody owed it. */
async function receivable(): Promise<string> {
  const { disbursement, payout } = await sendFirst(world)
  await world.observe(submitted(payout, seen('paid')))
  await world.observe(called(payout, seenFailed('permanent')))
  await people.decide(disbursement, payout, { finding: 'receivable', next: 'cancel' })
  return payout
}

const versionOf = async (payout: string): Promise<number> =>
  (await world.one<{ version: number }>('SELECT version FROM payout WHERE key = $1', [payout])).version
const ending = async (payout: string, end: string) => ({
  act: 'receivable-end',
  content: { programme: 'swift', payout, version: await versionOf(payout), end },
})
const moneyOf = (payout: string) => world.one('SELECT state, money FROM payout WHERE key = $1', [payout])

describe('what is to be had back', () => {
  it('is listed until it ends', async () => {
    const payout = await receivable()
    const page = await world.store.reviews.receivables(['swift'], { limit: 10, after: null })
    expect(page.rows).toMatchObject([{ payout, amount: AMOUNT.toString(), gateway: 'sandbox' }])
    expect(page.rows[0]?.since).toBeInstanceOf(Date)
    expect((await world.store.reviews.receivables(['other'], { limit: 10, after: null })).rows).toEqual([])
    await agree(world.store, [people.sari, people.budi], await ending(payout, 'repaid'), NOON)
    expect((await world.store.reviews.receivables(null, { limit: 10, after: null })).rows).toEqual([])
  })

  it('is repaid to the treasury: it is no receivable any more, and the gateway has it as little as before', async () => {
    const payout = await receivable()
    const [float, treasury] = [await at.float(), await at.balance('funds:treasury')]
    await agree(world.store, [people.sari, people.budi], await ending(payout, 'repaid'), NOON)
    expect(await moneyOf(payout)).toEqual({ state: 'paid', money: 'repaid' })
    expect([await at.float(), await at.balance('funds:treasury')]).toEqual([float, treasury - AMOUNT])
    // When it comes back through the gateway too, people look.
    await world.observe(called(payout, seen('returned'), NOON + DAY))
    expect(await moneyOf(payout)).toEqual({ state: 'review', money: 'repaid' })
  })

  it('is written off, and comes back all the same', async () => {
    const payout = await receivable()
    await agree(world.store, [people.sari, people.budi], await ending(payout, 'written-off'), NOON)
    expect(-(await at.balance('funds:write-off'))).toBe(AMOUNT)
    await world.observe(called(payout, seen('returned'), NOON + DAY))
    expect(await moneyOf(payout)).toEqual({ state: 'returned', money: 'back' })
    expect(await at.balance('funds:write-off')).toBe(0n)
  })

  it('is ended once, by two people, and not after it has come back', async () => {
    const payout = await receivable()
    const put = await ending(payout, 'written-off')
    const [one, other] = [
      await propose(world.store, people.sari, put, NOON),
      await propose(world.store, people.sari, await ending(payout, 'repaid'), NOON),
    ]
    expect(await refusal(decide(world.store, people.sari, one, 'approve', NOON))).toBe('own-proposal')
    await world.observe(called(payout, seen('returned'), NOON + HOUR))
    expect(await decide(world.store, people.budi, one, 'approve', NOON)).toMatchObject({
      state: 'void',
      outcomeCode: 'conflict',
    })
    expect(await decide(world.store, people.budi, other, 'approve', NOON)).toMatchObject({ state: 'void' })
    expect(await refusal(propose(world.store, people.sari, put, NOON + HOUR))).toBe('conflict')
  })
})

describe('the money of a difference', () => {
  const resolving = (discrepancy: string, difference: string, resolution: string) => ({
    act: 'discrepancy-resolution',
    content: { discrepancy, difference, resolution },
  })

  it('goes where two people say, and only as what it was when they looked', async () => {
    await at.reconcile([credit('c1')])
    const [{ id } = { id: '' }] = await at.found(true)
    expect(await refusal(propose(world.store, people.sari, resolving(id, '699', 'to-treasury'), NOON))).toBe(
      'review-moved',
    )
    expect(await refusal(propose(world.store, people.sari, resolving(id, '700', 'written-off'), NOON))).toBe('conflict')
    expect(await refusal(propose(world.store, people.sari, resolving(id, '0', 'to-treasury'), NOON))).toBe(
      'invalid-request',
    )
    const [one, other] = [
      await propose(world.store, people.sari, resolving(id, '700', 'to-treasury'), NOON),
      await propose(
        world.store,
        people.sari,
        { ...resolving(id, '700', 'to-treasury'), expiresAtMs: NOON + 2 * HOUR },
        NOON,
      ),
    ]
    expect(await refusal(decide(world.store, people.sari, one, 'approve', NOON))).toBe('own-proposal')
    const ends = await Promise.all([one, other].map((each) => decide(world.store, people.budi, each, 'approve', NOON)))
    expect(ends.map(({ state }) => state).toSorted()).toEqual(['executed', 'void'])
    expect(await world.store.statements.discrepancy(id)).toMatchObject({ state: 'resolved', resolvedBy: 'budi' })
    expect(await at.balance('funds:suspense-in')).toBe(0n)
  })
})
