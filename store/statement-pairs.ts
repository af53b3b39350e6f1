/** Lines of a statement beside what our books have under their reference: in pages, so that their number does not matter. */
import { mayPair, MONEY_RESOLUTIONS, type BookedFacts, type LineFacts } from '../domain/reconciliation.ts'
import type { LineType } from '../domain/statement.ts'
import type { BulkSql } from './bulk.ts'
import { ANY_ELSEWHERE, ELSEWHERE, fits, MARKS, NAMED_REPEATED, TWICE } from './statement-repeats.ts'

export interface PairRow {
  readonly line: number
  readonly entry: string
  readonly direction: 'debit' | 'credit'
  readonly type: LineType
  readonly reference: string | null
  readonly gateway_id: string | null
  readonly amount: bigint | null
  readonly currency: string
  readonly value_date: string
  readonly business_date: string
  readonly repeated: boolean
  readonly payout: string | null
  readonly programme: string | null
  readonly ref: string | null
  readonly here: bigint | null
  readonly here_currency: string | null
  readonly is_booked: boolean | null
  readonly other_account: boolean | null
  readonly from: string | null
  readonly to: string | null
  /** The discrepancy that says the line's movement was missing there, while it stands. */
  readonly missed: string | null
  /** Two people have placed the money of such a movement elsewhere. */
  readonly placed: boolean | null
}

/** Which statement is looked at, and where its days end. */
export interface Looked {
  readonly id: string
  readonly gateway: string
  readonly day: string
  readonly zone: string
}

const LINE = `l.line, l.entry, l.direction, l.type, l.reference, l.gateway_id, l.amount, l.currency, l.value_date::text AS value_date,
       l.business_date::text AS business_date`

const OTHER_ACCOUNT = `(coalesce(l.gateway_id <> y.gateway_id, false) OR coalesce(
       CASE WHEN l.account_index IS NULL THEN false
            WHEN a.account_index_key = l.account_index_key THEN a.account_index <> l.account_index
            ELSE a.institution <> l.institution OR right(a.masked, length(l.masked)) <> l.masked END, false))`
const IS_BOOKED = `CASE l.type WHEN 'return' THEN y.state = 'returned' OR y.returned > 0
                                ELSE y.money NOT IN ('clearing', 'back') OR y.state = 'returned' END`
/** What came back in part is booked as that part. */
const HERE = `CASE WHEN l.type = 'return' AND y.returned > 0 THEN y.returned ELSE y.amount END`
const date = (column: string, zone: string): string => `(${column} AT TIME ZONE ${zone})::date`

const PLACED = MONEY_RESOLUTIONS.map((name) => `'${name}'`).join(', ')
const WAS_MISSING = `FROM discrepancy m WHERE m.resolution IS DISTINCT FROM 'corrected'
             AND m.key = y.key || CASE l.type WHEN 'return' THEN '/missing-there/return' ELSE '/missing-there' END`

const booked = (
  zone: string,
): string => `y.key AS payout, y.programme, y.ref, ${HERE} AS here, y.currency AS here_currency,
       ${IS_BOOKED} AS is_booked, ${OTHER_ACCOUNT} AS other_account, ${date('y.claimed_at', zone)}::text AS from,
       ${date('y.finished_at', zone)}::text AS to,
       CASE WHEN ${fits('l')} THEN (SELECT m.id ${WAS_MISSING} AND m.state <> 'resolved') END AS missed,
       CASE WHEN ${fits('l')} THEN EXISTS (SELECT ${WAS_MISSING} AND m.resolution IN (${PLACED})) END AS placed`

/** What agrees in everything, and needs no second look: the same that \`classifyLine\` says of it. */
const agrees = (
  zone: string,
): string => `l.amount = ${HERE} AND l.currency = y.currency AND NOT ${OTHER_ACCOUNT} AND ${IS_BOOKED} AND
  CASE l.type WHEN 'return' THEN ${fits('l')}
              WHEN 'payout' THEN ${fits('l')} AND l.value_date >= ${date('y.claimed_at', zone)}
                             AND l.value_date <= ${date('y.finished_at', zone)} AND l.business_date <= ${date('y.finished_at', zone)}
              ELSE false END`

/** So many lines are looked at together. */
const PAGE = 2000

/**
 * Every line that does not agree with our books in everything, in order. Which lines they are is asked of all of them at once, in
 * statements that PostgreSQL can share among its processes, as it cannot a cursor's; what there is to know, only of those.
 */
export async function* differingPairs(sql: BulkSql, looked: Looked): AsyncGenerator<readonly PairRow[]> {
  const repeated = await repeatedLines(sql, looked)
  const lines = new Set([...(await disagreeing(sql, looked)), ...repeated, ...(await missedBefore(sql, looked))])
  const inOrder = Int32Array.from(lines).toSorted()
  // For a page of them each is looked up; whole tables are read for all lines only.
  const { rows: was } = await sql.query<{ nestloop: string }>(`SELECT current_setting('enable_nestloop') AS nestloop`)
  await sql.query('SET LOCAL enable_nestloop = on')
  for (let from = 0; from < inOrder.length; from += PAGE) {
    const page = [...inOrder.subarray(from, from + PAGE)]
    const { rows } = await sql.query<PairRow>(PAIRS, [looked.id, looked.gateway, page, looked.zone])
    const pairs = rows.map((row) => ({ ...row, repeated: repeated.has(row.line) }))
    yield await byGatewayId(sql, looked, pairs)
  }
  await sql.query(`SELECT set_config('enable_nestloop', $1, true)`, [was[0]?.nestloop])
}

const OURS = `
  LEFT JOIN payout y ON y.gateway = $2 AND y.reference = l.reference
  LEFT JOIN account a ON a.id = y.account`

const PAIRS = `
SELECT ${LINE}, ${booked('$4')} FROM statement_line l ${OURS}
 WHERE l.statement = $1 AND l.line = ANY ($3::int[]) ORDER BY l.line`

/** The planner takes a statement that it is told by a query for one of usual size, and not for one that it has not heard of. */
const DISAGREEING = `
SELECT array_agg(l.line) AS lines FROM statement_line l ${OURS}
 WHERE l.statement = (SELECT $1::uuid) AND NOT coalesce(${agrees('$3')}, false)`

async function disagreeing(sql: BulkSql, { id, gateway, zone }: Looked): Promise<readonly number[]> {
  const { rows } = await sql.query<{ lines: number[] | null }>(DISAGREEING, [id, gateway, zone])
  return rows[0]?.lines ?? []
}

/** Lines of which another one stands for the same movement already. */
async function repeatedLines(sql: BulkSql, { id, gateway }: Looked): Promise<ReadonlySet<number>> {
  const lines: number[] = []
  const ask = async (query: string, values: readonly unknown[]): Promise<void> => {
    const { rows } = await sql.query<{ lines: number[] | null }>(
      `SELECT array_agg(line) AS lines FROM (${query}) AS found`,
      [...values],
    )
    lines.push(...(rows[0]?.lines ?? []))
  }
  const { rows: marks } = await sql.query<{ mark: bigint }>(MARKS, [id])
  if (marks.length > 0) await ask(TWICE, [id, marks.map(({ mark }) => mark)])
  const { rowCount } = await sql.query(ANY_ELSEWHERE, [id, gateway])
  if (rowCount !== 0) await ask(ELSEWHERE, [id, gateway])
  return new Set(lines)
}

/** Of payouts and returns that a discrepancy says were missing there. */
const MISSED_BEFORE = `
SELECT DISTINCT l.line FROM discrepancy m JOIN payout y ON y.key = m.payout
  JOIN statement_line l ON l.statement = $1 AND l.reference = y.reference AND l.type = m.type AND ${fits('l')}
 WHERE m.gateway = $2 AND m.class = 'missing-there' AND (m.state <> 'resolved' OR m.resolution IN (${PLACED})) AND y.gateway = $2`
const ANY_MISSED = `
SELECT FROM discrepancy m WHERE m.gateway = $1 AND m.class = 'missing-there' AND m.payout IS NOT NULL
   AND (m.state <> 'resolved' OR m.resolution IN (${PLACED})) LIMIT 1`

async function missedBefore(sql: BulkSql, { id, gateway }: Looked): Promise<readonly number[]> {
  if ((await sql.query(ANY_MISSED, [gateway])).rowCount === 0) return []
  const { rows } = await sql.query<{ line: number }>(MISSED_BEFORE, [id, gateway])
  return rows.map(({ line }) => line)
}

/** Lines whose reference says nothing to us are looked up by what the gateway calls the payout, and kept: another day may tell them again. */
async function byGatewayId(sql: BulkSql, looked: Looked, rows: readonly PairRow[]): Promise<readonly PairRow[]> {
  const unknown = rows.filter((row) => row.payout === null && row.gateway_id !== null && mayPair(row))
  if (unknown.length === 0) return rows
  const lines = unknown.map(({ line }) => line)
  await sql.query(
    `INSERT INTO statement_pair (statement, line, type, payout)
     SELECT l.statement, l.line, l.type, y.key FROM statement_line l JOIN payout y ON y.gateway = $2 AND y.gateway_id = l.gateway_id
      WHERE l.statement = $1 AND l.line = ANY ($3) AND l.type IN ('payout', 'return')
     ON CONFLICT DO NOTHING`,
    [looked.id, looked.gateway, lines],
  )
  const { rows: found } = await sql.query<PairRow>(
    `SELECT ${LINE}, ${NAMED_REPEATED} AS repeated, ${booked('$4')}
       FROM statement_pair p
       JOIN statement_line l ON l.statement = p.statement AND l.line = p.line
       JOIN payout y ON y.key = p.payout
       JOIN account a ON a.id = y.account
      WHERE p.statement = $1 AND p.line = ANY ($3) AND y.gateway = $2 ORDER BY l.line`,
    [looked.id, looked.gateway, lines, looked.zone],
  )
  const byLine = new Map(found.map((row) => [row.line, row]))
  return rows.map((row) => byLine.get(row.line) ?? row)
}

export function lineFactsOf(row: PairRow): LineFacts {
  return {
    direction: row.direction,
    type: row.type,
    hasReference: row.reference !== null,
    amount: row.amount,
    currency: row.currency,
    valueDate: row.value_date,
    businessDate: row.business_date,
    isRepeated: row.repeated,
  }
}

export function bookedFactsOf(row: PairRow): BookedFacts | null {
  if (row.payout === null || row.here === null || row.type === 'top-up' || !mayPair(row)) return null
  return {
    amount: row.here,
    currency: row.here_currency ?? '',
    isBooked: row.is_booked ?? false,
    isOtherAccount: row.other_account ?? false,
    from: row.from,
    to: row.to,
    wasMissed: row.missed !== null,
    wasPlaced: row.placed ?? false,
  }
}
