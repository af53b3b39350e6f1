/** What became of the first lines of a run: nothing follows before people, or the engine, can know it. */
import { OPEN_STATES } from '../domain/payout.ts'
import { one, patient, type Sql } from './database.ts'

/** How soon the first lines are looked at again, while some of them have no answer. Milliseconds. */
export const SILENT_PAUSE_MS = 5 * 60_000

export interface FirstLines {
  readonly wrong: number
  /** That nobody has an answer of: not sent, turned away before anything was, or under way. */
  readonly silent: number
}

/** Of the lines that were let go: those that did not do what they should, and those of which nothing is known yet. */
const FIRST = `
SELECT count(*) FILTER (WHERE l.state = 'dropped' AND l.reason IN ('refused', 'route')
                           OR d.state IN ('review', 'failed', 'needs-account', 'float-short'))::int AS wrong,
       count(*) FILTER (WHERE l.state = 'released' AND d.state IN ('owed', 'released', 'in-flight')
                          AND NOT EXISTS (SELECT FROM payout y WHERE y.disbursement = d.key AND y.claimed_at >= l.released_at
                                                                 AND y.state <> 'not-sent' AND y.state <> ALL ($2::text[])))::int AS silent
  FROM payout_run_line l JOIN disbursement d ON d.key = l.disbursement
 WHERE l.run = $1 AND l.released_at IS NOT NULL AND l.state <> 'collected'`

/** Of the lines of a run that were let go. */
export async function firstLines(sql: Sql, run: string): Promise<FirstLines> {
  const { rows } = await sql.query<FirstLines>(patient(FIRST, [run, OPEN_STATES]))
  return one(rows, 'the first lines')
}
