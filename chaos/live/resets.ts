/** Lives that are sent back to their start where they stand: in which states that was, and which it never was. */
import { setTimeout as sleep } from 'node:timers/promises'
import { participantWorkflowId } from '../../domain/identity.ts'
import type { Temporal } from '../../temporal/connect.ts'
import { resetToStart } from '../../temporal/reopen.ts'
import type { Stand } from './stand.ts'

/** Everything that a real life can be in: its stage, or that it is stopped; what it is owed; and what became of the last that was sent. */
export const RESET_IN = [
  'screening',
  'admission',
  'training',
  'incentives',
  'closed',
  'on-hold',
  'owed',
  'released',
  'in-flight',
  'float-short',
  'needs-account',
  'review',
  'failed',
  'paid',
  'lapsed',
  'cancelled',
  'submitting',
  'accepted',
  'processing',
  'unknown',
  'returned',
] as const
export type ResetIn = (typeof RESET_IN)[number]

/** What is said of an attempt; the rest of its states are told by what is owed. */
const OF_PAYOUTS: readonly ResetIn[] = ['submitting', 'accepted', 'processing', 'unknown', 'returned']

/** Shorter than anything here lasts. */
const LOOK_PAUSE_MS = 100

export interface Resets {
  /** Sends lives back to their start, in each state some, until each has had as many as are wanted; false when patience ended before. */
  reachAll(within: { readonly ms: number; readonly only?: readonly ResetIn[] }): Promise<boolean>
  /** Sends everybody back who has a run; how many. */
  all(): Promise<number>
  /** In how many lives it was done in each state; 0 for one that was not met. */
  readonly counts: Readonly<Record<ResetIn, number>>
  /** How often it was done. */
  readonly many: number
}

/** A life counts in a state when it was in it before its reset and is in it after. `wanted`: in each. */
export function openResets(stand: Stand, temporal: Temporal, wanted: number): Resets {
  const counts = Object.fromEntries(RESET_IN.map((state) => [state, 0])) as Record<ResetIn, number>
  const done = new Set<string>()
  let many = 0
  const reset = async (ref: string, before: ReadonlySet<ResetIn>): Promise<void> => {
    if (!(await sendBack(temporal, stand, ref))) return
    many += 1
    const after = (await statesOf(stand, [ref])).get(ref)
    for (const state of before) {
      if (!after?.has(state) || done.has(`${ref} ${state}`)) continue
      done.add(`${ref} ${state}`)
      counts[state] += 1
    }
  }
  return {
    counts,
    get many() {
      return many
    },
    async reachAll({ ms, only = RESET_IN }) {
      for (const end = Date.now() + ms; Date.now() < end; await sleep(LOOK_PAUSE_MS)) {
        const missing = only.filter((state) => counts[state] < wanted)
        if (missing.length === 0) return true
        const standings = await statesOf(stand, refsOf(stand))
        const chosen = chosenFrom(standings, missing, done)
        await Promise.all([...chosen].map((ref) => reset(ref, standings.get(ref) ?? new Set())))
      }
      return false
    },
    async all() {
      const before = many
      for (const [ref, states] of await statesOf(stand, refsOf(stand))) await reset(ref, states)
      return many - before
    },
  }
}

/** For each state that is missing, somebody in it who was not sent back in it yet. */
function chosenFrom(
  standings: ReadonlyMap<string, ReadonlySet<ResetIn>>,
  missing: readonly ResetIn[],
  done: ReadonlySet<string>,
): Set<string> {
  const chosen = missing.flatMap((state) => {
    const found = [...standings].find(([ref, states]) => states.has(state) && !done.has(`${ref} ${state}`))
    return found ? [found[0]] : []
  })
  return new Set(chosen)
}

function refsOf({ lives }: Stand): string[] {
  return lives.map(({ ref }) => ref)
}

interface Row {
  readonly ref: string
  readonly said: readonly string[]
  readonly sent: readonly string[]
}

const STATES = `
SELECT p.ref, ARRAY[p.stage, CASE WHEN p.held_at IS NOT NULL THEN 'on-hold' END]
              || (SELECT coalesce(array_agg(d.state), '{}') FROM disbursement d WHERE (d.programme, d.ref) = (p.programme, p.ref)) AS said,
       (SELECT coalesce(array_agg(y.state), '{}') FROM payout y WHERE (y.programme, y.ref) = (p.programme, p.ref)) AS sent
  FROM participant p WHERE p.programme = $1 AND p.ref = ANY ($2)`

async function statesOf({ root, programme }: Stand, refs: readonly string[]): Promise<Map<string, Set<ResetIn>>> {
  const { rows } = await root.pool.query<Row>(STATES, [programme.code, refs])
  return new Map(
    rows.map(({ ref, said, sent }) => {
      const isIn = (state: ResetIn): boolean => (OF_PAYOUTS.includes(state) ? sent : said).includes(state)
      return [ref, new Set(RESET_IN.filter(isIn))]
    }),
  )
}

/** False for a life whose run has had no task yet: it stands at its start. */
async function sendBack(temporal: Temporal, { programme }: Stand, ref: string): Promise<boolean> {
  const workflowId = participantWorkflowId(programme.code, ref)
  try {
    const { runId } = await temporal.client.workflow.getHandle(workflowId).describe()
    return await resetToStart(temporal, { workflowId, runId }, 'a trial')
  } catch (error) {
    // The relay has not started it yet.
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') return false
    throw error
  }
}
