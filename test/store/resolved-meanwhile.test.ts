/** Two people place the money of a difference while the statement that takes it back is being matched. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { StatementLine } from '../../domain/statement.ts'
import { line, NEXT, OPENING, reconciling, RULE, type Reconciling } from '../support/statements.ts'
import { resolving, type Resolving } from '../support/two-people.ts'
import { AMOUNT, HOUR, NOON, openWorld, refusal, type World } from '../support/world.ts'

let world: World
let at: Reconciling
let resolve: Resolving
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
  resolve = await resolving(world.store, NOON + 2 * HOUR)
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const stray = (n: number, more: Partial<StatementLine> = {}) =>
  line({ payout: 'x', reference: `NEVERSENT000000${n}` }, { id: `s${n}`, gatewayId: null, ...more })

/** Matches a statement that has a line under a name of the gateway's, and lets `meanwhile` happen after it has read what was found before. */
async function matchAround(id: string, meanwhile: () => Promise<unknown>): Promise<Promise<unknown>> {
  const holder = await world.root.pool.connect()
  await holder.query('BEGIN; LOCK TABLE statement_pair IN SHARE MODE')
  const matching = world.store.statements.match(id, RULE, NOON + HOUR)
  matching.catch(() => undefined)
  const waits = `SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'statement_pair' AND NOT l.granted`
  await expect.poll(() => world.count(waits), { timeout: 20_000 }).toBe(1)
  await meanwhile()
  await holder.query('COMMIT')
  holder.release()
  return matching
}

const named = stray(9, { gatewayId: 'po_unknown', amount: 500n })

it('a line that the corrected statement drops is a difference again, of what two have placed', async () => {
  await at.reconcile([stray(1)])
  const [{ id } = { id: '' }] = await at.found(true)
  const corrected = await at.load([named], { version: 2 })
  await matchAround(corrected.id, async () => expect(await resolve(id, 'written-off')).toBe('executed'))
  await at.settle(corrected.id)
  expect(await at.found(true)).toMatchObject([
    { class: 'unknown-reference', difference: -500n },
    { class: 'missing-there', difference: AMOUNT },
  ])
  expect(await at.float()).toBe(OPENING - 500n)
})

it('the line of what was missing, and two have placed, is one too many, and is not lost', async () => {
  const paid = await at.send()
  await at.reconcile([])
  await at.reconcile([], { day: NEXT })
  const [{ id } = { id: '' }] = await at.found(true)
  const late = await at.load([line(paid, { businessDate: '2026-11-24' }), named], { day: '2026-11-24' })
  const matching = () => matchAround(late.id, async () => expect(await resolve(id, 'to-treasury')).toBe('executed'))
  expect(await refusal(matching())).toBe('conflict')
  await at.settle(late.id)
  expect(await at.classes(true)).toEqual(['duplicate', 'unknown-reference'])
  expect(await at.float()).toBe(OPENING - AMOUNT - 500n)
})
