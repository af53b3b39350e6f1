/** Applies the steps of a life: each writes its rows, its postings and its audit row, under the life's lock. */
import { engineActor, type Change } from '../domain/act.ts'
import { disbursementKey } from '../domain/identity.ts'
import type { LedgerEvent } from '../domain/ledger.ts'
import type { LifeStep, Outcome } from '../domain/lifecycle.ts'
import type { Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import type { AuditEntry } from './audit.ts'
import { one, type Sql } from './database.ts'
import { droppedTo, noAccount } from './life-patch.ts'
import { heldBefore, type DisbursementRow, type LifeRow, type TrancheRow } from './life-rows.ts'
import { STILL_OWED } from './owed-amount.ts'
import type { LedgerEntry } from './postings.ts'

/** One pass over a life: what it writes beside its own rows is gathered and written once at the end. */
export interface Pass {
  readonly sql: Sql
  readonly life: LifeRow
  readonly programme: Programme
  readonly nowMs: number
  readonly audit: AuditEntry[]
  readonly postings: LedgerEntry[]
}

const ONE_STATEMENT: readonly LifeStep['kind'][] = [
  'finish-training',
  'open-survey',
  'schedule',
  'miss',
  'owe',
  'release',
  'need-account',
  'account-ready',
]

/** True for a step that is sent whole before its first answer: the next may be sent behind it. */
export function isOneStatement({ kind }: LifeStep): boolean {
  return ONE_STATEMENT.includes(kind)
}

/** Writes one step. The caller reloads or patches its picture of the life afterwards. */
export async function applyStep(pass: Pass, step: LifeStep): Promise<void> {
  switch (step.kind) {
    case 'finish-training':
      await update(pass, `stage = 'incentives', trained_at = $3`, [new Date(step.atMs)])
      return told(pass, 'training-finished', participantSubject(pass), stageOf(pass), {
        from: 'training',
        to: 'incentives',
      })
    case 'open-survey':
      await updateTranche(pass, step.tranche, `state = 'open', opens_at = $4, closes_at = $5`, [
        new Date(step.opensAtMs),
        new Date(step.closesAtMs),
      ])
      return told(pass, 'survey-opened', step.tranche, planned(pass, step.tranche), {
        opensAtMs: step.opensAtMs,
        closesAtMs: step.closesAtMs,
      })
    case 'schedule':
      await updateTranche(pass, step.tranche, 'due_at = $4', [new Date(step.dueAtMs)])
      return told(pass, 'tranche-scheduled', step.tranche, planned(pass, step.tranche), { dueAtMs: step.dueAtMs })
    case 'miss':
      await updateTranche(pass, step.tranche, `state = 'missed', settled_at = $4`, [new Date(pass.nowMs)])
      return told(pass, 'survey-missed', step.tranche, planned(pass, step.tranche), {})
    case 'owe':
      return owe(pass, step)
    case 'release':
      return moveDisbursement(pass, step.tranche, 'released', 'disbursement-released')
    case 'need-account':
      return moveDisbursement(pass, step.tranche, 'needs-account', 'needs-account', noAccount(pass.life))
    case 'account-ready':
      return moveDisbursement(pass, step.tranche, 'released', 'disbursement-released', null, step.releaseAtMs)
    case 'lapse':
      return lapse(pass, step.tranche)
    case 'ask':
      return ask(pass, step)
    case 'hold-overdue':
      return holdOverdue(pass, step.tranche)
    case 'cancel':
      return cancel(pass, step.tranche)
    case 'expire':
      return expire(pass)
    case 'close':
      return close(pass, step.outcome)
  }
}

/** The commitment's CHECK refuses an obligation the decree did not reserve money for, and with it the disbursement. */
const OWE = `
WITH budget AS (
  UPDATE commitment c SET obligated = c.obligated + $4
    FROM appropriation a
   WHERE a.id = c.appropriation AND c.programme = $1 AND c.ref = $2
  RETURNING a.fiscal_year, a.budget_line, a.currency
), owed AS (
  INSERT INTO disbursement (key, programme, ref, tranche, amount, currency, state, owed_at, release_at, lapses_at,
                            budget_line, fiscal_year)
  SELECT $5, $1, $2, $3, $4, currency, 'owed', $6, $7, $8, budget_line, fiscal_year FROM budget
), due AS (
  UPDATE tranche SET state = 'due' WHERE programme = $1 AND ref = $2 AND code = $3
)
SELECT fiscal_year, budget_line, currency FROM budget`

async function owe(pass: Pass, step: Extract<LifeStep, { kind: 'owe' }>): Promise<void> {
  const tranche = trancheRow(pass, step.tranche)
  const key = keyOf(pass, step.tranche)
  const { rows } = await pass.sql.query<Budget>(OWE, [
    pass.life.programme,
    pass.life.ref,
    step.tranche,
    tranche.amount,
    key,
    new Date(pass.nowMs),
    new Date(step.releaseAtMs),
    new Date(step.lapsesAtMs),
  ])
  const budget = one(rows, 'commitment')
  const { currency } = budget
  const after = { tranche: step.tranche, amount: tranche.amount, currency }
  pass.audit.push({ ...tellingOf(pass), act: 'tranche-due', subject: key, after })
  pass.postings.push(entry(pass, 'obligated', key, BigInt(tranche.amount), budget))
}

/** What the person is asked for and until when; a failed account that they are to mend is asked about again then. */
async function ask(pass: Pass, step: Extract<LifeStep, { kind: 'ask' }>): Promise<void> {
  const { programme, ref } = pass.life
  const row = owedRow(pass, step.tranche)
  await setAction(pass, row, step.action, step.byMs)
  if (step.checkAtMs !== null) {
    await pass.sql.query(
      `UPDATE account SET check_at = $3 WHERE programme = $1 AND ref = $2 AND ended_at IS NULL AND state = 'failed'`,
      [programme, ref, new Date(step.checkAtMs)],
    )
  }
  if (step.action === row.action) return
  const { tranche, action, byMs } = step
  const before = { action: row.action, byMs: row.action_by_ms }
  told(pass, 'action-asked', row.key, before, { tranche, action, byMs })
}

/** The person is stopped until an operator has spoken with them; what they were asked for stays, without its deadline. */
async function holdOverdue(pass: Pass, tranche: string): Promise<void> {
  const row = owedRow(pass, tranche)
  await setAction(pass, row, row.action, null)
  await update(pass, `held_at = $3, hold_reason = 'action-overdue', hold_cause = 'action-overdue'`, [
    new Date(pass.nowMs),
  ])
  const after = { cause: 'action-overdue', tranche, action: row.action }
  told(pass, 'hold-placed', participantSubject(pass), heldBefore(pass.life), after)
}

async function setAction(pass: Pass, row: DisbursementRow, action: string | null, byMs: number | null): Promise<void> {
  const { rowCount } = await pass.sql.query(
    'UPDATE disbursement SET action = $2, action_by = $3, version = version + 1 WHERE key = $1 AND version = $4',
    [row.key, action, byMs === null ? null : new Date(byMs), row.version],
  )
  if (rowCount !== 1) throw new Error(`${row.key} was not at version ${row.version}`)
}

/** What of it is with the payee stays there: only the rest lapses. */
async function lapse(pass: Pass, code: string): Promise<void> {
  const { amount } = await post(pass, 'lapsed', code)
  await moveDisbursement(pass, code, 'lapsed', 'disbursement-lapsed', 'deadline', null, { amount: amount.toString() })
}

async function cancel(pass: Pass, code: string): Promise<void> {
  const tranche = trancheRow(pass, code)
  if (!tranche.disbursement) {
    return updateTranche(pass, code, `state = 'cancelled', settled_at = $4`, [new Date(pass.nowMs)])
  }
  const { state, reason } = droppedTo(tranche.disbursement)
  if (state === 'lapsed') return lapseDropped(pass, code, reason)
  await moveDisbursement(pass, code, state, 'disbursement-cancelled', reason)
  // What of it is with the payee was spent, and what was taken off it is settled: both stay so.
  const { amount } = await post(pass, 'cancelled', code)
  await pass.sql.query('UPDATE commitment SET obligated = obligated - $3 WHERE programme = $1 AND ref = $2', [
    pass.life.programme,
    pass.life.ref,
    amount,
  ])
}

/** The promise may have gone over to the next year by now, without this: it stays as it is. */
async function lapseDropped(pass: Pass, code: string, reason: string): Promise<void> {
  const { amount, fiscal_year: fiscalYear } = await post(pass, 'lapsed', code)
  const more = { cause: 'withdrawn', fiscalYear, amount: amount.toString() }
  await moveDisbursement(pass, code, 'lapsed', 'disbursement-lapsed', reason, null, more)
}

async function expire(pass: Pass): Promise<void> {
  await pass.sql.query(
    `UPDATE tranche SET state = 'cancelled', settled_at = $3 WHERE programme = $1 AND ref = $2 AND state IN ('planned', 'open')`,
    [pass.life.programme, pass.life.ref, new Date(pass.nowMs)],
  )
  told(pass, 'training-expired', participantSubject(pass), stageOf(pass), {})
  await close(pass, 'expired')
}

async function close(pass: Pass, outcome: Outcome): Promise<void> {
  await update(pass, `stage = 'closed', outcome = $3, closed_at = $4, attention = NULL, attention_since = NULL`, [
    outcome,
    new Date(pass.nowMs),
  ])
  told(pass, 'life-closed', participantSubject(pass), stageOf(pass), { outcome })
  const { rows } = await pass.sql.query<Budget & { left: bigint }>(
    `UPDATE commitment c SET released = old.amount - old.obligated
       FROM commitment old JOIN appropriation a ON a.id = old.appropriation
      WHERE c.programme = $1 AND c.ref = $2 AND old.programme = c.programme AND old.ref = c.ref
     RETURNING old.amount - old.obligated - old.released AS left, a.fiscal_year, a.budget_line, a.currency`,
    [pass.life.programme, pass.life.ref],
  )
  const row = rows[0]
  if (!row || row.left === 0n) return
  pass.postings.push(entry(pass, 'decommitted', `commitment:${participantSubject(pass)}`, row.left, row))
}

interface Budget {
  readonly fiscal_year: number
  readonly budget_line: string
  readonly currency: string
}

function entry(pass: Pass, event: LedgerEvent, subject: string, amount: bigint, budget: Budget): LedgerEntry {
  return {
    event,
    subject,
    amount,
    currency: budget.currency,
    programme: pass.life.programme,
    ref: pass.life.ref,
    fiscalYear: budget.fiscal_year,
    budgetLine: budget.budget_line,
    businessDate: localDate(pass.programme.zone, pass.nowMs),
  }
}

/** A posting of what an existing disbursement still owes, under the budget it was obliged from; how much that is. */
async function post(pass: Pass, event: LedgerEvent, code: string): Promise<Budget & { readonly amount: bigint }> {
  const key = keyOf(pass, code)
  const { rows } = await pass.sql.query<Budget & { amount: bigint }>(
    `SELECT ${STILL_OWED} AS amount, currency, fiscal_year, budget_line FROM disbursement d WHERE key = $1`,
    [key],
  )
  const row = one(rows, `disbursement ${key}`)
  pass.postings.push(entry(pass, event, key, row.amount, row))
  return row
}

async function moveDisbursement(
  pass: Pass,
  code: string,
  to: string,
  act: Change,
  reason: string | null = null,
  releaseAtMs: number | null = null,
  more: Record<string, unknown> = {},
): Promise<void> {
  const row = owedRow(pass, code)
  const { rowCount } = await pass.sql.query(
    `UPDATE disbursement
        SET state = $3, reason = $4, version = version + 1, release_at = coalesce($5, release_at)
      WHERE key = $1 AND state = $2 AND version = $6`,
    [row.key, row.state, to, reason, releaseAtMs === null ? null : new Date(releaseAtMs), row.version],
  )
  // The life's lock is held by every writer of its disbursements, so a miss is a bug, not a race.
  if (rowCount !== 1) throw new Error(`${row.key} was not ${row.state} at version ${row.version}`)
  const before = { state: row.state, reason: row.reason }
  told(pass, act, row.key, before, { tranche: code, from: row.state, to, reason, ...more })
}

async function update(pass: Pass, set: string, values: readonly unknown[]): Promise<void> {
  await pass.sql.query(`UPDATE participant SET ${set}, version = version + 1 WHERE programme = $1 AND ref = $2`, [
    pass.life.programme,
    pass.life.ref,
    ...values,
  ])
}

async function updateTranche(pass: Pass, code: string, set: string, values: readonly unknown[]): Promise<void> {
  await pass.sql.query(`UPDATE tranche SET ${set} WHERE programme = $1 AND ref = $2 AND code = $3`, [
    pass.life.programme,
    pass.life.ref,
    code,
    ...values,
  ])
}

type Said = Readonly<Record<string, unknown>>

function told(pass: Pass, act: Change, subject: string, before: Said, after: Said): void {
  pass.audit.push({ ...tellingOf(pass), act, subject, before, after })
}

function tellingOf({ life: { programme, ref }, nowMs: atMs }: Pass) {
  return { actor: engineActor(), atMs, programme, ref }
}

function stageOf({ life: { stage } }: Pass): Said {
  return { stage }
}

function planned(pass: Pass, code: string): Said {
  const { state, opens_ms: opensAtMs, closes_ms: closesAtMs, due_ms: dueAtMs } = trancheRow(pass, code)
  return { state, opensAtMs, closesAtMs, dueAtMs }
}

function trancheRow(pass: Pass, code: string): TrancheRow {
  const found = pass.life.tranches.find((tranche) => tranche.code === code)
  if (!found) throw new Error(`tranche ${code} is not in the plan of ${pass.life.ref}`)
  return found
}

function owedRow(pass: Pass, code: string): DisbursementRow {
  const row = trancheRow(pass, code).disbursement
  if (!row) throw new Error(`${code} is not owed yet`)
  return row
}

function keyOf(pass: Pass, tranche: string): string {
  const { programme, ref } = pass.life
  return disbursementKey({ programme, payee: ref, subject: ref, tranche, sequence: 1 })
}

function participantSubject(pass: Pass): string {
  return `${pass.life.programme}:${pass.life.ref}`
}
