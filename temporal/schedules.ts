/** Schedules: of each gateway's reconciliation and each programme's runs; made by a worker, and brought up to date by every other. */
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleOptions,
} from '@temporalio/client'
import { payoutRunsId, reconciliationId } from '../domain/identity.ts'
import type { Programme } from '../domain/programme.ts'
import { COLLECTION_WORKFLOW, LIVES_QUEUE, RECONCILIATION_WORKFLOW } from '../workflows/messages.ts'
import type { Temporal } from './connect.ts'

export interface DailyRound {
  readonly gateway: string
  /** IANA. */
  readonly zone: string
  /** When the statement of the day before is there. */
  readonly at: { readonly hour: number; readonly minute: number }
}

const CALL_MS = 10_000

/** Makes the schedule where it is missing, and gives one that is there its present form where that is new; one that people have paused stays so. */
export function keepReconciliation(temporal: Temporal, round: DailyRound, isNew: boolean): Promise<void> {
  return keep(temporal, optionsOf(round), isNew)
}

/** The same for the runs of a programme; one that has no cut-off of its own has no schedule. */
export async function keepCollection(temporal: Temporal, programme: Programme, isNew: boolean): Promise<void> {
  const cutOff = programme.payment.runs?.cutOff
  if (cutOff !== undefined) return keep(temporal, collectionOf(programme, cutOff), isNew)
  if (!isNew) return
  try {
    await temporal.within(CALL_MS, () => temporal.client.schedule.getHandle(payoutRunsId(programme.code)).delete())
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error
  }
}

async function keep(temporal: Temporal, options: ScheduleOptions, isNew: boolean): Promise<void> {
  const { client } = temporal
  try {
    await temporal.within(CALL_MS, () => client.schedule.create(options))
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
    if (!isNew) return
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

const WEEKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const

/** On each weekday of the programme; the step itself leaves out holidays, whose dates change. */
function collectionOf({ code, zone, calendar }: Programme, cutOff: string): ScheduleOptions {
  const [hour = 0, minute = 0] = cutOff.split(':').map(Number)
  const weekdays = WEEKDAYS.filter((_, index) => calendar.kind === 'always' || calendar.weekdays.includes(index + 1))
  return {
    scheduleId: payoutRunsId(code),
    spec: { calendars: [{ hour, minute, dayOfWeek: weekdays }], timezone: zone },
    action: {
      type: 'startWorkflow',
      workflowType: COLLECTION_WORKFLOW,
      workflowId: payoutRunsId(code),
      taskQueue: LIVES_QUEUE,
      args: [{ programme: code }],
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
  }
}
