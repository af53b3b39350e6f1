/** A debit of the time that a restored database has lost is found to be the payment of somebody who registered again: it counts, once. */
import { describe, expect, it } from 'vitest'
import type { ProposalRow } from '../../store/proposals.ts'
import { bankAccount } from '../support/builders.ts'
import { AGAIN, JAKARTA, LATER, lostTimeOfEach, paidBefore, type LostTime } from '../support/lost-time.ts'
import { asked, called, stateOf } from '../support/sent.ts'
import { OPENING } from '../support/statements.ts'
import { agree, decide, propose } from '../support/two-people.ts'
import { AMOUNT, DAY, disbursementOf, HOUR, refusal, seen, type World } from '../support/world.ts'

let world: World
let lost: LostTime
lostTimeOfEach((...opened) => ([world, lost] = opened))

const account = bankAccount()

const moneyOf = (disbursement: string) =>
  world.one(
    `SELECT y.state, y.money, y.amount, y.superseded, d.first_paid_at IS NOT NULL AS "wasPaid", d.attempts
       FROM payout y JOIN disbursement d ON d.key = y.disbursement WHERE d.key = $1 ORDER BY y.n LIMIT 1`,
    [disbursement],
  )

it('counts as the payment while the restore is open, and the later tranches go on', async () => {
  const ref = await world.ready({ account }, AGAIN)
  await lost.tellDays(paidBefore(account))
  expect(await world.store.restores.strays(lost.restore.id, [JAKARTA])).toEqual([
    { discrepancy: await lost.stray(), owed: [disbursementOf(ref)] },
  ])
  expect(await world.store.reviews.find(disbursementOf(ref))).toMatchObject({ state: 'released', attempts: [] })
  expect(await lost.count(ref)).toMatchObject({ state: 'executed' })
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid' })
  expect(await moneyOf(disbursementOf(ref))).toEqual({
    state: 'paid',
    money: 'credited',
    amount: AMOUNT,
    superseded: false,
    wasPaid: true,
    attempts: 1,
  })
  expect(await lost.teller.balance('funds:suspense-out')).toBe(0n)
  expect(await lost.teller.float()).toBe(OPENING - AMOUNT)
  await lost.close()
  const month = LATER + 32 * DAY
  await world.advance(ref, month)
  expect(await stateOf(world, disbursementOf(ref, 'incentive-2'))).toMatchObject({ state: 'released' })
  await expect(world.claim(disbursementOf(ref, 'incentive-2'), month)).resolves.toMatch(/#1$/)
})

it.for(['written-off', 'receivable'] as const)(
  'counts also once it had ended as %s, and whoever came later is paid their other tranches',
  async (resolution) => {
    await lost.tellDays(paidBefore(account))
    const stray = await lost.stray()
    await lost.resolve(resolution)
    await lost.close()
    const ref = await world.ready({ account }, LATER)
    expect(await lost.submit(ref, LATER)).toEqual([])
    expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'review', reason: 'paid-in-lost-time' })
    expect(await lost.count(ref, {}, stray)).toMatchObject({ state: 'executed' })
    expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid' })
    for (const name of ['suspense-out', 'receivable', 'write-off'])
      expect(await lost.teller.balance(`funds:${name}`)).toBe(0n)
    expect(await lost.teller.float()).toBe(OPENING - AMOUNT)
  },
)

it('is followed as any payment: what comes back of it is owed again', async () => {
  const ref = await world.ready({ account }, AGAIN)
  await lost.tellDays(paidBefore(account))
  await lost.count(ref)
  const payout = `${disbursementOf(ref)}#1`
  await world.observe({
    payout,
    source: 'statement',
    isOtherAccount: false,
    fact: seen('returned', { gatewayId: 'po_swift:0000000000LST:0000000000LST:incentive-1:1#1' }),
    atMs: LATER,
  })
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'needs-account' })
})

it('is found in no later version of its statement, and counts once', async () => {
  const ref = await world.ready({ account }, AGAIN)
  const other = await world.ready({ account }, AGAIN)
  await lost.tellDays(paidBefore(account))
  const stray = await lost.stray()
  await lost.count(ref)
  expect(await refusal(lost.count(other, {}, stray))).toBe('conflict')
  await lost.teller.reconcile([paidBefore(account)], { version: 2 })
  expect(await lost.teller.classes(true)).toEqual([])
  await lost.close()
  expect(await lost.submit(other, LATER)).toHaveLength(1)
})

it('is not missing where it was counted only after days that nobody has proved', async () => {
  const ref = await world.ready({ account }, AGAIN)
  await lost.tellDays(paidBefore(account))
  const put = await lost.counted(disbursementOf(ref), await lost.stray())
  await agree(world.store, [lost.people.sari, lost.people.budi], put, LATER + 3 * DAY)
  await lost.teller.reconcile([], { day: '2026-11-25' })
  await lost.teller.reconcile([], { day: '2026-11-26' })
  expect(await lost.teller.classes(true)).toEqual([])
})

it('counts once where two people decide twice at the same time', async () => {
  const refs = [await world.ready({ account }, AGAIN), await world.ready({ account }, AGAIN)]
  await lost.tellDays(paidBefore(account))
  const stray = await lost.stray()
  const puts = await Promise.all(refs.map((ref) => lost.counted(disbursementOf(ref), stray)))
  const proposals = []
  for (const put of puts) proposals.push(await propose(world.store, lost.people.sari, put, LATER))
  const ended = await Promise.all(proposals.map((one) => decide(world.store, lost.people.budi, one, 'approve', LATER)))
  expect(ended.map(({ state }) => state).toSorted()).toEqual(['executed', 'void'])
  expect(await world.count(`SELECT FROM payout WHERE money = 'credited'`)).toBe(1)
})

it('pays the rest where it was a part, and no more', async () => {
  const ref = await world.ready({ account }, AGAIN)
  const part = AMOUNT / 3n
  await lost.tellDays(paidBefore(account, { amount: part }))
  expect(await refusal(lost.count(ref))).toBe('conflict')
  await lost.count(ref, { next: 'pay-again' })
  await lost.close()
  const payout = await world.claim(disbursementOf(ref), LATER)
  const { amount } = await world.one<{ amount: bigint }>('SELECT amount FROM payout WHERE key = $1', [payout])
  expect(amount).toBe(AMOUNT - part)
  await world.observe({
    payout,
    source: 'submit',
    send: 1,
    fact: seen('paid', { amount: { minor: amount, currency: 'IDR' } }),
    atMs: LATER,
  })
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid' })
  expect(await lost.teller.float()).toBe(OPENING - AMOUNT)
})

describe('of a part the rest is owed, and nothing else', () => {
  const PART = AMOUNT / 3n
  const REST = AMOUNT - PART

  async function partly(): Promise<{ readonly ref: string; readonly disbursement: string }> {
    const ref = await world.ready({ account }, AGAIN)
    await lost.tellDays(paidBefore(account, { amount: PART }))
    await lost.count(ref, { next: 'needs-account' })
    await lost.close()
    return { ref, disbursement: disbursementOf(ref) }
  }

  async function deduct(disbursement: string, amount: bigint): Promise<ProposalRow> {
    const { version } = await world.one<{ version: number }>('SELECT version FROM disbursement WHERE key = $1', [
      disbursement,
    ])
    const owed = { programme: 'swift', disbursement, version, payout: null, payoutVersion: null }
    const content = { ...owed, amount: amount.toString(), cause: 'tax', reference: 'SKP-1' }
    return agree(world.store, [lost.people.sari, lost.people.budi], { act: 'deduction', content }, LATER)
  }

  it('lapses by its deadline', async () => {
    const { ref, disbursement } = await partly()
    await world.advance(ref, LATER + 90 * DAY)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'lapsed', reason: 'deadline' })
    expect(
      await world.one(`SELECT amount FROM posting WHERE event = 'lapsed' AND line = 1 AND subject = $1`, [
        disbursement,
      ]),
    ).toEqual({ amount: REST })
  })

  it('can be deducted, and no more', async () => {
    const { disbursement } = await partly()
    expect(await refusal(deduct(disbursement, REST + 1n))).toBe('conflict')
    expect(await deduct(disbursement, REST)).toMatchObject({ state: 'executed' })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', reason: 'deducted' })
    expect(await lost.teller.balance('budget:obligated')).toBe(0n)
  })
})

it('is to be had back where it was more than is owed, of which what is owed is taken off', async () => {
  const ref = await world.ready({ account }, AGAIN)
  const more = AMOUNT + 5_000_000n
  await lost.tellDays(paidBefore(account, { amount: more }))
  expect(await refusal(lost.count(ref))).toBe('conflict')
  await world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'paid before' }), AGAIN)
  await lost.count(ref, { finding: 'receivable', next: 'pay-again' })
  await lost.close()
  const seenNow = await world.one<{ version: number; payoutVersion: number }>(
    'SELECT d.version, y.version AS "payoutVersion" FROM disbursement d JOIN payout y ON y.disbursement = d.key WHERE d.key = $1',
    [disbursementOf(ref)],
  )
  const owed = { programme: 'swift', disbursement: disbursementOf(ref), payout: `${disbursementOf(ref)}#1` }
  const content = { ...owed, ...seenNow, amount: AMOUNT.toString(), cause: 'paid-in-error', reference: 'ND-1' }
  await agree(world.store, [lost.people.sari, lost.people.budi], { act: 'deduction', content }, LATER)
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid' })
  expect(await lost.teller.balance('funds:receivable')).toBe(-5_000_000n)
})

it.each([
  ['more than was ever owed', 2n * AMOUNT],
  ['what it was too much', 20_000_000n],
])('that was more than is owed is to be had back, also where a part of it came back: %s', async (_, part) => {
  const ref = await world.ready({ account }, AGAIN)
  const disbursement = disbursementOf(ref)
  const payout = `${disbursement}#1`
  const amount = { minor: AMOUNT + part, currency: 'IDR' }
  const of = { amount, gatewayId: 'po_swift:0000000000LST:0000000000LST:incentive-1:1#1' }
  await lost.tellDays(paidBefore(account, { amount: amount.minor }))
  await lost.count(ref, { finding: 'receivable', next: 'hold' })
  await world.observe(called(payout, seen('returned', of), LATER))
  await world.observe(asked(payout, seen('paid', of), LATER + HOUR))
  expect(await moneyOf(disbursement)).toMatchObject({ state: 'review', money: 'back' })
  const partly = { finding: 'partly-returned', returned: part.toString() } as const
  expect(await refusal(lost.people.decide(disbursement, payout, partly, LATER))).toBe('conflict')
  await lost.people.decide(disbursement, payout, { finding: 'receivable', next: 'hold' }, LATER)
  expect(await moneyOf(disbursement)).toMatchObject({ state: 'paid', money: 'receivable' })
})

it('is refused what cannot be this payment', async () => {
  const ref = await world.ready({ account }, AGAIN)
  const before = await world.ready({ account })
  const elsewhere = await world.ready({}, AGAIN)
  await lost.tellDays(paidBefore(account))
  expect(await refusal(lost.count(before))).toBe('conflict')
  expect(await refusal(lost.count(elsewhere))).toBe('conflict')
  expect(await refusal(lost.count(ref, { finding: 'not-paid', next: 'pay-again' }))).toBe('conflict')
  expect(await refusal(lost.count(ref, {}, '00000000-0000-4000-8000-000000000000'))).toBe('not-found')
  const put = await lost.counted(disbursementOf(ref), await lost.stray())
  const one = [lost.people.sari, lost.people.sari] as const
  expect(await refusal(agree(world.store, one, put, LATER))).toBe('own-proposal')
  await expect(
    world.store.context.database.pool.query(
      `UPDATE discrepancy SET resolution = 'written-off', state = 'resolved', resolved_at = now()`,
    ),
  ).rejects.toThrow('decided by a proposal')
})

it('takes none that is under another reference than ours', async () => {
  const ref = await world.ready({ account }, AGAIN)
  await lost.tellDays(paidBefore(account, { reference: 'SALARY' }))
  expect(await refusal(lost.count(ref))).toBe('conflict')
})

it('ends one whose amount cannot be read as what two people say that it is, and waits for nothing more', async () => {
  await lost.tellDays(paidBefore(account, { amount: null }))
  expect(await refusal(lost.close())).toBe('conflict')
  expect(await refusal(lost.resolve('written-off', AMOUNT))).toBe('conflict')
  expect(await refusal(lost.resolve('booked', -AMOUNT))).toBe('conflict')
  await lost.resolve('written-off', -AMOUNT)
  expect(await lost.teller.balance('funds:write-off')).toBe(-AMOUNT)
  await lost.close()
  const ref = await world.ready({ account }, LATER)
  expect(await lost.submit(ref, LATER)).toEqual([])
})
