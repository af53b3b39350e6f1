/** A life that cannot go on by itself is shown to people; the next look that succeeds writes why they should look by then, if at all. */
import type { Sql } from './database.ts'

/** False where the life is closed: then nothing has failed. */
export async function showLifeFailed(sql: Pick<Sql, 'query'>, programme: string, ref: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE participant
        SET attention = 'life-failed',
            attention_since = CASE WHEN attention = 'life-failed' THEN attention_since ELSE now() END
      WHERE programme = $1 AND ref = $2 AND stage <> 'closed'`,
    [programme, ref],
  )
  return rowCount === 1
}
