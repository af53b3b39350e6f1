/** The API in this process, without a relay: whoever drives lives here takes their messages from the database. */
import { randomUUID } from 'node:crypto'
import { buildApp } from '../../api/app.ts'
import { DEFAULT_LIMITS, type LivesView } from '../../api/dependencies.ts'
import type { Config } from '../../config.ts'
import { composeEngine } from '../../main/compose.ts'
import { beginCredentials } from '../../main/credentials.ts'

const NOBODY: LivesView = {
  poke: () => undefined,
  tellNow: () => Promise.resolve('later'),
  describeUrl: () => '',
  healthy: () => Promise.resolve(true),
}

/** Listens where the configuration says. */
export async function serveDesk(config: Config): Promise<{ close(): Promise<void> }> {
  const engine = composeEngine(config, 'lunas chaos desk', 8)
  const { store, gateways } = engine
  await beginCredentials(engine, config, Date.now())
  const app = await buildApp({
    store,
    gateways,
    lives: NOBODY,
    now: () => Date.now(),
    guards: () => Promise.resolve([]),
    logger: { level: config.logLevel },
    bootId: randomUUID(),
    // This process does more than answer: callbacks wait for their turn, and are not sent away.
    limits: { ...DEFAULT_LIMITS, eventLoopDelayMs: 60_000 },
    publicUrl: config.publicUrl,
    version: 'chaos',
  })
  await app.listen({ host: config.host, port: config.port })
  return {
    async close() {
      await app.close()
      await store.close()
    },
  }
}
