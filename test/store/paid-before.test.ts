/** What may have been paid in the time that a restored database has lost stays with people until they have decided about that payment. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { bankAccount } from '../support/builders.ts'
import { IN_REVIEW, LATER, lostTimeOfEach, paidBefore, type LostTime } from '../support/lost-time.ts'
import { stateOf } from '../support/sent.ts'
import { agree, decide, propose } from '../support/two-people.ts'
import { AMOUNT, DAY, disbursementOf, HOUR, refusal, type World } from '../support/world.ts'

let world: World
let lost: LostTime
lostTimeOfEach((...opened) => ([world, lost] = opened))

const account = bankAccount()
const UNKNOWN = { class: 'unknown', code: 'format', vendorCode: '' } as const

/** What is owed to somebody whose account was paid before; nobody has decided about that. */
async function maybePaid(): Promise<string> {
  await lost.tellDays(paidBefore(account))
  await lost.resolve()
  await lost.close()
  return world.ready({ account }, LATER)
}

async function deduct(disbursement: string, atMs: number): Promise<void> {
  const { version } = await world.one<{ version: number }>('SELECT version FROM disbursement WHERE key = $1', [
    disbursement,
  ])
  const of = { programme: 'swift', disbursement, version, payout: null, payoutVersion: null }
  const content = { ...of, amount: '5000', cause: 'tax', reference: 'ND-7/2026' }
  const made = await agree(world.store, [lost.people.sari, lost.people.budi], { act: 'deduction', content }, atMs)
  expect(made).toMatchObject({ state: 'executed' })
}

it('asks people also where something was deducted from what is owed since the debit was found', async () => {
  const ref = await maybePaid()
  await deduct(disbursementOf(ref), LATER)
  expect(await lost.submit(ref, LATER)).toEqual([])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject(IN_REVIEW)
})

it('takes no decision that does not name it where it is under review for something else', async () => {
  const ref = await maybePaid()
  const key = disbursementOf(ref)
  const draft = await world.draft(key, LATER)
  await world.store.claims.refuse(draft, UNKNOWN, LATER)
  expect(await stateOf(world, key)).toMatchObject({ state: 'review', reason: 'format' })
  const put = await lost.people.put(key, null, { next: 'pay-again' })
  const unnamed = { ...put, content: { ...put.content, strays: undefined } }
  expect(await refusal(propose(world.store, lost.people.sari, unnamed, LATER))).toBe('review-moved')
  await lost.people.decide(key, null, { next: 'pay-again' }, LATER)
  expect(await lost.submit(ref, LATER)).toHaveLength(1)
})

it.for(['hold', 'needs-account'] as const)(
  'asks people again after they have said %s: only that it is paid again says that it was another payment',
  async (next) => {
    const ref = await maybePaid()
    const key = disbursementOf(ref)
    expect(await lost.submit(ref, LATER)).toEqual([])
    await lost.people.decide(key, null, { next }, LATER)
    expect((await world.store.reviews.find(key)).strays).toHaveLength(1)
    if (next === 'needs-account') {
      await world.link(ref, bankAccount(), LATER)
      await world.advance(ref, LATER + 3 * DAY)
      expect(await lost.submit(ref, LATER + 3 * DAY)).toEqual([])
      expect(await stateOf(world, key)).toMatchObject(IN_REVIEW)
    }
    await lost.people.decide(key, null, { next: 'pay-again' }, LATER + 3 * DAY)
    expect(await lost.submit(ref, LATER + 3 * DAY)).toHaveLength(1)
  },
)

it('shows what may be the payment, and takes no decision that does not name each', async () => {
  const ref = await maybePaid()
  const key = disbursementOf(ref)
  expect(await lost.submit(ref, LATER)).toEqual([])
  const shown = await world.store.reviews.find(key)
  expect(shown.strays).toMatchObject([{ class: 'unknown-reference', resolution: 'written-off', amountThere: AMOUNT }])
  const put = await lost.people.put(key, null, { next: 'pay-again' })
  const unnamed = { ...put, content: { ...put.content, strays: undefined } }
  expect(await refusal(propose(world.store, lost.people.sari, unnamed, LATER))).toBe('review-moved')
  const proposal = await propose(world.store, lost.people.sari, put, LATER)
  await lost.teller.reconcile([paidBefore(account), paidBefore(account, {}, 2)], { version: 2 })
  expect(await decide(world.store, lost.people.budi, proposal, 'approve', LATER)).toMatchObject({
    state: 'void',
    outcomeCode: 'review-moved',
  })
  await lost.people.decide(key, null, { next: 'pay-again' }, LATER)
  expect((await world.store.reviews.find(key)).strays).toEqual([])
  expect(await lost.submit(ref, LATER)).toHaveLength(1)
})

it('names no debit that is not asked about, as one to an account that the person links only later', async () => {
  const other = { id: 'b', reference: 'AAAAAAAAAAAAAAAB', gatewayId: 'po_b' }
  await lost.tellDays(paidBefore(account), paidBefore(bankAccount(), other))
  const all = (await lost.teller.found(true)).map(({ id }) => id)
  for (const _ of all) await lost.resolve()
  await lost.close()
  const ref = await world.ready({ account }, LATER)
  expect(await lost.submit(ref, LATER)).toEqual([])
  const put = await lost.people.put(disbursementOf(ref), null, { next: 'pay-again' })
  expect(put.content['strays']).toHaveLength(1)
  const named = { ...put, content: { ...put.content, strays: all } }
  expect(await refusal(propose(world.store, lost.people.sari, named, LATER))).toBe('conflict')
})

it('names as many as a request has room for', async () => {
  const ref = await maybePaid()
  expect(await lost.submit(ref, LATER)).toEqual([])
  const put = await lost.people.put(disbursementOf(ref), null, { next: 'pay-again' })
  const strays = [...((put.content['strays'] ?? []) as string[]), ...Array.from({ length: 999 }, () => randomUUID())]
  const named = { ...put, content: { ...put.content, strays } }
  expect(JSON.stringify(named).length).toBeLessThan(60 * 1024)
  // Read, and refused for what it says.
  expect(await refusal(propose(world.store, lost.people.sari, named, LATER))).toBe('conflict')
})

it('pays what two people have decided that it is owed, also where something is deducted from it after that', async () => {
  const ref = await maybePaid()
  expect(await lost.submit(ref, LATER)).toEqual([])
  await lost.people.decide(disbursementOf(ref), null, { next: 'pay-again' }, LATER)
  await deduct(disbursementOf(ref), LATER)
  expect(await lost.submit(ref, LATER + HOUR)).toHaveLength(1)
})
