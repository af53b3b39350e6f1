import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StatementLine } from '../../domain/statement.ts'
import { bankAccount } from '../support/builders.ts'
import { credit, DAY, line, NEXT, partsOf, reconciling, type Reconciling } from '../support/statements.ts'
import { AMOUNT, disbursementOf, HOUR, NOON, openWorld, seen, type World } from '../support/world.ts'

let world: World
let at: Reconciling
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
})
afterEach(() => world.close())

describe('each difference is found once, under its own name, and our money is what the statement says', () => {
  /** The books must come to what the statement says, whatever differs. */
  async function expectFloat(lines: readonly StatementLine[]): Promise<void> {
    const end = partsOf(lines).at(-1)
    expect(await at.float()).toBe(end?.kind === 'end' ? end.closing : null)
    expect(await world.imbalances()).toEqual([])
  }

  test('missing here: the statement has a debit of a payout that nobody told us about; it is paid', async () => {
    const sent = await at.send(false)
    const lines = [line(sent)]
    await at.reconcile(lines)
    expect(await at.found()).toMatchObject([
      { class: 'missing-here', state: 'resolved', resolution: 'applied', difference: 0n },
    ])
    expect(await at.states(sent.payout)).toMatchObject({ payout: 'paid', disbursement: 'paid' })
    await expectFloat(lines)
  })

  test('missing here: the debit of a payout that had failed is real money, for people to look at', async () => {
    const sent = await at.send(false)
    const fact = seen('failed', { gatewayId: `po_${sent.payout}` })
    await world.observe({ payout: sent.payout, source: 'submit', send: 1, fact, atMs: NOON })
    const lines = [line(sent)]
    await at.reconcile(lines)
    expect(await at.found()).toMatchObject([{ class: 'missing-here', state: 'open', difference: -AMOUNT }])
    expect(await at.states(sent.payout)).toEqual({ payout: 'review', disbursement: 'review', alarm: 'contradiction' })
    expect(await at.balance('funds:suspense-out')).toBe(-AMOUNT)
    await expectFloat(lines)
  })

  test('missing there: only after the window, and to review, never to a second payment', async () => {
    const paid = await at.send()
    await at.reconcile([])
    expect(await at.classes()).toEqual([])
    await at.reconcile([], { day: NEXT })
    expect(await at.found()).toMatchObject([
      { class: 'missing-there', state: 'open', difference: AMOUNT, payout: paid.payout },
    ])
    expect(await at.states(paid.payout)).toEqual({ payout: 'review', disbursement: 'review', alarm: 'no-debit' })
    await expect(world.claim(disbursementOf(paid.ref), NOON + 48 * HOUR)).rejects.toThrow('parked')
    expect(await at.balance('funds:suspense-in')).toBe(AMOUNT)
    await expectFloat([])
  })

  test('late: what was missing comes after all, and the money in suspense goes back', async () => {
    const paid = await at.send()
    await at.reconcile([])
    await at.reconcile([], { day: NEXT })
    await at.reconcile([line(paid, { businessDate: '2026-11-24' })], { day: '2026-11-24' })
    expect(await at.found()).toMatchObject([
      { class: 'missing-there', state: 'resolved', resolution: 'corrected' },
      { class: 'late', state: 'resolved', resolution: 'applied' },
    ])
    expect(await at.balance('funds:suspense-in')).toBe(0n)
    await expectFloat([line(paid)])
  })

  test.each([
    ['late', { businessDate: NEXT }],
    ['other-day', { businessDate: NEXT, valueDate: NEXT }],
  ] as const)('%s: within the window it is a remark about the gateway', async (name, more) => {
    const lines = [line(await at.send(), more)]
    await at.reconcile([])
    await at.reconcile(lines, { day: NEXT })
    expect(await at.found()).toMatchObject([{ class: name, state: 'resolved', difference: 0n }])
    await expectFloat(lines)
  })

  test('amount: more or less than was approved is never a success', async () => {
    const [more, less] = [await at.send(), await at.send()]
    const lines = [line(more, { amount: AMOUNT + 100n }), line(less, { amount: AMOUNT - 300n })]
    await at.reconcile(lines)
    expect(await at.found()).toMatchObject([
      { class: 'amount', state: 'open', difference: -100n },
      { class: 'amount', state: 'open', difference: 300n },
    ])
    expect(await at.states(more.payout)).toEqual({ payout: 'review', disbursement: 'review', alarm: 'other-amount' })
    await expectFloat(lines)
  })

  test('amount: a line whose amount cannot be read exactly is for people, and books nothing', async () => {
    const paid = await at.send()
    await at.reconcile([line(paid, { amount: null })])
    expect(await at.found()).toMatchObject([{ class: 'amount', state: 'open', amountThere: null, difference: 0n }])
    expect(await at.states(paid.payout)).toMatchObject({ payout: 'review' })
    expect(await world.one('SELECT complete FROM statement')).toEqual({ complete: false })
  })

  test('duplicate: in one statement, and on another day', async () => {
    const paid = await at.send()
    await at.reconcile([line(paid), line(paid)])
    await at.reconcile([line(paid, { businessDate: NEXT })], { day: NEXT })
    expect(await at.found()).toMatchObject([
      { class: 'duplicate', state: 'open', difference: -AMOUNT, day: DAY },
      { class: 'duplicate', state: 'open', difference: -AMOUNT, day: NEXT },
    ])
    expect(await at.states(paid.payout)).toMatchObject({ payout: 'paid', disbursement: 'paid' })
    await expectFloat([line(paid), line(paid), line(paid)])
  })

  test('duplicate: under another name at the gateway it is a second payment, which stops the gateway', async () => {
    const paid = await at.send()
    await at.reconcile([line(paid), line(paid, { id: 'e2', gatewayId: 'po_other' })])
    expect(await at.classes()).toEqual(['duplicate'])
    expect(await at.states(paid.payout)).toMatchObject({ payout: 'review', alarm: 'another-object' })
    expect(await world.one('SELECT target, cause FROM freezes')).toEqual({
      target: 'gateway:sandbox',
      cause: 'two-payouts',
    })
  })

  test('fee: what the gateway takes for itself', async () => {
    const paid = await at.send()
    const lines = [line(paid), line(paid, { id: 'f1', type: 'fee', amount: 2500n })]
    await at.reconcile(lines)
    expect(await at.found()).toMatchObject([{ class: 'fee', state: 'resolved', difference: -2500n }])
    expect(await at.balance('funds:fee')).toBe(-2500n)
    await expectFloat(lines)
  })

  test('return: money that came back, related to its payment, finds its person again', async () => {
    const paid = await at.send()
    const lines = [line(paid), line(paid, { id: 'r1', type: 'return', direction: 'credit' })]
    await at.reconcile(lines)
    expect(await at.found()).toMatchObject([
      { class: 'return', state: 'resolved', payout: paid.payout, difference: 0n },
    ])
    expect(await at.states(paid.payout)).toMatchObject({ payout: 'returned', disbursement: 'needs-account' })
    await expectFloat(lines)
    expect(await world.count(`SELECT FROM message WHERE kind = 'payout' AND ref = $1`, [paid.ref])).toBeGreaterThan(0)
  })

  test('unknown reference: money left for a payment that was never ours', async () => {
    const lines = [line({ payout: 'x', reference: 'NEVERSENT0000001' }, { gatewayId: null })]
    await at.reconcile(lines)
    expect(await at.found()).toMatchObject([
      { class: 'unknown-reference', state: 'open', difference: -AMOUNT, payout: null },
    ])
    await expectFloat(lines)
  })

  test('what the gateway calls the payout is a pair too, where the reference says nothing', async () => {
    const paid = await at.send()
    await at.reconcile([line(paid, { reference: null })])
    await at.reconcile([], { day: NEXT })
    expect(await at.classes()).toEqual([])
    await expectFloat([line(paid)])
  })

  test('account: the statement tells of another one than the money was sent to', async () => {
    const account = bankAccount()
    const [wrong, right] = [await at.send(), await at.send(true, account)]
    const lines = [line(wrong, { account: { institution: 'ID.BNI', number: '1111111111' } }), line(right, { account })]
    await at.reconcile(lines)
    expect(await at.found()).toMatchObject([{ class: 'account', state: 'open', payout: wrong.payout, difference: 0n }])
    expect(await at.states(wrong.payout)).toMatchObject({ payout: 'review', alarm: 'other-account' })
    await expectFloat(lines)
  })

  test('currency: the debit of our money is not there', async () => {
    const lines = [line(await at.send(), { currency: 'USD' })]
    await at.reconcile(lines)
    expect(await at.found()).toMatchObject([{ class: 'currency', state: 'open', difference: AMOUNT }])
    await expectFloat(lines)
  })

  test('unreferenced credit: money from nobody waits in suspense', async () => {
    const lines = [credit('c1')]
    await at.reconcile(lines)
    expect(await at.found()).toMatchObject([{ class: 'unreferenced-credit', state: 'open', difference: 700n }])
    expect(await at.balance('funds:suspense-in')).toBe(700n)
    await expectFloat(lines)
  })

  test('a transfer of the treasury agrees by its number, and a wrong amount does not', async () => {
    await world.act((acts) =>
      acts.recordFunding({ programme: world.programme, gateway: 'sandbox', number: 'T2', amount: 9000n }),
    )
    const lines = [credit('t1', { type: 'top-up', reference: 'T2', amount: 8000n })]
    await at.reconcile(lines)
    expect(await at.found()).toMatchObject([{ class: 'amount', difference: -1000n, amountHere: 9000n }])
    await expectFloat(lines)
  })

  test.each([
    ['a credit that says it is a payment', { type: 'payout', direction: 'credit' }, 'unreferenced-credit', AMOUNT],
    ['a credit of a kind we do not know', { type: 'other', direction: 'credit' }, 'unreferenced-credit', AMOUNT],
    ['a debit of a kind we do not know', { type: 'other', direction: 'debit' }, 'unknown-reference', -AMOUNT],
    ['a debit that says it is a return', { type: 'return', direction: 'debit' }, 'unknown-reference', -AMOUNT],
  ] as const)('%s is no movement of ours, whatever reference it has', async (_what, more, name, difference) => {
    const [paid, unheard] = [await at.send(), await at.send(false)]
    const lines = [line(paid), line(paid, { id: 'o1', ...more }), line(unheard, { id: 'o2', ...more })]
    await at.reconcile(lines)
    const one = { class: name, state: 'open', difference, payout: null }
    expect(await at.found()).toMatchObject([one, one])
    expect(await at.states(paid.payout)).toMatchObject({ payout: 'paid', alarm: null })
    expect(await at.states(unheard.payout)).toMatchObject({ payout: 'submitting', alarm: null })
    await expectFloat(lines)
  })

  test('missing there: neither a fee nor a return of it says that the debit has come', async () => {
    const paid = await at.send()
    await at.reconcile([])
    await at.reconcile([], { day: NEXT })
    const later = { businessDate: '2026-11-24', valueDate: '2026-11-24' }
    const lines = [
      line(paid, { id: 'f1', type: 'fee', amount: 2500n, ...later }),
      line(paid, { id: 'r1', type: 'return', direction: 'credit', ...later }),
    ]
    await at.reconcile(lines, { day: '2026-11-24' })
    expect(await at.found()).toMatchObject([
      { class: 'missing-there', state: 'open', difference: AMOUNT },
      { class: 'fee', state: 'resolved', difference: -2500n },
      { class: 'return', state: 'open', difference: AMOUNT },
    ])
    expect(await at.states(paid.payout)).toMatchObject({ payout: 'review', alarm: 'no-debit' })
    await expectFloat(lines)
  })
})
