/** Words that contradict an end, and money that comes back after one: nobody is paid twice, and people look. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bankAccount } from '../support/builders.ts'
import {
  asked,
  called,
  paymentMessages,
  postedEvents,
  sendFirst,
  stateOf,
  submitted,
  type Sent,
} from '../support/sent.ts'
import { DAY, HOUR, NOON, openWorld, SECOND, seen, seenFailed, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

const sent = () => sendFirst(world)

describe('a word that contradicts an end', () => {
  it('failed, then paid: people look before anything is sent again', async () => {
    const { disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('retry-new')))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'released' })
    await world.observe(called(payout, seen('paid')))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'gateway-contradiction' })
    expect(await world.store.claims.draft(disbursement, NOON + DAY)).toMatchObject({ kind: 'parked' })
  })

  it('about an older attempt: the newer one ends, but nothing is sent again until people have looked', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('retry-new')))
    const second = await world.claim(disbursement, NOON + 2 * HOUR)
    await world.observe(called(payout, seen('paid'), NOON + 2 * HOUR))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'older-attempt-changed' })
    await world.observe({
      ...submitted(second, seenFailed('needs-account', { gatewayId: 'po_2' })),
      atMs: NOON + 3 * HOUR,
    })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'older-attempt-changed' })
    await world.link(ref, bankAccount(), NOON + 3 * HOUR)
    const later = await world.advance(ref, NOON + 9 * DAY)
    expect(later.disbursements[0]).toMatchObject({ state: 'review', next: { kind: 'wait', untilMs: null } })
  })

  it('about an older attempt, and the newer is paid: the double payment is not hidden', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('retry-new')))
    const second = await world.claim(disbursement, NOON + 2 * HOUR)
    await world.observe({ ...submitted(second, seen('accepted', { gatewayId: 'po_2' })), atMs: NOON + 2 * HOUR })
    await world.observe(called(payout, seen('paid'), NOON + 2 * HOUR))
    await world.observe(called(second, seen('paid', { gatewayId: 'po_2' }), NOON + 3 * HOUR))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'older-attempt-changed' })
    expect((await world.advance(ref)).attention).toBe('review')
  })

  it('about both attempts in one batch: neither word is lost', async () => {
    const { disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('retry-new')))
    const second = await world.claim(disbursement, NOON + 2 * HOUR)
    await world.store.payouts.observe([
      called(payout, seen('paid'), NOON + 2 * HOUR),
      called(second, seen('paid', { gatewayId: 'po_2' }), NOON + 2 * HOUR),
    ])
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'older-attempt-changed' })
  })

  it('about an obligation that lapsed: it stays lapsed in the books, and people look', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('needs-account')))
    const after = NOON + 61 * DAY
    expect((await world.advance(ref, after)).disbursements[0]).toMatchObject({ state: 'lapsed' })
    await world.observe(called(payout, seen('paid'), after))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'lapsed' })
    expect((await world.advance(ref, after)).attention).toBe('review')
  })

  it('about an obligation that was cancelled: likewise', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('permanent')))
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'asked' }))
    expect(await world.advance(ref)).toMatchObject({ stage: 'closed', outcome: 'withdrawn' })
    await world.observe(called(payout, seen('paid')))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'cancelled' })
    expect((await world.advance(ref)).attention).toBe('review')
  })
})

describe('money that comes back', () => {
  async function paidAndClosed(): Promise<Sent> {
    const found = await sent()
    await world.observe(submitted(found.payout, seen('paid')))
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref: found.ref, reason: 'moved abroad' }))
    expect(await world.advance(found.ref)).toMatchObject({ stage: 'closed' })
    return found
  }

  it('after success is owed again and needs another account', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('paid')))
    await world.observe(called(payout, seen('returned'), NOON + DAY))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account', reason: 'returned', returns: 1 })
    expect(await paymentMessages(world, ref)).toBe(1)
    expect((await world.advance(ref)).attention).toBe('waiting-for-account')
  })

  it('after the life has closed too, and is paid again by a new account', async () => {
    const { ref, disbursement, payout } = await paidAndClosed()
    await world.observe(asked(payout, seen('returned'), NOON + DAY))
    expect((await world.advance(ref, NOON + DAY)).disbursements[0]).toMatchObject({ state: 'needs-account' })
    await world.link(ref, bankAccount(), NOON + DAY)
    const ready = await world.advance(ref, NOON + 2 * DAY)
    expect(ready.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
    const again = await world.claim(disbursement, NOON + 2 * DAY)
    await world.observe({ ...submitted(again, seen('paid', { gatewayId: 'po_2' })), atMs: NOON + 2 * DAY })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', attempts: 2, returns: 1 })
    expect(await world.advance(ref, NOON + 2 * DAY)).toMatchObject({ attention: null, wakeAtMs: null })
  })

  it.each([
    ['a second', SECOND],
    ['a day', DAY],
    ['90 days', 90 * DAY],
  ])('after %s gives the person as long to act as if it had only now become due', async (_name, afterMs) => {
    const { ref, disbursement, payout } = await paidAndClosed()
    await world.observe(asked(payout, seen('returned'), NOON + afterMs))
    expect(await world.advance(ref, NOON + afterMs)).toMatchObject({
      wakeAtMs: NOON + afterMs + 60 * DAY,
      disbursements: [{ state: 'needs-account' }],
    })
    await world.link(ref, bankAccount(), NOON + afterMs)
    await world.advance(ref, NOON + afterMs + 2 * DAY)
    const again = await world.claim(disbursement, NOON + afterMs + 2 * DAY)
    await world.observe({ ...submitted(again, seen('paid', { gatewayId: 'po_2' })), atMs: NOON + afterMs + 2 * DAY })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', attempts: 2, returns: 1 })
  })

  it('before the success is told is paid and returned in the books, once', async () => {
    const { disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('accepted')))
    await world.observe(called(payout, seen('returned')))
    await world.observe(called(payout, seen('paid'), NOON + DAY))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account', reason: 'returned', returns: 1 })
    expect(await postedEvents(world, payout)).toEqual(['claimed', 'paid', 'returned'])
  })

  it('a second time waits for people', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('paid')))
    await world.observe(asked(payout, seen('returned')))
    await world.link(ref, bankAccount(), NOON)
    await world.advance(ref, NOON + DAY)
    const again = await world.claim(disbursement, NOON + DAY)
    await world.observe({ ...submitted(again, seen('paid', { gatewayId: 'po_2' })), atMs: NOON + DAY })
    await world.observe(called(again, seen('returned', { gatewayId: 'po_2' }), NOON + 2 * DAY))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'returned-twice', returns: 2 })
  })

  it('and is not asked for again lapses at its deadline', async () => {
    const { ref, disbursement, payout } = await paidAndClosed()
    await world.observe(called(payout, seen('returned'), NOON + DAY))
    await world.observe(asked(payout, seen('returned'), NOON + DAY))
    expect((await world.advance(ref, NOON + DAY)).wakeAtMs).toBe(NOON + 61 * DAY)
    await world.advance(ref, NOON + 61 * DAY)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'lapsed' })
  })
})
