/**
 * Callbacks as they come: raw bytes sealed and stored, repeats recognised, references looked up within the signing gateway,
 * and what is signed and fresh applied, all in one commit before the answer. A batch shares one transaction.
 */
import { createHash } from 'node:crypto'
import { engineActor } from '../domain/act.ts'
import type { Observation } from '../domain/observation.ts'
import { insertAudit } from './audit.ts'
import { inTransaction, type Sql } from './database.ts'
import { dataKeyOf, gatewayOwner, insertDocuments, sealDocument, type NewDocument } from './documents.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { ObservationItem } from './observation-item.ts'
import { observeLocked } from './observe.ts'
import type { StoreContext } from './options.ts'
import { keysByReference, lockLivesOf } from './payout-rows.ts'

export interface ReceivedCallback {
  readonly gateway: string
  /** The provider's id of the event: a repeat carries the same. */
  readonly eventId: string
  readonly reference: string
  readonly observation: Observation
  /** Signed and fresh. Anything less only makes the life ask. */
  readonly trusted: boolean
  readonly body: Uint8Array
  readonly receivedAtMs: number
}

export type CallbackVerdict = 'applied' | 'stale' | 'unmatched' | 'repeated'

interface Stored {
  readonly callback: ReceivedCallback
  readonly document: NewDocument
  readonly payout: string | null
  readonly verdict: Exclude<CallbackVerdict, 'repeated'>
}

/** Takes in a batch; verdicts in the order of the callbacks. Repeating one changes nothing. */
export async function receiveCallbacks(
  context: StoreContext,
  callbacks: readonly ReceivedCallback[],
): Promise<CallbackVerdict[]> {
  return inTransaction(context.database, async (sql) => {
    const payouts = await keysByReference(sql, callbacks)
    const stored: Stored[] = []
    for (const callback of callbacks) stored.push(await seal(sql, context, callback, payouts))
    const fresh = await insertFresh(sql, stored)
    // All lives of the batch at once, in the order every writer takes them.
    await lockLivesOf(
      sql,
      fresh.flatMap((one) => one.payout ?? []),
    )
    const applied = fresh.filter((one) => one.verdict === 'applied')
    if (applied.length > 0) await observeLocked(sql, context, applied.map(itemOf))
    await askAbout(
      sql,
      fresh.filter((one) => one.verdict === 'stale'),
    )
    await reportUnmatched(
      sql,
      fresh.filter((one) => one.verdict === 'unmatched'),
    )
    return stored.map((one) => (fresh.includes(one) ? one.verdict : 'repeated'))
  })
}

async function seal(
  sql: Sql,
  context: StoreContext,
  callback: ReceivedCallback,
  payouts: ReadonlyMap<string, string>,
): Promise<Stored> {
  const owner = gatewayOwner(callback.gateway)
  const key = await dataKeyOf(sql, context.vault, owner)
  const payout = payouts.get(`${callback.gateway}/${callback.reference}`) ?? null
  const verdict = payout === null ? 'unmatched' : callback.trusted ? 'applied' : 'stale'
  return { callback, payout, verdict, document: sealDocument(context.vault, key, owner, 'callback', callback.body) }
}

/** Inserts the callbacks that are new, each with its sealed bytes; the first of several alike counts. */
async function insertFresh(sql: Sql, stored: readonly Stored[]): Promise<Stored[]> {
  const { rows } = await sql.query<{ document: string }>({
    name: 'callbacks',
    text: `INSERT INTO callback (id, gateway, event_id, sha256, document, reference, payout, verdict, received_at)
           SELECT gen_random_uuid(), * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::text[], $6::text[],
                                                   $7::text[], $8::timestamptz[])
           ON CONFLICT (gateway, event_id) DO NOTHING RETURNING document`,
    values: [
      stored.map((one) => one.callback.gateway),
      stored.map((one) => one.callback.eventId),
      stored.map((one) => createHash('sha256').update(one.callback.body).digest()),
      stored.map((one) => one.document.id),
      stored.map((one) => one.callback.reference),
      stored.map((one) => one.payout),
      stored.map((one) => one.verdict),
      stored.map((one) => new Date(one.callback.receivedAtMs)),
    ],
  })
  const inserted = new Set(rows.map((row) => row.document))
  const fresh = stored.filter((one) => inserted.has(one.document.id))
  await insertDocuments(
    sql,
    fresh.map((one) => one.document),
  )
  return fresh
}

function itemOf(one: Stored): ObservationItem {
  return {
    payout: one.payout ?? '',
    source: 'callback',
    fact: { kind: 'observed', observation: one.callback.observation },
    atMs: one.callback.receivedAtMs,
  }
}

/** Authentic but stale: no state moves, the lives are told to ask the gateway. */
async function askAbout(sql: Sql, stale: readonly Stored[]): Promise<void> {
  if (stale.length === 0) return
  const keys = stale.map((one) => one.payout)
  // The ladder starts over, so that the next look of the life asks at once.
  const { rows } = await sql.query<{ programme: string; ref: string }>(
    `UPDATE payout SET last_enquiry_at = claimed_at - interval '1 day', version = version + 1
      WHERE key = ANY ($1) AND state IN ('submitting', 'unknown', 'accepted', 'processing')
     RETURNING programme, ref`,
    [keys],
  )
  await insertMessages(
    sql,
    rows.map((row) => nudge(row.programme, row.ref, 'payout')),
  )
}

async function reportUnmatched(sql: Sql, unmatched: readonly Stored[]): Promise<void> {
  await insertAudit(
    sql,
    unmatched.map(({ callback }) => ({
      act: 'callback-unmatched' as const,
      actor: engineActor(),
      atMs: callback.receivedAtMs,
      subject: `callback:${callback.gateway}:${callback.eventId}`,
      after: { reference: callback.reference },
    })),
  )
}
