/** Money that the treasury puts at a gateway, and a statement that tells of it at another time than people do. */
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insertPostings } from '../../store/postings.ts'
import { credit, NEXT, OPENING, reconciling, type Reconciling } from '../support/statements.ts'
import { resolving, type Resolving } from '../support/two-people.ts'
import { HOUR, NOON, openWorld, refusal, YEAR, type World } from '../support/world.ts'

const BEFORE = '2026-11-21'
const AFTER = '2026-11-24'
const COME = 9000n

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

const told = (more = {}) => credit('t2', { type: 'top-up', reference: 'T2', amount: COME, ...more })
const record = (amount = COME) =>
  world.act((acts) => acts.recordFunding({ programme: world.programme, gateway: 'sandbox', number: 'T2', amount }))

describe('a transfer that is told before it is recorded', () => {
  it('is no difference any more once it is, and counts once', async () => {
    await at.reconcile([told()])
    expect(await at.float()).toBe(OPENING + COME)
    await record()
    expect(await at.found()).toMatchObject([{ class: 'unreferenced-credit', resolution: 'corrected' }])
    expect(await at.balance('funds:suspense-in')).toBe(0n)
    await at.reconcile([], { day: NEXT })
    await at.reconcile([told()], { version: 2 })
    expect(await at.found(true)).toEqual([])
    expect(await at.float()).toBe(OPENING + COME)
  })

  it('and is recorded before its difference was booked counts once', async () => {
    const { id } = await at.load([told()])
    await world.store.statements.match(id, { zone: 'Asia/Jakarta', windowDays: 1 }, NOON + HOUR)
    await record()
    await at.settle(id)
    expect(await at.found(true)).toEqual([])
    expect(await at.float()).toBe(OPENING + COME)
  })

  it('cannot be recorded once two have given its money to the treasury: it is in the books', async () => {
    await at.reconcile([told()])
    const [{ id } = { id: '' }] = await at.found(true)
    await resolve(id, 'to-treasury')
    expect(await refusal(record())).toBe('conflict')
    await expect(record()).rejects.toThrow(
      `two people have given what came as transfer T2 to the treasury: it is in the books as ${id}`,
    )
    await at.reconcile([], { day: NEXT })
    await at.reconcile([], { day: AFTER })
    expect(await at.float()).toBe(OPENING + COME)
  })

  it('and under another entry in the statement that counts, recorded by an older version, ends as booked', async () => {
    await at.reconcile([told()])
    await at.reconcile([told({ id: 'other' })], { version: 2 })
    const funding = randomUUID()
    await world.root.pool.query(
      `INSERT INTO funding (id, gateway, programme, number, amount, currency, recorded_at) VALUES ($1, 'sandbox', 'swift', 'T2', $2, 'IDR', now())`,
      [funding, COME],
    )
    const { budgetLine, currency } = world.programme
    const of = { programme: 'swift', ref: null, gateway: 'sandbox', currency, budgetLine, fiscalYear: YEAR }
    const funded = { ...of, event: 'funded', subject: `funding:${funding}`, amount: COME, businessDate: NEXT } as const
    await world.inSql((sql) => insertPostings(sql, [funded]))
    const [{ id } = { id: '' }] = await at.found(true)
    expect(await resolve(id, 'booked')).toBe('executed')
    expect(await at.float()).toBe(OPENING + COME)
  })

  it('with another amount is recorded as what came', async () => {
    await at.reconcile([told()])
    await expect(record(COME + 1n)).rejects.toThrow('tells transfer T2 with 9000 IDR minor units')
    await record(COME)
    expect(await at.found(true)).toEqual([])
    expect(await at.float()).toBe(OPENING + COME)
  })

  it('twice is once a transfer, and once nobody’s', async () => {
    await at.reconcile([told(), told({ id: 't3' })])
    await record()
    const [other] = await at.found(true)
    expect(other).toMatchObject({ class: 'unreferenced-credit', difference: COME })
    expect(await refusal(resolve(other?.id ?? '', 'booked'))).toBe('conflict')
    expect(await at.float()).toBe(OPENING + 2n * COME)
  })
})

describe('a transfer that was missing, and that two people placed', () => {
  it.each(['written-off', 'receivable'] as const)('as %s, is one too many when it comes', async (resolution) => {
    await record()
    const here = credit('t1', { type: 'top-up', reference: `SP2D-1-${world.programme.code}`, amount: OPENING })
    await at.reconcile([], { day: BEFORE, opening: 0n })
    await at.reconcile([here])
    await at.reconcile([], { day: NEXT })
    const [{ id } = { id: '' }] = await at.found(true)
    expect(await refusal(resolve(id, 'booked'))).toBe('conflict')
    expect(await resolve(id, resolution)).toBe('executed')
    expect(await at.float()).toBe(OPENING)
    await at.reconcile([told()], { day: AFTER })
    expect(await at.found(true)).toMatchObject([{ class: 'duplicate', difference: COME }])
    expect(await at.float()).toBe(OPENING + COME)
  })
})
