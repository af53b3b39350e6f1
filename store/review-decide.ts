/** Carries out what two people have decided about a review: state, ledger, what differed because of it, audit and message in one commit. */
import type { Actor } from '../domain/act.ts'
import { RECEIVABLE_STANDS } from '../domain/disbursement.ts'
import { deadlineAfter } from '../domain/duration.ts'
import type { LedgerEvent } from '../domain/ledger.ts'
import { parseMinor } from '../domain/money.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { decideReview, type Finding, type ReviewOutcome, type ReviewStep } from '../domain/review.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { resettle } from './discrepancy-resettle.ts'
import { lockOwed } from './life-rows.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { StoreContext } from './options.ts'
import { insertPostings, numbered, type LedgerEntry } from './postings.ts'
import { callBeside } from './receivables-beside.ts'
import { readReview, reviewFactsOf, type ReviewedAttempt, type ReviewPicture } from './review-facts.ts'
import { holdStray, refuseMisnamed, refuseUnnamed, takeStray, withStray, type TakenStray } from './stray.ts'
import { supersedeEnded } from './supersede.ts'
import { unobligate } from './unobligate.ts'
import { isEnding } from './year-rows.ts'

/** What is signed: what was seen, by its versions, and what is decided about it. */
export interface DecidedReview {
  readonly programme: string
  readonly disbursement: string
  readonly version: number
  readonly payout: string | null
  readonly payoutVersion: number | null
  readonly finding: Finding | null
  /** Minor units as text. */
  readonly returned: string | null
  readonly next: ReviewStep | null
  /** A discrepancy: the debit that is this payment, of which the payout named is made. */
  readonly stray?: string
  /** Every discrepancy that may be this payment, as they were shown. */
  readonly strays?: readonly string[]
}

type Decided = Extract<ReviewOutcome, { kind: 'decided' }>

interface Agreement {
  readonly proposal: string
  readonly proposer: string
  readonly reason: string
}

/** Throws `not-found`, `review-moved` when something has moved since it was looked at, `conflict` for what the books contradict. */
export async function checkReview(sql: Sql, asked: DecidedReview): Promise<void> {
  const { picture } = await pictureOf(sql, asked)
  await refuseMisnamed(sql, asked)
  decided(picture, asked)
}

/** What is decided about; with a stray as it would stand there. */
async function pictureOf(
  sql: Sql,
  asked: DecidedReview,
  lock = '',
): Promise<{ readonly picture: ReviewPicture; readonly taken: TakenStray | null }> {
  const picture = await readReview(sql, asked.disbursement)
  await refuseUnnamed(sql, asked)
  return asked.stray === undefined
    ? { picture, taken: null }
    : withStray(sql, picture, { ...asked, stray: asked.stray }, lock)
}

/** Throws what `checkReview` throws. */
export async function decideReviewed(
  sql: Sql,
  context: StoreContext,
  asked: DecidedReview,
  by: Agreement,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { pass } = context
  const { disbursement: key } = asked
  await pass('review:locked', lockFor(sql, asked))
  const { picture, taken } = await pass('review:read', pictureOf(sql, asked, 'FOR UPDATE OF x'))
  const outcome = await pass('review:judged', inItsYear(sql, picture, decided(picture, asked)))
  const payout = picture.attempts.find((attempt) => attempt.key === asked.payout)
  if (payout && outcome.payout) {
    const placing = taken ? takeStray(sql, context, picture, taken, by, actor, atMs) : Promise.resolve()
    await pass(
      'review:payout',
      placing.then(() => movePayout(sql, key, payout, outcome, by, atMs)),
    )
  }
  const { programme, programme_version: version, ref } = picture.disbursement
  const rules = await pass('review:ruled', context.programmes.version(programme, version, sql))
  const at = { atMs, lapsesAtMs: renewedDeadline(picture, rules, atMs) }
  const called =
    outcome.disbursement.reason === RECEIVABLE_STANDS
      ? [{ disbursement: key, atMs, ...(payout ? { but: payout.key } : {}) }]
      : []
  const moving = Promise.all([moveDisbursement(sql, picture, outcome, by, at), callBeside(sql, called)])
  await pass('review:moved', moving)
  await pass('review:posted', post(sql, rules, picture, payout, outcome, atMs))
  if (asked.next === 'needs-account') await pass('review:account', failLiveAccount(sql, picture))
  if (outcome.disbursement.state === 'cancelled' && picture.disbursement.state !== 'cancelled')
    await pass('review:unobligated', unobligate(sql, rules, picture.disbursement, atMs))
  await pass('review:audited', tell(sql, picture, asked, outcome, by, actor, atMs))
  if (payout) {
    const word = { proposal: by.proposal, proposedBy: by.proposer, reason: by.reason }
    await pass('review:resettled', resettle(sql, context, payout.key, word, actor, atMs))
  }
  await pass('review:nudged', insertMessages(sql, [nudge(programme, ref, 'payout')]))
}

/** The life, and before it what a stray would be matched by. */
async function lockFor(sql: Sql, { stray, disbursement }: DecidedReview): Promise<void> {
  if (stray !== undefined) await holdStray(sql, stray)
  await lockOwed(sql, disbursement)
}

/** What is given up of a year that ends or has ended is promised to nobody else: it lapses with the year. */
async function inItsYear(sql: Sql, { disbursement }: ReviewPicture, outcome: Decided): Promise<Decided> {
  const isGivenUp = outcome.disbursement.state === 'cancelled' && disbursement.state !== 'cancelled'
  if (!isGivenUp || !(await isEnding(sql, disbursement.programme, disbursement.fiscal_year))) return outcome
  return { ...outcome, disbursement: { ...outcome.disbursement, state: 'lapsed', reason: 'year-end' } }
}

function decided(picture: ReviewPicture, asked: DecidedReview): Decided {
  const { disbursement, attempts } = picture
  const payout = attempts.find(({ key }) => key === asked.payout)
  if (disbursement.programme !== asked.programme || (asked.payout !== null && !payout)) {
    throw new Problem('not-found', `${asked.programme} has no such payout of ${asked.disbursement}`)
  }
  if (disbursement.version !== asked.version || (payout?.version ?? null) !== asked.payoutVersion) {
    throw new Problem('review-moved', 'something has been learnt since it was looked at; look again and decide anew')
  }
  if (payout && payout.state !== 'review')
    throw new Problem('conflict', `${payout.key} is ${payout.state}, not under review`)
  if (!payout && attempts.some(({ state }) => state === 'review')) {
    throw new Problem('conflict', 'one of its payouts is under review: decide about that first')
  }
  const returned = asked.returned === null ? null : (parseMinor(asked.returned) ?? 0n)
  const outcome = decideReview(reviewFactsOf(picture, asked.payout), { ...asked, returned })
  if (outcome.kind === 'refused') throw new Problem('conflict', outcome.why)
  return outcome
}

async function movePayout(
  sql: Sql,
  disbursement: string,
  payout: ReviewedAttempt,
  outcome: Decided,
  by: Agreement,
  atMs: number,
): Promise<void> {
  if (!outcome.payout) return
  const { state, money, returned, superseded } = outcome.payout
  // Whoever is to find out more by asking is asked first of all, however long ago it was asked last.
  const askedAt = state === 'unknown' ? new Date(atMs) : null
  // The one that counts again takes the place: what the others turn out to have done is recorded beside it.
  if (!superseded) await supersedeEnded(sql, disbursement, payout.key)
  const { rowCount } = await sql.query(
    `UPDATE payout SET state = $3, money = $4, returned = $5, superseded = $6, decided_under = $7, version = version + 1,
            asked_at = coalesce($8, asked_at),
            finished_at = CASE WHEN $3 = 'unknown' THEN NULL ELSE coalesce(finished_at, $9) END
      WHERE key = $1 AND version = $2 AND state = 'review'`,
    [payout.key, payout.version, state, money, returned, superseded, by.proposal, askedAt, new Date(atMs)],
  )
  if (rowCount !== 1) throw new Error(`${payout.key} changed under its life lock`)
}

async function moveDisbursement(
  sql: Sql,
  { disbursement }: ReviewPicture,
  { disbursement: to, returned, wasDelivered }: Decided,
  by: Agreement,
  { atMs, lapsesAtMs }: { readonly atMs: number; readonly lapsesAtMs: number },
): Promise<void> {
  const { rowCount } = await sql.query(
    `UPDATE disbursement
        SET state = $3, reason = $4, decided_under = $5, version = version + 1, returned = returned + $6,
            returns = returns + CASE WHEN $6 > 0 THEN 1 ELSE 0 END,
            retries = CASE WHEN $3 = 'released' THEN 0 ELSE retries END,
            release_at = CASE WHEN $3 = 'released' THEN $7 ELSE release_at END,
            lapses_at = CASE WHEN $3 = 'needs-account' THEN greatest(lapses_at, $8) ELSE lapses_at END,
            first_paid_at = CASE WHEN $3 = 'paid' OR $9 THEN coalesce(first_paid_at, $7) ELSE first_paid_at END,
            paid_at = CASE WHEN $3 = 'paid' THEN coalesce(paid_at, $7) ELSE paid_at END
      WHERE key = $1 AND version = $2`,
    [
      disbursement.key,
      disbursement.version,
      to.state,
      to.reason,
      by.proposal,
      returned,
      new Date(atMs),
      new Date(lapsesAtMs),
      // What was delivered is theirs, also where it, or a part of it, came back and is owed anew.
      wasDelivered,
    ],
  )
  if (rowCount !== 1) throw new Error(`${disbursement.key} changed under its life lock`)
}

/** The time under review was not the person's: whoever is asked for another account has as long as if it had only now become due. */
function renewedDeadline({ disbursement }: ReviewPicture, { tranches, zone }: Programme, atMs: number): number {
  const rule = tranches.find(({ code }) => code === disbursement.tranche)
  return rule ? deadlineAfter(atMs, rule.lapsesAfter, zone) : atMs
}

async function post(
  sql: Sql,
  programme: Programme,
  { disbursement }: ReviewPicture,
  payout: ReviewedAttempt | undefined,
  outcome: Decided,
  atMs: number,
): Promise<void> {
  const of = {
    currency: disbursement.currency,
    programme: disbursement.programme,
    ref: disbursement.ref,
    fiscalYear: disbursement.fiscal_year,
    budgetLine: disbursement.budget_line,
    businessDate: localDate(programme.zone, atMs),
  }
  const entry = (event: LedgerEvent, subject: string, amount: bigint): LedgerEntry =>
    payout ? { ...of, event, subject, amount, gateway: payout.gateway } : { ...of, event, subject, amount }
  const entries = payout ? outcome.events.map(({ event, amount }) => entry(event, payout.key, amount)) : []
  const isCancelled = outcome.disbursement.state === 'cancelled' && disbursement.state !== 'cancelled'
  if (isCancelled) entries.push(entry('cancelled', disbursement.key, disbursement.amount))
  if (isLapsing(disbursement, outcome)) entries.push(entry('lapsed', disbursement.key, disbursement.amount))
  await insertPostings(sql, await numbered(sql, entries))
}

function isLapsing(disbursement: ReviewPicture['disbursement'], outcome: Decided): boolean {
  return outcome.disbursement.state === 'lapsed' && disbursement.state !== 'lapsed'
}

/** The account in use is not used again. */
async function failLiveAccount(sql: Sql, { disbursement }: ReviewPicture): Promise<void> {
  await sql.query(
    `UPDATE account SET state = 'failed', reason = 'review-decided' WHERE programme = $1 AND ref = $2 AND ended_at IS NULL`,
    [disbursement.programme, disbursement.ref],
  )
}

async function tell(
  sql: Sql,
  { disbursement, attempts }: ReviewPicture,
  asked: DecidedReview,
  outcome: Decided,
  { proposal, proposer, reason }: Agreement,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { programme, ref, tranche, currency } = disbursement
  const payout = attempts.find(({ key }) => key === asked.payout)
  const before = { disbursement: disbursement.state, payout: payout?.state ?? null, money: payout?.money ?? null }
  const { finding, next } = asked
  const after = {
    tranche,
    finding,
    next,
    returned: outcome.returned.toString(),
    disbursement: outcome.disbursement.state,
    payout: outcome.payout?.state ?? null,
    money: outcome.payout?.money ?? null,
    proposal,
    proposer,
  }
  const subject = asked.payout ?? disbursement.key
  const told = { actor, atMs, subject, programme, ref, reason }
  const isReceivable = outcome.payout?.money === 'receivable' && payout?.money !== 'receivable'
  const amount = payout && (payout.amount - payout.returned - payout.repaid).toString()
  await insertAudit(sql, [
    { ...told, act: 'review-decided', before, after },
    ...(isLapsing(disbursement, outcome)
      ? [
          {
            ...told,
            act: 'disbursement-lapsed' as const,
            subject: disbursement.key,
            before: { state: disbursement.state },
            after: {
              tranche,
              from: disbursement.state,
              to: 'lapsed',
              reason: 'year-end',
              fiscalYear: disbursement.fiscal_year,
              amount: disbursement.amount.toString(),
            },
          },
        ]
      : []),
    ...(isReceivable
      ? [{ ...told, act: 'receivable-opened' as const, after: { tranche, amount, currency, proposal } }]
      : []),
  ])
}
