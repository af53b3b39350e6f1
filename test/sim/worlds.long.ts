/** Many simulated worlds over all processors, and mistakes planted in them. */
import { describe, expect, it } from 'vitest'
import { runSeeds } from '../../chaos/sim/run.ts'

const SEEDS = 800
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

describe('many simulated worlds', () => {
  it('pay nobody twice, lose nothing, spend nothing that is not there, and every kind of fault strikes', async () => {
    const result = await runSeeds({ seeds: range(SEEDS), plant: null, untilFound: false })
    expect(result).toMatchObject({ seeds: SEEDS, duplicates: 0, lost: 0, overBudget: 0, failures: [] })
  })

  it.each([
    'new-key-on-timeout',
    'posting-outside-the-transaction',
    'not-found-in-quiet-period',
    'refusal-of-resend-believed',
    'amount-mismatch-accepted',
    'return-posted-twice',
    'budget-not-checked',
    'silence-is-failure',
  ] as const)('show the planted mistake %s within fifty seeds', async (plant) => {
    const { failures } = await runSeeds({ seeds: range(50), plant, untilFound: true })
    expect(failures.length).toBeGreaterThan(0)
  })
})
