/** What came back, and was found to be paid after all, may come back again: it is booked again, and holds up nobody else. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Observation } from '../../domain/observation.ts'
import { reviewing, type Reviewing } from '../support/reviews.ts'
import { asked, called, postedEvents, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { line, NEXT, reconciling } from '../support/statements.ts'
import { DAY, disbursementOf, HOUR, MINUTE, NOON, openWorld, seen, SIGNED, type World } from '../support/world.ts'

let world: World
let people: Reviewing
beforeAll(async () => {
  world = await openWorld()
  people = await reviewing(world)
})
afterAll(() => world.close())

const observed = (state: 'paid' | 'returned', payout: string) => seen(state, { gatewayId: `po_${payout}` })

/** A return that the gateway contradicts, and that people find to be a payment. */
async function paidAfterAll({ disbursement, payout }: Sent): Promise<void> {
  await world.observe(called(payout, observed('returned', payout), NOON + MINUTE))
  await world.observe(asked(payout, observed('paid', payout), NOON + HOUR, 1))
  await people.decide(disbursement, payout, { finding: 'paid' }, NOON + HOUR)
}

describe('a payment that came back and was found to be paid after all', () => {
  let found: Sent
  beforeEach(async () => {
    found = await sendFirst(world)
    await world.observe(submitted(found.payout, observed('paid', found.payout)))
    await paidAfterAll(found)
  })

  it('comes back again: it is owed again, and booked again', async () => {
    const { disbursement, payout } = found
    await world.observe(called(payout, observed('returned', payout), NOON + DAY))
    expect(await postedEvents(world, payout)).toEqual(['claimed', 'paid', 'returned', 'late-paid', 'returned'])
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'returned-twice', returns: 2 })
    expect(await world.imbalances()).toEqual([])
  })

  it('comes back again in one batch of callbacks with another: both are taken in', async () => {
    const other = await sendFirst(world)
    await world.observe(submitted(other.payout, observed('paid', other.payout)))
    const callbacks = await Promise.all([found, other].map(callbackOf))
    expect(await world.store.desk.receiveCallbacks(callbacks)).toEqual(['applied', 'applied'])
    expect(await world.imbalances()).toEqual([])
  })
})

async function callbackOf({ payout }: Sent) {
  const { reference } = await world.one<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [payout])
  const fact = observed('returned', payout) as { readonly observation: Observation }
  const { observation } = fact
  const receivedAtMs = NOON + 2 * DAY
  const body = Buffer.from('{}')
  return {
    gateway: 'sandbox',
    eventId: randomUUID(),
    reference,
    trusted: true,
    credentials: SIGNED,
    body,
    receivedAtMs,
    observation,
  }
}

it('a statement that tells the second return is settled, and the lines of others with it', async () => {
  const away = await openWorld()
  const both = await reviewing(away)
  const at = reconciling(away)
  const one = await at.send()
  const other = await at.send()
  await away.observe(called(one.payout, observed('returned', one.payout), NOON + MINUTE))
  await away.observe(asked(one.payout, observed('paid', one.payout), NOON + HOUR, 1))
  await both.decide(disbursementOf(one.ref), one.payout, { finding: 'paid' }, NOON + HOUR)
  await at.reconcile([line(one), line(other)])
  const back = { type: 'return', direction: 'credit', businessDate: NEXT, rawDate: `${NEXT}T12:00:00+07:00` } as const
  await at.reconcile([line(one, { id: 'r1', ...back }), line(other, { id: 'r2', ...back })], { day: NEXT })
  for (const { payout } of [one, other])
    expect(await away.one('SELECT state, money FROM payout WHERE key = $1', [payout])).toEqual({
      state: 'returned',
      money: 'back',
    })
  expect(await away.imbalances()).toEqual([])
  await away.close()
})

it('a receivable that came back through its gateway, and was found to be one after all, comes back again', async () => {
  const { disbursement, payout } = await sendFirst(world)
  const back = (atMs: number) => called(payout, observed('returned', payout), atMs)
  await world.observe(submitted(payout, observed('paid', payout)))
  const less = seen('paid', { gatewayId: `po_${payout}`, amount: { minor: 1n, currency: 'IDR' } })
  await world.observe(asked(payout, less, NOON + HOUR))
  await people.decide(disbursement, payout, { finding: 'receivable', next: 'hold' }, NOON + HOUR)
  await world.observe(back(NOON + 2 * HOUR))
  await world.observe({
    payout,
    source: 'statement',
    isOtherAccount: false,
    atMs: NOON + DAY,
    fact: { kind: 'uncredited' },
  })
  await people.decide(disbursement, payout, { finding: 'receivable', next: 'hold' }, NOON + DAY)
  await world.observe(back(NOON + 2 * DAY))
  expect((await postedEvents(world, payout)).filter((event) => event === 'recovered')).toHaveLength(2)
  expect(await world.imbalances()).toEqual([])
})
