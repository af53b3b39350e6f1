/** Payouts of ours that the statements do not have: only once every day on which their line could have come is there, whole. */
import { addDays } from '../domain/zone.ts'
import type { BulkSql } from './bulk.ts'
import type { Sql } from './database.ts'
import type { Looked } from './statement-pairs.ts'

export interface MissingRow {
  readonly key: string
  readonly type: 'payout' | 'return' | 'top-up'
  readonly direction: 'debit' | 'credit'
  readonly payout: string | null
  readonly programme: string
  readonly ref: string | null
  readonly reference: string
  readonly gateway_id: string | null
  readonly here: bigint
  readonly currency: string
}

/** Money between the treasury and a gateway: what a table's differences are named, and which way its lines go. */
export const TRANSFERS = {
  funding: { name: 'funding', direction: 'credit' },
  treasury_return: { name: 'treasury-return', direction: 'debit' },
} as const

/** Days of unbroken, complete statements around one of them. */
export interface Proved {
  readonly from: string
  readonly to: string
}

const DAYS_MAX = 400

/** The unbroken run of complete statements, each opening with what the one before closed with, that this day is part of; null when its own is not complete. */
export async function provedAround(
  sql: Sql,
  { gateway, day }: Pick<Looked, 'gateway' | 'day'>,
): Promise<Proved | null> {
  const { rows } = await sql.query<{ day: string; joins: boolean }>(
    `SELECT s.day::text AS day, coalesce(b.closing = s.opening AND b.currency = s.currency, false) AS joins
       FROM statement s LEFT JOIN statement b ON b.gateway = s.gateway AND b.day = s.day - 1 AND NOT b.superseded AND b.complete
      WHERE s.gateway = $1 AND NOT s.superseded AND s.complete AND s.day BETWEEN $2::date - ${DAYS_MAX} AND $2::date + ${DAYS_MAX}`,
    [gateway, day],
  )
  const days = new Map(rows.map((row) => [row.day, row.joins]))
  if (!days.has(day)) return null
  let [from, to] = [day, day]
  while (days.get(from) === true) from = addDays(from, -1)
  while (days.get(addDays(to, 1)) === true) to = addDays(to, 1)
  return { from, to }
}

/** A payout cannot have been under way for longer without people looking at it. */
const UNDER_WAY_DAYS_MAX = 31

/** What was booked on the days whose window this statement has closed, and no statement has. Set-based. */
export async function missingThere(
  sql: BulkSql,
  looked: Looked,
  proved: Proved,
  windowDays: number,
): Promise<readonly MissingRow[]> {
  const { gateway, day, zone } = looked
  const isNewest = proved.to === day
  const low = isNewest ? addDays(day, -windowDays) : addDays(day, -windowDays - UNDER_WAY_DAYS_MAX)
  const high = addDays(proved.to, -windowDays)
  const from = low > proved.from ? low : proved.from
  if (high < from) return []
  const of = [gateway, from, high, proved.from, zone]
  const found: MissingRow[] = []
  for (const [query, type, direction] of MOVEMENTS) {
    const { rows } = await sql.query<MissingRow>(query, of)
    found.push(...(await unnamed(sql, rows, [gateway, proved.from, type, direction])))
  }
  // Money may be at the gateway before its transfer is recorded: the days before that must be here too.
  found.push(...(await sql.query<MissingRow>(unmoved('funding'), [...of, windowDays])).rows)
  // Money that goes back is booked first: its number is what the transfer is made with.
  found.push(...(await sql.query<MissingRow>(unmoved('treasury_return'), [...of, 0])).rows)
  return found
}

/** The statements from a day on; asked for by a query, which the planner takes for statements of usual size. */
const statementsFrom = (gateway: string, from: string): string =>
  `ANY ((SELECT array_agg(s.id) FROM statement s WHERE s.gateway = ${gateway} AND NOT s.superseded AND s.day >= ${from}::date)::uuid[])`

/** What a restored database had forgotten moved before it was recorded: its line may be of any day. */
const untold = (type: string, direction: string): string => `
   AND NOT EXISTS (SELECT FROM statement_line l WHERE l.reference = y.reference AND l.statement = ${statementsFrom('$1', '$4')}
                      AND l.type = '${type}' AND l.direction = '${direction}')
   AND (y.recovered_at IS NULL OR NOT EXISTS (
         SELECT FROM statement_line l JOIN statement s ON s.id = l.statement
          WHERE l.reference = y.reference AND l.type = '${type}' AND l.direction = '${direction}' AND s.gateway = $1 AND NOT s.superseded))
 ORDER BY y.key`

const UNDEBITED = `
SELECT y.key || '/missing-there' AS key, 'payout' AS type, 'debit' AS direction, y.key AS payout, y.programme, y.ref, y.reference, y.gateway_id,
       y.amount AS here, y.currency
  FROM payout y
 WHERE y.gateway = $1 AND y.state IN ('paid', 'returned')
   AND y.finished_at >= $2::date::timestamp AT TIME ZONE $5 AND y.finished_at < ($3::date + 1)::timestamp AT TIME ZONE $5
   AND y.claimed_at >= $4::date::timestamp AT TIME ZONE $5 ${untold('payout', 'debit')}`

/** Whatever booked that it came back, the day on which it did says when the credit is due. */
const UNCREDITED = `
WITH back AS MATERIALIZED (
  SELECT DISTINCT subject FROM posting
   WHERE event IN ('returned', 'recovered', 'written-off-recovered') AND debit = 'funds:float:' || $1
     AND business_date BETWEEN $2::date AND $3::date
)
SELECT y.key || '/missing-there/return' AS key, 'return' AS type, 'credit' AS direction, y.key AS payout, y.programme, y.ref, y.reference, y.gateway_id,
       CASE WHEN y.returned > 0 THEN y.returned ELSE y.amount END AS here, y.currency
  FROM payout y JOIN back ON back.subject = y.key
 WHERE y.gateway = $1 AND (y.state = 'returned' OR y.returned > 0) AND y.claimed_at >= $4::date::timestamp AT TIME ZONE $5 ${untold('return', 'credit')}`

const MOVEMENTS = [
  [UNDEBITED, 'payout', 'debit'],
  [UNCREDITED, 'return', 'credit'],
] as const

const NAMED = `
SELECT DISTINCT l.gateway_id FROM statement_line l
 WHERE l.statement = ${statementsFrom('$1', '$2')} AND l.type = $3 AND l.direction = $4 AND l.gateway_id = ANY ($5::text[])`

/** Those of them that no line has under the gateway's own name either: few are left to be asked for. */
async function unnamed(
  sql: BulkSql,
  rows: readonly MissingRow[],
  of: readonly string[],
): Promise<readonly MissingRow[]> {
  const names = rows.flatMap(({ gateway_id: name }) => (name === null ? [] : [name]))
  if (names.length === 0) return rows
  const { rows: told } = await sql.query<{ gateway_id: string }>(NAMED, [...of, names])
  const here = new Set(told.map(({ gateway_id: name }) => name))
  return rows.filter(({ gateway_id: name }) => name === null || !here.has(name))
}

/** Transfers between the treasury and the gateway, by their number. */
const unmoved = (table: keyof typeof TRANSFERS): string => `
SELECT '${TRANSFERS[table].name}/' || f.gateway || '/' || f.number || '/missing-there' AS key, 'top-up' AS type, '${TRANSFERS[table].direction}' AS direction,
       NULL::text AS payout, f.programme, NULL::text AS ref, f.number AS reference, NULL::text AS gateway_id, f.amount AS here, f.currency
  FROM ${table} f
 WHERE f.gateway = $1 AND f.recorded_at >= greatest($2::date, $4::date + $6::int)::timestamp AT TIME ZONE $5
   AND f.recorded_at < ($3::date + 1)::timestamp AT TIME ZONE $5
   AND NOT EXISTS (SELECT FROM statement_line l JOIN statement s ON s.id = l.statement
                    WHERE l.reference = f.number AND l.type = 'top-up' AND l.direction = '${TRANSFERS[table].direction}' AND s.gateway = $1
                      AND NOT s.superseded)
 ORDER BY f.number`
