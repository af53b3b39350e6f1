/** Payout runs as the API reads them, and as their workflow looks at them. */
import { engineActor } from '../domain/act.ts'
import { isWorkingDay } from '../domain/calendar.ts'
import { localDate } from '../domain/zone.ts'
import { inTransaction, type Database } from './database.ts'
import type { StoreContext } from './options.ts'
import type { Page, PageRequest } from './read-page.ts'
import { approvedVersions, collectRun } from './run-collect.ts'
import { lookAtRun, type Ahead, type RunLook } from './run-release.ts'
import { findRun, listRuns, runLines, runTotals, type RunLineRow, type RunRow, type RunTotal } from './run-rows.ts'

export interface Runs {
  /** Newest first, at most 500. */
  list(programmes: readonly string[] | null, openOnly: boolean): Promise<RunRow[]>
  /** Throws `not-found`. */
  find(key: string): Promise<RunRow>
  totals(key: string): Promise<RunTotal[]>
  lines(key: string, page: PageRequest): Promise<Page<RunLineRow>>
  /** Collects what is owed by now in the engine's name; null on a day that is not worked. Throws what `collectRun` throws. */
  collect(programme: string, nowMs: number): Promise<RunRow | null>
  /** Does what is due and says how the run stands. Throws `not-found`. */
  look(key: string, ahead: readonly Ahead[], nowMs: number): Promise<RunLook>
}

export function createRuns(context: StoreContext): Runs {
  const { pool }: Database = context.database
  return {
    list: (programmes, openOnly) => listRuns(pool, programmes, openOnly),
    find: (key) => findRun(pool, key),
    totals: (key) => runTotals(pool, key),
    lines: (key, page) => runLines(pool, key, page),
    async collect(code, nowMs) {
      const [{ calendar, zone }] = await approvedVersions(context, code)
      if (!isWorkingDay(calendar, localDate(zone, nowMs))) return null
      return inTransaction(context.database, (sql) =>
        collectRun(sql, context, { programme: code, cutOffMs: nowMs }, engineActor(), nowMs),
      )
    },
    look: (key, ahead, nowMs) => lookAtRun(context, key, ahead, nowMs),
  }
}
