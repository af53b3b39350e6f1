/**
 * What two people decide about a payout that the machines cannot place, and about what is owed because of it. Pure: what stands
 * there and what was found in, states and ledger events out. Nothing here guesses: a decision that the books contradict is refused.
 */
import { RECEIVABLE_STANDS, type DisbursementState } from './disbursement.ts'
import type { LedgerEvent } from './ledger.ts'
import type { PayoutMoney, PayoutState } from './payout.ts'

/**
 * What became of the payout: delivered, never delivered, delivered and come back, come back in part, to be asked about once more,
 * delivered although nobody was owed it (or to somebody else) and to be had back, or not to be had back.
 */
export const FINDINGS = [
  'paid',
  'not-paid',
  'returned',
  'partly-returned',
  'unknown',
  'receivable',
  'written-off',
] as const
export type Finding = (typeof FINDINGS)[number]

/** What happens with what is still owed: sent again to the account in use, to another one, stopped until decided anew, or not owed any more. */
export const REVIEW_STEPS = ['pay-again', 'needs-account', 'hold', 'cancel'] as const
export type ReviewStep = (typeof REVIEW_STEPS)[number]

/** The payout that is under review, as the books have it. Minor units. */
export interface ReviewedPayout {
  readonly money: PayoutMoney
  readonly amount: bigint
  /** Came back of it already. */
  readonly returned: bigint
  /** Given back of it otherwise, while it was a receivable. */
  readonly repaid: bigint
  /** It is under review because what counted came to nothing, with all that stands beside. */
  readonly isCalled: boolean
  /** A statement shows its debit. */
  readonly isDebited: boolean
}

export interface ReviewFacts {
  /** Null where only the disbursement waits for people. */
  readonly payout: ReviewedPayout | null
  readonly disbursement: {
    readonly state: DisbursementState
    readonly amount: bigint
  }
  /** The disbursement's other attempts. */
  readonly others: {
    /** Delivered and not come back. */
    readonly delivered: bigint
    /** May still be delivered: until it has ended it counts as delivered. */
    readonly underWay: bigint
    readonly areReviewed: boolean
    /** Of the reviewed ones, what has left for the payee: it counts as delivered until people have decided about it. */
    readonly mayBeDelivered: bigint
    /** To be had back, or given up, because another one counted: nobody has decided that it is owed all the same. */
    readonly areBeside: boolean
  }
}

export interface ReviewDecision {
  /** Null exactly when no payout is under review. */
  readonly finding: Finding | null
  /** What came back, for `partly-returned`; else null. */
  readonly returned: bigint | null
  /** Null exactly when nothing is left to decide. */
  readonly next: ReviewStep | null
}

export interface ReviewedEnd {
  readonly state: PayoutState
  readonly money: PayoutMoney
  /** Of it in all. */
  readonly returned: bigint
  /** Another attempt may stand beside it. */
  readonly superseded: boolean
}

export interface ReviewEvent {
  readonly event: LedgerEvent
  readonly amount: bigint
}

export type ReviewOutcome =
  | Refused
  | {
      readonly kind: 'decided'
      readonly payout: ReviewedEnd | null
      /** Of the payout, in order. */
      readonly events: readonly ReviewEvent[]
      readonly disbursement: { readonly state: DisbursementState; readonly reason: string | null }
      /** It came back (another time). */
      readonly returned: bigint
      /** What was owed was with the payee, whatever came back of it. */
      readonly wasDelivered: boolean
    }

interface Placed {
  readonly events: readonly LedgerEvent[]
  readonly money: PayoutMoney
  readonly state: PayoutState
}

/** Where each finding puts the money, by where it stands; what is missing contradicts the books. */
const PLACES: Readonly<Record<PayoutMoney, Partial<Record<Finding, Placed>>>> = {
  clearing: {
    paid: { events: ['paid'], money: 'credited', state: 'paid' },
    'not-paid': { events: ['voided'], money: 'back', state: 'failed' },
    returned: { events: ['paid', 'returned'], money: 'back', state: 'returned' },
    'partly-returned': { events: ['paid', 'returned'], money: 'credited', state: 'paid' },
    unknown: { events: [], money: 'clearing', state: 'unknown' },
    receivable: { events: ['voided', 'overpaid'], money: 'receivable', state: 'paid' },
    'written-off': { events: ['voided', 'overpaid', 'receivable-written-off'], money: 'written-off', state: 'paid' },
  },
  credited: {
    paid: { events: [], money: 'credited', state: 'paid' },
    'not-paid': { events: ['unpaid'], money: 'back', state: 'failed' },
    returned: { events: ['returned'], money: 'back', state: 'returned' },
    'partly-returned': { events: ['returned'], money: 'credited', state: 'paid' },
    receivable: { events: ['unpaid', 'overpaid'], money: 'receivable', state: 'paid' },
    'written-off': { events: ['unpaid', 'overpaid', 'receivable-written-off'], money: 'written-off', state: 'paid' },
  },
  back: {
    paid: { events: ['late-paid'], money: 'credited', state: 'paid' },
    'not-paid': { events: [], money: 'back', state: 'failed' },
    returned: { events: [], money: 'back', state: 'returned' },
    'partly-returned': { events: ['late-paid', 'returned'], money: 'credited', state: 'paid' },
    receivable: { events: ['overpaid'], money: 'receivable', state: 'paid' },
    'written-off': { events: ['overpaid', 'receivable-written-off'], money: 'written-off', state: 'paid' },
  },
  receivable: {
    // It is the payment after all: nothing moves at the gateway, and nobody owes it to us any more.
    paid: { events: ['receivable-counted'], money: 'credited', state: 'paid' },
    'not-paid': { events: ['recovered'], money: 'back', state: 'failed' },
    returned: { events: ['recovered'], money: 'back', state: 'returned' },
    receivable: { events: [], money: 'receivable', state: 'paid' },
    'written-off': { events: ['receivable-written-off'], money: 'written-off', state: 'paid' },
  },
  'written-off': {
    paid: { events: ['written-off-counted'], money: 'credited', state: 'paid' },
    'not-paid': { events: ['written-off-recovered'], money: 'back', state: 'failed' },
    returned: { events: ['written-off-recovered'], money: 'back', state: 'returned' },
    'written-off': { events: [], money: 'written-off', state: 'paid' },
  },
  // Given back to the treasury: that it never left, or came back there too, is for a discrepancy to tell.
  repaid: { receivable: { events: [], money: 'repaid', state: 'paid' } },
}

/** What a decision comes to. Never throws. */
export function decideReview(facts: ReviewFacts, decision: ReviewDecision): ReviewOutcome {
  const { payout } = facts
  if ((payout === null) !== (decision.finding === null)) {
    return refused(payout ? 'a payout is under review: say what became of it' : 'no payout is under review')
  }
  if (payout === null || decision.finding === null) return withoutPayout(facts, decision)
  const placed = PLACES[payout.money][decision.finding]
  if (!placed) return refused(`its money stands as ${payout.money}: it cannot be found ${decision.finding}`)
  // The person may have it: sending it again would pay twice.
  if (decision.finding === 'not-paid' && payout.isDebited)
    return refused('a statement shows its debit: it was paid, it came back, or it is to be had back')
  const part = partOf(payout, decision)
  if (typeof part === 'string') return refused(part)
  return follow(facts, decision, placed, part)
}

/** How much came back by this decision; or why that cannot be. */
function partOf({ amount, returned, money }: ReviewedPayout, decision: ReviewDecision): bigint | string {
  const left = amount - returned
  if (decision.finding !== 'partly-returned') {
    if (decision.returned !== null) return 'only of a partial return an amount is told'
    return decision.finding === 'returned' && !isBeside(money) ? left : 0n
  }
  if (decision.returned === null) return 'of a partial return the amount is told'
  return decision.returned > 0n && decision.returned < left
    ? decision.returned
    : `a part of ${left} is more than 0 and less`
}

function follow(facts: ReviewFacts, decision: ReviewDecision, placed: Placed, part: bigint): ReviewOutcome {
  const { payout, disbursement, others } = facts
  if (payout === null) return refused('no payout is under review')
  const left = payout.amount - payout.returned - payout.repaid
  // What was given back would be lost to the person: no event owes it to them again.
  if (payout.repaid > 0n && (placed.money === 'credited' || placed.money === 'back'))
    return refused(
      'part of it was given back as a receivable: it stays one, and what came back besides is a discrepancy',
    )
  const returned = payout.returned + (placed.events.includes('returned') ? part : 0n)
  const delivered = placed.money === 'credited' ? payout.amount - returned : 0n
  const isEnded = disbursement.state === 'lapsed' || disbursement.state === 'cancelled'
  // A part of what has lapsed may be with the payee all the same.
  const isKept = disbursement.state === 'lapsed' && payout.money === 'credited'
  const wasCounted = payout.money === 'clearing' || payout.money === 'credited'
  if (isEnded && !isKept && (wasCounted || placed.money === 'credited'))
    return refused('nothing is owed any more: what was delivered is a receivable')
  // All of it had left before a part of it came back: it would have paid more than is owed.
  if (decision.finding === 'partly-returned' && left > disbursement.amount)
    return refused('it was more than is owed, whatever of it came back: what was delivered is a receivable')
  const counted = others.delivered + others.underWay + delivered
  if (delivered > 0n && counted > disbursement.amount)
    return refused('another attempt has paid it, or is about to: what was delivered twice is a receivable')
  const owed = disbursement.amount - others.delivered - delivered
  const isOpen = placed.money === 'clearing'
  // What is owed again may be claimed again beside what was delivered of it; and a part stands beside another one.
  const isPart = returned > 0n || owed > 0n || others.delivered > 0n
  const superseded = !isOpen && (placed.money !== 'credited' || isPart)
  // It would stand beside the other as one that counts: what became of that one is decided first.
  const isRevived = !wasCounted && delivered > 0n
  const isWithin = superseded && counted + others.mayBeDelivered <= disbursement.amount
  if (isRevived && others.areReviewed && !isWithin)
    return refused('another attempt is under review: decide about that one first')
  const next = nextOf(facts, decision, placed, isEnded ? 0n : owed)
  if (next.kind === 'refused') return next
  return {
    kind: 'decided',
    payout: { state: placed.state, money: placed.money, returned: placed.money === 'back' ? 0n : returned, superseded },
    events: [
      ...placed.events.map((event) => ({ event, amount: event === 'returned' ? part : left })),
      ...lapsing(isKept, left - delivered),
    ],
    disbursement: { state: next.state, reason: next.reason },
    returned: placed.events.includes('returned') ? part : 0n,
    wasDelivered: placed.money === 'credited' || (decision.finding === 'returned' && !isBeside(payout.money)),
  }
}

/** What the payee has no more of what has lapsed is not owed again: it lapses as the rest has. */
function lapsing(isKept: boolean, amount: bigint): readonly ReviewEvent[] {
  return isKept && amount > 0n ? [{ event: 'lapsed', amount }] : []
}

/** It was delivered beside what was owed, which it did not pay. */
function isBeside(money: PayoutMoney): boolean {
  return money === 'receivable' || money === 'written-off'
}

function withoutPayout(facts: ReviewFacts, decision: ReviewDecision): ReviewOutcome {
  if (facts.disbursement.state !== 'review') return refused('it is not under review')
  if (decision.returned !== null) return refused('only of a partial return an amount is told')
  const owed = facts.disbursement.amount - facts.others.delivered
  const next = nextOf(facts, decision, null, owed)
  if (next.kind === 'refused') return next
  return {
    kind: 'decided',
    payout: null,
    events: [],
    disbursement: { state: next.state, reason: next.reason },
    returned: 0n,
    wasDelivered: false,
  }
}

interface Refused {
  readonly kind: 'refused'
  readonly why: string
}

interface Next {
  readonly kind: 'next'
  readonly state: DisbursementState
  readonly reason: string | null
}

function nextOf(facts: ReviewFacts, { next }: ReviewDecision, placed: Placed | null, owed: bigint): Next | Refused {
  const { disbursement, others } = facts
  const decided = settledNext(facts, placed, owed)
  if (decided) return next === null ? decided : refused(`nothing is left to decide: it is ${decided.state}`)
  switch (next) {
    case null:
      return refused(`${owed} are still owed: say what happens with them`)
    case 'pay-again':
      return { kind: 'next', state: 'released', reason: 'review-decided' }
    case 'needs-account':
      return { kind: 'next', state: 'needs-account', reason: 'review-decided' }
    case 'hold':
      return { kind: 'next', state: 'review', reason: 'held-by-decision' }
    case 'cancel':
      return others.delivered === 0n && owed === disbursement.amount
        ? { kind: 'next', state: 'cancelled', reason: 'review-decided' }
        : refused('part of it was delivered: it cannot be cancelled')
  }
}

/** Where the disbursement goes without a word of theirs. */
function settledNext(
  { payout, disbursement, others }: ReviewFacts,
  placed: Placed | null,
  owed: bigint,
): Next | undefined {
  const { state } = disbursement
  if (state === 'lapsed' || state === 'cancelled') return { kind: 'next', state, reason: 'review-decided' }
  if (others.areReviewed) return { kind: 'next', state: 'review', reason: 'another-attempt-reviewed' }
  if (others.underWay > 0n || placed?.money === 'clearing') return { kind: 'next', state: 'in-flight', reason: null }
  if (owed === 0n) return { kind: 'next', state: 'paid', reason: null }
  // Whoever finds the last of what stands beside to be no payment has looked at all of it, and says what happens with what is owed.
  const isLastBeside = payout?.isCalled === true && placed !== null && isBeside(placed.money)
  if (!others.areBeside || isLastBeside) return undefined
  return { kind: 'next', state: 'review', reason: RECEIVABLE_STANDS }
}

function refused(why: string): Refused {
  return { kind: 'refused', why }
}
