/** Whoever withdraws after all of what they had been paid has come back: it was theirs before they left, whoever found out that it was. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { reviewing } from '../support/reviews.ts'
import { called, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { AMOUNT, bytesOf, DAY, HOUR, MINUTE, NOON, openWorld, seen, type World } from '../support/world.ts'
import { bankAccount } from '../support/builders.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

async function withdraw({ ref }: Sent): Promise<void> {
  await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'moved abroad' }), NOON + 2 * HOUR)
  expect(await world.advance(ref, NOON + 2 * HOUR)).toMatchObject({ stage: 'closed', outcome: 'withdrawn' })
}

/** Nobody had told that it was delivered; the gateway says that it came back, another amount than was sent, and people find out. */
async function underReview(): Promise<Sent> {
  const sent = await sendFirst(world)
  await world.observe(submitted(sent.payout, seen('accepted')))
  const amount = { minor: AMOUNT - 1n, currency: 'IDR' }
  await world.observe(called(sent.payout, seen('returned', { amount }), NOON + HOUR))
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'review' })
  return sent
}

async function isPaidAgain({ ref, disbursement }: Sent): Promise<void> {
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account' })
  await world.link(ref, bankAccount(), NOON + DAY)
  await world.advance(ref, NOON + 3 * DAY)
  const draft = await world.draft(disbursement, NOON + 3 * DAY)
  expect(draft).toMatchObject({ n: 2, amount: AMOUNT })
  const claim = await world.store.claims.claim(draft, bytesOf(draft), NOON + 3 * DAY)
  expect(claim).toMatchObject({ kind: 'claimed' })
}

it('is owed it still where the gateway has told so', async () => {
  const sent = await sendFirst(world)
  await world.observe(submitted(sent.payout, seen('paid')))
  await world.observe({ ...called(sent.payout, seen('returned'), NOON + MINUTE), source: 'enquiry', enquiry: 1 })
  await withdraw(sent)
  await isPaidAgain(sent)
})

it('and where two people have found that it was delivered and came back', async () => {
  const sent = await underReview()
  const people = await reviewing(world)
  await people.decide(sent.disbursement, sent.payout, { finding: 'returned', next: 'needs-account' }, NOON + HOUR)
  await withdraw(sent)
  await isPaidAgain(sent)
})

it('but not where they have found that it never arrived', async () => {
  const sent = await underReview()
  const people = await reviewing(world)
  await people.decide(sent.disbursement, sent.payout, { finding: 'not-paid', next: 'needs-account' }, NOON + HOUR)
  await withdraw(sent)
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'cancelled' })
})
