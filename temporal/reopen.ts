/** Runs that ended although the store says that their life is open, as after a restore of the database: they begin again and look. */
import { PARTICIPANT_WORKFLOW } from '../workflows/messages.ts'
import type { Temporal } from './connect.ts'

const CALL_MS = 10_000
const ID = /^participant:(?<programme>[^:]+):(?<ref>[^:]+)$/

export interface ReopenOptions {
  /** Runs that ended before cannot be concerned. Milliseconds since the epoch. */
  readonly sinceMs: number
  /** Whether the store has this life open. */
  readonly isOpen: (programme: string, ref: string) => Promise<boolean>
}

/** Sends such runs back to their start; how many. Repeating it changes nothing: a run that goes on has not ended. */
export async function reopenEnded(temporal: Temporal, { sinceMs, isOpen }: ReopenOptions): Promise<number> {
  const since = new Date(sinceMs).toISOString()
  const query = `WorkflowType = '${PARTICIPANT_WORKFLOW}' AND CloseTime >= '${since}'`
  const latest = new Map<string, string>()
  for await (const run of temporal.client.workflow.list({ query })) {
    if (!latest.has(run.workflowId)) latest.set(run.workflowId, run.status.name)
  }
  let reopened = 0
  for (const id of latest.keys()) {
    const { programme = '', ref = '' } = ID.exec(id)?.groups ?? {}
    if (ref === '' || !(await isOpen(programme, ref))) continue
    if (await sendBack(temporal, id, 'its database was restored')) reopened += 1
  }
  return reopened
}

/** Sends the newest run of a life back to the end of its first task. False when it goes on by itself or never had a task. */
async function sendBack(temporal: Temporal, workflowId: string, reason: string): Promise<boolean> {
  const handle = temporal.client.workflow.getHandle(workflowId)
  const { status, runId } = await temporal.within(CALL_MS, () => handle.describe())
  if (status.name === 'RUNNING') return false
  return resetToStart(temporal, { workflowId, runId }, reason)
}

/** Whatever a run is doing: it begins again behind its first task. False for one that has had none. */
export async function resetToStart(
  temporal: Temporal,
  run: { readonly workflowId: string; readonly runId: string },
  reason: string,
): Promise<boolean> {
  const handle = temporal.client.workflow.getHandle(run.workflowId, run.runId)
  const { events } = await temporal.within(CALL_MS, () => handle.fetchHistory())
  const first = (events ?? []).find((event) => event.workflowTaskCompletedEventAttributes)
  if (!first?.eventId) return false
  const { eventId } = first
  await temporal.within(CALL_MS, () =>
    temporal.client.workflowService.resetWorkflowExecution({
      namespace: temporal.namespace,
      workflowExecution: run,
      reason,
      requestId: `reset-${run.runId}`,
      workflowTaskFinishEventId: eventId,
    }),
  )
  return true
}
