/** Reads of budgets, waves and the ledger. Amounts are text, times are `Date`. */
import { Problem } from '../domain/problem.ts'
import type { Sql } from './database.ts'
import { Conditions, readPage, type Page, type PageRequest } from './read-page.ts'

export interface AppropriationView {
  readonly id: string
  readonly fiscalYear: number
  readonly budgetLine: string
  readonly number: string
  /** The day of that document, where it was told. */
  readonly date: string | null
  readonly currency: string
  /** What may be spent. */
  readonly amount: string
  /** Reserved by decrees and not given back. */
  readonly committed: string
  /** Of the committed: owed by now, paid or not. */
  readonly obligated: string
  /** Of the obligated: paid and not returned, or taken off what was owed; as the ledger has it, also where its disbursement is under review. */
  readonly disbursed: string
  /** Of the committed: gone over to the next fiscal year. */
  readonly carriedOver: string
  /** Neither committed nor spent. */
  readonly available: string
}

const APPROPRIATIONS = `
SELECT a.id, a.fiscal_year AS "fiscalYear", a.budget_line AS "budgetLine", a.number, a.document_date AS date, a.currency, a.amount::text,
       of.promised::text AS committed, (a.amount - of.promised)::text AS available, of.obligated::text, of.moved::text AS "carriedOver",
       coalesce(p.disbursed, 0)::text AS disbursed
  FROM appropriation a
  LEFT JOIN (SELECT fiscal_year, budget_line, sum(CASE credit WHEN 'budget:disbursed' THEN amount ELSE -amount END) AS disbursed
               FROM posting WHERE programme = $1 AND 'budget:disbursed' IN (credit, debit) GROUP BY fiscal_year, budget_line) AS p
    ON (p.fiscal_year, p.budget_line) = (a.fiscal_year, a.budget_line)
  CROSS JOIN LATERAL (SELECT coalesce(sum(promised), 0) AS promised, coalesce(sum(obligated), 0) AS obligated, coalesce(sum(moved), 0) AS moved
                        FROM (SELECT amount - released AS promised, obligated, 0 AS moved FROM commitment WHERE appropriation = a.id
                              UNION ALL SELECT kept + moved, kept, moved FROM carry_over WHERE from_appropriation = a.id
                              UNION ALL SELECT reserved - freed, 0, 0 FROM fee_reserve WHERE appropriation = a.id) AS c) AS of
 WHERE a.programme = $1 ORDER BY a.fiscal_year DESC, a.budget_line`

export async function listAppropriations(sql: Sql, programme: string): Promise<AppropriationView[]> {
  const { rows } = await sql.query<AppropriationView>(APPROPRIATIONS, [programme])
  return rows
}

export interface FundingView {
  readonly id: string
  readonly gateway: string
  readonly number: string
  readonly amount: string
  readonly currency: string
  readonly recordedAt: Date
}

export async function listFundings(sql: Sql, programme: string): Promise<FundingView[]> {
  const { rows } = await sql.query<FundingView>(
    `SELECT id, gateway, number, amount::text, currency, recorded_at AS "recordedAt"
       FROM funding WHERE programme = $1 ORDER BY recorded_at DESC, id`,
    [programme],
  )
  return rows
}

export interface WaveView {
  readonly code: string
  readonly state: 'open' | 'closed'
  readonly fiscalYear: number
  readonly quota: number
  readonly admitted: number
  readonly decree: string | null
  readonly decreeDate: string | null
  readonly openedAt: Date
  readonly closedAt: Date | null
}

const WAVE = `
SELECT w.code, w.state, a.fiscal_year AS "fiscalYear", w.quota, w.admitted, w.decree, w.decree_date AS "decreeDate", w.opened_at AS "openedAt",
       w.closed_at AS "closedAt"
  FROM wave w JOIN appropriation a ON a.id = w.appropriation`

export async function listWaves(sql: Sql, programme: string): Promise<WaveView[]> {
  const { rows } = await sql.query<WaveView>(`${WAVE} WHERE w.programme = $1 ORDER BY w.opened_at DESC, w.code`, [
    programme,
  ])
  return rows
}

/** Throws `unknown-wave`. */
export async function findWave(sql: Sql, programme: string, code: string): Promise<WaveView> {
  const { rows } = await sql.query<WaveView>(`${WAVE} WHERE w.programme = $1 AND w.code = $2`, [programme, code])
  if (!rows[0]) throw new Problem('unknown-wave', 'the programme has no wave of this code')
  return rows[0]
}

export interface LedgerAccountView {
  readonly account: string
  readonly currency: string
  readonly debit: string
  readonly credit: string
  readonly postings: number
}

const BALANCES = `
SELECT account, currency, sum(debit)::text AS debit, sum(credit)::text AS credit, sum(postings)::int AS postings
  FROM (SELECT debit AS account, currency, sum(amount) AS debit, 0::numeric AS credit, count(*) AS postings
          FROM posting WHERE programme = $1 GROUP BY debit, currency
        UNION ALL
        SELECT credit, currency, 0, sum(amount), count(*) FROM posting WHERE programme = $1 GROUP BY credit, currency)
       AS sides
 GROUP BY account, currency ORDER BY account, currency`

/** What every ledger account of a programme took and gave, summed from the postings themselves. */
export async function ledgerAccounts(sql: Sql, programme: string): Promise<LedgerAccountView[]> {
  const { rows } = await sql.query<LedgerAccountView>(BALANCES, [programme])
  return rows
}

export interface PostingView {
  readonly id: string
  readonly key: string
  readonly line: number
  readonly event: string
  readonly debit: string
  readonly credit: string
  readonly amount: string
  readonly currency: string
  readonly ref: string | null
  readonly subject: string
  readonly fiscalYear: number
  readonly budgetLine: string
  readonly businessDate: string
  readonly period: string
  readonly recordedAt: Date
}

const POSTING = `
SELECT id::text, key, line, event, debit, credit, amount::text, currency, ref, subject, fiscal_year AS "fiscalYear",
       budget_line AS "budgetLine", business_date AS "businessDate", period, recorded_at AS "recordedAt"
  FROM posting`

/** Postings in the order they were written. */
export function listPostings(
  sql: Sql,
  programme: string,
  filter: { readonly account?: string | undefined; readonly ref?: string | undefined },
  page: PageRequest,
): Promise<Page<PostingView>> {
  const conditions = new Conditions()
    .add('programme = ?', programme)
    .add('(debit = ? OR credit = ?)', filter.account)
    .add('ref = ?', filter.ref)
  return readPage(sql, { select: POSTING, orderBy: 'posting.id', orderType: 'bigint' }, conditions, page)
}
