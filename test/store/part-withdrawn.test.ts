/** Whoever withdraws after a part of what was delivered has come back: what they have stays theirs, and is promised to nobody else. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { reviewing } from '../support/reviews.ts'
import { called, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { AMOUNT, DAY, HOUR, NOON, openWorld, seen, type World } from '../support/world.ts'

const PART = 20_000_000n

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

/** On its way still, as far as anybody had told, and two people found that it was delivered and a part has come back. */
async function foundPartlyBack(): Promise<Sent> {
  const found = await sendFirst(world)
  await world.observe(submitted(found.payout, seen('accepted')))
  await world.observe(called(found.payout, seen('returned', { amount: { minor: PART, currency: 'IDR' } }), NOON + HOUR))
  const people = await reviewing(world)
  const word = { finding: 'partly-returned', returned: PART.toString(), next: 'pay-again' } as const
  await people.decide(found.disbursement, found.payout, word, NOON + HOUR)
  expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'released' })
  return found
}

async function withdraw({ ref }: Sent): Promise<void> {
  await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'moved abroad' }), NOON + 2 * HOUR)
  expect(await world.advance(ref, NOON + 2 * HOUR)).toMatchObject({ stage: 'closed', outcome: 'withdrawn' })
}

const reservedFor = ({ ref }: Sent) =>
  world.one('SELECT obligated, amount - released AS reserved FROM commitment WHERE ref = $1', [ref])

it('is paid the part all the same: it was theirs before they left', async () => {
  const found = await foundPartlyBack()
  await withdraw(found)
  expect(await reservedFor(found)).toEqual({ obligated: AMOUNT, reserved: AMOUNT })
  const again = await world.claim(found.disbursement, NOON + DAY)
  await world.observe({
    ...submitted(again, seen('paid', { gatewayId: 'po_2', amount: { minor: PART, currency: 'IDR' } })),
    atMs: NOON + DAY,
  })
  expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'paid', attempts: 2 })
})

it('and where nobody had noted that it was ever paid, only the part is given up', async () => {
  const found = await foundPartlyBack()
  await world.root.pool.query('UPDATE disbursement SET first_paid_at = NULL WHERE key = $1', [found.disbursement])
  await withdraw(found)
  expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'cancelled' })
  expect(await reservedFor(found)).toEqual({ obligated: AMOUNT - PART, reserved: AMOUNT - PART })
})
