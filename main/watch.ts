/** The engine's own eye on gateways and programmes: what goes wrong is frozen within seconds, and said. */
import type { Gateway } from '../gateways/gateway.ts'
import type { Store } from '../store/index.ts'

const LOOK_MS = 5000

export interface WatchReport {
  (level: 'ERROR' | 'WARN', message: string): void
}

/** Looks every few seconds until it is stopped. Any number of processes may: a freeze that stands is not placed again. */
export function startWatch(
  store: Pick<Store, 'freezes'>,
  gateways: ReadonlyMap<string, Gateway>,
  report: WatchReport,
): { stop(): Promise<void> } {
  const watched = [...gateways.values()].map(({ code, capabilities }) => ({ code, rule: capabilities.breaker }))
  let looking: Promise<void> | undefined
  const look = async (): Promise<void> => {
    try {
      const frozen = await store.freezes.watch(watched, Date.now())
      for (const { target, reason } of frozen) report('ERROR', `${target} is frozen: ${reason}`)
    } catch (error) {
      report('WARN', `nobody watches for now: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const timer = setInterval(() => {
    looking ??= look().finally(() => (looking = undefined))
  }, LOOK_MS)
  return {
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}
