/** Where a life stands, as its workflow sees it: ids, codes and times only, nothing personal and no amounts. */
import type { DisbursementState } from './disbursement.ts'
import type { Outcome, Stage } from './lifecycle.ts'
import type { NextAction, PersonAction } from './next-action.ts'

export interface Standing {
  readonly stage: Stage
  readonly outcome: Outcome | null
  readonly held: boolean
  readonly wave: string | null
  readonly region: string
  /** In which people read its times; absent in what was looked at before this was said. */
  readonly zone?: string
  /** Why people must look, or null. */
  readonly attention: Attention | null
  /** The next instant at which something may be due; null while only a fact can move the life. */
  readonly wakeAtMs: number | null
  /** Which gateway reaches the account; null without one, absent in what was looked at before this was said. */
  readonly gateway?: string | null
  readonly disbursements: readonly DisbursementStanding[]
}

export interface DisbursementStanding {
  readonly key: string
  readonly tranche: string
  readonly state: DisbursementState
  readonly reason: string | null
  readonly next: NextForDisbursement
  /** What people call the tranche, and until when it may be made payable: said by a look, not by a call. */
  readonly name?: string
  readonly lapsesAtMs?: number
  /** What the person is to do, and, where the programme has a deadline for it, until when and what comes then: said by a look. */
  readonly action?: NextAction
  readonly actionByMs?: number
  readonly otherwise?: 'lapse' | 'hold'
}

/** A call that leaves the house: to which gateway, and how long it may take before it is given up as lost. */
interface Outward {
  readonly gateway: string
  readonly withinMs: number
}

/** What the engine does next about a disbursement. */
export type NextForDisbursement =
  | ({ readonly kind: 'send' } & Outward)
  | ({ readonly kind: 'resend'; readonly payout: string } & Outward)
  | ({ readonly kind: 'enquire'; readonly payout: string } & Outward)
  | ({ readonly kind: 'check-float' } & Outward)
  /** Whether the owner of an account has mended it. */
  | ({ readonly kind: 'check-account' } & Outward)
  /** The ladder is used up: people decide. */
  | { readonly kind: 'give-up'; readonly payout: string }
  | { readonly kind: 'wait'; readonly untilMs: number | null }
  | { readonly kind: 'end' }

export const ATTENTIONS = [
  'life-failed',
  'review',
  'failed',
  'gateway-refuses',
  'frozen',
  'credential-not-in-force',
  'waiting-for-float',
  'account-shared',
  'account-doubtful',
  'action-overdue',
  'waiting-for-account',
  'waiting-for-upgrade',
  'waiting-for-name',
  'waiting-for-limit',
  'on-hold',
  'account-unchecked',
  'payout-unknown',
] as const
/** Ordered: the first that applies is shown. */
export type Attention = (typeof ATTENTIONS)[number]

/** Why the engine itself stops a person: their account pays too many, its name is doubtful, or what they were asked for is overdue. */
export const HOLD_CAUSES = [
  'account-shared',
  'account-doubtful',
  'action-overdue',
] as const satisfies readonly Attention[]
export type HoldCause = (typeof HOLD_CAUSES)[number]

/** Why money is not sent to an account that its gateway must confirm first and cannot tell about; shown while nobody has confirmed it. */
export const ACCOUNT_UNCHECKED = 'account-unchecked' satisfies Attention

/** Why nothing is sent by a process whose credential at the gateway two people have not agreed to, or have ended. */
export const CREDENTIAL_NOT_IN_FORCE = 'credential-not-in-force' satisfies Attention

const BY_STATE: Readonly<Partial<Record<DisbursementState, Attention>>> = {
  review: 'review',
  failed: 'failed',
  'float-short': 'waiting-for-float',
  'needs-account': 'waiting-for-account',
}

/** What a wait for an account is called, by what the person is to do about it. */
const BY_ACTION: Readonly<Record<PersonAction, Attention>> = {
  relink: 'waiting-for-account',
  'upgrade-wallet': 'waiting-for-upgrade',
  'correct-name': 'waiting-for-name',
  'wait-for-limit': 'waiting-for-limit',
}

/** The most urgent reason for people to look at a life; null when nothing needs them. */
export function attentionFor(
  states: readonly DisbursementState[],
  held: boolean | HoldCause,
  payoutUnknown: boolean,
  gatewayRefuses = false,
  frozen = false,
  actions: readonly (PersonAction | null)[] = [],
  unchecked = false,
  withoutCredential = false,
): Attention | null {
  const found = new Set<Attention>()
  for (const [at, state] of states.entries()) {
    const action = state === 'needs-account' ? (actions[at] ?? null) : null
    const attention = action === null ? BY_STATE[state] : BY_ACTION[action]
    if (attention) found.add(attention)
  }
  if (held) found.add(held === true ? 'on-hold' : held)
  if (gatewayRefuses) found.add('gateway-refuses')
  if (frozen) found.add('frozen')
  if (withoutCredential) found.add(CREDENTIAL_NOT_IN_FORCE)
  if (unchecked) found.add(ACCOUNT_UNCHECKED)
  if (payoutUnknown) found.add('payout-unknown')
  return ATTENTIONS.find((attention) => found.has(attention)) ?? null
}
