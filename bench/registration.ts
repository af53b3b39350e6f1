/** Registrations accepted a second, against a bare loop of Temporal client starts on the same server; then how the backlog drains. */
import { randomUUID } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { benchPerson } from './people.ts'
import { postAll } from './http-load.ts'
import { cpuSeconds, perUnitMs, rounded, spreadOf } from './measure.ts'
import { benchProgramme, DEADLINE_MS, DUE_MS } from './programme.ts'
import type { BenchResult } from './report.ts'
import { openStand, type Stand } from './stand.ts'
import { TWIN_QUEUE, type TwinInput } from './twin/messages.ts'
import { startTwinWorker } from './twin/start.ts'

export interface RegistrationOptions {
  readonly rounds: number
  readonly count: number
  readonly say: (line: string) => void
}

const CONNECTIONS = 64
/** Client starts are slow: a share of the registrations is enough to know their rate. */
const STARTS_SHARE = 10
const LISTED_PATIENCE_MS = 10_000
const DRAIN_PATIENCE_MS = 600_000

/** Registrations a second at 64 connections, as a multiple of bare starts a second at 64 in flight. */
export async function benchRegistration(options: RegistrationOptions): Promise<BenchResult> {
  const programme = benchProgramme()
  const stand = await openStand(programme)
  try {
    const worker = await startTwinWorker(stand.home, stand.stack.environmentOf('worker'))
    const connection = await Connection.connect({ address: stand.stack.temporalAddress })
    const client = new Client({ connection, namespace: stand.config.temporalNamespace })
    const rounds: object[] = []
    let accepted = 0
    const ratios: number[] = []
    for (let round = 0; round <= options.rounds; round += 1) {
      const count = round === 0 ? 500 : options.count
      const starts = await bareStarts(client, round, Math.max(100, count / STARTS_SHARE))
      const arm = await registrations(stand, round, count)
      const drain = await drained(stand)
      accepted += arm.accepted
      if (round === 0) continue
      const ratio = rounded(arm.rate / starts)
      ratios.push(ratio)
      rounds.push({ accepted: arm.rate, starts, ratio, refused: arm.refused, cpuMs: arm.cpuMs, ...drain })
      options.say(
        `round ${round}: ${arm.rate} registrations/s, ${starts} starts/s, ratio ${ratio}, drain ${drain.drainRate}/s`,
      )
    }
    await worker.stop()
    const all = await kept(stand, client, accepted)
    await connection.close()
    const spread = spreadOf(ratios)
    const target = 'at least 8 times a bare loop of client starts; nothing lost'
    return {
      bench: 'registration',
      ratio: spread.median,
      target,
      ratios: spread,
      rounds,
      ...all,
    }
  } finally {
    await stand.stop()
  }
}

async function bareStarts(client: Client, series: number, count: number): Promise<number> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let n = next; n < count; n = next) {
      next += 1
      const workflowId = `bare-${series}-${n}`
      const input: TwinInput = { ref: workflowId, dueMs: DUE_MS, deadlineMs: DEADLINE_MS }
      await client.workflow.start('bareLife', { workflowId, taskQueue: TWIN_QUEUE, args: [input] })
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  return rounded(count / ((performance.now() - began) / 1000))
}

async function registrations(stand: Stand, series: number, count: number) {
  const { stack, access } = stand
  const posts = Array.from({ length: count }, (_, n) => ({
    body: JSON.stringify(benchPerson(series, n)),
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${access.registrar}`,
      'idempotency-key': randomUUID(),
    },
  }))
  const pids = {
    api: stack.pidOf('api'),
    worker: stack.pidOf('worker'),
    postgres: stack.pidOf('postgres'),
    temporal: stack.pidOf('temporal'),
  }
  const before = cpuSeconds(pids)
  const url = `${stack.apiUrl}/v1/programmes/bench/participants`
  const { seconds, byStatus } = await postAll({ url, connections: CONNECTIONS }, posts)
  const accepted = byStatus[201] ?? 0
  return {
    accepted,
    rate: rounded(accepted / seconds),
    refused: count - accepted,
    cpuMs: perUnitMs(before, cpuSeconds(pids), count),
  }
}

/** Waits until no message is pending and every life has been screened; says how fast that went. */
async function drained(stand: Stand) {
  const { pool } = stand.store.context.database
  const left = async (): Promise<number> => {
    const { rows } = await pool.query<{ left: number }>(
      `SELECT count(*)::int AS left FROM participant WHERE stage = 'screening'`,
    )
    return rows[0]?.left ?? 0
  }
  const backlog = await left()
  const began = performance.now()
  while ((await left()) > 0) {
    if (performance.now() - began > DRAIN_PATIENCE_MS) throw new Error('the backlog does not drain')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const seconds = (performance.now() - began) / 1000
  return { backlog, drainSeconds: rounded(seconds), drainRate: backlog === 0 ? null : rounded(backlog / seconds) }
}

interface Kept {
  readonly acceptedInAll: number
  readonly registered: number
  readonly started: number
  /** Registrations that were answered with 201 and are not in the table, not screened, or have no workflow: must be none. */
  readonly lost: number
}

/** Compares what clients were told with the table and with the workflows the server has started. */
async function kept(stand: Stand, client: Client, accepted: number): Promise<Kept> {
  const { rows } = await stand.store.context.database.pool.query<{ registered: number; screened: number }>(
    `SELECT count(*)::int AS registered,
            count(*) FILTER (WHERE stage <> 'screening' AND EXISTS (
              SELECT FROM check_result c WHERE (c.programme, c.ref) = (p.programme, p.ref)))::int AS screened
       FROM participant p WHERE programme = 'bench'`,
  )
  const { registered = 0, screened = 0 } = rows[0] ?? {}
  const started = await startedLives(client, accepted)
  return {
    acceptedInAll: accepted,
    registered,
    started,
    lost: accepted - Math.min(accepted, registered, screened, started),
  }
}

/** The server lists what it has started a little later than it starts it. */
async function startedLives(client: Client, wanted: number): Promise<number> {
  const query = `WorkflowId STARTS_WITH 'participant:bench:'`
  for (const until = performance.now() + LISTED_PATIENCE_MS; ;) {
    const { count } = await client.workflow.count(query)
    if (count >= wanted || performance.now() > until) return count
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
