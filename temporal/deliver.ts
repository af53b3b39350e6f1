/** Delivers the messages of one life: starts the life if it is not there, and signals it. */
import { isGrpcServiceError, WorkflowExecutionAlreadyStartedError } from '@temporalio/client'
import { participantWorkflowId, recoveryWorkflowId } from '../domain/identity.ts'
import type { Lease } from '../store/messages.ts'
import { LIVES_QUEUE, PARTICIPANT_WORKFLOW, RECOVERY_WORKFLOW, tell, type LifeInput } from '../workflows/messages.ts'
import type { Temporal } from './connect.ts'

export type Delivery =
  | { readonly kind: 'delivered' }
  /** The run ended although the store says the life is open: people look. */
  | { readonly kind: 'ended' }
  /** The server was not reached, or asked to wait: it says nothing about the message. */
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'refused'; readonly why: string }

const CALL_MS = 5000
/** gRPC: cancelled, deadline, exhausted, aborted, unavailable. */
const PASSING: readonly number[] = [1, 4, 8, 10, 14]

/** Never throws. `eventsMax` is the threshold handed to new lives; 0 leaves it to the server. */
export async function deliver(temporal: Temporal, lease: Lease, eventsMax: number): Promise<Delivery> {
  try {
    if (lease.stage === 'closed') await signalRecovery(temporal, lease, eventsMax)
    else await signalLife(temporal, lease, eventsMax)
    return { kind: 'delivered' }
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'ended' }
    const code = grpcCodeOf(error)
    if (code === undefined) return { kind: 'refused', why: error instanceof Error ? error.name : 'fault' }
    return PASSING.includes(code) ? { kind: 'unreachable' } : { kind: 'refused', why: `gRPC ${code}` }
  }
}

/** The client wraps what the connection says, sometimes twice; the status underneath decides. */
function grpcCodeOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code
  return error instanceof Error && error.cause !== undefined ? grpcCodeOf(error.cause) : undefined
}

/** A closed run is not started again: its messages go to recovery, or people look. */
async function signalLife(temporal: Temporal, lease: Lease, eventsMax: number): Promise<void> {
  await temporal.within(CALL_MS, () =>
    temporal.client.workflow.signalWithStart(PARTICIPANT_WORKFLOW, {
      workflowId: participantWorkflowId(lease.programme, lease.ref),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      ...startOf(lease, eventsMax),
      staticSummary: `Participant ${lease.ref} of ${lease.programme}`,
    }),
  )
}

async function signalRecovery(temporal: Temporal, lease: Lease, eventsMax: number): Promise<void> {
  await temporal.within(CALL_MS, () =>
    temporal.client.workflow.signalWithStart(RECOVERY_WORKFLOW, {
      workflowId: recoveryWorkflowId(lease.programme, lease.ref),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      ...startOf(lease, eventsMax),
      staticSummary: `Recovery for participant ${lease.ref} of ${lease.programme}`,
    }),
  )
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
