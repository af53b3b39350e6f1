/** Money put at a gateway, as people record it: a statement may have told of it before, as a credit of nobody's until then. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { codeOf, constraintOf, type Sql } from './database.ts'
import { takeBack } from './discrepancy-undo.ts'
import type { StoreContext } from './options.ts'
import { insertPostings } from './postings.ts'
import { holdMatching } from './statement-match.ts'

export interface NewFunding {
  readonly programme: Programme
  readonly gateway: string
  /** The transfer's number at the treasury: once per gateway. */
  readonly number: string
  readonly amount: bigint
}

/** Throws `conflict` when the transfer is recorded already, or a statement tells of it otherwise. */
export async function checkFunding(sql: Sql, funding: NewFunding): Promise<void> {
  const { gateway, number } = funding
  const { rows } = await sql.query('SELECT FROM funding WHERE gateway = $1 AND number = $2', [gateway, number])
  if (rows.length > 0) throw new Problem('conflict', `transfer ${number} to ${gateway} is recorded already`)
  await toldBefore(sql, funding)
}

/**
 * Records that the treasury put money at a gateway. What a statement told of the transfer before is explained by it. Throws `conflict` when the transfer is
 * recorded already, or a statement tells of it otherwise.
 */
export async function recordFunding(
  sql: Sql,
  context: Pick<StoreContext, 'programmes' | 'pass'>,
  funding: NewFunding,
  actor: Actor,
  atMs: number,
): Promise<{ id: string }> {
  const { pass } = context
  const id = randomUUID()
  const { programme, gateway, number, amount } = funding
  await pass('funding:explained', takeToldBefore(sql, context, funding, atMs))
  await pass('funding:written', insertFunding(sql, funding, id, atMs))
  const businessDate = localDate(programme.zone, atMs)
  const posting = insertPostings(sql, [
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
  await pass('funding:posted', posting)
  const after = { gateway, number, amount: amount.toString() }
  const auditing = insertAudit(sql, [
    { act: 'float-funded', actor, atMs, subject: `funding:${id}`, programme: programme.code, after },
  ])
  await pass('funding:audited', auditing)
  return { id }
}

/** Throws `conflict` when the transfer is recorded already. */
async function insertFunding(
  sql: Sql,
  { programme, gateway, number, amount }: NewFunding,
  id: string,
  atMs: number,
): Promise<void> {
  try {
    await sql.query(
      `INSERT INTO funding (id, gateway, programme, number, amount, currency, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, gateway, programme.code, number, amount, programme.currency, new Date(atMs)],
    )
  } catch (error) {
    if (codeOf(error) !== '23505' || constraintOf(error) !== 'funding_gateway_number_key') throw error
    throw new Problem('conflict', `transfer ${number} to ${gateway} is recorded already`)
  }
}

interface Told {
  readonly id: string
  readonly day: string
  readonly amount: bigint | null
  readonly currency: string
  readonly resolution: string | null
}

const TOLD = `
SELECT id, day::text AS day, amount_there AS amount, currency, resolution FROM discrepancy
 WHERE gateway = $1 AND reference = $2 AND type = 'top-up' AND class = 'unreferenced-credit' AND resolution IS DISTINCT FROM 'corrected'
 ORDER BY number FOR UPDATE`

/**
 * The difference that recording the transfer explains; null where no statement tells of it as one. Throws `conflict` where its money was given to the
 * treasury, and is in the books, and where the statement tells of something else under that number.
 */
async function toldBefore(sql: Sql, transfer: NewFunding): Promise<string | null> {
  const { gateway, number, amount, programme } = transfer
  const { rows } = await sql.query<Told>(TOLD, [gateway, number])
  // Whatever its amount: a line that comes under the number now repeats the other, and has its money in the books by itself.
  const placed = rows.find(({ resolution }) => resolution === 'to-treasury')
  if (placed)
    throw new Problem(
      'conflict',
      `two people have given what came as transfer ${number} to the treasury: it is in the books as ${placed.id}`,
    )
  const open = rows.filter(({ resolution }) => resolution === null)
  const fitting = open.find((told) => told.amount === amount && told.currency === programme.currency)
  if (fitting) return fitting.id
  const [other] = open
  if (!other) return null
  const told = other.amount === null ? 'an amount that cannot be read' : `${other.amount} ${other.currency} minor units`
  throw new Problem(
    'conflict',
    `the statement of ${other.day} tells transfer ${number} with ${told}: record what came, or resolve ${other.id}`,
  )
}

/** Books back what the line of a transfer had put into suspense. No statement is matched until the transaction ends: it would not find the transfer. Throws `conflict`. */
async function takeToldBefore(
  sql: Sql,
  context: Pick<StoreContext, 'programmes' | 'pass'>,
  transfer: NewFunding,
  atMs: number,
): Promise<void> {
  await holdMatching(sql, transfer.gateway)
  const told = await toldBefore(sql, transfer)
  if (told !== null) await takeBack(sql, context, [told], atMs)
}
