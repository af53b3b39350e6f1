/** The days after a restore, for tests of the store: who came again, what the gateway's statements tell, and what a worker would send. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { engineActor } from '../../domain/act.ts'
import { gatewayReference } from '../../domain/identity.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import type { MoneyResolution } from '../../domain/reconciliation.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import type { StatementLine } from '../../domain/statement.ts'
import type { EnquiryResult, Gateway } from '../../gateways/gateway.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { tellAll, type Pair } from './freezes.ts'
import { reviewing, type Word } from './reviews.ts'
import { line, NEXT, reconciling } from './statements.ts'
import { agree, type Put } from './two-people.ts'
import { disbursementOf, failed, HOUR, MINUTE, NOON, openWorld, type World } from './world.ts'

export const JAKARTA = { code: 'sandbox', zone: 'Asia/Jakarta', windowDays: 1 }
/** When the database had been put back, and people came to it again. */
export const AGAIN = NOON + 10 * MINUTE
export const LATER = NOON + 2 * HOUR

/** How a disbursement stands that people are asked about. */
export const IN_REVIEW = { state: 'review', reason: 'paid-in-lost-time' }

/** By which a gateway knows an attempt at a disbursement. */
export const referenceOf = (disbursement: string, n: number, salt = 0): string =>
  gatewayReference(disbursement, n, (text) => createHash('sha256').update(text).digest(), salt)

/** A life that the database has forgotten. */
const LOST = disbursementOf('0000000000LST')

export type LostTime = Awaited<ReturnType<typeof lostTime>>

/** A world of its own around each test, put back to noon; the freeze is lifted already. */
export function lostTimeOfEach(take: (world: World, lost: LostTime) => void): void {
  let world: World
  beforeEach(async () => {
    world = await openWorld()
    const lost = await lostTime(world)
    await lost.lift()
    take(world, lost)
  })
  afterEach(async () => {
    expect(await world.imbalances()).toEqual([])
    await world.close()
  })
}

/** A database put back to noon, of which everything owed was looked up, and the freeze lifted. */
export async function lostTime(world: World, pair?: Pair) {
  const teller = reconciling(world)
  const people = await reviewing(world, pair)
  const restore = await world.store.restores.begin('backup of noon', engineActor(), AGAIN, NOON)
  const both = [people.sari, people.budi] as const

  async function lift(): Promise<void> {
    await world.store.restores.lookedUp(restore.id, {}, AGAIN)
    await agree(world.store, both, { act: 'freeze-lift', content: { freeze: restore.freeze } }, AGAIN)
    await tellAll(world.store)
  }

  const sent: string[] = []
  const known: Known = new Map()
  const gateways = new Map([['sandbox', silentGateway(sent, known)]])

  /** A worker's part, from its draft to its answer; the references that left for it. */
  async function submit(ref: string, atMs: number): Promise<readonly string[]> {
    sent.splice(0)
    const activities = createPaymentActivities({ store: world.store, gateways, now: () => atMs })
    await activities.submit({ programme: 'swift', ref, disbursement: disbursementOf(ref) })
    return [...sent]
  }

  /** Both days on which a line of the lost time can stand are told and matched. */
  async function tellDays(...lines: StatementLine[]): Promise<void> {
    await teller.reconcile(lines)
    await teller.reconcile([], { day: NEXT })
  }

  /** The discrepancy that is open. */
  async function stray(): Promise<string> {
    const [found] = await teller.found(true)
    return found?.id ?? 'none'
  }

  /** Two people say what became of the money that is in one, or what it is. */
  async function resolve(resolution: MoneyResolution = 'written-off', difference?: bigint): Promise<void> {
    const [found] = await teller.found(true)
    const content = {
      discrepancy: found?.id,
      difference: (difference ?? found?.difference ?? 0n).toString(),
      resolution,
    }
    await agree(world.store, both, { act: 'discrepancy-resolution', content }, LATER)
  }

  /** What two people put forward: that a discrepancy was this payment. */
  async function counted(disbursement: string, discrepancy: string, word: Word = {}): Promise<Put> {
    const of = await world.one<{ programme: string; version: number; attempts: number }>(
      'SELECT programme, version, attempts FROM disbursement WHERE key = $1',
      [disbursement],
    )
    const { programme, version, attempts } = of
    const seen = { programme, disbursement, version, payout: `${disbursement}#${attempts + 1}`, payoutVersion: 0 }
    const content = { ...seen, finding: 'paid', returned: null, next: null, ...word, stray: discrepancy }
    return { act: 'review-decision', content }
  }

  /** Two people find that what is open was this payment. */
  async function count(ref: string, word: Word = {}, discrepancy?: string): Promise<ProposalRow> {
    const put = await counted(disbursementOf(ref), discrepancy ?? (await stray()), word)
    return agree(world.store, both, put, LATER)
  }

  /** It is closed, and who waited for that is told. */
  async function close() {
    const closed = await world.store.restores.close(restore.id, [JAKARTA], engineActor(), LATER)
    await tellAll(world.store)
    return closed
  }

  return { teller, people, restore, known, lift, submit, tellDays, stray, resolve, counted, count, close }
}

/** What the gateway's day has of somebody who was registered as nobody here knows any more. */
export function paidBefore(account: AccountDetails, more: Partial<StatementLine> = {}, n = 1): StatementLine {
  return line(
    { payout: `${LOST}#${n}`, reference: referenceOf(LOST, n) },
    { account: { institution: account.institution, number: account.number }, ...more },
  )
}

/** What the gateway's day has of attempts to that account which were made in the lost time. */
export const debitsTo =
  ({ institution, number }: AccountDetails) =>
  (ref: string, more: Partial<StatementLine> = {}, n = 1): StatementLine =>
    line(
      { payout: `${disbursementOf(ref)}#${n}`, reference: referenceOf(disbursementOf(ref), n) },
      { account: { institution, number }, ...more },
    )

/** What a gateway answers that knows of it. */
export const found = (fact: PayoutFact): EnquiryResult | null =>
  fact.kind === 'observed' ? { kind: 'found', observations: [fact.observation] } : null

/** What a gateway knows, by reference; null: it does not answer. */
export type Known = Map<string, EnquiryResult | null>

/** A gateway that answers no send, and tells of what it knows. */
export function silentGateway(sent: string[], known: Known): Gateway {
  return {
    code: 'sandbox',
    capabilities: { timing: { submitTimeoutMs: 2000, enquireTimeoutMs: 2000 } },
    prepare: (order: { reference: string }) => ({ kind: 'prepared', body: Buffer.from(order.reference) }),
    submit: ({ reference }: { reference: string }) => {
      sent.push(reference)
      return Promise.resolve({ kind: 'unknown', failure: failed('unknown') })
    },
    enquire: ({ reference }: { reference: string }) => {
      const answer = known.get(reference)
      if (answer === null) return Promise.resolve({ kind: 'unavailable', failure: failed('unknown') })
      return Promise.resolve(answer ?? { kind: 'not-found' })
    },
  } as unknown as Gateway
}
