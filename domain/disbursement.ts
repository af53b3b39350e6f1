/**
 * The disbursement machine: one tranche owed to one payee, from owed to paid, lapsed or cancelled.
 * Pure: what a payout's end, or a person's act, means for the obligation.
 */
import type { Failure } from './observation.ts'
import type { PayoutState } from './payout.ts'

export const DISBURSEMENT_STATES = [
  'owed',
  'released',
  'in-flight',
  'paid',
  'needs-account',
  'float-short',
  'review',
  'failed',
  'lapsed',
  'cancelled',
] as const
export type DisbursementState = (typeof DISBURSEMENT_STATES)[number]

/** Owed money that is neither paid nor under way: the sum of these is the ledger's payable. */
export const PAYABLE_STATES: readonly DisbursementState[] = [
  'owed',
  'released',
  'needs-account',
  'float-short',
  'failed',
]

/** Nothing more happens by itself and nobody is asked for anything. */
export const FINAL_STATES: readonly DisbursementState[] = ['paid', 'lapsed', 'cancelled']

/** Waits for people, by name: no timer of the engine moves these but their deadline. */
export const NAMED_WAITS: readonly DisbursementState[] = ['needs-account', 'float-short', 'review', 'failed']

/** States from which a claim, a withdrawal or a lapse may start: nothing is under way. */
export const AT_REST: readonly DisbursementState[] = ['owed', 'released', 'needs-account', 'float-short', 'failed']

export interface DisbursementStep {
  readonly to: DisbursementState
  /** Why, in a stable code that texts and attention lists use; null when the state says it all. */
  readonly reason: string | null
  /** Earliest next attempt, milliseconds from now; null where not by time. */
  readonly retryAfterMs: number | null
  /** The account that was used cannot be used again. */
  readonly accountFailed: boolean
}

export interface Attempts {
  /** Payouts so far, the one that ended included. */
  readonly attempts: number
  /** Attempts that ended in a passing failure. */
  readonly retries: number
  /** Times the money came back after success. */
  readonly returns: number
}

/** However long a gateway has been away, it is tried this often. */
const UNREACHABLE_DELAY_MAX_MS = 15 * 60_000

/** What the end of a payout means for its disbursement; undefined while the payout is still under way. */
export function afterPayout(
  state: PayoutState,
  failure: Failure | null,
  attempts: Attempts,
  retryDelaysMs: readonly number[],
): DisbursementStep | undefined {
  switch (state) {
    case 'submitting':
    case 'unknown':
    case 'accepted':
    case 'processing':
      return undefined
    case 'paid':
      return step('paid')
    case 'review':
      return step('review', 'gateway-contradiction')
    case 'returned':
      return attempts.returns > 0 ? step('review', 'returned-twice') : needsAccount('returned')
    case 'not-sent':
      // Proven not to have left: nothing is used up, however long the gateway cannot be reached.
      return {
        ...step('released', failure?.code ?? null),
        retryAfterMs: unreachableDelay(retryDelaysMs, attempts.attempts),
      }
    case 'cancelled':
    case 'failed':
      return afterFailure(failure, attempts, retryDelaysMs)
  }
}

function afterFailure(failure: Failure | null, attempts: Attempts, delays: readonly number[]): DisbursementStep {
  const code = failure?.code ?? 'no-reason-given'
  switch (failure?.class) {
    case 'needs-account':
      return needsAccount(code)
    case 'float-short':
      return step('float-short', code)
    case 'permanent':
    case 'config':
      return step('failed', code)
    case 'retry-new':
    case 'retry-same': {
      const delay = delays[attempts.retries]
      // When the schedule is used up a person decides; sending for ever is how a wrong classification pays twice.
      return delay === undefined
        ? step('review', 'retries-used-up')
        : { ...step('released', code), retryAfterMs: delay }
    }
    case 'compliance':
    case 'undocumented':
    case 'unknown':
    case undefined:
      return step('review', code)
  }
}

/** The gateway's delays, then twice as long each time: an attempt has 1023 references, and an outage may last for days. */
function unreachableDelay(delays: readonly number[], attempts: number): number {
  const doublings = Math.min(attempts - delays.length, 20)
  return delays[attempts - 1] ?? Math.min((delays.at(-1) ?? 1000) * 2 ** doublings, UNREACHABLE_DELAY_MAX_MS)
}

/**
 * The step of an obligation when one of its payouts has moved. Three things come before what the payout itself would mean: an
 * ended obligation is not owed again by a late word, what people look at stays with them, and an older attempt that turns out
 * otherwise stops everything until they have looked.
 */
export function followPayout(
  at: { readonly state: DisbursementState; readonly reason: string | null },
  isNewest: boolean,
  step: DisbursementStep,
): DisbursementStep {
  const { accountFailed } = step
  if (at.state === 'lapsed' || at.state === 'cancelled' || at.state === 'review') {
    return { to: at.state, reason: at.reason, retryAfterMs: null, accountFailed }
  }
  return isNewest ? step : { to: 'review', reason: 'older-attempt-changed', retryAfterMs: null, accountFailed }
}

function step(to: DisbursementState, reason: string | null = null): DisbursementStep {
  return { to, reason, retryAfterMs: null, accountFailed: false }
}

function needsAccount(reason: string): DisbursementStep {
  return { ...step('needs-account', reason), accountFailed: true }
}
