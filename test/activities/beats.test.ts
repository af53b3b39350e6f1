/** A step of a payout run that takes long: the workflow engine must be able to tell it from one whose worker has died. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRunActivities } from '../../activities/runs.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const LONG_MS = 60_000
const long = <T>(result: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(result), LONG_MS))
const runs = {
  look: () => long({ state: 'releasing', waiting: 1, out: 0, untilMs: null }),
  collect: () => long(null),
}
const beat = vi.fn<() => void>()
const steps = createRunActivities({ store: { runs: runs as never }, gateways: new Map(), beat })

it.for([
  ['a look', () => steps.lookAtRun({ run: 'swift/1', nowMs: 0 })],
  ['a collection', () => steps.collectRun({ programme: 'swift', nowMs: 0 })],
] as const)('%s says that it is at work for as long as it is, and no longer', async ([, work]) => {
  beat.mockClear()
  const working = work()
  await vi.advanceTimersByTimeAsync(15_000)
  expect(beat).toHaveBeenCalledTimes(3)
  await vi.advanceTimersByTimeAsync(LONG_MS)
  await working
  beat.mockClear()
  await vi.advanceTimersByTimeAsync(LONG_MS)
  expect(beat).not.toHaveBeenCalled()
})
