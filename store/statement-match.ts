/** Holds a statement against our books: every line that does not agree becomes a discrepancy, and so does every payment it lacks. */
import { engineActor } from '../domain/act.ts'
import { classifyLine, mayPair, type DiscrepancyClass } from '../domain/reconciliation.ts'
import { insertAudit } from './audit.ts'
import type { Bulk, BulkSql } from './bulk.ts'
import { one } from './database.ts'
import { takeBack } from './discrepancy-undo.ts'
import type { StoreContext } from './options.ts'
import { missingThere, provedAround } from './statement-missing.ts'
import { bookedFactsOf, differingPairs, lineFactsOf, type Looked, type PairRow } from './statement-pairs.ts'

export interface MatchRule {
  readonly zone: string
  readonly windowDays: number
}

export interface Matched {
  /** Differences that this statement shows, those included that an earlier version showed already. */
  readonly differences: number
}

/** Matches a statement once; again it says what was found. A statement that a newer version has superseded is left alone. */
export function matchStatement(
  context: StoreContext,
  bulk: Bulk,
  id: string,
  rule: MatchRule,
  atMs: number,
): Promise<Matched> {
  return bulk.transaction((sql) => matchLocked(sql, context, id, rule, atMs))
}

interface StatementRow {
  readonly gateway: string
  readonly day: string
  readonly version: number
  readonly state: string
  readonly superseded: boolean
  readonly differences: number | null
  readonly lines: number
}

/** From so many lines on, reading our payouts once is quicker than looking one up for each line. */
const LARGE = 10_000

async function matchLocked(
  sql: BulkSql,
  context: StoreContext,
  id: string,
  rule: MatchRule,
  atMs: number,
): Promise<Matched> {
  const { rows } = await sql.query<StatementRow>(
    'SELECT gateway, day::text AS day, version, state, superseded, differences, lines FROM statement WHERE id = $1 FOR UPDATE',
    [id],
  )
  const statement = one(rows, `statement ${id}`)
  if (statement.state !== 'loaded' || statement.superseded) return { differences: statement.differences ?? 0 }
  const { gateway } = statement
  // Days of one gateway are matched one at a time: each looks at the others' lines.
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`reconcile:${gateway}`])
  // A day has up to a million lines, and this is one connection.
  await sql.query(`SET LOCAL work_mem = '96MB'; SET LOCAL enable_seqscan = on`)
  // Lines that have just come are not in the planner's statistics: it would look each of them up.
  if (statement.lines >= LARGE) await sql.query('SET LOCAL enable_nestloop = off')
  const count = await hold(sql, context, { ...statement, id }, rule, atMs)
  await sql.query(`UPDATE statement SET state = 'matched', matched_at = $2 WHERE id = $1`, [id, new Date(atMs)])
  for (const other of await leaningOn(sql, { ...statement, id })) await hold(sql, context, other, rule, atMs)
  return { differences: count }
}

type Held = Pick<StatementRow, 'gateway' | 'day' | 'version'> & { readonly id: string }

/** Holds one statement against our books, again where it was before; how many differences it shows. The caller has the gateway's lock. */
async function hold(
  sql: BulkSql,
  context: StoreContext,
  statement: Held,
  rule: MatchRule,
  atMs: number,
): Promise<number> {
  const { id, gateway, day, version } = statement
  const looked: Looked = { id, gateway, day, zone: rule.zone }
  const found = new Finding(sql, looked, await ownerOfStrays(sql, gateway), await shownBefore(sql, statement))
  for await (const pairs of differingPairs(sql, looked)) await found.add(pairs, atMs)
  const proved = await provedAround(sql, looked)
  if (proved) {
    const missing = await missingThere(sql, looked, proved, rule.windowDays)
    await found.insert(
      missing.map((row): Row => ({ ...row, ...MISSING, key: `${row.payout}/missing-there` })),
      atMs,
    )
  }
  await takeBack(sql, context, [...found.missed, ...found.gone.values()], atMs)
  const differences = found.count
  await sql.query('UPDATE statement SET differences = $2 WHERE id = $1', [id, differences])
  const subject = `statement:${gateway}:${day}`
  const after = { gateway, day, version, differences }
  await insertAudit(sql, [{ act: 'statement-matched', actor: engineActor(), atMs, subject, after }])
  return differences
}

const LEANING = `
SELECT DISTINCT s.id, s.gateway, s.day::text AS day, s.version FROM discrepancy d
  JOIN statement s ON s.gateway = d.gateway AND s.day = d.day AND NOT s.superseded AND s.state <> 'loaded'
 WHERE d.gateway = $2 AND d.class = 'duplicate' AND d.resolution IS DISTINCT FROM 'corrected' AND d.day <> $3
   AND EXISTS (SELECT FROM statement v JOIN statement_line o ON o.statement = v.id
                WHERE v.gateway = $2 AND v.day = $3 AND v.superseded AND o.type = d.type AND ${sameAs('o', 'd')})
   AND NOT EXISTS (SELECT FROM statement_line o WHERE o.statement = $1 AND o.type = d.type AND ${sameAs('o', 'd')})
 ORDER BY s.day::text`

function sameAs(line: string, other: string): string {
  return `(${line}.reference = ${other}.reference OR ${line}.gateway_id = ${other}.gateway_id)`
}

/** Statements of other days whose second of two was one because of a line that the corrected statement has no more. */
async function leaningOn(sql: BulkSql, { id, gateway, day, version }: Held): Promise<readonly Held[]> {
  if (version === 1) return []
  const { rows } = await sql.query<Held>(LEANING, [id, gateway, day])
  return rows
}

/** Whose books carry what belongs to no payout: those of the programme that has put money at the gateway for the longest. */
async function ownerOfStrays(sql: BulkSql, gateway: string): Promise<string> {
  const { rows } = await sql.query<{ programme: string }>(
    `SELECT programme FROM (
       (SELECT 1 AS rank, programme FROM funding WHERE gateway = $1 ORDER BY recorded_at, id LIMIT 1)
       UNION ALL (SELECT 2, programme FROM payout WHERE gateway = $1 ORDER BY claimed_at, key LIMIT 1)
     ) AS owner ORDER BY rank LIMIT 1`,
    [gateway],
  )
  return rows[0]?.programme ?? ''
}

/** What earlier versions of this day showed and nobody has resolved, by key. */
async function shownBefore(sql: BulkSql, { gateway, day }: Held): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ id: string; key: string }>(
    `SELECT id, key FROM discrepancy
      WHERE gateway = $1 AND day = $2 AND class <> 'missing-there' AND (state <> 'resolved' OR resolution = 'applied' AND class = 'fee')`,
    [gateway, day],
  )
  return new Map(rows.map((row) => [row.key, row.id]))
}

interface Row {
  readonly key: string
  readonly class: DiscrepancyClass
  readonly line: number | null
  readonly payout: string | null
  readonly programme: string | null
  readonly ref: string | null
  readonly reference: string | null
  readonly gateway_id: string | null
  readonly type: string
  readonly direction: string
  readonly amount: bigint | null
  readonly here: bigint | null
  readonly currency: string
  readonly value_date: string | null
  readonly other_account: boolean | null
}

const MISSING = {
  class: 'missing-there',
  line: null,
  type: 'payout',
  direction: 'debit',
  amount: null,
  value_date: null,
  other_account: false,
} as const

/** Gathers the differences of one statement, and writes them as they come. */
class Finding {
  readonly #sql: BulkSql
  readonly #looked: Looked
  readonly #strays: string
  /** What earlier versions showed and this one has not shown yet. */
  readonly gone: Map<string, string>
  /** Discrepancies of payments that were missing and are here now. */
  readonly missed = new Set<string>()
  /** How often a key was used: the same entry may stand there twice. */
  readonly #used = new Map<string, number>()
  count = 0

  constructor(sql: BulkSql, looked: Looked, strays: string, gone: Map<string, string>) {
    this.#sql = sql
    this.#looked = looked
    this.#strays = strays
    this.gone = gone
  }

  async add(pairs: readonly PairRow[], atMs: number): Promise<void> {
    const transfers = await this.#transfers(pairs)
    const rows = pairs.flatMap((pair): Row[] => {
      const transfer = pair.type === 'top-up' && mayPair(pair) ? transfers.get(pair.reference ?? '') : undefined
      const booked = transfer ? transferFacts(transfer) : bookedFactsOf(pair)
      const found = classifyLine(lineFactsOf(pair), booked)
      if (pair.missed !== null) this.missed.add(pair.missed)
      if (found === null) return []
      // What is no movement of ours is of no payout of ours, whatever reference stands beside it.
      const payout = mayPair(pair) || found === 'fee' ? pair.payout : null
      return [{ ...pair, payout, here: booked?.amount ?? null, class: found, key: this.#keyOf(pair, found) }]
    })
    await this.insert(rows, atMs)
  }

  /** Money that was put at the gateway, by the transfer's number. */
  async #transfers(pairs: readonly PairRow[]): Promise<Map<string, Transfer>> {
    const numbers = pairs.flatMap(({ type, reference }) => (type === 'top-up' && reference !== null ? [reference] : []))
    if (numbers.length === 0) return new Map()
    const { rows } = await this.#sql.query<Transfer>(
      'SELECT number, amount, currency FROM funding WHERE gateway = $1 AND number = ANY ($2)',
      [this.#looked.gateway, numbers],
    )
    return new Map(rows.map((row) => [row.number, row]))
  }

  /** The same difference has the same key in every version of the statement. */
  #keyOf({ entry, amount, type }: PairRow, found: DiscrepancyClass): string {
    const { gateway, day } = this.#looked
    const key = `${gateway}/${day}/${entry}/${type}/${found}/${amount ?? 'inexact'}`
    const before = this.#used.get(key) ?? 0
    this.#used.set(key, before + 1)
    return before === 0 ? key : `${key}/${before + 1}`
  }

  async insert(rows: readonly Row[], atMs: number): Promise<void> {
    if (rows.length === 0) return
    this.count += rows.length
    for (const { key } of rows) this.gone.delete(key)
    const { id, gateway, day } = this.#looked
    await this.#sql.query(
      `INSERT INTO discrepancy (id, key, gateway, programme, class, day, statement, line, payout, ref, reference, gateway_id, type,
                                direction, amount_there, amount_here, currency, value_date, other_account, state, found_at)
       SELECT gen_random_uuid(), key, $1, programme, class, $2, $3, line, payout, ref, reference, gateway_id, type, direction, there,
              here, currency, value_date, other_account, 'found', $4
         FROM unnest($5::text[], $6::text[], $7::text[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                     $14::text[], $15::bigint[], $16::bigint[], $17::text[], $18::date[], $19::boolean[])
              AS new (key, programme, class, line, payout, ref, reference, gateway_id, type, direction, there, here, currency,
                      value_date, other_account)
       ON CONFLICT (key) WHERE resolution IS DISTINCT FROM 'corrected' DO NOTHING`,
      [
        gateway,
        day,
        id,
        new Date(atMs),
        rows.map((row) => row.key),
        rows.map((row) => row.programme ?? this.#strays),
        rows.map((row) => row.class),
        rows.map((row) => row.line),
        rows.map((row) => row.payout),
        rows.map((row) => row.ref),
        rows.map((row) => row.reference),
        rows.map((row) => row.gateway_id),
        rows.map((row) => row.type),
        rows.map((row) => row.direction),
        rows.map((row) => row.amount),
        rows.map((row) => row.here),
        rows.map((row) => row.currency),
        rows.map((row) => row.value_date),
        rows.map((row) => row.other_account ?? false),
      ],
    )
  }
}

interface Transfer {
  readonly number: string
  readonly amount: bigint
  readonly currency: string
}

function transferFacts({ amount, currency }: Transfer): Parameters<typeof classifyLine>[1] {
  return { amount, currency, isBooked: true, isOtherAccount: false, from: null, to: null, wasMissed: false }
}
