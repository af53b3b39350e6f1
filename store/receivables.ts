/** What left a gateway and nobody was owed: had back outside of the gateway, or given up. What comes back through it ends by itself. */
import type { Actor } from '../domain/act.ts'
import { parseMinor } from '../domain/money.ts'
import { Problem } from '../domain/problem.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import type { StoreContext } from './options.ts'
import { insertPostings, numbered } from './postings.ts'
import type { Agreed } from './two-person-act.ts'

/** Paid back to the treasury, or nobody will give it back. */
export const RECEIVABLE_ENDS = ['repaid', 'written-off'] as const

export interface EndedReceivable {
  readonly programme: string
  readonly payout: string
  /** Of the payout, as it was seen. */
  readonly version: number
  readonly end: (typeof RECEIVABLE_ENDS)[number]
  /** Of `repaid`, in minor units: a part. Without it, all that is left. */
  readonly amount?: string
}

interface ReceivableRow {
  readonly ref: string
  readonly gateway: string
  readonly money: string
  readonly version: number
  readonly amount: bigint
  readonly currency: string
  readonly programme_version: number
  readonly fiscal_year: number
  readonly budget_line: string
  readonly parts: number
}

/** Each is one more posting of one event, and these have an end: what is left can always be told as one. */
const PARTS_MAX = 48

/** Throws `not-found`, `review-moved`, `conflict` for what is no receivable. */
export async function checkReceivable(
  sql: Sql,
  { programme, payout, version, end, amount: part }: EndedReceivable,
): Promise<ReceivableRow> {
  const { rows } = await sql.query<ReceivableRow>(
    `SELECT y.ref, y.gateway, y.money, y.version, y.amount - y.returned - y.repaid AS amount, y.currency, p.programme_version, d.fiscal_year,
            d.budget_line, (SELECT count(*)::int FROM repayment n WHERE n.payout = y.key) AS parts
       FROM payout y JOIN disbursement d ON d.key = y.disbursement
       JOIN participant p ON (p.programme, p.ref) = (y.programme, y.ref)
      WHERE y.key = $1 AND y.programme = $2`,
    [payout, programme],
  )
  const [row] = rows
  if (!row) throw new Problem('not-found', `no payout ${payout}`)
  if (row.money !== 'receivable') throw new Problem('conflict', `${payout} is nothing that is to be had back`)
  if (row.version !== version) throw new Problem('review-moved', 'something has been learnt since it was looked at')
  if (part === undefined) return row
  const amount = parseMinor(part) ?? 0n
  if (end !== 'repaid' || amount <= 0n || amount >= row.amount) {
    throw new Problem(
      'conflict',
      `a part of ${row.amount} is more than 0 and less, and only what is repaid is told in parts`,
    )
  }
  if (row.parts >= PARTS_MAX) throw new Problem('conflict', `${PARTS_MAX} parts of it were told: tell the rest as one`)
  return { ...row, amount }
}

/** Throws what `checkReceivable` throws. */
export async function endReceivable(
  sql: Sql,
  context: StoreContext,
  asked: EndedReceivable,
  { id: proposal, proposer, reason }: Agreed,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { pass } = context
  const { payout, programme: code, end } = asked
  const locking = sql.query(
    `SELECT FROM participant WHERE (programme, ref) = (SELECT programme, ref FROM payout WHERE key = $1) FOR UPDATE`,
    [payout],
  )
  await pass('receivable:locked', locking)
  const row = await pass('receivable:checked', checkReceivable(sql, asked))
  const { ref, currency, amount } = row
  const isPart = asked.amount !== undefined
  if (isPart) {
    const repaying = sql.query(
      `INSERT INTO repayment (id, programme, ref, payout, amount, currency, agreed_under, made_at) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7)`,
      [code, ref, payout, amount, currency, proposal, new Date(atMs)],
    )
    await pass('receivable:repaid', repaying)
  }
  const moving = sql.query(
    `UPDATE payout SET money = $3, repaid = repaid + $4, decided_under = $5, version = version + 1 WHERE key = $1 AND version = $2 AND state = 'paid'`,
    [payout, row.version, isPart ? row.money : end, isPart ? amount : 0n, proposal],
  )
  const { rowCount } = await pass('receivable:moved', moving)
  if (rowCount !== 1) throw new Problem('conflict', 'people look at it again: decide about that first')
  const programme = await pass('receivable:ruled', context.programmes.version(code, row.programme_version, sql))
  const entry = {
    event: end === 'repaid' ? ('repaid' as const) : ('receivable-written-off' as const),
    subject: payout,
    amount,
    currency,
    gateway: row.gateway,
    programme: code,
    ref,
    fiscalYear: row.fiscal_year,
    budgetLine: row.budget_line,
    businessDate: localDate(programme.zone, atMs),
  }
  const entries = await pass('receivable:numbered', numbered(sql, [entry]))
  await pass('receivable:posted', insertPostings(sql, entries))
  const before = { money: row.money, version: row.version }
  const after = { end, amount: amount.toString(), isPart, currency, proposal, proposer }
  const auditing = insertAudit(sql, [
    { act: 'receivable-ended', actor, atMs, subject: payout, programme: code, ref, reason, before, after },
  ])
  await pass('receivable:audited', auditing)
}
