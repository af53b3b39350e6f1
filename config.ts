import { readFileSync } from 'node:fs'
import path from 'node:path'
import { inspect, parseEnv } from 'node:util'
import { envSchema } from 'env-schema'
import { Type, type Static } from 'typebox'

const POSTGRES = '^postgres(ql)?://[^/ ]+/[^ ]+$'
const HTTP = '^https?://[^/ ]+'
const KEYS = '{"current":"k1","keys":{"k1":"<32 bytes in base64>"}}'

function text(description: string, example: string, pattern = '.') {
  return Type.Optional(Type.String({ pattern, description, examples: [example] }))
}

function wholeNumber(description: string, usual: number, minimum = 0, maximum = Number.MAX_SAFE_INTEGER) {
  return Type.Integer({ minimum, maximum, default: usual, description })
}

/**
 * Every environment variable Lunas knows and what it is for; `.env.example` is this list as a file.
 * A variable set to nothing counts as not set, as compose files and CI systems do it.
 */
export const ENVIRONMENT = Type.Object({
  LUNAS_MODE: Type.Enum(['development', 'production'], {
    default: 'development',
    description: 'production refuses embedded servers, sandbox gateways and development keys',
  }),
  DATABASE_URL: text(
    'PostgreSQL as role lunas_app; not set: an embedded server',
    'postgresql://lunas_app:secret@localhost:5432/lunas',
    POSTGRES,
  ),
  DATABASE_MIGRATE_URL: text(
    'PostgreSQL as role lunas_migrate, for migrations only',
    'postgresql://lunas_migrate:secret@localhost:5432/lunas',
    POSTGRES,
  ),
  DATABASE_AUDIT_URL: text(
    'PostgreSQL as role lunas_audit, read only',
    'postgresql://lunas_audit:secret@localhost:5432/lunas',
    POSTGRES,
  ),
  TEMPORAL_ADDRESS: text(
    'a Temporal cluster; not set: a dev server of our own',
    'localhost:7233',
    '^[^/ ]+:[0-9]{1,5}$',
  ),
  TEMPORAL_NAMESPACE: Type.String({ default: 'default', description: 'the Temporal namespace all lives run in' }),
  TEMPORAL_TLS: text('TLS to Temporal, true or false; not set: as the next four need it', 'true', '^(true|false)$'),
  TEMPORAL_TLS_CA: text('PEM file of who vouches for Temporal; not set: as this machine does', '/etc/lunas/ca.pem'),
  TEMPORAL_TLS_CERT: text('PEM file of our certificate, where Temporal asks for one', '/etc/lunas/client.pem'),
  TEMPORAL_TLS_KEY: text('PEM file of the private key of that certificate', '/etc/lunas/client.key'),
  TEMPORAL_API_KEY: text('our API key, where Temporal asks for one, as Temporal Cloud does', 'secret'),
  TEMPORAL_CLI_PATH: text('the temporal program for the dev server; not set: found or installed', '/usr/bin/temporal'),
  TEMPORAL_TEST_SERVER_PATH: text(
    'the time-skipping test server; not set: found or installed',
    '/usr/bin/temporal-test-server',
  ),
  TEMPORAL_UI_URL: text('where operators open the Temporal UI', 'http://localhost:8233', HTTP),
  LUNAS_HOST: Type.String({ default: '127.0.0.1', description: 'the address the API listens on' }),
  LUNAS_PORT: wholeNumber('the port the API listens on', 3000, 1, 65535),
  LUNAS_PUBLIC_URL: text('how others reach the API; not set: LUNAS_HOST and LUNAS_PORT', 'http://localhost:3000', HTTP),
  LUNAS_DATA_DIR: Type.String({ default: '.data', description: 'the folder of embedded servers, their keys and logs' }),
  LUNAS_VAULT_KEYS: text('the keys that wrap the data key of each person', KEYS),
  LUNAS_IDENTITY_KEYS: text('the keys of the blind index over identities', KEYS),
  LUNAS_ACCOUNT_KEYS: text('the keys of the blind index over accounts', KEYS),
  LUNAS_GATEWAYS: text(
    'the gateways in use, comma separated; not set: sandbox in development, none in production',
    'sandbox',
    '^[a-z0-9-]+(,[a-z0-9-]+)*$',
  ),
  LUNAS_LOG_LEVEL: Type.Enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
    default: 'info',
    description: 'the least severe line that is logged',
  }),
  LUNAS_LIFE_EVENTS_MAX: wholeNumber(
    'history events after which a life continues as new; 0: when the server suggests it',
    0,
  ),
  LUNAS_RELAY_RATE: wholeNumber('lives told a second by each process, at most; 0: without limit', 0),
  SANDBOX_URL: text('where the gateway simulator is reached', 'http://localhost:3001', HTTP),
  SANDBOX_API_KEY: text('what the gateway simulator knows us by', 'secret'),
  SANDBOX_CALLBACK_SECRET: text(
    'what the simulator signs its callbacks with',
    'whsec_<32 bytes in base64>',
    '^whsec_[A-Za-z0-9+/]{32,}={0,2}$',
  ),
  SANDBOX_CALLBACK_URL: text(
    'where the simulator sends its callbacks',
    'http://localhost:3000/v1/gateways/sandbox/callbacks',
    HTTP,
  ),
  SANDBOX_PORT: wholeNumber('the port the gateway simulator listens on', 3001, 1, 65535),
  SANDBOX_JOURNAL: text('the file the simulator journals to; not set: in LUNAS_DATA_DIR', '.data/sandbox.jsonl'),
  SANDBOX_TIME_FACTOR: Type.Number({
    exclusiveMinimum: 0,
    default: 1,
    description: 'what every wait of the simulator is multiplied with; 0.1 is ten times faster',
  }),
  SANDBOX_OPENING_BALANCE: Type.String({
    pattern: '^(0|[1-9][0-9]{0,17})$',
    default: '0',
    examples: ['100000000000000'],
    description: 'what the simulator holds for us at its start, in minor units',
  }),
})

export type EnvironmentName = keyof Static<typeof ENVIRONMENT>
type Environment = Readonly<Record<string, string | undefined>>
type Values = Static<typeof ENVIRONMENT>

/** A value that never shows itself in logs, errors or JSON. */
export class Secret<T = string> {
  readonly #value: T
  constructor(value: T) {
    this.#value = value
  }
  reveal(): T {
    return this.#value
  }
  toString(): string {
    return '***'
  }
  toJSON(): string {
    return '***'
  }
  [inspect.custom](): string {
    return '***'
  }
}

/** Versioned keys of 32 bytes: new values are made with `current`, older ones stay readable. */
export interface KeyRing {
  readonly current: string
  readonly keys: ReadonlyMap<string, Secret<Uint8Array>>
}

/** Key ids that start so were made for development on one machine; production refuses them. */
export const DEVELOPMENT_MARK = 'dev-'

/** The environment, read once, checked and typed. `null` is what was not set and has no default. */
export interface Config {
  readonly mode: 'development' | 'production'
  readonly databaseUrl: Secret | null
  readonly databaseMigrateUrl: Secret | null
  readonly databaseAuditUrl: Secret | null
  /** host:port */
  readonly temporalAddress: string | null
  readonly temporalNamespace: string
  /** Null leaves it to the settings that need it. */
  readonly temporalTls: boolean | null
  /** Absolute paths. */
  readonly temporalTlsCa: string | null
  readonly temporalTlsCert: string | null
  readonly temporalTlsKey: string | null
  readonly temporalApiKey: Secret | null
  readonly temporalCliPath: string | null
  readonly temporalTestServerPath: string | null
  readonly temporalUiUrl: string | null
  readonly host: string
  readonly port: number
  readonly publicUrl: string
  /** Absolute path. */
  readonly dataDir: string
  readonly vaultKeys: KeyRing | null
  readonly identityKeys: KeyRing | null
  readonly accountKeys: KeyRing | null
  readonly gateways: readonly string[]
  readonly logLevel: string
  /** History events; 0 leaves it to the server's suggestion. */
  readonly lifeEventsMax: number
  /** Lives told a second by one process; 0 is without limit. */
  readonly relayRate: number
  readonly sandboxUrl: string | null
  readonly sandboxApiKey: Secret | null
  readonly sandboxCallbackSecret: Secret | null
  readonly sandboxCallbackUrl: string | null
  readonly sandboxPort: number
  /** Absolute path. */
  readonly sandboxJournal: string
  readonly sandboxTimeFactor: number
  readonly sandboxOpeningBalanceMinor: bigint
}

/** The variable each setting comes from, for messages. */
export const VARIABLE_OF: Readonly<Record<keyof Config, EnvironmentName>> = {
  mode: 'LUNAS_MODE',
  databaseUrl: 'DATABASE_URL',
  databaseMigrateUrl: 'DATABASE_MIGRATE_URL',
  databaseAuditUrl: 'DATABASE_AUDIT_URL',
  temporalAddress: 'TEMPORAL_ADDRESS',
  temporalNamespace: 'TEMPORAL_NAMESPACE',
  temporalTls: 'TEMPORAL_TLS',
  temporalTlsCa: 'TEMPORAL_TLS_CA',
  temporalTlsCert: 'TEMPORAL_TLS_CERT',
  temporalTlsKey: 'TEMPORAL_TLS_KEY',
  temporalApiKey: 'TEMPORAL_API_KEY',
  temporalCliPath: 'TEMPORAL_CLI_PATH',
  temporalTestServerPath: 'TEMPORAL_TEST_SERVER_PATH',
  temporalUiUrl: 'TEMPORAL_UI_URL',
  host: 'LUNAS_HOST',
  port: 'LUNAS_PORT',
  publicUrl: 'LUNAS_PUBLIC_URL',
  dataDir: 'LUNAS_DATA_DIR',
  vaultKeys: 'LUNAS_VAULT_KEYS',
  identityKeys: 'LUNAS_IDENTITY_KEYS',
  accountKeys: 'LUNAS_ACCOUNT_KEYS',
  gateways: 'LUNAS_GATEWAYS',
  logLevel: 'LUNAS_LOG_LEVEL',
  lifeEventsMax: 'LUNAS_LIFE_EVENTS_MAX',
  relayRate: 'LUNAS_RELAY_RATE',
  sandboxUrl: 'SANDBOX_URL',
  sandboxApiKey: 'SANDBOX_API_KEY',
  sandboxCallbackSecret: 'SANDBOX_CALLBACK_SECRET',
  sandboxCallbackUrl: 'SANDBOX_CALLBACK_URL',
  sandboxPort: 'SANDBOX_PORT',
  sandboxJournal: 'SANDBOX_JOURNAL',
  sandboxTimeFactor: 'SANDBOX_TIME_FACTOR',
  sandboxOpeningBalanceMinor: 'SANDBOX_OPENING_BALANCE',
}

const KEY_RINGS = ['vaultKeys', 'identityKeys', 'accountKeys'] as const

/** Everything wrong with an environment at once; composition roots print `lines` and exit (the command line with 2). */
export class ConfigProblem extends Error {
  readonly lines: readonly string[]
  constructor(lines: readonly string[]) {
    super(`the configuration cannot be used:\n${lines.map((line) => `  ${line}`).join('\n')}`)
    this.name = 'ConfigProblem'
    this.lines = lines
  }
}

/**
 * Reads and checks an environment: the process's own, over the file `.env` of the working folder when there is one.
 * Throws `ConfigProblem` naming everything that is wrong with it.
 */
export function loadConfig(environment: Environment = { ...environmentFile(), ...process.env }): Config {
  const lines: string[] = []
  const config = typed(checked(environment, lines), lines)
  if (lines.length > 0) throw new ConfigProblem(lines)
  return config
}

/** Narrows a config to one that has the named settings. Throws `ConfigProblem` naming all that are missing. */
export function requireSettings<Name extends keyof Config>(
  config: Config,
  ...names: readonly Name[]
): Config & { readonly [name in Name]: NonNullable<Config[name]> } {
  const missing = names.filter((name) => config[name] === null)
  if (missing.length > 0) throw new ConfigProblem(missing.map((name) => `${VARIABLE_OF[name]} is needed and not set`))
  return config as Config & { readonly [name in Name]: NonNullable<Config[name]> }
}

/**
 * In production: no embedded servers, no sandbox, no development keys. No gateway at all is allowed: people are registered
 * before one is contracted, and nothing can be paid until then. Throws `ConfigProblem` naming every breach.
 */
export function requireProduction(config: Config): void {
  if (config.mode !== 'production') return
  const needed = ['databaseUrl', 'temporalAddress', ...KEY_RINGS] as const
  const lines = needed
    .filter((name) => config[name] === null)
    .map((name) => `${VARIABLE_OF[name]} must be set in production`)
  if (config.gateways.includes('sandbox')) lines.push('LUNAS_GATEWAYS must not name sandbox in production')
  for (const name of KEY_RINGS) {
    const marked = [...(config[name]?.keys.keys() ?? [])].filter((id) => id.startsWith(DEVELOPMENT_MARK))
    if (marked.length > 0) lines.push(`${VARIABLE_OF[name]} must not hold development keys: ${marked.join(', ')}`)
  }
  if (lines.length > 0) throw new ConfigProblem(lines)
}

/** What a child process inherits: everything but our own settings, which are handed to it one by one. */
export function inheritedEnvironment(environment: Environment = process.env): Record<string, string> {
  const foreign = Object.entries(environment).filter(([name]) => !(name in ENVIRONMENT.properties))
  return Object.fromEntries(foreign.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

function environmentFile(): Environment {
  try {
    return parseEnv(readFileSync('.env', 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

/** Checks against the schema; a value that fails is reported and replaced by what "not set" would give. */
function checked(environment: Environment, lines: string[]): Values {
  const known = Object.keys(ENVIRONMENT.properties) as EnvironmentName[]
  const set = Object.fromEntries(
    known.flatMap((name) => (environment[name]?.trim() ? [[name, environment[name].trim()]] : [])),
  )
  try {
    return envSchema<Values>({ schema: ENVIRONMENT, env: false, data: set })
  } catch (error) {
    for (const failure of failuresOf(error)) {
      const name = failure.instancePath.slice(1) as EnvironmentName
      lines.push(`${name} ${explain(name, failure, String(set[name]))}`)
      delete set[name]
    }
    return envSchema<Values>({ schema: ENVIRONMENT, env: false, data: set })
  }
}

interface SchemaFailure {
  readonly instancePath: string
  readonly keyword: string
  readonly message?: string
}

function failuresOf(error: unknown): readonly SchemaFailure[] {
  if (error instanceof Error && 'errors' in error && Array.isArray(error.errors)) return error.errors as SchemaFailure[]
  throw error
}

/** Says what is expected. Values of text variables are never repeated: they may be secrets. */
function explain(name: EnvironmentName, failure: SchemaFailure, value: string): string {
  const property = ENVIRONMENT.properties[name] as { examples?: readonly string[]; enum?: readonly string[] }
  if (failure.keyword === 'enum') return `must be one of ${property.enum?.join(', ')}, not ${value}`
  if (failure.keyword === 'pattern') return `must look like ${property.examples?.join(' or ')}`
  if (failure.keyword === 'type')
    return `${failure.message === 'must be integer' ? 'must be a whole number' : failure.message}, not ${value}`
  return `${failure.message}, not ${value}`
}

function typed(values: Values, lines: string[]): Config {
  const mode = values.LUNAS_MODE
  const dataDir = path.resolve(values.LUNAS_DATA_DIR)
  const gateways = values.LUNAS_GATEWAYS ?? (mode === 'development' ? 'sandbox' : '')
  return Object.freeze({
    mode,
    databaseUrl: secret(values.DATABASE_URL),
    databaseMigrateUrl: secret(values.DATABASE_MIGRATE_URL),
    databaseAuditUrl: secret(values.DATABASE_AUDIT_URL),
    temporalAddress: values.TEMPORAL_ADDRESS ?? null,
    temporalNamespace: values.TEMPORAL_NAMESPACE,
    temporalTls: values.TEMPORAL_TLS === undefined ? null : values.TEMPORAL_TLS === 'true',
    temporalTlsCa: file(values.TEMPORAL_TLS_CA),
    temporalTlsCert: file(values.TEMPORAL_TLS_CERT),
    temporalTlsKey: file(values.TEMPORAL_TLS_KEY),
    temporalApiKey: secret(values.TEMPORAL_API_KEY),
    temporalCliPath: values.TEMPORAL_CLI_PATH ?? null,
    temporalTestServerPath: values.TEMPORAL_TEST_SERVER_PATH ?? null,
    temporalUiUrl: values.TEMPORAL_UI_URL ?? null,
    host: values.LUNAS_HOST,
    port: values.LUNAS_PORT,
    publicUrl: values.LUNAS_PUBLIC_URL ?? `http://${values.LUNAS_HOST}:${values.LUNAS_PORT}`,
    dataDir,
    vaultKeys: keyRing('LUNAS_VAULT_KEYS', values.LUNAS_VAULT_KEYS, lines),
    identityKeys: keyRing('LUNAS_IDENTITY_KEYS', values.LUNAS_IDENTITY_KEYS, lines),
    accountKeys: keyRing('LUNAS_ACCOUNT_KEYS', values.LUNAS_ACCOUNT_KEYS, lines),
    gateways: Object.freeze(gateways === '' ? [] : gateways.split(',')),
    logLevel: values.LUNAS_LOG_LEVEL,
    lifeEventsMax: values.LUNAS_LIFE_EVENTS_MAX,
    relayRate: values.LUNAS_RELAY_RATE,
    sandboxUrl: values.SANDBOX_URL ?? null,
    sandboxApiKey: secret(values.SANDBOX_API_KEY),
    sandboxCallbackSecret: secret(values.SANDBOX_CALLBACK_SECRET),
    sandboxCallbackUrl: values.SANDBOX_CALLBACK_URL ?? null,
    sandboxPort: values.SANDBOX_PORT,
    sandboxJournal: path.resolve(values.SANDBOX_JOURNAL ?? path.join(dataDir, 'sandbox.jsonl')),
    sandboxTimeFactor: values.SANDBOX_TIME_FACTOR,
    sandboxOpeningBalanceMinor: BigInt(values.SANDBOX_OPENING_BALANCE),
  })
}

function file(name: string | undefined): string | null {
  return name === undefined ? null : path.resolve(name)
}

function secret(value: string | undefined): Secret | null {
  return value === undefined ? null : new Secret(value)
}

function keyRing(name: EnvironmentName, json: string | undefined, lines: string[]): KeyRing | null {
  if (json === undefined) return null
  const parsed = parseKeys(json)
  if (parsed === null) lines.push(`${name} must look like ${KEYS}`)
  else if (!parsed.keys.has(parsed.current)) lines.push(`${name} names a current key that it does not hold`)
  return parsed === null ? null : Object.freeze(parsed)
}

function parseKeys(json: string): KeyRing | null {
  try {
    const { current, keys } = JSON.parse(json) as { current: unknown; keys: unknown }
    if (typeof current !== 'string' || typeof keys !== 'object' || keys === null) return null
    const decoded = Object.entries(keys).map(([id, key]) => [id, Buffer.from(String(key), 'base64')] as const)
    if (decoded.some(([, key]) => key.length !== 32)) return null
    return { current, keys: new Map(decoded.map(([id, key]) => [id, new Secret<Uint8Array>(key)])) }
  } catch {
    return null
  }
}
