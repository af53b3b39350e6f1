/** Money a programme may spend: set by people, and posted. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import { passBy, type Pass } from '../failpoints.ts'
import { insertAudit } from './audit.ts'
import { one, patient, type Sql } from './database.ts'
import { holdYears } from './freeze-locks.ts'
import { insertPostings } from './postings.ts'
import { isEnding, yearEnding } from './year-rows.ts'

export interface NewAppropriation {
  readonly programme: Programme
  readonly fiscalYear: number
  readonly number: string
  /** The day of the document of that number. */
  readonly date?: string | undefined
  readonly amount: bigint
}

/**
 * Sets what a programme may spend in a fiscal year; a second call raises or lowers it. Throws `appropriation-too-small` when
 * more is committed already: money that was promised stays reserved.
 */
export async function setAppropriation(
  sql: Sql,
  appropriation: NewAppropriation,
  actor: Actor,
  atMs: number,
  pass: Pass = passBy,
): Promise<{ id: string; amount: bigint; committed: bigint }> {
  const { programme, fiscalYear, number, amount, date = null } = appropriation
  await pass('appropriation:asked', requireOpenYear(sql, appropriation))
  const isNew = await pass('appropriation:begun', insertEmpty(sql, appropriation))
  const before = await pass('appropriation:locked', lockAppropriation(sql, appropriation))
  const committed = await pass('appropriation:summed', promisedOf(sql, before.id))
  refuseTooSmall(amount, committed)
  const writing = sql.query(
    'UPDATE appropriation SET amount = $2, number = $3, committed = $4, document_date = $5 WHERE id = $1',
    [before.id, amount, number, committed, date],
  )
  await pass('appropriation:written', writing)
  await pass('appropriation:posted', postChange(sql, appropriation, before, atMs))
  const subject = `appropriation:${before.id}`
  const told = { fiscalYear, budgetLine: programme.budgetLine, currency: programme.currency }
  const dated = (day: string | null) => (day === null ? {} : { date: day })
  const after = { ...told, amount: amount.toString(), number, committed: committed.toString(), ...dated(date) }
  const { amount: had, number: under, committed: promised, date: of } = before
  // Where none stood, none had an amount.
  const was = isNew
    ? { number: null }
    : { ...told, amount: had.toString(), number: under, committed: promised.toString(), ...dated(of) }
  const auditing = insertAudit(sql, [
    { act: 'appropriation-set', actor, atMs, subject, programme: programme.code, before: was, after },
  ])
  await pass('appropriation:audited', auditing)
  return { id: before.id, amount, committed }
}

/**
 * What was proposed is an amount in the place of the one that stood there then: once another was set meanwhile, nobody has agreed to replace
 * that. After it was set: the appropriation is locked. Throws `proposal-stale`.
 */
export async function refuseReplaced(
  sql: Sql,
  { programme, appropriation, proposal }: Readonly<Record<'programme' | 'appropriation' | 'proposal', string>>,
): Promise<void> {
  // What is about no person is little, and found by an index.
  const ours = 'programme = $1 AND ref IS NULL'
  const { rowCount } = await sql.query(
    `SELECT FROM audit_event WHERE ${ours} AND act = 'appropriation-set' AND subject = $2
        AND id > (SELECT min(id) FROM audit_event WHERE ${ours} AND act = 'proposal-made' AND subject = $3) LIMIT 2`,
    [programme, `appropriation:${appropriation}`, `proposal:${proposal}`],
  )
  if (rowCount !== 2) return
  throw new Problem('proposal-stale', 'another amount was set since it was proposed; propose it again')
}

/** Nothing is given to a year that ends, and nothing taken from it. Throws `year-ending`. */
async function requireOpenYear(
  sql: Sql,
  { programme, fiscalYear }: Pick<NewAppropriation, 'programme' | 'fiscalYear'>,
): Promise<void> {
  await holdYears(sql, programme.code)
  if (await isEnding(sql, programme.code, fiscalYear)) throw yearEnding(fiscalYear)
}

/**
 * Throws `appropriation-too-small`, `year-ending` when setting it now would. The row is held until the proposal is on record: an amount that is being set
 * is set before it, or after it and then it is void.
 */
export async function checkAppropriation(sql: Sql, appropriation: NewAppropriation): Promise<void> {
  const { programme, fiscalYear, amount } = appropriation
  await requireOpenYear(sql, appropriation)
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM appropriation WHERE programme = $1 AND fiscal_year = $2 AND budget_line = $3 FOR UPDATE',
    [programme.code, fiscalYear, programme.budgetLine],
  )
  if (rows[0]) refuseTooSmall(amount, await promisedOf(sql, rows[0].id))
}

function refuseTooSmall(amount: bigint, committed: bigint): void {
  if (amount >= committed) return
  throw new Problem('appropriation-too-small', `${committed} minor units are committed; the amount cannot be less`)
}

const PROMISED = `
SELECT ((SELECT coalesce(sum(amount - released), 0) FROM commitment WHERE appropriation = $1)
        + (SELECT coalesce(sum(kept + moved), 0) FROM carry_over WHERE from_appropriation = $1)
        + (SELECT coalesce(sum(reserved - freed), 0) FROM fee_reserve WHERE appropriation = $1))::bigint AS promised`

/**
 * What an appropriation has promised to people and not had back, in minor units; what went over to the next year counts as promised, and so do fees that are reserved or spent. Closing lives give back without touching the
 * appropriation's row, so that nothing on the payment path is hot: whoever reserves sums up under that row's lock.
 */
export async function promisedOf(sql: Sql, appropriation: string): Promise<bigint> {
  const { rows } = await sql.query<{ promised: bigint }>(patient(PROMISED, [appropriation]))
  return one(rows, 'promised').promised
}

/** A row to lock: of several who set the first amount at once, all but one find it and change it like any other. */
async function insertEmpty(sql: Sql, of: NewAppropriation): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO appropriation (id, programme, fiscal_year, budget_line, number, amount, currency)
     VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (programme, fiscal_year, budget_line) DO NOTHING`,
    [randomUUID(), of.programme.code, of.fiscalYear, of.programme.budgetLine, of.number, of.programme.currency],
  )
  return rowCount === 1
}

interface StoredAppropriation {
  readonly id: string
  readonly amount: bigint
  readonly number: string
  readonly date: string | null
  readonly committed: bigint
  /** How often its amount was posted before. */
  readonly changes: number
}

async function lockAppropriation(sql: Sql, of: NewAppropriation): Promise<StoredAppropriation> {
  const { rows } = await sql.query<Omit<StoredAppropriation, 'changes'>>(
    `SELECT id, amount, number, document_date AS date, committed FROM appropriation
      WHERE programme = $1 AND fiscal_year = $2 AND budget_line = $3 FOR UPDATE`,
    [of.programme.code, of.fiscalYear, of.programme.budgetLine],
  )
  const row = one(rows, 'appropriation')
  const counted = await sql.query<{ changes: bigint }>(
    `SELECT count(DISTINCT key) AS changes FROM posting WHERE subject = $1 AND event IN ('appropriated', 'disappropriated')`,
    [`appropriation:${row.id}`],
  )
  return { ...row, changes: Number(counted.rows[0]?.changes ?? 0n) }
}

async function postChange(sql: Sql, of: NewAppropriation, before: StoredAppropriation, atMs: number): Promise<void> {
  const difference = of.amount - before.amount
  if (difference === 0n) return
  await insertPostings(sql, [
    {
      event: difference > 0n ? 'appropriated' : 'disappropriated',
      subject: `appropriation:${before.id}`,
      occurrence: before.changes + 1,
      amount: difference > 0n ? difference : -difference,
      currency: of.programme.currency,
      programme: of.programme.code,
      ref: null,
      fiscalYear: of.fiscalYear,
      budgetLine: of.programme.budgetLine,
      businessDate: localDate(of.programme.zone, atMs),
    },
  ])
}
