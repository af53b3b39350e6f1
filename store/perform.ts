/**
 * A request that changes something, once: the effect, its audit rows, its messages and the stored answer are one commit.
 * The same key with the same body gets the stored answer; with another body, or while the first is still running, a refusal.
 */
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { inTransaction, type Database, type Sql } from './database.ts'

export interface Idempotency {
  readonly route: string
  readonly key: string
  readonly requestHash: Uint8Array
}

export interface Request {
  readonly actor: Actor
  readonly atMs: number
  /** Null for requests that are idempotent by nature. */
  readonly idempotency: Idempotency | null
}

export interface Answer {
  readonly status: number
  /** Never personal: it is stored. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface Performed extends Answer {
  readonly replayed: boolean
}

/** Answers are kept this long; after that the business identity still refuses a second effect. */
const KEPT_MS = 48 * 3600_000

/** Runs `work` once per idempotency key. Throws what the work throws; refusals are not stored. */
export async function perform(
  database: Database,
  request: Request,
  work: (sql: Sql) => Promise<Answer>,
): Promise<Performed> {
  return inTransaction(database, async (sql) => {
    const stored = request.idempotency ? await storedAnswer(sql, request.actor, request.idempotency) : undefined
    if (stored) return { ...stored, replayed: true }
    const answer = await work(sql)
    if (request.idempotency) await storeAnswer(sql, request, request.idempotency, answer)
    return { ...answer, replayed: false }
  })
}

async function storedAnswer(sql: Sql, actor: Actor, idempotency: Idempotency): Promise<Answer | undefined> {
  const name = `${actor.person}\n${idempotency.route}\n${idempotency.key}`
  const { rows } = await sql.query<{ free: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS free',
    [name],
  )
  if (!rows[0]?.free) {
    throw new Problem('idempotency-key-in-flight', 'a request with this Idempotency-Key is being worked on; ask again')
  }
  return findAnswer(sql, actor.person, idempotency)
}

/** The stored answer of a key; throws `idempotency-key-reused` when it belongs to another body. */
export async function findAnswer(sql: Sql, caller: string, idempotency: Idempotency): Promise<Answer | undefined> {
  const { rows } = await sql.query<{ request_hash: Buffer; status: number; body: Record<string, unknown> }>({
    name: 'find-answer',
    text: 'SELECT request_hash, status, body FROM idempotency_key WHERE caller = $1 AND route = $2 AND key = $3',
    values: [caller, idempotency.route, idempotency.key],
  })
  const row = rows[0]
  if (!row) return undefined
  if (!row.request_hash.equals(idempotency.requestHash)) throw reusedKey()
  return { status: row.status, body: row.body }
}

function reusedKey(): Problem {
  return new Problem(
    'idempotency-key-reused',
    'this Idempotency-Key was used with another body; use a new key for a new request',
  )
}

async function storeAnswer(sql: Sql, request: Request, idempotency: Idempotency, answer: Answer): Promise<void> {
  await sql.query(
    `INSERT INTO idempotency_key (caller, route, key, request_hash, status, body, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      request.actor.person,
      idempotency.route,
      idempotency.key,
      idempotency.requestHash,
      answer.status,
      JSON.stringify(answer.body),
      new Date(request.atMs + KEPT_MS),
    ],
  )
}
