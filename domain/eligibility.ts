/** Screening: the programme's rules over what a person registered. Pure, so it can be run again at any later date. */
import type { EligibilityRule } from './programme.ts'
import type { Registration } from './registration.ts'
import { yearsBetween } from './zone.ts'

/** The part of a registration that rules look at. */
export type EligibilityFacts = Pick<
  Registration,
  'birthDate' | 'citizenship' | 'education' | 'occupation' | 'aid' | 'declared'
>

/** Why a rule refuses; texts for participants hang on these. */
export const REFUSAL_CODES = [
  'too-young',
  'too-old',
  'not-citizen',
  'in-formal-education',
  'occupation-excluded',
  'receives-aid',
  'not-declared',
] as const
export type RefusalCode = (typeof REFUSAL_CODES)[number]

export type CheckResult = {
  readonly rule: EligibilityRule['kind']
  /** JSON pointer to the rule in the programme definition. */
  readonly pointer: string
} & ({ readonly outcome: 'pass'; readonly code: 'met' } | { readonly outcome: 'fail'; readonly code: RefusalCode })

/** One result for each rule, in the order of the rules. `atDate` is the local date `YYYY-MM-DD` at which age is counted. */
export function screen(rules: readonly EligibilityRule[], facts: EligibilityFacts, atDate: string): CheckResult[] {
  return rules.map((rule, index) => {
    const found = { rule: rule.kind, pointer: `/eligibility/${index}` } as const
    const refused = refusedBy(rule, facts, atDate)
    return refused === null ? { ...found, outcome: 'pass', code: 'met' } : { ...found, outcome: 'fail', code: refused }
  })
}

/** True when no rule refuses. A programme without rules takes everybody. */
export function isEligible(results: readonly CheckResult[]): boolean {
  return results.every((result) => result.outcome === 'pass')
}

function refusedBy(rule: EligibilityRule, facts: EligibilityFacts, atDate: string): RefusalCode | null {
  switch (rule.kind) {
    case 'age': {
      const age = yearsBetween(facts.birthDate, atDate)
      if (age < rule.min) return 'too-young'
      return rule.max !== null && age > rule.max ? 'too-old' : null
    }
    case 'citizenship':
      return facts.citizenship === rule.country ? null : 'not-citizen'
    case 'not-in-formal-education':
      return facts.education === 'none' ? null : 'in-formal-education'
    case 'occupation-not-in':
      return rule.occupations.includes(facts.occupation) ? 'occupation-excluded' : null
    case 'not-receiving-aid':
      return facts.aid.some((aid) => rule.aid.includes(aid)) ? 'receives-aid' : null
    case 'declared':
      return facts.declared ? null : 'not-declared'
  }
}
