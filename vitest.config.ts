import { defineConfig } from 'vitest/config'

/** What needs no server: quick enough to run at every change. Everything else has PostgreSQL, and Temporal where it asks. */
const FAST = ['test/*.test.ts', 'test/{demo,docs,domain,sim,examples,programmes,text,gateways,sandbox}/**/*.test.ts']
/** What starts processes of its own and watches them: one file at a time, for their waits are real. */
const PROCESSES = ['test/{cli,e2e,local,replay,workflows}/**/*.test.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    teardownTimeout: 60_000,
    // Times of day and sorted texts must not depend on whose machine this is.
    env: { TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    projects: [
      { extends: true, test: { name: 'fast', include: FAST, testTimeout: 20_000, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['test/**/*.test.ts'],
          exclude: [...FAST, ...PROCESSES],
          globalSetup: ['test/support/cluster.ts'],
          // The servers want a processor too.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: PROCESSES,
          globalSetup: ['test/support/cluster.ts'],
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
