/** Fiscal years on their way to their end: done part by part, by whichever process is at hand. */
import type { Store } from '../store/index.ts'

const LOOK_MS = 5000

/** Looks at once, and every few seconds until it is stopped. Any number of processes may: each part is done by one. */
export function startYears(
  store: Pick<Store, 'years'>,
  report: (level: 'WARN', message: string, error?: unknown) => void,
): { stop(): Promise<void> } {
  let isStopped = false
  let working: Promise<void> | undefined
  const work = async (): Promise<void> => {
    try {
      while (!isStopped && (await store.years.goOn(Date.now())));
    } catch (error) {
      report('WARN', 'the end of a fiscal year does not go on for now', error)
    }
  }
  const look = (): void => {
    working ??= work().finally(() => (working = undefined))
  }
  look()
  const timer = setInterval(look, LOOK_MS)
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      await working
    },
  }
}
