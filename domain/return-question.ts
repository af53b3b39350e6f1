/**
 * A return that somebody has told and its gateway is asked about: what an answer comes to. Money leaves a second time upon it, so
 * only the gateway's own word for it settles it; whatever else is said ends with people. Pure.
 */
import type { EnquiryTiming } from './enquiry.ts'
import type { PayoutFact } from './payout.ts'

export interface ReturnQuestion {
  readonly askedAtMs: number
  /** Something else was sent since, or nothing is owed any more: only that this one stayed paid matters still. */
  readonly isPast: boolean
}

/** `settled`: nothing more is asked. `contradicted`: people look. `open`: asked about again, and nothing is owed anew meanwhile. */
export type ReturnAnswer = 'settled' | 'contradicted' | 'open'

/** What is the end of a payout, and not this one. */
const OTHER_ENDS: readonly string[] = ['paid', 'failed', 'cancelled']

/** What the answer to an enquiry, asked at `atMs`, says about a return. */
export function answerAboutReturn(
  question: ReturnQuestion,
  fact: PayoutFact,
  atMs: number,
  { quietPeriodMs, giveUpMs }: Pick<EnquiryTiming, 'quietPeriodMs' | 'giveUpMs'>,
): ReturnAnswer {
  // What was asked before the return was told says nothing of it.
  if (atMs < question.askedAtMs) return 'open'
  const says = fact.kind === 'observed' ? fact.observation.state : fact.kind
  if (says === 'returned') return 'settled'
  if (question.isPast && says !== 'paid') return says === 'unavailable' ? 'open' : 'settled'
  // Young news may not have reached whoever answers at the gateway; old news that is answered otherwise is contradicted.
  const waitMs = OTHER_ENDS.includes(says) ? quietPeriodMs : giveUpMs
  return atMs < question.askedAtMs + waitMs ? 'open' : 'contradicted'
}
