import { readFileSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  ConfigProblem,
  ENVIRONMENT,
  inheritedEnvironment,
  loadConfig,
  requireProduction,
  requireSettings,
  Secret,
  VARIABLE_OF,
} from '../config.ts'

const key = Buffer.alloc(32, 7).toString('base64')
const ring = (id: string) => JSON.stringify({ current: id, keys: { [id]: key } })
const production = {
  LUNAS_MODE: 'production',
  DATABASE_URL: 'postgresql://lunas_app:hidden@db/lunas',
  TEMPORAL_ADDRESS: 'temporal:7233',
  LUNAS_GATEWAYS: 'bank',
  LUNAS_VAULT_KEYS: ring('k1'),
  LUNAS_IDENTITY_KEYS: ring('k1'),
  LUNAS_ACCOUNT_KEYS: ring('k1'),
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work()
  } catch (error) {
    if (error instanceof ConfigProblem) return error.lines
    throw error
  }
  return []
}

test('an empty environment is one of development on this machine', () => {
  const config = loadConfig({})
  expect(config).toMatchObject({ mode: 'development', host: '127.0.0.1', port: 3000, gateways: ['sandbox'] })
  expect(config).toMatchObject({ databaseUrl: null, temporalAddress: null, publicUrl: 'http://127.0.0.1:3000' })
  expect(config.dataDir).toBe(path.resolve('.data'))
  expect(Object.isFrozen(config)).toBe(true)
})

test('a variable set to nothing counts as not set', () => {
  expect(loadConfig({ DATABASE_URL: '', LUNAS_PORT: ' ' })).toMatchObject({ databaseUrl: null, port: 3000 })
})

test('all problems are told at once, without the values of secrets', () => {
  const lines = problemsOf(() =>
    loadConfig({
      LUNAS_PORT: 'many',
      LUNAS_MODE: 'staging',
      DATABASE_URL: 'mysql://hidden@db/lunas',
      LUNAS_VAULT_KEYS: '{"current":"k1","keys":{"k1":"hidden"}}',
      LUNAS_IDENTITY_KEYS: JSON.stringify({ current: 'k2', keys: { k1: key } }),
      SANDBOX_TIME_FACTOR: '0',
      SANDBOX_CALLBACK_SECRET: 'hidden',
    }),
  )
  expect([...lines].sort()).toEqual([
    'DATABASE_URL must look like postgresql://lunas_app:secret@localhost:5432/lunas',
    'LUNAS_IDENTITY_KEYS names a current key that it does not hold',
    'LUNAS_MODE must be one of development, production, not staging',
    'LUNAS_PORT must be a whole number, not many',
    'LUNAS_VAULT_KEYS must look like {"current":"k1","keys":{"k1":"<32 bytes in base64>"}}',
    'SANDBOX_CALLBACK_SECRET must look like whsec_<32 bytes in base64>',
    'SANDBOX_TIME_FACTOR must be > 0, not 0',
  ])
})

test('a secret shows itself to nobody who does not ask', () => {
  const secret = new Secret('hidden')
  const { databaseUrl, vaultKeys } = loadConfig(production)
  for (const value of [secret, { secret }, databaseUrl, vaultKeys, String(secret)]) {
    expect(inspect(value, { depth: 9, showHidden: true }) + JSON.stringify(value)).not.toContain('hidden')
  }
  expect(secret.reveal()).toBe('hidden')
  expect(vaultKeys?.keys.get('k1')?.reveal()).toEqual(Buffer.alloc(32, 7))
})

test('what a program cannot run without is asked for at once', () => {
  const lines = problemsOf(() => requireSettings(loadConfig({}), 'databaseUrl', 'sandboxUrl', 'dataDir'))
  expect(lines).toEqual(['DATABASE_URL is needed and not set', 'SANDBOX_URL is needed and not set'])
})

describe('production', () => {
  test('is refused without servers and keys of its own', () => {
    expect(problemsOf(() => requireProduction(loadConfig({ LUNAS_MODE: 'production' })))).toEqual([
      'DATABASE_URL must be set in production',
      'TEMPORAL_ADDRESS must be set in production',
      'LUNAS_VAULT_KEYS must be set in production',
      'LUNAS_IDENTITY_KEYS must be set in production',
      'LUNAS_ACCOUNT_KEYS must be set in production',
    ])
  })

  test('is refused with the sandbox or development keys', () => {
    const environment = { ...production, LUNAS_GATEWAYS: 'bank,sandbox', LUNAS_ACCOUNT_KEYS: ring('dev-1') }
    expect(problemsOf(() => requireProduction(loadConfig(environment)))).toEqual([
      'LUNAS_GATEWAYS must not name sandbox in production',
      'LUNAS_ACCOUNT_KEYS must not hold development keys: dev-1',
    ])
  })

  test('is accepted before a gateway is contracted', () => {
    const { LUNAS_GATEWAYS: _, ...environment } = production
    const config = loadConfig(environment)
    expect(problemsOf(() => requireProduction(config))).toEqual([])
    expect(config.gateways).toEqual([])
  })

  test('is accepted when everything is its own', () => {
    expect(problemsOf(() => requireProduction(loadConfig(production)))).toEqual([])
  })
})

test('children inherit everything but our own settings', () => {
  expect(inheritedEnvironment({ PATH: '/bin', DATABASE_MIGRATE_URL: 'hidden', EMPTY: undefined })).toEqual({
    PATH: '/bin',
  })
})

test('every variable has its setting, and .env.example is the list of them', () => {
  expect(Object.values(VARIABLE_OF).sort()).toEqual(Object.keys(ENVIRONMENT.properties).sort())
  const properties = Object.entries<Described>(ENVIRONMENT.properties as unknown as Record<string, Described>)
  const entries = properties.map(([name, { description, default: usual, examples }]) => {
    return `# ${description}\n# ${name}=${usual ?? examples?.[0]}\n`
  })
  const heading =
    '# All settings: those with a default with it, the others with an example. In development none has to be set.\n# They are read from the environment and, below it, from the file .env of the working folder.\n'
  expect(readFileSync(path.join(import.meta.dirname, '../.env.example'), 'utf8')).toBe([heading, ...entries].join('\n'))
})

interface Described {
  readonly description: string
  readonly default?: string | number
  readonly examples?: readonly string[]
}

test('a proxy is believed by its address or network only, and never everybody', () => {
  expect(loadConfig({}).trustedProxies).toEqual([])
  const named = ['10.0.0.0/8', '127.0.0.1', 'fd00::/8', '::1']
  expect(loadConfig({ LUNAS_TRUSTED_PROXIES: named.join(', ') }).trustedProxies).toEqual(named)
  for (const wrong of ['true', '*', 'proxy.internal', '10.0.0.0/33', '0.0.0.0/0', '10.0.0.0/8/8', '10.0.0/8', ',']) {
    const lines = problemsOf(() => loadConfig({ LUNAS_TRUSTED_PROXIES: wrong }))
    expect(lines[0], wrong).toContain('LUNAS_TRUSTED_PROXIES must name addresses or networks')
  }
})

test('a process is told where to die by name and passing, and never in production', () => {
  const told = { LUNAS_FAILPOINTS: 'claim:committed=1,send:answered=2' }
  expect([...loadConfig(told).failpoints]).toEqual([
    ['claim:committed', 1],
    ['send:answered', 2],
  ])
  expect(problemsOf(() => loadConfig({ LUNAS_FAILPOINTS: 'claim:committed' }))).toHaveLength(1)
  const lines = problemsOf(() => requireProduction(loadConfig({ ...production, ...told })))
  expect(lines).toContain('LUNAS_FAILPOINTS must not be set in production')
})
