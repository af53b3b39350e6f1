/** The settings as a schema: names, forms and what they are for. `config.ts` reads them. */
import { Type, type Static } from 'typebox'

const POSTGRES = '^postgres(ql)?://[^/ ]+/[^ ]+$'
const HTTP = '^https?://[^/ ]+'
export const KEYS = '{"current":"k1","keys":{"k1":"<32 bytes in base64>"}}'

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
  DATABASE_SEAL_URL: text(
    'PostgreSQL as role lunas_seal, for the sealer of the audit trail only',
    'postgresql://lunas_seal:secret@localhost:5432/lunas',
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
  TEMPORAL_PORT: wholeNumber('the port of the embedded Temporal; another one when it is taken', 7233, 1, 65535),
  TEMPORAL_UI_PORT: wholeNumber('the port of its UI; another one when it is taken', 8233, 1, 65535),
  TEMPORAL_UI_URL: text('where operators open the Temporal UI', 'http://localhost:8233', HTTP),
  LUNAS_HOST: Type.String({ default: '127.0.0.1', description: 'the address the API listens on' }),
  LUNAS_PORT: wholeNumber('the port the API listens on', 3000, 1, 65535),
  LUNAS_PUBLIC_URL: text('how others reach the API; not set: LUNAS_HOST and LUNAS_PORT', 'http://localhost:3000', HTTP),
  LUNAS_TRUSTED_PROXIES: text(
    'the proxies before the API, whose X-Forwarded-For is believed: addresses or networks, comma separated; not set: none',
    '10.0.0.0/8,127.0.0.1',
  ),
  LUNAS_DATA_DIR: Type.String({ default: '.data', description: 'the folder of embedded servers, their keys and logs' }),
  LUNAS_VAULT_KEYS: text('the keys that wrap the data key of each person', KEYS),
  LUNAS_IDENTITY_KEYS: text('the keys of the blind index over identities', KEYS),
  LUNAS_ACCOUNT_KEYS: text('the keys of the blind index over accounts', KEYS),
  LUNAS_SEAL_KEY_FILE: text(
    'the sealer’s private key, for the sealer only; lunas audit key makes one',
    '/etc/lunas/seal.pem',
  ),
  LUNAS_SEAL_PUBLIC_KEYS: text(
    'the public keys whose anchors are trusted, comma separated',
    '<32 bytes in base64>',
    '^[A-Za-z0-9+/]{43}=(,[A-Za-z0-9+/]{43}=)*$',
  ),
  LUNAS_SEAL_ANCHORS: text(
    'the file the sealer adds its anchors to: on a volume that the database does not use; not set: in LUNAS_DATA_DIR',
    '/var/lib/lunas/anchors.jsonl',
  ),
  LUNAS_GATEWAYS: text(
    'the gateways in use, comma separated, each until nothing is under way there; not set: sandbox in development, none in production',
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
  LUNAS_FAILPOINTS: text(
    'where the process kills itself, at which passing, for trials of faults; refused in production',
    'claim:committed=1,send:answered=2',
    '^[a-z-]+:[a-z-]+=[1-9][0-9]{0,5}(,[a-z-]+:[a-z-]+=[1-9][0-9]{0,5})*$',
  ),
  LUNAS_RELAY_RATE: wholeNumber('lives told a second by each process, at most; 0: without limit', 0),
  SANDBOX_URL: text('where the gateway simulator is reached', 'http://localhost:3001', HTTP),
  SANDBOX_API_KEY: text('what the gateway simulator knows us by', 'secret'),
  SANDBOX_STATEMENTS_KEY: text(
    'what the gateway simulator knows an auditor by, who reads statements there and can do nothing else',
    'secret',
  ),
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
