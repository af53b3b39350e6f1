/** When a payout is asked about, and when the same key and bytes may be sent again. Pure; every time is an argument. */
import type { FailureFinal, PayoutState } from './payout.ts'

export interface WaitingPayout {
  readonly state: PayoutState
  /** Sends that may have been executed. */
  readonly sends: number
  readonly firstSentAtMs: number
  readonly lastSendStartedAtMs: number
  /** Null while the last send is open: it has started, and no end of it is recorded. */
  readonly lastSendEndedAtMs: number | null
  readonly enquiries: number
  readonly lastEnquiryAtMs: number | null
  /** Answers `not-found` that came after the quiet period of the last send, and when the newest of them was asked for. */
  readonly notFound: number
  readonly notFoundAtMs: number | null
  /** Set when a gateway asked for the same key again, not before this time. */
  readonly sendAgainAtMs: number | null
  /**
   * It was claimed before the database turned out to be older than what it has told the world: another attempt may have followed it and be paid, so that
   * nothing of it is sent again. Absent: it was not.
   */
  readonly isBeforeRestore?: boolean
  /** Nobody can tell under which idempotency key it was sent: it is asked about, and never sent again by itself. */
  readonly isKeyUnknown?: boolean
  /** It was told to have failed, and people doubt it: it is asked about, and never sent again by itself. */
  readonly isDoubted?: boolean
}

/** What a gateway promises about time and repeats, as far as asking and sending again depend on it. */
export interface EnquiryTiming {
  /** When a failure that it tells is the end of a payout. */
  readonly failureFinal: FailureFinal
  readonly submitTimeoutMs: number
  readonly enquiryLadderMs: readonly number[]
  readonly quietPeriodMs: number
  readonly replayHorizonMs: number
  readonly replayMarginMs: number
  readonly giveUpMs: number
  /** So many days after a payment its line may still come in a statement. */
  readonly windowDays: number
  /** What the same key again is answered with; only where a repeat is told apart from a new payout may one be sent. */
  readonly duplicate: 'returns-live-object' | 'error-then-enquire' | 'silent'
}

/** A payout with a send that has no end recorded: it may still leave, whatever became of the payout, and of those made after it. */
export interface OpenSend {
  readonly startedAtMs: number
  readonly enquiries: number
  readonly lastEnquiryAtMs: number | null
}

/** A payout of which somebody who proves nothing has told: the gateway is asked, whatever became of it before. */
export interface AskedPayout {
  readonly askedAtMs: number
  readonly enquiries: number
  readonly lastEnquiryAtMs: number | null
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

/** The next thing to do about a payout at `nowMs`. While something forbids a resend, asking goes on. */
export function nextForPayout(
  payout: WaitingPayout,
  timing: EnquiryTiming,
  nowMs: number,
  isResendForbidden = false,
): NextForPayout {
  const isForbidden = isResendForbidden || payout.isKeyUnknown === true
  if (payout.state === 'submitting') return nextWhileSubmitting(payout, timing, nowMs, isForbidden)
  if (payout.state === 'unknown') {
    return nextWhileUnknown(payout, timing, nowMs, isForbidden || payout.isDoubted === true)
  }
  if (payout.state === 'accepted' || payout.state === 'processing') return nextEnquiry(payout, timing, nowMs)
  return payout.state === 'failing' ? nextWhileFailing(payout, timing, nowMs) : { kind: 'nothing' }
}

/** Why people must decide about a payout that is given up in a state. */
export function givenUpReason(state: PayoutState): 'no-answer' | 'failure-unconfirmed' {
  return state === 'failing' ? 'failure-unconfirmed' : 'no-answer'
}

/**
 * What a send without an end still asks for once its payout has one: nothing else is sent before its timeout and the quiet period
 * have passed and one more enquiry has been answered.
 */
export function nextForOpenSend(
  send: OpenSend,
  timing: EnquiryTiming,
  nowMs: number,
): Extract<NextForPayout, { kind: 'wait' | 'enquire' }> {
  const settles = settlesAtMs(send.startedAtMs, timing)
  const asked = send.lastEnquiryAtMs
  const due = asked !== null && asked >= settles ? asked + ladderWait(send.enquiries, timing) : settles
  return nowMs < due ? { kind: 'wait', untilMs: due } : { kind: 'enquire' }
}

/** When the gateway is asked about what was told: at once, then on the ladder while it does not answer. */
export function nextForAsked(
  payout: AskedPayout,
  timing: EnquiryTiming,
  nowMs: number,
): Extract<NextForPayout, { kind: 'wait' | 'enquire' }> {
  const last = payout.lastEnquiryAtMs
  const due = last === null || last < payout.askedAtMs ? payout.askedAtMs : last + ladderWait(payout.enquiries, timing)
  return nowMs < due ? { kind: 'wait', untilMs: due } : { kind: 'enquire' }
}

/** When nobody has answered for too long what was asked from an instant on: it is asked on, and people are to see that the gateway is why what is owed waits. */
export function unansweredFromMs(sinceMs: number, { giveUpMs }: Pick<EnquiryTiming, 'giveUpMs'>): number {
  return sinceMs + giveUpMs
}

/** From when an answered enquiry tells of a send whose end was never recorded too. */
export function settlesAtMs(
  startedAtMs: number,
  timing: Pick<EnquiryTiming, 'submitTimeoutMs' | 'quietPeriodMs'>,
): number {
  return startedAtMs + timing.submitTimeoutMs + timing.quietPeriodMs
}

function nextWhileSubmitting(
  payout: WaitingPayout,
  timing: EnquiryTiming,
  nowMs: number,
  isResendForbidden: boolean,
): NextForPayout {
  if (payout.lastSendEndedAtMs !== null && payout.sendAgainAtMs !== null) {
    // What it was turned away with is no longer all that has become of it: it is asked about as if nothing had been heard.
    if (payout.isBeforeRestore) return nextWhileUnknown(payout, timing, nowMs, isResendForbidden)
    if (nowMs < payout.sendAgainAtMs) return { kind: 'wait', untilMs: payout.sendAgainAtMs }
    if (!mayResend(payout, timing, nowMs)) return { kind: 'give-up' }
    // Nobody may tell when it is allowed again: without this instant only a sweep would find that it is too late.
    return isResendForbidden
      ? { kind: 'wait', untilMs: replaysUntilMs(payout.firstSentAtMs, timing) }
      : { kind: 'resend' }
  }
  // A send without an end may still be on its way until its timeout has passed; then it is asked about.
  const settles = payout.lastSendStartedAtMs + timing.submitTimeoutMs
  return nowMs < settles ? { kind: 'wait', untilMs: settles } : nextEnquiry(payout, timing, nowMs)
}

function nextWhileUnknown(
  payout: WaitingPayout,
  timing: EnquiryTiming,
  nowMs: number,
  isResendForbidden: boolean,
): NextForPayout {
  const { lastSendEndedAtMs: ended, notFoundAtMs } = payout
  const isLost = payout.notFound >= NOT_FOUND_BEFORE_RESEND && ended !== null && nowMs >= ended + timing.quietPeriodMs
  if (!isLost) return nextEnquiry(payout, timing, nowMs)
  if (!mayResend(payout, timing, nowMs)) return { kind: 'give-up' }
  // What was not found before a hold of days may have been found since: only a young answer is a reason to send.
  const isYoung = notFoundAtMs !== null && nowMs < notFoundAtMs + ladderWait(Infinity, timing)
  if (isYoung && !isResendForbidden) return { kind: 'resend' }
  const next = nextEnquiry(payout, timing, nowMs)
  if (next.kind !== 'wait') return next
  // From then on it is given up, and nobody tells when that has come.
  return { kind: 'wait', untilMs: Math.min(next.untilMs, replaysUntilMs(payout.firstSentAtMs, timing)) }
}

const DAY_MS = 24 * 3600_000
/** The day itself ends first, and its statement is there on the next. */
const DAYS_AROUND = 2

/**
 * The statements say whether it has failed; where they never can (a day that is missing, money that moved between two) people do. It is
 * asked about once more before: a success that nobody could tell is not missed, and its statements have as long again to come.
 */
function nextWhileFailing(payout: WaitingPayout, timing: EnquiryTiming, nowMs: number): NextForPayout {
  const { firstSentAtMs, lastSendStartedAtMs, lastEnquiryAtMs } = payout
  const confirmedMs = timing.giveUpMs + (timing.windowDays + DAYS_AROUND) * DAY_MS
  const untilMs = Math.max(lastSendStartedAtMs, lastEnquiryAtMs ?? 0) + confirmedMs
  if (nowMs < untilMs) return { kind: 'wait', untilMs }
  const isAsked = lastEnquiryAtMs !== null && lastEnquiryAtMs >= firstSentAtMs + confirmedMs
  return isAsked ? { kind: 'give-up' } : { kind: 'enquire' }
}

function nextEnquiry(payout: WaitingPayout, timing: EnquiryTiming, nowMs: number): NextForPayout {
  const ended = payout.lastSendEndedAtMs ?? payout.lastSendStartedAtMs + timing.submitTimeoutMs
  const due = (payout.lastEnquiryAtMs ?? ended) + ladderWait(payout.enquiries, timing)
  if (nowMs < due) return { kind: 'wait', untilMs: due }
  // One last enquiry is always made after the time to give up has passed.
  const asked = payout.lastEnquiryAtMs !== null && payout.lastEnquiryAtMs >= payout.firstSentAtMs + timing.giveUpMs
  return asked ? { kind: 'give-up' } : { kind: 'enquire' }
}

/** What was answered about the last send before. */
interface Answered {
  readonly endedAtMs: number
  readonly enquiries: number
  readonly notFoundAtMs: number | null
}

/**
 * Whether "not found" counts, as asked for at an instant: only once the gateway has had time to find it, and had it again since the last that counted. Of
 * two that ask when one is due the other tells nothing new. Half of the wait is enough, for clocks differ.
 */
export function isNotFoundEvidence(
  { endedAtMs, ...before }: Answered,
  timing: EnquiryTiming,
  askedAtMs: number,
): boolean {
  if (askedAtMs < endedAtMs + timing.quietPeriodMs) return false
  return before.notFoundAtMs === null || askedAtMs >= before.notFoundAtMs + ladderWait(before.enquiries, timing) / 2
}

/** The wait before the enquiry that follows so many; the last repeats. */
function ladderWait(enquiries: number, timing: EnquiryTiming): number {
  const ladder = timing.enquiryLadderMs
  return ladder[Math.min(enquiries, ladder.length - 1)] ?? timing.quietPeriodMs
}

/** No resend once the provider may have forgotten the key, or where it never knew it, nor after a restore: it would be a new payment. */
function mayResend(payout: WaitingPayout, timing: EnquiryTiming, nowMs: number): boolean {
  if (payout.isBeforeRestore || (timing.duplicate === 'silent' && payout.sends > 0)) return false
  return payout.sends < SENDS_MAX && nowMs < replaysUntilMs(payout.firstSentAtMs, timing)
}

/** Until when the provider surely knows a key that it saw first then. */
function replaysUntilMs(
  firstSentAtMs: number,
  { replayHorizonMs, replayMarginMs }: Pick<EnquiryTiming, 'replayHorizonMs' | 'replayMarginMs'>,
): number {
  return firstSentAtMs + replayHorizonMs - replayMarginMs
}

/** Beside the call itself: reading the account, the claim's commit, and writing down what was said. */
const AROUND_A_CALL_MS = 4000

/** By when the process that started a send has written down its end, or never will. */
export function callEndsByMs(startedAtMs: number, timing: Pick<EnquiryTiming, 'submitTimeoutMs'>): number {
  return startedAtMs + timing.submitTimeoutMs + AROUND_A_CALL_MS
}

/** The latest moment at which the first byte of a send may leave. */
export function sendByMs(claimedAtMs: number, firstSentAtMs: number, timing: EnquiryTiming): number {
  return Math.min(claimedAtMs + timing.submitTimeoutMs, replaysUntilMs(firstSentAtMs, timing))
}
