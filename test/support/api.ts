/** The API on a database and a sandbox of its own; only Temporal is replaced, by a recorder of what lives were told. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { buildApp } from '../../api/app.ts'
import { DEFAULT_LIMITS, type ApiDependencies } from '../../api/dependencies.ts'
import { engineActor } from '../../domain/act.ts'
import type { Programme } from '../../domain/programme.ts'
import type { Registration } from '../../domain/registration.ts'
import type { Grant, Role } from '../../domain/roles.ts'
import { waitsOf, type Gateway } from '../../gateways/gateway.ts'
import { openGateways } from '../../gateways/index.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import { buildSandbox } from '../../sandbox/server.ts'
import { inTransaction } from '../../store/database.ts'
import { sendOf } from '../../main/credentials.ts'
import { createStore, type Store } from '../../store/index.ts'
import { createKey } from '../../store/keys.ts'
import { publishProgramme } from '../../store/programmes.ts'
import { createDatabase, type TestDatabase } from './cluster.ts'

export interface TestApi {
  readonly app: FastifyInstance
  readonly store: Store
  readonly database: TestDatabase
  readonly gateways: ReadonlyMap<string, Gateway>
  readonly clock: { nowMs: number }
  readonly lives: RecordedLives
  readonly callbackSecret: string
  /** Rows of a statement run as superuser. */
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** A key of a new person with the roles, in one programme or in all. */
  keyFor(roles: readonly (Role | Grant)[], programme?: string | null): Promise<string>
  publish(programme: Programme): Promise<void>
  close(): Promise<void>
}

export interface RecordedLives {
  pokes: number
  readonly told: { programme: string; ref: string; messageId: string }[]
  /** What the next tellings answer. */
  answer: 'heard' | 'later'
  healthy: boolean
}

const CALLBACK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** Builds the API on real parts. `more` replaces dependencies, for tests about one of them. */
export async function buildTestApp(more: Partial<ApiDependencies> = {}): Promise<TestApi> {
  const database = await createDatabase()
  const sandbox = await startSandbox()
  const gateways = openGateways({
    sandbox: { baseUrl: sandbox.url, apiKey: 'test', callbackSecrets: [CALLBACK_SECRET] },
  })
  const store = openStore(database, gateways)
  const clock = { nowMs: Date.now() }
  const found = [...gateways.values()].flatMap(({ credentials }) => credentials)
  await store.gatewayCredentials.adopt(found, clock.nowMs)
  const lives: RecordedLives = { pokes: 0, told: [], answer: 'later', healthy: true }
  const app = await buildApp({ ...dependencies({ store, gateways, clock, lives }), ...more })
  return {
    app,
    store,
    database,
    gateways,
    clock,
    lives,
    callbackSecret: CALLBACK_SECRET,
    async rows<Row extends object>(text: string, values: readonly unknown[] = []) {
      return (await store.context.database.pool.query<Row>(text, [...values])).rows
    },
    keyFor: (roles, programme = null) => keyFor(store, roles, programme),
    publish: (programme) => publish(store, programme),
    async close() {
      await app.close()
      await store.close()
      await sandbox.close()
      await database.drop()
    },
  }
}

interface Parts {
  readonly store: Store
  readonly gateways: ReadonlyMap<string, Gateway>
  readonly clock: { readonly nowMs: number }
  readonly lives: RecordedLives
}

function dependencies({ store, gateways, clock, lives }: Parts): ApiDependencies {
  return {
    store,
    gateways,
    now: () => clock.nowMs,
    guards: async () => [],
    logger: false,
    bootId: randomUUID(),
    // Tests share a machine: a lagging loop is theirs, not a load.
    limits: { ...DEFAULT_LIMITS, eventLoopDelayMs: 60_000 },
    publicUrl: 'http://127.0.0.1:3000',
    version: '0.0.0-test',
    lives: {
      poke: () => void (lives.pokes += 1),
      async tellNow(programme, ref, messageId) {
        lives.told.push({ programme, ref, messageId })
        return lives.answer
      },
      describeUrl: (programme, ref) => `http://temporal.test/participant:${programme}:${ref}`,
      healthy: async () => lives.healthy,
    },
  }
}

async function startSandbox(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const app = await buildSandbox({
    journalPath: path.join(mkdtempSync(path.join(os.tmpdir(), 'lunas-sandbox-')), 'journal.jsonl'),
    apiKey: 'test',
    callbackSecret: CALLBACK_SECRET,
    callbackUrl: null,
    openingBalanceMinor: 100_000_000_000_000n,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => app.close() }
}

function openStore(database: TestDatabase, gateways: ReadonlyMap<string, Gateway>): Store {
  const ring = { current: 'dev-1', keys: { 'dev-1': Buffer.alloc(32, 1) } }
  const reaches = (code: string, institution: string): boolean =>
    gateways.get(code)?.capabilities.institutions.some((one) => one.code === institution) ?? false
  return createStore({
    url: database.app,
    name: 'test api',
    poolMax: 10,
    database: database.kept.app,
    keys: { vault: ring, identity: ring, account: ring },
    timingOf: (code) => {
      const gateway = gateways.get(code)
      if (!gateway) throw new Error(`gateway ${code} is not configured`)
      return waitsOf(gateway.capabilities)
    },
    route: (codes, institution) => codes.find((code) => reaches(code, institution)) ?? null,
    sendsWith: (code) => {
      const gateway = gateways.get(code)
      return (gateway && sendOf(gateway)?.fingerprint) ?? null
    },
    failuresOf: (code) => gateways.get(code)?.failures ?? null,
  })
}

async function keyFor(store: Store, roles: readonly (Role | Grant)[], programme: string | null): Promise<string> {
  const grants = roles.map((role) => (typeof role === 'string' ? { role, programme } : role))
  const person = `test-${randomBytes(6).toString('hex')}`
  const key = { person, kind: 'service' as const, label: 'test', grants, expiresAtMs: null }
  const { secret } = await inTransaction(store.context.database, (sql) =>
    createKey(sql, key, engineActor(), Date.now()),
  )
  return secret
}

async function publish(store: Store, programme: Programme): Promise<void> {
  await inTransaction(store.context.database, (sql) =>
    publishProgramme(sql, programme, Buffer.alloc(32), engineActor(), Date.now()),
  )
}

/** The demonstration programme, or a copy of it under another code. */
export function demoProgramme(code = 'demo'): Programme {
  return { ...structuredClone(shippedProgramme('demo')), code }
}

let people = 0

/** A person nobody has registered yet: woman from Bekasi, eligible for the demonstration programme. */
export function aRegistration(more: Partial<Registration> = {}): Registration {
  people += 1
  const serial = String(people).padStart(4, '0')
  return {
    nationalId: `327591410169${serial}`,
    name: 'Siti Rahmawati',
    birthDate: '1969-01-01',
    citizenship: 'ID',
    occupation: 'job-seeker',
    education: 'none',
    aid: [],
    declared: true,
    phone: `+628120000${serial}`,
    region: '3275',
    returnedMigrant: false,
    account: { kind: 'bank', institution: 'ID.BCA', number: `008245${serial}`, holder: 'Siti Rahmawati' },
    ...more,
  }
}

export interface Answered {
  readonly status: number
  readonly body: any
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** Sends a POST as JSON with a new Idempotency-Key, unless told otherwise. */
export async function post(
  app: FastifyInstance,
  url: string,
  key: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  return send(app, {
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${key}`, 'idempotency-key': randomUUID(), ...headers },
    ...(body === undefined ? {} : { payload: body as object }),
  })
}

export function get(app: FastifyInstance, url: string, key?: string): Promise<Answered> {
  return send(app, { method: 'GET', url, headers: key === undefined ? {} : { authorization: `Bearer ${key}` } })
}

export async function send(app: FastifyInstance, options: InjectOptions): Promise<Answered> {
  const response = await app.inject(options)
  const type = String(response.headers['content-type'] ?? '')
  const body: unknown = type.includes('json') ? response.json() : response.body
  return { status: response.statusCode, body, headers: response.headers as Record<string, string | undefined> }
}
