/** A stack of its own for a bench, in a folder that goes with it: the same servers, durable settings and processes as ever. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { loadConfig, type Config } from '../config.ts'
import type { Programme } from '../domain/programme.ts'
import { developmentAccess, type Access } from '../local/access.ts'
import { openCalls, type Calls } from '../local/demo/calls.ts'
import { developmentIdentities } from '../local/identities.ts'
import { freePort } from '../local/ports.ts'
import { fundSandbox, seedProgramme } from '../local/seed.ts'
import { startStack, type Stack } from '../local/stack.ts'
import { composeEngine } from '../main/compose.ts'
import type { Store } from '../store/index.ts'

export interface Stand {
  readonly stack: Stack
  readonly store: Store
  readonly access: Access
  readonly calls: Calls
  readonly config: Config
  readonly home: string
  stop(): Promise<void>
}

/** Starts a stack with a programme ready for people, and money for all of them. */
export async function openStand(programme: Programme): Promise<Stand> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-bench-'))
  const port = await freePort()
  const given = loadConfig()
  const config = {
    ...given,
    dataDir: home,
    port,
    publicUrl: `http://127.0.0.1:${port}`,
    logLevel: 'warn',
    sandboxJournal: path.join(home, 'sandbox.jsonl'),
  }
  const stack = await startStack({ config })
  const environment = loadConfig(stack.environmentOf('api'))
  const { store } = composeEngine(environment, 'lunas bench', 4)
  const access = await developmentAccess(store, home)
  const calls = openCalls(stack.apiUrl, access)
  const identities = await developmentIdentities(store, home)
  await seedProgramme(calls, identities, { programme, appropriation: 10n ** 16n, quota: 1_000_000 }, Date.now())
  const sandbox = { url: stack.sandboxUrl ?? '', apiKey: environment.sandboxApiKey?.reveal() ?? '' }
  await fundSandbox(calls, identities, sandbox, { programme, amount: 10n ** 15n, number: 'BENCH' })
  return {
    stack,
    store,
    access,
    calls,
    config: environment,
    home,
    async stop() {
      await store.close()
      await stack.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
