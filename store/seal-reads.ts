/** Reading seals and the rows they cover, for those who verify: as role lunas_audit, everything in one snapshot. */
import type { Counts, SealedRow, SealedTable } from '../domain/seal.ts'
import { inSnapshot, one, openDatabase, type Sql } from './database.ts'
import {
  countsOf,
  openRows,
  readHead,
  readHorizon,
  SEAL_COLUMNS,
  sealOf,
  type SealRow,
  type StoredSeal,
} from './seal-rows.ts'

/** Seals that one round trip brings: each carries the leaves of its rows. */
const BATCH = 20

export interface SealReader {
  readonly head: StoredSeal | undefined
  /** In the order of their sequence. */
  seals(): AsyncGenerator<StoredSeal>
  rows(table: SealedTable): Promise<RowStream>
  /** The transaction's number under which a row stands now, wherever that is. */
  xidOf(table: SealedTable, id: bigint): Promise<bigint | undefined>
  /** Hashes and totals by sequence, of those that exist. */
  hashesOf(
    sequences: readonly bigint[],
  ): Promise<ReadonlyMap<bigint, { readonly hash: string; readonly totals: Counts }>>
  /** Rows that no seal covers yet, with the first few that cannot be of this cluster. */
  unsealed(table: SealedTable): Promise<{ readonly count: bigint; readonly impossible: readonly bigint[] }>
}

/** A table's rows, in the order in which seals cover them. */
export interface RowStream {
  /** The rows of the transactions below a number that were not taken before. */
  below(toXid: bigint): Promise<readonly SealedRow[]>
}

/** Opens the database of a verifier and works in one snapshot of it. */
export async function readSealed<T>(url: string, work: (reader: SealReader) => Promise<T>): Promise<T> {
  const database = openDatabase(url, { max: 1, name: 'lunas audit', queryTimeoutMs: 600_000 })
  try {
    return await inSnapshot(database, async (sql) => work(await sealReaderIn(sql)))
  } finally {
    await database.pool.end()
  }
}

/** A reader in a transaction that is open already. */
export async function sealReaderIn(sql: Sql): Promise<SealReader> {
  const head = await readHead(sql)
  const { next } = await readHorizon(sql)
  const sealedTo = head?.toXid ?? 0n
  return {
    head,
    seals: () => sealsIn(sql),
    rows: (table) => rowsOf(sql, table, sealedTo),
    async xidOf(table, id) {
      const { rows } = await sql.query<{ xid: string }>(`SELECT xid::text FROM ${table} WHERE id = $1`, [id])
      return rows[0] && BigInt(rows[0].xid)
    },
    async hashesOf(sequences) {
      const { rows } = await sql.query<{ sequence: bigint; hash: string; totals: SealRow['totals'] }>(
        `SELECT sequence, encode(hash, 'hex') AS hash, totals FROM seal WHERE sequence = ANY ($1)`,
        [sequences],
      )
      return new Map(rows.map(({ sequence, hash, totals }) => [sequence, { hash, totals: countsOf(totals) }]))
    },
    async unsealed(table) {
      const counted = await sql.query<{ count: bigint }>(
        `SELECT count(*) AS count FROM ${table} WHERE xid >= '${sealedTo}'`,
      )
      const { rows } = await sql.query<{ id: bigint }>(
        `SELECT id FROM ${table} WHERE xid >= '${next}' AND xid >= '${sealedTo}' ORDER BY id LIMIT 20`,
      )
      return { count: one(counted.rows, 'count').count, impossible: rows.map(({ id }) => id) }
    },
  }
}

async function* sealsIn(sql: Sql): AsyncGenerator<StoredSeal> {
  await sql.query(`DECLARE seals NO SCROLL CURSOR FOR SELECT ${SEAL_COLUMNS} FROM seal ORDER BY sequence`)
  for (;;) {
    const { rows } = await sql.query<SealRow>(`FETCH ${BATCH} FROM seals`)
    if (rows.length === 0) return
    for (const row of rows) yield sealOf(row)
  }
}

async function rowsOf(sql: Sql, table: SealedTable, sealedTo: bigint): Promise<RowStream> {
  const cursor = await openRows(sql, table, 0n, sealedTo)
  let waiting: SealedRow[] = []
  let isDone = false
  return {
    async below(toXid) {
      const taken: SealedRow[] = []
      for (;;) {
        const end = waiting.findIndex(({ xid }) => xid >= toXid)
        taken.push(...waiting.splice(0, end < 0 ? waiting.length : end))
        if (waiting.length > 0 || isDone) return taken
        waiting = [...(await cursor.next())]
        isDone = waiting.length === 0
      }
    },
  }
}
