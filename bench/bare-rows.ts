/** The rows that an outcome writes, written bare: tables with the same columns, checks and indexes; no lock, no state, no trigger. */
import pg from 'pg'
import { payoutOf } from './payouts.ts'

export interface Written {
  readonly table: string
  /** Which of its rows outcomes of the lives `$1` wrote. */
  readonly of: string
  /** The key of the payout that a row is about. */
  readonly payout: string
}

/** What an outcome appends. */
export const APPENDED: readonly Written[] = [
  { table: 'posting', of: `subject IN (SELECT key FROM payout WHERE ref = ANY ($1))`, payout: 'subject' },
  { table: 'audit_event', of: 'ref = ANY ($1)', payout: 'subject' },
  { table: 'observation', of: `payout IN (SELECT key FROM payout WHERE ref = ANY ($1))`, payout: 'payout' },
  { table: 'message', of: 'ref = ANY ($1)', payout: `programme || ':' || ref || '#1'` },
]

/** All that it writes: the transition is among it, for PostgreSQL writes a row that changes whole. */
export const WRITTEN: readonly Written[] = [
  { table: 'payout', of: 'ref = ANY ($1)', payout: 'key' },
  { table: 'disbursement', of: 'ref = ANY ($1)', payout: `key || '#1'` },
  ...APPENDED,
]

/** All that a callback writes: its sealed bytes, itself, and the outcome. */
export const TAKEN_IN: readonly Written[] = [
  {
    table: 'sealed_document',
    of: `id IN (SELECT document FROM callback WHERE payout IN (SELECT key FROM payout WHERE ref = ANY ($1)))`,
    payout: '(SELECT payout FROM callback WHERE document = t.id)',
  },
  { table: 'callback', of: `payout IN (SELECT key FROM payout WHERE ref = ANY ($1))`, payout: 'payout' },
  ...WRITTEN,
]

/** A connection of its own for as long as something is done with it. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Makes the bare tables anew, and those whose rows are the models of what is sent. */
export async function layBareTables(client: pg.ClientBase, written: readonly Written[]): Promise<void> {
  for (const { table } of written) {
    await client.query(`DROP TABLE IF EXISTS bare_${table}, model_${table}`)
    await client.query(`CREATE TABLE model_${table} (LIKE ${table})`)
    await client.query(`CREATE TABLE bare_${table} (LIKE ${table} INCLUDING INDEXES INCLUDING CONSTRAINTS)`)
  }
}

/** One statement that writes a batch: an array of records for each table, in the order of `written`. */
export function bareInsert(written: readonly Written[]): string {
  const inserts = written.map(({ table }, n) => {
    const insert = `INSERT INTO bare_${table} SELECT * FROM unnest($${n + 1}::model_${table}[])`
    return n === written.length - 1 ? insert : `t${n} AS (${insert})`
  })
  return `WITH ${inserts.slice(0, -1).join(', ')} ${inserts.at(-1) ?? ''}`
}

/** Of each table the rows of these lives as records, by the key of their payout. */
export async function bareRows(
  client: pg.ClientBase,
  { first, count }: { readonly first: number; readonly count: number },
  written: readonly Written[],
): Promise<ReadonlyMap<string, readonly string[][]>> {
  const lives = Array.from({ length: count }, (_, n) => payoutOf(first + n))
  const found = new Map(lives.map(({ key }) => [key, written.map((): string[] => [])]))
  for (const [n, { table, of, payout }] of written.entries()) {
    const text = `SELECT ${payout} AS payout, t::text AS row FROM ${table} t WHERE ${of}`
    const { rows } = await client.query<{ payout: string; row: string }>(text, [lives.map(({ ref }) => ref)])
    for (const { payout: key, row } of rows) found.get(key)?.[n]?.push(row)
  }
  return found
}

/** What several payouts write together: an array of records for each table. */
export function batchOf(payouts: readonly (readonly (readonly string[])[])[]): string[][] {
  return (payouts[0] ?? []).map((_, table) => payouts.flatMap((own) => own[table] ?? []))
}

/** What is handed to who writes it bare. */
export interface BareRows {
  readonly superUrl: string
  readonly insert: string
  /** Of each table the rows of a payout, by its reference. */
  readonly rows: readonly (readonly [reference: string, rows: readonly (readonly string[])[]])[]
}
