/** A debit of the lost time keeps its reference: what is sent beside it, or after it was counted, goes under the next one, and nothing stops for it. */
import { expect, it } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { lookUp } from '../../activities/restores.ts'
import { passBy } from '../../failpoints.ts'
import { stopWhereOlder } from '../../main/restored.ts'
import { foundIn } from '../support/audited.ts'
import { bankAccount } from '../support/builders.ts'
import { Gateways } from '../support/lost-histories.ts'
import {
  AGAIN,
  debitsTo,
  found,
  IN_REVIEW,
  LATER,
  lostTimeOfEach,
  referenceOf,
  silentGateway,
  type LostTime,
} from '../support/lost-time.ts'
import { stateOf } from '../support/sent.ts'
import { OPENING } from '../support/statements.ts'
import { AMOUNT, bytesOf, disbursementOf, HOUR, MINUTE, NOON, seen, seenFailed, type World } from '../support/world.ts'

let world: World
let lost: LostTime
lostTimeOfEach((...opened) => ([world, lost] = opened))

const account = bankAccount()

const debitOf = debitsTo(account)

/** The gateway remembers it as well. */
const remember = (ref: string, n = 1) => lost.known.set(referenceOf(disbursementOf(ref), n), found(seen('paid')))

const asking = () => ({
  store: world.store,
  gateways: new Map([['sandbox', silentGateway([], lost.known)]]),
  pass: passBy,
})
const look = (ref: string): Promise<string> => lookUp({ ...asking(), now: () => LATER }, disbursementOf(ref))
const startWorker = (): Promise<string | null> =>
  stopWhereOlder({ ...asking(), unguarded: asking().gateways }, { sealAnchors: '/none' })

/** The debit of attempt `n` stands there, people have placed its money, and what it may have paid is owed anew. */
async function owedBeside(n = 1): Promise<string> {
  const ref = await world.admit({ account }, NOON)
  await lost.tellDays(debitOf(ref, {}, n))
  await lost.resolve('receivable')
  await lost.close()
  await world.train(ref, LATER)
  return ref
}

const payAgain = (ref: string) => lost.people.decide(disbursementOf(ref), null, { next: 'pay-again' }, LATER)

/** What the auditor says of keys and references. */
async function faultsOfKeys(): Promise<readonly unknown[]> {
  return foundIn(world, LATER, ['keys'])
}

it('sends the rest under the next reference where the debit of a later attempt was counted as the first', async () => {
  const ref = await world.ready({ account }, NOON)
  await lost.tellDays(debitOf(ref, { amount: AMOUNT - 1000n }, 2))
  expect(await lost.count(ref, { next: 'pay-again' })).toMatchObject({ state: 'executed' })
  remember(ref, 2)
  expect(await look(ref)).toBe('not-there')
  expect(await lost.submit(ref, LATER)).toEqual([referenceOf(disbursementOf(ref), 2, 1)])
  expect(await faultsOfKeys()).toEqual([])
})

it('does not take a worker’s start for another restore where the debit of a later attempt was counted as the first', async () => {
  const ref = await world.ready({ account }, NOON)
  await lost.tellDays(debitOf(ref, { amount: AMOUNT - 1000n }, 2))
  await lost.count(ref, { next: 'pay-again' })
  await lost.close()
  remember(ref, 2)
  expect(await startWorker()).toBeNull()
  expect(await lost.submit(ref, LATER)).toEqual([referenceOf(disbursementOf(ref), 2, 1)])
})

it('pays beside a debit, as two people have decided, under another reference than that of the debit', async () => {
  const ref = await owedBeside()
  expect(await lost.submit(ref, LATER)).toEqual([])
  await payAgain(ref)
  expect(await lost.submit(ref, LATER)).toEqual([referenceOf(disbursementOf(ref), 1, 1)])
  const payout = `${disbursementOf(ref)}#1`
  const paid = seen('paid', { gatewayId: 'po_beside' })
  await world.observe({ payout, source: 'submit', send: 1, fact: paid, atMs: LATER + 1000 })
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid' })
  // Both have left, and the first is to be had back.
  expect(await lost.teller.float()).toBe(OPENING - 2n * AMOUNT)
  expect(await lost.teller.balance('funds:receivable')).toBe(-AMOUNT)
  expect(await faultsOfKeys()).toEqual([])
})

/** A gateway that has taken the debit's payment under its key, and takes no other bytes under that. */
function remembering(ref: string) {
  const gateways = new Gateways([], ['sandbox'])
  gateways.put('sandbox', disbursementOf(ref), 1, 'paid')
  const activities = createPaymentActivities({ store: world.store, gateways: gateways.all, now: () => LATER + HOUR })
  return { sent: gateways.sent, activities }
}

it('goes under another key as well, which the gateway has not taken with other bytes', async () => {
  const ref = await owedBeside()
  const { sent, activities } = remembering(ref)
  await lost.submit(ref, LATER)
  await payAgain(ref)
  await Promise.all([1, 2].map(() => activities.submit({ programme: 'swift', ref, disbursement: disbursementOf(ref) })))
  expect(sent).toEqual([`${disbursementOf(ref)}#1~1`])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid', attempts: 1 })
  expect(await faultsOfKeys()).toEqual([])
})

it('goes under the same key again when it is sent again', async () => {
  const ref = await owedBeside()
  const { sent, activities } = remembering(ref)
  await lost.submit(ref, LATER)
  await payAgain(ref)
  expect(await lost.submit(ref, LATER)).toHaveLength(1)
  const payout = `${disbursementOf(ref)}#1`
  for (const enquiry of [1, 2]) {
    const atMs = LATER + HOUR - (3 - enquiry) * MINUTE
    await world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs, enquiry })
  }
  await activities.resend({ programme: 'swift', ref, payout })
  expect(sent).toEqual([`${payout}~1`])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid' })
})

it('is not sent again where an older version has sent it under one key or the other: its gateway is asked, and then people are', async () => {
  const ref = await owedBeside()
  await lost.submit(ref, LATER)
  await payAgain(ref)
  expect(await lost.submit(ref, LATER)).toHaveLength(1)
  const payout = `${disbursementOf(ref)}#1`
  await expect(world.root.pool.query('UPDATE payout SET gateway_key = NULL')).rejects.toThrow()
  // As those have claimed it that knew of no other key.
  await world.root.pool.query(
    'ALTER TABLE payout DISABLE TRIGGER payout_frozen; UPDATE payout SET gateway_key = NULL; ALTER TABLE payout ENABLE TRIGGER payout_frozen',
  )
  for (const enquiry of [1, 2]) {
    const atMs = LATER + HOUR - (3 - enquiry) * MINUTE
    await world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs, enquiry })
  }
  const { sent, activities } = remembering(ref)
  await activities.resend({ programme: 'swift', ref, payout })
  expect(sent).toEqual([])
  expect(await world.one('SELECT sends FROM payout WHERE key = $1', [payout])).toEqual({ sends: 1 })
  const nextAt = async (atMs: number) => (await world.advance(ref, atMs)).disbursements[0]?.next
  expect(await nextAt(LATER + HOUR)).toMatchObject({ kind: 'wait' })
  expect(await nextAt(LATER + 2 * HOUR)).toMatchObject({ kind: 'enquire', payout })
  expect(await nextAt(LATER + 30 * HOUR)).toEqual({ kind: 'give-up', payout })
  expect(await world.store.payouts.giveUp(payout, LATER + 30 * HOUR)).toMatchObject({ state: 'review' })
  expect(await faultsOfKeys()).toEqual([])
})

it('leaves out the reference of a debit also where a later attempt would be given it', async () => {
  const ref = await owedBeside(2)
  expect(await lost.submit(ref, LATER)).toEqual([])
  await payAgain(ref)
  expect(await lost.submit(ref, LATER)).toEqual([referenceOf(disbursementOf(ref), 1)])
  const payout = `${disbursementOf(ref)}#1`
  await world.observe({ payout, source: 'callback', fact: seenFailed('retry-new'), atMs: LATER + 1000 })
  await world.advance(ref, LATER + 2 * HOUR)
  expect(await lost.submit(ref, LATER + 2 * HOUR)).toEqual([referenceOf(disbursementOf(ref), 2, 1)])
  expect(await faultsOfKeys()).toEqual([])
})

it('pays what two people have decided also while the restore is open, and the gateway knows of the debit', async () => {
  const ref = await world.admit({ account }, NOON)
  await lost.tellDays(debitOf(ref))
  await lost.resolve('receivable')
  await world.train(ref, AGAIN)
  remember(ref)
  expect(await lost.submit(ref, LATER)).toEqual([])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject(IN_REVIEW)
  await payAgain(ref)
  expect(await lost.submit(ref, LATER)).toEqual([referenceOf(disbursementOf(ref), 1, 1)])
})

it('claims nothing under the reference of a debit that was drafted before the statement told of it', async () => {
  const ref = await world.ready({ account }, NOON)
  await lost.tellDays()
  await lost.close()
  const draft = await world.draft(disbursementOf(ref), LATER)
  await lost.teller.reconcile([debitOf(ref)], { version: 2 })
  expect(await lost.submit(ref, LATER)).toEqual([])
  await payAgain(ref)
  expect(await world.store.claims.claim(draft, bytesOf(draft), LATER)).toEqual({ kind: 'collision' })
  expect(await lost.submit(ref, LATER)).toEqual([referenceOf(disbursementOf(ref), 1, 1)])
})

it('stops nothing at a worker’s start for a debit that is known, while whose payment it may be is on hold', async () => {
  const ref = await owedBeside()
  await world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'looked into' }), LATER)
  remember(ref)
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'released' })
  expect(await startWorker()).toBeNull()
  expect(await world.store.restores.open()).toBeNull()
  // What no statement has shown is news, also of the same life.
  remember(ref, 2)
  expect(await startWorker()).toContain(disbursementOf(ref))
})

it('records nothing of a look that asked before two people said that the debit was another payment', async () => {
  const ref = await world.admit({ account }, NOON)
  await lost.tellDays(debitOf(ref))
  await world.train(ref, AGAIN)
  expect(await lost.submit(ref, LATER)).toEqual([])
  const [asked] = await world.store.restores.attemptsAfter(disbursementOf(ref))
  if (!asked) throw new Error('it is asked about')
  await payAgain(ref)
  expect(await world.store.restores.record(asked, seen('paid'), LATER)).toBe(false)
  expect(await lost.submit(ref, LATER)).toEqual([referenceOf(disbursementOf(ref), 1, 1)])
})

it('sends nothing where the gateway knows of a payment beside the first of which nobody here remembers', async () => {
  const ref = await world.ready({ account }, NOON)
  await lost.tellDays()
  lost.known.set(referenceOf(disbursementOf(ref), 1), found(seen('returned')))
  lost.known.set(referenceOf(disbursementOf(ref), 1, 1), found(seen('paid', { gatewayId: 'po_beside' })))
  expect(await look(ref)).toBe('left')
  expect(await lost.submit(ref, LATER)).toEqual([])
  expect(await world.count('SELECT FROM payout WHERE disbursement = $1', [disbursementOf(ref)])).toBe(0)
})

it('takes a worker’s start for another restore where a payment beside a known debit is forgotten', async () => {
  const ref = await owedBeside()
  remember(ref)
  expect(await startWorker()).toBeNull()
  lost.known.set(referenceOf(disbursementOf(ref), 1, 1), found(seen('paid', { gatewayId: 'po_beside' })))
  expect(await startWorker()).toContain(disbursementOf(ref))
})
