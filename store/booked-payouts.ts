/** What our books have of payouts: the ledger says so, whatever state they are in. */
import type { BookedPayout } from '../domain/reconciliation.ts'
import type { Sql } from './database.ts'

const BOOKED = `
SELECT y.key, y.money = 'clearing' AS "isUnderWay",
       coalesce(sum(CASE WHEN p.credit LIKE 'funds:float:%' THEN p.amount
                         WHEN p.debit LIKE 'funds:float:%' AND p.event = 'unpaid' THEN -p.amount END), 0)::bigint AS paid,
       coalesce(sum(p.amount) FILTER (WHERE p.debit LIKE 'funds:float:%' AND p.event <> 'unpaid'), 0)::bigint AS returned
  FROM payout y LEFT JOIN posting p ON (p.programme, p.ref, p.subject) = (y.programme, y.ref, y.key)
 WHERE y.key = ANY ($1) GROUP BY y.key`

/** By payout; those that do not exist are missing. */
export async function bookedPayouts(sql: Sql, keys: readonly string[]): Promise<ReadonlyMap<string, BookedPayout>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql.query<BookedPayout & { readonly key: string }>(BOOKED, [keys])
  return new Map(rows.map(({ key, paid, returned, isUnderWay }) => [key, { paid, returned, isUnderWay }]))
}
