/**
 * The failure table as data: what a gateway's code means, how safe that is, and which part of it people may say otherwise. Pure.
 * Safe is what lets less be sent: a failure that was taken for definitive, and was none, is paid twice by the next attempt.
 */
import { isMendedBySame } from './next-action.ts'
import type { Failure, FailureClass } from './observation.ts'
import type { PayoutDecision, PayoutFact, PayoutState } from './payout.ts'

/** What a code means for the next step. */
export type Meaning = Pick<Failure, 'class' | 'code'>

/** What a code means in the table that was released with the adapter. */
export interface ReleasedMeaning extends Meaning {
  /** The provider's documents have this code; false for one that nobody has heard of. */
  readonly isDocumented: boolean
}

/** A gateway's compiled table. */
export interface FailureTable {
  /** Every documented code. */
  readonly codes: readonly string[]
  /** Of any code that it could send; null for a text that is none. */
  meaningOf(vendorCode: string): ReleasedMeaning | null
}

/**
 * The classes from the least safe to the safest, by what must happen before another attempt: nothing but time, or money of ours
 * (`config` and `float-short` for ever, the others for a while); another account; the word of two people; nothing allows one before
 * it is known what became of this.
 */
export const SAFETY_ORDER: readonly FailureClass[] = [
  'config',
  'float-short',
  'retry-same',
  'retry-new',
  'needs-account',
  'permanent',
  'undocumented',
  'compliance',
  'unknown',
]

/** What must happen before another attempt. The database and the auditor have the same numbers. */
const SAFETY: Readonly<Record<FailureClass, number>> = {
  config: 0,
  'float-short': 0,
  'retry-same': 0,
  'retry-new': 0,
  'needs-account': 1,
  permanent: 1,
  undocumented: 2,
  compliance: 2,
  unknown: 3,
}

/** A failure that people doubt: it is asked about, and nothing of it is sent again by itself, not even the same bytes. */
export const DOUBTED = 'failure-doubted'

/** How safe a meaning is: 0 where money leaves again by itself, 4 where nothing does. */
export function safetyOf(meaning: Meaning): number {
  // Its month ends, or the gateway finds nothing wrong with it: it goes on by itself, to the same account.
  if (meaning.class === 'needs-account' && isMendedBySame(meaning.code)) return 0
  if (meaning.class === 'unknown' && meaning.code === DOUBTED) return 4
  return SAFETY[meaning.class]
}

/**
 * The order of safety over all meanings, for sorting and for telling: negative when the first is the less safe one. Meanings that ask
 * for the same before another attempt stand in the order of their classes, then of their codes.
 */
export function compareSafety(one: Meaning, other: Meaning): number {
  const level = safetyOf(one) - safetyOf(other)
  if (level !== 0) return level
  const order = SAFETY_ORDER.indexOf(one.class) - SAFETY_ORDER.indexOf(other.class)
  if (order !== 0) return order
  return one.code === other.code ? 0 : one.code < other.code ? -1 : 1
}

/** The least that one person may ask for: the word of two people. Anything less ends by itself, and speaks against accounts for good. */
const ALONE_MIN = 2

/**
 * One person may give what fails to people, or doubt it, where less was asked for before: no attempt becomes possible that was not, and nobody is
 * refused anything for ever.
 */
export function mayAlone(from: Meaning, to: Meaning): boolean {
  return safetyOf(to) >= ALONE_MIN && safetyOf(to) > safetyOf(from)
}

/**
 * What people may class a code as, and the codes of ours that go with it: texts, deadlines and questions hang on them. Nobody says of a
 * failure that the same key is to be sent again: only the adapter knows that nothing was executed.
 */
export const RULE_CODES = {
  config: ['credentials-refused', 'permission-missing'],
  'float-short': ['float-short'],
  'retry-new': ['transfer-temporarily-failed'],
  'needs-account': [
    'account-not-found',
    'account-dormant',
    'account-closed',
    'account-blocked',
    'account-name-differs',
    'wallet-limit',
    'wallet-not-upgraded',
  ],
  permanent: ['request-refused', 'amount-out-of-range', 'institution-not-supported'],
  undocumented: ['undocumented'],
  compliance: ['compliance-refused'],
  unknown: [DOUBTED],
} as const satisfies Partial<Readonly<Record<FailureClass, readonly string[]>>>
export type RuledClass = keyof typeof RULE_CODES
export const RULED_CLASSES = Object.keys(RULE_CODES) as readonly RuledClass[]

/** What is wrong with a code of ours under a class; null when it is one of its codes. */
export function codeFault({ class: of, code }: { readonly class: RuledClass; readonly code: string }): string | null {
  const codes: readonly string[] = RULE_CODES[of]
  return codes.includes(code) ? null : `must be one of ${codes.join(', ')}, for ${of}`
}

/** The provider itself says that this may have been executed: nobody's word makes it definitive. */
export function isFixed({ class: of, isDocumented }: ReleasedMeaning): boolean {
  return isDocumented && of === 'unknown'
}

export function isSameMeaning(one: Meaning, other: Meaning): boolean {
  return one.class === other.class && one.code === other.code
}

/** The failure of a fact whose code people may class otherwise; null for every other fact: silence and the network have no such code. */
export function tabledFailure(fact: PayoutFact): Failure | null {
  const failure = fact.kind === 'observed' ? fact.observation.failure : fact.kind === 'unanswered' ? fact.failure : null
  return failure?.isTabled ? failure : null
}

/**
 * The fact as the rule in force has its code; `sends` are those that may have been executed. Where several may, people's word about an
 * answer that proves nothing does not count: it may be about another of them.
 */
export function ruledFact(fact: PayoutFact, rule: Meaning | undefined, sends: number): PayoutFact {
  const failure = tabledFailure(fact)
  if (failure === null || rule === undefined) return fact
  const isUnknown = rule.class === 'unknown'
  if (failure.class === 'unknown' && !isUnknown && sends > 1) return fact
  const against = failure.class === 'needs-account' ? { accountRefused: failure.code } : {}
  const ruled = { ...failure, ...against, class: rule.class, code: rule.code }
  if (fact.kind !== 'observed') {
    return isUnknown ? { kind: 'unanswered', failure: ruled } : { kind: 'observed', observation: refusal(ruled) }
  }
  // A refusal has no object at the gateway: without its class nothing is left of it but that it proves nothing.
  if (isUnknown && fact.observation.gatewayId === null) return { kind: 'unanswered', failure: ruled }
  return { kind: 'observed', observation: { ...fact.observation, failure: ruled } }
}

/** What a word that people doubt says nothing final of. */
export const UNDER_WAY: readonly PayoutState[] = ['unknown', 'accepted', 'processing']

/** A payout of which its gateway has told, and what was made of that. */
export interface Refusing {
  readonly state: PayoutState
  /** What it failed with was doubted before: it was told of before. */
  readonly isDoubted: boolean
  readonly fact: PayoutFact
  readonly decision: PayoutDecision
}

/**
 * Why the released table has its account refused, whatever the rule about the code makes of the payout; null where it does not, or the fact tells
 * nothing new of this payout.
 */
export function refusedAccount({ state, isDoubted, fact, decision }: Refusing): string | null {
  const refused = tabledFailure(fact)?.accountRefused ?? null
  if (decision.kind === 'move') return decision.alarm === null && decision.to !== 'paid' ? refused : null
  if (decision.kind !== 'keep' || decision.note === 'repeated' || isDoubted) return null
  // Nothing is made of it while the payout may be under way, and its account is refused all the same.
  return UNDER_WAY.includes(state) ? refused : null
}

function refusal(failure: Failure): Extract<PayoutFact, { kind: 'observed' }>['observation'] {
  const { vendorCode: vendorStatus } = failure
  return { state: 'failed', gatewayId: null, amount: null, account: null, failure, vendorStatus, at: null }
}
