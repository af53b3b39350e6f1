/** What happens to one person of the demo, as data and small rules: who does what when, given where the person stands. */
import type { Person } from './people.ts'

/** A person as the demo follows them. */
export interface Follow {
  readonly person: Person
  readonly ref: string
  stage: string
  outcome: string | null
  attention: string | null
  admitted: boolean
  /** Courses: how far the institution has reported. */
  reported: number
  answered: Set<string>
  repaired: boolean
  held: 'not-yet' | 'held' | 'released'
  withdrawn: boolean
  /** When the present stage or attention was first seen, milliseconds. */
  sinceMs: number
  /** When the survey desk looks next, milliseconds. */
  lookAtMs: number
}

export type Deed =
  | { readonly kind: 'report'; readonly evidence: 'course-started' | 'course-completed' | 'course-rated' }
  | { readonly kind: 'look' }
  | { readonly kind: 'repair' }
  | { readonly kind: 'hold' }
  | { readonly kind: 'release' }
  | { readonly kind: 'withdraw' }
  | { readonly kind: 'top-up' }

const COURSE = ['course-started', 'course-completed', 'course-rated'] as const
/** A person needs a moment to see what is wrong and mend it. */
const MENDS_AFTER_MS = 1500
const HELD_FOR_MS = 4000
/** How often the survey desk looks while it is not known when a survey opens. */
const LOOK_PAUSE_MS = 1000

export function follow(person: Person, ref: string, nowMs: number): Follow {
  return {
    person,
    ref,
    stage: 'screening',
    outcome: null,
    attention: null,
    admitted: false,
    reported: 0,
    answered: new Set(),
    repaired: false,
    held: 'not-yet',
    withdrawn: false,
    sinceMs: nowMs,
    lookAtMs: 0,
  }
}

/** Takes in what the list of participants says now. */
export function see(
  of: Follow,
  now: { stage: string; outcome: string | null; attention: string | null },
  nowMs: number,
): void {
  if (now.stage !== of.stage || now.attention !== of.attention) of.sinceMs = nowMs
  Object.assign(of, now)
}

/** The next deed for a person, or undefined while the engine or a deadline has the move. */
export function nextDeed(of: Follow, nowMs: number): Deed | undefined {
  const waitedMs = nowMs - of.sinceMs
  if (of.attention === 'waiting-for-float' && waitedMs >= MENDS_AFTER_MS) return { kind: 'top-up' }
  const isAsked = of.attention === 'waiting-for-account' || of.attention === 'waiting-for-upgrade'
  const isMendable = isAsked && !of.repaired && of.person.repair !== null
  if (isMendable && waitedMs >= MENDS_AFTER_MS) return { kind: 'repair' }
  if (of.held === 'held') return waitedMs >= HELD_FOR_MS ? { kind: 'release' } : undefined
  if (of.stage === 'training') return trainingDeed(of)
  if (of.stage !== 'incentives') return undefined
  if (of.person.scenario === 'held' && of.held === 'not-yet') return { kind: 'hold' }
  return nowMs < of.lookAtMs ? undefined : { kind: 'look' }
}

function trainingDeed(of: Follow): Deed | undefined {
  const { scenario } = of.person
  if (scenario === 'never-bought' || of.withdrawn) return undefined
  if (scenario === 'withdrawn' && of.reported === 1) return { kind: 'withdraw' }
  if (scenario === 'held' && of.reported === 2 && of.held === 'not-yet') return { kind: 'hold' }
  const evidence = COURSE[of.reported]
  return evidence && { kind: 'report', evidence }
}

/** A survey and its tranche as the wire has it. */
export interface SurveyStanding {
  readonly survey: string
  readonly state: string
  readonly opensAt: string | null
}

/**
 * What the survey desk does when it looks: which surveys the person answers, and when it looks again, milliseconds: when the next one opens,
 * after a moment while nobody knows when that is, never when none is left. Some let the second one pass.
 */
export function surveyDesk(
  of: Follow,
  surveys: readonly SurveyStanding[],
  nowMs: number,
): { readonly answers: readonly string[]; readonly lookAtMs: number } {
  const meant = surveys.filter((_, order) => of.person.scenario !== 'survey-missed' || order === 0)
  const left = meant.filter(({ survey, state }) => !of.answered.has(survey) && ['planned', 'open'].includes(state))
  const opensMs = ({ state, opensAt }: SurveyStanding): number =>
    state === 'open' && opensAt !== null ? Date.parse(opensAt) : nowMs + LOOK_PAUSE_MS
  const isOpen = (one: SurveyStanding): boolean => opensMs(one) <= nowMs
  return {
    answers: left.filter(isOpen).map(({ survey }) => survey),
    lookAtMs: Math.min(...left.filter((one) => !isOpen(one)).map(opensMs)),
  }
}

/** True when nothing more happens by itself: closed, or waiting for people by a name that is shown. */
export function isSettled(of: Follow): boolean {
  if (of.attention === 'review' || of.attention === 'failed') return true
  if (of.stage !== 'closed' || of.attention !== null) return false
  // Money that comes back does so after the life has closed: the demo waits for it and for its repair.
  return of.person.scenario !== 'returned' || of.repaired
}
