/** The worker: lives and their local steps, the calls to every gateway, and a relay. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { activityInfo, heartbeat } from '@temporalio/activity'
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker'
import closeWithGrace from 'close-with-grace'
import { createLifeActivities } from '../activities/lives.ts'
import { createPaymentActivities } from '../activities/payments.ts'
import { createReconciliationActivities } from '../activities/reconciliation.ts'
import { createRunActivities } from '../activities/runs.ts'
import { untilTold } from '../local/told.ts'
import { prepareServer } from '../temporal/attributes.ts'
import { connectTemporal } from '../temporal/connect.ts'
import { startRelay, type RelayEvent } from '../temporal/relay.ts'
import { gatewayQueue, LIVES_QUEUE } from '../workflows/messages.ts'
import { bundleWorkflows } from './bundle.ts'
import { composeEngine } from './compose.ts'
import { beginCredentials, resumeWaiting } from './credentials.ts'
import { refuseUnguarded } from './guarded.ts'
import { stopWhereOlder } from './restored.ts'
import { startSchedules } from './schedules.ts'
import { orEnd, settingsOf } from './settings.ts'
import { temporalOptions } from './temporal.ts'
import { startWatch } from './watch.ts'
import { startYears } from './years.ts'

/** Less than a local step may take, so that the step fails by itself and gives its slot back. */
const QUERY_TIMEOUT_MS = 2500

const config = settingsOf('temporalAddress')
Runtime.install({ logger: new DefaultLogger('WARN', (entry) => report(entry.level, entry.message, entry.meta?.error)) })

const now = (): number => Date.now()
const engine = orEnd(() => composeEngine(config, 'lunas worker', 20, QUERY_TIMEOUT_MS))
const { store, gateways, pass } = engine
await untilTold()
await refuseUnguarded(engine)
for (const refusal of await beginCredentials(engine, config, now())) report('ERROR', refusal)
await resumeWaiting(engine)
// Before anything can be sent: whoever restored this database may not have said so.
const older = await stopWhereOlder(engine, config)
if (older !== null) report('ERROR', `everything is frozen, for the database was restored: ${older}`)
const reaching = orEnd(() => temporalOptions(config, config.temporalAddress))
const temporal = connectTemporal(reaching)
await orExplain(prepareServer(temporal))
const connection = await orExplain(NativeConnection.connect(reaching))
const shared: Pick<
  WorkerOptions,
  'connection' | 'namespace' | 'maxHeartbeatThrottleInterval' | 'shutdownGraceTime' | 'shutdownForceTime'
> = {
  connection,
  // Otherwise a step says that it is at work when four fifths of the time to say so have passed, which a busy machine misses.
  maxHeartbeatThrottleInterval: '4s',
  namespace: config.temporalNamespace,
  shutdownGraceTime: '20s',
  shutdownForceTime: '30s',
}

const workers = [
  await Worker.create({
    ...shared,
    workflowBundle: await workflowBundle(),
    taskQueue: LIVES_QUEUE,
    activities: {
      ...createLifeActivities({ store, pass, attempt: () => activityInfo().attempt }),
      ...createRunActivities({ store, gateways, beat: heartbeat, pass }),
    },
    maxCachedWorkflows: 2000,
    // A life whose database hangs waits in its task: that must not keep the others from theirs.
    maxConcurrentWorkflowTaskExecutions: 1000,
    maxConcurrentLocalActivityExecutions: 1000,
    // A worker that was killed holds its lives' tasks this long before another takes them over.
    stickyQueueScheduleToStartTimeout: '5s',
  }),
]
const payments = createPaymentActivities({ store, gateways, now, pass })
const reconciliation = createReconciliationActivities({ store, gateways, now, beat: heartbeat, pass })
for (const gateway of gateways.values()) {
  workers.push(
    await Worker.create({
      ...shared,
      taskQueue: gatewayQueue(gateway.code),
      activities: { ...payments, ...reconciliation },
      maxTaskQueueActivitiesPerSecond: gateway.capabilities.ratePerSecond,
    }),
  )
}

const relay = startRelay({
  temporal,
  messages: store.messages,
  concurrency: 32,
  ratePerSecond: config.relayRate,
  eventsMax: config.lifeEventsMax,
  sweeps: true,
  pass,
  report: relayed,
})
const watch = startWatch(store, gateways, report)
const schedules = startSchedules({ store, gateways, temporal, report })
const years = startYears(store, report)
const running = Promise.all(workers.map((worker) => worker.run()))

const grace = closeWithGrace({ delay: 30_000 }, async ({ err }) => {
  if (err) report('ERROR', err.stack ?? err.message)
  await relay.stop()
  await watch.stop()
  await schedules.stop()
  await years.stop()
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
  await running.catch(() => undefined)
  await temporal.close()
  await connection.close()
  await store.close()
})
// Nobody is left to stop it when its parent has died.
process.once('disconnect', () => grace.close())
// A worker that stops by itself must not leave the others behind half alive.
running.catch((error: unknown) => {
  report('ERROR', error instanceof Error ? error.message : 'a worker stopped')
  process.exit(1)
})
process.send?.('ready')

/** The bundle lies beside compiled code; where the sources are run it is made of them at start. */
async function workflowBundle(): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  const bundle = path.join(import.meta.dirname, '../workflow-bundle.js')
  if (existsSync(bundle)) return { codePath: bundle }
  return bundleWorkflows(path.join(import.meta.dirname, '../workflows/index.ts'))
}

/** Nothing can be done without the server: the process ends, and whoever keeps it up starts it again. */
async function orExplain<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no answer'
    process.stderr.write(`Temporal at ${reaching.address} cannot be used: ${why}\n`)
    process.exit(1)
  }
}

function relayed(event: RelayEvent): void {
  if (event.kind === 'delivered') return
  if (event.kind === 'fault') report('ERROR', event.error instanceof Error ? event.error.message : 'relay fault')
  else report(event.kind === 'unreachable' ? 'ERROR' : 'WARN', `relay ${event.kind} ${JSON.stringify(event)}`)
}

function report(level: string, message: string, error?: unknown): void {
  const cause = error instanceof Error ? error.message : undefined
  process.stderr.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), process: 'worker', message, cause })}\n`,
  )
}
