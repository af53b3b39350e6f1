/**
 * Keeps the schedules of reconciliations and of the collection of runs as they should be, for as long as the worker runs: also of a
 * programme that is published meanwhile, and where Temporal was put back, or its namespace made anew, and knows none of them.
 */
import type { Gateway } from '../gateways/gateway.ts'
import type { Store } from '../store/index.ts'
import type { Temporal } from '../temporal/connect.ts'
import { keepCollection, keepReconciliation } from '../temporal/schedules.ts'

const LOOK_MS = 60_000

export interface SchedulesOptions {
  readonly store: Pick<Store, 'programmes'>
  readonly gateways: ReadonlyMap<string, Pick<Gateway, 'code' | 'capabilities'>>
  readonly temporal: Temporal
  readonly report: (level: 'ERROR', message: string, error?: unknown) => void
  /** Between two looks, milliseconds; absent, a minute. */
  readonly everyMs?: number
}

/** Looks at every schedule at once, and then each minute until it is stopped: one that is missing is made, a new form is given once. */
export function startSchedules(options: SchedulesOptions): { stop(): Promise<void> } {
  const { store, gateways, temporal, report } = options
  /** The form that each schedule was last given. */
  const given = new Map<string, string>()
  let isStopped = false
  // Payments go on without it: a server that keeps no schedules is for people to see, and each is tried for itself until it is kept.
  const keep = async (name: string, form: string, work: (isNew: boolean) => Promise<void>): Promise<void> => {
    if (isStopped) return
    try {
      await work(given.get(name) !== form)
      given.set(name, form)
    } catch (error) {
      report('ERROR', `the schedule of ${name} is not kept for now`, error)
    }
  }
  const look = async (): Promise<void> => {
    for (const { code, capabilities } of gateways.values()) {
      const { zone, readyAt: at } = capabilities.statement
      const round = { gateway: code, zone, at }
      await keep(`${code}'s reconciliation`, 'of this worker', (isNew) => keepReconciliation(temporal, round, isNew))
    }
    // Also where a later version pays by itself: lives stay on theirs, and a day on which they are owed nothing collects nothing.
    for (const programme of await store.programmes.listApproved()) {
      const { code, version } = programme
      await keep(`${code}'s payout runs`, String(version), (isNew) => keepCollection(temporal, programme, isNew))
    }
  }
  let looking: Promise<void> | undefined
  const tick = (): void => {
    looking ??= look()
      .catch((error: unknown) => report('ERROR', 'the schedules of payout runs are not kept for now', error))
      .finally(() => (looking = undefined))
  }
  tick()
  const timer = setInterval(tick, options.everyMs ?? LOOK_MS)
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      await looking
    },
  }
}
