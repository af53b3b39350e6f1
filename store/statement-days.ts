/** Which days of a gateway still have to be reconciled. */
import { addDays, localDate } from '../domain/zone.ts'
import type { Sql } from './database.ts'

export interface DayRule {
  readonly zone: string
  readonly windowDays: number
}

/** A statement that is not there after so many days is for people to ask for. */
const DAYS_BACK = 7

/** Days that are over, oldest first: those not settled since the gateway was first used, and the newest, whose statement may be corrected. */
export async function dueDays(sql: Sql, gateway: string, rule: DayRule, nowMs: number): Promise<readonly string[]> {
  const today = localDate(rule.zone, nowMs)
  const { rows } = await sql.query<{ day: string }>(
    `SELECT day::date::text AS day
       FROM generate_series($2::date - ${DAYS_BACK}, $2::date - 1, interval '1 day') AS days (day)
      WHERE day >= (SELECT least((SELECT min(claimed_at) FROM payout WHERE gateway = $1),
                                 (SELECT min(recorded_at) FROM funding WHERE gateway = $1)) AT TIME ZONE $3)::date
        AND (day >= $4 OR NOT EXISTS (
              SELECT FROM statement s WHERE s.gateway = $1 AND s.day = days.day AND s.state = 'settled' AND NOT s.superseded))
      ORDER BY day`,
    [gateway, today, rule.zone, addDays(today, -1 - rule.windowDays)],
  )
  return rows.map(({ day }) => day)
}
