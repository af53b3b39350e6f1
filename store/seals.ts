/** Making seals: the one process that holds the lock chains what lies behind the snapshot horizon, and misses no row. */
import { createHash } from 'node:crypto'
import type pg from 'pg'
import {
  addCounts,
  FIRST_PREVIOUS,
  leafOf,
  NO_ROWS,
  SEAL_FORM,
  SEALED_TABLES,
  sealDigest,
  type Digest,
  type Restored,
  type Seal,
  type SealedTable,
} from '../domain/seal.ts'
import { openDatabase, type Database, type Sql } from './database.ts'
import {
  countImpossible,
  openRows,
  readHead,
  readHorizon,
  SEAL_COLUMNS,
  sealOf,
  type SealRow,
  type StoredSeal,
} from './seal-rows.ts'

/** About how many rows of a table one seal covers at most; a single transaction is never divided. */
const ROWS_MAX = 50_000

export interface SealBook {
  /** The right to seal, until it is released or its connection ends; null while another process has it. */
  take(): Promise<SealRight | null>
  /** For looking at what guards the database before the right is taken: there is one connection. */
  readonly pool: Sql
  close(): Promise<void>
}

export interface SealRight {
  head(): Promise<StoredSeal | undefined>
  find(sequence: bigint): Promise<StoredSeal | undefined>
  /** Adds the next seal, durably; null when nothing has committed since the last one. `more`: there was more than one seal takes. */
  seal(nowMs: number, restored?: Restored): Promise<{ readonly seal: StoredSeal; readonly more: boolean } | null>
  /** Whether this server's counter of transactions lies before what was sealed: a database that was copied into a younger cluster. */
  isSetBack(): Promise<boolean>
  /** Rows of transactions that this server has not begun. */
  impossible(): Promise<bigint>
  release(): Promise<void>
}

export const sha256: Digest = (of) => createHash('sha256').update(of).digest()

/** Opens the book as role lunas_seal. */
export function openSealBook(url: string, rowsMax = ROWS_MAX): SealBook {
  const database = openDatabase(url, { max: 1, name: 'lunas sealer', queryTimeoutMs: 60_000 })
  return { take: () => take(database, rowsMax), pool: database.pool, close: () => database.pool.end() }
}

async function take(database: Database, rowsMax: number): Promise<SealRight | null> {
  const client = await database.pool.connect()
  try {
    const { rows } = await client.query<{ taken: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('lunas seals')) AS taken`,
    )
    if (rows[0]?.taken) return rightOf(client, rowsMax)
    client.release()
    return null
  } catch (error) {
    client.release(true)
    throw error
  }
}

function rightOf(client: pg.PoolClient, rowsMax: number): SealRight {
  const inOneSnapshot = async <T>(work: () => Promise<T>): Promise<T> => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    try {
      const result = await work()
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined)
      throw error
    }
  }
  return {
    head: () => readHead(client),
    async find(sequence) {
      const { rows } = await client.query<SealRow>(`SELECT ${SEAL_COLUMNS} FROM seal WHERE sequence = $1`, [sequence])
      return rows[0] && sealOf(rows[0])
    },
    seal: (nowMs, restored) => inOneSnapshot(() => sealNext(client, rowsMax, nowMs, restored ?? null)),
    async isSetBack() {
      const head = await readHead(client)
      return head !== undefined && (await readHorizon(client)).next < head.toXid
    },
    impossible: async () => countImpossible(client, (await readHorizon(client)).next),
    // The lock goes with the connection: closing it cannot be forgotten by a pool.
    release: () => Promise.resolve(client.release(true)),
  }
}

/** In one snapshot: which transactions have ended, and all their rows. */
async function sealNext(sql: Sql, rowsMax: number, nowMs: number, restored: Restored | null) {
  // An anchor must never know of a seal that a crash of the server takes back.
  await sql.query('SET LOCAL synchronous_commit = on')
  const head = await readHead(sql)
  const fromXid = head?.toXid ?? 0n
  const { oldest } = await readHorizon(sql)
  const toXid = await cutOff(sql, rowsMax, fromXid, oldest)
  const covered = await readCovered(sql, fromXid, toXid)
  if (covered.leaves.length === 0 && restored === null) return null
  const seal: Seal = {
    sequence: (head?.sequence ?? 0n) + 1n,
    form: SEAL_FORM,
    previous: head?.hash ?? FIRST_PREVIOUS,
    fromXid,
    toXid,
    counts: covered.counts,
    totals: addCounts(head?.totals ?? NO_ROWS, covered.counts),
    leaves: covered.leaves,
    restored,
    sealedAtMs: nowMs,
  }
  const stored = { ...seal, hash: sealDigest(seal, sha256) }
  await insertSeal(sql, stored)
  return { seal: stored, more: toXid < oldest }
}

/** Where this seal ends: at the horizon, or after a transaction before it when there is much to do. */
async function cutOff(sql: Sql, rowsMax: number, fromXid: bigint, oldest: bigint): Promise<bigint> {
  if (oldest <= fromXid) return fromXid
  let toXid = oldest
  for (const table of SEALED_TABLES) {
    const { rows } = await sql.query<{ xid: string }>(
      `SELECT xid::text FROM ${table} WHERE xid >= '${fromXid}' AND xid < '${toXid}' ORDER BY xid OFFSET ${rowsMax} LIMIT 1`,
    )
    if (rows[0]) toXid = BigInt(rows[0].xid) + 1n
  }
  return toXid
}

async function readCovered(sql: Sql, fromXid: bigint, toXid: bigint) {
  const leaves: Uint8Array[] = []
  const counts: Record<SealedTable, bigint> = { audit_event: 0n, posting: 0n }
  for (const table of SEALED_TABLES) {
    const cursor = await openRows(sql, table, fromXid, toXid)
    for (let rows = await cursor.next(); rows.length > 0; rows = await cursor.next()) {
      for (const row of rows) leaves.push(leafOf(table, row, sha256))
      counts[table] += BigInt(rows.length)
    }
    await cursor.close()
  }
  return { leaves: Buffer.concat(leaves), counts }
}

async function insertSeal(sql: Sql, seal: StoredSeal): Promise<void> {
  await sql.query(
    `INSERT INTO seal (sequence, form, previous, hash, from_xid, to_xid, counts, totals, leaves, restored, sealed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      seal.sequence,
      seal.form,
      seal.previous,
      seal.hash,
      seal.fromXid.toString(),
      seal.toXid.toString(),
      textOf(seal.counts),
      textOf(seal.totals),
      seal.leaves,
      seal.restored && textOf(seal.restored),
      new Date(seal.sealedAtMs),
    ],
  )
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item))
}
