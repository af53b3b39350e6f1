import { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { developmentAccess } from '../local/access.ts'
import { openCalls } from '../local/demo/calls.ts'
import { fundSandbox, seedProgramme } from '../local/seed.ts'
import type { Stack } from '../local/stack.ts'
import { composeEngine } from '../main/compose.ts'
import { runLocal } from '../main/local.ts'
import { SHIPPED_PROGRAMMES, shippedProgramme } from '../programmes/index.ts'

/** Rp 10 billion for each shipped programme, and Rp 1 billion at the sandbox: enough to play with. */
const APPROPRIATION = 1_000_000_000_000n
const FLOAT = 100_000_000_000n

export function upCommand(): Command {
  return new Command('up')
    .description('start everything on this machine: PostgreSQL, Temporal, the sandbox, the worker and the API')
    .action(async () => {
      process.exitCode = await runLocal({ prepare })
    })
}

/** The shipped programmes are published, funded and open, so that people can be registered at once; a second start finds them. */
async function prepare(stack: Stack): Promise<string> {
  const environment = loadConfig(stack.environmentOf('api'))
  const { store } = composeEngine(environment, 'lunas up', 2)
  try {
    const isNew = (await store.programmes.list()).length === 0
    const access = await developmentAccess(store, stack.dataDir)
    if (isNew) {
      const calls = openCalls(stack.apiUrl, access)
      for (const code of SHIPPED_PROGRAMMES) {
        const programme = shippedProgramme(code)
        await seedProgramme(calls, { programme, appropriation: APPROPRIATION, quota: 100_000 }, Date.now())
      }
      const apiKey = environment.sandboxApiKey?.reveal() ?? ''
      const sandbox = stack.sandboxUrl === null ? null : { url: stack.sandboxUrl, apiKey }
      if (sandbox)
        await fundSandbox(calls, sandbox, { programme: shippedProgramme('demo'), amount: FLOAT, number: 'SP2D-0' })
    }
    const keys = Object.entries(access).map(([role, secret]) => `  ${role.padEnd(14)} ${secret}`)
    return ['Development keys (Authorization: Bearer …)', ...keys, ''].join('\n')
  } finally {
    await store.close()
  }
}
