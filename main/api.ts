/** The API and a relay beside it, so that what is committed here is told within milliseconds. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import closeWithGrace from 'close-with-grace'
import { buildApp } from '../api/app.ts'
import { DEFAULT_LIMITS, type LivesView } from '../api/dependencies.ts'
import { participantWorkflowId } from '../domain/identity.ts'
import { PROJECT_ROOT } from '../local/project.ts'
import { untilTold } from '../local/told.ts'
import { tellNow } from '../temporal/ask.ts'
import { connectTemporal } from '../temporal/connect.ts'
import { startRelay } from '../temporal/relay.ts'
import { composeEngine } from './compose.ts'
import { beginCredentials } from './credentials.ts'
import { redLines, refuseUnguarded } from './guarded.ts'
import { listenOrEnd } from './listen.ts'
import { orEnd, settingsOf } from './settings.ts'
import { temporalOptions } from './temporal.ts'

/** Load balancers ask for readiness every second or two. */
const DRAIN_MS = 3_000
const FORGET_MS = 60_000
const FORGET_ROWS = 20_000

const config = settingsOf('temporalAddress')
const engine = orEnd(() => composeEngine(config, 'lunas api', 20))
const { store, gateways, pass } = engine
const temporal = connectTemporal(orEnd(() => temporalOptions(config, config.temporalAddress)))
const lives: LivesView = {
  poke: () => relay.poke(),
  tellNow: (programme, ref, messageId) => tellNow(temporal, store.messages, { programme, ref, messageId }),
  describeUrl: (programme, ref) => {
    const base = config.temporalUiUrl ?? `http://${config.temporalAddress}`
    const id = encodeURIComponent(participantWorkflowId(programme, ref))
    return `${base}/namespaces/${config.temporalNamespace}/workflows/${id}`
  },
  healthy: () => temporal.healthy(),
}

const app = await buildApp({
  store,
  gateways,
  lives,
  now: () => Date.now(),
  guards: () => redLines(store),
  logger: { level: config.logLevel },
  bootId: randomUUID(),
  limits: { ...DEFAULT_LIMITS, drainMs: config.mode === 'production' ? DRAIN_MS : 0 },
  publicUrl: config.publicUrl,
  trustedProxies: config.trustedProxies,
  version: versionOf(),
})

// Built while the database is brought up, and of no use to anybody before that.
await untilTold()
await refuseUnguarded(engine)
const refusals = await beginCredentials(engine, config, Date.now())

const relay = startRelay({
  temporal,
  messages: store.messages,
  concurrency: 32,
  ratePerSecond: config.relayRate,
  eventsMax: config.lifeEventsMax,
  sweeps: false,
  pass,
  report: (event) => {
    if (event.kind === 'fault') app.log.error({ err: event.error }, 'relay fault')
    else if (event.kind === 'unreachable') app.log.error({ relay: event }, 'lives cannot be told')
    else if (event.kind !== 'delivered') app.log.warn({ relay: event }, 'relay')
  },
})

for (const refusal of refusals) app.log.error({ refusal }, 'a credential is not in force')

const tidying = setInterval(() => void tidy(), FORGET_MS)

const grace = closeWithGrace({ delay: 20_000 }, async ({ err }) => {
  if (err) app.log.error({ err }, 'stopping on a fault')
  clearInterval(tidying)
  await app.close()
  await relay.stop()
  await temporal.close()
  await store.close()
})
// Nobody is left to stop it when its parent has died.
process.once('disconnect', () => grace.close())

await listenOrEnd(app, config.host, config.port, 'LUNAS_PORT')
process.send?.('ready')

/** Stored answers are kept for two days, older ones go in small steps that no request feels; proposals end by their date. */
async function tidy(): Promise<void> {
  await store.desk
    .forgetAnswers(FORGET_ROWS)
    .catch((error: unknown) => app.log.warn({ err: error }, 'answers are kept'))
  await store.proposals
    .expire(Date.now())
    .catch((error: unknown) => app.log.warn({ err: error }, 'proposals that have run out stay open'))
}

function versionOf(): string {
  const file = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string }
  return file.version
}
