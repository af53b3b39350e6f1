/** What the API and the worker are both made of. */
import { ConfigProblem, requireSettings, type Config, type KeyRing } from '../config.ts'
import { gatewayFactories, openGateways } from '../gateways/index.ts'
import type { Pass } from '../failpoints.ts'
import { waitsOf, type Gateway } from '../gateways/gateway.ts'
import { createStore, type Store } from '../store/index.ts'
import type { KeyRing as VaultKeyRing } from '../store/vault.ts'
import { armed } from './armed.ts'
import { guardCalls, sendOf } from './credentials.ts'

export interface Engine {
  readonly store: Store
  /** What happens at failpoints: nothing but in trials. */
  readonly pass: Pass
  /** They ask nobody while what they are known by is not in force. */
  readonly gateways: ReadonlyMap<string, Gateway>
  /** The same, and they ask whatever is in force: only for questions by reference whose answers are not recorded. */
  readonly unguarded: ReadonlyMap<string, Gateway>
}

/** Opens the store and the gateways of a process. Throws ConfigProblem when a setting is missing or names a gateway nobody knows. */
export function composeEngine(config: Config, name: string, poolMax: number, queryTimeoutMs = 10_000): Engine {
  const set = requireSettings(config, 'databaseUrl', 'vaultKeys', 'identityKeys', 'accountKeys')
  const gateways = configuredGateways(config)
  const pass = armed(config)
  const store = createStore({
    url: set.databaseUrl.reveal(),
    name,
    poolMax,
    queryTimeoutMs,
    pass,
    keys: { vault: ring(set.vaultKeys), identity: ring(set.identityKeys), account: ring(set.accountKeys) },
    timingOf: (code) => waitsOf(gatewayOf(gateways, code).capabilities),
    route: (codes, institution) => codes.find((code) => reaches(gateways.get(code), institution)) ?? null,
    sendsWith: (code) => sendsWith(gateways.get(code)),
    failuresOf: (code) => gateways.get(code)?.failures ?? null,
  })
  return { store, gateways: guardCalls(gateways, store), unguarded: gateways, pass }
}

/** The adapters of the gateways that are in use. Throws ConfigProblem as above. */
export function configuredGateways(config: Config): ReadonlyMap<string, Gateway> {
  const unknown = config.gateways.filter((code) => !Object.hasOwn(gatewayFactories, code))
  if (unknown.length > 0) throw new ConfigProblem([`LUNAS_GATEWAYS names ${unknown.join(', ')}, which nobody knows`])
  if (!config.gateways.includes('sandbox')) return openGateways({})
  const sandbox = requireSettings(config, 'sandboxUrl', 'sandboxApiKey', 'sandboxCallbackSecret')
  return openGateways({
    sandbox: {
      baseUrl: sandbox.sandboxUrl,
      apiKey: sandbox.sandboxApiKey.reveal(),
      callbackSecrets: [sandbox.sandboxCallbackSecret.reveal()],
    },
  })
}

function gatewayOf(gateways: ReadonlyMap<string, Gateway>, code: string): Gateway {
  const gateway = gateways.get(code)
  if (!gateway) throw new Error(`gateway ${code} is not configured`)
  return gateway
}

function sendsWith(gateway: Gateway | undefined): string | null {
  return (gateway && sendOf(gateway)?.fingerprint) ?? null
}

function reaches(gateway: Gateway | undefined, institution: string): boolean {
  return gateway?.capabilities.institutions.some(({ code }) => code === institution) ?? false
}

function ring(keys: KeyRing): VaultKeyRing {
  return {
    current: keys.current,
    keys: Object.fromEntries([...keys.keys].map(([id, secret]) => [id, secret.reveal()])),
  }
}
