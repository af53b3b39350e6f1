/**
 * The bare twin of a participant's life: the same facts, timers and gateway calls on the same server, its database steps replaced
 * by local activities that do nothing. What any engine on Temporal must at least pay.
 */
import { condition, proxyActivities, proxyLocalActivities, setHandler, sleep } from '@temporalio/workflow'
import type { TwinActivities } from './activities.ts'
import { fact, TWIN_GATEWAY_QUEUE, type TwinInput } from './messages.ts'

const { note } = proxyLocalActivities<TwinActivities>({ startToCloseTimeout: '3s' })
/** A task that is lost on its way to the worker, as now and then under load, is called again with its key: it must not end the bench. */
const { submit } = proxyActivities<TwinActivities>({
  taskQueue: TWIN_GATEWAY_QUEUE,
  startToCloseTimeout: '10s',
  allowEagerDispatch: false,
  retry: { maximumAttempts: 3 },
})

export async function bareLife(input: TwinInput): Promise<void> {
  const seen = new Set<string>()
  setHandler(fact, (name) => {
    seen.add(name)
  })
  await note(input.ref)
  for (const name of ['admitted', 'course-started', 'course-completed', 'course-rated']) {
    await condition(() => seen.has(name), input.deadlineMs)
    await note(input.ref)
  }
  const pay = async (tranche: string, dueMs: number): Promise<void> => {
    if (dueMs > 0) await sleep(dueMs)
    await note(input.ref)
    await submit(input.ref, tranche)
    await condition(() => seen.has(`paid:${tranche}`), input.deadlineMs)
    await note(input.ref)
  }
  const survey = async (name: string, dueMs: number): Promise<void> => {
    await condition(() => seen.has(name), input.deadlineMs)
    await note(input.ref)
    await pay(name, dueMs)
  }
  await pay('incentive-1', input.dueMs)
  await Promise.all([survey('survey-1', input.dueMs), survey('survey-2', 0)])
}
