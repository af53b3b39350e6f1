/** What each scenario of the demo must have led to, and who did not get there: a demo in which nothing went wrong shows nothing. */
import type { Act } from '../../domain/act.ts'
import { isEligible, screen } from '../../domain/eligibility.ts'
import type { Programme } from '../../domain/programme.ts'
import { localDate } from '../../domain/zone.ts'
import type { Sql } from '../../store/database.ts'
import type { Person, Scenario } from './people.ts'

export interface Expected {
  /** Outcome of the life; null: still open. */
  readonly outcome: string | null
  /** What the audit trail must tell of. */
  readonly acts: readonly Act[]
  /** The states that disbursements end in, each of them at least once. Default `paid` and no other. */
  readonly states?: readonly string[]
  readonly attention?: string
  /** Whether the surveys after the first were missed, and nothing else. Default no. */
  readonly missesSurveys?: boolean
}

const REPAIRED: readonly Act[] = ['needs-account', 'account-replaced', 'payout-paid']

export const EXPECTED: Readonly<Record<Scenario, Expected>> = {
  success: { outcome: 'completed', acts: ['payout-paid'] },
  temporary: { outcome: 'completed', acts: ['payout-failed', 'retry-scheduled', 'payout-paid'] },
  'no-answer': { outcome: 'completed', acts: ['payout-unknown', 'payout-enquired', 'payout-paid'] },
  'bad-gateway': { outcome: 'completed', acts: ['payout-unknown', 'payout-paid'] },
  'wrong-account': { outcome: 'completed', acts: REPAIRED },
  'wallet-not-upgraded': { outcome: 'completed', acts: REPAIRED },
  'float-short': { outcome: 'completed', acts: ['float-short', 'float-restored', 'payout-paid'] },
  undocumented: { outcome: null, acts: ['review-needed'], states: ['review'], attention: 'review' },
  returned: { outcome: 'completed', acts: ['payout-returned', ...REPAIRED] },
  refused: { outcome: 'refused', acts: ['screened-refused'], states: [] },
  'never-bought': { outcome: 'expired', acts: ['training-expired'], states: [] },
  'survey-missed': { outcome: 'completed', acts: ['survey-missed', 'payout-paid'], missesSurveys: true },
  withdrawn: { outcome: 'withdrawn', acts: ['withdrawn'], states: [] },
  held: { outcome: 'completed', acts: ['hold-placed', 'hold-released', 'payout-paid'] },
}

export interface Seen {
  readonly ref: string
  readonly outcome: string | null
  readonly attention: string | null
  readonly acts: readonly string[]
  readonly states: readonly string[]
  readonly missed: number
}

const SEEN = `
SELECT p.ref, p.outcome, p.attention,
       ARRAY(SELECT DISTINCT a.act FROM audit_event a WHERE (a.programme, a.ref) = (p.programme, p.ref)) AS acts,
       ARRAY(SELECT DISTINCT d.state FROM disbursement d WHERE (d.programme, d.ref) = (p.programme, p.ref)) AS states,
       (SELECT count(*)::int FROM tranche t WHERE (t.programme, t.ref, t.state) = (p.programme, p.ref, 'missed')) AS missed
  FROM participant p WHERE p.programme = $1`

/** Those whose scenario did not happen, one sentence each. */
export async function missedScenarios(
  sql: Sql,
  programme: Programme,
  lives: readonly { readonly ref: string; readonly person: Person }[],
  nowMs: number,
): Promise<string[]> {
  const { rows } = await sql.query<Seen>(SEEN, [programme.code])
  const byRef = new Map(rows.map((row) => [row.ref, row]))
  return lives.flatMap(({ ref, person }) => {
    const scenario = scenarioIn(programme, person, nowMs)
    const seen = byRef.get(ref)
    const missing = seen === undefined ? ['a life'] : unmet(EXPECTED[scenario], seen, surveysOf(programme))
    return missing.map((what) => `${ref} was to be ${scenario}, and there was not: ${what}`)
  })
}

/** Whoever a programme does not admit is refused, whatever else was to happen to them. */
function scenarioIn(programme: Programme, { registration, scenario }: Person, nowMs: number): Scenario {
  const checks = screen(programme.eligibility, registration, localDate(programme.zone, nowMs))
  if (!isEligible(checks)) return 'refused'
  return scenario === 'survey-missed' && surveysOf(programme) < 2 ? 'success' : scenario
}

function surveysOf({ tranches }: Programme): number {
  return tranches.filter(({ trigger }) => trigger.kind === 'survey-answered').length
}

/** What must be there and is not, in words. */
export function unmet(expected: Expected, seen: Seen, surveys: number): string[] {
  const { states = ['paid'] } = expected
  const missing: string[] = expected.acts.filter((act) => !seen.acts.includes(act))
  if (seen.outcome !== expected.outcome) missing.push(`outcome ${expected.outcome} (it is ${seen.outcome})`)
  if (seen.states.toSorted().join() !== states.toSorted().join())
    missing.push(`disbursements ${states.join(', ') || 'none'} only (they are ${seen.states.join(', ') || 'none'})`)
  const missed = expected.missesSurveys ? surveys - 1 : 0
  if (seen.missed !== missed) missing.push(`${missed} missed tranches (there are ${seen.missed})`)
  if (expected.attention !== undefined && seen.attention !== expected.attention)
    missing.push(`attention ${expected.attention} (it is ${seen.attention})`)
  return missing
}
