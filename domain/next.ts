/** What the engine does next about one disbursement. Pure; the workflow only carries it out. */
import { nextBusinessInstant } from './calendar.ts'
import { AT_REST, FINAL_STATES, type DisbursementState } from './disbursement.ts'
import {
  callEndsByMs,
  nextForAsked,
  nextForOpenSend,
  nextForPayout,
  type AskedPayout,
  type EnquiryTiming,
  type OpenSend,
  type WaitingPayout,
} from './enquiry.ts'
import { FOLLOWED_STATES } from './payout.ts'
import type { Programme } from './programme.ts'
import type { NextForDisbursement } from './standing.ts'

export interface DisbursementQuestion {
  readonly state: DisbursementState
  /** Not before this: its release, and the time from which its account may be used. */
  readonly releaseAtMs: number
  readonly held: boolean
  /** The gateway that would carry the next payout; null when none reaches the account. */
  readonly gateway: string | null
  /** Whether a freeze, or a credential that is not in force, forbids what would be sent through a gateway; absent where nobody has asked: the claim knows. */
  readonly stoppedAt?: (gateway: string) => boolean
  /** False where people must agree before it is sent and have not; absent where nobody has asked: the claim knows. */
  readonly approved?: boolean
  /** The fiscal year it is owed from is being closed: it lapses, or goes over, and is told so; absent where nobody has asked: the claim knows. */
  readonly yearEnding?: boolean
  /** Our money at the gateway is short for others already: looked at again then, instead of being refused there too. */
  readonly shortUntilMs?: number | null
  /**
   * The account of the newest attempt is no longer the one that may be paid to: it was replaced, or has failed; absent where nobody has asked: the resend
   * knows.
   */
  readonly accountGone?: boolean
  /** The account that waits to be mended, and when it is asked about again; absent where nobody is to mend one. */
  readonly check?: { readonly gateway: string; readonly atMs: number } | null
  readonly payout: (WaitingPayout & { readonly key: string; readonly gateway: string }) | null
  /** The attempt with the oldest send that has no end, the newest or an older one: it is what a claim refuses to go beside. */
  readonly openSend: (OpenSend & { readonly key: string; readonly gateway: string }) | null
  /** The attempt of which somebody who proves nothing has told, the newest or an older one. */
  readonly asked: (AskedPayout & { readonly key: string; readonly gateway: string }) | null
}

const WAIT_FOR_A_FACT: NextForDisbursement = { kind: 'wait', untilMs: null }

type Timings = (gateway: string) => EnquiryTiming
type Rules = Pick<Programme, 'calendar' | 'zone'>

/** The next thing to do at `nowMs`; `timingOf` gives the waits of a gateway, and is asked only about one that is concerned. */
export function nextForDisbursement(
  question: DisbursementQuestion,
  programme: Rules,
  timingOf: Timings,
  nowMs: number,
): NextForDisbursement {
  const { state, payout, asked } = question
  if (!asked) return nextByState(question, programme, timingOf, nowMs)
  const told = nextForAsked(asked, timingOf(asked.gateway), nowMs)
  const next = nextByState(question, programme, timingOf, nowMs)
  const isFirst = asked.lastEnquiryAtMs === null || asked.lastEnquiryAtMs < asked.askedAtMs
  // The ladder of an attempt under way ends by its own rule, however long nobody answers.
  if (next.kind === 'give-up' && payout?.key === asked.key && !isFirst) return next
  // What somebody has told is asked about before anything else, also where all has ended.
  if (told.kind === 'enquire') return enquire(asked, timingOf)
  if (state !== 'in-flight' && state !== 'review') return told
  // An attempt that is under way is followed meanwhile.
  return next.kind === 'wait' ? { kind: 'wait', untilMs: Math.min(next.untilMs ?? Infinity, told.untilMs) } : next
}

function nextByState(
  question: DisbursementQuestion,
  programme: Rules,
  timingOf: Timings,
  nowMs: number,
): NextForDisbursement {
  if (FINAL_STATES.includes(question.state)) return { kind: 'end' }
  if (question.openSend && AT_REST.includes(question.state)) return nextOfOpenSend(question.openSend, timingOf, nowMs)
  switch (question.state) {
    case 'released':
      return nextWhenReleased(question, programme, timingOf, nowMs)
    case 'in-flight':
    case 'review':
      return question.payout ? nextInFlight(question, question.payout, timingOf, nowMs) : WAIT_FOR_A_FACT
    case 'float-short':
      if (question.held || question.gateway === null) return WAIT_FOR_A_FACT
      return nowMs < question.releaseAtMs
        ? { kind: 'wait', untilMs: question.releaseAtMs }
        : { kind: 'check-float', ...outward(question.gateway, timingOf) }
    case 'needs-account':
      return nextForMending(question, timingOf, nowMs)
    default:
      return WAIT_FOR_A_FACT
  }
}

function nextForMending({ check, held }: DisbursementQuestion, timingOf: Timings, nowMs: number): NextForDisbursement {
  if (!check || held) return WAIT_FOR_A_FACT
  return nowMs < check.atMs
    ? { kind: 'wait', untilMs: check.atMs }
    : { kind: 'check-account', ...outward(check.gateway, timingOf) }
}

/** What a payout's end leaves behind while one of its sends is open: it is settled first, whatever comes next. */
function nextOfOpenSend(
  send: NonNullable<DisbursementQuestion['openSend']>,
  timingOf: Timings,
  nowMs: number,
): NextForDisbursement {
  const next = nextForOpenSend(send, timingOf(send.gateway), nowMs)
  return next.kind === 'enquire' ? enquire(send, timingOf) : next
}

function nextWhenReleased(
  question: DisbursementQuestion,
  programme: Rules,
  timingOf: Timings,
  nowMs: number,
): NextForDisbursement {
  if (question.held || question.gateway === null || question.stoppedAt?.(question.gateway)) return WAIT_FOR_A_FACT
  if (question.approved === false || question.yearEnding) return WAIT_FOR_A_FACT
  const from = Math.max(nowMs, question.releaseAtMs)
  const opens = nextBusinessInstant(programme.calendar, programme.zone, from)
  if (opens > nowMs) return { kind: 'wait', untilMs: opens }
  const shortUntilMs = question.shortUntilMs ?? nowMs
  return shortUntilMs > nowMs
    ? { kind: 'wait', untilMs: shortUntilMs }
    : { kind: 'send', ...outward(question.gateway, timingOf) }
}

function nextInFlight(
  question: DisbursementQuestion,
  payout: NonNullable<DisbursementQuestion['payout']>,
  timingOf: Timings,
  nowMs: number,
): NextForDisbursement {
  // One that has ended is asked nothing more, also where nobody knows its gateway any longer.
  if (!FOLLOWED_STATES.includes(payout.state)) return WAIT_FOR_A_FACT
  // A resend is a send: a hold, a freeze or another account stops it, and so do people who look at an older attempt and words that are not yet asked about.
  const isStopped = question.held || (question.stoppedAt?.(payout.gateway) ?? false) || question.approved === false
  const isResendForbidden =
    isStopped || question.accountGone === true || question.state === 'review' || question.asked !== null
  const next = nextForPayout(payout, timingOf(payout.gateway), nowMs, isResendForbidden)
  switch (next.kind) {
    case 'wait':
      return { kind: 'wait', untilMs: next.untilMs }
    case 'enquire':
      return enquire(payout, timingOf)
    case 'resend':
      return { kind: 'resend', payout: payout.key, ...outward(payout.gateway, timingOf) }
    case 'give-up':
      return { kind: 'give-up', payout: payout.key }
    case 'nothing':
      return WAIT_FOR_A_FACT
  }
}

function enquire(
  of: { readonly key: string; readonly gateway: string },
  timingOf: Timings,
): Extract<NextForDisbursement, { kind: 'enquire' }> {
  return { kind: 'enquire', payout: of.key, ...outward(of.gateway, timingOf) }
}

function outward(gateway: string, timingOf: Timings): { readonly gateway: string; readonly withinMs: number } {
  return { gateway, withinMs: callEndsByMs(0, timingOf(gateway)) }
}
