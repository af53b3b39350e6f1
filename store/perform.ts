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
  const taken = await takeKeys(sql, [nameOf(actor, idempotency)])
  if (!taken.has(nameOf(actor, idempotency))) throw inFlight()
  return findAnswer(sql, actor.person, idempotency)
}

/** One key of one caller on one route: what an answer is stored under. */
function nameOf(actor: Actor, { route, key }: Idempotency): string {
  return `${actor.person}\n${route}\n${key}`
}

/** Takes keys until the transaction ends; those that another transaction works on are missing from the result. */
async function takeKeys(sql: Sql, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set()
  const { rows } = await sql.query<{ name: string; free: boolean }>({
    name: 'take-keys',
    text: 'SELECT name, pg_try_advisory_xact_lock(hashtextextended(name, 0)) AS free FROM unnest($1::text[]) AS asked (name)',
    values: [names],
  })
  return new Set(rows.filter((row) => row.free).map((row) => row.name))
}

/**
 * The stored answers of a batch, in its order: an answer, a refusal, or undefined for what is to be worked on. Of two requests
 * with one key the first is worked on; the other is told what became of it afterwards, or refused when its body is another.
 */
export async function storedAnswers(
  sql: Sql,
  requests: readonly Request[],
): Promise<(Performed | Problem | undefined)[]> {
  const hashes = new Map<string, Uint8Array>()
  for (const { actor, idempotency } of requests) {
    const name = idempotency && nameOf(actor, idempotency)
    if (name && !hashes.has(name)) hashes.set(name, idempotency.requestHash)
  }
  const taken = await takeKeys(sql, [...hashes.keys()])
  // A statement of its own after the locks: it sees every answer whose transaction has ended.
  const answers = await findAnswers(sql, requests)
  return requests.map(({ actor, idempotency }) => {
    if (!idempotency) return undefined
    const name = nameOf(actor, idempotency)
    const stored = answers.get(name)
    const known = stored?.requestHash ?? hashes.get(name)
    if (!taken.has(name)) return inFlight()
    if (known && !Buffer.from(known).equals(idempotency.requestHash)) return reusedKey()
    return stored && { status: stored.status, body: stored.body, replayed: true }
  })
}

interface StoredAnswer extends Answer {
  readonly requestHash: Uint8Array
}

async function findAnswers(sql: Sql, requests: readonly Request[]): Promise<Map<string, StoredAnswer>> {
  const keyed = requests.flatMap(({ actor, idempotency }) => (idempotency ? [{ actor, idempotency }] : []))
  if (keyed.length === 0) return new Map()
  const { rows } = await sql.query<StoredAnswer & { caller: string; route: string; key: string }>({
    name: 'find-answers',
    text: `SELECT k.caller, k.route, k.key, k.request_hash AS "requestHash", k.status, k.body
             FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (caller, route, key)) AS asked
             JOIN idempotency_key k USING (caller, route, key)`,
    values: [
      keyed.map(({ actor }) => actor.person),
      keyed.map(({ idempotency }) => idempotency.route),
      keyed.map(({ idempotency }) => idempotency.key),
    ],
  })
  return new Map(rows.map((row) => [`${row.caller}\n${row.route}\n${row.key}`, row]))
}

function inFlight(): Problem {
  return new Problem('idempotency-key-in-flight', 'a request with this Idempotency-Key is being worked on; ask again')
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
