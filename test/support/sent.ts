/** People whose first incentive is on its way, and the facts that come in about it. */
import type { ObservationItem } from '../../store/observation-item.ts'
import { disbursementOf, MINUTE, NOON, SECOND, type World } from './world.ts'

export interface Sent {
  readonly ref: string
  readonly disbursement: string
  readonly payout: string
}

export async function sendFirst(world: World, atMs = NOON): Promise<Sent> {
  const ref = await world.ready()
  const disbursement = disbursementOf(ref)
  return { ref, disbursement, payout: await world.claim(disbursement, atMs) }
}

type Fact = ObservationItem['fact']

/** What the answer to the first send said. */
export function submitted(payout: string, fact: Fact, atMs = NOON + SECOND): ObservationItem {
  return { payout, source: 'submit', fact, atMs, send: 1 }
}

/** What a signed callback said. */
export function called(payout: string, fact: Fact, atMs = NOON + MINUTE): ObservationItem {
  return { payout, source: 'callback', fact, atMs }
}

/** What the answer to an enquiry said, the first one unless told. */
export function asked(payout: string, fact: Fact, atMs = NOON + MINUTE, enquiry = 1): ObservationItem {
  return { payout, source: 'enquiry', fact, atMs, enquiry }
}

export interface DisbursementRow {
  readonly state: string
  readonly reason: string | null
  readonly attempts: number
  readonly retries: number
  readonly returns: number
}

export function stateOf(world: World, key: string): Promise<DisbursementRow> {
  return world.one('SELECT state, reason, attempts, retries, returns FROM disbursement WHERE key = $1', [key])
}

/** Messages about payments that wait to be told to the person's life. */
export function paymentMessages(world: World, ref: string): Promise<number> {
  return world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'payout' AND state = 'pending'`, [ref])
}

/** The ledger events of a payout, in the order they were posted. */
export async function postedEvents(world: World, payout: string): Promise<string[]> {
  const { rows } = await world.root.pool.query<{ event: string }>(
    'SELECT event FROM posting WHERE subject = $1 AND line = 1 ORDER BY id',
    [payout],
  )
  return rows.map((row) => row.event)
}
