/** What two people decide about a payout that the machines cannot place: state, ledger, suspense and the next step in one commit. */
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import { bankAccount } from '../support/builders.ts'
import { reviewing, type Reviewing } from '../support/reviews.ts'
import { called, paymentMessages, postedEvents, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { line, reconciling, type Reconciling } from '../support/statements.ts'
import { decide as say } from '../support/two-people.ts'
import { AMOUNT, DAY, HOUR, NOON, openWorld, refusal, seen, seenFailed, SILENCE, type World } from '../support/world.ts'

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

const sent = () => sendFirst(world)
const payoutOf = (key: string) =>
  world.one<{ state: string; money: string; amount: bigint; returned: bigint; reference: string }>(
    'SELECT state, money, amount, returned, reference FROM payout WHERE key = $1',
    [key],
  )

/** Failed for good, then paid: the gateway contradicts itself. */
async function lateSuccess(): Promise<Sent> {
  const found = await sent()
  await world.observe(submitted(found.payout, seenFailed('retry-new')))
  await world.observe(called(found.payout, seen('paid')))
  expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'review', reason: 'gateway-contradiction' })
  return found
}

/** Failed, sent again and paid, and then the first attempt was paid after all. */
async function paidTwice(): Promise<Sent & { readonly second: string }> {
  const found = await sent()
  await world.observe(submitted(found.payout, seenFailed('retry-new')))
  const second = await world.claim(found.disbursement, NOON + 2 * HOUR)
  await world.observe({ ...submitted(second, seen('paid', { gatewayId: 'po_2' })), atMs: NOON + 2 * HOUR })
  await world.observe(called(found.payout, seen('paid'), NOON + 3 * HOUR))
  expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'review', reason: 'older-attempt-changed' })
  return { ...found, second }
}

describe('a payout without an answer', () => {
  async function unanswered(): Promise<Sent> {
    const found = await sent()
    await world.observe(submitted(found.payout, SILENCE))
    for (const enquiry of [1, 2]) {
      await world.observe({
        payout: found.payout,
        source: 'enquiry',
        fact: { kind: 'not-found' },
        atMs: NOON + 11 * HOUR + enquiry * HOUR,
        enquiry,
      })
    }
    await world.store.payouts.giveUp(found.payout, NOON + 14 * HOUR)
    expect(await payoutOf(found.payout)).toMatchObject({ state: 'review', money: 'clearing' })
    return found
  }

  it('found paid is paid, and its life is told', async () => {
    const { ref, disbursement, payout } = await unanswered()
    expect(await people.decide(disbursement, payout, { finding: 'paid' })).toMatchObject({ state: 'executed' })
    expect(await payoutOf(payout)).toMatchObject({ state: 'paid', money: 'credited' })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', reason: null })
    expect(await postedEvents(world, payout)).toEqual(['claimed', 'paid'])
    expect(await paymentMessages(world, ref)).toBe(1)
    expect((await world.advance(ref)).attention).toBeNull()
  })

  it('found never to have been paid is paid again, once', async () => {
    const { ref, disbursement, payout } = await unanswered()
    await people.decide(disbursement, payout, { finding: 'not-paid', next: 'pay-again' })
    expect(await payoutOf(payout)).toMatchObject({ state: 'failed', money: 'back' })
    expect((await world.advance(ref)).disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
    const again = await world.claim(disbursement, NOON + DAY)
    expect(again).toBe(`${disbursement}#2`)
    await expect(world.claim(disbursement, NOON + DAY)).rejects.toThrow('parked')
  })

  it('can be asked about once more: the answer is taken, silence brings it back', async () => {
    const first = await unanswered()
    await people.decide(first.disbursement, first.payout, { finding: 'unknown' }, NOON + 20 * HOUR)
    expect((await world.advance(first.ref, NOON + 20 * HOUR)).disbursements[0]).toMatchObject({
      state: 'in-flight',
      next: { kind: 'enquire', payout: first.payout },
    })
    await world.observe({
      payout: first.payout,
      source: 'enquiry',
      fact: seen('paid'),
      atMs: NOON + 20 * HOUR,
      enquiry: 3,
    })
    expect(await stateOf(world, first.disbursement)).toMatchObject({ state: 'paid' })

    const second = await unanswered()
    await people.decide(second.disbursement, second.payout, { finding: 'unknown' }, NOON + 20 * HOUR)
    await world.observe({
      payout: second.payout,
      source: 'enquiry',
      fact: { kind: 'not-found' },
      atMs: NOON + 20 * HOUR,
      enquiry: 3,
    })
    const standing = await world.advance(second.ref, NOON + 20 * HOUR)
    expect(standing.disbursements[0]?.next).toEqual({ kind: 'give-up', payout: second.payout })
    await world.store.payouts.giveUp(second.payout, NOON + 20 * HOUR)
    expect(await stateOf(world, second.disbursement)).toMatchObject({ state: 'review' })
    await people.decide(second.disbursement, second.payout, { finding: 'not-paid', next: 'cancel' }, NOON + 21 * HOUR)
    expect(await stateOf(world, second.disbursement)).toMatchObject({ state: 'cancelled' })
  })
})

describe('a success after a failure that was final', () => {
  it('is the payment, where it was not paid otherwise', async () => {
    const { disbursement, payout } = await lateSuccess()
    await people.decide(disbursement, payout, { finding: 'paid' })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid' })
    expect(await postedEvents(world, payout)).toEqual(['claimed', 'voided', 'late-paid'])
    await world.observe(called(payout, seen('returned'), NOON + DAY))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account', returns: 1 })
  })

  it('is never a second payment: it goes through suspense to a receivable, and comes back as one', async () => {
    const { ref, disbursement, payout } = await paidTwice()
    expect(await refusal(people.suggest(disbursement, payout, { finding: 'paid' }))).toBe('conflict')
    const float = await at.float()
    await people.decide(disbursement, payout, { finding: 'receivable' })
    expect(await payoutOf(payout)).toMatchObject({ state: 'paid', money: 'receivable' })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid' })
    expect(await at.float()).toBe(float - AMOUNT)
    expect(-(await at.balance('funds:receivable'))).toBe(AMOUNT)
    expect(await at.balance('funds:suspense-out')).toBe(0n)
    await world.observe(called(payout, seen('paid'), NOON + 4 * HOUR))
    await world.observe(called(payout, seen('returned'), NOON + 5 * HOUR))
    expect(await payoutOf(payout)).toMatchObject({ state: 'returned', money: 'back' })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', returns: 0 })
    expect(await at.balance('funds:receivable')).toBe(0n)
    expect(await at.float()).toBe(float)
    expect((await world.advance(ref)).attention).toBeNull()
  })

  it('whose debit the statement has already put into suspense is counted once', async () => {
    const { disbursement, payout } = await paidTwice()
    const { reference } = await payoutOf(payout)
    const other = await world.one<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [
      `${disbursement}#2`,
    ])
    const before = await at.balance('funds:suspense-out')
    await at.reconcile([
      line({ payout: 'x', reference }, { gatewayId: 'po_1' }),
      line({ payout: 'x', reference: other.reference }, { gatewayId: 'po_2' }),
    ])
    expect(await at.balance('funds:suspense-out')).toBe(before - AMOUNT)
    await people.decide(disbursement, payout, { finding: 'receivable' })
    expect(await at.balance('funds:suspense-out')).toBe(before)
    expect((await at.found()).filter((one) => one.payout === payout)).toMatchObject([
      { class: 'missing-here', state: 'resolved', resolution: 'booked', resolvedBy: 'budi' },
    ])
  })

  it('of an obligation that has lapsed is no payment any more', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('needs-account')))
    await world.advance(ref, NOON + 61 * DAY)
    await world.observe(called(payout, seen('paid'), NOON + 61 * DAY))
    expect(await refusal(people.suggest(disbursement, payout, { finding: 'paid' }))).toBe('conflict')
    await people.decide(disbursement, payout, { finding: 'written-off' })
    expect(await payoutOf(payout)).toMatchObject({ state: 'paid', money: 'written-off' })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'lapsed' })
    expect((await world.advance(ref, NOON + 61 * DAY)).attention).toBeNull()
  })
})

describe('money that is not the money that was approved', () => {
  const other = seen('paid', { amount: { minor: AMOUNT - 1n, currency: 'IDR' } })

  it('is paid only by two people, and the difference stays in suspense until it is resolved', async () => {
    const { disbursement, payout } = await sent()
    await world.observe(called(payout, other))
    const { reference } = await payoutOf(payout)
    await at.reconcile([line({ payout: 'x', reference }, { gatewayId: 'po_1', amount: AMOUNT - 1n })], {
      day: '2026-11-24',
    })
    expect(await at.states(payout)).toMatchObject({ payout: 'review', alarm: 'other-amount' })
    await people.decide(disbursement, payout, { finding: 'paid' })
    const [left] = (await at.found(true)).filter((one) => one.payout === payout)
    expect(left).toMatchObject({ class: 'amount', state: 'open', difference: 1n })
  })

  it('that went to another account is had back, and the person is paid', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('accepted')))
    const elsewhere = { institution: 'ID.BCA', number: '1234567890', isWhole: true }
    await world.observe(called(payout, seen('paid', { account: elsewhere })))
    expect(await at.states(payout)).toMatchObject({ payout: 'review', alarm: 'other-account' })
    await people.decide(disbursement, payout, { finding: 'receivable', next: 'pay-again' })
    expect((await world.advance(ref)).disbursements[0]).toMatchObject({ state: 'released' })
    const again = await world.claim(disbursement, NOON + DAY)
    await world.observe({ ...submitted(again, seen('paid', { gatewayId: 'po_2' })), atMs: NOON + DAY })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', attempts: 2 })
    await world.observe(called(payout, seen('returned', { account: null }), NOON + 2 * DAY))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', returns: 0 })
  })
})

describe('a debit that never came', () => {
  it('is owed again, and leaves suspense', async () => {
    const { payout, ref } = await at.send()
    await at.reconcile([], { day: '2026-11-22' })
    await at.reconcile([], { day: '2026-11-23' })
    expect(await at.states(payout)).toMatchObject({ payout: 'review', alarm: 'no-debit' })
    const [missing] = (await at.found(true)).filter((one) => one.payout === payout)
    expect(missing).toMatchObject({ class: 'missing-there', difference: AMOUNT })
    const disbursement = payout.split('#')[0] ?? ''
    await people.decide(disbursement, payout, { finding: 'not-paid', next: 'pay-again' })
    expect(await postedEvents(world, payout)).toEqual(['claimed', 'paid', 'unpaid'])
    expect(await world.store.statements.discrepancy(missing?.id ?? '')).toMatchObject({ resolution: 'booked' })
    expect((await world.advance(ref, NOON + 2 * DAY)).disbursements[0]).toMatchObject({ state: 'released' })
  })
})

describe('a return in part', () => {
  it('is never taken for a whole one, and is paid again at most for what came back', async () => {
    const part = 20_000_000n
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('paid')))
    await world.observe(called(payout, seen('returned', { amount: { minor: part, currency: 'IDR' } }), NOON + HOUR))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review' })
    await people.decide(disbursement, payout, {
      finding: 'partly-returned',
      returned: part.toString(),
      next: 'needs-account',
    })
    expect(await payoutOf(payout)).toMatchObject({ state: 'paid', money: 'credited', returned: part })
    expect((await world.advance(ref)).disbursements[0]).toMatchObject({ state: 'needs-account' })
    await world.link(ref, bankAccount(), NOON)
    await world.advance(ref, NOON + DAY)
    expect(await world.draft(disbursement, NOON + DAY)).toMatchObject({ amount: part })
    const again = await world.claim(disbursement, NOON + DAY)
    expect(await payoutOf(again)).toMatchObject({ amount: part })
    const whole = seen('paid', { gatewayId: 'po_2', amount: { minor: part, currency: 'IDR' } })
    await world.observe({ ...submitted(again, whole), atMs: NOON + DAY })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', attempts: 2, returns: 1 })
    // What comes back of the first one now is for people again.
    await world.observe(called(payout, seen('returned'), NOON + 2 * DAY))
    expect(await at.states(payout)).toMatchObject({ payout: 'review', disbursement: 'review' })
    await people.decide(disbursement, payout, { finding: 'returned', next: 'hold' })
    expect(await world.one('SELECT returned, returns FROM disbursement WHERE key = $1', [disbursement])).toEqual({
      returned: AMOUNT,
      returns: 2,
    })
  })

  it('that the statement shows is booked as the part it is', async () => {
    const part = 20_000_000n
    const { payout, reference } = await at.send()
    const disbursement = payout.split('#')[0] ?? ''
    const back = { type: 'return', direction: 'credit', amount: part, id: 'part' } as const
    await at.reconcile([line({ payout, reference }), line({ payout, reference }, back)], { day: '2026-11-25' })
    const [open] = (await at.found(true)).filter((one) => one.payout === payout)
    expect(open).toMatchObject({ class: 'amount', difference: part })
    await people.decide(disbursement, payout, { finding: 'partly-returned', returned: part.toString(), next: 'hold' })
    expect(await world.store.statements.discrepancy(open?.id ?? '')).toMatchObject({ resolution: 'booked' })
  })
})

describe('a disbursement that waits for people without a payout in review', () => {
  it('is paid again, or cancelled, as they decide', async () => {
    const first = await sent()
    await world.observe(submitted(first.payout, seenFailed('compliance')))
    expect(await stateOf(world, first.disbursement)).toMatchObject({ state: 'review' })
    await people.decide(first.disbursement, null, { next: 'pay-again' })
    expect(await stateOf(world, first.disbursement)).toMatchObject({
      state: 'released',
      reason: 'review-decided',
      retries: 0,
    })
    const second = await sent()
    await world.observe(submitted(second.payout, seenFailed('compliance')))
    await people.decide(second.disbursement, null, { next: 'cancel' })
    expect(await stateOf(world, second.disbursement)).toMatchObject({ state: 'cancelled' })
  })

  it('that is to go to another account waits for one', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('undocumented')))
    await people.decide(disbursement, null, { next: 'needs-account' })
    expect((await world.advance(ref, NOON + HOUR)).disbursements[0]).toMatchObject({ state: 'needs-account' })
    await world.link(ref, bankAccount(), NOON + HOUR)
    expect((await world.advance(ref, NOON + 2 * DAY)).disbursements[0]).toMatchObject({ state: 'released' })
  })
})

describe('nobody decides alone, or about what has moved', () => {
  it('one person’s word changes nothing, and their own approval is refused', async () => {
    const { disbursement, payout } = await lateSuccess()
    const proposal = await people.suggest(disbursement, payout, { finding: 'paid' })
    expect(await refusal(say(world.store, people.sari, proposal, 'approve', NOON))).toBe('own-proposal')
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review' })
  })

  it('what was learnt meanwhile voids what was agreed to', async () => {
    const { disbursement, payout } = await lateSuccess()
    const proposal = await people.suggest(disbursement, payout, { finding: 'paid' })
    await world.observe(called(payout, seen('returned'), NOON + HOUR))
    expect(await say(world.store, people.budi, proposal, 'approve', NOON)).toMatchObject({
      state: 'void',
      outcomeCode: 'review-moved',
    })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review' })
    expect(await postedEvents(world, payout)).toEqual(['claimed', 'voided'])
  })

  it('two decisions at once: one is carried out, the other is void', async () => {
    const { disbursement, payout } = await lateSuccess()
    const paid = await people.suggest(disbursement, payout, { finding: 'paid' })
    const not = await people.suggest(disbursement, payout, { finding: 'not-paid', next: 'pay-again' })
    const ends = await Promise.all([paid, not].map((one) => say(world.store, people.budi, one, 'approve', NOON)))
    expect(ends.map(({ state }) => state).toSorted()).toEqual(['executed', 'void'])
    expect((await postedEvents(world, payout)).length).toBeLessThanOrEqual(3)
  })

  it('what is not under review is not decided about', async () => {
    const { disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('paid')))
    expect(await refusal(people.suggest(disbursement, payout, { finding: 'not-paid', next: 'pay-again' }))).toBe(
      'conflict',
    )
    expect(await refusal(people.suggest(disbursement, null, { next: 'pay-again' }))).toBe('conflict')
    const put = await people.put(disbursement, payout, { finding: 'paid' })
    const none = { ...put, content: { ...(put.content as object), programme: 'demo' } }
    expect(await refusal(people.suggest(disbursement, payout, {}))).toBe('conflict')
    expect(none.act).toBe('review-decision')
  })

  test.each([
    `UPDATE payout SET state = 'failed', money = 'back' WHERE key = $1`,
    `UPDATE payout SET state = 'paid', money = 'receivable', superseded = true WHERE key = $1`,
  ])('the database itself lets nobody move it without what was agreed: %s', async (sql) => {
    const { payout } = await lateSuccess()
    await expect(world.one(`${sql} RETURNING key`, [payout])).rejects.toThrow('is decided by a proposal')
  })

  test('the database itself refuses a second delivery of what was owed once', async () => {
    const { disbursement, payout } = await paidTwice()
    await expect(
      world.one(`UPDATE payout SET money = 'credited', superseded = false WHERE key = $1 RETURNING key`, [payout]),
    ).rejects.toThrow(/more than what is owed|payout_live/)
    await people.decide(disbursement, payout, { finding: 'not-paid' })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid' })
  })
})
