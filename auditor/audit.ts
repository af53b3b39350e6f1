/** The audit: one snapshot of the database beside what the gateways tell, every check over both, and what was found. */
import { Books, type AuditSettings, type Check, type Sql } from './books.ts'
import { CHECKED_ELSEWHERE, CHECKS } from './checks.ts'
import { layDecided } from './decided.ts'
import { notChecked, type NotChecked } from './evidence.ts'
import { Findings, type Finding } from './finding.ts'
import type { AccountKeys } from './identity.ts'
import { layTables } from './prepare.ts'
import { canonical, sha256 } from './signature.ts'
import { loadTold, noteSources } from './statements/load.ts'
import type { StatementSource } from './statements/statement.ts'

export interface AuditOptions extends Omit<AuditSettings, 'nowMs'> {
  /** Names of the checks that are run; all of them when absent. */
  readonly only?: readonly string[]
  /** Where the gateways' statements are; without any, nothing is compared with them, and what they prove is not checked. */
  readonly statements: readonly StatementSource[]
  readonly accountKeys: AccountKeys
  /** The moment to judge by; that of the database when absent. */
  readonly nowMs?: number
  readonly onProgress?: (check: Pick<Check, 'name' | 'title'>, findings: number) => void
}

export interface Audited {
  /** The first of each check. */
  readonly findings: readonly Finding[]
  /** All of them. */
  readonly count: number
  /** How much was looked at, and by which checks. */
  readonly checked: Readonly<Record<string, number>>
  readonly checks: readonly string[]
  /** Those that were held, wholly. */
  readonly invariants: readonly string[]
  /** Those that were not, or not wholly, and what has to be given. */
  readonly notChecked: readonly NotChecked[]
  readonly elsewhere: readonly string[]
  /** What is told and is no finding. */
  readonly notices: readonly string[]
  /** In UTC with milliseconds. */
  readonly at: string
  /** SHA-256 of everything above, as canonical JSON: what two people who compare audits read to each other. */
  readonly hash: string
}

/** Audits over a connection of its own: what the gateways tell first, then the books in one snapshot that only reads. */
export async function audit(sql: Sql, options: AuditOptions): Promise<Audited> {
  const found = new Findings()
  await inTransaction(sql, 'READ WRITE', 'COMMIT', () => lay(sql, options, found))
  return inTransaction(sql, 'ISOLATION LEVEL REPEATABLE READ READ ONLY', 'ROLLBACK', () => look(sql, options, found))
}

/** Both in a transaction that is open already. */
export async function auditIn(sql: Sql, options: AuditOptions): Promise<Audited> {
  const found = new Findings()
  await lay(sql, options, found)
  return look(sql, options, found)
}

async function inTransaction<T>(
  sql: Sql,
  mode: string,
  end: 'COMMIT' | 'ROLLBACK',
  work: () => Promise<T>,
): Promise<T> {
  await sql.query(`BEGIN ${mode}`)
  try {
    const result = await work()
    await sql.query(end)
    return result
  } catch (error) {
    await sql.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function lay(sql: Sql, options: AuditOptions, findings: Findings): Promise<void> {
  await layTables(sql)
  const books = await booksOf(sql, options, findings)
  await noteSources(books, options.statements)
  const days = await daysOf(books, books.settings.nowMs)
  if (!days) return
  for (const source of options.statements) await loadTold(books, source, options.accountKeys, days)
}

/** Every row is looked at: what is quick for the first rows, or for a few, would take for ever over all. */
const PLANNED = `SET LOCAL work_mem = '64MB'; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL enable_nestloop = off; SET LOCAL jit = off`

async function look(sql: Sql, options: AuditOptions, findings: Findings): Promise<Audited> {
  const books = await booksOf(sql, options, findings)
  await sql.query(PLANNED)
  await layDecided(books)
  const checks = CHECKS.filter(({ name }) => options.only?.includes(name) ?? true)
  for (const check of checks) {
    findings.begin()
    const before = findings.count
    await check.run(books)
    options.onProgress?.(check, findings.count - before)
  }
  return audited(books, checks, await notChecked(books, options, checks))
}

async function booksOf(sql: Sql, options: AuditOptions, findings: Findings): Promise<Books> {
  await sql.query(`SET LOCAL TIME ZONE 'UTC'`)
  const nowMs = options.nowMs ?? (await nowOf(sql))
  await sql.query(`SELECT set_config('auditor.now', $1, true)`, [new Date(nowMs).toISOString()])
  await sql.query(`SELECT set_config('auditor.development', $1, true)`, [String(options.development)])
  return new Books(sql, { ...options, nowMs }, findings)
}

function audited(
  { findings, notices, settings }: Books,
  checks: readonly Check[],
  lacking: readonly NotChecked[],
): Audited {
  const unheld = new Set(lacking.map(({ invariant }) => invariant))
  const looked = new Set(checks.flatMap(({ invariants }) => invariants))
  const result = {
    findings: findings.told,
    count: findings.count,
    checked: findings.checked,
    checks: checks.map(({ name }) => name),
    invariants: [...looked].filter((one) => !unheld.has(one)).toSorted(byNumber),
    notChecked: lacking,
    elsewhere: CHECKED_ELSEWHERE,
    notices,
    at: new Date(settings.nowMs).toISOString(),
  }
  return { ...result, hash: sha256(canonical(result)).toString('hex') }
}

function byNumber(one: string, other: string): number {
  return Number(one.slice(1)) - Number(other.slice(1))
}

async function nowOf(sql: Sql): Promise<number> {
  const { rows } = await sql.query('SELECT (extract(epoch FROM now()) * 1000)::bigint::text AS now')
  return Number((rows as { now: string }[])[0]?.now)
}

/** From the first day on which money can have been at a gateway; null before any was. */
async function daysOf(books: Books, nowMs: number): Promise<{ readonly from: string; readonly to: string } | null> {
  const [row] = await books.rows<{ first: string | null }>(
    `SELECT (least((SELECT min(claimed_at) FROM payout), (SELECT min(recorded_at) FROM funding), (SELECT min(day) FROM statement)) - interval '1 day')::date::text AS first`,
  )
  if (!row?.first) return null
  return { from: row.first, to: new Date(nowMs + 86_400_000).toISOString().slice(0, 10) }
}
