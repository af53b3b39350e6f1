/** Reconciliation as its workflow and the API use it. */
import type { Bulk } from './bulk.ts'
import {
  findDiscrepancy,
  listDiscrepancies,
  openDiscrepancies,
  type DiscrepancyFilter,
  type DiscrepancyView,
  type OpenOfClass,
} from './discrepancies.ts'
import type { StoreContext } from './options.ts'
import type { Page, PageRequest } from './read-page.ts'
import { reportDay, type DayReport } from './reconciliation-report.ts'
import { dueDays, unsettledDays, type DayRule } from './statement-days.ts'
import { confirmFailures } from './statement-failures.ts'
import { loadStatement, type Loaded, type NewStatement } from './statement-load.ts'
import { matchStatement, type Matched, type MatchRule } from './statement-match.ts'
import { settleStatement, type Settled } from './statement-settle.ts'

export interface Statements {
  /** Days of a gateway that are over and still have to be reconciled, or looked at again, oldest first. */
  dueDays(gateway: string, rule: DayRule, nowMs: number): Promise<readonly string[]>
  /** How many days of a gateway are over and have no settled statement. */
  unsettledDays(gateway: string, zone: string, nowMs: number): Promise<number>
  /** Loads a statement, or says that it is here. Throws StatementRefused. */
  load(statement: NewStatement, atMs: number): Promise<Loaded>
  /** Holds a loaded statement against our books, once. */
  match(id: string, rule: MatchRule, atMs: number): Promise<Matched>
  /** Settles up to `limit` of a statement's differences: until it says none. */
  settle(id: string, limit: number, atMs: number): Promise<Settled>
  /** Ends up to `limit` payouts that were told to have failed and that the statements up to this one prove not to have been paid; how many. */
  confirmFailures(id: string, ruleOf: (gateway: string) => MatchRule, limit: number, atMs: number): Promise<number>
  discrepancies(filter: DiscrepancyFilter, page: PageRequest): Promise<Page<DiscrepancyView>>
  /** Throws `not-found`. */
  discrepancy(id: string): Promise<DiscrepancyView>
  /** How many of each class are open, and open for too long, of all programmes. */
  openDiscrepancies(nowMs: number): Promise<OpenOfClass[]>
  /** Throws `not-found`. */
  report(programme: string, gateway: string, day: string, nowMs: number): Promise<DayReport>
}

export function createStatements(context: StoreContext, bulk: Bulk): Statements {
  const { database } = context
  return {
    dueDays: (gateway, rule, nowMs) => dueDays(database.pool, gateway, rule, nowMs),
    unsettledDays: (gateway, zone, nowMs) => unsettledDays(database.pool, gateway, zone, nowMs),
    load: (statement, atMs) => loadStatement(context, bulk, statement, atMs),
    match: (id, rule, atMs) => matchStatement(context, bulk, id, rule, atMs),
    confirmFailures: (id, ruleOf, limit, atMs) => confirmFailures(context, id, ruleOf, limit, atMs),
    settle: (id, limit, atMs) => settleStatement(context, id, limit, atMs),
    discrepancies: (filter, page) => listDiscrepancies(database.pool, filter, page),
    discrepancy: (id) => findDiscrepancy(database.pool, id),
    openDiscrepancies: (nowMs) => openDiscrepancies(database.pool, nowMs),
    report: (programme, gateway, day, nowMs) => reportDay(database, programme, gateway, day, nowMs),
  }
}
