/** Cuts work off at failpoints, as a killed process does: the server rolls back what had not been committed, and nobody is told. */
import type { Failpoint, Pass } from '../../failpoints.ts'

class CutOff extends Error {}

export interface Cuts {
  readonly pass: Pass
  /** Places that were not passed often enough. */
  left(): Failpoint[]
  /** Does the work again and again until it is done without being cut off. */
  through<T>(work: () => Promise<T>): Promise<T>
}

/** Each of the places cuts off whoever passes it, so many times. */
export function cutsAt(points: readonly Failpoint[], times = 3): Cuts {
  const left = new Map(points.map((point) => [point, times]))
  let cuts = 0
  return {
    async pass(point, work) {
      const result = await work
      const more = left.get(point) ?? 0
      if (more === 0) return result
      left.set(point, more - 1)
      cuts += 1
      throw new CutOff(point)
    },
    left: () => points.filter((point) => (left.get(point) ?? 0) > 0),
    async through(work) {
      for (;;) {
        const before = cuts
        try {
          return await work()
        } catch (error) {
          if (cuts === before) throw error
        }
      }
    },
  }
}
