/** What forbids a claim, from what decides over it as it was read. */
import { nextBusinessInstant } from '../domain/calendar.ts'
import { PAID_IN_LOST_TIME } from '../domain/disbursement.ts'
import { mayBeSent } from '../domain/payout-run.ts'
import type { Programme } from '../domain/programme.ts'
import { CREDENTIAL_NOT_IN_FORCE } from '../domain/standing.ts'
import type { Candidate } from './claim-candidate.ts'
import { isInForce } from './gateway-credentials.ts'
import type { StoreContext } from './options.ts'
import { shortUntil } from './shorts.ts'

/** Why a disbursement cannot be sent now; its branch waits until a fact or a time changes that. */
export type Parked =
  | 'not-released'
  | 'not-approved'
  | 'held'
  | 'frozen'
  | 'year-ending'
  /** What this process would send with is not in force at the gateway: two people have not agreed to it, or have ended it. */
  | typeof CREDENTIAL_NOT_IN_FORCE
  | 'send-open'
  | 'asked-about'
  | 'no-account'
  | 'account-cooling'
  | 'account-shared'
  | 'account-doubtful'
  | 'account-unchecked'
  | 'float-short'
  | 'no-gateway'
  | 'too-early'
  /** A restore is open, and nobody has asked its gateway whether it was paid before. */
  | 'not-looked-up'
  /** A restore is open, and the person registered in or after the time that is missing: its end says that nobody like that was paid in it. */
  | 'in-lost-time'
  /** A statement shows a payment to the person's account that nobody here knows of: people look whether it is this one. */
  | typeof PAID_IN_LOST_TIME

/** What a draft says would be sent. */
interface Drafted {
  readonly gateway: string
  readonly n: number
  readonly amount: bigint
  readonly accountId: string
  readonly run: string | null
}

/** Why a disbursement cannot be claimed now; undefined when it can. Pure. */
export function parkedReason(
  candidate: Candidate,
  { calendar, zone }: Pick<Programme, 'calendar' | 'zone'>,
  nowMs: number,
): Parked | undefined {
  if (candidate.state !== 'released' || candidate.leaving) return 'not-released'
  if (candidate.amount <= 0n) return 'not-released'
  if (candidate.held) return 'held'
  if (candidate.frozen) return 'frozen'
  if (candidate.in_lost_time) return 'in-lost-time'
  if (candidate.year_ending) return 'year-ending'
  if (candidate.send_open) return 'send-open'
  if (candidate.asked_about) return 'asked-about'
  if (Number(candidate.release_ms) > nowMs) return 'too-early'
  // The look that said "send" may lie before a cut-off that has passed meanwhile.
  if (nextBusinessInstant(calendar, zone, nowMs) > nowMs) return 'too-early'
  if (candidate.account === null) return 'no-account'
  if (candidate.shared) return 'account-shared'
  if (candidate.doubtful) return 'account-doubtful'
  return candidate.usable_ms !== null && Number(candidate.usable_ms) > nowMs ? 'account-cooling' : undefined
}

/** Why nothing is drafted for what is released: no gateway carries it, or people have not agreed to it. */
export function unsentReason(
  candidate: Candidate,
  programme: Programme,
  gateway: string | null,
  nowMs: number,
): Parked | undefined {
  if (gateway === null) return 'no-gateway'
  return isApproved(candidate, programme, gateway, nowMs) ? undefined : 'not-approved'
}

/** The run under whose approval it would be sent; null where none is needed. Pure. */
export function coveringRun({ approval }: Candidate, { payment }: Programme): string | null {
  return payment.release === 'automatic' ? null : (approval?.run ?? null)
}

/** Why what was drafted cannot be claimed now, as everything stands under the locks; undefined when it can. Pure. */
export function claimParked(
  candidate: Candidate,
  programme: Programme,
  draft: Drafted,
  nowMs: number,
): Parked | undefined {
  return parkedReason(candidate, programme, nowMs) ?? changedReason(candidate, programme, draft, nowMs)
}

/** Why what was drafted is no longer what may be sent. */
function changedReason(candidate: Candidate, programme: Programme, draft: Drafted, nowMs: number): Parked | undefined {
  if (candidate.may_be_paid) return PAID_IN_LOST_TIME
  if (isUnchecked(candidate, programme)) return 'account-unchecked'
  // Another run's approval is not the one that is held against whoever stops it.
  const isSameRun = draft.run === null || candidate.approval?.run === draft.run
  if (!isSameRun || !isApproved(candidate, programme, draft.gateway, nowMs)) return 'not-approved'
  const isSame = candidate.attempts === draft.n - 1 && candidate.account === draft.accountId
  return isSame && candidate.amount === draft.amount ? undefined : 'not-released'
}

/** Whether the programme, or people who agreed to exactly this, let it be sent. */
function isApproved(
  { approval, account, amount, currency }: Candidate,
  { payment }: Programme,
  gateway: string,
  nowMs: number,
): boolean {
  return mayBeSent(payment.release, approval, { gateway, account, amount: amount.toString(), currency }, nowMs)
}

/** The programme wants it confirmed first. */
export function isUnchecked({ unverified }: Candidate, { payment: { accounts } }: Programme): boolean {
  return unverified && accounts?.check === 'before-use'
}

/** Why this process sends nothing there now, whatever it is; undefined when it may. */
export function gatewayParked(
  context: StoreContext,
  candidate: Candidate,
  gateway: string,
  nowMs: number,
): Parked | undefined {
  if (!isInForce(context, candidate.sends, gateway)) return CREDENTIAL_NOT_IN_FORCE
  return isShort(context, candidate, gateway, nowMs) ? 'float-short' : undefined
}

/** Somebody waits for our money there: whoever is sent now is only refused as well. */
function isShort({ timingOf }: StoreContext, { shorts, reason }: Candidate, gateway: string, nowMs: number): boolean {
  return (shortUntil(shorts, gateway, reason, timingOf) ?? 0) > nowMs
}
