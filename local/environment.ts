import { inheritedEnvironment, type Config, type EnvironmentName, type KeyRing } from '../config.ts'
import { developmentSealKey, type DevelopmentKeys } from './keys.ts'

/** Where the parts of a running stack are. */
export interface Endpoints {
  readonly databaseUrl: string
  /** As role lunas_audit; null where nobody said how to reach the database so. */
  readonly databaseAuditUrl: string | null
  /** As role lunas_seal; null where nobody said how to reach the database so. */
  readonly databaseSealUrl: string | null
  readonly temporalAddress: string
  readonly temporalUiUrl: string | null
  /** The API, as seen from this machine. */
  readonly apiUrl: string
  readonly sandboxUrl: string | null
  readonly sandboxPort: number
}

export type ChildName = 'sandbox' | 'worker' | 'api' | 'sealer'

/** The environment of one child: what it may inherit, and of our settings those it needs. What is configured wins. */
export function childEnvironment(
  name: ChildName,
  config: Config,
  endpoints: Endpoints,
  keys: DevelopmentKeys,
): Record<string, string> {
  const ours = {
    ...common(config),
    ...settingsFor(name, config, endpoints, keys),
  }
  const set = Object.entries(ours).filter((entry): entry is [string, string] => entry[1] !== null)
  return { ...inheritedEnvironment(), ...Object.fromEntries(set) }
}

type Settings = Partial<Record<EnvironmentName, string | null>>

function common(config: Config): Settings {
  return { LUNAS_MODE: config.mode, LUNAS_DATA_DIR: config.dataDir, LUNAS_LOG_LEVEL: config.logLevel }
}

function settingsFor(name: ChildName, config: Config, endpoints: Endpoints, keys: DevelopmentKeys): Settings {
  if (name === 'sandbox') return sandbox(config, endpoints, keys)
  return name === 'sealer' ? sealer(config, endpoints) : engine(config, endpoints, keys)
}

/** The sealer has nothing of the engine's, and the engine nothing of the sealer's. */
function sealer(config: Config, endpoints: Endpoints): Settings {
  return {
    DATABASE_SEAL_URL: endpoints.databaseSealUrl,
    LUNAS_SEAL_KEY_FILE: config.sealKeyFile ?? developmentSealKey(config.dataDir),
    LUNAS_SEAL_ANCHORS: config.sealAnchors,
  }
}

function sandbox(config: Config, endpoints: Endpoints, keys: DevelopmentKeys): Settings {
  return {
    ...sandboxSecrets(config, keys),
    SANDBOX_STATEMENTS_KEY: config.sandboxStatementsKey?.reveal() ?? keys.SANDBOX_STATEMENTS_KEY,
    LUNAS_HOST: '127.0.0.1',
    SANDBOX_PORT: String(endpoints.sandboxPort),
    SANDBOX_CALLBACK_URL: config.sandboxCallbackUrl ?? `${endpoints.apiUrl}/v1/gateways/sandbox/callbacks`,
    SANDBOX_JOURNAL: config.sandboxJournal,
    SANDBOX_TIME_FACTOR: String(config.sandboxTimeFactor),
    SANDBOX_OPENING_BALANCE: String(config.sandboxOpeningBalanceMinor),
  }
}

function engine(config: Config, endpoints: Endpoints, keys: DevelopmentKeys): Settings {
  return {
    ...sandboxSecrets(config, keys),
    DATABASE_URL: endpoints.databaseUrl,
    TEMPORAL_ADDRESS: endpoints.temporalAddress,
    TEMPORAL_NAMESPACE: config.temporalNamespace,
    TEMPORAL_TLS: config.temporalTls === null ? null : String(config.temporalTls),
    TEMPORAL_TLS_CA: config.temporalTlsCa,
    TEMPORAL_TLS_CERT: config.temporalTlsCert,
    TEMPORAL_TLS_KEY: config.temporalTlsKey,
    TEMPORAL_API_KEY: config.temporalApiKey?.reveal() ?? null,
    TEMPORAL_UI_URL: endpoints.temporalUiUrl,
    LUNAS_HOST: config.host,
    LUNAS_PORT: String(config.port),
    LUNAS_PUBLIC_URL: config.publicUrl,
    LUNAS_TRUSTED_PROXIES: config.trustedProxies.join(','),
    LUNAS_VAULT_KEYS: ringText(config.vaultKeys) ?? keys.LUNAS_VAULT_KEYS,
    LUNAS_IDENTITY_KEYS: ringText(config.identityKeys) ?? keys.LUNAS_IDENTITY_KEYS,
    LUNAS_ACCOUNT_KEYS: ringText(config.accountKeys) ?? keys.LUNAS_ACCOUNT_KEYS,
    LUNAS_GATEWAYS: config.gateways.join(','),
    LUNAS_LIFE_EVENTS_MAX: String(config.lifeEventsMax),
    LUNAS_RELAY_RATE: String(config.relayRate),
    SANDBOX_URL: endpoints.sandboxUrl,
  }
}

function sandboxSecrets(config: Config, keys: DevelopmentKeys): Settings {
  return {
    SANDBOX_API_KEY: config.sandboxApiKey?.reveal() ?? keys.SANDBOX_API_KEY,
    SANDBOX_CALLBACK_SECRET: config.sandboxCallbackSecret?.reveal() ?? keys.SANDBOX_CALLBACK_SECRET,
  }
}

function ringText(ring: KeyRing | null): string | null {
  if (ring === null) return null
  const keys = [...ring.keys].map(([id, key]) => [id, Buffer.from(key.reveal()).toString('base64')])
  return JSON.stringify({ current: ring.current, keys: Object.fromEntries(keys) })
}
