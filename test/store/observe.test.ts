/** What the gateways say, folded into payouts, disbursements and the ledger on the real database. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ObservedAccount } from '../../domain/observation.ts'
import { bankAccount } from '../support/builders.ts'
import { asked, called, paymentMessages, postedEvents, sendFirst, stateOf, submitted } from '../support/sent.ts'
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
  seenFailed,
  SILENCE,
  type World,
} from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

const sent = () => sendFirst(world)
const postings = (payout: string) => postedEvents(world, payout)

describe('the way of one payout', () => {
  it('accepted, then paid by a callback: posted once, told once', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('accepted')))
    await world.observe(called(payout, seen('paid')))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', attempts: 1 })
    expect(await postings(payout)).toEqual(['claimed', 'paid'])
    expect(await paymentMessages(world, ref)).toBe(1)
  })

  it('the same callback three times changes nothing more', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('accepted')))
    const results = [
      await world.observe(called(payout, seen('paid'))),
      await world.observe(called(payout, seen('paid'))),
      await world.observe(called(payout, seen('paid'))),
    ]
    expect(results.map((result) => result.decision)).toEqual(['move', 'keep:repeated', 'keep:repeated'])
    expect(await postings(payout)).toEqual(['claimed', 'paid'])
    expect(await paymentMessages(world, ref)).toBe(1)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid' })
  })

  it('the same callback three times in one batch changes nothing more either', async () => {
    const { payout } = await sent()
    await world.observe(submitted(payout, seen('accepted')))
    const paid = called(payout, seen('paid'))
    const results = await world.store.payouts.observe([paid, paid, paid])
    expect(results.map((result) => result.decision)).toEqual(['move', 'keep:repeated', 'keep:repeated'])
    expect(await postings(payout)).toEqual(['claimed', 'paid'])
  })

  it('a callback before the answer to the send is believed, and the answer is late', async () => {
    const { ref, disbursement, payout } = await sent()
    expect((await world.observe(called(payout, seen('paid'), NOON + 1))).state).toBe('paid')
    expect((await world.observe(submitted(payout, seen('accepted')))).decision).toBe('keep:late')
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid' })
    // The activity that sends is still there to bring the news: no message is needed.
    expect(await paymentMessages(world, ref)).toBe(0)
  })

  it('a callback is told when the process that sent has died: nobody else brings the news', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'moved abroad' }))
    await world.observe(called(payout, seen('paid'), NOON + SECOND))
    expect(await paymentMessages(world, ref)).toBe(0)
    expect(await world.advance(ref, NOON + 20 * SECOND)).toMatchObject({ stage: 'closed' })
    await world.observe(called(payout, seen('returned'), NOON + DAY))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account', reason: 'returned' })
    expect(await paymentMessages(world, ref)).toBe(1)
  })

  it('out of order: returned before paid is a return, posted as paid and returned', async () => {
    const { disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('accepted')))
    await world.observe(called(payout, seen('returned')))
    await world.observe(called(payout, seen('paid')))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account', reason: 'returned', returns: 1 })
    expect(await postings(payout)).toEqual(['claimed', 'paid', 'returned'])
  })

  it('a return that is told before, or with, its success still counts the first payment', async () => {
    const firstPaid = (disbursement: string) =>
      world.one('SELECT first_paid_at AS first, paid_at AS last FROM disbursement WHERE key = $1', [disbursement])
    const both = { first: new Date(NOON + MINUTE), last: new Date(NOON + MINUTE) }
    const early = await sent()
    await world.observe(called(early.payout, seen('returned')))
    expect(await firstPaid(early.disbursement)).toEqual(both)
    const batched = await sent()
    await world.store.payouts.observe([
      called(batched.payout, seen('paid')),
      asked(batched.payout, seen('returned'), NOON + HOUR),
    ])
    expect(await firstPaid(batched.disbursement)).toEqual(both)
    await world.link(batched.ref, bankAccount(), NOON)
    await world.advance(batched.ref, NOON + DAY)
    const second = await world.claim(batched.disbursement, NOON + DAY)
    await world.observe(called(second, seen('paid', { gatewayId: 'po_2' }), NOON + 2 * DAY))
    expect(await firstPaid(batched.disbursement)).toEqual({ ...both, last: new Date(NOON + 2 * DAY) })
  })

  it('shows what it failed with only while that is its end, and why people look', async () => {
    const shown = async (payout: string) =>
      world.one('SELECT failure_class AS class, failure_code AS code, alarm FROM payout WHERE key = $1', [payout])
    const { payout } = await sent()
    await world.observe(submitted(payout, SILENCE))
    expect(await shown(payout)).toEqual({ class: 'unknown', code: 'no-answer', alarm: null })
    const failure = { class: 'unknown', code: 'away', vendorCode: '' } as const
    await world.observe(asked(payout, { kind: 'unavailable', failure }))
    expect(await shown(payout)).toMatchObject({ code: 'no-answer' })
    await world.observe(called(payout, seen('paid'), NOON + HOUR))
    expect(await shown(payout)).toEqual({ class: null, code: null, alarm: null })
    const other = await sent()
    await world.store.payouts.observe([
      called(other.payout, seenFailed('retry-new')),
      called(other.payout, seenFailed('needs-account')),
      called(other.payout, seen('paid')),
    ])
    expect(await shown(other.payout)).toEqual({
      class: 'retry-new',
      code: 'code-of-retry-new',
      alarm: 'contradiction',
    })
  })

  it('another amount is never a success: it waits for people, the money stays in clearing', async () => {
    const { disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('accepted')))
    await world.observe(called(payout, seen('paid', { amount: { minor: AMOUNT - 1n, currency: 'IDR' } })))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'gateway-contradiction' })
    expect(await postings(payout)).toEqual(['claimed'])
  })

  it('another account is never a success: its alarm is kept, and the number is nowhere in clear', async () => {
    const account = bankAccount()
    const ref = await world.ready({ account })
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement)
    const { institution, number } = account
    const told = (more: Partial<ObservedAccount>) =>
      seen('processing', { account: { institution, number, isWhole: true, ...more } })
    expect((await world.observe(submitted(payout, told({})))).state).toBe('processing')
    const tail = { number: number.slice(-4), isWhole: false }
    expect((await world.observe(called(payout, told(tail)))).decision).toBe('keep:repeated')
    const other = number.slice(0, -1) + String((Number(number.slice(-1)) + 1) % 10)
    await world.observe(called(payout, seen('paid', { account: { institution, number: other, isWhole: true } })))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'gateway-contradiction' })
    const row = await world.one<{ alarm: string }>('SELECT to_jsonb(y) AS row, alarm FROM payout y WHERE key = $1', [
      payout,
    ])
    expect(row.alarm).toBe('other-account')
    expect(JSON.stringify(row)).not.toContain(other)
    const { rows } = await world.root.pool.query('SELECT * FROM observation WHERE payout = $1', [payout])
    expect(JSON.stringify(rows.map((each) => Object.values(each as object).map(String)))).not.toContain(other)
  })

  it.each([
    ['another institution', { institution: 'ID.BCA' }],
    ['other last digits', { number: '0000', isWhole: false }],
  ])('%s than it was sent to waits for people', async (_, differs) => {
    const account = { ...bankAccount(), institution: 'ID.BNI' }
    const ref = await world.ready({ account })
    const payout = await world.claim(disbursementOf(ref))
    const seenAt = { institution: account.institution, number: account.number, isWhole: true, ...differs }
    expect((await world.observe(submitted(payout, seen('paid', { account: seenAt })))).state).toBe('review')
  })

  it('silence is unknown, never a failure', async () => {
    const { ref, disbursement, payout } = await sent()
    const { state } = await world.observe(submitted(payout, SILENCE))
    expect(state).toBe('unknown')
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'in-flight' })
    expect((await world.advance(ref)).attention).toBe('payout-unknown')
  })

  it('a batch about many people is one commit and answers in its order', async () => {
    const cases = [await sent(), await sent(), await sent()]
    const results = await world.store.payouts.observe(
      cases.toReversed().map(({ payout }) => submitted(payout, seen('paid'))),
    )
    expect(results.map((result) => result.payout)).toEqual(cases.toReversed().map(({ payout }) => payout))
    expect(results.every((result) => result.state === 'paid')).toBe(true)
  })

  it('a payout nobody claimed is a bug of the caller and refused', async () => {
    await expect(world.observe(called('swift:nobody#1', seen('paid')))).rejects.toThrow('no payout')
  })
})

describe('enquiries', () => {
  it('that find nothing count only after the quiet period of the last send', async () => {
    const { payout } = await sent()
    await world.observe(submitted(payout, SILENCE))
    const notFound = async (): Promise<number> =>
      (await world.one<{ not_found: number }>('SELECT not_found FROM payout WHERE key = $1', [payout])).not_found
    await world.observe(asked(payout, { kind: 'not-found' }, NOON + MINUTE))
    expect(await notFound()).toBe(0)
    await world.observe(asked(payout, { kind: 'not-found' }, NOON + 6 * MINUTE, 2))
    expect(await notFound()).toBe(1)
  })

  it('that could not be answered say nothing', async () => {
    const { payout } = await sent()
    await world.observe(submitted(payout, SILENCE))
    const failure = { class: 'unknown', code: 'no-answer', vendorCode: '' } as const
    expect(await world.observe(asked(payout, { kind: 'unavailable', failure }))).toMatchObject({ state: 'unknown' })
  })

  it('that find several objects are an alarm', async () => {
    const { disbursement, payout } = await sent()
    await world.observe(submitted(payout, SILENCE))
    await world.observe(asked(payout, { kind: 'several', count: 2 }))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review' })
  })
})
