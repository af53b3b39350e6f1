import { defineConfig } from 'vitest/config'
import { longestFirst } from './test/support/longest-first.ts'

/** What needs no server: quick enough to run at every change. Everything else has PostgreSQL, and Temporal where it asks. */
const FAST = [
  'test/*.test.ts',
  'test/{chaos,demo,docs,domain,sim,examples,programmes,text,gateways,sandbox}/**/*.test.ts',
]
/** What starts processes of its own and mostly waits for them: three files bear each other's company. */
const WAITS = ['test/{cli,e2e,local,workflows}/**/*.test.ts']

/** The longest first, so that no file is waited for alone at the end. */
const LONGEST = [
  'auditor/mutations',
  'auditor/clean',
  'api/callbacks',
  'store/deductions',
  'local/postgres',
  'workflows/lives',
]

// Whoever waits, waits for others on two processors too: only what never comes is a failure.
const SERVERS = { testTimeout: 60_000, hookTimeout: 120_000, maxWorkers: 3, expect: { poll: { timeout: 30_000 } } }

export default defineConfig({
  test: {
    pool: 'forks',
    teardownTimeout: 60_000,
    // Times of day and sorted texts must not depend on whose machine this is.
    env: { TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    sequence: { sequencer: longestFirst(LONGEST) },
    projects: [
      {
        extends: true,
        // Files share what they import, not what they do: reading everything anew for each took longer than many of them.
        test: {
          name: 'fast',
          include: FAST,
          testTimeout: 20_000,
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...SERVERS,
          name: 'servers',
          include: ['test/**/*.test.ts'],
          exclude: [...FAST, ...WAITS],
          globalSetup: ['test/support/cluster.ts'],
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...SERVERS,
          // Whoever waits for three stacks on two processors waits long at times: only what never ends is a failure.
          testTimeout: 180_000,
          name: 'waits',
          isolate: false,
          include: WAITS,
          globalSetup: ['test/support/cluster.ts', 'test/support/built.ts'],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
