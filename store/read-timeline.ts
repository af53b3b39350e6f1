/** What was recorded about one person, with what its telling needs: payments and accounts as they stand. */
import type { Act } from '../domain/act.ts'
import { accountHistory, type AccountView } from './accounts.ts'
import type { Sql } from './database.ts'
import { requireParticipant } from './read-participants.ts'
import { disbursementsOf, payoutsOf, type DisbursementView, type PayoutView } from './read-payments.ts'

export interface TimelineEvent {
  readonly at: Date
  readonly person: string
  readonly act: Act
  readonly subject: string
  readonly after: Readonly<Record<string, unknown>> | null
  readonly reason: string | null
}

export interface TimelineFacts {
  /** The programme version the person is on. */
  readonly version: number
  readonly events: readonly TimelineEvent[]
  readonly accounts: readonly AccountView[]
  readonly disbursements: readonly DisbursementView[]
  readonly payouts: readonly PayoutView[]
}

/** Throws `unknown-participant`. */
export async function timelineFacts(sql: Sql, programme: string, ref: string): Promise<TimelineFacts> {
  await requireParticipant(sql, programme, ref)
  const of = [programme, ref]
  const version = await sql.query<{ version: number }>(
    'SELECT programme_version AS version FROM participant WHERE programme = $1 AND ref = $2',
    of,
  )
  const events = await sql.query<TimelineEvent>(
    `SELECT at, person, act, subject, after, reason FROM audit_event WHERE programme = $1 AND ref = $2 ORDER BY at, id`,
    of,
  )
  return {
    version: version.rows[0]?.version ?? 0,
    events: events.rows,
    accounts: await accountHistory(sql, programme, ref),
    disbursements: await disbursementsOf(sql, programme, ref),
    payouts: await payoutsOf(sql, programme, ref),
  }
}
