/** What somebody should look at and whose move it is, and the texts of failures by their codes. */
import type { FailureCode } from '../domain/failure-code.ts'
import type { Mover } from '../domain/next-action.ts'
import type { Attention } from '../domain/standing.ts'

/** What somebody should look at, and whose move it is. */
export const ATTENTION = {
  'waiting-for-account': 'participant',
  'waiting-for-upgrade': 'participant',
  'waiting-for-name': 'participant',
  'waiting-for-limit': 'participant',
  'account-shared': 'operator',
  'account-doubtful': 'operator',
  'action-overdue': 'operator',
  'waiting-for-float': 'finance',
  'on-hold': 'operator',
  'account-unchecked': 'gateway',
  'payout-unknown': 'gateway',
  review: 'operator',
  failed: 'operator',
  'gateway-refuses': 'operator',
  frozen: 'operator',
  'credential-not-in-force': 'operator',
  'waiting-for-admission': 'operator',
  'waiting-for-training': 'participant',
  'waiting-for-completion': 'institution',
  'waiting-for-survey': 'participant',
  'life-failed': 'operator',
  'message-dead': 'operator',
} as const satisfies Readonly<Record<Attention, Mover>> & Readonly<Record<string, Mover>>
export type AttentionCode = keyof typeof ATTENTION

export function isAttentionCode(code: string): code is AttentionCode {
  return Object.hasOwn(ATTENTION, code)
}

/** The texts of all failure codes as messages of one prefix: `failure.account-closed`. */
export function underPrefix<P extends string>(
  prefix: P,
  texts: Readonly<Record<FailureCode, string>>,
): { readonly [F in FailureCode as `${P}.${F}`]: string } {
  const entries = Object.entries(texts).map(([code, words]) => [`${prefix}.${code}`, words])
  return Object.fromEntries(entries) as { readonly [F in FailureCode as `${P}.${F}`]: string }
}
