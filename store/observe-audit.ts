/** What is told about a fact: the audit rows of a payout's move, of its disbursement's, and of every enquiry. */
import { engineActor, type Change } from '../domain/act.ts'
import type { DisbursementState } from '../domain/disbursement.ts'
import type { PayoutDecision, PayoutState } from '../domain/payout.ts'
import type { AuditEntry } from './audit.ts'
import type { ObservationItem } from './observation-item.ts'
import type { Work } from './payout-rows.ts'

const PAYOUT_ACTS: Readonly<Record<PayoutState, Change>> = {
  submitting: 'payout-sent-again',
  unknown: 'payout-unknown',
  accepted: 'payout-accepted',
  processing: 'payout-accepted',
  failing: 'payout-failing',
  paid: 'payout-paid',
  failed: 'payout-failed',
  cancelled: 'payout-failed',
  'not-sent': 'payout-failed',
  returned: 'payout-returned',
  review: 'review-needed',
}

/** What is told of a disbursement that a payout's end, or a refusal before it, has moved. */
export const DISBURSEMENT_ACTS: Readonly<Partial<Record<DisbursementState, Change>>> = {
  released: 'retry-scheduled',
  'needs-account': 'needs-account',
  'float-short': 'float-short',
  review: 'review-needed',
  failed: 'disbursement-failed',
}

/** An account to which nothing more is paid; `told` is the payout, or the disbursement, that said so. */
export function accountFailed(
  of: { readonly account: string; readonly programme: string; readonly ref: string },
  reason: string,
  told: string,
  atMs: number,
): AuditEntry {
  const { account, programme, ref } = of
  const after = { state: 'failed', reason, told }
  const before = { failed: false }
  const subject = `account:${account}`
  return { act: 'account-failed', actor: engineActor(), atMs, subject, programme, ref, before, after }
}

/** An account to which nothing is paid until its month is over. */
export function accountRests(
  of: { readonly account: string; readonly programme: string; readonly ref: string },
  untilMs: number,
  told: string,
  atMs: number,
): AuditEntry {
  const { account, programme, ref } = of
  const after = { verdict: 'rests', untilMs, told }
  return { act: 'account-checked', actor: engineActor(), atMs, subject: `account:${account}`, programme, ref, after }
}

/** How a payout and its disbursement stood before a fact. */
export interface Before {
  readonly payout: PayoutState
  readonly disbursement: Pick<Work['disbursement'], 'state' | 'reason'>
}

/** The audit rows of one folded fact; `row` is as it stands after the fold. */
export function tellOf(row: Work, item: ObservationItem, was: Before, decision: PayoutDecision): AuditEntry[] {
  const entries: AuditEntry[] = []
  const { programme, ref } = row
  const of = { actor: engineActor(), atMs: item.atMs, programme, ref }
  const facts = { tranche: row.disbursement.tranche, gateway: row.gateway, source: item.source }
  if (item.source === 'enquiry')
    entries.push({ ...of, act: 'payout-enquired', subject: row.key, after: { ...facts, answer: item.fact.kind } })
  if (decision.kind !== 'move') return entries
  const failure = decision.failure && { class: decision.failure.class, code: decision.failure.code }
  const amount = row.amount.toString()
  const { alarm } = decision
  const from = was.payout
  const after = { ...facts, from, to: row.state, amount, currency: row.currency, failure, alarm }
  entries.push({ ...of, act: PAYOUT_ACTS[row.state], subject: row.key, before: { state: from }, after })
  const act = DISBURSEMENT_ACTS[row.disbursement.state]
  if (act && row.state !== 'review') {
    const { key: subject, reason, state: to } = row.disbursement
    entries.push({ ...of, act, subject, before: was.disbursement, after: { tranche: facts.tranche, reason, to } })
  }
  return entries
}
