/**
 * The payout machine: one attempt to deliver a disbursement through one gateway. Pure: a fact in, a decision out.
 * Whatever the source (submit, callback, enquiry, statement) the same fold decides; the store applies it under the row's lock.
 */
import type { Failure, Observation } from './observation.ts'

export const PAYOUT_STATES = [
  'submitting',
  'unknown',
  'accepted',
  'processing',
  'failing',
  'paid',
  'failed',
  'cancelled',
  'not-sent',
  'returned',
  'review',
] as const
export type PayoutState = (typeof PAYOUT_STATES)[number]

/** While a payout is in one of these no other attempt may exist: the partial unique index of the database says the same. */
export const BLOCKING_STATES: readonly PayoutState[] = [
  'submitting',
  'unknown',
  'accepted',
  'processing',
  'failing',
  'paid',
  'review',
]

/** The engine still does something about it by itself: it is sent, asked about, or given up to people. */
export const FOLLOWED_STATES: readonly PayoutState[] = ['submitting', 'unknown', 'accepted', 'processing', 'failing']

/** Money may be under way: it stands in the clearing account. */
export const OPEN_STATES: readonly PayoutState[] = [
  'submitting',
  'unknown',
  'accepted',
  'processing',
  'failing',
  'review',
]

/**
 * Where the amount of a payout stands: on its way, with the payee, or owed to the payee (again). The last three are of money that
 * left a gateway and is not what the payee was owed: somebody owes it to us, nobody will give it back, or it was given back to the
 * treasury.
 */
export const PAYOUT_MONEY = ['clearing', 'credited', 'back', 'receivable', 'written-off', 'repaid'] as const
export type PayoutMoney = (typeof PAYOUT_MONEY)[number]

/** Orders facts that arrive late: a fact of lower or equal rank changes nothing. */
const RANK: Readonly<Record<PayoutState, number>> = {
  submitting: 0,
  unknown: 0,
  accepted: 1,
  processing: 2,
  failing: 3,
  paid: 4,
  failed: 4,
  cancelled: 4,
  'not-sent': 4,
  returned: 5,
  review: 6,
}

export const OBSERVATION_SOURCES = ['submit', 'callback', 'enquiry', 'statement'] as const
export type ObservationSource = (typeof OBSERVATION_SOURCES)[number]

/** When a gateway's failure is final: told, or only once the statements of its days are here and have no debit of it. */
export type FailureFinal = 'at-once' | 'after-statement'

/** What can be learnt about a payout. */
export type PayoutFact =
  | { readonly kind: 'observed'; readonly observation: Observation }
  /** An enquiry found more than one object under the reference: an alarm. */
  | { readonly kind: 'several'; readonly count: number }
  | { readonly kind: 'not-sent'; readonly failure: Failure }
  | { readonly kind: 'retry-same'; readonly failure: Failure }
  /** A send ended without an answer that proves anything, or its process died. */
  | { readonly kind: 'unanswered'; readonly failure: Failure }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'unavailable'; readonly failure: Failure }
  /** The statements of all days on which its debit could have come are there, whole, and none has it. */
  | { readonly kind: 'undebited' }
  /** The same of the credit by which it came back. */
  | { readonly kind: 'uncredited' }

export interface PayoutFacts {
  readonly state: PayoutState
  /** The frozen amount in minor units. */
  readonly amount: bigint
  readonly currency: string
  /** Sends so far that may have been executed, this one included: those the gateway proved away do not count. */
  readonly sends: number
  /** Answers of 429 and the like so far: after five the payout is unknown. */
  readonly sameKeyRetries: number
  readonly gatewayId: string | null
  /** Why it fails, or has failed. */
  readonly failure: Failure | null
  /** Whether the gateway's word that it has failed is the end of it. */
  readonly failureFinal: FailureFinal
  /** Some of it has come back already, or all of it by another way: what comes back now is for people to place. */
  readonly isPartlyBack: boolean
  /** The observation tells of another account than the frozen one: told by whoever can compare them. */
  readonly isOtherAccount: boolean
  /** It was told to have come back, its gateway was asked about that, and this answer does not bear it out. */
  readonly isReturnContradicted: boolean
}

export type PayoutDecision =
  /** Nothing changes; `note` says why, for the record of observations. */
  | { readonly kind: 'keep'; readonly note: 'late' | 'repeated' | 'says-nothing' }
  | { readonly kind: 'move'; readonly to: PayoutState; readonly failure: Failure | null; readonly alarm: Alarm | null }
  /** Same state, same key, sent again not before a time the gateway asked for. */
  | { readonly kind: 'send-again'; readonly afterMs: number }

/** Why people must look. */
export type Alarm =
  'other-amount' | 'other-account' | 'contradiction' | 'two-objects' | 'another-object' | 'no-debit' | 'no-credit'

/** Alarms that say that one reference stands for two payouts at the gateway: nothing more is sent there. */
export const TWIN_ALARMS: readonly Alarm[] = ['two-objects', 'another-object']

/** Which of them a fact raises, also where people look at the payout already for another reason; null when none. */
export function twinAlarm(gatewayId: string | null, fact: PayoutFact): Alarm | null {
  if (fact.kind === 'several') return 'two-objects'
  const seen = fact.kind === 'observed' ? fact.observation.gatewayId : null
  return gatewayId !== null && seen !== null && gatewayId !== seen ? 'another-object' : null
}

const SAME_KEY_RETRIES_MAX = 5

/** Folds one fact into a payout. Exhaustive over the facts; never throws. */
export function foldPayout(payout: PayoutFacts, fact: PayoutFact, source: ObservationSource): PayoutDecision {
  const decision = foldFact(payout, fact, source)
  return decision.kind === 'keep' && payout.isReturnContradicted ? toReviewOnce(payout, 'contradiction') : decision
}

function foldFact(payout: PayoutFacts, fact: PayoutFact, source: ObservationSource): PayoutDecision {
  switch (fact.kind) {
    case 'observed':
      return foldObservation(payout, fact.observation, source)
    case 'several':
      return toReviewOnce(payout, 'two-objects')
    case 'not-sent':
      return foldNotSent(payout, fact.failure)
    case 'retry-same':
      return foldRetrySame(payout, fact.failure)
    case 'unanswered':
      return payout.state === 'submitting' ? move('unknown', fact.failure) : keep('late')
    case 'not-found':
    case 'unavailable':
      return keep('says-nothing')
    case 'undebited':
      // What was told to have failed has: nobody has taken anything for it.
      if (payout.state === 'failing') return move('failed', payout.failure)
      // Never a reason to pay again: whether the money is with the payee is for people to find out.
      return payout.state === 'paid' || payout.state === 'returned' ? toReview('no-debit') : keep('says-nothing')
    case 'uncredited':
      // It was owed again because it had come back: whether it has is for people to find out.
      return payout.state === 'returned' || payout.isPartlyBack
        ? toReviewOnce(payout, 'no-credit')
        : keep('says-nothing')
  }
}

function foldObservation(payout: PayoutFacts, seen: Observation, source: ObservationSource): PayoutDecision {
  if (payout.state === 'review') return keep('late')
  if (twinAlarm(payout.gatewayId, { kind: 'observed', observation: seen })) return toReview('another-object')
  // The money that moved must be the money that was approved; anything else is never a success.
  if (seen.amount && (seen.amount.minor !== payout.amount || seen.amount.currency !== payout.currency)) {
    return toReview('other-amount')
  }
  if (payout.isOtherAccount) return toReview('other-account')
  const to = seen.state
  // A refusal of a resend may be the duplicate talking about the first send, and one of something that a callback has told to be
  // under way contradicts it: only an enquiry tells.
  const isUnderWay = payout.state === 'accepted' || payout.state === 'processing'
  if (to === 'failed' && source === 'submit' && (payout.sends > 1 || isUnderWay)) {
    return unknownFrom(payout, seen.failure)
  }
  if (to === 'failed' && seen.failure?.class === 'unknown') return unknownFrom(payout, seen.failure)
  // Until the statement of its day is here such a failure may still turn out to be a success: nothing else is sent before.
  if ((to === 'failed' || to === 'cancelled') && isOpenEnd(payout)) {
    return payout.state === 'failing' ? keep('repeated') : move('failing', seen.failure)
  }
  if (RANK[to] > RANK[payout.state]) return moveForward(payout, to, seen)
  if (to === payout.state || RANK[to] < RANK[payout.state]) return keep(to === payout.state ? 'repeated' : 'late')
  return toReview('contradiction')
}

function isOpenEnd({ state, failureFinal }: PayoutFacts): boolean {
  return failureFinal === 'after-statement' && RANK[state] <= RANK.failing
}

function moveForward(payout: PayoutFacts, to: PayoutState, seen: Observation): PayoutDecision {
  const definitive: readonly PayoutState[] = ['failed', 'cancelled', 'not-sent']
  // A return of something that never was paid contradicts itself; before the success it is only early.
  if (to === 'returned' && (definitive.includes(payout.state) || payout.isPartlyBack)) return toReview('contradiction')
  return move(to, seen.failure)
}

function unknownFrom(payout: PayoutFacts, failure: Failure | null): PayoutDecision {
  return payout.state === 'submitting' ? move('unknown', failure) : keep('says-nothing')
}

function foldNotSent(payout: PayoutFacts, failure: Failure): PayoutDecision {
  if (payout.state !== 'submitting') return keep('late')
  // A resend that did not leave proves nothing about the first send.
  return payout.sends > 1 ? move('unknown', failure) : move('not-sent', failure)
}

function foldRetrySame(payout: PayoutFacts, failure: Failure): PayoutDecision {
  if (payout.state !== 'submitting') return keep('late')
  if (payout.sends > 1 || payout.sameKeyRetries >= SAME_KEY_RETRIES_MAX) return move('unknown', failure)
  return { kind: 'send-again', afterMs: failure.retryAfterMs ?? 1000 }
}

function keep(note: 'late' | 'repeated' | 'says-nothing'): PayoutDecision {
  return { kind: 'keep', note }
}

function move(to: PayoutState, failure: Failure | null): PayoutDecision {
  return { kind: 'move', to, failure, alarm: null }
}

function toReviewOnce({ state }: PayoutFacts, alarm: Alarm): PayoutDecision {
  return state === 'review' ? keep('repeated') : toReview(alarm)
}

function toReview(alarm: Alarm): PayoutDecision {
  return { kind: 'move', to: 'review', failure: null, alarm }
}
