/**
 * What a year that ends has reserved for fees: for who goes over, what their payments can still cost is reserved from the next year, as they had it
 * from their own; all of the year that ends is freed with it.
 */
import { feesOfPerson } from '../domain/fees.ts'
import { patient, type Sql } from './database.ts'
import { addReserve } from './fees.ts'
import type { ProgrammeBook } from './programmes.ts'
import { GOES_OVER, type YearAtWork } from './year-rows.ts'

interface Going {
  readonly budgetLine: string
  readonly version: number
  /** Tranches of them that were owed and stay in their year. */
  readonly ended: number
  readonly people: number
}

/** Who goes over, if the year ended now, and how much of their incentives the year has been for. */
const GOING = `
SELECT a.budget_line AS "budgetLine", p.programme_version AS version, o.ended, count(*)::int AS people
  FROM appropriation a JOIN commitment c ON c.appropriation = a.id JOIN participant p ON (p.programme, p.ref) = (c.programme, c.ref)
 CROSS JOIN LATERAL (
   SELECT (count(*) FILTER (WHERE NOT (d.fiscal_year = $2 AND ${GOES_OVER})))::int AS ended, coalesce(bool_or(d.fiscal_year = $2 AND ${GOES_OVER}), false) AS goes
     FROM disbursement d WHERE (d.programme, d.ref) = (c.programme, c.ref)) AS o
 WHERE a.programme = $1 AND a.fiscal_year = $2 AND p.programme_version = ANY ($3::int[]) AND (c.amount > c.obligated + c.released OR o.goes)
 GROUP BY a.budget_line, p.programme_version, o.ended`

const WITH_FEES = `SELECT version FROM programme_version WHERE programme = $1 AND definition #> '{payment,fees}' IS NOT NULL ORDER BY version`

/** What each budget line of the next year must cover in fees of who goes over, if the year ended now. Minor units. */
export async function feesGoingOver(
  sql: Sql,
  programmes: ProgrammeBook,
  programme: string,
  fiscalYear: number,
): Promise<ReadonlyMap<string, bigint>> {
  const fees = new Map<string, bigint>()
  const found = await sql.query<{ version: number }>(WITH_FEES, [programme])
  const charged: number[] = []
  for (const { version } of found.rows) {
    // Where people approve what is paid, a run reserves, not a person's year.
    if (feesOfPerson(await programmes.version(programme, version, sql)) > 0n) charged.push(version)
  }
  if (charged.length === 0) return fees
  const { rows } = await sql.query<Going>(patient(GOING, [programme, fiscalYear, charged]))
  for (const { budgetLine, version, ended, people } of rows) {
    const each = feesOfPerson(await programmes.version(programme, version, sql), ended)
    fees.set(budgetLine, (fees.get(budgetLine) ?? 0n) + each * BigInt(people))
  }
  return fees
}

/** One person who goes over. */
export interface FeesCarried {
  readonly wave: string
  /** The next year's appropriation, in which the caller has taken room for them. */
  readonly next: string
  readonly fees: bigint
}

/** Reserves from the next year what can still be taken for who goes over, by their waves. */
export async function carryFees(
  sql: Sql,
  { year: { programme, fiscalYear }, zone, nowMs }: YearAtWork,
  people: readonly FeesCarried[],
): Promise<void> {
  const amounts = new Map<string, { readonly appropriation: string; readonly amount: bigint }>()
  for (const { wave, next, fees } of people) {
    if (fees > 0n) amounts.set(wave, { appropriation: next, amount: (amounts.get(wave)?.amount ?? 0n) + fees })
  }
  for (const wave of [...amounts.keys()].toSorted()) {
    const of = amounts.get(wave)
    if (!of) continue
    await addReserve(sql, { code: programme, zone }, `carried:${fiscalYear + 1}:${programme}:${wave}`, {
      ...of,
      atMs: nowMs,
    })
  }
}
