/**
 * What is wrong with an account that can be paid: it pays too many people, or its name is doubtful. It stands with the account, so that another hold
 * hides it and never ends it; each of the two is decided about by whoever ends the hold that it has placed.
 */
import type { Sql } from './database.ts'

const ACCOUNT_HOLDS = ['account-shared', 'account-doubtful'] as const
export type AccountHold = (typeof ACCOUNT_HOLDS)[number]

/** What of an account each of them is about. */
const MARKS: Readonly<Record<AccountHold, 'shared' | 'doubtful'>> = {
  'account-shared': 'shared',
  'account-doubtful': 'doubtful',
}

export function isAccountHold(cause: string | null): cause is AccountHold {
  return ACCOUNT_HOLDS.some((one) => one === cause)
}

/** Whoever lets somebody go on who was stopped for this has looked at it: the account is taken as it is. */
export async function acceptAccount(sql: Sql, programme: string, ref: string, cause: AccountHold): Promise<void> {
  await sql.query(`UPDATE account SET ${MARKS[cause]} = false WHERE programme = $1 AND ref = $2 AND ended_at IS NULL`, [
    programme,
    ref,
  ])
}

/** What nobody has decided about yet and another hold has hidden: it stops the person now. Null where nothing does, or they are stopped already. */
export async function holdForAccount(
  sql: Sql,
  programme: string,
  ref: string,
  atMs: number,
): Promise<AccountHold | null> {
  const { rows } = await sql.query<{ cause: AccountHold }>(
    `UPDATE participant p SET held_at = $3, hold_reason = a.cause, hold_cause = a.cause, version = p.version + 1
       FROM (SELECT CASE WHEN shared THEN 'account-shared' ELSE 'account-doubtful' END AS cause FROM account
              WHERE programme = $1 AND ref = $2 AND ended_at IS NULL AND (shared OR doubtful)) AS a
      WHERE p.programme = $1 AND p.ref = $2 AND p.held_at IS NULL RETURNING a.cause`,
    [programme, ref, new Date(atMs)],
  )
  return rows[0]?.cause ?? null
}
