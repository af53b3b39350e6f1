/** Values for the lines of a timeline: from the audit row where it has them, else from the programme. Never throws. */
import { CHECK_VERDICTS, type CheckVerdict } from '../domain/account-check.ts'
import type { Act } from '../domain/act.ts'
import { releaseInstant } from '../domain/calendar.ts'
import { deadlineAfter } from '../domain/duration.ts'
import { DEDUCTION_CAUSES, type DeductionCause } from '../domain/deduction.ts'
import { REFUSAL_CODES, type RefusalCode } from '../domain/eligibility.ts'
import { knownFailure, type FailureCode } from '../domain/failure-code.ts'
import { OUTCOMES, type Outcome } from '../domain/lifecycle.ts'
import { parseMinor, type Money } from '../domain/money.ts'
import { NEXT_ACTIONS, type NextAction } from '../domain/next-action.ts'
import type { Bilingual, Course, Programme, TrancheRule } from '../domain/programme.ts'
import type { When } from './time.ts'

/** What a timeline needs of an audit row. */
export interface TimelineLine {
  readonly act: Act
  readonly atMs: number
  readonly subject: string
  readonly after: Readonly<Record<string, unknown>> | null
  readonly reason: string | null
}

export interface TrancheFacts {
  readonly tranche: Bilingual
  readonly amount: Money
}

/** The tranche a row is about, with the row's own amount where it has one. */
export function trancheFacts(line: TimelineLine, programme: Programme): TrancheFacts {
  const rule = trancheRule(line, programme)
  const minor = parseMinor(textOf(line, 'amount') ?? rule?.amount ?? '') ?? 0n
  const code = textOf(line, 'tranche') ?? line.subject
  return { tranche: rule?.name ?? { id: code, en: code }, amount: { minor, currency: programme.currency } }
}

/** What was taken off, why, and what is still paid. */
export function deductionFacts(
  line: TimelineLine,
  programme: Programme,
): TrancheFacts & { readonly net: Money; readonly cause: DeductionCause; readonly reference: string } {
  const minor = parseMinor(textOf(line, 'net') ?? '') ?? 0n
  const cause = DEDUCTION_CAUSES.find((one) => one === textOf(line, 'cause')) ?? 'court-order'
  const net = { minor, currency: programme.currency }
  return { ...trancheFacts(line, programme), net, cause, reference: textOf(line, 'reference') ?? '' }
}

/** Rows name a tranche by its code, by a disbursement or payout key, or, for an answer, by its survey. */
function trancheRule(line: TimelineLine, programme: Programme): TrancheRule | undefined {
  const names = [textOf(line, 'tranche'), line.subject, ...line.subject.split(':')]
  return programme.tranches.find(
    (rule) =>
      names.includes(rule.code) || (rule.trigger.kind === 'survey-answered' && names.includes(rule.trigger.survey)),
  )
}

/** The course of a piece of evidence, named by its code. */
export function courseFacts(line: TimelineLine, programme: Programme): { course: string; institution: string } {
  const course = courseOf(line, programme)
  return { course: course?.title ?? line.subject, institution: course?.institution ?? '' }
}

function courseOf(line: TimelineLine, programme: Programme): Course | undefined {
  const names = [textOf(line, 'subject'), textOf(line, 'course'), line.subject, ...line.subject.split(':')]
  return programme.training.courses.find((course) => names.includes(course.code))
}

export function admissionFacts(
  line: TimelineLine,
  programme: Programme,
): { wave: string; balance: Money; startBy: When } {
  const startByMs = deadlineAfter(line.atMs, programme.training.firstPurchaseWithin, programme.zone)
  return {
    wave: textOf(line, 'wave') ?? '',
    balance: { minor: BigInt(programme.training.balance), currency: programme.currency },
    startBy: { atMs: startByMs, zone: programme.zone },
  }
}

/** When a tranche is scheduled for. */
export function dueFacts(line: TimelineLine, programme: Programme): When {
  return { atMs: numberOf(line, 'dueAtMs') ?? line.atMs, zone: programme.zone }
}

/** When what became due with this row is handed over: as the row says, else as the programme counts. */
export function releaseFacts(line: TimelineLine, programme: Programme): When {
  const { calendar, zone, payment } = programme
  const counted = releaseInstant(calendar, zone, line.atMs, payment.releaseAfter)
  return { atMs: numberOf(line, 'releaseAtMs') ?? counted, zone }
}

/** When a survey closes: as the row says, else as the programme counts. */
export function closingFacts(line: TimelineLine, programme: Programme): When {
  const trigger = trancheRule(line, programme)?.trigger
  const counted =
    trigger?.kind === 'survey-answered' ? deadlineAfter(line.atMs, trigger.window, programme.zone) : line.atMs
  return { atMs: numberOf(line, 'closesAtMs') ?? counted, zone: programme.zone }
}

/** What somebody is asked for, until when, and what comes then: the programme's own deadline, else that of the tranche. */
export function actionFacts(
  line: TimelineLine,
  { zone, payment: { actions } }: Programme,
): { readonly action: NextAction; readonly until: When | null; readonly otherwise: 'lapse' | 'hold' } {
  const named = textOf(line, 'action')
  const action = NEXT_ACTIONS.find((one) => one === named) ?? 'nothing'
  if (action === 'nothing' || action === 'wait-for-limit') return { action, until: null, otherwise: 'lapse' }
  const byMs = numberOf(line, 'byMs')
  const atMs = byMs ?? numberOf(line, 'lapsesAtMs')
  const otherwise = byMs === undefined ? 'lapse' : (actions?.[action]?.otherwise ?? 'lapse')
  return { action, until: atMs === undefined ? null : { atMs, zone }, otherwise }
}

/** What a gateway said about an account; that it cannot be told where the row does not say. */
export function checkFacts(line: TimelineLine): CheckVerdict | 'rests' {
  const named = textOf(line, 'verdict')
  if (named === 'rests') return 'rests'
  return CHECK_VERDICTS.find((one) => one === named) ?? 'unverified'
}

/** Why something failed: `failure.code`, else `reason`, of the row. */
export function failureFacts(line: TimelineLine): FailureCode {
  const failure = line.after?.['failure']
  const code = typeof failure === 'object' && failure !== null ? (failure as { code?: unknown }).code : undefined
  return knownFailure(typeof code === 'string' ? code : (textOf(line, 'reason') ?? line.reason))
}

/** The rules that refused, by their codes. */
export function refusalFacts(line: TimelineLine): RefusalCode[] {
  const refusals = line.after?.['refusals']
  return Array.isArray(refusals) ? REFUSAL_CODES.filter((code) => refusals.includes(code)) : []
}

/** How a life ended; `completed` where the row does not say. */
export function outcomeFacts(line: TimelineLine): Outcome {
  return OUTCOMES.find((outcome) => outcome === line.after?.['outcome']) ?? 'completed'
}

function textOf(line: TimelineLine, field: string): string | undefined {
  const value = line.after?.[field]
  return typeof value === 'string' ? value : undefined
}

function numberOf(line: TimelineLine, field: string): number | undefined {
  const value = line.after?.[field]
  return typeof value === 'number' ? value : undefined
}
