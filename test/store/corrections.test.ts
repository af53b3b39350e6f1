/** Corrected statements after somebody has acted upon what they showed, and movements of ours that no statement has. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { credit, DAY, line, NEXT, OPENING, reconciling, type Paid, type Reconciling } from '../support/statements.ts'
import { called } from '../support/sent.ts'
import { AMOUNT, HOUR, NOON, openWorld, seen, type World } from '../support/world.ts'

const BEFORE = '2026-11-21'
const AFTER = '2026-11-24'

let world: World
let at: Reconciling
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const back = (paid: Paid, more = {}) => line(paid, { id: 'e7', type: 'return', direction: 'credit', ...more })
const open = async () =>
  (await at.found(true)).map(({ class: name, payout, difference }) => ({ class: name, payout, difference }))

describe('a corrected statement that takes away what was acted upon', () => {
  test('gives a return to somebody else: the first one is looked at, the second one is returned', async () => {
    const [one, two] = [await at.send(), await at.send()]
    await at.reconcile([line(one), line(two), back(one)])
    expect(await at.states(one.payout)).toMatchObject({ payout: 'returned' })
    await at.reconcile([line(one), line(two), back(two)], { version: 2 })
    expect(await at.states(one.payout)).toMatchObject({ payout: 'review', disbursement: 'review', alarm: 'no-credit' })
    expect(await at.states(two.payout)).toMatchObject({ payout: 'returned', disbursement: 'needs-account' })
    expect(await open()).toEqual([{ class: 'missing-there', payout: one.payout, difference: -AMOUNT }])
    expect(await at.float()).toBe(OPENING - AMOUNT)
  })

  test('gives a debit to somebody else: likewise', async () => {
    const [one, two] = [await at.send(false), await at.send(false)]
    await at.reconcile([line(one, { id: 'e7' })])
    await at.reconcile([line(two, { id: 'e7' })], { version: 2 })
    expect(await at.states(one.payout)).toMatchObject({ payout: 'review', alarm: 'no-debit' })
    expect(await at.states(two.payout)).toMatchObject({ payout: 'paid' })
    expect(await open()).toEqual([{ class: 'missing-there', payout: one.payout, difference: AMOUNT }])
    expect(await at.float()).toBe(OPENING - AMOUNT)
  })

  test('lacks a debit that had made a payout paid, and has it again', async () => {
    const sent = await at.send(false)
    await at.reconcile([line(sent)])
    await at.reconcile([line(sent), credit('c1')], { version: 2 })
    expect(await at.states(sent.payout)).toMatchObject({ payout: 'paid' })
    await at.reconcile([], { version: 3 })
    expect(await at.states(sent.payout)).toMatchObject({ payout: 'review', alarm: 'no-debit' })
    expect(await at.float()).toBe(OPENING)
    await at.reconcile([line(sent)], { version: 4 })
    expect(await open()).toEqual([])
    expect(await at.float()).toBe(OPENING - AMOUNT)
  })

  test('names the same entry in another currency: it is another difference', async () => {
    await at.reconcile([credit('c1', { currency: 'USD' })])
    await at.reconcile([credit('c1')], { version: 2 })
    expect(await open()).toEqual([{ class: 'unreferenced-credit', payout: null, difference: 700n }])
    expect(await at.float()).toBe(OPENING + 700n)
  })
})

describe('a return that was booked', () => {
  test('and whose credit never comes is for people, and its money in suspense; late it is taken back', async () => {
    const paid = await at.send()
    await world.observe(called(paid.payout, seen('returned', { gatewayId: `po_${paid.payout}` }), NOON + HOUR))
    await at.reconcile([line(paid)])
    expect(await open()).toEqual([])
    await at.reconcile([], { day: NEXT })
    expect(await open()).toEqual([{ class: 'missing-there', payout: paid.payout, difference: -AMOUNT }])
    expect(await at.states(paid.payout)).toMatchObject({ payout: 'review', disbursement: 'review', alarm: 'no-credit' })
    expect(await at.float()).toBe(OPENING - AMOUNT)
    await at.reconcile([back(paid, { businessDate: AFTER, valueDate: AFTER })], { day: AFTER })
    expect(await open()).toEqual([])
    expect(await at.float()).toBe(OPENING)
  })

  test('of a payment whose debit is missing too: both are missing', async () => {
    const paid = await at.send()
    await world.observe(called(paid.payout, seen('returned', { gatewayId: `po_${paid.payout}` }), NOON + HOUR))
    await at.reconcile([])
    await at.reconcile([], { day: NEXT })
    expect(await open()).toEqual([
      { class: 'missing-there', payout: paid.payout, difference: AMOUNT },
      { class: 'missing-there', payout: paid.payout, difference: -AMOUNT },
    ])
    expect(await at.states(paid.payout)).toMatchObject({ payout: 'review' })
    expect(await at.float()).toBe(OPENING)
  })

  test('and whose credit is there is not missing', async () => {
    const paid = await at.send()
    await world.observe(called(paid.payout, seen('returned', { gatewayId: `po_${paid.payout}` }), NOON + HOUR))
    await at.reconcile([line(paid)])
    await at.reconcile([back(paid, { reference: null, businessDate: NEXT })], { day: NEXT })
    expect(await open()).toEqual([])
    expect(await at.float()).toBe(OPENING)
  })
})

test('a transfer of the treasury that never comes is missing, and taken back when it does', async () => {
  await world.act((acts) =>
    acts.recordFunding({ programme: world.programme, gateway: 'sandbox', number: 'T2', amount: 9000n }),
  )
  const here = credit('t1', { type: 'top-up', reference: `SP2D-1-${world.programme.code}`, amount: OPENING })
  await at.reconcile([], { day: BEFORE, opening: 0n })
  await at.reconcile([here])
  await at.reconcile([], { day: NEXT })
  expect(await open()).toEqual([{ class: 'missing-there', payout: null, difference: -9000n }])
  expect(await at.float()).toBe(OPENING)
  await at.reconcile([credit('t2', { type: 'top-up', reference: 'T2', amount: 9000n })], { day: AFTER })
  expect(await open()).toEqual([])
  expect(await at.float()).toBe(OPENING + 9000n)
})

describe('a statement that does not open with what the day before closed with', () => {
  test('shows money that moved on no statement, and proves nothing of the days before', async () => {
    await at.send()
    await at.reconcile([])
    await at.reconcile([], { day: NEXT, opening: OPENING - 500n })
    expect(await open()).toEqual([{ class: 'unknown-reference', payout: null, difference: -500n }])
    expect(await at.float()).toBe(OPENING - AMOUNT - 500n)
  })

  test('joins once the day before is corrected: the difference goes, and what was missing is found', async () => {
    const paid = await at.send()
    await at.reconcile([])
    await at.reconcile([], { day: NEXT, opening: OPENING + 700n })
    expect(await open()).toEqual([{ class: 'unreferenced-credit', payout: null, difference: 700n }])
    await at.reconcile([credit('c1')], { version: 2 })
    expect(await open()).toEqual([
      { class: 'unreferenced-credit', payout: null, difference: 700n },
      { class: 'missing-there', payout: paid.payout, difference: AMOUNT },
    ])
    expect(await at.float()).toBe(OPENING + 700n)
    expect((await at.found(true)).map(({ day }) => day)).toEqual([DAY, DAY])
  })
})
