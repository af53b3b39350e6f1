/** What decides over a claim, read in one statement. */
import type { LiveApproval } from '../domain/payout-run.ts'
import type { Sql } from './database.ts'
import { OPEN_SEND } from './life-rows.ts'
import { REGISTERED_IN_LOST_TIME, stemsOf, straysOfOwed } from './lost-time.ts'
import { APPROVAL } from './run-approval.ts'
import { SENDS_IN_FORCE } from './gateway-credentials.ts'
import { SHORTS, type Short } from './shorts.ts'

/** What decides over a claim, as it stands under the life's lock. */
export interface Candidate {
  readonly programme: string
  readonly ref: string
  readonly programme_version: number
  readonly tranche: string
  readonly state: string
  readonly reason: string | null
  readonly attempts: number
  /** What is owed and neither delivered nor on its way. */
  readonly amount: bigint
  readonly currency: string
  readonly release_ms: bigint
  readonly fiscal_year: number
  readonly budget_line: string
  readonly held: boolean
  /** A freeze in force stops one of the targets the claim holds; a draft holds none. */
  readonly frozen: boolean
  /** The fiscal year it is owed from is being closed: it lapses, or goes over to the next. */
  readonly year_ending: boolean
  /** The person has left, and what is not under way is about to be cancelled; what came back was theirs before, and waits for nothing. */
  readonly leaving: boolean
  readonly account: string | null
  readonly institution: string | null
  readonly document: string | null
  readonly usable_ms: bigint | null
  /** More people than the programme allows are paid to it, and this one came later. */
  readonly shared: boolean
  /** Its name agrees too little with the identity card, and nobody has decided about that. */
  readonly doubtful: boolean
  /** Nobody has been asked about it. */
  readonly unverified: boolean
  /** An earlier attempt may still leave: it has a send without an end. */
  readonly send_open: boolean
  /** Somebody who proves nothing has told of an earlier attempt, and the gateway has not yet been asked. */
  readonly asked_about: boolean
  /**
   * The restore that is open, and how far back it goes: the database is older than what it has told the world, and the days that are missing are not
   * matched yet. Null when none is.
   */
  readonly restore: string | null
  /** The person registered in or after the time that is missing: only the end of the restore says that they were not paid in it. */
  readonly in_lost_time: boolean
  /** A statement shows a payment that nobody here knows of and that may be this one, and nobody has decided about that. */
  readonly may_be_paid: boolean
  /** What people have agreed to, as far as it stands. */
  readonly approval: LiveApproval | null
  /** Gateways where our money is short. */
  readonly shorts: readonly Short[]
  /** Fingerprints of what may be sent with. */
  readonly sends: readonly string[]
}

/** Written so that each part is looked up by the row before it, however empty the tables were when it was planned (`test/store/plans.test.ts`). */
const CANDIDATE = `
SELECT d.programme, d.ref, p.programme_version, d.tranche, d.state, d.reason, d.attempts, d.currency,
       d.amount - d.deducted - coalesce((SELECT sum(y.amount - y.returned) FROM payout y
                             WHERE y.disbursement = d.key AND y.money IN ('clearing', 'credited')), 0)::bigint AS amount,
       ms(d.release_at) AS release_ms, d.fiscal_year, d.budget_line, p.held_at IS NOT NULL AS held,
       EXISTS (SELECT FROM freezes f WHERE f.lifted_at IS NULL AND f.target = ANY ($2::text[])) AS frozen,
       EXISTS (SELECT FROM year_close z WHERE z.programme = d.programme AND z.fiscal_year = d.fiscal_year AND z.state <> 'closed') AS year_ending,
       p.withdrawn_at IS NOT NULL AND p.stage <> 'closed' AND d.first_paid_at IS NULL AS leaving, a.id AS account, a.institution, a.document,
       ms(greatest(a.usable_from, a.rests_until)) AS usable_ms, coalesce(a.shared, false) AS shared, coalesce(a.doubtful, false) AS doubtful, coalesce(a.state = 'unverified', false) AS unverified,
       ${OPEN_SEND} IS NOT NULL AS send_open,
       EXISTS (SELECT FROM payout y WHERE y.disbursement = d.key AND y.asked_at IS NOT NULL) AS asked_about,
       (SELECT r.id || ' ' || ms(r.restored_to) FROM restore r WHERE r.closed_at IS NULL) AS restore,
       ${REGISTERED_IN_LOST_TIME} AS in_lost_time, EXISTS (${straysOfOwed('$3')}) AS may_be_paid,
       ${APPROVAL} AS approval, ${SHORTS} AS shorts, ${SENDS_IN_FORCE} AS sends
  FROM disbursement d
  JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
  LEFT JOIN LATERAL (SELECT * FROM account WHERE (programme, ref) = (d.programme, d.ref) AND ended_at IS NULL AND state <> 'failed'
                     LIMIT 1) a ON true
 WHERE d.key = $1`

/** The candidate as it stands now; `targets` are those that the caller holds. Throws an Error for a disbursement that is not there. */
export async function candidateOf(sql: Sql, disbursement: string, targets: readonly string[] = []): Promise<Candidate> {
  const values = [disbursement, targets, stemsOf(disbursement)]
  const { rows } = await sql.query<Candidate>({ name: 'claim-candidate', text: CANDIDATE, values })
  const row = rows[0]
  if (!row) throw new Error(`no disbursement ${disbursement}`)
  return row
}
