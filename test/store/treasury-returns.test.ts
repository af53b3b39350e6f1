/** What a year's end gives back to the treasury, on the gateway's statement: it is found by the transfer's number. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { line, reconciling, type Reconciling } from '../support/statements.ts'
import { openWorld, YEAR, type World } from '../support/world.ts'
import { endYear, finishYears } from '../support/years.ts'
import type { StatementLine } from '../../domain/statement.ts'

const NUMBER = `ND-${YEAR}/swift/${YEAR}/sandbox`
const RECORDED = '2026-12-20'
const NEXT = '2026-12-21'

let world: World
let at: Reconciling
let back: bigint
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const debit = (more: Partial<StatementLine> = {}): StatementLine =>
  line(
    { payout: '', reference: NUMBER },
    { type: 'top-up', gatewayId: null, amount: back, valueDate: RECORDED, businessDate: RECORDED, ...more },
  )

describe('a transfer back to the treasury', () => {
  beforeEach(async () => {
    await world.appropriate(1_000_000_000_000n, YEAR + 1)
    await endYear(world)
    await finishYears(world.store)
    back = (await world.one<{ amount: bigint }>('SELECT amount FROM treasury_return')).amount
  })

  it('that the statement has agrees with the books, and nothing is booked a second time', async () => {
    await at.reconcile([debit()], { day: RECORDED })
    await at.reconcile([], { day: NEXT })
    expect(await at.found()).toEqual([])
    expect(await at.float()).toBe(0n)
  })

  it('of another amount is a difference of the rest alone', async () => {
    await at.reconcile([debit({ amount: back - 700n })], { day: RECORDED })
    const [found] = await at.found(true)
    expect(found).toMatchObject({ class: 'amount', programme: 'swift', amountHere: back, difference: 700n })
    expect(await at.float()).toBe(700n)
    expect(await at.balance('funds:suspense-in')).toBe(700n)
  })

  it.each([
    ['on the same day', [RECORDED, RECORDED]],
    ['on another day', [RECORDED, NEXT]],
  ])('that comes a second time %s is one too many', async (_, [first, second]) => {
    const again = debit({ id: 'again' })
    await at.reconcile(first === second ? [debit(), again] : [debit()], { day: RECORDED })
    if (first !== second) await at.reconcile([again], { day: NEXT })
    expect(await at.found(true)).toMatchObject([{ class: 'duplicate', difference: -back }])
    expect(await at.balance('funds:suspense-out')).toBe(-back)
  })

  it('that never comes is missing there once its window is over, and no more once it comes', async () => {
    await at.reconcile([], { day: RECORDED })
    expect(await at.found()).toEqual([])
    await at.reconcile([], { day: NEXT })
    const [missing] = await at.found(true)
    expect(missing).toMatchObject({ class: 'missing-there', direction: 'debit', reference: NUMBER })
    expect(missing?.difference).toBe(back)
    expect(await at.float()).toBe(back)
    await at.reconcile([debit()], { day: '2026-12-22' })
    expect(await at.found(true)).toEqual([])
    expect(await at.float()).toBe(0n)
  })

  it('that bounces is money that nobody of ours has sent, and no second of the two', async () => {
    await at.reconcile([debit({ id: 'bounced', direction: 'credit' }), debit()], { day: RECORDED })
    expect(await at.classes(true)).toEqual(['unreferenced-credit'])
    expect(await at.float()).toBe(back)
  })

  it('under a number that is none of ours is unknown', async () => {
    await at.reconcile([debit({ reference: 'ND-9/sandbox' })], { day: RECORDED })
    expect(await at.found(true)).toMatchObject([{ class: 'unknown-reference', difference: -back }])
  })
})

it.each([
  ['debit', 'unknown-reference'],
  ['credit', 'unreferenced-credit'],
] as const)(
  'a %s that is called a transfer beside the reference of a payout is nothing of that payout',
  async (direction, found) => {
    const paid = await at.send()
    await at.reconcile([line(paid), line(paid, { id: 'beside', type: 'top-up', direction })])
    expect(await at.found(true)).toMatchObject([{ class: found, payout: null }])
  },
)
