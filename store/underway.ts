/** What is still under way at gateways: a process that does not know one of them can neither follow nor end it. */
import { OPEN_STATES } from '../domain/payout.ts'
import type { Sql } from './database.ts'

export interface UnderWay {
  readonly gateway: string
  readonly payouts: number
}

/**
 * Written out, so that the partial index is found. Also what has ended while one of its sends may still arrive, and what somebody
 * has told of and nobody has asked about yet.
 */
const UNDER_WAY = `
SELECT gateway, count(*)::int AS payouts FROM (
  SELECT key, gateway FROM payout WHERE state IN (${OPEN_STATES.map((state) => `'${state}'`).join(', ')})
  UNION SELECT key, gateway FROM payout WHERE asked_at IS NOT NULL
  UNION SELECT y.key, y.gateway FROM send s JOIN payout y ON y.key = s.payout WHERE s.ended_at IS NULL
) AS y WHERE gateway <> ALL ($1::text[]) GROUP BY gateway ORDER BY gateway`

/** How many payouts are under way at gateways other than the known ones; those without any are left out. */
export async function underWayElsewhere(sql: Sql, known: readonly string[]): Promise<UnderWay[]> {
  const { rows } = await sql.query<UnderWay>(UNDER_WAY, [known])
  return rows
}
