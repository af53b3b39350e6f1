/** Money a programme may spend, and money put at a gateway: both set by people, both posted. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { codeOf, constraintOf, type Sql } from './database.ts'
import { insertPostings } from './postings.ts'

export interface NewAppropriation {
  readonly programme: Programme
  readonly fiscalYear: number
  readonly number: string
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
): Promise<{ id: string; amount: bigint; committed: bigint }> {
  const { programme, fiscalYear, amount } = appropriation
  const before = await lockAppropriation(sql, appropriation)
  if (before && amount < before.committed) {
    throw new Problem(
      'appropriation-too-small',
      `${before.committed} minor units are committed; the amount cannot be less`,
    )
  }
  const id = before?.id ?? randomUUID()
  await sql.query(
    `INSERT INTO appropriation (id, programme, fiscal_year, budget_line, number, amount, currency)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (programme, fiscal_year, budget_line) DO UPDATE SET amount = excluded.amount, number = excluded.number`,
    [id, programme.code, fiscalYear, programme.budgetLine, appropriation.number, amount, programme.currency],
  )
  await postChange(sql, appropriation, { id, before: before?.amount ?? 0n, changes: before?.changes ?? 0, atMs })
  const subject = `appropriation:${id}`
  const after = { amount: amount.toString(), number: appropriation.number, fiscalYear }
  const was = before && { amount: before.amount.toString() }
  await insertAudit(sql, [
    { act: 'appropriation-set', actor, atMs, subject, programme: programme.code, before: was ?? null, after },
  ])
  return { id, amount, committed: before?.committed ?? 0n }
}

interface StoredAppropriation {
  readonly id: string
  readonly amount: bigint
  readonly committed: bigint
  readonly changes: number
}

async function lockAppropriation(sql: Sql, of: NewAppropriation): Promise<StoredAppropriation | undefined> {
  const { rows } = await sql.query<{ id: string; amount: bigint; committed: bigint }>(
    `SELECT id, amount, committed FROM appropriation
      WHERE programme = $1 AND fiscal_year = $2 AND budget_line = $3 FOR UPDATE`,
    [of.programme.code, of.fiscalYear, of.programme.budgetLine],
  )
  const row = rows[0]
  if (!row) return undefined
  const counted = await sql.query<{ changes: bigint }>(
    `SELECT count(DISTINCT key) AS changes FROM posting WHERE subject = $1 AND event IN ('appropriated', 'disappropriated')`,
    [`appropriation:${row.id}`],
  )
  return { ...row, changes: Number(counted.rows[0]?.changes ?? 0n) }
}

async function postChange(
  sql: Sql,
  of: NewAppropriation,
  change: { readonly id: string; readonly before: bigint; readonly changes: number; readonly atMs: number },
): Promise<void> {
  const difference = of.amount - change.before
  if (difference === 0n) return
  await insertPostings(sql, [
    {
      event: difference > 0n ? 'appropriated' : 'disappropriated',
      subject: `appropriation:${change.id}`,
      occurrence: change.changes + 1,
      amount: difference > 0n ? difference : -difference,
      currency: of.programme.currency,
      programme: of.programme.code,
      ref: null,
      fiscalYear: of.fiscalYear,
      budgetLine: of.programme.budgetLine,
      businessDate: localDate(of.programme.zone, change.atMs),
    },
  ])
}

export interface NewFunding {
  readonly programme: Programme
  readonly gateway: string
  /** The transfer's number at the treasury: once per gateway. */
  readonly number: string
  readonly amount: bigint
}

/** Records that the treasury put money at a gateway. Throws `conflict` when the transfer is recorded already. */
export async function recordFunding(
  sql: Sql,
  funding: NewFunding,
  actor: Actor,
  atMs: number,
): Promise<{ id: string }> {
  const id = randomUUID()
  const { programme, gateway, number, amount } = funding
  try {
    await sql.query(
      `INSERT INTO funding (id, gateway, programme, number, amount, currency) VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, gateway, programme.code, number, amount, programme.currency],
    )
  } catch (error) {
    if (codeOf(error) !== '23505' || constraintOf(error) !== 'funding_gateway_number_key') throw error
    throw new Problem('conflict', `transfer ${number} to ${gateway} is recorded already`)
  }
  const businessDate = localDate(programme.zone, atMs)
  await insertPostings(sql, [
    {
      event: 'funded',
      subject: `funding:${id}`,
      amount,
      currency: programme.currency,
      gateway,
      programme: programme.code,
      ref: null,
      fiscalYear: Number(businessDate.slice(0, 4)),
      budgetLine: programme.budgetLine,
      businessDate,
    },
  ])
  const after = { gateway, number, amount: amount.toString() }
  await insertAudit(sql, [
    { act: 'float-funded', actor, atMs, subject: `funding:${id}`, programme: programme.code, after },
  ])
  return { id }
}
