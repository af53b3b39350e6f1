/** A life that cannot go on by itself is shown to people; the next look that succeeds writes why they should look by then, if at all. */
import type { Sql } from './database.ts'

const show = (which: string): string => `
UPDATE participant
   SET attention = 'life-failed',
       attention_since = CASE WHEN attention = 'life-failed' THEN attention_since ELSE now() END
 WHERE programme = $1 AND ref = $2 AND (${which})`

const SHOW_OPEN = show(`stage <> 'closed'`)
/** What came back is paid again after the end: as long as anything must still happen there is a moment by which it does. */
const SHOW_AT_WORK = show(`stage <> 'closed' OR heard_by IS NOT NULL`)

/** A life whose run has ended. False where the life is closed: then nothing has failed. */
export async function showLifeFailed(sql: Pick<Sql, 'query'>, programme: string, ref: string): Promise<boolean> {
  const { rowCount } = await sql.query(SHOW_OPEN, [programme, ref])
  return rowCount === 1
}

/** A life that cannot be looked at, also one that has closed and in which something must still happen. */
export async function showLookFailed(sql: Pick<Sql, 'query'>, programme: string, ref: string): Promise<void> {
  await sql.query(SHOW_AT_WORK, [programme, ref])
}
