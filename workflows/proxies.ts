/** The only table of timeouts and retries, each with its reason. */
import { proxyActivities, proxyLocalActivities, type ActivityOptions } from '@temporalio/workflow'
import type { LifeActivities } from '../activities/lives.ts'
import type { PaymentActivities } from '../activities/payments.ts'
import { gatewayQueue } from './messages.ts'

/**
 * Steps that only touch PostgreSQL run inside the workflow task: a transition of the server costs about 3 ms, a statement less.
 * A step that failed waits for its next attempt as a timer, so that a life whose database is away does not hold a slot: with the
 * default of a minute, sixty such lives stopped every other for twenty seconds. `spread`, from 0 to 1 and different for each life,
 * keeps those whose steps failed in the same moment from coming back in the same moment.
 */
export function stepsOf(spread: number): LifeActivities {
  return proxyLocalActivities<LifeActivities>({
    startToCloseTimeout: '3s',
    localRetryThreshold: '1s',
    retry: {
      initialInterval: Math.round(2000 * (1 + 2 * spread)),
      backoffCoefficient: 2,
      maximumInterval: '2 minutes',
    },
  })
}

/**
 * Calls to a gateway: one attempt, for a lost one is *unknown* and is asked about, never repeated blindly. On the gateway's own
 * queue, never eagerly, so that the server's rate limit holds. A call that nobody has taken after half an hour goes back to its life:
 * it has claimed nothing, and by then the way may lead through another gateway. Where the queue is only long, the life asks again.
 * One that is given back earlier goes back only if nobody has taken it; what is under way comes to its end.
 */
export function gatewayCalls(gateway: string, withinMs: number, summary: string): PaymentActivities {
  return proxyActivities<PaymentActivities>({
    taskQueue: gatewayQueue(gateway),
    scheduleToStartTimeout: '30 minutes',
    startToCloseTimeout: withinMs,
    retry: { maximumAttempts: 1 },
    allowEagerDispatch: false,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    summary,
  })
}

/**
 * Steps over a whole day: a million lines take minutes, a gateway may be away for hours. Each begins anew where it was lost; one
 * that is silent for 25 minutes, longer than any of its statements may take, is lost.
 */
export function bulkSteps(taskQueue: string): ActivityOptions {
  return {
    taskQueue,
    startToCloseTimeout: '40 minutes',
    heartbeatTimeout: '25 minutes',
    retry: { initialInterval: '10 seconds', backoffCoefficient: 2, maximumInterval: '10 minutes', maximumAttempts: 50 },
    allowEagerDispatch: false,
  }
}

/**
 * Steps of a payout run: PostgreSQL only, over some thousands of lines or, once, a population; each may run again. It says every few seconds
 * that it is at work, so that a run whose worker was killed goes on at another within seconds.
 */
export const RUN_STEPS: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
}

/**
 * Collecting what a day owes. It ends before the next day's: a schedule starts none beside one that still runs, so that one which
 * cannot be done would swallow the days behind it, unseen; now its workflow fails.
 */
export const COLLECTION_STEPS: ActivityOptions = { ...RUN_STEPS, scheduleToCloseTimeout: '20 hours' }
