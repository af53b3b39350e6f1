/**
 * What is to be done next about money that waits, and by whom. One table: a failure's code in, an action out. The person is asked for
 * what only they can do; what is done resumes the payment by itself.
 */
import type { DisbursementState } from './disbursement.ts'
import { knownFailure, type FailureCode } from './failure-code.ts'
import { addMonths, localDate, startOfLocalDay } from './zone.ts'

export const NEXT_ACTIONS = ['relink', 'upgrade-wallet', 'wait-for-limit', 'correct-name', 'nothing'] as const
export type NextAction = (typeof NEXT_ACTIONS)[number]

/** What a person is asked for; `nothing` is not asked. */
export type PersonAction = Exclude<NextAction, 'nothing'>

/** Whose move it is. */
export const MOVERS = ['participant', 'institution', 'operator', 'gateway', 'finance'] as const
export type Mover = (typeof MOVERS)[number]

export interface ActionRule {
  readonly action: NextAction
  readonly mover: Mover
}

const relink: ActionRule = { action: 'relink', mover: 'participant' }
const operators: ActionRule = { action: 'nothing', mover: 'operator' }
const gateways: ActionRule = { action: 'nothing', mover: 'gateway' }

const BY_FAILURE: Readonly<Record<FailureCode, ActionRule>> = {
  'no-account': relink,
  'no-such-account': relink,
  'account-dormant': relink,
  'account-closed': relink,
  'account-blocked': relink,
  'name-differs': { action: 'correct-name', mover: 'participant' },
  'wallet-limit': { action: 'wait-for-limit', mover: 'participant' },
  'wallet-not-upgraded': { action: 'upgrade-wallet', mover: 'participant' },
  temporary: gateways,
  'no-answer': gateways,
  'failure-unconfirmed': operators,
  'float-short': { action: 'nothing', mover: 'finance' },
  undocumented: operators,
  'rejected-by-channel': relink,
  'invalid-request': operators,
  compliance: operators,
  'gateway-configuration': operators,
  returned: relink,
  'returned-twice': operators,
  'retries-used-up': operators,
  'gateway-contradiction': operators,
  'float-restored': gateways,
  'review-decided': gateways,
  'held-by-decision': operators,
  'another-attempt-reviewed': operators,
  'paid-in-lost-time': operators,
  'no-reason-given': operators,
}

/** Money that waits, and the account that it would go to. */
export interface WaitingMoney {
  readonly state: DisbursementState
  readonly reason: string | null
  /** A live account that nobody has found unusable: from when it may be used; null without one. */
  readonly accountUsableFromMs: number | null
  /** Until when that account rests because its limit of the month is used up; null when it does not. */
  readonly accountRestsUntilMs: number | null
}

/** What is to be done next, and by whom; null where all goes its way or has ended. */
export function nextActionFor(money: WaitingMoney): ActionRule | null {
  switch (money.state) {
    case 'owed':
    case 'in-flight':
    case 'paid':
    case 'lapsed':
    case 'cancelled':
      return null
    case 'released':
      return money.reason === null ? null : { action: 'nothing', mover: moverOf(money.reason) }
    case 'float-short':
      return BY_FAILURE['float-short']
    case 'review':
      return operators
    case 'failed':
      return BY_FAILURE[knownFailure(money.reason)].action === 'relink' ? relink : operators
    case 'needs-account':
      return forAccount(money)
  }
}

function moverOf(reason: string): Mover {
  const { mover } = BY_FAILURE[knownFailure(reason)]
  return mover === 'participant' ? 'gateway' : mover
}

/** Whoever waits for an account needs one, whatever nobody has classified yet; one that is there only takes its time. */
function forAccount({ reason, accountUsableFromMs, accountRestsUntilMs }: WaitingMoney): ActionRule {
  const rule = BY_FAILURE[knownFailure(reason)]
  if (accountUsableFromMs !== null) {
    return accountRestsUntilMs !== null ? BY_FAILURE['wallet-limit'] : gateways
  }
  // Its month begins too late: only another account helps in time.
  return rule.action === 'nothing' || rule.action === 'wait-for-limit' ? relink : rule
}

/** Whether it is done when the gateway finds nothing wrong with the same account any more. */
export function isMended(action: NextAction | null): boolean {
  return action === 'upgrade-wallet' || action === 'correct-name'
}

/** Whether what failed with this code goes on with the same account: its month is over, or the gateway finds nothing wrong with it any more. */
export function isMendedBySame(code: string): boolean {
  const { action } = BY_FAILURE[knownFailure(code)]
  return action === 'wait-for-limit' || isMended(action)
}

/**
 * Until when an account rests that has failed for this reason: the limit of a month ends with it, in the programme's zone. Null where
 * the account is of no use, and where the money would lapse first.
 */
export function restsUntil(reason: string | null, atMs: number, zone: string, lapsesAtMs: number): number | null {
  if (BY_FAILURE[knownFailure(reason)].action !== 'wait-for-limit') return null
  const month = localDate(zone, atMs).slice(0, 7)
  const beginsMs = startOfLocalDay(zone, addMonths(`${month}-01`, 1))
  return beginsMs < lapsesAtMs ? beginsMs : null
}

/** Which of two words against an account keeps it from being paid for longer: for good, until it is mended, until its month is over. */
export function graver(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return gravityOf(other) > gravityOf(one) ? other : one
}

function gravityOf(code: string): number {
  const { action } = BY_FAILURE[knownFailure(code)]
  if (action === 'wait-for-limit') return 0
  return isMended(action) ? 1 : 2
}
