/** From the sandbox's words to the one vocabulary every gateway shares. */
import type { Failure, Observation, ObservedState } from '../../domain/observation.ts'
import type { StatementFormat } from '../../domain/statement.ts'
import type { AccountCheck, EnquiryResult, StatementAnswer, SubmitResult } from '../gateway.ts'
import type { HttpAnswer, HttpDownload } from '../http.ts'
import { outcomeFailure, refusalFailure } from './failures.ts'
import type { PayoutObject } from './wire.ts'
import { readAccountAnswer, readPayout, readPayoutList, readRefusalCode } from './wire.ts'

const STATES: ReadonlyMap<string, ObservedState> = new Map([
  ['ACCEPTED', 'accepted'],
  ['PROCESSING', 'processing'],
  ['SUCCEEDED', 'paid'],
  ['FAILED', 'failed'],
  ['CANCELLED', 'cancelled'],
  ['RETURNED', 'returned'],
])

export function toObservation(payout: PayoutObject): Observation {
  // A status nobody has heard of proves only that the payout is known there.
  const state = STATES.get(payout.status) ?? 'processing'
  const { destination } = payout
  return {
    state,
    gatewayId: payout.id,
    amount: { minor: payout.amount, currency: payout.currency },
    account: destination && { institution: destination.institution, number: destination.account, isWhole: true },
    failure: state === 'failed' ? outcomeFailure(payout.failureCode ?? '') : null,
    vendorStatus: payout.status,
    at: payout.updatedAt,
  }
}

export function toSubmitResult(answer: HttpAnswer, reference: string): SubmitResult {
  if (answer.kind !== 'answered') return answer
  if (answer.status === 429) return { kind: 'retry-same', failure: rateLimited(answer.retryAfterMs) }
  if (answer.status >= 400) return toRefusal(answer.status, readRefusalCode(answer.json))
  const payout = readPayout(answer.json)
  if (!payout) return { kind: 'unknown', failure: unreadable(answer.status) }
  // An answer about another payout says nothing about ours.
  if (payout.reference !== reference) return { kind: 'unknown', failure: otherReference() }
  return { kind: 'observed', observation: toObservation(payout) }
}

/** A documented refusal is definitive; it has no object at the gateway, so `gatewayId` is null. */
function toRefusal(status: number, vendorCode: string): SubmitResult {
  const failure = refusalFailure(status, vendorCode)
  if (failure.class === 'unknown') return { kind: 'unknown', failure }
  const vendorStatus = `HTTP ${status}`
  return {
    kind: 'observed',
    observation: { state: 'failed', gatewayId: null, amount: null, account: null, failure, vendorStatus, at: null },
  }
}

export function toEnquiryResult(answer: HttpAnswer, reference: string): EnquiryResult {
  if (answer.kind !== 'answered') return { kind: 'unavailable', failure: answer.failure }
  const refused = refusedQuestion(answer.status, answer.json, answer.retryAfterMs)
  if (refused) return { kind: 'unavailable', failure: refused }
  const payouts = readPayoutList(answer.json)
  if (!payouts) return { kind: 'unavailable', failure: unreadable(answer.status) }
  if (payouts.some((payout) => payout.reference !== reference))
    return { kind: 'unavailable', failure: otherReference() }
  const [first, ...others] = payouts.map(toObservation)
  return first ? { kind: 'found', observations: [first, ...others] } : { kind: 'not-found' }
}

export function toAccountCheck(answer: HttpAnswer): AccountCheck {
  if (answer.kind !== 'answered') return { kind: 'unavailable', failure: answer.failure }
  const refused = refusedQuestion(answer.status, answer.json, answer.retryAfterMs)
  if (refused?.class === 'permanent') return { kind: 'invalid', failure: refused }
  if (refused) return { kind: 'unavailable', failure: refused }
  const account = readAccountAnswer(answer.json)
  if (!account) return { kind: 'unavailable', failure: unreadable(answer.status) }
  if (account.valid) return { kind: 'valid', registeredName: account.registeredName }
  return { kind: 'invalid', failure: outcomeFailure(account.code) }
}

function refusedQuestion(status: number, json: unknown, retryAfterMs: number | null): Failure | undefined {
  if (status === 429) return rateLimited(retryAfterMs)
  return status >= 400 ? refusalFailure(status, readRefusalCode(json)) : undefined
}

function rateLimited(retryAfterMs: number | null): Failure {
  const failure: Failure = { class: 'retry-same', code: 'rate-limited', vendorCode: 'HTTP 429' }
  return retryAfterMs === null ? failure : { ...failure, retryAfterMs }
}

function unreadable(status: number): Failure {
  return { class: 'unknown', code: 'unreadable-answer', vendorCode: `HTTP ${status}` }
}

function otherReference(): Failure {
  return { class: 'unknown', code: 'other-reference', vendorCode: '' }
}

export function toStatementAnswer(answer: HttpDownload, format: StatementFormat): StatementAnswer {
  if (answer.kind === 'streaming') return { kind: 'found', file: { format, bytes: answer.bytes } }
  if (answer.kind !== 'answered') return { kind: 'unavailable', failure: answer.failure }
  const code = readRefusalCode(answer.json)
  if (answer.status === 404 && code === 'STATEMENT_NOT_READY') return { kind: 'not-ready' }
  return { kind: 'unavailable', failure: refusalFailure(answer.status, code) }
}
