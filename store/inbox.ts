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
import type { ObservationItem } from './observation-item.ts'
import { askAbout, type Word } from './questions.ts'
import { observeLocked } from './observe.ts'
import type { StoreContext } from './options.ts'
import { lockLivesOf, payoutsCalled, type CalledPayout } from './payout-rows.ts'

export interface ReceivedCallback {
  readonly gateway: string
  /** The provider's id of the event: a repeat carries the same. */
  readonly eventId: string
  readonly reference: string
  readonly observation: Observation
  /** Signed and fresh. Anything less only makes the life ask. */
  readonly trusted: boolean
  /** Fingerprints of the secrets that signed it: where none of them is in force it only makes the life ask, too. */
  readonly credentials: readonly string[]
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
  const { pass } = context
  const receiving = inTransaction(context.database, async (sql) => {
    const matching = Promise.all([payoutsCalled(sql, callbacks), dataKeysOf(sql, context, callbacks)])
    const [payouts, dataKeys] = await pass('callback:matched', matching)
    const stored = callbacks.map((callback, at) => seal(context, callback, payouts[at], dataKeys))
    const fresh = await pass('callback:stored', insertFresh(sql, stored))
    const applied = fresh.filter((one) => one.verdict === 'applied')
    const stale = fresh.filter((one) => one.verdict === 'stale')
    // All lives of the batch at once, in the order every writer takes them; observing locks its own.
    if (stale.length > 0) {
      const known = [...applied, ...stale].flatMap((one) => one.payout ?? [])
      await pass('callback:locked', lockLivesOf(sql, known))
    }
    if (applied.length > 0) await pass('callback:applied', observeLocked(sql, context, applied.map(itemOf)))
    await pass('callback:asked', askAbout(sql, stale.map(wordOf)))
    const unmatched = fresh.filter((one) => one.verdict === 'unmatched')
    await pass('callback:reported', reportUnmatched(sql, unmatched))
    return stored.map((one) => (fresh.includes(one) ? one.verdict : 'repeated'))
  })
  return pass('callback:committed', receiving)
}

type DataKeys = ReadonlyMap<string, Awaited<ReturnType<typeof dataKeyOf>>>

/** The data keys of the gateways that have told something, each looked up once. */
async function dataKeysOf(
  sql: Sql,
  { vault }: StoreContext,
  callbacks: readonly ReceivedCallback[],
): Promise<DataKeys> {
  const found = new Map<string, Awaited<ReturnType<typeof dataKeyOf>>>()
  for (const gateway of new Set(callbacks.map((callback) => callback.gateway))) {
    found.set(gateway, await dataKeyOf(sql, vault, gatewayOwner(gateway)))
  }
  return found
}

function seal(
  { vault }: StoreContext,
  callback: ReceivedCallback,
  called: CalledPayout | undefined,
  dataKeys: DataKeys,
): Stored {
  const owner = gatewayOwner(callback.gateway)
  const key = dataKeys.get(callback.gateway)
  if (!key) throw new Error(`${owner} has no data key`)
  const isApplied = callback.trusted && (called?.believed ?? false)
  const verdict = called === undefined ? 'unmatched' : isApplied ? 'applied' : 'stale'
  return {
    callback,
    payout: called?.key ?? null,
    verdict,
    document: sealDocument(vault, key, owner, 'callback', callback.body),
  }
}

/**
 * Inserts the callbacks that are new, each with its sealed bytes; of several alike the one that proves most counts. One that was
 * stored when it proved less (stale, or for a payout nobody knew yet) takes the place of its earlier self.
 */
async function insertFresh(sql: Sql, stored: readonly Stored[]): Promise<Stored[]> {
  // One order for every writer, so that two batches with the same events wait for each other and not in a circle.
  const rows = strongest(stored).toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  const inserted = await sql.query<{ document: string }>({
    name: 'callbacks',
    text: `INSERT INTO callback (id, gateway, event_id, sha256, document, reference, payout, verdict, received_at)
           SELECT gen_random_uuid(), * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::text[], $6::text[],
                                                   $7::text[], $8::timestamptz[])
           ON CONFLICT (gateway, event_id) DO UPDATE
              SET sha256 = excluded.sha256, document = excluded.document, reference = excluded.reference,
                  payout = excluded.payout, verdict = excluded.verdict, received_at = excluded.received_at
            WHERE excluded.payout IS NOT NULL AND callback.verdict <> 'applied' AND callback.verdict <> excluded.verdict
           RETURNING document`,
    values: [
      rows.map((one) => one.callback.gateway),
      rows.map((one) => one.callback.eventId),
      rows.map((one) => createHash('sha256').update(one.callback.body).digest()),
      rows.map((one) => one.document.id),
      rows.map((one) => one.callback.reference),
      rows.map((one) => one.payout),
      rows.map((one) => one.verdict),
      rows.map((one) => new Date(one.callback.receivedAtMs)),
    ],
  })
  const documents = new Set(inserted.rows.map((row) => row.document))
  const fresh = stored.filter((one) => documents.has(one.document.id))
  await insertDocuments(
    sql,
    fresh.map((one) => one.document),
  )
  return fresh
}

const STRENGTH = { unmatched: 0, stale: 1, applied: 2 } as const

/** Of several callbacks of one event the first of those that prove most. */
function strongest(stored: readonly Stored[]): Stored[] {
  const found = new Map<string, Stored>()
  for (const one of stored) {
    const known = found.get(idOf(one))
    if (!known || STRENGTH[one.verdict] > STRENGTH[known.verdict]) found.set(idOf(one), one)
  }
  return [...found.values()]
}

function idOf({ callback }: Stored): string {
  return `${callback.gateway}/${callback.eventId}`
}

function wordOf({ payout, callback }: Stored): Word {
  return { payout: payout ?? '', atMs: callback.receivedAtMs }
}

function itemOf(one: Stored): ObservationItem {
  return {
    payout: one.payout ?? '',
    source: 'callback',
    fact: { kind: 'observed', observation: one.callback.observation },
    atMs: one.callback.receivedAtMs,
  }
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
