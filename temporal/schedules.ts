/** The schedule of each gateway's reconciliation: made at the start of a worker, and brought up to date by every other. */
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client'
import { reconciliationId } from '../domain/identity.ts'
import { LIVES_QUEUE, RECONCILIATION_WORKFLOW } from '../workflows/messages.ts'
import type { Temporal } from './connect.ts'

export interface DailyRound {
  readonly gateway: string
  /** IANA. */
  readonly zone: string
  /** When the statement of the day before is there. */
  readonly at: { readonly hour: number; readonly minute: number }
}

const CALL_MS = 10_000

/** Makes the schedule, or gives it its present form; one that people have paused stays so. */
export async function keepSchedule(temporal: Temporal, round: DailyRound): Promise<void> {
  const { client } = temporal
  const options = optionsOf(round)
  try {
    await temporal.within(CALL_MS, () => client.schedule.create(options))
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
    await temporal.within(CALL_MS, () =>
      client.schedule.getHandle(options.scheduleId).update(({ state }) => ({ ...options, state })),
    )
  }
}

function optionsOf({ gateway, zone, at }: DailyRound) {
  const id = reconciliationId(gateway)
  return {
    scheduleId: id,
    spec: { calendars: [at], timezone: zone },
    action: {
      type: 'startWorkflow',
      workflowType: RECONCILIATION_WORKFLOW,
      workflowId: id,
      taskQueue: LIVES_QUEUE,
      args: [{ gateway }],
    },
    // What a round has begun goes on by itself; another beside it would only ask for the same.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
  } as const satisfies ScheduleOptions
}
