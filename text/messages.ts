/** Every message and the values it takes. A language that lacks one, or uses a value that is not there, does not compile. */
import type { CheckVerdict } from '../domain/account-check.ts'
import type { Act } from '../domain/act.ts'
import type { DeductionCause } from '../domain/deduction.ts'
import type { DisbursementState } from '../domain/disbursement.ts'
import type { RefusalCode } from '../domain/eligibility.ts'
import type { FailureCode } from '../domain/failure-code.ts'
import type { Outcome, Stage } from '../domain/lifecycle.ts'
import type { Money } from '../domain/money.ts'
import type { Mover, NextAction } from '../domain/next-action.ts'
import type { RunState } from '../domain/payout-run.ts'
import type { Bilingual } from '../domain/programme.ts'
import type { AttentionCode } from './codes.ts'
import type { When } from './time.ts'

/** A message without values. */
type Plain = Readonly<Record<never, never>>

interface TrancheValues {
  tranche: Bilingual
  amount: Money
}

/** The amount is what is taken off, the net what is still paid. */
interface DeductionValues extends TrancheValues {
  net: Money
  cause: DeductionCause
  reference: string
}

/** What each act takes. Destinations and accounts are names and masked numbers: `BNI ••7919`. */
interface ActValues {
  registered: { programme: Bilingual }
  'screened-eligible': Plain
  'screened-refused': { reasons: string }
  admitted: { wave: string; balance: Money; startBy: When }
  'course-started': { course: string; institution: string }
  'course-completed': { course: string }
  'course-rated': { course: string }
  'training-finished': Plain
  'tranche-scheduled': TrancheValues & { dueAt: When }
  'survey-opened': TrancheValues & { closesAt: When }
  'survey-answered': { tranche: Bilingual }
  'survey-missed': { tranche: Bilingual }
  'training-expired': Plain
  'tranche-due': TrancheValues & { releaseAt: When }
  'disbursement-released': { tranche: Bilingual }
  'payout-sent': TrancheValues & { to: string }
  'payout-sent-again': { tranche: Bilingual }
  'payout-unknown': TrancheValues
  'payout-enquired': { tranche: Bilingual }
  'payout-accepted': { tranche: Bilingual }
  'payout-paid': TrancheValues & { to: string }
  'payout-failing': Plain
  'payout-failed': TrancheValues & { failure: FailureCode }
  'payout-returned': TrancheValues
  'account-linked': { account: string }
  'account-replaced': { account: string }
  'account-failed': { failure: FailureCode }
  'account-checked': { result: string }
  'action-asked': { tranche: Bilingual; action: string }
  'account-refused': { failure: FailureCode }
  'needs-account': TrancheValues & { failure: FailureCode }
  'float-short': TrancheValues
  'float-restored': Plain
  'retry-scheduled': { tranche: Bilingual }
  'review-needed': TrancheValues
  'review-decided': Plain
  'receivable-opened': Plain
  'receivable-ended': Plain
  'deduction-made': DeductionValues
  'fees-freed': Plain
  'disbursement-failed': TrancheValues & { failure: FailureCode }
  'disbursement-lapsed': TrancheValues
  'disbursement-cancelled': TrancheValues
  'hold-placed': Plain
  'hold-released': Plain
  withdrawn: Plain
  corrected: Plain
  'life-closed': { outcome: Outcome }
  'recovery-opened': Plain
  'recovery-closed': Plain
  'identity-read': Plain
  'identity-looked-up': Plain
  'programme-published': Plain
  'appropriation-set': Plain
  'float-funded': Plain
  'wave-opened': Plain
  'wave-closed': Plain
  'key-created': Plain
  'key-revoked': Plain
  'role-granted': Plain
  'role-ended': Plain
  'message-redriven': Plain
  'message-died': Plain
  'callback-unmatched': Plain
  'freeze-placed': Plain
  'freeze-lifted': Plain
  'credential-adopted': Plain
  'credential-admitted': Plain
  'credential-ended': Plain
  'failure-reclassified': Plain
  'proposal-made': Plain
  'proposal-refused': Plain
  'proposal-approved': Plain
  'proposal-released': Plain
  'proposal-rejected': Plain
  'proposal-executed': Plain
  'proposal-void': Plain
  'proposal-expired': Plain
  'decision-refused': Plain
  'signing-key-registered': Plain
  'signing-key-ended': Plain
  'statement-loaded': Plain
  'statement-matched': Plain
  'statement-refused': Plain
  'statement-known': Plain
  'discrepancy-found': Plain
  'discrepancy-assigned': Plain
  'discrepancy-explained': Plain
  'discrepancy-resolved': Plain
  'discrepancy-corrected': Plain
  'run-collected': Plain
  'run-approved': Plain
  'run-released': Plain
  'run-paused': Plain
  'run-resumed': Plain
  'run-aborted': Plain
  'run-discarded': Plain
  'run-closed': Plain
  'run-line-dropped': Plain
  'year-end-begun': Plain
  'year-end-step': Plain
  'funds-returned': Plain
  'commitment-carried': Plain
  'disbursement-carried': Plain
  'year-closed': Plain
  'restore-found': Plain
  'restore-lowered': Plain
  'restore-asked': Plain
  'restore-looked-up': Plain
  'restore-closed': Plain
  'payout-recovered': Plain
}

/** Every act of the audit trail has a text: a new one does not compile without. */
type TimelineMessages = { [A in Act as `timeline.${A}`]: ActValues[A] }

type RefusalValues<C extends RefusalCode> = C extends 'too-young' | 'too-old'
  ? { limit: number }
  : C extends 'receives-aid'
    ? { aid: string }
    : Plain

/** What an operator reads of a life while it runs. */
type DetailMessages = { [S in DisbursementState as `money.${S}`]: Plain } & {
  /** What the engine does next about a payment. */
  [N in 'send' | 'resend' | 'enquire' | 'check-float' | 'check-account' | 'give-up' as `engine.${N}`]: Plain
} & {
  [R in RunState as `run.${R}`]: Plain
} & {
  'run.lines': { waiting: number; out: number }
  'waits.screening': Plain
  'waits.training': Plain
  'waits.incentives': Plain
  'waits.until': { until: When }
}

export type Messages = TimelineMessages & { [S in Stage as `stage.${S}`]: Plain } & {
  [O in Outcome as `outcome.${O}`]: Plain
} & {
  [C in RefusalCode as `refused.${C}`]: RefusalValues<C>
} & {
  /** What happened. */
  [F in FailureCode as `failure.${F}`]: Plain
} & {
  /** What to do next about it. */
  [F in FailureCode as `next.${F}`]: Plain
} & {
  /** What somebody is to do, whatever went wrong. */
  [A in NextAction as `action.${A}`]: Plain
} & {
  /** What a gateway said about an account. */
  [V in CheckVerdict | 'rests' as `check.${V}`]: { account: string }
} & {
  /** A deduction that leaves nothing to pay. */
  'deduction.whole': DeductionValues
  'account.none': Plain
  /** Added to what waits for an account. */
  'account.deadline': { until: When }
  /** Added to what is asked for, where its deadline does not end the tranche. */
  'account.deadline-hold': { until: When }
} & DetailMessages & { [A in AttentionCode as `attention.${A}`]: Plain } & { [M in Mover as `move.${M}`]: Plain }

export type Key = keyof Messages

/** Values as a template gets them: money, times and names already in the words of its language; codes stay codes. */
export type Shown<V> = { readonly [N in keyof V]: V[N] extends Money | When | Bilingual | number ? string : V[N] }

/** One language, whole. */
export type Catalogue = {
  readonly [K in Key]: keyof Messages[K] extends never ? string : (values: Shown<Messages[K]>) => string
}
