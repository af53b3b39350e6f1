/**
 * The API's intake of callbacks four times, in one process: as it is, with each callback in a transaction of its own, with the bare
 * inserts of the same rows, and with nothing behind signature and schema. Tells its parent where each listens.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { buildApp } from '../api/app.ts'
import { DEFAULT_LIMITS, type LivesView } from '../api/dependencies.ts'
import { loadConfig } from '../config.ts'
import { composeEngine } from '../main/compose.ts'
import { beginCredentials } from '../main/credentials.ts'
import type { CallbackVerdict, ReceivedCallback } from '../store/inbox.ts'
import type { Store } from '../store/index.ts'
import { batchOf, type BareRows } from './bare-rows.ts'
import type { Arm } from './callbacks.ts'

const config = loadConfig()
const engine = composeEngine(config, 'lunas bench', 20)
const { store, gateways } = engine
await beginCredentials(engine, config, Date.now())

let bare:
  | { readonly pool: pg.Pool; readonly insert: string; readonly rows: Map<string, readonly (readonly string[])[]> }
  | undefined

process.on('message', ({ superUrl, insert, rows }: BareRows) => {
  bare = { pool: bare?.pool ?? new pg.Pool({ connectionString: superUrl }), insert, rows: new Map(rows) }
  process.send?.('ready')
})

/** One statement and one commit a batch, of rows that were made before: nothing is read, sealed, compared or decided. */
async function storeBare(callbacks: readonly ReceivedCallback[]): Promise<CallbackVerdict[]> {
  if (!bare) throw new Error('no rows were sent')
  const { pool, insert, rows } = bare
  const fresh: (readonly (readonly string[])[])[] = []
  for (const { reference } of callbacks) {
    const own = rows.get(reference)
    // A repeat writes nothing.
    if (own && rows.delete(reference)) fresh.push(own)
  }
  if (fresh.length > 0) await pool.query({ name: 'bare', text: insert, values: batchOf(fresh) })
  return callbacks.map(() => 'applied')
}

const INTAKE: Readonly<Record<Arm, Store['desk']['receiveCallbacks']>> = {
  whole: store.desk.receiveCallbacks,
  async single(callbacks) {
    const verdicts = await Promise.all(callbacks.map((one) => store.desk.receiveCallbacks([one])))
    return verdicts.flat()
  },
  stored: storeBare,
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

const [whole, single, stored, validated] = [
  await listen('whole'),
  await listen('single'),
  await listen('stored'),
  await listen('validated'),
]
process.send?.({ whole, single, stored, validated } satisfies Readonly<Record<Arm, string>>)
process.once('disconnect', () => process.exit())
