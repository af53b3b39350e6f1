/** Steps of payout runs: they only touch PostgreSQL, and name no person. */
import { RUN_ENDS, type RunState } from '../domain/payout-run.ts'
import { Problem, type ProblemCode } from '../domain/problem.ts'
import { passBy, type Pass } from '../failpoints.ts'
import type { Gateway } from '../gateways/gateway.ts'
import type { Store } from '../store/index.ts'
import { translateProblems } from './failures.ts'

export interface RunLooked {
  readonly state: RunState
  /** Nothing more happens to it. */
  readonly isOver: boolean
  /** Lines that wait to be let go, and that are out. */
  readonly waiting: number
  readonly out: number
  /** Nothing happens by itself before; null when a short pause may bring more. */
  readonly untilMs: number | null
}

export interface Collected {
  readonly outcome: 'collected' | 'day-off' | 'refused'
  readonly run?: string
  readonly code?: ProblemCode
}

export interface RunActivities {
  /** Looks at a run and does what is due. */
  lookAtRun(of: { readonly run: string; readonly nowMs: number }): Promise<RunLooked>
  /** Collects what a programme owes by now, on its working days. Fails where that is refused, but for a day on which nothing is owed. */
  collectRun(of: { readonly programme: string; readonly nowMs: number }): Promise<Collected>
}

export interface RunDependencies {
  readonly store: Pick<Store, 'runs'>
  readonly gateways: ReadonlyMap<string, Gateway>
  /** Tells the workflow engine that the step is at work. */
  readonly beat: () => void
  /** Where tests kill the process; absent, nothing happens there. */
  readonly pass?: Pass
}

/** How much of a gateway's rate may be let go ahead of it: a stop then finds no more than this to take back. */
const AHEAD_SECONDS = 120

export function createRunActivities({ store, gateways, beat, pass = passBy }: RunDependencies): RunActivities {
  const ahead = [...gateways.values()].map(({ code, capabilities }) => ({
    gateway: code,
    payments: Math.max(1, Math.floor(capabilities.ratePerSecond * AHEAD_SECONDS)),
  }))
  return {
    lookAtRun: ({ run, nowMs }) =>
      translateProblems(async () => {
        const looking = whileBeating(beat, store.runs.look(run, ahead, nowMs))
        const { state, waiting, out, untilMs } = await pass('release:committed', looking)
        return { state, isOver: RUN_ENDS.includes(state), waiting, out, untilMs }
      }),
    collectRun: ({ programme, nowMs }) =>
      translateProblems(async () => {
        try {
          const run = await whileBeating(beat, store.runs.collect(programme, nowMs))
          return run === null ? { outcome: 'day-off' } : { outcome: 'collected', run: run.key }
        } catch (error) {
          if (error instanceof Problem && error.code === 'nothing-owed') return { outcome: 'refused', code: error.code }
          throw error
        }
      }, isFinalForDay),
  }
}

/** Often enough that one is not missed (`RUN_STEPS`). */
const BEAT_MS = 4000

/** A statement over a population takes minutes: only whoever has died says nothing for so long. */
async function whileBeating<T>(beat: () => void, work: Promise<T>): Promise<T> {
  const beating = setInterval(beat, BEAT_MS)
  try {
    return await work
  } finally {
    clearInterval(beating)
  }
}

/** What excludes a collection is over in seconds. Anything else, like fees without room, stays until people act, who see the workflow that failed. */
function isFinalForDay(code: ProblemCode): boolean {
  return code !== 'conflict'
}
