/** The day of one programme at one gateway: what the statement says, what differs, and what became of it. */
import { Problem } from '../domain/problem.ts'
import type { DiscrepancyClass } from '../domain/reconciliation.ts'
import { isOverdue } from './discrepancies.ts'
import { inSnapshot, type Database, type Sql } from './database.ts'

export interface ReportedStatement {
  readonly version: number
  readonly currency: string
  readonly opening: bigint | null
  readonly closing: bigint | null
  readonly lines: number
  /** Count and balances prove that no line is missing. */
  readonly complete: boolean
  readonly state: 'loaded' | 'matched' | 'settled'
  readonly sha256: string
}

export interface ReportedClass {
  readonly class: DiscrepancyClass
  readonly found: number
  readonly open: number
  /** Of the open ones, those that are open for longer than their class may be. */
  readonly overdue: number
  /** Who looks after those that are open. */
  readonly owners: readonly string[]
  /** Sum over those of the class, in minor units: the statement's word less that of the books. */
  readonly difference: bigint
  /** Of those that nobody has resolved. */
  readonly unresolved: bigint
}

export interface DayReport {
  readonly programme: string
  readonly gateway: string
  readonly day: string
  readonly statement: ReportedStatement
  /** The programme's differences of the day, by class; those that agree are not told. */
  readonly classes: readonly ReportedClass[]
}

/** Throws `not-found` where no statement of the day is here. */
export function reportDay(
  database: Database,
  programme: string,
  gateway: string,
  day: string,
  nowMs: number,
): Promise<DayReport> {
  return inSnapshot(database, async (sql) => {
    const statement = await statementOf(sql, gateway, day)
    const { rows } = await sql.query<ReportedClass>(
      `SELECT class, count(*)::int AS found, count(*) FILTER (WHERE state <> 'resolved')::int AS open,
              (count(*) FILTER (WHERE state <> 'resolved' AND ${isOverdue('$4')}))::int AS overdue,
              coalesce(array_agg(DISTINCT owner ORDER BY owner) FILTER (WHERE state <> 'resolved'), '{}') AS owners,
              coalesce(sum(difference), 0)::bigint AS difference,
              coalesce(sum(difference) FILTER (WHERE state <> 'resolved'), 0)::bigint AS unresolved
         FROM discrepancy
        WHERE programme = $1 AND gateway = $2 AND day = $3 AND resolution IS DISTINCT FROM 'corrected'
        GROUP BY class ORDER BY class`,
      [programme, gateway, day, new Date(nowMs)],
    )
    return { programme, gateway, day, statement, classes: rows }
  })
}

async function statementOf(sql: Sql, gateway: string, day: string): Promise<ReportedStatement> {
  const { rows } = await sql.query<ReportedStatement>(
    `SELECT version, currency, opening, closing, lines, complete, state, encode(sha256, 'hex') AS sha256
       FROM statement WHERE gateway = $1 AND day = $2 AND NOT superseded`,
    [gateway, day],
  )
  if (!rows[0]) throw new Problem('not-found', `no statement of ${gateway} for ${day} is here`)
  return rows[0]
}
