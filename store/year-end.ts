/** Ending a fiscal year as two people have agreed: from this commit on nobody is promised, owed or sent anything from it. */
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { mayEnd } from '../domain/year-end.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { promisedOf } from './budgets.ts'
import type { StoreContext } from './options.ts'
import type { ProgrammeBook } from './programmes.ts'
import { patient, type Sql } from './database.ts'
import { takeTarget, yearsTarget } from './freeze-locks.ts'
import { readWhole } from './run-collect.ts'
import type { Agreed } from './two-person-act.ts'
import { feesGoingOver } from './year-fees.ts'
import { GOES_OVER, isEnding, yearEnding } from './year-rows.ts'

export interface YearEnd {
  readonly programme: Programme
  readonly programmes: ProgrammeBook
  readonly fiscalYear: number
  /** Number of the document that orders it. */
  readonly document: string
}

/**
 * Whether the year may end now. Throws `year-not-over`, `not-found` without an appropriation, `year-ending` when it is being closed or
 * is closed, `conflict` while an earlier one is not, `next-year-missing` and `budget-exceeded` when the next year cannot take over what is open.
 */
export async function checkYearEnd(
  sql: Sql,
  { programme, programmes, fiscalYear }: YearEnd,
  atMs: number,
): Promise<void> {
  const { code, zone } = programme
  if (!mayEnd(fiscalYear, localDate(zone, atMs))) {
    throw new Problem('year-not-over', `fiscal year ${fiscalYear} may end from 1 December ${fiscalYear} on`)
  }
  if (await isEnding(sql, code, fiscalYear)) throw yearEnding(fiscalYear)
  const { rows } = await sql.query<{ year: number; ended: boolean }>(
    `SELECT DISTINCT a.fiscal_year AS year, coalesce(z.state = 'closed', false) AS ended FROM appropriation a
       LEFT JOIN year_close z USING (programme, fiscal_year) WHERE a.programme = $1 AND a.fiscal_year <= $2 ORDER BY 1`,
    [code, fiscalYear],
  )
  if (!rows.some(({ year }) => year === fiscalYear)) {
    throw new Problem('not-found', `${code} has no appropriation for ${fiscalYear}`)
  }
  const earlier = rows.find(({ year, ended }) => year < fiscalYear && !ended)
  if (earlier) throw new Problem('conflict', `fiscal year ${earlier.year} is not closed; it ends first`)
  await requireNext(sql, programmes, code, fiscalYear)
}

/** What each appropriation of a year leaves open, beside the one of the same budget line that takes it over. */
const OPEN = `
SELECT a.budget_line AS "budgetLine", n.id AS next, n.amount,
       ((SELECT coalesce(sum(c.amount - c.obligated - c.released), 0) FROM commitment c WHERE c.appropriation = a.id)
         + (SELECT coalesce(sum(d.amount), 0) FROM disbursement d JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
             WHERE d.programme = a.programme AND d.fiscal_year = a.fiscal_year AND d.budget_line = a.budget_line AND ${GOES_OVER}))::bigint AS open
  FROM appropriation a
  LEFT JOIN appropriation n ON (n.programme, n.fiscal_year, n.budget_line) = (a.programme, a.fiscal_year + 1, a.budget_line)
 WHERE a.programme = $1 AND a.fiscal_year = $2 ORDER BY a.budget_line`

async function requireNext(sql: Sql, programmes: ProgrammeBook, programme: string, fiscalYear: number): Promise<void> {
  await readWhole(sql)
  const { rows } = await sql.query<{ budgetLine: string; next: string | null; amount: bigint; open: bigint }>(
    patient(OPEN, [programme, fiscalYear]),
  )
  const fees = await feesGoingOver(sql, programmes, programme, fiscalYear)
  for (const { budgetLine, next, amount, open: owed } of rows) {
    const open = owed + (fees.get(budgetLine) ?? 0n)
    if (open === 0n) continue
    if (next === null) throw nextMissing(fiscalYear, budgetLine)
    const room = amount - (await promisedOf(sql, next))
    if (open > room) throw aboveNext(fiscalYear, open, room)
  }
}

export function nextMissing(fiscalYear: number, budgetLine: string): Problem {
  const detail = `${fiscalYear + 1} has no appropriation for ${budgetLine} yet, and ${fiscalYear} leaves something open; set one first`
  return new Problem('next-year-missing', detail)
}

export function aboveNext(fiscalYear: number, open: bigint, room: bigint): Problem {
  const detail = `${open} minor units go over to ${fiscalYear + 1}, which has ${room} left; raise its appropriation first`
  return new Problem('budget-exceeded', detail)
}

/** Freezes the year; the rest is done step by step by `year-steps.ts`. Throws what `checkYearEnd` throws. */
export async function beginYearEnd(
  sql: Sql,
  { pass }: Pick<StoreContext, 'pass'>,
  end: YearEnd,
  by: Agreed,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { programme, fiscalYear, document } = end
  // Whoever promises, owes or claims has committed, or waits for this commit and finds the year frozen.
  await pass('year-end:alone', takeTarget(sql, yearsTarget(programme.code)))
  await pass('year-end:checked', checkYearEnd(sql, end, atMs))
  const freezing = sql.query(
    `INSERT INTO year_close (programme, fiscal_year, document, state, agreed_under, frozen_at) VALUES ($1, $2, $3, 'frozen', $4, $5)`,
    [programme.code, fiscalYear, document, by.id, new Date(atMs)],
  )
  await pass('year-end:frozen', freezing)
  const subject = yearSubject(programme.code, fiscalYear)
  const after = { fiscalYear, document, proposal: by.id, proposedBy: by.proposer }
  const auditing = insertAudit(sql, [
    { act: 'year-end-begun', actor, atMs, subject, programme: programme.code, reason: by.reason, after },
  ])
  await pass('year-end:audited', auditing)
}

/** As audit rows and proposals name it. */
export function yearSubject(programme: string, fiscalYear: number): `year:${string}:${number}` {
  return `year:${programme}:${fiscalYear}`
}
