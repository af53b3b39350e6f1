/** What lets a payment of an approved programme through: a released line of a run that is releasing. */
import type { LiveApproval } from '../domain/payout-run.ts'
import type { Sql } from './database.ts'

/** That line `l` has paid what it was agreed to for: what is owed of disbursement `d` since, people agree to anew. */
export const IS_USED = `EXISTS (SELECT FROM payout u
                    WHERE u.disbursement = d.key AND u.money = 'credited' AND u.recovered_at IS NULL AND u.claimed_at >= l.released_at
                      AND (u.amount, u.account) = (l.amount, l.account))`

/** The approval that covers disbursement `d`, if any: found by the partial index that lets a disbursement be on one open run only. */
export const APPROVAL = `(
            SELECT CASE WHEN l.state = 'released' AND NOT ${IS_USED} THEN (
                     SELECT jsonb_build_object('run', r.key, 'releasedAtMs', ms(l.released_at), 'untilMs', ms(r.approved_until), 'gateway', l.gateway,
                                               'account', l.account, 'amount', l.amount::text, 'currency', l.currency)
                       FROM payout_run r WHERE r.key = l.run AND r.state = 'releasing') END
              FROM payout_run_line l WHERE l.disbursement = d.key AND l.state IN ('collected', 'released'))`

export async function approvalOf(sql: Sql, disbursement: string): Promise<LiveApproval | null> {
  const { rows } = await sql.query<{ approval: LiveApproval | null }>({
    name: 'run-approval',
    text: `SELECT ${APPROVAL} AS approval FROM disbursement d WHERE d.key = $1`,
    values: [disbursement],
  })
  return rows[0]?.approval ?? null
}
