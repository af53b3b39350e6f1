/**
 * Fiscal years on their way to their end, a transaction at a time: each does one step, or a part of one, under the year's lock. Whoever is killed
 * in between leaves a year that stands at its last step, and anybody goes on from there.
 */
import { engineActor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { nextYearState, periodsOf, type YearState } from '../domain/year-end.ts'
import { insertAudit } from './audit.ts'
import { inTransaction, patient, type Database, type Sql } from './database.ts'
import type { StoreContext } from './options.ts'
import { freeYearFees } from './fees.ts'
import { tellAll } from './tellings.ts'
import { carrySome } from './year-carry.ts'
import { yearSubject } from './year-end.ts'
import { lapseSome } from './year-lapse.ts'
import { returnFunds } from './year-return.ts'
import { listYears, YEAR_COLUMNS, type YearAtWork, type YearRow } from './year-rows.ts'

export interface Years {
  /** The years of a programme that are being closed or are closed, newest first. */
  list(programme: string): Promise<YearRow[]>
  /**
   * Does the next part of one year that is being closed. False when there was nothing to do: no year is under way, another process is at
   * it, or it cannot go on, which its row says and people must mend. Throws what is no refusal once no other year has anything to do.
   */
  goOn(nowMs: number): Promise<boolean>
}

/** One that cannot go on, whyever, keeps no other from it: it comes last, and the next that was not tried yet ($1) after it. */
const NEXT = `
SELECT ${YEAR_COLUMNS} FROM year_close WHERE state <> 'closed' AND NOT 'year:' || programme || ':' || fiscal_year = ANY ($1)
 ORDER BY refusal IS NOT NULL, frozen_at, programme LIMIT 1 FOR UPDATE SKIP LOCKED`

export function createYears(context: StoreContext): Years {
  const { database } = context
  return {
    list: (programme) => listYears(database.pool, programme),
    async goOn(nowMs) {
      const stuck: Stuck[] = []
      for (;;) {
        const at: { year?: YearRow } = {}
        try {
          if (await inTransaction(database, (sql) => workOn(sql, context, nowMs, at, stuck))) return true
          break
        } catch (error) {
          if (!at.year) throw error
          await refuse(database, at.year, error)
          stuck.push({ year: at.year, error })
        }
      }
      const ours = stuck.find(({ error }) => !(error instanceof Problem))
      if (ours) throw ours.error
      return false
    },
  }
}

/** One that was tried, and why it does not go on. */
interface Stuck {
  readonly year: YearRow
  readonly error: unknown
}

async function workOn(
  sql: Sql,
  context: StoreContext,
  nowMs: number,
  at: { year?: YearRow },
  stuck: readonly Stuck[],
): Promise<boolean> {
  const { pass } = context
  const tried = stuck.map(({ year: { programme, fiscalYear } }) => yearSubject(programme, fiscalYear))
  const { rows } = await pass('year:found', sql.query<YearRow>(NEXT, [tried]))
  const [year] = rows
  if (!year) return false
  at.year = year
  const { zone } = await pass('year:ruled', context.programmes.current(year.programme, sql))
  const work: YearAtWork = { pass, programmes: context.programmes, year, zone, nowMs }
  if (await pass('year:part', isMoreToDo(sql, work))) return true
  const to = nextYearState(year.state)
  if (to === undefined) throw new Error(`${year.state} has no next step`)
  await pass('year:stepped', step(sql, work, to))
  return true
}

/** Does a part of the step that comes next; false when nothing of it is left. */
async function isMoreToDo(sql: Sql, work: YearAtWork): Promise<boolean> {
  switch (work.year.state) {
    case 'frozen':
      return lapseSome(sql, work)
    case 'lapsed':
      await returnFunds(sql, work)
      return false
    case 'returned':
      return carrySome(sql, work)
    case 'carried':
      // What was found open since, say by a review, goes over as well.
      if (await carrySome(sql, work)) return true
      // In a commit of its own: who takes a fee has the reserve after a month, who closes months has them after the reserve.
      return (await freeYearFees(sql, work)) || closePeriods(sql, work)
    case 'closed':
      return false
  }
}

/** Before the last one the database reads the whole year: nothing of it may be open. */
const STEP = `
UPDATE year_close SET state = $4, refusal = NULL, reached = '', closed_at = $5, version = version + 1
 WHERE programme = $1 AND fiscal_year = $2 AND state = $3`

async function step(sql: Sql, { pass, year, nowMs }: YearAtWork, to: YearState): Promise<void> {
  const { programme, fiscalYear, state } = year
  const values = [programme, fiscalYear, state, to, to === 'closed' ? new Date(nowMs) : null]
  await pass('year:written', sql.query(patient(STEP, values)))
  const reading = sql.query<YearRow>(
    `SELECT ${YEAR_COLUMNS} FROM year_close WHERE programme = $1 AND fiscal_year = $2`,
    [programme, fiscalYear],
  )
  const { rows } = await pass('year:read', reading)
  const now = rows[0] ?? year
  const before = { state }
  const after = {
    from: state,
    to,
    lapsed: now.lapsed.toString(),
    returned: now.returned.toString(),
    carried: now.carried.toString(),
  }
  const told = {
    actor: engineActor(),
    atMs: nowMs,
    subject: yearSubject(programme, fiscalYear),
    programme,
    before,
    after,
  }
  const act = to === 'closed' ? 'year-closed' : 'year-end-step'
  await pass('year:audited', insertAudit(sql, [{ ...told, act }]))
  // Who was told to wait for the end of the year: what came back of it may be paid again.
  if (to === 'closed') await pass('year:told', tellAll(sql, yearSubject(programme, fiscalYear)))
}

/**
 * The months of the year take no more postings; what is learnt later stands in the next open one. Nothing is left to do then. Before the database
 * reads whether anything is open: who posts what opens something of the year has committed by then, and is seen.
 */
async function closePeriods(sql: Sql, { pass, year }: YearAtWork): Promise<boolean> {
  const { programme, fiscalYear } = year
  // Postings that are on their way into one of them are committed first.
  const taking = sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('period:' || $1, 0))`, [programme])
  await pass('period:alone', taking)
  const closing = sql.query(
    `INSERT INTO closed_period (programme, period, closed_at) SELECT $1, period, clock_timestamp() FROM unnest($2::text[]) AS months (period)
     ON CONFLICT DO NOTHING`,
    [programme, periodsOf(fiscalYear)],
  )
  await pass('period:closed', closing)
  return false
}

/**
 * An error of ours may hold anything: the row says only that there is one, the log of whoever tried says which. A statement that was given up goes on
 * at the server for a while and holds the row until then: it is waited for.
 */
async function refuse(database: Database, { programme, fiscalYear }: YearRow, why: unknown): Promise<void> {
  const refusal =
    why instanceof Problem
      ? `${why.code}: ${why.message}`
      : 'internal: an error of ours, which the log of the worker tells'
  await database.pool.query(patient(REFUSE, [programme, fiscalYear, refusal]))
}

const REFUSE = `
UPDATE year_close SET refusal = $3, version = version + 1
 WHERE programme = $1 AND fiscal_year = $2 AND state <> 'closed' AND refusal IS DISTINCT FROM $3`
