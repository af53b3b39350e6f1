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

/** On the way to the payee by itself: what becomes of it is told without anybody's doing. */
export const ON_ITS_WAY: readonly DisbursementState[] = ['owed', 'released', 'in-flight']

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
  /** It uses up one of the attempts that a passing failure has. */
  readonly isRetry: boolean
}

export interface Attempts {
  /** Payouts so far, the one that ended included. */
  readonly attempts: number
  /** Attempts that ended in a passing failure. */
  readonly retries: number
  /** Times the money came back after success. */
  readonly returns: number
}

/** However long a gateway has been away, it is tried this often; after some days less often. */
const UNREACHABLE_DELAY_MAX_MS = 15 * 60_000
const LONG_OUTAGE = { attempts: 200, delayMs: 3600_000 } as const

/** People look before the references of a disbursement (1023) are used up: with the delays above, after a month. */
export const ATTEMPTS_MAX = 1000

/** What the end of a payout means for its disbursement; undefined while the payout is still under way. */
export function afterPayout(
  state: PayoutState,
  failure: Failure | null,
  attempts: Attempts,
  retryDelaysMs: readonly number[],
): DisbursementStep | undefined {
  const next = stepAfter(state, failure, attempts, retryDelaysMs)
  const isUsedUp = attempts.attempts >= ATTEMPTS_MAX && next !== undefined && AT_REST.includes(next.to)
  return isUsedUp ? { ...step('review', 'attempts-used-up'), accountFailed: next.accountFailed } : next
}

function stepAfter(
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
    case 'failing':
      return undefined
    case 'paid':
      return step('paid')
    case 'review':
      return step('review', 'gateway-contradiction')
    case 'returned':
      return attempts.returns > 0 ? step('review', 'returned-twice') : needsAccount('returned')
    case 'not-sent':
      // Proven not to have left: nothing is used up, however long the gateway cannot be reached.
      return laterStep(failure?.code ?? null, retryDelaysMs, attempts)
    case 'cancelled':
      // Nobody asked for it and nothing says why: it may pass.
      return afterFailure(failure ?? { class: 'retry-new', code: 'cancelled', vendorCode: '' }, attempts, retryDelaysMs)
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
      return step('failed', code)
    case 'config':
      // Ours to mend, and nobody's money is wrong: it goes on by itself once the gateway takes us in again.
      return laterStep('gateway-refuses', delays, attempts)
    case 'retry-new':
    case 'retry-same': {
      const delay = delays[attempts.retries]
      // When the schedule is used up a person decides; sending for ever is how a wrong classification pays twice.
      return delay === undefined
        ? step('review', 'retries-used-up')
        : { ...step('released', code), retryAfterMs: delay, isRetry: true }
    }
    case 'compliance':
    case 'undocumented':
    case 'unknown':
    case undefined:
      return step('review', code)
  }
}

function laterStep(reason: string | null, delays: readonly number[], attempts: Attempts): DisbursementStep {
  return { ...step('released', reason), retryAfterMs: unreachableDelay(delays, attempts.attempts) }
}

/** The gateway's delays, then twice as long each time. */
function unreachableDelay(delays: readonly number[], attempts: number): number {
  if (attempts > LONG_OUTAGE.attempts) return LONG_OUTAGE.delayMs
  const doublings = Math.min(attempts - delays.length, 20)
  return delays[attempts - 1] ?? Math.min((delays.at(-1) ?? 1000) * 2 ** doublings, UNREACHABLE_DELAY_MAX_MS)
}

/** Attempts that no delay comes before: the first, and those after which somebody has linked an account or people have decided. */
const UNTIMED_ATTEMPTS = 3

/**
 * How many attempts may have followed the known ones within so many milliseconds, whatever became of each, also where it never reached its gateway.
 * `delays` are those of each gateway that may have carried one.
 */
export function attemptsWithin(
  ms: number,
  { attempts, retries }: Pick<Attempts, 'attempts' | 'retries'>,
  delays: readonly (readonly number[])[],
): number {
  const least = (of: (one: readonly number[]) => number): number => Math.min(...delays.map(of))
  let many = UNTIMED_ATTEMPTS
  // A passing failure has delays of its own, each once.
  const passing = Math.max(0, ...delays.map(({ length }) => length))
  for (let retry = retries, spent = 0; retry < passing; retry += 1) {
    spent += least((one) => one[retry] ?? Infinity)
    if (spent <= ms) many += 1
  }
  for (let n = attempts + 1, spent = 0; many < ATTEMPTS_MAX; n += 1) {
    spent += least((one) => leastDelay(one, n))
    if (spent > ms) break
    many += 1
  }
  return many
}

/** The shortest of the delays that come after so many attempts or more. */
function leastDelay(delays: readonly number[], attempts: number): number {
  const last = Math.max(attempts, delays.length + 1)
  const after = Array.from({ length: last - attempts + 1 }, (_, index) => unreachableDelay(delays, attempts + index))
  return Math.min(...after)
}

/** What the payee got beside what counted is to be had back still, and what counted has come to nothing: people say which of the two it is. */
export const RECEIVABLE_STANDS = 'receivable-stands'

/** A statement shows a payment that a restored database has forgotten, and that may be this one: people say whether it is. */
export const PAID_IN_LOST_TIME = 'paid-in-lost-time'

/** The last part has arrived, and another one has come back meanwhile: people say what happens with the rest. */
export const REST_OWED = 'rest-owed'

export interface Followed {
  readonly state: DisbursementState
  readonly reason: string | null
  /** It is the attempt that counts: the last one, or one that was delivered while no other is under way. */
  readonly isNewest: boolean
  /** The payee has what was delivered beside what counted. */
  readonly hasBeside?: boolean
  /** What its attempts have not delivered, as this one stands now. Minor units. */
  readonly rest?: bigint
}

/**
 * The step of an obligation when one of its payouts has moved. Five things come before what the payout itself would mean: an
 * ended obligation is not owed again by a late word, what people look at stays with them, an older attempt that turns out
 * otherwise stops everything until they have looked, it is not paid while a part is lacking, and nothing is owed anew while the
 * payee has beside it what it was for.
 */
export function followPayout(at: Followed, next: DisbursementStep): DisbursementStep {
  const { accountFailed } = next
  if (at.state === 'lapsed' || at.state === 'cancelled' || at.state === 'review') {
    return { ...step(at.state, at.reason), accountFailed }
  }
  if (!at.isNewest) return { ...step('review', 'older-attempt-changed'), accountFailed }
  if (next.to === 'paid') return (at.rest ?? 0n) > 0n ? step('review', REST_OWED) : next
  return at.hasBeside ? { ...step('review', RECEIVABLE_STANDS), accountFailed } : next
}

function step(to: DisbursementState, reason: string | null = null): DisbursementStep {
  return { to, reason, retryAfterMs: null, accountFailed: false, isRetry: false }
}

function needsAccount(reason: string): DisbursementStep {
  return { ...step('needs-account', reason), accountFailed: true }
}
