/** A day whose lines do not come to what it closes with, and statements in another currency than our money at the gateway. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StatementPart } from '../../domain/statement.ts'
import { credit, DAY, line, NEXT, OPENING, partsOf, reconciling, type Reconciling } from '../support/statements.ts'
import { AMOUNT, HOUR, NOON, openWorld, type World } from '../support/world.ts'

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

const open = async () => (await at.found(true)).map(({ class: name, difference }) => ({ class: name, difference }))

describe('a day whose own lines do not come to its closing balance', () => {
  it.each([
    ['less', -400_000n, 'unknown-reference'],
    ['more', 400_000n, 'unreferenced-credit'],
  ] as const)('has a difference of what it has %s, until it is corrected', async (_what, beside, found) => {
    const closing = OPENING + 700n + beside
    await at.reconcile([credit('c1')], { closing })
    await at.reconcile([], { day: NEXT })
    expect(await open()).toEqual([
      { class: 'unreferenced-credit', difference: 700n },
      { class: found, difference: beside },
    ])
    expect(await at.float()).toBe(closing)
    await at.reconcile([credit('c1')], { closing, version: 2 })
    expect(await at.found(true)).toHaveLength(2)
    await at.reconcile([credit('c1')], { version: 3 })
    await at.reconcile([], { day: NEXT, version: 2 })
    expect(await open()).toEqual([{ class: 'unreferenced-credit', difference: 700n }])
    expect(await at.float()).toBe(OPENING + 700n)
  })

  it.each([
    ['is not whole by its count', [credit('c1')], { count: 2 }],
    ['has a line that cannot be read', [credit('c1', { amount: null })], {}],
    ['tells no closing balance', [credit('c1')], { closing: null }],
  ])('is told nothing of where it %s', async (_what, lines, told) => {
    await at.reconcile(lines, { closing: OPENING - 5n, ...told })
    expect(await at.classes()).toEqual(['unreferenced-credit'])
  })

  it('counts what a line in another currency has moved there', async () => {
    const paid = await at.send()
    await at.reconcile([line(paid), credit('f1', { type: 'fee', direction: 'debit', currency: 'USD', amount: 2n })], {
      closing: OPENING - AMOUNT - 32_000n,
    })
    expect(await open()).toEqual([
      { class: 'fee', difference: 0n },
      { class: 'unknown-reference', difference: -32_000n },
    ])
    expect(await at.float()).toBe(OPENING - AMOUNT - 32_000n)
  })
})

describe('another currency', () => {
  it('of a whole statement is refused, and moves nothing', async () => {
    const [head, ...rest] = partsOf([credit('c1', { currency: 'USD' })], { closing: OPENING + 700n })
    async function* parts() {
      if (head?.kind === 'head') yield [{ ...head, currency: 'USD' }, ...rest] satisfies StatementPart[]
    }
    const of = {
      gateway: 'sandbox',
      day: DAY,
      format: 'jsonl',
      parts: parts(),
      sha256: () => new Uint8Array(32),
    } as const
    const loading = world.store.statements.load(of, NOON + HOUR)
    await expect(loading).rejects.toMatchObject({ code: 'statement-of-another-currency' })
    expect(await world.count('SELECT FROM statement')).toBe(0)
    expect(await at.float()).toBe(OPENING)
  })

  it('of a fee waits for somebody to look', async () => {
    await at.reconcile([credit('f1', { direction: 'debit', type: 'fee', currency: 'USD', amount: 2500n })])
    const [{ id, ...fee } = { id: '' }] = await at.found(true)
    expect(fee).toMatchObject({ class: 'fee', state: 'open', difference: 0n })
    await world.act((acts) => acts.explainDiscrepancy({ id, reason: 'of the account in dollars' }))
    expect(await at.found(true)).toEqual([])
  })
})
