/**
 * A payout run from its collection to its report. It decides nothing and loops over nobody: each look is one step in the store, which
 * lets the next portion go, ends what has ended and says how the run stands. Whoever acts on the run tells it to look.
 */
import {
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { Collected, RunActivities, RunLooked } from '../activities/runs.ts'
import { tell, type RunInput, type RunResult } from './messages.ts'
import { COLLECTION_STEPS, RUN_STEPS } from './proxies.ts'
import { runDetails } from './run-details.ts'

/** Between two looks while something moves. */
const SHORT_MS = 2000
/** At the latest: a freeze that was lifted, or a gateway that has caught up, tells nobody. */
const LONG_MS = 300_000

export async function payoutRun(input: RunInput): Promise<RunResult> {
  let isTold = false
  setHandler(tell, () => {
    isTold = true
  })
  const steps = proxyActivities<RunActivities>(RUN_STEPS)
  for (let before = '', pauseMs = SHORT_MS; ;) {
    isTold = false
    const look = await steps.lookAtRun({ run: input.run, nowMs: Date.now() })
    setCurrentDetails(runDetails(input.run, look))
    if (look.isOver) return { state: look.state }
    const now = JSON.stringify(look)
    pauseMs = now === before ? Math.min(pauseMs * 2, LONG_MS) : SHORT_MS
    before = now
    if (isLong(input)) return continueAsNew<typeof payoutRun>(input)
    await condition(() => isTold, waitMs(look, pauseMs))
  }
}

function waitMs({ untilMs }: RunLooked, pauseMs: number): number {
  return untilMs === null ? pauseMs : Math.min(Math.max(untilMs - Date.now(), 1), LONG_MS)
}

function isLong({ eventsMax }: RunInput): boolean {
  const info = workflowInfo()
  return eventsMax === undefined ? info.continueAsNewSuggested : info.historyLength > eventsMax
}

/** Started by the programme's schedule: what is owed by now is collected; the run that comes of it is told by its message. */
export async function collection({ programme }: { readonly programme: string }): Promise<Collected> {
  const steps = proxyActivities<RunActivities>(COLLECTION_STEPS)
  return steps.collectRun({ programme, nowMs: workflowInfo().startTime.getTime() })
}
