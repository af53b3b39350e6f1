/** What the gateway of the auditor's country tells of the weeks after its first days: every payment made then, and every return. */
import type { StatementLine } from '../../domain/statement.ts'
import type { ToldDays } from './audited.ts'
import { END, FOURTH_DAY, Teller } from './audited-teller.ts'
import { DAY, type World } from './world.ts'

const LATER = `
WITH ended AS (
  SELECT payout, min(observed_at) FILTER (WHERE to_state IN ('paid', 'returned')) AS paid_at, min(observed_at) FILTER (WHERE to_state = 'returned') AS returned_at
    FROM observation WHERE decision = 'move' GROUP BY payout
), moved AS (
  SELECT payout, 'payout' AS type, 'debit' AS direction, paid_at AS at FROM ended UNION ALL SELECT payout, 'return', 'credit', returned_at FROM ended
)
SELECT m.type, m.direction, y.reference, y.gateway_id AS "gatewayId", y.amount, (m.at AT TIME ZONE 'Asia/Jakarta')::date::text AS day
  FROM moved m JOIN payout y ON y.key = m.payout
 WHERE m.at < $2 AND (m.at AT TIME ZONE 'Asia/Jakarta')::date > $1::date
   AND NOT EXISTS (SELECT FROM audit_event e WHERE e.act IN ('review-decided', 'receivable-ended') AND e.subject = y.key)
 ORDER BY m.at, y.key, m.type`

type Moved = Pick<StatementLine, 'type' | 'direction' | 'reference' | 'gatewayId' | 'amount'> & { readonly day: string }

/** Told and read, each day once it is over; with the days before. What has only just happened is told by nobody yet. */
export async function tellLater({ store, root }: World, told: ToldDays): Promise<ToldDays> {
  const { rows } = await root.pool.query<Moved>(LATER, [FOURTH_DAY, new Date(END - 5 * DAY)])
  const teller = new Teller([...new Set(rows.map(({ day }) => day))])
  for (const { day, ...line } of rows)
    teller.tell(day, { ...line, id: `${line.type}-${line.reference}`, account: null })
  return new Map([...told, ...(await teller.reconcile(store))])
}
