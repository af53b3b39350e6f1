/** The reasons of failures as far as they make a difference to people, and what every other code is told as. */

/** Why a payout or an account did not work and why money waits, as far as it makes a difference to people. */
export const FAILURE_CODES = [
  'no-account',
  'no-such-account',
  'account-dormant',
  'account-closed',
  'account-blocked',
  'name-differs',
  'wallet-limit',
  'wallet-not-upgraded',
  'temporary',
  'no-answer',
  'failure-unconfirmed',
  'float-short',
  'undocumented',
  'rejected-by-channel',
  'invalid-request',
  'compliance',
  'gateway-configuration',
  'returned',
  'returned-twice',
  'retries-used-up',
  'gateway-contradiction',
  'float-restored',
  'review-decided',
  'held-by-decision',
  'another-attempt-reviewed',
  'paid-in-lost-time',
  'no-reason-given',
] as const
export type FailureCode = (typeof FAILURE_CODES)[number]

/**
 * Gateways and machines tell reasons apart that are one thing to a person. What is neither here nor above is `undocumented`:
 * gateways invent codes, and a person still gets a sentence.
 */
const TOLD_AS: Readonly<Record<string, FailureCode>> = {
  'account-not-found': 'no-such-account',
  'account-malformed': 'no-such-account',
  'account-name-differs': 'name-differs',
  'holder-malformed': 'name-differs',
  'transfer-temporarily-failed': 'temporary',
  'rate-limited': 'temporary',
  unreachable: 'temporary',
  'cancelled-before-sending': 'temporary',
  'compliance-refused': 'compliance',
  'request-refused': 'invalid-request',
  'amount-out-of-range': 'invalid-request',
  'amount-below-minimum': 'invalid-request',
  'amount-above-maximum': 'invalid-request',
  'institution-not-supported': 'rejected-by-channel',
  'no-gateway': 'rejected-by-channel',
  'gateway-refuses': 'gateway-configuration',
  cancelled: 'temporary',
  'account-unchecked': 'temporary',
  'attempts-used-up': 'retries-used-up',
  'currency-not-supported': 'invalid-request',
  'narrative-malformed': 'invalid-request',
  'reference-malformed': 'invalid-request',
  'credentials-refused': 'gateway-configuration',
  'permission-missing': 'gateway-configuration',
  'request-malformed': 'gateway-configuration',
  'duplicate-request': 'no-answer',
  'undocumented-refusal': 'no-answer',
  'server-error': 'no-answer',
  'connection-lost': 'no-answer',
  redirected: 'no-answer',
  'unreadable-answer': 'no-answer',
  'answer-too-large': 'no-answer',
  'other-reference': 'no-answer',
  'failure-doubted': 'failure-unconfirmed',
  'other-amount': 'gateway-contradiction',
  'other-account': 'gateway-contradiction',
  contradiction: 'gateway-contradiction',
  'two-objects': 'gateway-contradiction',
  'another-object': 'gateway-contradiction',
  'older-attempt-changed': 'gateway-contradiction',
  'receivable-stands': 'gateway-contradiction',
  'rest-owed': 'returned-twice',
}

/** What a stored reason is told as. */
export function knownFailure(code: string | null): FailureCode {
  if (code === null) return 'no-reason-given'
  if ((FAILURE_CODES as readonly string[]).includes(code)) return code as FailureCode
  return Object.hasOwn(TOLD_AS, code) ? (TOLD_AS[code] ?? 'undocumented') : 'undocumented'
}
