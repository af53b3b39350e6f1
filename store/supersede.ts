/** One attempt of a disbursement is live: of the others, what has ended stands beside it. */
import type { Sql } from './database.ts'

/**
 * Lets the attempts that have ended definitively stand beside another one, that they may still be told otherwise without meeting the
 * unique index; any other one meets it. One that was delivered steps aside only where it was a part: whoever is paid whole has no other
 * attempt. `but` is a payout that is left as it is. The caller holds the life's lock.
 */
export async function supersedeEnded(sql: Sql, disbursement: string, but = ''): Promise<void> {
  await sql.query(
    `UPDATE payout y SET superseded = true FROM disbursement d
      WHERE d.key = $1 AND y.disbursement = d.key AND y.key <> $2 AND NOT y.superseded
        AND (y.state IN ('failed', 'cancelled', 'not-sent', 'returned')
             OR y.money = 'credited' AND d.amount - d.deducted > (SELECT sum(o.amount - o.returned) FROM payout o
                                                                    WHERE o.disbursement = d.key AND o.money = 'credited'))`,
    [disbursement, but],
  )
}
