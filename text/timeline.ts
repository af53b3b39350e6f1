/**
 * The lines of a person's timeline, made from rows of the audit trail and the programme version the person is on. Rows hold codes
 * and ids; what a row does not say is taken from the programme, so that every row has a sentence.
 */
import type { Programme } from '../domain/programme.ts'
import { refusalText, text } from './catalogue.ts'
import {
  actionFacts,
  admissionFacts,
  checkFacts,
  closingFacts,
  courseFacts,
  deductionFacts,
  dueFacts,
  failureFacts,
  outcomeFacts,
  refusalFacts,
  releaseFacts,
  trancheFacts,
  type TimelineLine,
} from './facts.ts'
import type { Language } from './time.ts'

export interface TimelineContext {
  /** The version the person is on. */
  readonly programme: Programme
  /** The account in use at that time as people know it, `accountName('ID.BNI', '••7919')`; null when it is not known. */
  readonly account: string | null
}

/** One line of a timeline as a sentence. Never throws on what a row lacks. */
export function timelineText(language: Language, line: TimelineLine, context: TimelineContext): string {
  const { programme } = context
  const account = context.account ?? text(language, 'account.none')
  const key = `timeline.${line.act}` as const
  switch (key) {
    case 'timeline.registered':
      return text(language, key, { programme: programme.name })
    case 'timeline.screened-refused':
      return refusedText(language, line, programme)
    case 'timeline.admitted':
      return text(language, key, admissionFacts(line, programme))
    case 'timeline.course-started':
    case 'timeline.course-completed':
    case 'timeline.course-rated':
      return text(language, key, courseFacts(line, programme))
    case 'timeline.survey-opened':
      return text(language, key, { ...trancheFacts(line, programme), closesAt: closingFacts(line, programme) })
    case 'timeline.tranche-scheduled':
      return text(language, key, { ...trancheFacts(line, programme), dueAt: dueFacts(line, programme) })
    case 'timeline.tranche-due':
      return text(language, key, { ...trancheFacts(line, programme), releaseAt: releaseFacts(line, programme) })
    case 'timeline.payout-sent':
    case 'timeline.payout-paid':
      return text(language, key, { ...trancheFacts(line, programme), to: account })
    case 'timeline.account-linked':
    case 'timeline.account-replaced':
      return text(language, key, { account })
    case 'timeline.account-failed':
    case 'timeline.account-refused':
      return text(language, key, { failure: failureFacts(line) })
    case 'timeline.payout-failed':
    case 'timeline.disbursement-failed':
    case 'timeline.needs-account':
      return text(language, key, { ...trancheFacts(line, programme), failure: failureFacts(line) })
    case 'timeline.account-checked':
      return text(language, `check.${checkFacts(line)}`, { account })
    case 'timeline.action-asked':
      return text(language, key, { ...trancheFacts(line, programme), action: askedText(language, line, programme) })
    case 'timeline.survey-answered':
    case 'timeline.survey-missed':
    case 'timeline.disbursement-released':
    case 'timeline.payout-sent-again':
    case 'timeline.payout-unknown':
    case 'timeline.payout-enquired':
    case 'timeline.payout-accepted':
    case 'timeline.payout-returned':
    case 'timeline.float-short':
    case 'timeline.retry-scheduled':
    case 'timeline.review-needed':
    case 'timeline.disbursement-lapsed':
    case 'timeline.disbursement-cancelled':
      return text(language, key, trancheFacts(line, programme))
    case 'timeline.deduction-made':
      return deductionText(language, line, programme)
    case 'timeline.life-closed':
      return text(language, key, { outcome: outcomeFacts(line) })
    default:
      return text(language, key)
  }
}

function refusedText(language: Language, line: TimelineLine, { eligibility }: Programme): string {
  const reasons = refusalFacts(line).map((code) => refusalText(language, code, eligibility))
  return text(language, 'timeline.screened-refused', { reasons: reasons.join(' ') }).trim()
}

function deductionText(language: Language, line: TimelineLine, programme: Programme): string {
  const facts = deductionFacts(line, programme)
  return text(language, facts.net.minor === 0n ? 'deduction.whole' : 'timeline.deduction-made', facts)
}

/** What somebody is asked for, and until when. */
function askedText(language: Language, line: TimelineLine, programme: Programme): string {
  const { action, until, otherwise } = actionFacts(line, programme)
  const words = text(language, `action.${action}`)
  if (until === null) return words
  return `${words} ${text(language, otherwise === 'hold' ? 'account.deadline-hold' : 'account.deadline', { until })}`
}

/** `BNI ••7919`, `GoPay ••0011`: an institution and a masked number as people know them. */
export function accountName(institution: string, masked: string | null): string {
  const short = institution.replace(/^[A-Z]{2}\./, '')
  return [NAMES[short] ?? short, masked].filter((part) => part !== null).join(' ')
}

const NAMES: Readonly<Record<string, string>> = { MANDIRI: 'Bank Mandiri', GOPAY: 'GoPay', LINKAJA: 'LinkAja' }
