/** What a gateway tells of one day again and again. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { credit, DAY, line, NEXT, OPENING, reconciling, type Reconciling } from '../support/statements.ts'
import { AMOUNT, openWorld, type World } from '../support/world.ts'

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

it('a gateway that goes back to the bytes that it told before, under one version number, is believed', async () => {
  const paid = await at.send()
  await at.reconcile([line(paid)])
  await at.reconcile([line(paid), credit('c1')])
  expect(await at.classes(true)).toEqual(['unreferenced-credit'])
  const id = await at.reconcile([line(paid)])
  expect(await at.classes(true)).toEqual([])
  expect(await at.float()).toBe(OPENING - AMOUNT)
  expect(await at.load([line(paid)])).toEqual({ id, isNew: false })
})

it('the bytes of an older version number are known, are on record as that, and change nothing', async () => {
  const first = await at.reconcile([])
  await at.reconcile([credit('c1')], { version: 2 })
  const told = `SELECT after FROM audit_event WHERE act = 'statement-known'`
  expect(await world.count(told)).toBe(0)
  expect(await at.load([])).toEqual({ id: first, isNew: false })
  expect(await world.one(told)).toEqual({ after: { gateway: 'sandbox', day: DAY, version: 1, changed: false } })
  expect(await world.one('SELECT version FROM statement WHERE NOT superseded')).toEqual({ version: 2 })
})

it('a correction that turns the first of two returns round makes the second the first', async () => {
  const paid = await at.send()
  const back = (id: string, more = {}) => line(paid, { id, type: 'return', direction: 'credit', ...more })
  await at.reconcile([line(paid), back('r1')])
  await at.reconcile([back('r2', { businessDate: NEXT, valueDate: NEXT })], { day: NEXT })
  expect(await at.classes(true)).toEqual(['duplicate'])
  await at.reconcile([line(paid), back('r1', { direction: 'debit' })], { version: 2 })
  // Where the next day opened is another difference, until its statement is corrected too.
  expect(await at.classes(true)).toEqual(['unknown-reference', 'unreferenced-credit'])
  expect(await at.states(paid.payout)).toMatchObject({ payout: 'returned' })
})
