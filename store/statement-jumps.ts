/** Money that moved on no line: where a statement does not open with what the day before closed with, or its lines do not come to what it closes with. */
import { addDays } from '../domain/zone.ts'
import type { BulkSql } from './bulk.ts'
import type { Row } from './statement-row.ts'
import type { Looked } from './statement-pairs.ts'

interface Jump {
  readonly day: string
  readonly jump: bigint
  readonly currency: string
}

/** What the keys of a day's jumps begin with. */
export const jumpKey = (gateway: string, day: string): string => `opening:${gateway}:${day}/`

/** Between a day and the ones beside it: each is a difference of the later day. */
export async function jumpsAt(sql: BulkSql, { gateway, day }: Looked): Promise<readonly Row[]> {
  const { rows } = await sql.query<Jump>(
    `SELECT b.day::text AS day, b.opening - a.closing AS jump, b.currency
       FROM statement a JOIN statement b ON b.gateway = a.gateway AND b.day = a.day + 1 AND b.currency = a.currency
      WHERE a.gateway = $1 AND NOT a.superseded AND NOT b.superseded AND (a.day = $2 OR b.day = $2) AND b.opening <> a.closing
      ORDER BY b.day`,
    [gateway, day],
  )
  return rows.map((row) => rowOf(jumpKey(gateway, row.day), row))
}

/** The days of which `jumpsAt` tells. */
export const jumpDays = (day: string): readonly string[] => [day, addDays(day, 1)]

/** A day whose lines are all here and read, and do not come to its closing balance. What cannot be read people find out first. */
const BESIDE = `
SELECT s.day::text AS day, s.closing - s.opening - l.moved AS jump, s.currency
  FROM statement s
 CROSS JOIN LATERAL (SELECT coalesce(sum(CASE WHEN l.currency <> s.currency THEN 0 WHEN l.direction = 'credit' THEN l.amount ELSE -l.amount END), 0)::bigint AS moved,
                            coalesce(bool_or(l.amount IS NULL), false) AS is_inexact
                       FROM statement_line l WHERE l.statement = s.id) AS l
 WHERE s.id = $1 AND NOT s.complete AND s.told_count = s.lines AND NOT l.is_inexact AND s.closing <> s.opening + l.moved`

/** What moved beside the lines of this day. */
export async function besideLines(sql: BulkSql, { id, gateway, day }: Looked): Promise<readonly Row[]> {
  const { rows } = await sql.query<Jump>(BESIDE, [id])
  return rows.map((row) => rowOf(`closing:${gateway}:${day}/`, row))
}

function rowOf(name: string, { day, jump, currency }: Jump): Row {
  return {
    key: `${name}${jump}`,
    day,
    class: jump > 0n ? 'unreferenced-credit' : 'unknown-reference',
    type: 'other',
    direction: jump > 0n ? 'credit' : 'debit',
    amount: jump > 0n ? jump : -jump,
    here: null,
    currency,
    line: null,
    payout: null,
    programme: null,
    ref: null,
    reference: null,
    gateway_id: null,
    value_date: null,
    other_account: null,
  }
}
