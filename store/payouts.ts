/** Payouts after the claim: facts about them, resends of the same key and bytes, and handing them to people. */
import { createHash } from 'node:crypto'
import { engineActor } from '../domain/act.ts'
import { followPayout } from '../domain/disbursement.ts'
import { mayBeSentAgain, runTarget } from '../domain/payout-run.ts'
import { givenUpReason, nextForPayout, sendByMs } from '../domain/enquiry.ts'
import { targetsOf } from '../domain/freeze.ts'
import type { PayoutState } from '../domain/payout.ts'
import type { Programme } from '../domain/programme.ts'
import { insertAudit, type AuditEntry } from './audit.ts'
import { inTransaction, one, type Sql } from './database.ts'
import { openDocument, participantOwner } from './documents.ts'
import { heldFreezes } from './freeze-locks.ts'
import { isInForce, sendsInForce } from './gateway-credentials.ts'
import { waitingPayout } from './life-rows.ts'
import type { ObservationItem } from './observation-item.ts'
import { observeLocked, standingOfWork, type ObservationResult } from './observe.ts'
import type { StoreContext } from './options.ts'
import { isAccountGone, isBeforeRestore, isHeld, lockWork, type Work } from './payout-rows.ts'
import { approvalOf } from './run-approval.ts'
import type { DisbursementStanding } from '../domain/standing.ts'
import type { Sealed } from './vault.ts'

export type Reopened =
  | {
      readonly kind: 'reopened'
      readonly send: number
      readonly sendByMs: number
      readonly gateway: string
      readonly reference: string
      /** The idempotency key of the first send. */
      readonly gatewayKey: string
      /** Exactly the bytes of the first send. */
      readonly body: Sealed<Uint8Array>
    }
  | { readonly kind: 'refused'; readonly disbursement: DisbursementStanding }

export interface PayoutQuestion {
  readonly payout: string
  readonly gateway: string
  readonly reference: string
  readonly gatewayId: string | null
  /** Which enquiry about it this will be, counted from 1: two that are asked at once count as one. */
  readonly enquiry: number
  /** Its send started and never ended, and its time is over: its process died. */
  readonly isLost: boolean
}

export interface Payouts {
  /** Folds facts in one transaction; results in the order of the items. */
  observe(items: readonly ObservationItem[]): Promise<ObservationResult[]>
  /** What an enquiry needs to know. */
  question(payout: string, nowMs: number): Promise<PayoutQuestion>
  /** Opens another send of the same key and bytes, if the machine still says so under the lock. */
  reopen(payout: string, nowMs: number): Promise<Reopened>
  /** The ladder is used up: the payout waits for people, or is not sent where nothing of it can have been executed. */
  giveUp(payout: string, nowMs: number): Promise<DisbursementStanding>
}

export function createPayouts(context: StoreContext): Payouts {
  const { database } = context
  return {
    observe: (items) => inTransaction(database, (sql) => observeLocked(sql, context, items)),
    async question(payout, nowMs) {
      const { rows } = await database.pool.query<QuestionRow>(QUESTION, [payout])
      const row = one(rows, `payout ${payout}`)
      const isOpen = row.state === 'submitting' && row.ended_ms === null
      return {
        payout,
        gateway: row.gateway,
        reference: row.reference,
        gatewayId: row.gateway_id,
        enquiry: row.enquiries + 1,
        isLost: isOpen && nowMs >= Number(row.started_ms) + context.timingOf(row.gateway).submitTimeoutMs,
      }
    },
    reopen: (payout, nowMs) => inTransaction(database, (sql) => reopenLocked(sql, context, payout, nowMs)),
    giveUp: (payout, nowMs) => inTransaction(database, (sql) => giveUpLocked(sql, context, payout, nowMs)),
  }
}

interface QuestionRow {
  readonly gateway: string
  readonly reference: string
  readonly gateway_id: string | null
  readonly state: PayoutState
  readonly enquiries: number
  readonly started_ms: bigint
  readonly ended_ms: bigint | null
}

const QUESTION = `
SELECT y.gateway, y.reference, y.gateway_id, y.state, y.enquiries, ms(s.started_at) AS started_ms, ms(s.ended_at) AS ended_ms
  FROM payout y JOIN send s ON s.payout = y.key AND s.number = y.sends
 WHERE y.key = $1`

async function reopenLocked(sql: Sql, context: StoreContext, payout: string, nowMs: number): Promise<Reopened> {
  const { pass } = context
  const row = await pass('resend:locked', lockOne(sql, payout))
  const versioning = context.programmes.version(row.programme, row.programme_version, sql)
  const programme = await pass('resend:ruled', versioning)
  const timing = context.timingOf(row.gateway)
  const next = nextForPayout(waitingPayout(row), timing, nowMs)
  // A resend is a send: a hold, a freeze or another account stops it, and so do people who look at an older attempt and words that are not yet asked about.
  const isStuck = row.disbursement.state !== 'in-flight' || row.disbursement.asked !== null
  const isForbidden = row.lost || isHeld(row) || isAccountGone(row) || isStuck
  const isDue = next.kind === 'resend' && !isForbidden
  if (!isDue || (await pass('resend:checked', isStopped(sql, context, row, programme, nowMs)))) {
    return { kind: 'refused', disbursement: standingOfWork(context, row, programme, nowMs) }
  }
  const send = row.sends + 1
  const by = sendByMs(nowMs, row.first_sent_ms, timing)
  const sending = sql.query('INSERT INTO send (payout, number, started_at, send_by) VALUES ($1, $2, $3, $4)', [
    payout,
    send,
    new Date(nowMs),
    new Date(by),
  ])
  await pass('resend:opened', sending)
  const moving = sql.query<{ request: string; request_sha256: Buffer; gateway_key: string | null }>(
    `UPDATE payout SET state = 'submitting', sends = $2, not_found = 0, not_found_at = NULL, send_again_at = NULL, version = version + 1
      WHERE key = $1 AND version = $3 RETURNING request, request_sha256, gateway_key`,
    [payout, send, row.version],
  )
  const { rows } = await pass('resend:moved', moving)
  const stored = one(rows, `payout ${payout}`)
  const owner = participantOwner(row.programme, row.ref)
  const opening = openDocument(sql, context.vault, { id: stored.request, owner, kind: 'request' })
  const body = await pass('resend:thawed', opening)
  if (!createHash('sha256').update(body.open()).digest().equals(stored.request_sha256)) {
    throw new Error(`the frozen bytes of ${payout} are not those that were claimed`)
  }
  const { programme: code, ref } = row
  const sent: AuditEntry = {
    act: 'payout-sent-again',
    actor: engineActor(),
    atMs: nowMs,
    subject: payout,
    programme: code,
    ref,
    before: { state: row.state, sends: row.sends },
    after: { send },
  }
  await pass('resend:audited', insertAudit(sql, [sent]))
  const { gateway, reference } = row
  return { kind: 'reopened', send, sendByMs: by, gateway, reference, gatewayKey: stored.gateway_key ?? payout, body }
}

/** A freeze in force, a credential that is not, or a programme whose approval no longer covers it; who stops any waits until the transaction ends. */
async function isStopped(
  sql: Sql,
  context: StoreContext,
  row: Work,
  { payment }: Programme,
  nowMs: number,
): Promise<boolean> {
  const targets = targetsOf(row, row.gateway)
  const isApproved = payment.release === 'approved'
  const drafted = isApproved ? await approvalOf(sql, row.disbursement.key) : null
  if (drafted) targets.push(runTarget(drafted.run))
  if ((await heldFreezes(sql, targets)).length > 0) return true
  // Nobody begins a restore while everything is held: what it makes of this payout is seen from here on.
  if (await isBeforeRestore(sql, row.key)) return true
  if (!isInForce(context, await sendsInForce(sql), row.gateway)) return true
  if (!isApproved) return false
  // Read again: what the lock waited for has committed by now.
  const approval = await approvalOf(sql, row.disbursement.key)
  return approval?.run !== drafted?.run || !mayBeSentAgain(payment.release, approval, nowMs)
}

async function giveUpLocked(
  sql: Sql,
  context: StoreContext,
  payout: string,
  nowMs: number,
): Promise<DisbursementStanding> {
  const { pass } = context
  const row = await pass('giving-up:locked', lockOne(sql, payout))
  const versioning = context.programmes.version(row.programme, row.programme_version, sql)
  const programme = await pass('giving-up:ruled', versioning)
  const timing = context.timingOf(row.gateway)
  const next = nextForPayout(waitingPayout(row), timing, nowMs)
  if (next.kind !== 'give-up') return standingOfWork(context, row, programme, nowMs)
  // Where a restore has come between, it may have been sent again, and executed, in the time that is missing.
  if (row.state === 'submitting' && row.sends === row.same_key_retries && !row.before_restore) {
    // Each send was turned away before it was executed, and the gateway asks for more time than it remembers the key.
    const failure = { class: 'retry-new', code: 'send-too-late', vendorCode: '' } as const
    const item = { payout, source: 'submit', fact: { kind: 'not-sent', failure }, atMs: nowMs } as const
    const [result] = await pass('giving-up:unsent', observeLocked(sql, context, [item]))
    return result?.disbursement ?? standingOfWork(context, row, programme, nowMs)
  }
  const why = givenUpReason(row.state)
  const moving = sql.query(
    `UPDATE payout SET state = 'review', finished_at = NULL, version = version + 1 WHERE key = $1`,
    [payout],
  )
  await pass('giving-up:moved', moving)
  const { to, reason } = followPayout(
    { ...row.disbursement, isNewest: row.n === row.disbursement.attempts },
    {
      to: 'review',
      reason: why,
      retryAfterMs: null,
      accountFailed: false,
      isRetry: false,
    },
  )
  const following = sql.query('UPDATE disbursement SET state = $2, reason = $3, version = version + 1 WHERE key = $1', [
    row.disbursement.key,
    to,
    reason,
  ])
  await pass('giving-up:followed', following)
  await pass('giving-up:audited', insertAudit(sql, [reviewNeeded(row, why, nowMs)]))
  row.state = 'review'
  row.disbursement.state = to
  row.disbursement.reason = reason
  return standingOfWork(context, row, programme, nowMs)
}

/** As the payout stood before. */
function reviewNeeded({ key, programme, ref, state, disbursement }: Work, reason: string, atMs: number): AuditEntry {
  const after = { tranche: disbursement.tranche, reason }
  return { act: 'review-needed', actor: engineActor(), atMs, subject: key, programme, ref, before: { state }, after }
}

async function lockOne(sql: Sql, payout: string): Promise<Work> {
  const row = (await lockWork(sql, [payout])).get(payout)
  if (!row) throw new Error(`no payout ${payout}`)
  return row
}
