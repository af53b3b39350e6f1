/** What our books have of payouts: the ledger says so, whatever state they are in. */
import type { BookedPayout } from '../domain/reconciliation.ts'
import type { Sql } from './database.ts'

/** A payment that is found after its return was booked undoes the return; found after a failure it is the payment. */
const BOOKED = `
SELECT key, "isUnderWay", (out - undone)::bigint AS paid, (back - undone)::bigint AS returned
  FROM (SELECT *, CASE WHEN "wasPaid" THEN least(late, back) ELSE 0 END AS undone FROM (
    SELECT y.key, y.money = 'clearing' AS "isUnderWay", coalesce(bool_or(p.event = 'paid'), false) AS "wasPaid",
           coalesce(sum(CASE WHEN p.credit LIKE 'funds:float:%' THEN p.amount
                             WHEN p.debit LIKE 'funds:float:%' AND p.event = 'unpaid' THEN -p.amount END), 0) AS out,
           coalesce(sum(p.amount) FILTER (WHERE p.debit LIKE 'funds:float:%' AND p.event <> 'unpaid'), 0) AS back,
           coalesce(sum(p.amount) FILTER (WHERE p.credit LIKE 'funds:float:%' AND p.event = 'late-paid'), 0) AS late
      FROM payout y LEFT JOIN posting p ON (p.programme, p.ref, p.subject) = (y.programme, y.ref, y.key)
     WHERE y.key = ANY ($1) GROUP BY y.key) AS summed) AS booked`

/** By payout; those that do not exist are missing. */
export async function bookedPayouts(sql: Sql, keys: readonly string[]): Promise<ReadonlyMap<string, BookedPayout>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql.query<BookedPayout & { readonly key: string }>(BOOKED, [keys])
  return new Map(rows.map(({ key, paid, returned, isUnderWay }) => [key, { paid, returned, isUnderWay }]))
}
