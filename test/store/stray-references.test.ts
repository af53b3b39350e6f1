/** A payment that a restored database has forgotten stands in a statement under a reference that its disbursement would be given again: it is not paid again. */
import { expect, it } from 'vitest'
import { bankAccount } from '../support/builders.ts'
import {
  AGAIN,
  debitsTo,
  found,
  IN_REVIEW,
  LATER,
  lostTimeOfEach,
  referenceOf,
  type LostTime,
} from '../support/lost-time.ts'
import { stateOf } from '../support/sent.ts'
import { OPENING } from '../support/statements.ts'
import { AMOUNT, bytesOf, DAY, disbursementOf, NOON, refusal, seen, seenFailed, type World } from '../support/world.ts'

let world: World
let lost: LostTime
lostTimeOfEach((...opened) => ([world, lost] = opened))

const account = bankAccount()

const debitOf = debitsTo(account)

const payoutsOf = (ref: string): Promise<number> =>
  world.count('SELECT FROM payout WHERE disbursement = $1', [disbursementOf(ref)])

async function expectPaidOnce(ref: string): Promise<void> {
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid' })
  for (const name of ['suspense-out', 'receivable', 'write-off'])
    expect(await lost.teller.balance(`funds:${name}`)).toBe(0n)
  expect(await lost.teller.float()).toBe(OPENING - AMOUNT)
}

it.for(['written-off', 'receivable'] as const)(
  'asks people where it had ended as %s before the facts are told again of somebody who was known',
  async (resolution) => {
    const ref = await world.admit({ account }, NOON)
    await lost.tellDays(debitOf(ref))
    const stray = await lost.stray()
    await lost.resolve(resolution)
    await lost.close()
    await world.train(ref, LATER)
    expect((await world.store.reviews.find(disbursementOf(ref))).strays).toMatchObject([{ id: stray }])
    const both = await Promise.all([lost.submit(ref, LATER), lost.submit(ref, LATER)])
    expect(both.flat()).toEqual([])
    expect(await stateOf(world, disbursementOf(ref))).toMatchObject(IN_REVIEW)
    expect(await lost.count(ref, {}, stray)).toMatchObject({ state: 'executed' })
    await expectPaidOnce(ref)
  },
)

it('asks people whichever attempt it was, to whatever account, and pays what they decide', async () => {
  const ref = await world.admit({ account }, NOON)
  await lost.tellDays(debitOf(ref, { account: null }, 3))
  await lost.resolve()
  await lost.close()
  await world.train(ref, LATER)
  expect(await lost.submit(ref, LATER)).toEqual([])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject(IN_REVIEW)
  await lost.people.decide(disbursementOf(ref), null, { next: 'pay-again' }, LATER)
  expect(await lost.submit(ref, LATER)).toEqual([referenceOf(disbursementOf(ref), 1)])
})

it('asks people where it was sent under the second reference that it can be given', async () => {
  const ref = await world.admit({ account }, NOON)
  await lost.tellDays(debitOf(ref, { reference: referenceOf(disbursementOf(ref), 1, 1) }))
  await lost.resolve()
  await lost.close()
  await world.train(ref, LATER)
  expect(await lost.submit(ref, LATER)).toEqual([])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject(IN_REVIEW)
})

it('refuses the claim that was drafted before the statement told of it', async () => {
  const ref = await world.ready({ account }, NOON)
  await lost.tellDays()
  await lost.close()
  const draft = await world.draft(disbursementOf(ref), LATER)
  await lost.teller.reconcile([debitOf(ref)], { version: 2 })
  const claim = await world.store.claims.claim(draft, bytesOf(draft), LATER)
  expect(claim).toEqual({ kind: 'parked', reason: 'paid-in-lost-time' })
})

it('is recorded by a look while nobody has resolved it, and what comes back of it is sent again', async () => {
  const ref = await world.admit({ account }, NOON)
  await lost.tellDays(debitOf(ref))
  await world.train(ref, AGAIN)
  lost.known.set(referenceOf(disbursementOf(ref), 1), found(seen('paid')))
  expect(await lost.submit(ref, LATER)).toEqual([])
  await expectPaidOnce(ref)
  const payout = `${disbursementOf(ref)}#1`
  await world.observe({ payout, source: 'statement', isOtherAccount: false, fact: seen('returned'), atMs: LATER })
  await world.link(ref, bankAccount(), LATER)
  await world.advance(ref, LATER + 2 * DAY)
  expect(await lost.submit(ref, LATER + 2 * DAY)).toEqual([referenceOf(disbursementOf(ref), 2)])
})

it('is not recorded beside what it has ended as, but stays with people', async () => {
  const ref = await world.admit({ account }, NOON)
  await lost.tellDays(debitOf(ref))
  const stray = await lost.stray()
  await lost.resolve('receivable')
  await world.train(ref, AGAIN)
  lost.known.set(referenceOf(disbursementOf(ref), 1), found(seen('paid')))
  expect(await lost.submit(ref, LATER)).toEqual([])
  expect(await payoutsOf(ref)).toBe(0)
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject(IN_REVIEW)
  expect(await lost.count(ref, {}, stray)).toMatchObject({ state: 'executed' })
  await expectPaidOnce(ref)
})

it('is not recorded where the gateway says that it failed, or of another amount, or that another attempt was the one', async () => {
  const telling = [
    [debitOf, seenFailed('retry-new'), 1],
    [(ref: string) => debitOf(ref, { amount: AMOUNT - 1n }), seen('paid'), 1],
    [debitOf, seen('paid'), 2],
  ] as const
  const refs = await Promise.all(telling.map(() => world.admit({ account: bankAccount() }, NOON)))
  await lost.tellDays(...telling.map(([tell], at) => tell(refs[at] ?? '')))
  for (const [at, [, fact, n]] of telling.entries()) {
    const ref = refs[at] ?? ''
    await world.train(ref, AGAIN)
    lost.known.set(referenceOf(disbursementOf(ref), n), found(fact))
    expect(await lost.submit(ref, LATER)).toEqual([])
    expect(await payoutsOf(ref)).toBe(0)
    expect(await stateOf(world, disbursementOf(ref))).toMatchObject(IN_REVIEW)
  }
  expect(await lost.teller.classes(true)).toHaveLength(3)
})

it('is taken by no other disbursement of the person, who was known before', async () => {
  const ref = await world.admit({ account }, NOON)
  await lost.tellDays(debitOf(ref))
  const other = await world.ready({ account: bankAccount() }, NOON)
  expect(await refusal(lost.count(other, {}, await lost.stray()))).toBe('conflict')
})

it('goes to people, and never under another reference, where it was counted as somebody else’s', async () => {
  const ref = await world.admit({ account }, NOON)
  await lost.tellDays(debitOf(ref))
  const other = await world.ready({ account }, AGAIN)
  await world.train(ref, AGAIN)
  const draft = await world.draft(disbursementOf(ref), AGAIN)
  expect(await lost.count(other)).toMatchObject({ state: 'executed' })
  // Drafted before: nothing is claimed, whether a look at the gateway was in time or not.
  const claim = await world.store.claims.claim(draft, bytesOf(draft), AGAIN, true)
  expect(claim).toEqual({ kind: 'parked', reason: 'paid-in-lost-time' })
  await lost.close()
  expect(await lost.submit(ref, LATER)).toEqual([])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject(IN_REVIEW)
  expect(await payoutsOf(ref)).toBe(0)
  // They may find that both were owed it: only then is its reference, which is taken, another one.
  await lost.people.decide(disbursementOf(ref), null, { next: 'pay-again' }, LATER)
  expect(await lost.submit(ref, LATER)).toEqual([referenceOf(disbursementOf(ref), 1, 1)])
})

it('goes to people also while the restore is open', async () => {
  const ref = await world.admit({ account }, NOON)
  await lost.tellDays(debitOf(ref))
  const other = await world.ready({ account }, AGAIN)
  await lost.count(other)
  await world.train(ref, AGAIN)
  lost.known.set(referenceOf(disbursementOf(ref), 1), found(seen('paid')))
  expect(await lost.submit(ref, LATER)).toEqual([])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject(IN_REVIEW)
})
