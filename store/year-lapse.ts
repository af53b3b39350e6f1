/** What is owed from a year that ends and is not under way: each lapses as it would by its own deadline. */
import { engineActor } from '../domain/act.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { insertMessages, nudge } from './nudges.ts'
import { STILL_OWED } from './owed-amount.ts'
import { insertPostings } from './postings.ts'
import { LAPSES, type YearAtWork } from './year-rows.ts'

/** People that one transaction takes. */
const PART = 500

/** Found by programme and state; whoever is left in those states for another reason is few. */
const PICK = `
SELECT DISTINCT ref FROM (
  SELECT d.ref FROM disbursement d JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
   WHERE d.programme = $1 AND d.fiscal_year = $2 AND ${LAPSES} LIMIT ${PART}) AS picked`

const LAPSE = `
WITH picked AS (
  SELECT d.key, d.state FROM disbursement d JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
   WHERE d.programme = $1 AND d.fiscal_year = $2 AND d.ref = ANY ($3) AND ${LAPSES}
)
UPDATE disbursement d SET state = 'lapsed', reason = 'year-end', version = version + 1
  FROM picked WHERE d.key = picked.key AND d.state = picked.state
RETURNING d.key, d.ref, d.tranche, ${STILL_OWED} AS amount, d.currency, d.budget_line AS "budgetLine", picked.state AS was`

interface Lapsed {
  readonly key: string
  readonly ref: string
  readonly tranche: string
  readonly amount: bigint
  readonly currency: string
  readonly budgetLine: string
  readonly was: string
}

/** Locks lives in the order in which everybody does. */
export async function lockLives(sql: Sql, programme: string, refs: readonly string[]): Promise<void> {
  await sql.query(
    'SELECT FROM participant WHERE programme = $1 AND ref = ANY ($2) ORDER BY programme, ref FOR UPDATE',
    [programme, refs],
  )
}

/** Lapses what is owed to some people; false when there was nobody. */
export async function lapseSome(sql: Sql, { pass, year, zone, nowMs }: YearAtWork): Promise<boolean> {
  const { programme, fiscalYear } = year
  const found = await pass('year-lapse:found', sql.query<{ ref: string }>(PICK, [programme, fiscalYear]))
  if (found.rows.length === 0) return false
  const refs = found.rows.map(({ ref }) => ref)
  await pass('year-lapse:locked', lockLives(sql, programme, refs))
  // A statement of its own after the locks: what was claimed or decided meanwhile is not taken.
  const lapsing = sql.query<Lapsed>(LAPSE, [programme, fiscalYear, refs])
  const { rows } = await pass('year-lapse:written', lapsing)
  const of = { programme, fiscalYear, businessDate: localDate(zone, nowMs) }
  const posting = insertPostings(
    sql,
    rows.map(({ key: subject, ref, amount, currency, budgetLine }) => ({
      ...of,
      event: 'lapsed' as const,
      subject,
      ref,
      amount,
      currency,
      budgetLine,
    })),
  )
  await pass('year-lapse:posted', posting)
  const auditing = insertAudit(
    sql,
    rows.map(({ key: subject, ref, tranche, amount, was: from }) => ({
      act: 'disbursement-lapsed' as const,
      actor: engineActor(),
      atMs: nowMs,
      subject,
      programme,
      ref,
      before: { state: from },
      after: { tranche, from, to: 'lapsed', reason: 'year-end', fiscalYear, amount: amount.toString() },
    })),
  )
  await pass('year-lapse:audited', auditing)
  const telling = [...new Set(rows.map(({ ref }) => ref))].map((ref) => nudge(programme, ref, 'year-end', 4))
  await pass('year-lapse:told', insertMessages(sql, telling))
  const sum = rows.reduce((total, { amount }) => total + amount, 0n)
  const counting = sql.query(
    `UPDATE year_close SET lapsed_count = lapsed_count + $3, lapsed = lapsed + $4, refusal = NULL, version = version + 1
      WHERE programme = $1 AND fiscal_year = $2`,
    [programme, fiscalYear, rows.length, sum],
  )
  await pass('year-lapse:counted', counting)
  return true
}
