/** What a gateway said about a payout, translated once, in the one vocabulary every source shares. */
import type { Money } from './money.ts'

/** The largest callback that anybody reads, whichever gateway sends it. Bytes. */
export const CALLBACK_BYTES_MAX = 256 * 1024

export const OBSERVED_STATES = ['accepted', 'processing', 'paid', 'failed', 'cancelled', 'returned'] as const
export type ObservedState = (typeof OBSERVED_STATES)[number]

export interface ObservedAccount {
  /** Our canonical code. */
  readonly institution: string
  /** As in the destination; its last digits where the provider masks the rest. */
  readonly number: string
  readonly isWhole: boolean
}

export interface Observation {
  readonly state: ObservedState
  readonly gatewayId: string | null
  /** What the gateway says it moved; a difference from the payout's frozen amount is never a success. */
  readonly amount: Money | null
  /** Where it says the money went, in the words of the destination; null when it does not tell. Never kept in clear. */
  readonly account: ObservedAccount | null
  readonly failure: Failure | null
  /** The provider's own word, kept for people. */
  readonly vendorStatus: string
  /** RFC 3339; the provider's time of the event when it tells one. */
  readonly at: string | null
}

export const FAILURE_CLASSES = [
  'retry-same',
  'retry-new',
  'float-short',
  'needs-account',
  'permanent',
  'compliance',
  'config',
  'unknown',
  'undocumented',
] as const
/**
 * What a failure means for the next step, not where it came from:
 * `retry-same` nothing was executed, same key again; `retry-new` definitive and passing, a new attempt after a delay;
 * `float-short` our money at the gateway is short; `needs-account` the person must act; `permanent` another account is needed, or people;
 * `compliance` a case officer decides; `config` the gateway refuses us, tried again while people mend it; `unknown` may have been executed: enquire;
 * `undocumented` a definitive failure with a code nobody has classified: people look before anything is sent again.
 */
export type FailureClass = (typeof FAILURE_CLASSES)[number]

export interface Failure {
  readonly class: FailureClass
  /** Our stable code, for example `account-closed`; texts and statistics hang on it. */
  readonly code: string
  /** The provider's code as it came; of a refusal after its HTTP status: `400 INVALID_REQUEST`. */
  readonly vendorCode: string
  /**
   * It is the gateway's own code, which people may class otherwise. Absent of what no code of it says (silence, the network, a limit of
   * calls, a refusal of ours), and of what its documents say may have been executed.
   */
  readonly isTabled?: true
  /**
   * Why the account cannot be paid by the released table, where people class the code otherwise: their word decides about what was sent, and never
   * makes a refused account one that is paid to.
   */
  readonly accountRefused?: string
  /** Wait at least this long, from Retry-After and its like. Milliseconds. */
  readonly retryAfterMs?: number
}
