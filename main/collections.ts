/** Keeps the schedules by which runs are collected as the programmes say, also for one that is published while the worker runs. */
import type { Programme } from '../domain/programme.ts'
import type { Store } from '../store/index.ts'
import { keepCollection } from '../temporal/schedules.ts'
import type { Temporal } from '../temporal/connect.ts'

const LOOK_MS = 60_000

export function startCollections(
  store: Pick<Store, 'programmes'>,
  temporal: Temporal,
  report: (level: 'WARN', message: string, error?: unknown) => void,
): { stop(): Promise<void> } {
  const kept = new Map<string, number>()
  const keepOne = async (programme: Programme): Promise<void> => {
    if (kept.get(programme.code) === programme.version) return
    await keepCollection(temporal, programme)
    kept.set(programme.code, programme.version)
  }
  let looking: Promise<void> | undefined
  const look = async (): Promise<void> => {
    try {
      // Also where a later version pays by itself: lives stay on theirs, and a day on which they are owed nothing collects nothing.
      for (const programme of await store.programmes.listApproved()) await keepOne(programme)
    } catch (error) {
      report('WARN', 'the schedules of payout runs are not kept for now', error)
    }
  }
  const tick = (): void => void (looking ??= look().finally(() => (looking = undefined)))
  tick()
  const timer = setInterval(tick, LOOK_MS)
  return {
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}
