/** A send that never ended, of an attempt that is not the newest: a restore has put a later one on top of it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { PayoutFact } from '../../domain/payout.ts'
import type { DisbursementStanding } from '../../domain/standing.ts'
import { bankAccount } from '../support/builders.ts'
import { debitsTo, lostTime } from '../support/lost-time.ts'
import { stateOf, type Sent } from '../support/sent.ts'
import {
  DAY,
  disbursementOf,
  failed,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  seen,
  seenFailed,
  type World,
} from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const account = bankAccount()
const NOT_FOUND: PayoutFact = { kind: 'not-found' }
const UNAVAILABLE: PayoutFact = { kind: 'unavailable', failure: failed('unknown') }
/** In the lost time. */
const LATER = NOON + 20 * MINUTE

/** Its callback says that it failed before its send has ended; the worker is killed, and this is what the backup has. */
async function failedWhileSending(): Promise<Sent> {
  const ref = await world.ready({ account }, NOON - HOUR)
  const disbursement = disbursementOf(ref)
  const payout = await world.claim(disbursement)
  await world.observe({ payout, source: 'callback', fact: seenFailed('retry-new'), atMs: NOON + SECOND })
  return { ref, disbursement, payout }
}

/** The gateway knows of a second attempt, of the lost time, which has failed as well. */
async function recovered({ disbursement }: Sent): Promise<void> {
  const [second] = await world.store.restores.attemptsAfter(disbursement)
  if (!second) throw new Error('no attempt')
  expect(await world.store.restores.record(second, seenFailed('retry-new'), LATER)).toBe(true)
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'released', attempts: 2 })
}

async function nextOf({ ref }: Sent, atMs: number): Promise<DisbursementStanding['next'] | undefined> {
  return (await world.advance(ref, atMs)).disbursements[0]?.next
}

/** The gateway is asked, and this is its answer. */
async function answers(payout: string, fact: PayoutFact, atMs: number): Promise<DisbursementStanding['next']> {
  const { enquiry } = await world.store.payouts.question(payout, atMs)
  return (await world.observe({ payout, source: 'enquiry', fact, atMs, enquiry })).disbursement.next
}

const draftOf = ({ disbursement }: Sent, atMs: number) => world.store.claims.draft(disbursement, atMs)
const evening = NOON + 8 * HOUR

it('is asked about until it has an end, and what a recovered attempt has not paid is then sent', async () => {
  const sent = await failedWhileSending()
  await recovered(sent)
  expect(await draftOf(sent, evening)).toEqual({ kind: 'parked', reason: 'send-open' })
  expect(await nextOf(sent, evening)).toMatchObject({ kind: 'enquire', payout: sent.payout, gateway: 'sandbox' })
  expect(await answers(sent.payout, NOT_FOUND, evening)).toMatchObject({ kind: 'send' })
  expect(await world.count('SELECT FROM send WHERE ended_at IS NULL')).toBe(0)
  expect(await nextOf(sent, evening)).toMatchObject({ kind: 'send' })
  expect(await world.claim(sent.disbursement, evening)).toBe(`${sent.disbursement}#3`)
})

it('is asked about again on the ladder while nobody answers, and nothing is sent', async () => {
  const sent = await failedWhileSending()
  await recovered(sent)
  const waits = { kind: 'wait', untilMs: evening + MINUTE }
  expect(await answers(sent.payout, UNAVAILABLE, evening)).toEqual(waits)
  expect(await nextOf(sent, evening)).toEqual(waits)
  expect(await draftOf(sent, evening + MINUTE)).toEqual({ kind: 'parked', reason: 'send-open' })
  expect(await nextOf(sent, evening + MINUTE)).toMatchObject({ kind: 'enquire', payout: sent.payout })
})

it('is shown to people when the gateway has paid it after all', async () => {
  const sent = await failedWhileSending()
  await recovered(sent)
  await answers(sent.payout, seen('paid'), evening)
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'review', reason: 'older-attempt-changed' })
  expect(await world.advance(sent.ref, evening)).toMatchObject({ attention: 'review' })
})

it('is asked about also below a payment that two people have found on a statement, once that has come back', async () => {
  const sent = await failedWhileSending()
  const lost = await lostTime(world)
  await lost.lift()
  await lost.tellDays(debitsTo(account)(sent.ref, {}, 2))
  expect(await lost.count(sent.ref)).toMatchObject({ state: 'executed' })
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'paid', attempts: 2 })
  const payout = `${sent.disbursement}#2`
  await world.observe({
    payout,
    source: 'statement',
    isOtherAccount: false,
    fact: seen('returned', { gatewayId: `po_${payout}` }),
    atMs: NOON + DAY,
  })
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'needs-account' })
  expect(await nextOf(sent, NOON + 2 * DAY)).toMatchObject({ kind: 'enquire', payout: sent.payout })
  expect(await answers(sent.payout, NOT_FOUND, NOON + 2 * DAY)).toMatchObject({ kind: 'wait', untilMs: null })
  expect(await world.count('SELECT FROM send WHERE ended_at IS NULL')).toBe(0)
})
