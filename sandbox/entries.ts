/**
 * What the journal holds: everything that is true about the simulated provider, in order. Amounts are minor units, decimal.
 * What an account received is the sum of its `credited` minus its `returned` entries; `balance` is ours after the entry.
 */
import type { Answer, Status } from './scenarios.ts'

export type Fact = Opened | TopUp | Ignored | Accepted | Moved | Failed | Credited | Returned | CallbackSent | DayFact

/** A fact in its place: consecutive numbers from 1, our time and the provider's. */
export type Entry = Fact & { readonly seq: number; readonly at: string; readonly virtualAt: string }

interface Opened {
  readonly kind: 'opened'
  readonly balance: string
}

interface TopUp {
  readonly kind: 'top-up'
  /** The transfer's, when its sender told one: the same transfer comes in once. */
  readonly number?: string
  readonly amount: string
  readonly balance: string
}

/** A send that was not executed because its scenario wants it so. */
interface Ignored {
  readonly kind: 'ignored'
  readonly reference: string
  readonly answer: Answer
  /** Told where only the first payout to an account is not executed. */
  readonly account?: string
}

export interface Accepted {
  readonly kind: 'accepted'
  readonly id: string
  readonly reference: string
  readonly key: string
  readonly bodySha256: string
  readonly amount: string
  readonly currency: string
  readonly institution: string
  readonly account: string
  readonly fingerprint: string
  readonly holder: string
  readonly scenario: string
  /** How many payouts this account has been sent for which our balance was enough, this one included. */
  readonly attempt: number
  /** `short`: nothing was taken from our balance, and the payout will fail. */
  readonly float: 'enough' | 'short'
  readonly debited: string
  readonly balance: string
}

/** A change that moves no money. `step` is the place in the scenario's plan. */
interface Moved {
  readonly kind: 'moved'
  readonly id: string
  readonly step: number
  readonly status: Status
}

interface Failed {
  readonly kind: 'failed'
  readonly id: string
  readonly reference: string
  readonly step: number
  readonly code: string
  /** Taken back by the provider before it was delivered, instead of failed. */
  readonly isCancelled?: true
  /** What went back to our balance. */
  readonly restored: string
  readonly balance: string
}

interface Credited extends AccountMovement {
  readonly kind: 'credited'
  readonly step: number
  /** What was taken from our balance only now: after a failure that was none. */
  readonly debited: string
}

interface Returned extends AccountMovement {
  readonly kind: 'returned'
  /** `null`: somebody asked for it. */
  readonly step: number | null
}

interface AccountMovement {
  readonly id: string
  readonly reference: string
  readonly amount: string
  readonly currency: string
  readonly institution: string
  readonly account: string
  readonly fingerprint: string
  readonly balance: string
}

/** `day-closed`: what happens from here on is on the next day's statement. `day-corrected`: the statement of the day is made anew, and true. */
interface DayFact {
  readonly kind: 'day-closed' | 'day-corrected'
  /** `YYYY-MM-DD`, the provider's. */
  readonly day: string
}

export interface CallbackSent {
  readonly kind: 'callback-sent'
  readonly event: string
  readonly id: string
  readonly attempt: number
  /** `HTTP 204`, or why nothing was heard. */
  readonly answer: string
  /** Delivered, or given up. */
  readonly done: boolean
}
