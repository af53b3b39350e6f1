import { defineConfig } from 'vitest/config'

/** What takes minutes and both processors: `npm run test:long`, the last step of a build. One file after another; a slow machine takes its time. */
export default defineConfig({
  test: {
    // Properties of money, on three times as many cases.
    include: ['test/**/*.long.ts', 'test/{domain,store}/*.property.test.ts'],
    globalSetup: ['test/support/cluster.ts', 'test/support/built.ts'],
    maxWorkers: 1,
    testTimeout: 40 * 60_000,
    hookTimeout: 5 * 60_000,
    env: { TZ: 'UTC', LC_ALL: 'C.UTF-8', LUNAS_TEST_ALL: 'yes' },
  },
})
