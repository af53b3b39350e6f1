/** What a development stack is given, so that people can be registered at once. */
import { loadConfig } from '../config.ts'
import { composeEngine } from '../main/compose.ts'
import { SHIPPED_PROGRAMMES, shippedProgramme } from '../programmes/index.ts'
import type { Store } from '../store/index.ts'
import { developmentAccess, type Access } from './access.ts'
import { openCalls } from './demo/calls.ts'
import { developmentIdentities } from './identities.ts'
import { fundSandbox, seedProgramme, type SandboxAccess } from './seed.ts'
import type { Stack } from './stack.ts'

/** Rp 10 billion for each shipped programme, and Rp 1 billion of it at the sandbox: enough to play with. */
const APPROPRIATION = 1_000_000_000_000n
const FLOAT = 100_000_000_000n

/** Prepares a stack that is up; what is there already stays, what an interrupted start left out is made. Answers with the keys. */
export async function prepare(stack: Stack): Promise<Access> {
  const environment = loadConfig(stack.environmentOf('api'))
  const { store } = composeEngine(environment, 'lunas up', 2)
  const apiKey = environment.sandboxApiKey?.reveal() ?? ''
  const sandbox = stack.sandboxUrl === null ? null : { url: stack.sandboxUrl, apiKey }
  try {
    return await prepareWith({ store, home: stack.dataDir, apiUrl: stack.apiUrl, sandbox })
  } finally {
    await store.close()
  }
}

export interface Prepared {
  readonly store: Store
  /** Where the keys are kept. */
  readonly home: string
  readonly apiUrl: string
  /** `null`: no money is put there. */
  readonly sandbox: SandboxAccess | null
}

/** Publishes, funds and opens the shipped programmes. */
export async function prepareWith({ store, home, apiUrl, sandbox }: Prepared): Promise<Access> {
  const access = await developmentAccess(store, home)
  const identities = await developmentIdentities(store, home)
  const calls = openCalls(apiUrl, access)
  for (const code of SHIPPED_PROGRAMMES) {
    const programme = shippedProgramme(code)
    await seedProgramme(calls, identities, { programme, appropriation: APPROPRIATION, quota: 100_000 }, Date.now())
    if (sandbox !== null)
      await fundSandbox(calls, identities, sandbox, { programme, amount: FLOAT, number: `SP2D-${code}` })
  }
  return access
}
