import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import pg from 'pg'

/** A connection inside a transaction: what every named statement runs on. */
export type Sql = Pick<pg.ClientBase, 'query'>

/** The pool all of Lunas shares: Prisma's reads, our transactions and LISTEN use the same connections and limits. */
export interface Database {
  readonly pool: pg.Pool
}

const INT8 = 20
const DATE = 1082

export interface DatabaseOptions {
  readonly max: number
  /** Shown in pg_stat_activity. */
  readonly name: string
  /** How long a statement may go unanswered before its connection is given up: a server that hangs tells nobody. */
  readonly queryTimeoutMs?: number
}

const QUERY_TIMEOUT_MS = 10_000

/** Opens the pool. `bigint` columns become `bigint`, never a float; `date` stays the text it is (no zone can move it). */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const settings: pg.PoolConfig & { readonly pipeline: boolean } = {
    connectionString: url,
    max: options.max,
    application_name: options.name,
    connectionTimeoutMillis: 2000,
    query_timeout: options.queryTimeoutMs ?? QUERY_TIMEOUT_MS,
    // A connection that was closed for want of work has all its plans to make anew at the next wave.
    idleTimeoutMillis: 600_000,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') => {
        if (oid === INT8) return (text: string) => BigInt(text)
        if (oid === DATE) return (text: string) => text
        return pg.types.getTypeParser(oid, format)
      },
    },
    // Statements that do not wait for each other's answers go out together.
    pipeline: true,
  }
  const pool = new pg.Pool(settings)
  // An idle connection that PostgreSQL drops is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', sendTogether)
  // The same for one that is dropped between two statements of a transaction: the next statement fails, the process does not.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return { pool }
}

/** What is asked in the same breath leaves in one packet: a write for each statement cost each side a tenth of its time. */
function sendTogether(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Writable } }).connection
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  let isCorked = false
  const together = (...args: unknown[]): unknown => {
    if (!isCorked) {
      isCorked = true
      stream.cork()
      queueMicrotask(() => {
        isCorked = false
        stream.uncork()
      })
    }
    return query(...args)
  }
  client.query = together as typeof client.query
}

const ATTEMPTS_MAX = 5
const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'
const IN_FAILED_TRANSACTION = '25P02'

/**
 * Runs one READ COMMITTED transaction. Deadlocks are tried again: the work must only write to the database.
 * Throws what the work throws, after the rollback.
 */
export async function inTransaction<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await database.pool.connect()
    let broken: Error | undefined
    try {
      const result = await work(begin(client))
      await client.query('COMMIT')
      return result
    } catch (error) {
      broken = isUnanswered(error) ? error : await rollback(client)
      if (!isRetryable(error) || attempt === ATTEMPTS_MAX) throw error
    } finally {
      client.release(broken)
    }
  }
}

/** Runs reads that are compared with each other in one snapshot: whatever commits meanwhile is in all of them or in none. */
export async function inSnapshot<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await database.pool.connect()
  let broken: Error | undefined
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return await work(client)
  } catch (error) {
    broken = isUnanswered(error) ? error : undefined
    throw error
  } finally {
    client.release(broken ?? (await rollback(client)))
  }
}

/**
 * A plan is made once a connection and kept until the statistics change. Left to choose, PostgreSQL planned the joins that load a
 * life and its payouts anew at every use, since an array of one looks cheaper than an array of any length: measured, a third of
 * its time went there. All of these find their rows by key, so no plan made while a table was small may read all of it: kept for as
long as the connection, such plans read 57,000 rows a life where 3,000 were asked for. What is set-based says so itself.
 */
export const BEGIN = 'BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off'

/**
 * Begins a transaction with its first statement: a lock or a read goes out together with BEGIN. What the transaction asks is few
 * and always the same, so each statement is parsed and planned once a connection, not at every use. Measured: the server spent a
 * third of its time on that, and the client a third of its own on waiting and waking.
 */
function begin(client: pg.ClientBase): Sql {
  const began = client.query(BEGIN)
  // Told by the first statement, which is behind it.
  began.catch(() => undefined)
  // What was sent behind a statement that fails is refused as well: told is why, not that.
  let failed: unknown
  const firstOf = (error: unknown): never => {
    if (codeOf(error) !== IN_FAILED_TRANSACTION) failed = error
    throw failed ?? error
  }
  let hasBegun = false
  let mustWait = false
  const query = async (statement: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> => {
    const config = typeof statement === 'string' ? { text: statement, ...(values ? { values } : {}) } : statement
    // A write must not go out before it is sure that there is a transaction to undo it.
    mustWait ||= !/^\s*SELECT/.test(config.text)
    if (!hasBegun && mustWait) await began
    const answered = client.query({ ...config, name: config.name ?? nameOf(config.text) }).catch(firstOf)
    if (!hasBegun) {
      await Promise.all([began, answered])
      hasBegun = true
    }
    return answered
  }
  return { query: query as Sql['query'] }
}

const names = new Map<string, string>()

function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 20)
  names.set(text, name)
  return name
}

async function rollback(client: pg.ClientBase): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK')
    return undefined
  } catch (error) {
    return error as Error
  }
}

/** The server said nothing in time: what it did is unknown, and its connection is of no more use. */
export function isUnanswered(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout'
}

function isRetryable(error: unknown): boolean {
  const code = codeOf(error)
  // A period that was closed meanwhile is seen by the next attempt, which posts into the open one.
  return code === SERIALIZATION_FAILURE || code === DEADLOCK || constraintOf(error) === 'posting_period_open'
}

/** The SQLSTATE of an error, when PostgreSQL sent one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** The constraint a refused row violated, when PostgreSQL named one. */
export function constraintOf(error: unknown): string | undefined {
  return error instanceof Error && 'constraint' in error && typeof error.constraint === 'string'
    ? error.constraint
    : undefined
}

/** The first row, or a thrown Error: for statements that must find one, where none is a bug. */
export function one<Row>(rows: readonly Row[], what: string): Row {
  const row = rows[0]
  if (row === undefined) throw new Error(`${what}: no row`)
  return row
}

/** What came of something, told or thrown by whoever asks for it: for what is sent together with others and not needed by all. */
export async function settled<T>(coming: Promise<T>): Promise<() => T> {
  const [result] = await Promise.allSettled([coming])
  return () => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  }
}

/** Milliseconds. */
export const BULK_TIMEOUT_MS = 60_000

/** A statement over a whole run: a population takes seconds, and whoever asks for it waits that long. */
export function patient(text: string, values: unknown[]): pg.QueryConfig {
  const config = { text, values, query_timeout: BULK_TIMEOUT_MS }
  return config
}
