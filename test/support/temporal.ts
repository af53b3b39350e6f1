/**
 * Whole lives: the real store, the real sandbox over HTTP with its callbacks, the real workflows and activities, and a Temporal
 * server, either one that skips time or the dev server. Only the clock is the test's.
 */
import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { activityInfo, heartbeat } from '@temporalio/activity'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import fastify from 'fastify'
import { createLifeActivities } from '../../activities/lives.ts'
import { createPaymentActivities } from '../../activities/payments.ts'
import { createReconciliationActivities } from '../../activities/reconciliation.ts'
import { createRunActivities } from '../../activities/runs.ts'
import type { Programme } from '../../domain/programme.ts'
import { participantWorkflowId } from '../../domain/identity.ts'
import { waitsOf, type Gateway, type GatewayTiming } from '../../gateways/gateway.ts'
import { createSandboxGateway } from '../../gateways/sandbox/gateway.ts'
import { freePort } from '../../local/ports.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { startTemporal } from '../../local/temporal.ts'
import { findTemporalCli, findTestServer } from '../../local/temporal-programs.ts'
import type { Entry } from '../../sandbox/entries.ts'
import { buildSandbox } from '../../sandbox/server.ts'
import { bundleWorkflows } from '../../main/bundle.ts'
import { connectTemporal, type Temporal } from '../../temporal/connect.ts'
import { startRelay, type Relay, type RelayEvent } from '../../temporal/relay.ts'
import { gatewayQueue, LIVES_QUEUE } from '../../workflows/messages.ts'
import { API_KEY, CALLBACK_SECRET, callSandbox, openedAt, STATEMENTS_KEY } from '../sandbox/stage.ts'
import type { TestDatabase } from './cluster.ts'
import { openWorld, type World } from './world.ts'

export interface Scene extends World {
  /** host:port of the Temporal server */
  readonly address: string
  readonly sandboxUrl: string
  readonly temporal: Temporal
  readonly gateway: Gateway
  readonly relayed: readonly RelayEvent[]
  /** Business time: the server's, which a test may have skipped ahead. */
  now(): Promise<number>
  /** Lets business time pass, and what falls due meanwhile happen. */
  pass(ms: number): Promise<void>
  /** Tells the lives what is pending, and waits until nobody has anything to do but wait. */
  settle(): Promise<void>
  journal(): Promise<readonly Entry[]>
  topUp(amount: bigint): Promise<void>
  /** The provider closes its day, or corrects it. */
  day(act: 'close' | 'correct', day: string): Promise<void>
  /** The provider returns a payout that it had paid. */
  giveBack(gatewayId: string): Promise<void>
  result(ref: string): Promise<unknown>
  /** Nobody tells the lives anything, but a relay of the test's own. */
  stopRelay(): Promise<void>
  startRelay(): void
  stopWorkers(): Promise<void>
  startWorkers(): Promise<void>
  close(): Promise<void>
}

export interface SceneOptions {
  readonly database?: TestDatabase
  readonly programme?: Programme
  readonly timing?: Partial<GatewayTiming>
  /** History events after which a life continues as new; 0 leaves it to the server. */
  readonly eventsMax?: number
  readonly server?: 'skipping' | 'real'
  readonly openingBalance?: bigint
  /** What time it is at the provider when it opens; that of this machine when absent. Milliseconds since the epoch. */
  readonly startsAtMs?: number
  /** Provider's seconds are multiplied with this. */
  readonly timeFactor?: number
  readonly activities?: (all: ReturnType<typeof createPaymentActivities>) => ReturnType<typeof createPaymentActivities>
}

/** Months pass in seconds here, so the provider must be quick too. */
const TIME_FACTOR = 0.01

let bundle: Awaited<ReturnType<typeof bundleWorkflows>> | undefined

interface Server {
  readonly address: string
  readonly now: () => Promise<number>
  readonly pass: (ms: number) => Promise<void>
  readonly nowInActivity: () => number
  readonly stop: () => Promise<void>
}

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  quiet()
  bundle ??= await bundleWorkflows(path.join(PROJECT_ROOT, 'workflows/index.ts'))
  const folder = await mkdtemp(path.join(tmpdir(), 'lunas-scene-'))
  const server = await (options.server === 'real' ? startReal(folder) : startSkipping())
  const mouth = await openCallbackMouth()
  const journalPath = path.join(folder, 'journal.jsonl')
  const openingBalanceMinor = options.openingBalance ?? 1_000_000_000_000n
  if (options.startsAtMs !== undefined) await openedAt(journalPath, options.startsAtMs, openingBalanceMinor)
  const sandbox = await buildSandbox({
    journalPath,
    apiKey: API_KEY,
    statementsKey: STATEMENTS_KEY,
    callbackSecret: CALLBACK_SECRET,
    callbackUrl: mouth.url,
    timeFactor: options.timeFactor ?? TIME_FACTOR,
    openingBalanceMinor,
  })
  const url = await sandbox.listen({ host: '127.0.0.1', port: 0 })
  const timing = { submitTimeoutMs: 500, ...options.timing }
  const gateway = createSandboxGateway({ baseUrl: url, apiKey: API_KEY, callbackSecrets: [CALLBACK_SECRET], timing })
  const world = await openWorld({
    ...(options.programme ? { programme: options.programme } : {}),
    ...(options.database ? { database: options.database } : {}),
    timing: waitsOf(gateway.capabilities),
    credentials: gateway.credentials,
    institutions: gateway.capabilities.institutions.map(({ code }) => code),
  })
  const temporal = connectTemporal({ address: server.address, namespace: 'default' })
  const relayed: RelayEvent[] = []
  const relaying = (): Relay =>
    startRelay({
      temporal,
      messages: world.store.messages,
      concurrency: 8,
      ratePerSecond: 0,
      eventsMax: options.eventsMax ?? 0,
      sweeps: false,
      report: (event) => relayed.push(event),
    })
  let relay = relaying()
  mouth.hear(async (callback) => {
    const result = gateway.receive({ ...callback, receivedAtMs: Date.now() })
    if (result.kind !== 'event') return
    const { eventId, reference, observation, trusted, credentials } = result
    const receivedAtMs = await server.now()
    const received = {
      gateway: gateway.code,
      eventId,
      reference,
      observation,
      trusted,
      credentials,
      body: callback.body,
      receivedAtMs,
    }
    await world.store.desk.receiveCallbacks([received])
    relay.poke()
  })
  const crew = createCrew({ world, gateway, server, options })
  await crew.start()
  const settle = async (): Promise<void> => {
    relay.poke()
    await untilTrue(async () => (await world.count(PENDING)) === 0)
    await untilTrue(async () => (await world.count(SENDING)) === 0)
  }
  const scene: Scene = {
    ...world,
    address: server.address,
    sandboxUrl: url,
    temporal,
    gateway,
    relayed,
    now: server.now,
    settle,
    async pass(ms) {
      await settle()
      await server.pass(ms)
      await settle()
    },
    async journal() {
      const { json } = await callSandbox(url, 'GET', '/journal?limit=10000')
      return (json as { entries: readonly Entry[] }).entries
    },
    async topUp(amount) {
      await callSandbox(url, 'POST', '/admin/top-up', { amount: amount.toString() })
    },
    async day(act, day) {
      await callSandbox(url, 'POST', `/admin/days/${act}`, { day })
    },
    async giveBack(gatewayId) {
      await callSandbox(url, 'POST', `/admin/payouts/${gatewayId}/return`)
    },
    result: (ref) => temporal.client.workflow.getHandle(participantWorkflowId(world.programme.code, ref)).result(),
    stopRelay: () => relay.stop(),
    startRelay: () => void (relay = relaying()),
    stopWorkers: crew.stop,
    startWorkers: crew.start,
    async close() {
      await relay.stop()
      await crew.stop()
      await temporal.close()
      await sandbox.close()
      await mouth.close()
      await world.close()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return scene
}

const PENDING = `SELECT FROM message WHERE state = 'pending' AND deliver_after <= now()`
const SENDING = `SELECT FROM payout y JOIN send s ON s.payout = y.key WHERE s.ended_at IS NULL`

let isQuiet = false
/** Workers tell on every polled queue when a server goes away; tests end servers all the time. */
export function quiet(): void {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' })
  if (!isQuiet) Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } })
  isQuiet = true
}

async function startSkipping(): Promise<Server> {
  const program = await findTestServer({ configured: null })
  const server = { executable: { type: 'existing-path', path: program } } as const
  const environment = await TestWorkflowEnvironment.createTimeSkipping({ server })
  return {
    address: environment.address,
    now: () => environment.currentTimeMs(),
    pass: (ms) => environment.sleep(ms),
    nowInActivity: () => activityInfo().currentAttemptScheduledTimestampMs,
    stop: () => environment.teardown(),
  }
}

async function startReal(folder: string): Promise<Server> {
  const program = await findTemporalCli({ configured: null })
  mkdirSync(path.join(folder, 'logs'), { recursive: true })
  // Not the usual ports: several test files start a server at the same time.
  const server = await startTemporal({ program, home: folder, port: await freePort(), uiPort: await freePort() })
  return {
    address: server.address,
    now: () => Promise.resolve(Date.now()),
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    nowInActivity: () => Date.now(),
    stop: () => server.stop(),
  }
}

interface CrewParts {
  readonly world: World
  readonly gateway: Gateway
  readonly server: Server
  readonly options: SceneOptions
}

/** The workers, which a test may stop and start again. */
function createCrew({ world, gateway, server, options }: CrewParts) {
  const { store } = world
  const gateways = new Map([[gateway.code, gateway]])
  const now = server.nowInActivity
  const payments = createPaymentActivities({ store, gateways, now })
  const reconciliation = createReconciliationActivities({ store, gateways, now, beat: heartbeat })
  const activities = { ...(options.activities?.(payments) ?? payments), ...reconciliation }
  let running: { stop(): Promise<void> } | undefined
  const start = async (): Promise<void> => {
    if (!bundle) throw new Error('the bundle is built first')
    const connection = await NativeConnection.connect({ address: server.address })
    const shared = { connection, namespace: 'default', shutdownGraceTime: 0, shutdownForceTime: '2s' } as const
    const workers = [
      await Worker.create({
        ...shared,
        workflowBundle: bundle,
        taskQueue: LIVES_QUEUE,
        activities: {
          ...createLifeActivities({ store, attempt: () => activityInfo().attempt }),
          ...createRunActivities({ store, gateways, beat: heartbeat }),
        },
      }),
      await Worker.create({ ...shared, taskQueue: gatewayQueue(gateway.code), activities }),
    ]
    const runs = workers.map((worker) => worker.run())
    running = {
      async stop() {
        for (const worker of workers) worker.shutdown()
        await Promise.allSettled(runs)
        await connection.close()
      },
    }
  }
  const stop = async (): Promise<void> => {
    await running?.stop()
    running = undefined
  }
  return { start, stop }
}

interface HeardCallback {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/** Somebody who hears callbacks, on a free port. */
async function openCallbackMouth() {
  let listener: (callback: HeardCallback) => Promise<void> = () => Promise.resolve()
  const app = fastify({ forceCloseConnections: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post('/callbacks', async (request, reply) => {
    await listener({ headers: request.headers as HeardCallback['headers'], body: request.body as Buffer })
    return reply.code(204).send()
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/callbacks`,
    hear(next: typeof listener) {
      listener = next
    },
    close: () => app.close(),
  }
}

/** Polls until it is so, at most twenty seconds. */
export async function untilTrue(look: () => Promise<boolean>, forMs = 20_000): Promise<void> {
  const end = Date.now() + forMs
  while (!(await look())) {
    if (Date.now() > end) throw new Error('it did not happen in time')
    await new Promise((turn) => setTimeout(turn, 10))
  }
}
