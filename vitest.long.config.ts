import { defineConfig } from 'vitest/config'
import { longestFirst } from './test/support/longest-first.ts'

/** What is asked within seconds of a clock on the wall, and what has work for every processor. */
const ALONE = ['test/e2e/{away,lives}.long.ts', 'test/store/freeze-load.long.ts', 'test/sim/worlds.long.ts']
/** Those of money, on three times as many cases. */
const PROPERTIES = 'test/{domain,store}/*.property.test.ts'

const SHARED = {
  globalSetup: ['test/support/cluster.ts', 'test/support/built.ts'],
  testTimeout: 40 * 60_000,
  hookTimeout: 5 * 60_000,
  expect: { poll: { timeout: 30_000 } },
  env: { TZ: 'UTC', LC_ALL: 'C.UTF-8', LUNAS_TEST_ALL: 'yes' },
}

/** What takes minutes: `npm run test:long`, the last step of a build. Most of it waits half of its time, so two files bear each other's company. */
export default defineConfig({
  test: {
    pool: 'forks',
    sequence: { sequencer: longestFirst(['chaos/trials', 'auditor/campaign']) },
    projects: [
      {
        test: {
          ...SHARED,
          name: 'pairs',
          include: ['test/**/*.long.ts', PROPERTIES],
          exclude: ALONE,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...SHARED, name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
