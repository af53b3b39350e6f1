/**
 * Taking off a person's obligation what they owe us, or what others take: as two people have agreed, in one commit under the life's lock, before
 * anything of it is sent or approved.
 */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { deduct, isOffset, type Deducted, type DeductionCause } from '../domain/deduction.ts'
import { AT_REST, type DisbursementState } from '../domain/disbursement.ts'
import { parseMinor } from '../domain/money.ts'
import type { PayoutMoney, PayoutState } from '../domain/payout.ts'
import { Problem } from '../domain/problem.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { holdYears } from './freeze-locks.ts'
import { lockOwed } from './life-rows.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { StoreContext } from './options.ts'
import { STILL_OWED } from './owed-amount.ts'
import { insertPostings } from './postings.ts'
import { holdCollecting } from './run-collect.ts'
import type { Agreed } from './two-person-act.ts'
import { UNDER_WAY, yearEnding } from './year-rows.ts'

/** What is signed: what was seen, by its versions, and what is taken off. */
export interface AskedDeduction {
  readonly programme: string
  readonly disbursement: string
  readonly version: number
  /** The receivable that is set off; null where it is not for what the person owes us. */
  readonly payout: string | null
  readonly payoutVersion: number | null
  /** Minor units as text. */
  readonly amount: string
  readonly cause: DeductionCause
  /** Number of the document that orders it. */
  readonly reference: string
}

interface OwedRow {
  readonly programme: string
  readonly ref: string
  readonly tranche: string
  readonly state: DisbursementState
  readonly version: number
  readonly owed: bigint
  readonly currency: string
  readonly fiscal_year: number
  readonly budget_line: string
  readonly programme_version: number
  readonly run: string | null
  readonly year_ending: boolean
  readonly under_way: boolean
  readonly restored: boolean
}

interface ReceivableRow {
  readonly ref: string
  readonly state: PayoutState
  readonly money: PayoutMoney
  readonly version: number
  readonly left: bigint
}

interface Looked {
  readonly row: OwedRow
  readonly amount: bigint
  readonly deducted: Deducted
}

const OWED = `
SELECT d.programme, d.ref, d.tranche, d.state, d.version, ${STILL_OWED} AS owed, d.currency, d.fiscal_year, d.budget_line, p.programme_version,
       (SELECT l.run FROM payout_run_line l WHERE l.disbursement = d.key AND l.state IN ('collected', 'released')) AS run,
       EXISTS (SELECT FROM year_close z WHERE (z.programme, z.fiscal_year) = (d.programme, d.fiscal_year) AND z.state <> 'closed') AS year_ending,
       ${UNDER_WAY} AS under_way, EXISTS (SELECT FROM restore WHERE closed_at IS NULL) AS restored
  FROM disbursement d JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref) WHERE d.key = $1 AND d.programme = $2`

/**
 * Throws `not-found`, `review-moved` when something has moved since it was looked at, `year-ending`, and `conflict` for what cannot be
 * deducted: from what is under way or on an open run, more than is owed, or more than is to be had back.
 */
export async function checkDeduction(sql: Sql, asked: AskedDeduction): Promise<Looked> {
  const { rows } = await sql.query<OwedRow>(OWED, [asked.disbursement, asked.programme])
  const [row] = rows
  if (!row) throw new Problem('not-found', `no disbursement ${asked.disbursement}`)
  if (row.version !== asked.version)
    throw new Problem('review-moved', 'something has been learnt since it was looked at')
  if (!AT_REST.includes(row.state)) throw new Problem('conflict', `it is ${row.state}: nothing can be deducted from it`)
  // What the gateways have done since the backup may have been all of it.
  if (row.restored)
    throw new Problem('conflict', 'the database was restored: gateways are asked first about all that they may have')
  // As a claim asks: an attempt that has failed may turn out to have been delivered until its last send has ended and its gateway has answered.
  if (row.under_way)
    throw new Problem('conflict', 'an attempt may still turn out to have been delivered: wait for its answer')
  if (row.run !== null) throw new Problem('conflict', `it is on run ${row.run}: what is approved does not change`)
  if (row.year_ending) throw yearEnding(row.fiscal_year)
  const receivable = await receivableOf(sql, asked, row)
  const amount = parseMinor(asked.amount) ?? 0n
  const deducted = deduct({ amount, owed: row.owed, receivable })
  if (typeof deducted === 'string') throw new Problem('conflict', deducted)
  return { row, amount, deducted }
}

/** What is left of the receivable that is named; null where none is. */
async function receivableOf(
  sql: Sql,
  { payout, payoutVersion, cause }: AskedDeduction,
  row: OwedRow,
): Promise<bigint | null> {
  if (isOffset(cause) !== (payout !== null)) {
    throw new Problem('conflict', 'a receivable is named where what was paid in error is set off, and only there')
  }
  if (payout === null) return null
  const { rows } = await sql.query<ReceivableRow>(
    `SELECT ref, state, money, version, amount - returned - repaid AS left FROM payout WHERE key = $1 AND programme = $2`,
    [payout, row.programme],
  )
  const [found] = rows
  if (!found || found.ref !== row.ref) throw new Problem('not-found', `the person has no payout ${payout}`)
  if (found.money !== 'receivable') throw new Problem('conflict', `${payout} is nothing that is to be had back`)
  if (found.version !== payoutVersion)
    throw new Problem('review-moved', 'something has been learnt since it was looked at')
  if (found.state !== 'paid') throw new Problem('conflict', 'people look at it again: decide about that first')
  return found.left
}

/** Throws what `checkDeduction` throws. */
export async function makeDeduction(
  sql: Sql,
  context: StoreContext,
  asked: AskedDeduction,
  { id: proposal, proposer, reason }: Agreed,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { pass } = context
  const { programme: code, disbursement, payout, cause, reference } = asked
  await pass('deduction:locked', lockOwed(sql, disbursement))
  await pass('deduction:year', holdYears(sql, code))
  await pass('deduction:alone', holdCollecting(sql, code))
  const looked = await pass('deduction:checked', checkDeduction(sql, asked))
  const { row, amount, deducted } = looked
  const id = randomUUID()
  await pass('deduction:written', write(sql, asked, looked, { id, proposal, atMs }))
  const programme = await pass('deduction:ruled', context.programmes.version(code, row.programme_version, sql))
  const { ref, currency, tranche } = row
  const businessDate = localDate(programme.zone, atMs)
  const of = { currency, programme: code, ref, fiscalYear: row.fiscal_year, budgetLine: row.budget_line, businessDate }
  const event = isOffset(cause) ? 'offset' : 'withheld'
  await pass('deduction:posted', insertPostings(sql, [{ ...of, event, subject: `deduction:${id}`, amount }]))
  const told = {
    deduction: id,
    tranche,
    cause,
    reference,
    payout,
    amount: amount.toString(),
    net: deducted.net.toString(),
    currency,
  }
  const before = { disbursement: row.state, owed: row.owed.toString() }
  const after = { ...told, disbursement: deducted.state ?? row.state, proposal, proposer }
  const auditing = insertAudit(sql, [
    { act: 'deduction-made', actor, atMs, subject: disbursement, programme: code, ref, reason, before, after },
  ])
  await pass('deduction:audited', auditing)
  await pass('deduction:told', insertMessages(sql, [nudge(code, ref, 'payout')]))
}

async function write(
  sql: Sql,
  { disbursement, payout, cause, reference, version, payoutVersion }: AskedDeduction,
  { row, amount, deducted }: Looked,
  { id, proposal, atMs }: { readonly id: string; readonly proposal: string; readonly atMs: number },
): Promise<void> {
  const at = new Date(atMs)
  await sql.query(
    `INSERT INTO deduction (id, programme, ref, disbursement, payout, cause, reference, amount, currency, agreed_under, made_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [id, row.programme, row.ref, disbursement, payout, cause, reference, amount, row.currency, proposal, at],
  )
  const owed = await sql.query(
    `UPDATE disbursement
        SET deducted = deducted + $3, decided_under = $4, version = version + 1, state = coalesce($5, state),
            reason = CASE WHEN $5::text IS NULL THEN reason ELSE 'deducted' END,
            first_paid_at = CASE WHEN $5::text IS NULL THEN first_paid_at ELSE coalesce(first_paid_at, $6) END,
            paid_at = CASE WHEN $5::text IS NULL THEN paid_at ELSE $6 END
      WHERE key = $1 AND version = $2`,
    [disbursement, version, amount, proposal, deducted.state, at],
  )
  if (owed.rowCount !== 1) throw new Error(`${disbursement} changed under its life lock`)
  if (payout === null) return
  const given = await sql.query(
    `UPDATE payout SET repaid = repaid + $3, money = CASE WHEN $4 THEN 'repaid' ELSE money END, decided_under = $5, version = version + 1
      WHERE key = $1 AND version = $2 AND money = 'receivable' AND state = 'paid'`,
    [payout, payoutVersion, amount, deducted.isReceivableOver, proposal],
  )
  if (given.rowCount !== 1) throw new Error(`${payout} changed under its life lock`)
}
