/** Delivers the messages of one life: starts the life if it is not there, and signals it. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client'
import { participantWorkflowId, payoutRunWorkflowId, recoveryWorkflowId } from '../domain/identity.ts'
import { RUN_REF, runKey } from '../domain/payout-run.ts'
import type { Lease } from '../store/messages.ts'
import {
  LIVES_QUEUE,
  PARTICIPANT_WORKFLOW,
  PAYOUT_RUN_WORKFLOW,
  RECOVERY_WORKFLOW,
  runSummary,
  summaryOf,
  tell,
  type LifeInput,
} from '../workflows/messages.ts'
import type { Temporal } from './connect.ts'
import { STATUS, statusOf, whyOf } from './status.ts'

export type Delivery =
  | { readonly kind: 'delivered' }
  /** The run ended although the store says the life is open: people look. */
  | { readonly kind: 'ended' }
  /** The server is away, asks to wait, or does not know us: that says nothing about the message. */
  | { readonly kind: 'unreachable'; readonly why: string }
  /** The server answered, and cannot take this message. */
  | { readonly kind: 'refused'; readonly why: string }

const CALL_MS = 5000
/**
 * Every other answer is about the server, its namespace or our right to it: a certificate
 * that has run out over night must not use up the messages of everybody.
 */
const ABOUT_THE_MESSAGE: readonly number[] = [STATUS.invalidArgument, STATUS.outOfRange]

/** Never throws. `eventsMax` is the threshold handed to new lives; 0 leaves it to the server. */
export async function deliver(temporal: Temporal, lease: Lease, eventsMax: number): Promise<Delivery> {
  try {
    if (lease.ref.startsWith(RUN_REF)) await signalRun(temporal, lease)
    else if (lease.stage === 'closed') await signalRecovery(temporal, lease, eventsMax)
    else await signalLife(temporal, lease, eventsMax)
    return { kind: 'delivered' }
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'ended' }
    return { kind: isAboutTheMessage(error) ? 'refused' : 'unreachable', why: whyOf(error) }
  }
}

/** A server that was made anew lacks the search attributes: it calls that an invalid argument too. */
function isAboutTheMessage(error: unknown): boolean {
  const status = statusOf(error)
  return status !== undefined && ABOUT_THE_MESSAGE.includes(status.code) && !/search attribute/i.test(status.details)
}

/**
 * A closed run is not started again: its messages go to recovery, or people look. Who has been screened has a run, unless the server was made
 * anew: a signal alone spares it the work of a start, which reads the search attributes from its database each time.
 */
async function signalLife(temporal: Temporal, lease: Lease, eventsMax: number): Promise<void> {
  const workflowId = participantWorkflowId(lease.programme, lease.ref)
  if (lease.stage !== 'screening' && (await signalRunning(temporal, workflowId, lease.ids))) return
  await temporal.within(CALL_MS, () =>
    temporal.client.workflow.signalWithStart(PARTICIPANT_WORKFLOW, {
      workflowId,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      ...startOf(lease, eventsMax),
      staticSummary: summaryOf(PARTICIPANT_WORKFLOW, lease.programme, lease.ref),
    }),
  )
}

/** False when nothing runs under this id. */
async function signalRunning(temporal: Temporal, workflowId: string, ids: readonly string[]): Promise<boolean> {
  try {
    await temporal.within(CALL_MS, () => temporal.client.workflow.getHandle(workflowId).signal(tell, ids))
    return true
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false
    throw error
  }
}

/** A run that has ended is started again by a late message, looks, and ends. */
async function signalRun(temporal: Temporal, { programme, ref, ids }: Lease): Promise<void> {
  const run = runKey(programme, ref.slice(RUN_REF.length))
  await temporal.within(CALL_MS, () =>
    temporal.client.workflow.signalWithStart(PAYOUT_RUN_WORKFLOW, {
      workflowId: payoutRunWorkflowId(run),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      taskQueue: LIVES_QUEUE,
      args: [{ run }],
      signal: tell,
      signalArgs: [ids] as [readonly string[]],
      searchAttributes: { Programme: [programme] },
      staticSummary: runSummary(run),
    }),
  )
}

/**
 * A life is closed in the store a moment before its run ends, and may be kept from ending by a call that is under way: then it sees what came
 * back, and would wait for it until its deadline while a recovery that it hears nothing of settles it. Nor may it be told alone: it may be past
 * the point where it begins anything. Both may act, because whatever they ask for is claimed in the store first. Recovery is told first, and whatever
 * is wrong with the run is none of its business: the run looks again at its own next instant.
 */
async function signalRecovery(temporal: Temporal, lease: Lease, eventsMax: number): Promise<void> {
  await temporal.within(CALL_MS, () =>
    temporal.client.workflow.signalWithStart(RECOVERY_WORKFLOW, {
      workflowId: recoveryWorkflowId(lease.programme, lease.ref),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      ...startOf(lease, eventsMax),
      staticSummary: summaryOf(RECOVERY_WORKFLOW, lease.programme, lease.ref),
    }),
  )
  await signalRunning(temporal, participantWorkflowId(lease.programme, lease.ref), lease.ids).catch(() => false)
}

function startOf(lease: Lease, eventsMax: number) {
  const shown = {
    Programme: lease.programme,
    Region: lease.region,
    Stage: lease.stage,
    Wave: lease.wave ?? '',
    Gateway: '',
    Attention: '',
  }
  const input: LifeInput = {
    v: 1,
    programme: lease.programme,
    ref: lease.ref,
    shown,
    ...(eventsMax > 0 ? { eventsMax } : {}),
  }
  return {
    taskQueue: LIVES_QUEUE,
    args: [input],
    signal: tell,
    signalArgs: [lease.ids] as [readonly string[]],
    searchAttributes: Object.fromEntries(
      Object.entries(shown)
        .filter(([, value]) => value !== '')
        .map(([name, value]) => [name, [value]]),
    ),
  }
}
