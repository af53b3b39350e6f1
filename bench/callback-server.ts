/**
 * The API's intake of callbacks three times, in one process: as it is, with each callback in a transaction of its own, and with
 * nothing behind signature and schema. Tells its parent where each listens.
 */
import { randomUUID } from 'node:crypto'
import { buildApp } from '../api/app.ts'
import { DEFAULT_LIMITS, type LivesView } from '../api/dependencies.ts'
import { loadConfig } from '../config.ts'
import { composeEngine } from '../main/compose.ts'
import { beginCredentials } from '../main/credentials.ts'
import type { Store } from '../store/index.ts'
import type { Arm } from './callbacks.ts'

const config = loadConfig()
const engine = composeEngine(config, 'lunas bench', 20)
const { store, gateways } = engine
await beginCredentials(engine, config, Date.now())

const INTAKE: Readonly<Record<Arm, Store['desk']['receiveCallbacks']>> = {
  whole: store.desk.receiveCallbacks,
  async single(callbacks) {
    const verdicts = await Promise.all(callbacks.map((one) => store.desk.receiveCallbacks([one])))
    return verdicts.flat()
  },
  validated: (callbacks) => Promise.resolve(callbacks.map(() => 'applied' as const)),
}

/** Nobody is told of the lives: their workflows are not what is measured. */
const NOBODY: LivesView = {
  poke: () => undefined,
  tellNow: () => Promise.resolve('later'),
  describeUrl: () => '',
  healthy: () => Promise.resolve(true),
}

async function listen(arm: Arm): Promise<string> {
  const app = await buildApp({
    store: { ...store, desk: { ...store.desk, receiveCallbacks: INTAKE[arm] } },
    gateways,
    lives: NOBODY,
    now: () => Date.now(),
    guards: () => Promise.resolve([]),
    logger: { level: 'warn' },
    bootId: randomUUID(),
    limits: DEFAULT_LIMITS,
    publicUrl: 'http://127.0.0.1',
    version: 'bench',
  })
  return app.listen({ port: 0, host: '127.0.0.1' })
}

process.send?.({ whole: await listen('whole'), single: await listen('single'), validated: await listen('validated') })
process.once('disconnect', () => process.exit())
