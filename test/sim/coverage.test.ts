/** What a run of many worlds proves, says that it does not, and keeps. */
import { describe, expect, it } from 'vitest'
import { coverageOf } from '../../chaos/sim/coverage.ts'
import { FAULTS } from '../../chaos/sim/faults.ts'
import { resultOf } from '../../chaos/sim/run.ts'
import type { Share } from '../../chaos/sim/share.ts'

const everywhere = Object.fromEntries(FAULTS.map((fault) => [fault, 1]))
const without = (...gone: readonly string[]) =>
  Object.fromEntries(FAULTS.filter((fault) => !gone.includes(fault)).map((fault) => [fault, 1]))

describe('many worlds', () => {
  it('prove every fault where each has struck', () => {
    expect(coverageOf({ seeds: 1, faults: everywhere })).toEqual({ missed: [], unproved: [] })
  })

  it('fail where a fault never struck that so many worlds would not miss', () => {
    for (const fault of FAULTS) {
      expect(coverageOf({ seeds: 20_000, faults: without(fault) }).missed).toEqual([`${fault} never struck`])
    }
  })

  it('say what they do not prove where they are too few, and fail already for what strikes in nearly each', () => {
    const { missed, unproved } = coverageOf({ seeds: 40, faults: without('message-late', 'run-aborted') })
    expect(missed).toEqual(['message-late never struck'])
    expect(unproved).toEqual(['run-aborted never struck: 40 worlds are too few to say that it does'])
  })
})

const share = (failing: readonly number[]): Share => ({
  seeds: failing.length,
  payouts: 0,
  replayed: 0,
  duplicates: 0,
  lost: 0,
  overBudget: 0,
  faults: everywhere,
  struckIn: everywhere,
  failing,
  failures: failing.flatMap((seed) => [
    { seed, what: 'lost: one' },
    { seed, what: 'lost: another' },
  ]),
})

describe('what was found', () => {
  it('is told in part, and all its seeds are kept', () => {
    const odd = Array.from({ length: 50 }, (_, n) => 2 * n + 1)
    const even = odd.map((seed) => seed + 1)
    const { failing, failures } = resultOf([share(odd), share(even)], null)
    expect(failing).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
    expect(failures).toHaveLength(20)
  })

  it('fails the run for a fault that never struck, and not where a mistake is planted', () => {
    const many = { ...share([]), seeds: 20_000, faults: without('throttled') }
    expect(resultOf([many], null).failures).toEqual([{ seed: 0, what: 'failure: throttled never struck' }])
    expect(resultOf([many], 'silence-is-failure')).toMatchObject({ failures: [], unproved: [] })
  })
})
