/** Fiscal years that are being closed or are closed, as rows; and what of a year is open, as SQL. */
import type { Pass } from '../failpoints.ts'
import { Problem } from '../domain/problem.ts'
import type { YearState } from '../domain/year-end.ts'
import type { Sql } from './database.ts'
import type { ProgrammeBook } from './programmes.ts'

export interface YearRow {
  readonly programme: string
  readonly fiscalYear: number
  /** Number of the document that orders it. */
  readonly document: string
  /** The last step that is done. */
  readonly state: YearState
  /** The person up to whom the carrying over has come. */
  readonly reached: string
  readonly lapsedCount: number
  readonly lapsed: bigint
  readonly returned: bigint
  readonly carriedCount: number
  readonly carried: bigint
  /** Why it does not go on; null while it does. */
  readonly refusal: string | null
  readonly agreedUnder: string
  readonly frozenAt: Date
  readonly closedAt: Date | null
}

/** One that is being closed, and when. */
export interface YearAtWork {
  readonly pass: Pass
  readonly programmes: ProgrammeBook
  readonly year: YearRow
  readonly zone: string
  readonly nowMs: number
}

export const YEAR_COLUMNS = `programme, fiscal_year AS "fiscalYear", document, state, reached, lapsed_count AS "lapsedCount", lapsed, returned,
       carried_count AS "carriedCount", carried, refusal, agreed_under AS "agreedUnder", frozen_at AS "frozenAt", closed_at AS "closedAt"`

/** The years of a programme that are being closed or are closed, newest first. */
export async function listYears(sql: Sql, programme: string): Promise<YearRow[]> {
  const { rows } = await sql.query<YearRow>(
    `SELECT ${YEAR_COLUMNS} FROM year_close WHERE programme = $1 ORDER BY fiscal_year DESC`,
    [programme],
  )
  return rows
}

/** Whoever asks something of a year that ends. */
export function yearEnding(fiscalYear: number): Problem {
  return new Problem('year-ending', `fiscal year ${fiscalYear} is being closed, or is closed`)
}

/** Whether nobody is promised anything from a fiscal year any more. */
export async function isEnding(sql: Sql, programme: string, fiscalYear: number): Promise<boolean> {
  const { rows } = await sql.query('SELECT FROM year_close WHERE programme = $1 AND fiscal_year = $2', [
    programme,
    fiscalYear,
  ])
  return rows.length > 0
}

/** Of disbursement `d`: some of it may be with the payee, or people look at it. It never lapses with its year. */
export const UNDER_WAY = `(d.state IN ('in-flight', 'review')
       OR EXISTS (SELECT FROM payout y WHERE y.disbursement = d.key AND (y.money = 'clearing' OR y.state = 'review' OR y.asked_at IS NOT NULL))
       OR EXISTS (SELECT FROM payout y JOIN send s ON s.payout = y.key WHERE y.disbursement = d.key AND s.ended_at IS NULL))`

/** Disbursement `d` of person `p` goes over to the next year: it is open, and under way or its person on hold. */
export const GOES_OVER = `(d.state NOT IN ('paid', 'lapsed', 'cancelled') AND (p.held_at IS NOT NULL OR ${UNDER_WAY}) AND is_open_obligation(d))`

/** Disbursement `d` of person `p` lapses with its year. */
export const LAPSES = `(d.state IN ('owed', 'released', 'needs-account', 'float-short', 'failed') AND p.held_at IS NULL AND NOT ${UNDER_WAY}
       AND is_open_obligation(d))`
