/** What two people give up of what was owed: the person's commitment no longer holds it as owed. */
import type { Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import { one, type Sql } from './database.ts'
import { insertPostings, numbered } from './postings.ts'
import type { ReviewedDisbursement } from './review-facts.ts'

/** A life that has closed is promised nothing any more: the budget has it back, as it had what was left when the life closed. */
export async function unobligate(
  sql: Sql,
  { zone }: Programme,
  disbursement: ReviewedDisbursement,
  atMs: number,
): Promise<void> {
  const { programme, ref, amount, currency, fiscal_year: fiscalYear, budget_line: budgetLine } = disbursement
  const { rows } = await sql.query<{ closed: boolean }>(
    `UPDATE commitment c SET obligated = c.obligated - $3::bigint, released = c.released + CASE WHEN p.stage = 'closed' THEN $3::bigint ELSE 0 END
       FROM participant p WHERE (c.programme, c.ref) = ($1, $2) AND (p.programme, p.ref) = ($1, $2) RETURNING p.stage = 'closed' AS closed`,
    [programme, ref, amount],
  )
  if (!one(rows, `commitment of ${ref}`).closed) return
  const of = { programme, ref, currency, fiscalYear, budgetLine, businessDate: localDate(zone, atMs) }
  const given = { ...of, event: 'decommitted' as const, subject: `commitment:${programme}:${ref}`, amount }
  await insertPostings(sql, await numbered(sql, [given]))
}
