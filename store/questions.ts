/** Words that prove nothing: the payout they tell of is asked about at its gateway, whatever state it is in. */
import { inTransaction, type Database, type Sql } from './database.ts'
import { insertMessages, nudge } from './nudges.ts'
import { lockLivesOf } from './payout-rows.ts'

export interface Word {
  readonly payout: string
  readonly atMs: number
}

/** Raises the questions, and tells the lives. The caller holds the locks of the lives. */
export async function askAbout(sql: Sql, words: readonly Word[]): Promise<void> {
  if (words.length === 0) return
  const { rows } = await sql.query<{ programme: string; ref: string }>({
    name: 'ask-about',
    text: `UPDATE payout SET asked_at = greatest(asked_at, told.at), version = version + 1
             FROM (SELECT payout, max(at) AS at FROM unnest($1::text[], $2::timestamptz[]) AS word (payout, at) GROUP BY payout) AS told
            WHERE key = told.payout RETURNING programme, ref`,
    values: [words.map((word) => word.payout), words.map((word) => new Date(word.atMs))],
  })
  await insertMessages(
    sql,
    rows.map((row) => nudge(row.programme, row.ref, 'payout')),
  )
}

/**
 * Callbacks that came before their payout was known (an import or a restore brought it later) are tried again: their word was not
 * applied then, so the gateway is asked now. Takes up to `limit`; returns how many were matched.
 */
export function retryUnmatched(database: Database, limit: number): Promise<number> {
  return inTransaction(database, async (sql) => {
    const { rows } = await sql.query<{ payout: string; ms: bigint }>({
      name: 'retry-unmatched',
      text: `WITH found AS (
               SELECT c.id, y.key FROM callback c JOIN payout y USING (gateway, reference)
                WHERE c.verdict = 'unmatched' LIMIT $1 FOR UPDATE OF c SKIP LOCKED)
             UPDATE callback SET verdict = 'stale', payout = found.key FROM found WHERE callback.id = found.id
             RETURNING callback.payout, ms(callback.received_at) AS ms`,
      values: [limit],
    })
    await lockLivesOf(
      sql,
      rows.map((row) => row.payout),
    )
    await askAbout(
      sql,
      rows.map((row) => ({ payout: row.payout, atMs: Number(row.ms) })),
    )
    return rows.length
  })
}
