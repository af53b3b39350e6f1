/** What many worlds prove: a fault that never struck was never survived. */
import { FAULTS, worldsStruck, type Fault } from './faults.ts'

/** So many worlds that miss a fault by chance less often than this have missed it because it does not strike any more. */
const IMPROBABLE = 1e-6

export interface Coverage {
  /** What should have happened in so many worlds, and has not. */
  readonly missed: readonly string[]
  /** What has not happened, and in so few worlds need not. */
  readonly unproved: readonly string[]
}

/** `faults`: how often each has struck in these worlds. */
export function coverageOf({
  seeds,
  faults,
}: {
  readonly seeds: number
  readonly faults: Readonly<Partial<Record<Fault, number>>>
}): Coverage {
  const never = FAULTS.filter((fault) => (faults[fault] ?? 0) === 0)
  const missed = never.filter((fault) => (1 - worldsStruck(fault)) ** seeds < IMPROBABLE)
  return {
    missed: missed.map((fault) => `${fault} never struck`),
    unproved: never
      .filter((fault) => !missed.includes(fault))
      .map((fault) => `${fault} never struck: ${seeds} worlds are too few to say that it does`),
  }
}
