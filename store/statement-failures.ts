/** Failures that are final only once the statements have no debit: found when the days on which it could have come are all here. */
import { inTransaction, one, type Sql } from './database.ts'
import { observeLocked } from './observe.ts'
import type { StoreContext } from './options.ts'
import { provedAround } from './statement-missing.ts'

export interface FailureRule {
  readonly zone: string
  readonly windowDays: number
}

const UNDEBITED = `
WITH failing AS MATERIALIZED (
  SELECT key, reference, gateway_id FROM payout
   WHERE gateway = $1 AND state = 'failing' AND claimed_at >= $2::date::timestamp AT TIME ZONE $5
     AND finished_at < ($3::date - $4::int + 1)::timestamp AT TIME ZONE $5
), told AS (
  SELECT l.reference, l.gateway_id FROM statement s JOIN statement_line l ON l.statement = s.id
   WHERE s.gateway = $1 AND NOT s.superseded AND s.day >= $2::date AND l.type = 'payout' AND l.direction = 'debit'
)
SELECT key FROM failing
 WHERE NOT EXISTS (SELECT FROM told WHERE told.reference = failing.reference)
   AND NOT EXISTS (SELECT FROM told WHERE told.gateway_id = failing.gateway_id)
 ORDER BY key LIMIT $6`

/** Ends up to `limit` of them; how many they were. A debit that is there has made the payout paid, or sent it to people, before. */
export function confirmFailures(
  context: StoreContext,
  statement: string,
  ruleOf: (gateway: string) => FailureRule,
  limit: number,
  atMs: number,
): Promise<number> {
  return inTransaction(context.database, async (sql) => {
    const { rows } = await sql.query<{ gateway: string; day: string }>(
      'SELECT gateway, day::text AS day FROM statement WHERE id = $1',
      [statement],
    )
    const of = one(rows, `statement ${statement}`)
    const keys = await undebited(sql, of, ruleOf(of.gateway), limit)
    if (keys.length === 0) return 0
    const fact = { kind: 'undebited' } as const
    const items = keys.map((payout) => ({ payout, source: 'statement', isOtherAccount: false, fact, atMs }) as const)
    const results = await observeLocked(sql, context, items)
    return results.filter(({ decision }) => decision === 'move').length
  })
}

async function undebited(
  sql: Sql,
  { gateway, day }: { readonly gateway: string; readonly day: string },
  { zone, windowDays }: FailureRule,
  limit: number,
): Promise<string[]> {
  const proved = await provedAround(sql, { gateway, day })
  if (!proved) return []
  const { rows } = await sql.query<{ key: string }>(UNDEBITED, [
    gateway,
    proved.from,
    proved.to,
    windowDays,
    zone,
    limit,
  ])
  return rows.map(({ key }) => key)
}
