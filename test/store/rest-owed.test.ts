/** What is paid in parts is paid when all of them have arrived: what comes back meanwhile waits for people, and is paid again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PayoutFact } from '../../domain/payout.ts'
import { bankAccount } from '../support/builders.ts'
import { LATER, AGAIN, lostTime, paidBefore } from '../support/lost-time.ts'
import { reviewing, type Reviewing, type Word } from '../support/reviews.ts'
import { asked, called, paymentMessages, sendFirst, stateOf, submitted } from '../support/sent.ts'
import {
  AMOUNT,
  DAY,
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  refusal,
  seen,
  type World,
} from '../support/world.ts'

const PART = AMOUNT / 3n
const REST = AMOUNT - PART
const REST_OWED = { state: 'review', reason: 'rest-owed' }

let world: World
let people: Reviewing
beforeAll(async () => {
  world = await openWorld()
  people = await reviewing(world)
})
afterAll(() => world.close())

const of = (state: 'accepted' | 'paid' | 'returned', minor: bigint): PayoutFact =>
  seen(state, { gatewayId: null, amount: { minor, currency: 'IDR' } })

/** Paid, a part has come back, and that part is on its way again. */
async function partAgain() {
  const { disbursement, payout: first } = await sendFirst(world)
  await world.observe(submitted(first, of('paid', AMOUNT)))
  await world.observe(called(first, of('returned', PART), NOON + HOUR))
  const word = { finding: 'partly-returned', returned: PART.toString(), next: 'pay-again' } as const
  await people.decide(disbursement, first, word, NOON + HOUR)
  const second = await world.claim(disbursement, NOON + DAY)
  const decide = async (payout: string | null, decision: Word, atMs: number): Promise<unknown> =>
    (await people.decide(disbursement, payout, decision, atMs)).state
  const stands = () => stateOf(world, disbursement)
  return { disbursement, first, second, decide, stands }
}

/** What the payee has, by the attempts that count. */
async function delivered(disbursement: string): Promise<bigint> {
  const sum = `SELECT coalesce(sum(amount - returned), 0)::bigint AS sum FROM payout WHERE disbursement = $1 AND money = 'credited'`
  return (await world.one<{ sum: bigint }>(sum, [disbursement])).sum
}

describe('when the rest of the first attempt comes back while its part is paid again', () => {
  it('is not paid with that part: people say what happens with the rest, and it is paid', async () => {
    const { disbursement, first, second, decide, stands } = await partAgain()
    await world.observe(called(first, of('returned', REST), NOON + DAY + HOUR))
    expect(await decide(first, { finding: 'returned' }, NOON + DAY + HOUR)).toBe('executed')
    expect(await stands()).toMatchObject({ state: 'in-flight' })
    await world.observe(called(second, of('paid', PART), NOON + DAY + 2 * HOUR))
    expect(await stands()).toMatchObject(REST_OWED)
    expect(await decide(null, { next: 'pay-again' }, NOON + 2 * DAY)).toBe('executed')
    const third = await world.claim(disbursement, NOON + 3 * DAY)
    await world.observe({ ...submitted(third, of('paid', REST)), atMs: NOON + 3 * DAY })
    expect(await stands()).toMatchObject({ state: 'paid' })
    expect(await delivered(disbursement)).toBe(AMOUNT)
    expect(await world.imbalances()).toEqual([])
  })

  it('is not paid where both were under review, and the second is asked about once more', async () => {
    const { disbursement, first, second, decide, stands } = await partAgain()
    await world.observe({ ...submitted(second, of('paid', PART - 1n)), atMs: NOON + DAY })
    await world.observe(called(first, of('returned', REST), NOON + DAY + HOUR))
    await decide(first, { finding: 'returned' }, NOON + DAY + HOUR)
    await decide(second, { finding: 'unknown' }, NOON + DAY + HOUR)
    await world.observe(asked(second, of('paid', PART), NOON + 2 * DAY))
    expect(await stands()).toMatchObject(REST_OWED)
    expect(await delivered(disbursement)).toBe(PART)
  })

  it('found to be with the payee all the same it counts beside what is under way', async () => {
    const { disbursement, first, second, decide, stands } = await partAgain()
    await world.observe(called(first, of('returned', REST), NOON + DAY + HOUR))
    expect(await decide(first, { finding: 'paid' }, NOON + DAY + HOUR)).toBe('executed')
    expect(await stands()).toMatchObject({ state: 'in-flight' })
    await world.observe(called(second, of('paid', PART), NOON + DAY + 2 * HOUR))
    expect(await stands()).toMatchObject({ state: 'paid' })
    expect(await delivered(disbursement)).toBe(AMOUNT)
  })
})

it('a part that comes back after both were paid is paid by a third attempt', async () => {
  const { disbursement, first, second, decide, stands } = await partAgain()
  await world.observe({ ...submitted(second, of('paid', PART)), atMs: NOON + DAY })
  expect(await stands()).toMatchObject({ state: 'paid' })
  await world.observe(called(first, of('returned', REST), NOON + 2 * DAY))
  await decide(first, { finding: 'returned', next: 'pay-again' }, NOON + 2 * DAY)
  const third = await world.claim(disbursement, NOON + 3 * DAY)
  await world.observe({ ...submitted(third, of('paid', REST)), atMs: NOON + 3 * DAY })
  expect(await stands()).toMatchObject({ state: 'paid', attempts: 3 })
  expect(await delivered(disbursement)).toBe(AMOUNT)
  expect(await world.imbalances()).toEqual([])
})

it('a delivered part that is doubted beside the others is found to be paid after all', async () => {
  const { disbursement, first, second, decide, stands } = await partAgain()
  await world.observe({ ...submitted(second, of('paid', PART)), atMs: NOON + DAY })
  await world.observe(called(first, of('returned', REST), NOON + 2 * DAY))
  await decide(first, { finding: 'returned', next: 'pay-again' }, NOON + 2 * DAY)
  const third = await world.claim(disbursement, NOON + 3 * DAY)
  await world.observe({ ...submitted(third, of('paid', REST)), atMs: NOON + 3 * DAY })
  const doubt = { source: 'statement', isOtherAccount: false, fact: { kind: 'undebited' } } as const
  await world.observe({ ...doubt, payout: second, atMs: NOON + 4 * DAY })
  expect(await decide(second, { finding: 'paid' }, NOON + 4 * DAY)).toBe('executed')
  expect(await stands()).toMatchObject({ state: 'paid' })
  expect(await world.imbalances()).toEqual([])
})

it('the life is told that a rest is owed, also while another incentive of it is under way', async () => {
  const due = NOON + 45 * DAY
  const { ref, disbursement, payout: first } = await sendFirst(world)
  await world.observe(submitted(first, of('paid', AMOUNT)))
  await world.advance(ref, due)
  await world.observe(called(first, of('returned', PART), due))
  const word = { finding: 'partly-returned', returned: PART.toString(), next: 'pay-again' } as const
  await people.decide(disbursement, first, word, due)
  const second = await world.claim(disbursement, due + HOUR)
  await world.observe({ ...submitted(second, of('accepted', PART)), atMs: due + HOUR })
  await world.observe(called(first, of('returned', REST), due + 2 * HOUR))
  await people.decide(disbursement, first, { finding: 'returned' }, due + 3 * HOUR)
  await world.advance(ref, due + 3 * HOUR)
  const other = await world.claim(disbursementOf(ref, 'incentive-2'), due + 4 * HOUR)
  await world.observe({ ...submitted(other, of('accepted', AMOUNT)), atMs: due + 4 * HOUR })
  await world.root.pool.query(`UPDATE message SET state = 'delivered' WHERE ref = $1`, [ref])
  await world.observe(called(second, of('paid', PART), due + 20 * HOUR))
  expect(await stateOf(world, disbursement)).toMatchObject(REST_OWED)
  expect(await paymentMessages(world, ref)).toBe(1)
})

it('a debit of the lost time is not decided about while another attempt is under way', async () => {
  const away = await openWorld()
  const lost = await lostTime(away)
  await lost.lift()
  const account = bankAccount()
  const ref = await away.ready({ account }, AGAIN)
  const also = { id: 'other', reference: 'AAAAAAAAAAAAAAAB', gatewayId: 'po_other', amount: PART }
  await lost.tellDays(paidBefore(account, { amount: PART }), paidBefore(account, also))
  const [one, two] = (await lost.teller.found()).map(({ id }) => id)
  const disbursement = disbursementOf(ref)
  await lost.count(ref, { next: 'hold' }, one)
  await lost.people.decide(disbursement, null, { next: 'pay-again' }, LATER)
  await lost.resolve('receivable')
  await lost.close()
  await away.claim(disbursement, LATER + MINUTE)
  await away.observe(asked(`${disbursement}#1`, of('returned', PART), LATER + 2 * MINUTE))
  expect(await refusal(lost.count(ref, {}, two))).toBe('conflict')
  expect(await away.imbalances()).toEqual([])
  await away.close()
})

it('a delivered part that a restored database had forgotten comes back while the rest is under way: people look', async () => {
  const away = await openWorld()
  const lost = await lostTime(away)
  await lost.lift()
  const account = bankAccount()
  const ref = await away.ready({ account }, AGAIN)
  const disbursement = disbursementOf(ref)
  await lost.tellDays(paidBefore(account, { amount: PART }))
  await lost.count(ref, { next: 'pay-again' })
  await lost.close()
  const second = await away.claim(disbursement, LATER)
  await away.observe(asked(`${disbursement}#1`, of('returned', PART), LATER + MINUTE))
  expect(await stateOf(away, disbursement)).toMatchObject({ state: 'review', reason: 'older-attempt-changed' })
  await lost.people.decide(disbursement, null, {}, LATER + HOUR)
  expect(await stateOf(away, disbursement)).toMatchObject({ state: 'in-flight' })
  await away.observe(called(second, of('paid', REST), LATER + 2 * HOUR))
  expect(await stateOf(away, disbursement)).toMatchObject(REST_OWED)
  expect(await away.imbalances()).toEqual([])
  await away.close()
})
