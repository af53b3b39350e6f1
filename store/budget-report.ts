/** A programme's fiscal year as its ledger has it: what was given, where all of it stands by wave, and under which documents. */
import { budgetFault, reservedOf, totalOf, type BudgetColumns, type BudgetTotal } from '../domain/budget.ts'
import { Problem } from '../domain/problem.ts'
import type { YearState } from '../domain/year-end.ts'
import { inSnapshot, patient, type Database, type Sql } from './database.ts'

export interface BudgetWave extends BudgetColumns {
  readonly wave: string
  readonly decree: string | null
  readonly decreeDate: string | null
  readonly people: number
  /** Told beside the columns: what came back in all, which is owed or paid again; and what was taken over from the year before. */
  readonly returned: bigint
  readonly carriedIn: bigint
}

export interface BudgetLine {
  readonly budgetLine: string
  readonly number: string
  readonly date: string | null
  readonly amount: bigint
}

export interface BudgetRun {
  readonly run: string
  readonly paymentOrder: string | null
  readonly paymentOrderDate: string | null
  readonly warrant: string | null
  readonly warrantDate: string | null
  /** Those of its lines that are owed from this year. */
  readonly lines: number
  readonly amount: bigint
}

export interface BudgetReport {
  readonly programme: string
  readonly fiscalYear: number
  readonly currency: string
  /** How far the end of the year has come; null while nobody ends it. */
  readonly yearEnd: YearState | null
  readonly appropriations: readonly BudgetLine[]
  readonly waves: readonly BudgetWave[]
  readonly runs: readonly BudgetRun[]
  readonly total: BudgetTotal & {
    readonly people: number
    readonly returned: bigint
    readonly carriedIn: bigint
    readonly returnedToTreasury: bigint
  }
}

const balance = (account: string): string =>
  `coalesce(sum(CASE '${account}' WHEN m.credit THEN m.amount WHEN m.debit THEN -m.amount END), 0)::bigint`

/** Of each wave, as postings have it: a person's count to the fiscal year that they name, whenever they were made. */
const WAVES = `
WITH moved AS (
  SELECT p.wave, count(DISTINCT p.ref)::int AS people, ${balance('budget:committed')} AS committed, ${balance('budget:obligated')} AS obligated,
         ${balance('budget:disbursed')} AS paid, ${balance('budget:lapsed')} AS lapsed, ${balance('budget:carried')} AS carried,
         coalesce(sum(m.amount) FILTER (WHERE m.event = 'returned'), 0)::bigint AS returned,
         coalesce(sum(m.amount) FILTER (WHERE m.event IN ('carried-in', 'obligation-carried-in')), 0)::bigint AS taken
    FROM posting m JOIN participant p ON (p.programme, p.ref) = (m.programme, m.ref)
   WHERE m.programme = $1 AND m.fiscal_year = $2 AND m.debit LIKE 'budget:%' GROUP BY p.wave
), sent AS (
  SELECT p.wave, sum(y.amount)::bigint AS amount
    FROM payout y JOIN disbursement d ON d.key = y.disbursement JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
   WHERE y.programme = $1 AND d.fiscal_year = $2 AND y.money = 'clearing' GROUP BY p.wave
)
SELECT w.code AS wave, w.decree, w.decree_date AS "decreeDate", coalesce(m.people, 0) AS people, coalesce(m.committed, 0) AS committed,
       coalesce(m.obligated, 0) - coalesce(s.amount, 0) AS obligated, coalesce(s.amount, 0) AS "inFlight", coalesce(m.paid, 0) AS paid,
       coalesce(m.lapsed, 0) AS lapsed, coalesce(m.carried, 0) AS "carriedOver", coalesce(m.returned, 0) AS returned, coalesce(m.taken, 0) AS "carriedIn"
  FROM wave w JOIN appropriation a ON a.id = w.appropriation
  LEFT JOIN moved m ON m.wave = w.code LEFT JOIN sent s ON s.wave = w.code
 WHERE w.programme = $1 AND (a.fiscal_year = $2 OR m.wave IS NOT NULL) ORDER BY w.opened_at, w.code`

/** The year's own accounts, whoever their postings are about. */
const GIVEN = `
SELECT -${balance('budget:appropriation')} AS appropriated, ${balance('budget:available')} AS available,
       ${balance('budget:fee-reserved')} AS "feesReserved", ${balance('budget:fee-spent')} AS "feesSpent"
  FROM posting m WHERE m.programme = $1 AND m.fiscal_year = $2 AND m.debit LIKE 'budget:%'`

const RUNS = `
SELECT r.key AS run, r.payment_order AS "paymentOrder", r.payment_order_date AS "paymentOrderDate", r.warrant, r.warrant_date AS "warrantDate",
       count(*)::int AS lines, sum(l.amount)::bigint AS amount
  FROM payout_run r JOIN payout_run_line l ON l.run = r.key JOIN disbursement d ON d.key = l.disbursement
 WHERE r.programme = $1 AND d.fiscal_year = $2 AND r.approved_at IS NOT NULL AND l.state <> 'dropped'
 GROUP BY r.key ORDER BY r.approved_at, r.key`

/** Of one moment. Throws `not-found` for a year without an appropriation, and an error when the books do not add up. */
export function reportBudget(database: Database, programme: string, fiscalYear: number): Promise<BudgetReport> {
  return inSnapshot(database, async (sql) => {
    const of = [programme, fiscalYear]
    const appropriations = await appropriationsOf(sql, programme, fiscalYear)
    const { rows } = await sql.query<Omit<BudgetWave, 'reserved'>>(patient(WAVES, of))
    const waves = rows.map((row) => ({ ...row, reserved: reservedOf(row) }))
    const given = await sql.query<Pick<BudgetTotal, 'appropriated' | 'available' | 'feesReserved' | 'feesSpent'>>(
      patient(GIVEN, of),
    )
    const runs = await sql.query<BudgetRun>(patient(RUNS, of))
    const ended = await sql.query<{ state: YearState }>(
      'SELECT state FROM year_close WHERE programme = $1 AND fiscal_year = $2',
      of,
    )
    const back = await sql.query<{ amount: bigint }>(
      'SELECT coalesce(sum(amount), 0)::bigint AS amount FROM treasury_return WHERE programme = $1 AND fiscal_year = $2',
      of,
    )
    const sum = (column: 'returned' | 'carriedIn'): bigint => waves.reduce((all, row) => all + row[column], 0n)
    const total = {
      appropriated: given.rows[0]?.appropriated ?? 0n,
      available: given.rows[0]?.available ?? 0n,
      feesReserved: given.rows[0]?.feesReserved ?? 0n,
      feesSpent: given.rows[0]?.feesSpent ?? 0n,
      ...totalOf(waves),
      people: waves.reduce((all, { people }) => all + people, 0),
      returned: sum('returned'),
      carriedIn: sum('carriedIn'),
      returnedToTreasury: back.rows[0]?.amount ?? 0n,
    }
    const fault = budgetFault(total, waves)
    if (fault !== null) throw new Error(`the budget of ${programme} ${fiscalYear} does not add up: ${fault}`)
    return {
      programme,
      fiscalYear,
      currency: appropriations.currency,
      yearEnd: ended.rows[0]?.state ?? null,
      appropriations: appropriations.rows,
      waves,
      runs: runs.rows,
      total,
    }
  })
}

async function appropriationsOf(
  sql: Sql,
  programme: string,
  fiscalYear: number,
): Promise<{ rows: BudgetLine[]; currency: string }> {
  const { rows } = await sql.query<BudgetLine & { currency: string }>(
    `SELECT budget_line AS "budgetLine", number, document_date AS date, amount, currency FROM appropriation
      WHERE programme = $1 AND fiscal_year = $2 ORDER BY budget_line`,
    [programme, fiscalYear],
  )
  const [first] = rows
  if (!first) throw new Problem('not-found', `${programme} has no appropriation for ${fiscalYear}`)
  return {
    rows: rows.map(({ budgetLine, number, date, amount }) => ({ budgetLine, number, date, amount })),
    currency: first.currency,
  }
}
