/** What the workflow engine has of lives and runs: which of them run, what each last saw, and what is set to wake it. */
import type { Standing } from '../../domain/standing.ts'
import type { Temporal } from '../../temporal/connect.ts'
import { standing } from '../../workflows/messages.ts'

const CALL_MS = 10_000

/** Every run that has not ended, by its workflow's id; what it is. */
export async function runningWorkflows({ client }: Temporal): Promise<ReadonlyMap<string, string>> {
  const running = new Map<string, string>()
  for await (const { workflowId, type } of client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
    running.set(workflowId, type)
  }
  return running
}

/**
 * Where a life stands as its history leaves it: the run is replayed to its end, and says what it saw last. Undefined when there is no
 * such workflow; null when it has not looked. Throws what the server answers when it cannot be replayed.
 */
export async function pictureOf(temporal: Temporal, workflowId: string): Promise<Standing | null | undefined> {
  try {
    return await temporal.within(CALL_MS, () => temporal.client.workflow.getHandle(workflowId).query(standing))
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') return undefined
    throw error
  }
}

export interface Wakes {
  /** When the next of its timers ends, milliseconds since the epoch; null when none is set. */
  readonly timerAtMs: number | null
  /** Activities that are asked for and have not ended. */
  readonly calls: number
}

/** What will wake a run by itself. */
export async function wakesOf(temporal: Temporal, workflowId: string): Promise<Wakes> {
  const handle = temporal.client.workflow.getHandle(workflowId)
  const { events } = await temporal.within(CALL_MS, () => handle.fetchHistory())
  return wakesIn(events ?? [])
}

/** A time or a duration of the wire. */
interface Seconds {
  readonly seconds?: { toString(): string } | null
  readonly nanos?: number | null
}

/** The part of an event of a history that is looked at here. */
export interface WorkflowEvent {
  readonly eventId?: { toString(): string } | null
  readonly eventTime?: Seconds | null
  readonly timerStartedEventAttributes?: {
    readonly timerId?: string | null
    readonly startToFireTimeout?: Seconds | null
  } | null
  readonly timerFiredEventAttributes?: { readonly timerId?: string | null } | null
  readonly timerCanceledEventAttributes?: { readonly timerId?: string | null } | null
  readonly activityTaskScheduledEventAttributes?: object | null
  readonly activityTaskCompletedEventAttributes?: Ended | null
  readonly activityTaskFailedEventAttributes?: Ended | null
  readonly activityTaskTimedOutEventAttributes?: Ended | null
  readonly activityTaskCanceledEventAttributes?: Ended | null
}

interface Ended {
  readonly scheduledEventId?: { toString(): string } | null
}

/** The same, of a history that was fetched. */
export function wakesIn(events: readonly WorkflowEvent[]): Wakes {
  const timers = new Map<string, number>()
  const calls = new Set<string>()
  for (const event of events) {
    const started = event.timerStartedEventAttributes
    if (started) timers.set(started.timerId ?? '', ms(event.eventTime) + ms(started.startToFireTimeout))
    const over = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes
    if (over) timers.delete(over.timerId ?? '')
    if (event.activityTaskScheduledEventAttributes) calls.add(String(event.eventId))
    const ended =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes
    if (ended) calls.delete(String(ended.scheduledEventId))
  }
  return { timerAtMs: timers.size === 0 ? null : Math.min(...timers.values()), calls: calls.size }
}

function ms(time: Seconds | null | undefined): number {
  return Number(time?.seconds?.toString() ?? 0) * 1000 + (time?.nanos ?? 0) / 1_000_000
}
