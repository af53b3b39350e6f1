/**
 * A request that changes something, once: the effect, its audit rows, its messages and the stored answer are one commit.
 * The same key with the same body gets the stored answer; with another body, or while the first is still running, a refusal.
 */
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { inTransaction, type Sql } from './database.ts'
import type { StoreContext } from './options.ts'
import type { Marks, Vault } from './vault.ts'

export interface Idempotency {
  readonly route: string
  /** As the caller chose it. Stored keyed: people put national ids here. */
  readonly key: string
  /** The whole request: what a repetition must be equal to. Stored keyed too. */
  readonly request: Uint8Array
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

/** What a request with a key is found by: nothing of it can be read from what is stored. */
export interface Mark {
  readonly caller: string
  readonly route: string
  readonly key: Marks
  readonly request: Marks
}

/** Null for a request without a key. */
export function markOf(vault: Vault, { actor, idempotency }: Request): Mark | null {
  if (!idempotency) return null
  const { route, key, request } = idempotency
  const caller = actor.person
  return { caller, route, key: vault.keyMarks(`${caller}\n${route}\n${key}`), request: vault.requestMarks(request) }
}

/** Runs `work` once per idempotency key. Throws what the work throws; refusals are not stored. */
export async function perform(
  { database, vault, pass }: Pick<StoreContext, 'database' | 'vault' | 'pass'>,
  request: Request,
  work: (sql: Sql) => Promise<Answer>,
): Promise<Performed> {
  const mark = markOf(vault, request)
  const performing = inTransaction(database, async (sql) => {
    const [stored] = await pass('act:asked', storedAnswers(sql, [mark]))
    if (stored instanceof Problem) throw stored
    if (stored) return stored
    const answer = await pass('act:done', work(sql))
    if (mark) await pass('act:kept', insertAnswers(sql, [{ mark, atMs: request.atMs, ...answer }]))
    return { ...answer, replayed: false }
  })
  return pass('act:committed', performing)
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

/** One key of one caller on one route, by a name that every process has for it. */
function nameOf({ key }: Mark): string {
  return Buffer.from(key.shared).toString('base64')
}

/**
 * The stored answers of a batch, in its order: an answer, a refusal, or undefined for what is to be worked on. Of two requests
 * with one key the first is worked on; the other is told what became of it afterwards, or refused when its body is another.
 */
export async function storedAnswers(
  sql: Sql,
  marks: readonly (Mark | null)[],
): Promise<(Performed | Problem | undefined)[]> {
  const first = new Map<string, Mark>()
  for (const mark of marks) if (mark && !first.has(nameOf(mark))) first.set(nameOf(mark), mark)
  // A statement of its own behind the locks: it sees every answer whose transaction has ended.
  const [taken, answers] = await Promise.all([takeKeys(sql, [...first.keys()]), findAnswers(sql, [...first.values()])])
  return marks.map((mark) => {
    if (!mark) return undefined
    const name = nameOf(mark)
    const stored = answers.get(name)
    if (!taken.has(name)) return inFlight()
    const known = stored?.requestHash ?? first.get(name)?.request.current
    if (known && !isOneOf(mark.request, known)) return reusedKey()
    return stored && { status: stored.status, body: stored.body, replayed: true }
  })
}

/** The stored answer of a request; throws `idempotency-key-reused` when its key belongs to another body. */
export async function findAnswer(sql: Sql, mark: Mark): Promise<Performed | undefined> {
  const stored = (await findAnswers(sql, [mark])).get(nameOf(mark))
  if (!stored) return undefined
  if (!isOneOf(mark.request, stored.requestHash)) throw reusedKey()
  return { status: stored.status, body: stored.body, replayed: true }
}

interface StoredAnswer extends Answer {
  readonly requestHash: Uint8Array
}

/** Answers by name. What was stored under a key of the ring that is no longer current is found too. */
async function findAnswers(sql: Sql, marks: readonly Mark[]): Promise<Map<string, StoredAnswer>> {
  if (marks.length === 0) return new Map()
  const asked = marks.flatMap((mark) => mark.key.all.map((hash) => ({ mark, hash })))
  const { rows } = await sql.query<StoredAnswer & { name: string }>({
    name: 'find-answers',
    text: `SELECT asked.name, k.request_hash AS "requestHash", k.status, k.body
             FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) AS asked (name, caller, route, key_hash)
             JOIN idempotency_key k USING (caller, route, key_hash)`,
    values: [
      asked.map(({ mark }) => nameOf(mark)),
      asked.map(({ mark }) => mark.caller),
      asked.map(({ mark }) => mark.route),
      asked.map(({ hash }) => hash),
    ],
  })
  return new Map(rows.map((row) => [row.name, row]))
}

function isOneOf(marks: Marks, hash: Uint8Array): boolean {
  return marks.all.some((one) => Buffer.from(one).equals(hash))
}

function inFlight(): Problem {
  return new Problem('idempotency-key-in-flight', 'a request with this Idempotency-Key is being worked on; ask again')
}

function reusedKey(): Problem {
  return new Problem(
    'idempotency-key-reused',
    'this Idempotency-Key was used with another body; use a new key for a new request',
  )
}

export interface NewAnswer extends Answer {
  readonly mark: Mark
  readonly atMs: number
}

/** Stores answers under their keys, set-based. */
export async function insertAnswers(sql: Sql, answers: readonly NewAnswer[]): Promise<void> {
  if (answers.length === 0) return
  await sql.query({
    name: 'insert-answers',
    text: `INSERT INTO idempotency_key (caller, route, key_hash, request_hash, status, body, expires_at)
           SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::int[], $6::jsonb[], $7::timestamptz[])`,
    values: [
      answers.map(({ mark }) => mark.caller),
      answers.map(({ mark }) => mark.route),
      answers.map(({ mark }) => mark.key.current),
      answers.map(({ mark }) => mark.request.current),
      answers.map(({ status }) => status),
      answers.map(({ body }) => JSON.stringify(body)),
      answers.map(({ atMs }) => new Date(atMs + KEPT_MS)),
    ],
  })
}
