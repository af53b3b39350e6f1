/** One day of a gateway held against our books, and the round that does so for every day that is due. */
import {
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import type { GatewayDay, ReconciliationActivities } from '../activities/reconciliation.ts'
import { reconcileWorkflowId } from '../domain/identity.ts'
import { gatewayQueue, reconcileSummary, type Reconciled } from './messages.ts'
import { bulkSteps } from './proxies.ts'

/** A statement that is late is asked for this often, then the next round asks. */
const ASKED_MAX = 24

export async function reconcile({ gateway, day }: GatewayDay): Promise<Reconciled> {
  const steps = proxyActivities<ReconciliationActivities>(bulkSteps(gatewayQueue(gateway)))
  for (let asked = 1; ; asked += 1) {
    const fetched = await steps.fetchStatement({ gateway, day })
    if (fetched.kind === 'refused') return { outcome: 'refused', code: fetched.code }
    if (fetched.kind === 'loaded') {
      const { statement } = fetched
      const differences = await steps.matchStatement({ gateway, statement })
      await steps.settleStatement({ statement })
      return { outcome: 'reconciled', differences, ...(fetched.isNew === false ? { isKnown: true } : {}) }
    }
    if (asked === ASKED_MAX) return { outcome: 'not-there' }
    await sleep('30 minutes')
  }
}

/** Started by the gateway's schedule: each day is a run of its own, so that one that cannot be had keeps nobody waiting. */
export async function reconciliation({
  gateway,
}: {
  readonly gateway: string
}): Promise<Readonly<Record<string, string>>> {
  const steps = proxyActivities<ReconciliationActivities>(bulkSteps(gatewayQueue(gateway)))
  const days = await steps.dueDays({ gateway, nowMs: workflowInfo().startTime.getTime() })
  const ended = await Promise.all(
    days.map(async (day): Promise<[string, string]> => {
      try {
        const { outcome } = await executeChild(reconcile, {
          workflowId: reconcileWorkflowId(gateway, day),
          args: [{ gateway, day }],
          parentClosePolicy: ParentClosePolicy.ABANDON,
          staticSummary: reconcileSummary(gateway, day),
        })
        return [day, outcome]
      } catch (error) {
        if (isCancellation(error)) throw error
        // What an earlier round has begun goes on; what failed is shown, and the next round begins it anew.
        if (error instanceof ChildWorkflowFailure) return [day, 'failed']
        if (error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError') return [day, 'under-way']
        throw error
      }
    }),
  )
  return Object.fromEntries(ended)
}
