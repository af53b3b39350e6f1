/** The same movement a second time: exactly one of two lines is the second, on whichever days they stand and whatever is corrected. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { credit, DAY, line, NEXT, OPENING, reconciling, RULE, type Reconciling } from '../support/statements.ts'
import { AMOUNT, HOUR, NOON, openWorld, type World } from '../support/world.ts'

let world: World
let at: Reconciling
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
})
afterEach(() => world.close())

const open = async () => (await at.found(true)).map(({ class: name, day }) => [name, day])

describe('a debit that two days tell', () => {
  test('is one too many, also once the first day is told anew', async () => {
    const paid = await at.send()
    const again = line(paid, { businessDate: NEXT })
    await at.reconcile([line(paid)])
    await at.reconcile([again], { day: NEXT })
    await at.reconcile([line(paid, { rawDate: 'noon' })], { version: 2 })
    expect(await open()).toEqual([['duplicate', NEXT]])
    expect(await at.float()).toBe(OPENING - 2n * AMOUNT)
    expect(await world.imbalances()).toEqual([])
  })

  test('is one too many where both days are loaded before either is matched', async () => {
    const paid = await at.send()
    const first = await at.load([line(paid)])
    const second = await at.load([line(paid, { businessDate: NEXT })], { day: NEXT })
    for (const { id } of [first, second]) await world.store.statements.match(id, RULE, NOON + HOUR)
    for (const { id } of [first, second]) await at.settle(id)
    expect(await open()).toEqual([['duplicate', NEXT]])
    expect(await at.float()).toBe(OPENING - 2n * AMOUNT)
  })

  test('is none too many once the first day lacks it: the bank has moved it', async () => {
    const paid = await at.send()
    await at.reconcile([line(paid)])
    await at.reconcile([line(paid, { businessDate: NEXT })], { day: NEXT, opening: OPENING })
    await at.reconcile([], { version: 2 })
    expect(await at.found()).toMatchObject([
      { class: 'duplicate', resolution: 'corrected' },
      { class: 'unreferenced-credit', resolution: 'corrected', difference: AMOUNT },
      { class: 'late', day: NEXT, resolution: 'applied' },
    ])
    expect(await at.float()).toBe(OPENING - AMOUNT)
    expect(await world.imbalances()).toEqual([])
  })

  test('moved with another amount, is found out when it is the only one', async () => {
    const paid = await at.send()
    await at.reconcile([line(paid)])
    await at.reconcile([line(paid, { businessDate: NEXT, amount: AMOUNT - 5n })], { day: NEXT, opening: OPENING })
    await at.reconcile([], { version: 2 })
    expect(await open()).toEqual([['amount', NEXT]])
    expect(await at.float()).toBe(OPENING - AMOUNT + 5n)
    expect(await at.states(paid.payout)).toMatchObject({ payout: 'review', alarm: 'other-amount' })
  })
})

describe('a debit that only the gateway’s name for it makes ours', () => {
  test('is one too many in the same statement, whichever line has the reference', async () => {
    const [one, two, three] = [await at.send(), await at.send(), await at.send()]
    await at.reconcile([
      line(one),
      line(one, { id: 'x1', reference: null }),
      line(two, { id: 'x2', reference: 'BANKS' }),
      line(two),
      line(three, { id: 'x3', reference: null }),
      line(three, { id: 'x4', reference: 'ALSOTHEIRS' }),
    ])
    expect(await open()).toEqual([
      ['duplicate', DAY],
      ['duplicate', DAY],
      ['duplicate', DAY],
    ])
    expect(await at.float()).toBe(OPENING - 6n * AMOUNT)
    expect(await world.imbalances()).toEqual([])
  })

  test.each([
    ['named first', null, undefined],
    ['named last', undefined, null],
    ['named twice', null, 'BANKS'],
  ])('is one too many on another day, %s', async (_what, first, second) => {
    const paid = await at.send()
    const told = (reference: string | null | undefined) => (reference === undefined ? {} : { reference })
    await at.reconcile([line(paid, told(first))])
    await at.reconcile([line(paid, { ...told(second), businessDate: NEXT })], { day: NEXT })
    await at.reconcile([line(paid, { ...told(first), rawDate: 'noon' })], { version: 2 })
    expect(await open()).toEqual([['duplicate', NEXT]])
    expect(await at.float()).toBe(OPENING - 2n * AMOUNT)
  })
})

test('a transfer of the treasury that is told twice came once', async () => {
  await world.act((acts) =>
    acts.recordFunding({ programme: world.programme, gateway: 'sandbox', number: 'T2', amount: 9000n }),
  )
  const told = credit('t1', { type: 'top-up', reference: 'T2', amount: 9000n })
  await at.reconcile([told, { ...told, id: 't2' }])
  await at.reconcile([{ ...told, id: 't3' }], { day: NEXT })
  expect(await at.found()).toMatchObject([
    { class: 'duplicate', state: 'open', difference: 9000n, day: DAY },
    { class: 'duplicate', state: 'open', difference: 9000n, day: NEXT },
  ])
  expect(await at.float()).toBe(OPENING + 27_000n)
})
