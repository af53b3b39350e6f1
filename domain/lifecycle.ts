/**
 * A participant's life as a pure machine: facts and a time in, the next step out. The store applies steps under the life's lock;
 * the workflow only asks again. Whatever woke it (a fact, a timer, a sweep, a reset) the same question gets the same answer.
 */
import { releaseInstant } from './calendar.ts'
import { AT_REST, FINAL_STATES, type DisbursementState } from './disbursement.ts'
import { addDuration, deadlineAfter, deadlineKind } from './duration.ts'
import { isMended, nextActionFor, type PersonAction } from './next-action.ts'
import type { Deadline, Programme, TrancheRule } from './programme.ts'

export const STAGES = ['screening', 'admission', 'training', 'incentives', 'closed'] as const
export type Stage = (typeof STAGES)[number]

export const OUTCOMES = ['completed', 'refused', 'expired', 'withdrawn'] as const
export type Outcome = (typeof OUTCOMES)[number]

export const EVIDENCE_KINDS = ['course-started', 'course-completed', 'course-rated', 'survey-answered'] as const
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number]

export const TRANCHE_STATES = ['planned', 'open', 'due', 'missed', 'cancelled'] as const
export type TrancheState = (typeof TRANCHE_STATES)[number]

export interface Life {
  readonly stage: Stage
  readonly outcome: Outcome | null
  readonly admittedAtMs: number | null
  /** When the first course was completed and rated. */
  readonly trainedAtMs: number | null
  readonly held: boolean
  /** Time on hold since admission, of holds that have ended: deadlines that count from the admission move by it. */
  readonly heldForMs: number
  readonly withdrawn: boolean
  /** The fiscal year that the person was promised money from is being closed: nothing falls due until the promise stands in the next. */
  readonly yearEnding: boolean
  /** From when the live account may be used; null without a usable account. */
  readonly accountUsableFromMs: number | null
  readonly accountLinkedAtMs: number | null
  /** Until when that account rests because its limit of the month is used up; null when it does not. */
  readonly accountRestsUntilMs: number | null
  /** The linked account has failed, and when it is asked about again; null where it is of use, or none is linked. */
  readonly failedAccount: { readonly checkAtMs: number | null } | null
  readonly evidence: readonly LifeEvidence[]
  readonly tranches: readonly LifeTranche[]
}

export interface LifeEvidence {
  readonly kind: EvidenceKind
  readonly subject: string
  readonly occurredAtMs: number
}

export interface LifeTranche {
  readonly code: string
  readonly state: TrancheState
  readonly opensAtMs: number | null
  readonly closesAtMs: number | null
  readonly dueAtMs: number | null
  readonly disbursement: LifeDisbursement | null
}

export interface LifeDisbursement {
  readonly state: DisbursementState
  readonly releaseAtMs: number
  readonly lapsesAtMs: number
  readonly firstPaidAtMs: number | null
  /** Why it stands so. */
  readonly reason: string | null
  /** What the person was asked for. */
  readonly action: PersonAction | null
  /** Until when, where the programme has a deadline of its own for it. */
  readonly actionByMs: number | null
  /** The gateway is being asked about one of its attempts, or a send of one has no end: it may turn out to have been paid. */
  readonly uncertain: boolean
}

export type LifeStep =
  | { readonly kind: 'finish-training'; readonly atMs: number }
  | { readonly kind: 'expire' }
  | { readonly kind: 'open-survey'; readonly tranche: string; readonly opensAtMs: number; readonly closesAtMs: number }
  | { readonly kind: 'schedule'; readonly tranche: string; readonly dueAtMs: number }
  | { readonly kind: 'owe'; readonly tranche: string; readonly releaseAtMs: number; readonly lapsesAtMs: number }
  | { readonly kind: 'miss'; readonly tranche: string }
  | { readonly kind: 'cancel'; readonly tranche: string }
  | { readonly kind: 'release'; readonly tranche: string }
  | { readonly kind: 'need-account'; readonly tranche: string }
  | { readonly kind: 'account-ready'; readonly tranche: string; readonly releaseAtMs: number }
  | { readonly kind: 'lapse'; readonly tranche: string }
  /** The person is asked for something, or no longer; `checkAtMs`: when the failed account is asked about again. */
  | {
      readonly kind: 'ask'
      readonly tranche: string
      readonly action: PersonAction | null
      readonly byMs: number | null
      readonly checkAtMs: number | null
    }
  | { readonly kind: 'hold-overdue'; readonly tranche: string }
  | { readonly kind: 'close'; readonly outcome: Outcome }

/** The next step that is due at `nowMs`, or undefined when the life waits. Steps of screening and admission are acts of their own. */
export function nextStep(life: Life, programme: Programme, nowMs: number): LifeStep | undefined {
  if (life.stage === 'closed') return recoveryStep(life, programme, nowMs)
  // What came back to somebody who has left does not wait for the rest of their payments to end.
  if (life.withdrawn) return endingStep(life, 'withdrawn') ?? recoveryStep(life, programme, nowMs)
  if (life.stage === 'screening' || life.stage === 'admission') return undefined
  if (life.stage === 'training') return trainingStep(life, programme, nowMs)
  for (const rule of programme.tranches) {
    const step = trancheStep(life, programme, rule, nowMs)
    if (step) return step
  }
  return life.tranches.every(isSettled) ? { kind: 'close', outcome: 'completed' } : undefined
}

/** The earliest future instant at which a step may become due by itself; null when only a fact can move the life. */
export function nextInstant(life: Life, programme: Programme, nowMs: number): number | null {
  const instants: (number | null)[] = []
  // Deadlines of a person on hold rest: the release tells the life.
  const deadline = (atMs: number | null): number | null => (life.held ? null : atMs)
  if (life.stage === 'training') instants.push(...trainingDeadlines(life, programme).map(deadline))
  for (const tranche of life.tranches) {
    // Nothing happens when a survey opens but that an answer counts, so only its close is waited for.
    const closesAtMs = tranche.state === 'open' ? tranche.closesAtMs : null
    if (life.stage !== 'closed') instants.push(deadline(closesAtMs), tranche.dueAtMs)
    const owed = tranche.disbursement
    if (owed?.state === 'owed') instants.push(owed.releaseAtMs, deadline(owed.lapsesAtMs))
    if (owed?.state === 'needs-account' || owed?.state === 'failed')
      instants.push(deadline(owed.lapsesAtMs), deadline(owed.actionByMs), life.accountUsableFromMs)
  }
  const future = instants.filter((instant): instant is number => instant !== null && instant > nowMs)
  return future.length === 0 ? null : Math.min(...future)
}

/** When the training deadlines of an admitted person pass: start of the first course, then its completion and rating. */
export function trainingDeadlines(life: Life, programme: Programme): number[] {
  const { admittedAtMs } = life
  if (admittedAtMs === null) return []
  const { completeWithin, firstPurchaseWithin } = programme.training
  const within = (rule: Deadline): number =>
    deadlineAfter(admittedAtMs, rule, programme.zone) + (deadlineKind(rule) === 'duration' ? life.heldForMs : 0)
  const completes = within(completeWithin)
  return firstOf(life, 'course-started') ? [completes] : [within(firstPurchaseWithin), completes]
}

/** When the first course that was both completed and rated was so; undefined while none is. */
export function trainedAt(evidence: readonly LifeEvidence[]): number | undefined {
  const times = evidence
    .filter((fact) => fact.kind === 'course-completed')
    .map((completed) => {
      const rated = evidence.find((fact) => fact.kind === 'course-rated' && fact.subject === completed.subject)
      return rated ? Math.max(completed.occurredAtMs, rated.occurredAtMs) : Infinity
    })
  const first = Math.min(...times, Infinity)
  return first === Infinity ? undefined : first
}

/** A life that is closed, or left, moves only where money came back: a new account resumes it, its deadline ends it. */
function recoveryStep(life: Life, programme: Programme, nowMs: number): LifeStep | undefined {
  for (const tranche of life.tranches) {
    const owed = tranche.disbursement
    // Of whoever leaves it is dropped as soon as the gateway has told that it was not paid: nothing else becomes of it.
    if (!owed || (life.stage !== 'closed' && AT_REST.includes(owed.state) && !cameBack(owed))) continue
    const step = owedStep(life, programme, tranche, owed, nowMs)
    if (step) return step
  }
  return undefined
}

function trainingStep(life: Life, programme: Programme, nowMs: number): LifeStep | undefined {
  const at = trainedAt(life.evidence)
  if (at !== undefined) return { kind: 'finish-training', atMs: at }
  // A person on hold cannot act: their deadlines rest until the hold is released.
  if (life.held) return undefined
  return trainingDeadlines(life, programme).some((deadline) => nowMs >= deadline) ? { kind: 'expire' } : undefined
}

function trancheStep(life: Life, programme: Programme, rule: TrancheRule, nowMs: number): LifeStep | undefined {
  const tranche = trancheOf(life, rule.code)
  if (tranche.disbursement) return owedStep(life, programme, tranche, tranche.disbursement, nowMs)
  if (tranche.state === 'missed' || tranche.state === 'cancelled') return undefined
  if (tranche.dueAtMs !== null) return dueStep(life, programme, rule, tranche.dueAtMs, nowMs)
  return triggerStep(life, programme, rule, tranche, nowMs)
}

function triggerStep(
  life: Life,
  programme: Programme,
  rule: TrancheRule,
  tranche: LifeTranche,
  nowMs: number,
): LifeStep | undefined {
  const { trigger } = rule
  const schedule = (fromMs: number): LifeStep => ({
    kind: 'schedule',
    tranche: rule.code,
    dueAtMs: addDuration(fromMs, trigger.after, programme.zone),
  })
  if (trigger.kind === 'first-course-rated') return life.trainedAtMs === null ? undefined : schedule(life.trainedAtMs)
  const earlier = trancheOf(life, trigger.tranche)
  const paidAtMs = earlier.disbursement?.firstPaidAtMs ?? null
  if (trigger.kind === 'tranche-paid') {
    if (paidAtMs !== null) return schedule(paidAtMs)
    return endedUnpaid(earlier) ? { kind: 'miss', tranche: rule.code } : undefined
  }
  return surveyStep(life, programme, { rule, tranche, earlier, paidAtMs, schedule }, nowMs)
}

interface SurveyQuestion {
  readonly rule: TrancheRule
  readonly tranche: LifeTranche
  readonly earlier: LifeTranche
  readonly paidAtMs: number | null
  readonly schedule: (fromMs: number) => LifeStep
}

function surveyStep(life: Life, programme: Programme, of: SurveyQuestion, nowMs: number): LifeStep | undefined {
  const { trigger, code } = of.rule
  if (trigger.kind !== 'survey-answered') return undefined
  if (of.tranche.opensAtMs === null || of.tranche.closesAtMs === null) {
    if (of.paidAtMs === null) return endedUnpaid(of.earlier) ? { kind: 'miss', tranche: code } : undefined
    const opensAtMs = addDuration(of.paidAtMs, trigger.opensAfter, programme.zone)
    const closesAtMs = deadlineAfter(opensAtMs, trigger.window, programme.zone)
    return { kind: 'open-survey', tranche: code, opensAtMs, closesAtMs }
  }
  const answer = life.evidence.find((fact) => fact.kind === 'survey-answered' && fact.subject === trigger.survey)
  if (answer) return of.schedule(answer.occurredAtMs)
  return nowMs >= of.tranche.closesAtMs && !life.held ? { kind: 'miss', tranche: code } : undefined
}

function owedStep(
  life: Life,
  programme: Programme,
  tranche: LifeTranche,
  owed: LifeDisbursement,
  nowMs: number,
): LifeStep | undefined {
  const usableFromMs = life.accountUsableFromMs
  if (owed.state === 'owed') {
    // What was to be released in time is released, however late the engine looks: its own delay is not the person's.
    if (owed.releaseAtMs >= owed.lapsesAtMs && isPast(owed, life, nowMs))
      return { kind: 'lapse', tranche: tranche.code }
    if (nowMs < owed.releaseAtMs) return undefined
    return usableFromMs === null
      ? { kind: 'need-account', tranche: tranche.code }
      : { kind: 'release', tranche: tranche.code }
  }
  // The account failed with another tranche: without one, this waits by name and until its deadline too.
  if ((owed.state === 'released' || owed.state === 'float-short') && usableFromMs === null) {
    return { kind: 'need-account', tranche: tranche.code }
  }
  // What was asked for a payment that has arrived is not asked any more: money that comes back is asked about anew.
  if (owed.state === 'paid' && owed.action !== null) return ask(tranche, null, null, null)
  if (owed.state !== 'needs-account' && owed.state !== 'failed') return undefined
  // What was refused for good is not tried at the same account: one that was linked since the attempt is another.
  const isAnother = owed.state === 'needs-account' || (life.accountLinkedAtMs ?? -Infinity) > owed.releaseAtMs
  if (usableFromMs !== null && isAnother) {
    return nowMs >= usableFromMs
      ? { kind: 'account-ready', tranche: tranche.code, releaseAtMs: Math.max(owed.releaseAtMs, usableFromMs) }
      : askStep(life, programme, tranche, owed, nowMs)
  }
  if (isPast(owed, life, nowMs)) return { kind: 'lapse', tranche: tranche.code }
  return askStep(life, programme, tranche, owed, nowMs) ?? overdueStep(life, programme, tranche, owed, nowMs)
}

/** Asks the person for what the failure needs, once; the same thing needed again keeps the deadline it was first given. */
function askStep(
  life: Life,
  programme: Programme,
  tranche: LifeTranche,
  owed: LifeDisbursement,
  nowMs: number,
): LifeStep | undefined {
  const { accountUsableFromMs, accountRestsUntilMs, failedAccount } = life
  const next = nextActionFor({ ...owed, accountUsableFromMs, accountRestsUntilMs })
  if (next === null || next.action === 'nothing') return undefined
  const { action } = next
  const { accounts, actions } = programme.payment
  const isUnchecked = isMended(action) && failedAccount !== null && failedAccount.checkAtMs === null
  const checkAtMs = isUnchecked ? addDuration(nowMs, accounts?.checkAgainAfter ?? 'P1D', programme.zone) : null
  if (action === owed.action) {
    return checkAtMs === null ? undefined : ask(tranche, action, owed.actionByMs, checkAtMs)
  }
  const rule = action === 'wait-for-limit' ? undefined : actions?.[action]
  const byMs = rule ? addDuration(nowMs, rule.within, programme.zone) : null
  // What comes after the end of it all is no deadline.
  return ask(tranche, action, byMs !== null && byMs < owed.lapsesAtMs ? byMs : null, checkAtMs)
}

function ask(
  { code: tranche }: LifeTranche,
  action: PersonAction | null,
  byMs: number | null,
  checkAtMs: number | null,
): LifeStep {
  return { kind: 'ask', tranche, action, byMs, checkAtMs }
}

/** The person had their time: the programme says whether that ends the tranche, or an operator speaks with them first. */
function overdueStep(
  life: Life,
  { payment: { actions } }: Programme,
  { code: tranche }: LifeTranche,
  { action, actionByMs, uncertain }: LifeDisbursement,
  nowMs: number,
): LifeStep | undefined {
  if (action === null || action === 'wait-for-limit' || actionByMs === null) return undefined
  if (nowMs < actionByMs || life.held || uncertain) return undefined
  return actions?.[action]?.otherwise === 'hold' ? { kind: 'hold-overdue', tranche } : { kind: 'lapse', tranche }
}

/** Its deadline has passed, and the person could have acted: a hold stops the clock, and of what may have been paid nobody knows yet that it is late. */
function isPast(owed: LifeDisbursement, life: Life, nowMs: number): boolean {
  return nowMs >= owed.lapsesAtMs && !life.held && !owed.uncertain
}

/** Nothing is owed after its deadline: what falls due too late, say after the end of the budget year, is missed. */
function dueStep(
  life: Life,
  programme: Programme,
  rule: TrancheRule,
  dueAtMs: number,
  nowMs: number,
): LifeStep | undefined {
  const lapsesAtMs = deadlineAfter(dueAtMs, rule.lapsesAfter, programme.zone)
  if (dueAtMs >= lapsesAtMs) return { kind: 'miss', tranche: rule.code }
  if (nowMs < dueAtMs || life.yearEnding) return undefined
  const releaseAtMs = releaseInstant(programme.calendar, programme.zone, dueAtMs, programme.payment.releaseAfter)
  return { kind: 'owe', tranche: rule.code, releaseAtMs, lapsesAtMs }
}

/** What is left to do for a life that ends early: drop what is not under way, then close once the rest has ended. */
function endingStep(life: Life, outcome: Outcome): LifeStep | undefined {
  const droppable = life.tranches.find((tranche) =>
    tranche.disbursement ? isDroppable(tranche.disbursement) : tranche.state === 'planned' || tranche.state === 'open',
  )
  if (droppable) return { kind: 'cancel', tranche: droppable.code }
  const isLeft = life.tranches.every((tranche) => isSettled(tranche) || cameBack(tranche.disbursement))
  return isLeft ? { kind: 'close', outcome } : undefined
}

/** Nothing of it is under way, nor may turn out to have been paid. */
function isDroppable(owed: LifeDisbursement): boolean {
  return AT_REST.includes(owed.state) && !owed.uncertain && !cameBack(owed)
}

/** Paid once and back at rest: it was the person's before they left, and recovery pays it again. */
function cameBack(owed: LifeDisbursement | null): boolean {
  return owed !== null && owed.firstPaidAtMs !== null && AT_REST.includes(owed.state)
}

function isSettled(tranche: LifeTranche): boolean {
  return tranche.disbursement
    ? FINAL_STATES.includes(tranche.disbursement.state)
    : tranche.state === 'missed' || tranche.state === 'cancelled'
}

function endedUnpaid(tranche: LifeTranche): boolean {
  if (tranche.state === 'missed' || tranche.state === 'cancelled') return true
  const state = tranche.disbursement?.state
  return state === 'lapsed' || state === 'cancelled'
}

function firstOf(life: Life, kind: EvidenceKind): LifeEvidence | undefined {
  return life.evidence.find((fact) => fact.kind === kind)
}

function trancheOf(life: Life, code: string): LifeTranche {
  const found = life.tranches.find((tranche) => tranche.code === code)
  if (!found) throw new Error(`tranche ${code} is not in the plan`)
  return found
}
