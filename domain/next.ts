/** What the engine does next about one disbursement. Pure; the workflow only carries it out. */
import { nextBusinessInstant } from './calendar.ts'
import { AT_REST, FINAL_STATES, type DisbursementState } from './disbursement.ts'
import { callEndsByMs, nextForOpenSend, nextForPayout, type EnquiryTiming, type WaitingPayout } from './enquiry.ts'
import type { Programme } from './programme.ts'
import type { NextForDisbursement } from './standing.ts'

export interface DisbursementQuestion {
  readonly state: DisbursementState
  /** Not before this: its release, and the time from which its account may be used. */
  readonly releaseAtMs: number
  readonly held: boolean
  /** The gateway that would carry the next payout; null when none reaches the account. */
  readonly gateway: string | null
  readonly payout: (WaitingPayout & { readonly key: string; readonly gateway: string }) | null
}

const WAIT_FOR_A_FACT: NextForDisbursement = { kind: 'wait', untilMs: null }

/** The next thing to do at `nowMs`; `timingOf` gives the waits of a gateway. */
export function nextForDisbursement(
  question: DisbursementQuestion,
  programme: Pick<Programme, 'calendar' | 'zone'>,
  timingOf: (gateway: string) => EnquiryTiming,
  nowMs: number,
): NextForDisbursement {
  if (FINAL_STATES.includes(question.state)) return { kind: 'end' }
  const open = AT_REST.includes(question.state) ? openSend(question.payout, timingOf, nowMs) : undefined
  if (open) return open
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
    default:
      return WAIT_FOR_A_FACT
  }
}

/** What a payout's end leaves behind while one of its sends is open: it is settled first, whatever comes next. */
function openSend(
  payout: DisbursementQuestion['payout'],
  timingOf: (gateway: string) => EnquiryTiming,
  nowMs: number,
): NextForDisbursement | undefined {
  if (payout === null || payout.lastSendEndedAtMs !== null) return undefined
  const next = nextForOpenSend(payout, timingOf(payout.gateway), nowMs)
  return next?.kind === 'enquire' ? { ...next, payout: payout.key, ...outward(payout.gateway, timingOf) } : next
}

function nextWhenReleased(
  question: DisbursementQuestion,
  programme: Pick<Programme, 'calendar' | 'zone'>,
  timingOf: (gateway: string) => EnquiryTiming,
  nowMs: number,
): NextForDisbursement {
  if (question.held || question.gateway === null) return WAIT_FOR_A_FACT
  const from = Math.max(nowMs, question.releaseAtMs)
  const opens = nextBusinessInstant(programme.calendar, programme.zone, from)
  return opens > nowMs ? { kind: 'wait', untilMs: opens } : { kind: 'send', ...outward(question.gateway, timingOf) }
}

function nextInFlight(
  question: DisbursementQuestion,
  payout: NonNullable<DisbursementQuestion['payout']>,
  timingOf: (gateway: string) => EnquiryTiming,
  nowMs: number,
): NextForDisbursement {
  // A resend is a send: a hold stops it, and so do people who look at an older attempt. Asking goes on.
  const isResendForbidden = question.held || question.state === 'review'
  const next = nextForPayout(payout, timingOf(payout.gateway), nowMs, isResendForbidden)
  switch (next.kind) {
    case 'wait':
      return { kind: 'wait', untilMs: next.untilMs }
    case 'enquire':
      return { kind: 'enquire', payout: payout.key, ...outward(payout.gateway, timingOf) }
    case 'resend':
      return { kind: 'resend', payout: payout.key, ...outward(payout.gateway, timingOf) }
    case 'give-up':
      return { kind: 'give-up', payout: payout.key }
    case 'nothing':
      return WAIT_FOR_A_FACT
  }
}

function outward(
  gateway: string,
  timingOf: (gateway: string) => EnquiryTiming,
): { readonly gateway: string; readonly withinMs: number } {
  return { gateway, withinMs: callEndsByMs(0, timingOf(gateway)) }
}
