/** Payouts of ours that the statements do not have: only once every day on which their line could have come is there, whole. */
import { addDays } from '../domain/zone.ts'
import type { BulkSql } from './bulk.ts'
import type { Sql } from './database.ts'
import type { Looked } from './statement-pairs.ts'

export interface MissingRow {
  readonly payout: string
  readonly programme: string
  readonly ref: string
  readonly reference: string
  readonly gateway_id: string | null
  readonly here: bigint
  readonly currency: string
}

/** Days of unbroken, complete statements around one of them. */
export interface Proved {
  readonly from: string
  readonly to: string
}

const DAYS_MAX = 400

/** The unbroken run of complete statements that this day is part of; null when its own is not complete. */
export async function provedAround(
  sql: Sql,
  { gateway, day }: Pick<Looked, 'gateway' | 'day'>,
): Promise<Proved | null> {
  const { rows } = await sql.query<{ day: string }>(
    `SELECT day::text AS day FROM statement WHERE gateway = $1 AND NOT superseded AND complete
        AND day BETWEEN $2::date - ${DAYS_MAX} AND $2::date + ${DAYS_MAX}`,
    [gateway, day],
  )
  const days = new Set(rows.map((row) => row.day))
  if (!days.has(day)) return null
  let [from, to] = [day, day]
  while (days.has(addDays(from, -1))) from = addDays(from, -1)
  while (days.has(addDays(to, 1))) to = addDays(to, 1)
  return { from, to }
}

/** A payout cannot have been under way for longer without people looking at it. */
const UNDER_WAY_DAYS_MAX = 31

/** The payments whose window this statement has closed, and that no statement has. Set-based. */
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
  const { rows } = await sql.query<MissingRow>(
    `WITH paid AS MATERIALIZED (
       SELECT key, programme, ref, reference, gateway_id, amount, currency FROM payout
        WHERE gateway = $1 AND state = 'paid'
          AND finished_at >= $2::date::timestamp AT TIME ZONE $5 AND finished_at < ($3::date + 1)::timestamp AT TIME ZONE $5
          AND claimed_at >= $4::date::timestamp AT TIME ZONE $5
     ), told AS (
       SELECT l.reference, l.gateway_id FROM statement s JOIN statement_line l ON l.statement = s.id
        WHERE s.gateway = $1 AND NOT s.superseded AND s.day >= $4 AND l.type = 'payout' AND l.direction = 'debit'
     )
     SELECT key AS payout, programme, ref, reference, gateway_id, amount AS here, currency FROM paid
      WHERE NOT EXISTS (SELECT FROM told WHERE told.reference = paid.reference)
        AND NOT EXISTS (SELECT FROM told WHERE told.gateway_id = paid.gateway_id)
      ORDER BY key`,
    [gateway, from, high, proved.from, zone],
  )
  return rows
}
