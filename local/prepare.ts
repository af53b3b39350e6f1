/** What a development stack is given at its first start, so that people can be registered at once. */
import { loadConfig } from '../config.ts'
import { composeEngine } from '../main/compose.ts'
import { SHIPPED_PROGRAMMES, shippedProgramme } from '../programmes/index.ts'
import { developmentAccess } from './access.ts'
import { openCalls } from './demo/calls.ts'
import { fundSandbox, seedProgramme } from './seed.ts'
import type { Stack } from './stack.ts'

/** Rp 10 billion for each shipped programme, and Rp 1 billion at the sandbox: enough to play with. */
const APPROPRIATION = 1_000_000_000_000n
const FLOAT = 100_000_000_000n

/** Publishes, funds and opens the shipped programmes; a second start finds them. Answers with the keys, as text. */
export async function prepare(stack: Stack): Promise<string> {
  const environment = loadConfig(stack.environmentOf('api'))
  const { store } = composeEngine(environment, 'lunas up', 2)
  try {
    const known = new Set((await store.programmes.list()).map(({ code }) => code))
    const missing = SHIPPED_PROGRAMMES.filter((code) => !known.has(code))
    const access = await developmentAccess(store, stack.dataDir)
    const calls = openCalls(stack.apiUrl, access)
    for (const code of missing) {
      const programme = shippedProgramme(code)
      await seedProgramme(calls, { programme, appropriation: APPROPRIATION, quota: 100_000 }, Date.now())
      if (code !== 'demo' || stack.sandboxUrl === null) continue
      const sandbox = { url: stack.sandboxUrl, apiKey: environment.sandboxApiKey?.reveal() ?? '' }
      await fundSandbox(calls, sandbox, { programme, amount: FLOAT, number: 'SP2D-0' })
    }
    const keys = Object.entries(access).map(([role, secret]) => `  ${role.padEnd(14)} ${secret}`)
    return ['Development keys (Authorization: Bearer …)', ...keys, ''].join('\n')
  } finally {
    await store.close()
  }
}
