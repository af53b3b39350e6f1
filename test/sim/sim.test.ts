/** Simulated worlds, a few of them at every change; `npm run test:long` runs many. */
import { describe, expect, it } from 'vitest'
import { isPlant } from '../../chaos/sim/plants.ts'
import { Random } from '../../chaos/sim/random.ts'
import { keptSeeds } from '../../chaos/sim/regressions.ts'
import { runShare } from '../../chaos/sim/share.ts'
import { PAYOUTS_MIN } from '../../chaos/sim/people.ts'
import { runSeed } from '../../chaos/sim/world.ts'

describe('a simulated world', () => {
  it('pays nobody twice, loses nothing and spends nothing that is not there', async () => {
    const seeds = Array.from({ length: 6 }, (_, index) => 101 + index)
    const share = await runShare({ seeds, plant: null, untilFound: false })
    expect(share).toMatchObject({ seeds: 6, duplicates: 0, lost: 0, overBudget: 0, failures: [] })
    expect(share.payouts).toBeGreaterThanOrEqual(6 * PAYOUTS_MIN)
  })

  it.each(keptSeeds())('of seed %i, which once found a mistake, finds none', async (seed) => {
    expect((await runSeed(seed)).findings).toEqual([])
  })

  it('goes the same way again from the same seed, and another way from another', async () => {
    const [one, again, other] = [await runSeed(7), await runSeed(7), await runSeed(8)]
    expect(again.hash).toBe(one.hash)
    expect(other.hash).not.toBe(one.hash)
  })

  it('waits for no real clock: what happens in it, and when, is its seed’s alone', async () => {
    const waiting = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = waiting()
    await runSeed(9)
    expect(waiting()).toBeLessThanOrEqual(before)
  })

  it.each(['silence-is-failure', 'posting-outside-the-transaction'] as const)(
    'shows the planted mistake %s',
    async (plant) => {
      const seeds = Array.from({ length: 40 }, (_, index) => index + 1)
      const { failures } = await runShare({ seeds, plant, untilFound: true })
      expect(failures.length).toBeGreaterThan(0)
    },
  )

  it('shows a step that fails by a mistake of its own, though the next try goes well', async () => {
    const { findings } = await runSeed(1, 'adapter-throws')
    expect(findings.filter(({ what }) => what.includes('TypeError'))).not.toEqual([])
    expect(findings.filter(({ kind }) => kind !== 'failure')).toEqual([])
  })

  it('knows its planted mistakes by name only', () => {
    expect([isPlant('silence-is-failure'), isPlant('none')]).toEqual([true, false])
  })
})

describe('the dice', () => {
  it('fall the same for a seed, evenly, and within their bounds', () => {
    const throws = (seed: number): number[] => {
      const random = new Random(seed)
      return Array.from({ length: 6000 }, () => random.between(1, 6))
    }
    expect(throws(5)).toEqual(throws(5))
    for (const face of [1, 2, 3, 4, 5, 6]) {
      const share = throws(5).filter((one) => one === face).length
      expect(share).toBeGreaterThan(850)
      expect(share).toBeLessThan(1150)
    }
  })
})
