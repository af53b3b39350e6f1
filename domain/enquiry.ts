/** When a payout is asked about, and when the same key and bytes may be sent again. Pure; every time is an argument. */
import type { PayoutState } from './payout.ts'

export interface WaitingPayout {
  readonly state: PayoutState
  /** A send has started and no end is recorded. */
  readonly sendOpen: boolean
  /** Sends that may have been executed. */
  readonly sends: number
  readonly firstSentAtMs: number
  readonly lastSendStartedAtMs: number
  /** When the last send ended, or its timeout passed. */
  readonly lastSendEndedAtMs: number
  readonly enquiries: number
  readonly lastEnquiryAtMs: number | null
  /** Answers `not-found` that came after the quiet period of the last send. */
  readonly notFound: number
  /** Set when a gateway asked for the same key again, not before this time. */
  readonly sendAgainAtMs: number | null
}

export interface EnquiryTiming {
  readonly submitTimeoutMs: number
  readonly enquiryLadderMs: readonly number[]
  readonly quietPeriodMs: number
  readonly replayHorizonMs: number
  readonly replayMarginMs: number
  readonly giveUpMs: number
}

export type NextForPayout =
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'enquire' }
  | { readonly kind: 'resend' }
  | { readonly kind: 'give-up' }
  | { readonly kind: 'nothing' }

/** First send and two resends; more would only repeat the same silence. */
const SENDS_MAX = 3
const NOT_FOUND_BEFORE_RESEND = 2

/** The next thing to do about a payout at `nowMs`. */
export function nextForPayout(payout: WaitingPayout, timing: EnquiryTiming, nowMs: number): NextForPayout {
  if (payout.state === 'submitting') return nextWhileSubmitting(payout, timing, nowMs)
  if (payout.state === 'unknown') return nextWhileUnknown(payout, timing, nowMs)
  if (payout.state === 'accepted' || payout.state === 'processing') return nextEnquiry(payout, timing, nowMs)
  return { kind: 'nothing' }
}

function nextWhileSubmitting(payout: WaitingPayout, timing: EnquiryTiming, nowMs: number): NextForPayout {
  if (!payout.sendOpen && payout.sendAgainAtMs !== null) {
    if (nowMs < payout.sendAgainAtMs) return { kind: 'wait', untilMs: payout.sendAgainAtMs }
    return mayResend(payout, timing, nowMs) ? { kind: 'resend' } : { kind: 'give-up' }
  }
  // A send without an end may still be on its way until its timeout has passed; then it is asked about.
  const settles = payout.lastSendStartedAtMs + timing.submitTimeoutMs
  return nowMs < settles ? { kind: 'wait', untilMs: settles } : nextEnquiry(payout, timing, nowMs)
}

function nextWhileUnknown(payout: WaitingPayout, timing: EnquiryTiming, nowMs: number): NextForPayout {
  const quietEnds = payout.lastSendEndedAtMs + timing.quietPeriodMs
  if (payout.notFound >= NOT_FOUND_BEFORE_RESEND && nowMs >= quietEnds) {
    return mayResend(payout, timing, nowMs) ? { kind: 'resend' } : { kind: 'give-up' }
  }
  return nextEnquiry(payout, timing, nowMs)
}

function nextEnquiry(payout: WaitingPayout, timing: EnquiryTiming, nowMs: number): NextForPayout {
  const from = payout.lastEnquiryAtMs ?? payout.lastSendEndedAtMs
  const ladder = timing.enquiryLadderMs
  const wait = ladder[Math.min(payout.enquiries, ladder.length - 1)] ?? timing.quietPeriodMs
  const due = from + wait
  if (nowMs < due) return { kind: 'wait', untilMs: due }
  // One last enquiry is always made after the time to give up has passed.
  const asked = payout.lastEnquiryAtMs !== null && payout.lastEnquiryAtMs >= payout.firstSentAtMs + timing.giveUpMs
  return asked ? { kind: 'give-up' } : { kind: 'enquire' }
}

/** No resend once the provider may have forgotten the key: it would be a new payment. */
function mayResend(payout: WaitingPayout, timing: EnquiryTiming, nowMs: number): boolean {
  const latest = payout.firstSentAtMs + timing.replayHorizonMs - timing.replayMarginMs
  return payout.sends < SENDS_MAX && nowMs < latest
}

/** Beside the call itself: reading the account, the claim's commit, and writing down what was said. */
const AROUND_A_CALL_MS = 4000

/** By when the process that started a send has written down its end, or never will. */
export function callEndsByMs(startedAtMs: number, timing: Pick<EnquiryTiming, 'submitTimeoutMs'>): number {
  return startedAtMs + timing.submitTimeoutMs + AROUND_A_CALL_MS
}

/** The latest moment at which the first byte of a send may leave. */
export function sendByMs(claimedAtMs: number, firstSentAtMs: number, timing: EnquiryTiming): number {
  return Math.min(claimedAtMs + timing.submitTimeoutMs, firstSentAtMs + timing.replayHorizonMs - timing.replayMarginMs)
}
