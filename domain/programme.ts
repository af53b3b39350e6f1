/**
 * A programme is data: the rules of who is eligible, how much is paid, in which tranches, by when, through which gateways.
 * `programmes/parse.ts` is the only maker of these values; a published version never changes and participants stay on theirs.
 */
import type { RequiredDocument } from './document-number.ts'
import type { SpendBand } from './freeze.ts'
import type { NameThresholds } from './name-match.ts'

/** ISO 8601 duration (`P1M`, `PT30S`, `P5D`), calendar arithmetic in the programme's zone. */
export type IsoDuration = string

/**
 * A duration, or a local date-time without zone (`2027-12-15T23:59:59`) that is the same for everybody.
 * `deadlineAfter` of domain/duration.ts turns both into an instant.
 */
export type Deadline = string

export interface Programme {
  readonly code: string
  readonly version: number
  readonly name: Bilingual
  /** ISO 4217 code; every amount of the programme is in it. */
  readonly currency: string
  /** IANA zone in which deadlines, business dates and working days are counted. */
  readonly zone: string
  /** Budget line that appropriations and postings carry. */
  readonly budgetLine: string
  readonly calendar: Calendar
  readonly eligibility: readonly EligibilityRule[]
  readonly admission: AdmissionRules
  readonly training: TrainingRules
  readonly tranches: readonly TrancheRule[]
  readonly payment: PaymentRules
  /** Documents without which nobody is admitted, and no run is put forward. */
  readonly requires?: readonly RequiredDocument[]
  /** Where values come from: for people, no rule of the engine. */
  readonly notes?: readonly ProgrammeNote[]
}

export interface ProgrammeNote {
  /** JSON pointer to a value of this definition; what stands below it is meant too. */
  readonly at: string
  /** `published`: law or the programme's own word. `ours`: chosen, because nothing is published. */
  readonly basis: 'published' | 'ours'
  readonly text: string
}

export interface Bilingual {
  readonly id: string
  readonly en: string
}

export interface Calendar {
  /** `always`: every instant is business time (demo). `working-days`: the days below, without holidays, until the cut-off. */
  readonly kind: 'always' | 'working-days'
  /** ISO weekdays that are worked, Monday 1. */
  readonly weekdays: readonly number[]
  /** Local dates `YYYY-MM-DD` that are not worked. */
  readonly holidays: readonly string[]
  /** Local time `HH:MM` between which payouts are handed to gateways on a working day. */
  readonly opens: string
  readonly cutOff: string
  /** Where the holidays come from, and which of them are only expected. */
  readonly source?: string
}

/** Rules over registered data only; checks against population and employment registers stand behind a port of their own. */
export type EligibilityRule =
  | { readonly kind: 'age'; readonly min: number; readonly max: number | null }
  | { readonly kind: 'citizenship'; readonly country: string }
  | { readonly kind: 'not-in-formal-education' }
  | { readonly kind: 'occupation-not-in'; readonly occupations: readonly string[] }
  | { readonly kind: 'not-receiving-aid'; readonly aid: readonly string[] }
  | { readonly kind: 'declared' }

export interface AdmissionRules {
  readonly decreePrefix: string
  /** How many of one family card may take part; without one it is not asked. */
  readonly perFamilyCard?: number
}

export interface TrainingRules {
  /** The non-cash balance; it can only buy courses and is not part of any tranche. Minor units. */
  readonly balance: string
  /** From admission to the start of the first course; the life ends when it passes. */
  readonly firstPurchaseWithin: Deadline
  /** From admission to the first course completed and rated. */
  readonly completeWithin: Deadline
  /** Shortest course that may be listed, in hours; none when the programme names no length. */
  readonly minimumHours?: number
  readonly courses: readonly Course[]
}

export interface Course {
  readonly code: string
  readonly title: string
  readonly institution: string
  readonly hours: number
}

export interface TrancheRule {
  readonly code: string
  readonly name: Bilingual
  /** Minor units as a decimal string. */
  readonly amount: string
  readonly trigger: TrancheTrigger
  /** From due: how long the person has to make it payable (for example by linking an account) before it lapses. */
  readonly lapsesAfter: Deadline
}

export type TrancheTrigger =
  /** Due `after` the first course was completed and rated. */
  | { readonly kind: 'first-course-rated'; readonly after: IsoDuration }
  /** Due `after` the named earlier tranche was first paid. */
  | { readonly kind: 'tranche-paid'; readonly tranche: string; readonly after: IsoDuration }
  /**
   * The survey opens `opensAfter` the named tranche was paid (never before the training is rated) and closes after `window`;
   * answered inside it, the tranche is due `after` the answer; otherwise it is never owed.
   */
  | {
      readonly kind: 'survey-answered'
      readonly survey: string
      readonly tranche: string
      readonly opensAfter: IsoDuration
      readonly window: Deadline
      readonly after: IsoDuration
    }

export interface PaymentRules {
  /** Gateways in order of preference; an account's institution chooses among those that reach it. */
  readonly gateways: readonly string[]
  /** `automatic`: what is owed is sent when due. `approved`: on a payout run that people have agreed to. */
  readonly release: 'automatic' | 'approved'
  /** Only where release is `approved`, and always there. */
  readonly runs?: RunRules
  /** What gateways take for a payment; without a word fees are no part of the programme's budget. */
  readonly fees?: readonly FeeRule[]
  /** Working days (or elapsed time with an `always` calendar) between due and the hand-over to the gateway. */
  readonly releaseAfter: IsoDuration
  /** How long a newly linked account rests before it is used. */
  readonly coolingAfterRelink: IsoDuration
  /** What is sent in an hour when all is well; outside of it the engine freezes the programme. Without one it does not look. */
  readonly spendPerHour?: SpendBand
  /** What is asked of accounts beyond being payable. */
  readonly accounts?: AccountRules
  /** How long a person has to do what they are asked for, and what happens when it passes. Without a rule: until the tranche lapses. */
  readonly actions?: Readonly<Partial<Record<TimedAction, ActionDeadline>>>
}

export interface FeeRule {
  readonly gateway: string
  /** Of accounts of this kind; without one of all that no other rule names. */
  readonly channel?: 'bank' | 'wallet'
  /** Minor units, each time. */
  readonly amount: string
  /** So often at most one payment is charged: once where the gateway charges what it delivers, more where it charges attempts. */
  readonly times: number
}

export interface AccountRules {
  /** `before-use`: also the one of the registration is asked about, before the first payout to it. Without a word: `when-linked`. */
  readonly check?: 'when-linked' | 'before-use'
  /** How often an account that its owner is to mend is asked about again. A day without a word. */
  readonly checkAgainAfter?: IsoDuration
  /** From which name score an account is taken, and from which one people look. Without one, any whole word in common will do. */
  readonly names?: NameThresholds
  /** How many people of the programme may be paid to one account; without one it is not asked. */
  readonly maxParticipants?: number
}

/** What a person can be late with: a limit of the month ends by itself. */
export type TimedAction = 'relink' | 'upgrade-wallet' | 'correct-name'

export interface ActionDeadline {
  readonly within: IsoDuration
  /** `lapse`: the tranche ends. `hold`: the person is stopped until an operator has spoken with them. */
  readonly otherwise: 'lapse' | 'hold'
}

export interface RunRules {
  /** Local time of a working day at which what is owed is collected by itself; without one, people collect. */
  readonly cutOff?: string
  /** How long after it an approval covers payments and their retries. */
  readonly approvedFor: IsoDuration
  /** Released first, and looked at for as long as the pause. */
  readonly canary: { readonly lines: number; readonly pause: IsoDuration }
  /** The share of a gateway's rate among the programmes that release through it at the same time: 9 gets nine times that of 1. */
  readonly priority: number
  /** By what the runs of a day come to: the first step that is not exceeded. The last one has no limit. */
  readonly approvals: readonly ApprovalStep[]
}

export interface ApprovalStep {
  /** Minor units, up to and including. */
  readonly upTo?: string
  /** Besides the proposer. */
  readonly approvers: number
  /** Whether somebody else again must let it happen. */
  readonly releaser: boolean
}

/** What a programme owes one person who fulfils everything, in minor units. */
export function entitlementTotal(programme: Programme): bigint {
  return programme.tranches.reduce((total, tranche) => total + BigInt(tranche.amount), 0n)
}

/**
 * Everything the programme gives one person, in minor units: the training balance, which can only buy courses, and all tranches.
 * This is the total that programme manuals state.
 */
export function programmeTotal(programme: Programme): bigint {
  return BigInt(programme.training.balance) + entitlementTotal(programme)
}
