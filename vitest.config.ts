import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'

/** What needs no server: quick enough to run at every change. Everything else has PostgreSQL, and Temporal where it asks. */
const FAST = ['test/*.test.ts', 'test/{demo,docs,domain,sim,examples,programmes,text,gateways,sandbox}/**/*.test.ts']
/** What a person sees who starts everything, and answers that are timed: nothing else runs beside these. */
const ALONE = ['test/e2e/{away,demo,start}.test.ts']
/** What starts processes of its own and mostly waits for them: two files bear each other's company. */
const WAITS = ['test/{cli,e2e,local,workflows}/**/*.test.ts']

/** The longest first, so that no file is waited for alone at the end. The others as ever. */
const LONGEST = ['e2e/away', 'e2e/faults', 'workflows/reset', 'e2e/lives', 'workflows/faults', 'cli/commands']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
      return at === -1 ? LONGEST.length : at
    }
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}

const SERVERS = { globalSetup: ['test/support/cluster.ts'], testTimeout: 60_000, hookTimeout: 120_000 }

export default defineConfig({
  test: {
    pool: 'forks',
    teardownTimeout: 60_000,
    // Times of day and sorted texts must not depend on whose machine this is.
    env: { TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'fast', include: FAST, testTimeout: 20_000, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          ...SERVERS,
          name: 'servers',
          include: ['test/**/*.test.ts'],
          exclude: [...FAST, ...WAITS],
          // The servers want a processor too.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...SERVERS,
          name: 'waits',
          include: WAITS,
          exclude: ALONE,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: { ...SERVERS, name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 3 } },
      },
    ],
  },
})
