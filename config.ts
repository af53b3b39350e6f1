import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { inspect, parseEnv } from 'node:util'
import { envSchema } from 'env-schema'
import type { Static } from 'typebox'
import { ENVIRONMENT, KEYS, type EnvironmentName } from './environment.ts'

export { ENVIRONMENT, type EnvironmentName }

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
  readonly databaseSealUrl: Secret | null
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
  /** Of the embedded server, and of its UI. */
  readonly temporalPort: number
  readonly temporalUiPort: number
  readonly temporalUiUrl: string | null
  readonly host: string
  readonly port: number
  readonly publicUrl: string
  /** Addresses, or networks as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[]
  /** Absolute path. */
  readonly dataDir: string
  readonly vaultKeys: KeyRing | null
  readonly identityKeys: KeyRing | null
  readonly accountKeys: KeyRing | null
  /** Absolute path. */
  readonly sealKeyFile: string | null
  readonly sealPublicKeys: readonly string[]
  /** Absolute path. */
  readonly sealAnchors: string
  readonly gateways: readonly string[]
  readonly logLevel: string
  /** History events; 0 leaves it to the server's suggestion. */
  readonly lifeEventsMax: number
  /** Where this process kills itself, and at which passing. Empty but in trials of faults. */
  readonly failpoints: ReadonlyMap<string, number>
  /** Lives told a second by one process; 0 is without limit. */
  readonly relayRate: number
  readonly sandboxUrl: string | null
  readonly sandboxApiKey: Secret | null
  readonly sandboxStatementsKey: Secret | null
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
  databaseSealUrl: 'DATABASE_SEAL_URL',
  temporalAddress: 'TEMPORAL_ADDRESS',
  temporalNamespace: 'TEMPORAL_NAMESPACE',
  temporalTls: 'TEMPORAL_TLS',
  temporalTlsCa: 'TEMPORAL_TLS_CA',
  temporalTlsCert: 'TEMPORAL_TLS_CERT',
  temporalTlsKey: 'TEMPORAL_TLS_KEY',
  temporalApiKey: 'TEMPORAL_API_KEY',
  temporalCliPath: 'TEMPORAL_CLI_PATH',
  temporalTestServerPath: 'TEMPORAL_TEST_SERVER_PATH',
  temporalPort: 'TEMPORAL_PORT',
  temporalUiPort: 'TEMPORAL_UI_PORT',
  temporalUiUrl: 'TEMPORAL_UI_URL',
  host: 'LUNAS_HOST',
  port: 'LUNAS_PORT',
  publicUrl: 'LUNAS_PUBLIC_URL',
  trustedProxies: 'LUNAS_TRUSTED_PROXIES',
  dataDir: 'LUNAS_DATA_DIR',
  vaultKeys: 'LUNAS_VAULT_KEYS',
  identityKeys: 'LUNAS_IDENTITY_KEYS',
  accountKeys: 'LUNAS_ACCOUNT_KEYS',
  sealKeyFile: 'LUNAS_SEAL_KEY_FILE',
  sealPublicKeys: 'LUNAS_SEAL_PUBLIC_KEYS',
  sealAnchors: 'LUNAS_SEAL_ANCHORS',
  gateways: 'LUNAS_GATEWAYS',
  logLevel: 'LUNAS_LOG_LEVEL',
  lifeEventsMax: 'LUNAS_LIFE_EVENTS_MAX',
  failpoints: 'LUNAS_FAILPOINTS',
  relayRate: 'LUNAS_RELAY_RATE',
  sandboxUrl: 'SANDBOX_URL',
  sandboxApiKey: 'SANDBOX_API_KEY',
  sandboxStatementsKey: 'SANDBOX_STATEMENTS_KEY',
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

/** Gateways that move no money: production refuses them, and only their credentials may a development process take over. */
export const DEVELOPMENT_GATEWAYS: ReadonlySet<string> = new Set(['sandbox'])

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
  const pretending = config.gateways.filter((code) => DEVELOPMENT_GATEWAYS.has(code))
  for (const code of pretending) lines.push(`LUNAS_GATEWAYS must not name ${code} in production`)
  if (config.failpoints.size > 0) lines.push('LUNAS_FAILPOINTS must not be set in production')
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
    databaseSealUrl: secret(values.DATABASE_SEAL_URL),
    temporalAddress: values.TEMPORAL_ADDRESS ?? null,
    temporalNamespace: values.TEMPORAL_NAMESPACE,
    temporalTls: values.TEMPORAL_TLS === undefined ? null : values.TEMPORAL_TLS === 'true',
    temporalTlsCa: file(values.TEMPORAL_TLS_CA),
    temporalTlsCert: file(values.TEMPORAL_TLS_CERT),
    temporalTlsKey: file(values.TEMPORAL_TLS_KEY),
    temporalApiKey: secret(values.TEMPORAL_API_KEY),
    temporalCliPath: values.TEMPORAL_CLI_PATH ?? null,
    temporalTestServerPath: values.TEMPORAL_TEST_SERVER_PATH ?? null,
    temporalPort: values.TEMPORAL_PORT,
    temporalUiPort: values.TEMPORAL_UI_PORT,
    temporalUiUrl: values.TEMPORAL_UI_URL ?? null,
    host: values.LUNAS_HOST,
    port: values.LUNAS_PORT,
    publicUrl: values.LUNAS_PUBLIC_URL ?? `http://${values.LUNAS_HOST}:${values.LUNAS_PORT}`,
    trustedProxies: proxies(values.LUNAS_TRUSTED_PROXIES, lines),
    dataDir,
    vaultKeys: keyRing('LUNAS_VAULT_KEYS', values.LUNAS_VAULT_KEYS, lines),
    identityKeys: keyRing('LUNAS_IDENTITY_KEYS', values.LUNAS_IDENTITY_KEYS, lines),
    accountKeys: keyRing('LUNAS_ACCOUNT_KEYS', values.LUNAS_ACCOUNT_KEYS, lines),
    sealKeyFile: values.LUNAS_SEAL_KEY_FILE === undefined ? null : path.resolve(values.LUNAS_SEAL_KEY_FILE),
    sealPublicKeys: Object.freeze(values.LUNAS_SEAL_PUBLIC_KEYS?.split(',') ?? []),
    sealAnchors: path.resolve(values.LUNAS_SEAL_ANCHORS ?? path.join(dataDir, 'anchors.jsonl')),
    gateways: Object.freeze(gateways === '' ? [] : gateways.split(',')),
    logLevel: values.LUNAS_LOG_LEVEL,
    lifeEventsMax: values.LUNAS_LIFE_EVENTS_MAX,
    failpoints: new Map(values.LUNAS_FAILPOINTS?.split(',').map(passing)),
    relayRate: values.LUNAS_RELAY_RATE,
    sandboxUrl: values.SANDBOX_URL ?? null,
    sandboxApiKey: secret(values.SANDBOX_API_KEY),
    sandboxStatementsKey: secret(values.SANDBOX_STATEMENTS_KEY),
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

function proxies(text: string | undefined, lines: string[]): readonly string[] {
  const named = text?.split(',').map((one) => one.trim()) ?? []
  for (const one of named.filter((proxy) => !isProxy(proxy))) {
    lines.push(`LUNAS_TRUSTED_PROXIES must name addresses or networks such as 10.0.0.0/8, not ${one}`)
  }
  return Object.freeze(named)
}

/** A network of everybody is no proxy: anybody could say where they come from. */
function isProxy(text: string): boolean {
  const [address = '', length, ...more] = text.split('/')
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  if (length === undefined) return bits > 0
  return more.length === 0 && /^[1-9][0-9]{0,2}$/.test(length) && Number(length) <= bits
}

function passing(text: string): readonly [string, number] {
  const [name = '', number] = text.split('=')
  return [name, Number(number)]
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
