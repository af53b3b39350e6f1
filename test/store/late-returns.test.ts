/** Money that comes back: at once, after weeks, in part, twice, before its success, after its life has closed. It is owed again, exactly. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bankAccount } from '../support/builders.ts'
import { pairOf } from '../support/freezes.ts'
import { reviewDecisionOf } from '../support/reviews.ts'
import { asked, called, postedEvents, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { agree } from '../support/two-people.ts'
import {
  AMOUNT,
  DAY,
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  seen,
  type World,
} from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

/** A callback tells it, and the gateway says so itself when it is asked. */
const back = async (payout: string, atMs: number): Promise<void> => {
  await world.observe(called(payout, seen('returned'), atMs))
  await world.observe(asked(payout, seen('returned'), atMs + MINUTE))
}
const deadline = async (key: string): Promise<number> =>
  (await world.one<{ at: Date }>('SELECT lapses_at AS at FROM disbursement WHERE key = $1', [key])).at.getTime()

/** Another account, and what is owed goes there. */
async function paidAgain({ ref, disbursement }: Sent, atMs: number): Promise<bigint> {
  await world.link(ref, bankAccount(), atMs)
  await world.advance(ref, atMs + 8 * DAY)
  const payout = await world.claim(disbursement, atMs + 8 * DAY)
  const { amount } = await world.one<{ amount: bigint }>('SELECT amount FROM payout WHERE key = $1', [payout])
  const fact = seen('paid', { gatewayId: `po_${payout}`, amount: { minor: amount, currency: 'IDR' } })
  await world.observe(called(payout, fact, atMs + 8 * DAY + HOUR))
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid' })
  return amount
}

describe('a return of all of it', () => {
  it.each([
    ['a second', SECOND],
    ['a day', DAY],
    ['thirty days', 30 * DAY],
    ['ninety days', 90 * DAY],
  ])(
    'after %s: the person has as long to act as if it had only now become due, and is paid again',
    async (_, after) => {
      const sent = await sendFirst(world)
      await world.observe(submitted(sent.payout, seen('paid')))
      const atMs = NOON + SECOND + after
      await back(sent.payout, atMs)
      expect(await stateOf(world, sent.disbursement)).toMatchObject({
        state: 'needs-account',
        reason: 'returned',
        returns: 1,
      })
      expect(await deadline(sent.disbursement)).toBeGreaterThanOrEqual(atMs + 60 * DAY)
      expect(await paidAgain(sent, atMs)).toBe(AMOUNT)
    },
  )

  it('that is told twice is one', async () => {
    const sent = await sendFirst(world)
    await world.observe(submitted(sent.payout, seen('paid')))
    await back(sent.payout, NOON + 30 * DAY)
    await back(sent.payout, NOON + 90 * DAY)
    expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'needs-account', returns: 1 })
    expect(await postedEvents(world, sent.payout)).toEqual(['claimed', 'paid', 'returned'])
  })

  it('and another one of what was paid again goes to people', async () => {
    const sent = await sendFirst(world)
    await world.observe(submitted(sent.payout, seen('paid')))
    await back(sent.payout, NOON + 30 * DAY)
    await paidAgain(sent, NOON + 30 * DAY)
    const again = `${sent.disbursement}#2`
    await world.observe(called(again, seen('returned', { gatewayId: `po_${again}` }), NOON + 90 * DAY))
    expect(await stateOf(world, sent.disbursement)).toMatchObject({
      state: 'review',
      reason: 'returned-twice',
      returns: 2,
    })
  })

  it('before its success is both, and the success that comes after it changes nothing', async () => {
    const sent = await sendFirst(world)
    await back(sent.payout, NOON + SECOND)
    await world.observe(called(sent.payout, seen('paid'), NOON + 30 * DAY))
    expect(await postedEvents(world, sent.payout)).toEqual(['claimed', 'paid', 'returned'])
    expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'needs-account' })
  })

  it('after the life has closed is owed again all the same', async () => {
    const sent = await sendFirst(world)
    await world.observe(submitted(sent.payout, seen('paid')))
    await world.act(
      (acts) => acts.withdraw({ programme: 'swift', ref: sent.ref, reason: 'has found work' }),
      NOON + DAY,
    )
    await world.advance(sent.ref, NOON + DAY)
    expect(await world.one('SELECT stage FROM participant WHERE ref = $1', [sent.ref])).toEqual({ stage: 'closed' })
    await back(sent.payout, NOON + 90 * DAY)
    expect(await paidAgain(sent, NOON + 90 * DAY)).toBe(AMOUNT)
  })
})

it('a return of a part after ninety days is decided by two people, and only that part is paid again', async () => {
  const sent = await sendFirst(world)
  await world.observe(submitted(sent.payout, seen('paid')))
  const part = 20_000_000n
  await world.observe(
    called(sent.payout, seen('returned', { amount: { minor: part, currency: 'IDR' } }), NOON + 90 * DAY),
  )
  expect(await stateOf(world, disbursementOf(sent.ref))).toMatchObject({ state: 'review' })
  const { sari, budi } = await pairOf(world)
  const word = { finding: 'partly-returned', returned: part.toString(), next: 'needs-account' } as const
  await agree(
    world.store,
    [sari, budi],
    await reviewDecisionOf(world, sent.disbursement, sent.payout, word),
    NOON + 90 * DAY,
  )
  expect(await paidAgain(sent, NOON + 90 * DAY)).toBe(part)
})
