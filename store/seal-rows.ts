/** Seals and sealed rows as SQL reads them: every value as text, in one form whatever the session's settings are. */
import {
  SEALED_COLUMNS,
  SEALED_TABLES,
  type Counts,
  type Restored,
  type Seal,
  type SealedRow,
  type SealedTable,
} from '../domain/seal.ts'
import { one, type Sql } from './database.ts'

/** Rows that one round trip brings. */
const BATCH = 2000

const TIMES = ['at', 'recorded_at']
const DATES = ['business_date']

/**
 * Opens a cursor over a table's rows of the transactions `[fromXid, toXid)`, by transaction and id: by the number, for a
 * bare `xid` would be the text beside it, in which 1000 comes before 999. It lives as long as the transaction.
 */
export async function openRows(sql: Sql, table: SealedTable, fromXid: bigint, toXid: bigint): Promise<RowCursor> {
  const cursor = `sealed_${table}`
  const columns = SEALED_COLUMNS[table].map(expressionOf).join(', ')
  await sql.query(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR
     SELECT id, xid::text, ARRAY[${columns}]::text[] AS values FROM ${table} AS sealed
      WHERE xid >= '${fromXid}' AND xid < '${toXid}' ORDER BY sealed.xid, sealed.id`,
  )
  return {
    async next() {
      const { rows } = await sql.query<{ id: bigint; xid: string; values: (string | null)[] }>(
        `FETCH ${BATCH} FROM ${cursor}`,
      )
      return rows.map((row): SealedRow => ({ id: row.id, xid: BigInt(row.xid), values: row.values }))
    },
    close: async () => void (await sql.query(`CLOSE ${cursor}`)),
  }
}

export interface RowCursor {
  /** The next rows; none at the end. */
  next(): Promise<readonly SealedRow[]>
  close(): Promise<void>
}

function expressionOf(column: string): string {
  if (TIMES.includes(column)) return `to_char("${column}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
  if (DATES.includes(column)) return `to_char("${column}", 'YYYY-MM-DD')`
  return `"${column}"::text`
}

/** A seal as it stands in its table. */
export interface StoredSeal extends Seal {
  readonly hash: Uint8Array
}

export interface SealRow {
  readonly sequence: bigint
  readonly form: number
  readonly previous: Buffer
  readonly hash: Buffer
  readonly from_xid: string
  readonly to_xid: string
  readonly counts: Readonly<Record<SealedTable, string>>
  readonly totals: Readonly<Record<SealedTable, string>>
  readonly leaves: Buffer
  readonly restored: StoredRestored | null
  readonly sealed_ms: bigint
}

interface StoredRestored {
  readonly reason: string
  readonly lost: { readonly sequence: string; readonly head: string } | null
}

export const SEAL_COLUMNS = `sequence, form, previous, hash, from_xid::text, to_xid::text, counts, totals, leaves, restored,
       ms(sealed_at) AS sealed_ms`

export function sealOf(row: SealRow): StoredSeal {
  return {
    sequence: row.sequence,
    form: row.form,
    previous: row.previous,
    hash: row.hash,
    fromXid: BigInt(row.from_xid),
    toXid: BigInt(row.to_xid),
    counts: countsOf(row.counts),
    totals: countsOf(row.totals),
    leaves: row.leaves,
    restored: row.restored && restoredOf(row.restored),
    sealedAtMs: Number(row.sealed_ms),
  }
}

function restoredOf({ reason, lost }: StoredRestored): Restored {
  return { reason, lost: lost && { sequence: whole(lost.sequence), head: lost.head } }
}

export function countsOf(stored: Readonly<Record<SealedTable, string>>): Counts {
  return { audit_event: whole(stored.audit_event), posting: whole(stored.posting) }
}

/** What somebody has damaged is read as a number that no seal was hashed with: the verifier then names the seal. */
function whole(text: unknown): bigint {
  return typeof text === 'string' && /^\d{1,19}$/.test(text) ? BigInt(text) : -1n
}

/** The newest seal; undefined before the first. */
export async function readHead(sql: Sql): Promise<StoredSeal | undefined> {
  const { rows } = await sql.query<SealRow>(`SELECT ${SEAL_COLUMNS} FROM seal ORDER BY sequence DESC LIMIT 1`)
  return rows[0] && sealOf(rows[0])
}

/** Numbers of transactions: those below `oldest` have all ended, those from `next` on have not begun. */
export async function readHorizon(sql: Sql): Promise<{ readonly oldest: bigint; readonly next: bigint }> {
  const { rows } = await sql.query<{ oldest: string; next: string }>(
    `SELECT pg_snapshot_xmin(now)::text AS oldest, pg_snapshot_xmax(now)::text AS next FROM pg_current_snapshot() AS now`,
  )
  const { oldest, next } = one(rows, 'snapshot')
  return { oldest: BigInt(oldest), next: BigInt(next) }
}

/** Rows of transactions that cannot have been: they came from another cluster, or from somebody who wrote the number himself. */
export async function countImpossible(sql: Sql, next: bigint): Promise<bigint> {
  const parts = SEALED_TABLES.map((table) => `SELECT count(*) AS count FROM ${table} WHERE xid >= '${next}'`)
  const { rows } = await sql.query<{ count: bigint }>(
    `SELECT sum(count)::bigint AS count FROM (${parts.join(' UNION ALL ')}) AS c`,
  )
  return one(rows, 'count').count
}
