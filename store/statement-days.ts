/** Which days of a gateway still have to be reconciled. */
import { addDays, localDate } from '../domain/zone.ts'
import type { Sql } from './database.ts'

export interface DayRule {
  readonly zone: string
  readonly windowDays: number
}

/** Days that are looked at in one round; the others wait for the next, the oldest never behind younger ones. */
const AT_ONCE = 31

/** How far back a day may lie that was never settled: as far as proofs of completeness reach. */
const DAYS_BACK = 400

/** Days that are over since a gateway's first, told as a subquery. */
const over = (first: string): string => `
SELECT day::date AS day, EXISTS (SELECT FROM statement s WHERE s.gateway = $1 AND s.day = days.day AND s.state = 'settled'
                                    AND NOT s.superseded) AS settled
  FROM generate_series($2::date - ${DAYS_BACK}, $2::date - 1, interval '1 day') AS days (day)
 WHERE day >= (SELECT ${first} AT TIME ZONE $3)::date`

const FIRST_FUNDED = '(SELECT min(recorded_at) FROM funding WHERE gateway = $1)'
/** What it was used for in the time that a restored database has lost is in its statements only. */
const LOST = '(SELECT restored_to FROM restore WHERE closed_at IS NULL)'
const FIRST_USED = `least((SELECT min(claimed_at) FROM payout WHERE gateway = $1), ${FIRST_FUNDED}, ${LOST})`

/**
 * Days to look at, oldest first: those not settled, however long ago, since a day that nobody asks for any more would never be proved;
 * and the newest, whose statement may be corrected.
 */
export async function dueDays(sql: Sql, gateway: string, rule: DayRule, nowMs: number): Promise<readonly string[]> {
  const today = localDate(rule.zone, nowMs)
  const { rows } = await sql.query<{ day: string }>(
    `WITH over AS (${over(FIRST_USED)})
     SELECT day::text AS day FROM (
       SELECT day FROM over WHERE day >= $4::date
       UNION (SELECT day FROM over WHERE NOT settled ORDER BY day LIMIT ${AT_ONCE})) AS due
      ORDER BY day`,
    [gateway, today, rule.zone, addDays(today, -1 - rule.windowDays)],
  )
  return rows.map(({ day }) => day)
}

/** How many days that are over have no settled statement, from the first money put there on: asked at every scrape, it reads no payout. */
export async function unsettledDays(sql: Sql, gateway: string, zone: string, nowMs: number): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (${over(FIRST_FUNDED)}) AS over WHERE NOT settled`,
    [gateway, localDate(zone, nowMs), zone],
  )
  return rows[0]?.count ?? 0
}
