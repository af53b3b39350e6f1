/**
 * A payment of the time that a restored database has lost, which two people have found to be one of somebody who registered again: the
 * stray debit becomes an attempt at what is owed, under the reference that its gateway knows, and is decided about like any other.
 */
import type { Actor } from '../domain/act.ts'
import { AT_REST } from '../domain/disbursement.ts'
import { payoutKey } from '../domain/identity.ts'
import type { PayoutFact } from '../domain/payout.ts'
import type { LedgerEvent } from '../domain/ledger.ts'
import { Problem } from '../domain/problem.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { entryOf, eventOf, takeBack, UNDONE, type PostedDifference } from './discrepancy-undo.ts'
import { findStraysOfOwed, MAY_BE_THEIRS, SAME_ACCOUNT, stemsOf, STRAY } from './lost-time.ts'
import type { StoreContext } from './options.ts'
import { insertPostings, numbered } from './postings.ts'
import type { ReviewedAttempt, ReviewPicture } from './review-facts.ts'
import { holdMatching } from './statement-match.ts'
import { supersedeEnded } from './supersede.ts'

/** What is signed about one: the discrepancy, and the attempt that it becomes. */
export interface AskedStray {
  readonly stray: string
  readonly payout: string | null
  readonly finding: string | null
}

interface StrayRow extends PostedDifference {
  readonly state: 'found' | 'open' | 'resolved'
  readonly resolution: string | null
  readonly amount: bigint | null
  readonly currency: string
  readonly reference: string | null
  readonly gateway_id: string | null
  readonly is_known: boolean
  /** Of the person, where it went, or, under a reference of what they are owed, the one that they are paid to; null when it is nothing of theirs. */
  readonly account: string | null
}

export interface TakenStray {
  readonly row: StrayRow
  readonly attempt: ReviewedAttempt
  /** By which its gateway knows it. */
  readonly reference: string
}

const ASKED = `
SELECT x.id, x.gateway, x.programme, x.ref, x.class, x.difference, x.fee_reserve, x.over_reserve, x.state, x.resolution,
       x.amount_there AS amount, x.currency, x.reference, x.gateway_id,
       EXISTS (SELECT FROM payout y WHERE y.gateway = x.gateway AND y.reference = x.reference) AS is_known,
       coalesce(
         (SELECT o.id FROM restore r, statement_line l, account o, participant p
           WHERE (p.programme, p.ref) = ($2, $3) AND ${MAY_BE_THEIRS} ORDER BY o.ended_at IS NULL DESC, o.linked_at DESC LIMIT 1),
         (SELECT o.id FROM statement_line l, account o
           WHERE ${STRAY} AND left(x.reference, 13) = ANY ($4::text[]) AND (l.statement, l.line) = (x.statement, x.line) AND (o.programme, o.ref) = ($2, $3)
           ORDER BY coalesce(${SAME_ACCOUNT}, false) DESC, o.ended_at IS NULL DESC, o.linked_at DESC LIMIT 1)) AS account
  FROM discrepancy x WHERE x.id = $1`

/** What our references look like: a debit under another one is no payment of ours. */
const OURS = /^[0-9A-Z]{16}$/

/**
 * The picture with the stray as the newest attempt, of which nothing is booked yet. `lock` is FOR UPDATE where it is carried out. Throws `not-found`,
 * `review-moved`, and `conflict` for what cannot be taken as this payment.
 */
export async function withStray(
  sql: Sql,
  picture: ReviewPicture,
  asked: AskedStray,
  lock = '',
): Promise<{ readonly picture: ReviewPicture; readonly taken: TakenStray }> {
  const { disbursement, attempts } = picture
  const { rows } = await sql.query<StrayRow>(`${ASKED} ${lock}`, [
    asked.stray,
    disbursement.programme,
    disbursement.ref,
    stemsOf(disbursement.key),
  ])
  const [row] = rows
  if (!row) throw new Problem('not-found', `no discrepancy ${asked.stray}`)
  const { amount, reference, account } = row
  refuseUnfit(row, picture, asked)
  if (amount === null) throw new Problem('conflict', 'its amount cannot be read: it is resolved as a discrepancy')
  if (reference === null || !OURS.test(reference)) throw new Problem('conflict', 'its reference is none of ours')
  if (account === null)
    throw new Problem(
      'conflict',
      'it is under no reference of this, and went to no account of theirs in the time that a restore has lost',
    )
  const n = attempts.length + 1
  const attempt: ReviewedAttempt = {
    key: payoutKey(disbursement.key, n),
    n,
    gateway: row.gateway,
    account,
    state: 'review',
    money: 'back',
    amount,
    returned: 0n,
    repaid: 0n,
    version: 0,
    beside: false,
    called: false,
    debited: true,
  }
  if (asked.payout !== attempt.key) throw new Problem('review-moved', `it would be ${attempt.key} by now; look again`)
  return { picture: { disbursement, attempts: [...attempts, attempt] }, taken: { row, attempt, reference } }
}

/** What it ended as, and what brings it back: what was booked otherwise cannot be told from what was not. */
const ENDED: Readonly<Record<string, LedgerEvent>> = { receivable: 'recovered', 'written-off': 'written-off-recovered' }

function refuseUnfit(row: StrayRow, { disbursement, attempts }: ReviewPicture, { finding }: AskedStray): void {
  const { state, resolution, currency } = row
  if (finding !== 'paid' && finding !== 'receivable')
    throw new Problem('conflict', 'a payment that the statement shows was delivered: it is paid, or to be had back')
  if (disbursement.state !== 'review' && !AT_REST.includes(disbursement.state))
    throw new Problem('conflict', `it is ${disbursement.state}: nothing of it can have been paid in the lost time`)
  if (attempts.some((attempt) => attempt.state === 'review'))
    throw new Problem('conflict', 'one of its payouts is under review: decide about that first')
  if (attempts.some(({ money }) => money === 'clearing'))
    throw new Problem('conflict', 'one of its payouts is under way: decide when that has ended')
  if (state === 'found') throw new Problem('conflict', 'it has only just been found; what it means is being booked')
  if (row.is_known) throw new Problem('conflict', 'its reference is that of a payout already')
  if (resolution !== null && !(resolution in ENDED)) throw new Problem('conflict', `it ended as ${resolution}`)
  if (currency !== disbursement.currency) throw new Problem('conflict', `it is in ${currency}`)
}

interface Naming {
  readonly disbursement: string
  readonly payout: string | null
  readonly strays?: readonly string[]
}

/** Nobody decides beforehand about what is not asked about: it may be of another account, which they link later. Throws `conflict`. */
export async function refuseMisnamed(sql: Sql, { disbursement, payout, strays = [] }: Naming): Promise<void> {
  if (strays.length === 0) return
  const asked = payout === null ? await findStraysOfOwed(sql, disbursement) : []
  const others = strays.filter((id) => !asked.includes(id))
  if (others.length > 0) throw new Problem('conflict', `nobody asks whether ${others.join(', ')} was its payment`)
}

/**
 * Who decides what happens with what is owed names each stray that may be its payment, whatever else it is under review for: one that was found since
 * they looked is not decided about. Throws `review-moved`.
 */
export async function refuseUnnamed(sql: Sql, { disbursement, payout, strays = [] }: Naming): Promise<void> {
  if (payout !== null) return
  // When it is carried out, what it names may be decided about by itself.
  const unnamed = (await findStraysOfOwed(sql, disbursement)).filter((id) => !strays.includes(id))
  if (unnamed.length > 0)
    throw new Problem('review-moved', `look again: ${unnamed.join(', ')} may be its payment too, and is not named`)
}

/** No statement of the gateway is matched meanwhile: it would not find the payment that it tells of. To be called before a life is locked. */
export async function holdStray(sql: Sql, id: string): Promise<void> {
  const { rows } = await sql.query<{ gateway: string }>('SELECT gateway FROM discrepancy WHERE id = $1', [id])
  if (rows[0]) await holdMatching(sql, rows[0].gateway)
}

/** What a gateway tells of an attempt that a restored database has forgotten. */
interface Told {
  readonly gateway: string
  readonly reference: string
  readonly amount: bigint
  readonly fact: PayoutFact
}

/** Words after which no money has left for it. */
const NEVER_LEFT: readonly string[] = ['failed', 'cancelled']

/**
 * The attempt cannot be recorded as it is told: its debit is there although it is told not to have left, or is of another amount, or twice, or
 * was placed by people already and would be in the books a second time. As it stays until the transaction ends: the caller keeps statements from being
 * matched, and holds the life's lock.
 */
export async function isContradictedByStray(sql: Sql, { gateway, reference, amount, fact }: Told): Promise<boolean> {
  const { rows } = await sql.query<{ is_it: boolean }>(
    `SELECT coalesce(x.state <> 'resolved' AND x.amount_there = $3, false) AS is_it FROM discrepancy x
      WHERE left(x.reference, 13) = left($2, 13) AND (x.gateway, x.reference) = ($1, $2) AND ${STRAY} FOR UPDATE OF x`,
    [gateway, reference, amount],
  )
  const hasLeft = fact.kind === 'several' || (fact.kind === 'observed' && !NEVER_LEFT.includes(fact.observation.state))
  return rows.length > 1 || rows.some(({ is_it: isIt }) => !isIt || !hasLeft)
}

/** The debit of a payment that its gateway has told us of since is nobody's no more. The caller keeps statements from being matched, and holds the life's lock. */
export async function takeBackStray(
  sql: Sql,
  context: StoreContext,
  { gateway, reference, amount }: Omit<Told, 'fact'>,
  atMs: number,
): Promise<void> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM discrepancy WHERE gateway = $1 AND reference = $2 AND class = 'unknown-reference' AND state <> 'resolved' AND amount_there = $3`,
    [gateway, reference, amount],
  )
  await takeBack(
    sql,
    context,
    rows.map(({ id }) => id),
    atMs,
  )
}

interface Agreement {
  readonly proposal: string
  readonly proposer: string
  readonly reason: string
}

/** Writes the attempt as it is under review, and takes back what the difference had booked. The caller holds the life's lock, and decides next. */
export async function takeStray(
  sql: Sql,
  context: StoreContext,
  { disbursement }: ReviewPicture,
  taken: TakenStray,
  by: Agreement,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { row, attempt } = taken
  await insertAttempt(sql, disbursement.key, taken, atMs)
  const { programme, ref, tranche } = disbursement
  const event = ENDED[row.resolution ?? ''] ?? UNDONE[eventOf(row)]
  if (row.difference !== 0n)
    await insertPostings(sql, await numbered(sql, [await entryOf(sql, context, row, event, atMs)]))
  await sql.query(
    `UPDATE discrepancy SET state = 'resolved', resolution = 'corrected', reason = $2, proposed_by = $3, resolved_by = $4, resolved_at = $5,
            decided_under = $6, version = version + 1 WHERE id = $1`,
    [row.id, by.reason, by.proposer, actor.person, new Date(atMs), by.proposal],
  )
  const { key: payout, n, gateway, amount } = attempt
  const counted = { tranche, gateway, amount: amount.toString(), currency: row.currency, n, stray: row.id }
  const ended = { class: row.class, difference: row.difference.toString(), payout, proposal: by.proposal }
  const before = { state: row.state, resolution: row.resolution }
  const told = { actor, atMs, reason: by.reason }
  await insertAudit(sql, [
    { ...told, act: 'payout-recovered', subject: payout, programme, ref, after: counted },
    {
      ...told,
      act: 'discrepancy-corrected',
      subject: `discrepancy:${row.id}`,
      programme: row.programme,
      ref: row.ref,
      before,
      after: ended,
    },
  ])
}

/** Its bytes are lost with its registration: it has the one send that ended when they were. */
async function insertAttempt(
  sql: Sql,
  disbursement: string,
  { row, attempt, reference }: TakenStray,
  atMs: number,
): Promise<void> {
  await supersedeEnded(sql, disbursement)
  await sql.query(
    `WITH payout AS (
       INSERT INTO payout (key, disbursement, programme, ref, n, gateway, reference, gateway_id, salt, amount, currency, account, state, money,
                           claimed_at, recovered_at)
       SELECT $1, d.key, d.programme, d.ref, $3, $4, $5, $6, 0, $7, d.currency, $8, 'review', 'back', $9, $9 FROM disbursement d WHERE d.key = $2
     ), send AS (
       INSERT INTO send (payout, number, started_at, send_by, ended_at, result) VALUES ($1, 1, $9, $9, $9, 'lost')
     )
     UPDATE disbursement SET attempts = $3 WHERE key = $2`,
    [
      attempt.key,
      disbursement,
      attempt.n,
      attempt.gateway,
      reference,
      row.gateway_id,
      attempt.amount,
      attempt.account,
      new Date(atMs),
    ],
  )
}
