/** Two people place the money of a difference, or decide about its payout, while the statement that takes it back is being matched. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { StatementLine } from '../../domain/statement.ts'
import { reviewDecisionOf, reviewing } from '../support/reviews.ts'
import { line, NEXT, OPENING, reconciling, RULE, type Reconciling } from '../support/statements.ts'
import { agree, resolving, type Resolving, type Signer } from '../support/two-people.ts'
import { AMOUNT, disbursementOf, HOUR, NOON, openWorld, refusal, seen, type World } from '../support/world.ts'

let world: World
let at: Reconciling
let people: [Signer, Signer]
let resolve: Resolving
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
  const { sari, budi } = await reviewing(world)
  people = [sari, budi]
  resolve = await resolving(world.store, NOON + 2 * HOUR, people)
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

it('the line of a payout that was decided about, and that the corrected statement drops, is missing there', async () => {
  const sent = await at.send(false)
  const failed = seen('failed', { gatewayId: `po_${sent.payout}` })
  await world.observe({ payout: sent.payout, source: 'submit', send: 1, fact: failed, atMs: NOON })
  await at.reconcile([line(sent)])
  expect(await at.classes(true)).toEqual(['missing-here'])
  const corrected = await at.load([named], { version: 2 })
  await matchAround(corrected.id, async () => {
    const put = await reviewDecisionOf(world, disbursementOf(sent.ref), sent.payout, { finding: 'paid' })
    expect(await agree(world.store, people, put, NOON + 2 * HOUR)).toMatchObject({ state: 'executed' })
  })
  await at.settle(corrected.id)
  expect(await at.found(true)).toMatchObject([
    { class: 'unknown-reference', difference: -500n },
    { class: 'missing-there', payout: sent.payout, difference: AMOUNT },
  ])
  expect(await at.states(sent.payout)).toMatchObject({ payout: 'review' })
  expect(await at.float()).toBe(OPENING - 500n)
})
