/** What can happen in a life and be told about it: the acts of the audit trail and the lines of a person's timeline. */
import type { Role } from './roles.ts'

export const ACTS = [
  'registered',
  'screened-eligible',
  'screened-refused',
  'admitted',
  'course-started',
  'course-completed',
  'course-rated',
  'training-finished',
  'tranche-scheduled',
  'survey-opened',
  'survey-answered',
  'survey-missed',
  'training-expired',
  'tranche-due',
  'disbursement-released',
  'payout-sent',
  'payout-sent-again',
  'payout-unknown',
  'payout-enquired',
  'payout-accepted',
  'payout-paid',
  'payout-failed',
  'payout-returned',
  'account-linked',
  'account-replaced',
  'account-refused',
  'account-failed',
  'needs-account',
  'float-short',
  'float-restored',
  'retry-scheduled',
  'review-needed',
  'disbursement-failed',
  'disbursement-lapsed',
  'disbursement-cancelled',
  'hold-placed',
  'hold-released',
  'withdrawn',
  'corrected',
  'life-closed',
  'recovery-opened',
  'recovery-closed',
  'identity-read',
  'identity-looked-up',
  'programme-published',
  'appropriation-set',
  'float-funded',
  'wave-opened',
  'wave-closed',
  'key-created',
  'key-revoked',
  'role-granted',
  'role-ended',
  'message-redriven',
  'message-died',
  'callback-unmatched',
  'freeze-placed',
  'freeze-lifted',
  'proposal-made',
  'proposal-refused',
  'proposal-approved',
  'proposal-released',
  'proposal-rejected',
  'proposal-executed',
  'proposal-void',
  'proposal-expired',
  'decision-refused',
  'signing-key-registered',
  'signing-key-ended',
  'statement-loaded',
  'statement-matched',
  'statement-refused',
  'discrepancy-found',
  'discrepancy-assigned',
  'discrepancy-explained',
  'discrepancy-resolved',
  'discrepancy-corrected',
] as const
export type Act = (typeof ACTS)[number]

/** Who acts: a person or service by its key, or the engine itself. */
export interface Actor {
  /** Name of the person or service; two keys of one person are one person. */
  readonly person: string
  readonly keyId: string | null
  readonly role: Role | null
  readonly requestId: string | null
}

/** The engine acting by its own rules: workflows, callbacks, sweeps. */
export function engineActor(requestId: string | null = null): Actor {
  return { person: 'engine', keyId: null, role: null, requestId }
}
