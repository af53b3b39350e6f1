/** What a gateway's word about an account means: whether it is payable and, as far as names tell, the person's own. */
import type { Meaning } from './failure-rule.ts'
import { nameVerdict, scoreNames, type NameReason, type NameThresholds } from './name-match.ts'
import type { Failure, FailureClass } from './observation.ts'

/** `review`: payable, and people look at the name. `unverified`: nobody could be asked. */
export const CHECK_VERDICTS = ['verified', 'review', 'refused', 'unverified'] as const
export type CheckVerdict = (typeof CHECK_VERDICTS)[number]

export interface AccountVerdict {
  readonly verdict: CheckVerdict
  /** Why it was refused. */
  readonly code: string | null
  /** How well the name at the bank or wallet agrees with the one on the identity card; null where it was not told. */
  readonly score: number | null
  readonly reasons: readonly NameReason[]
}

/** The gateway's answer, as far as it is judged. */
export type AccountAnswer =
  | { readonly kind: 'valid'; readonly registeredName: string }
  | { readonly kind: 'invalid'; readonly failure: Refusal }
  | { readonly kind: 'unavailable'; readonly failure?: Refusal }

/** Why an account was refused, or nobody could say. */
type Refusal = Pick<Failure, 'code'> & Partial<Pick<Failure, 'vendorCode' | 'isTabled'>>

const AGAINST: readonly FailureClass[] = ['needs-account', 'permanent']

/**
 * The answer as the rule in force has its code. An account that was refused stays refused, whatever people say of the code: only the
 * reason follows, where the rule has one against accounts. What was no answer is one, where the rule says that it speaks against this.
 */
export function ruledAnswer(answer: AccountAnswer, rule: Meaning | undefined): AccountAnswer {
  if (rule === undefined || answer.kind === 'valid' || !AGAINST.includes(rule.class)) return answer
  return { kind: 'invalid', failure: { ...answer.failure, code: rule.code } }
}

/** `name` is the one on the identity card. */
export function judgeAccount(
  answer: AccountAnswer,
  name: string,
  thresholds: NameThresholds | undefined,
): AccountVerdict {
  if (answer.kind === 'unavailable') return { verdict: 'unverified', code: null, score: null, reasons: [] }
  if (answer.kind === 'invalid') return { verdict: 'refused', code: answer.failure.code, score: null, reasons: [] }
  const { score, reasons } = scoreNames(answer.registeredName, name)
  switch (nameVerdict(score, thresholds)) {
    case 'accept':
      return { verdict: 'verified', code: null, score, reasons }
    case 'review':
      return { verdict: 'review', code: null, score, reasons }
    case 'refuse':
      return { verdict: 'refused', code: 'account-name-differs', score, reasons }
  }
}
