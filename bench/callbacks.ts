/**
 * What gateways tell, taken in: signature, schema, inbox, repeats, transition, postings and message, one in ten told twice. Against
 * a route that only validates, against the same intake with a transaction for each, and against the bare inserts of the same rows
 * behind the same route, which tell how much of the way PostgreSQL alone takes.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Webhook } from 'standardwebhooks'
import { loadConfig } from '../config.ts'
import { makeScript } from '../local/script.ts'
import { startStack } from '../local/stack.ts'
import { openBulk } from '../store/bulk.ts'
import { postAll, type Post } from './http-load.ts'
import { bareInsert, bareRows, layBareTables, TAKEN_IN, withClient, type BareRows } from './bare-rows.ts'
import { atRest, cpuSeconds, perUnitMs, rounded, spreadOf } from './measure.ts'
import { PAYOUT_AMOUNT, payoutOf, plantPayouts, plantProgramme } from './payouts.ts'
import type { BenchResult } from './report.ts'

/** As it is; each callback in a transaction of its own; the bare rows alone; nothing behind signature and schema. */
export type Arm = 'whole' | 'single' | 'stored' | 'validated'
type Urls = Readonly<Record<Arm, string>>

export interface CallbackBench {
  readonly rounds: number
  /** Payouts told of by each arm in a round; the arm of single transactions is told of a quarter. */
  readonly count: number
  readonly say: (line: string) => void
}

const CONNECTIONS = 64
const SINGLE_SHARE = 4
const REPEATED_EVERY = 10
/** A repeat comes this many events later. */
const REPEATED_AFTER = 50

/** Callbacks a second through the whole intake, as a share of a route that only validates. */
export async function benchCallbacks({ rounds, count, say }: CallbackBench): Promise<BenchResult> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-bench-'))
  const config = { ...loadConfig(), dataDir: home, logLevel: 'warn', sandboxJournal: path.join(home, 'sandbox.jsonl') }
  // Compiled, as an API is: what tsx adds to every function is nobody's work.
  const program = await makeScript('bench/callback-server', path.join(home, 'code'))
  const stack = await startStack({ config, children: ['sandbox'] })
  const env = stack.environmentOf('api')
  const server = fork(program, { env, execArgv: [] })
  try {
    const [urls] = (await once(server, 'message')) as [Urls]
    const superUrl = stack.postgres?.superUrl ?? ''
    const signer = new Webhook(env['SANDBOX_CALLBACK_SECRET'] ?? '')
    const pids = { api: server.pid ?? 0, postgres: stack.pidOf('postgres') }
    await plantProgramme(superUrl, 10n ** 16n)
    await withClient(superUrl, (client) => layBareTables(client, TAKEN_IN))
    const measured: Round[] = []
    for (let round = 0; round <= rounds; round += 1) {
      const range = { first: round * count * 2, count }
      const result = await oneRound({ urls, server, superUrl, signer, pids }, range)
      // The first round warms all arms and counts for nothing.
      if (round === 0) continue
      say(`round ${round}: ${JSON.stringify(result)}`)
      measured.push(result)
    }
    const ratios = spreadOf(measured.map(({ ratio }) => ratio))
    const ofSingle = spreadOf(measured.map((one) => one.ofSingle))
    const target = 'at least 0.45 of a route that only validates, at least 2.5 times a transaction for each'
    const storedRatios = spreadOf(measured.map(({ storedRatio }) => storedRatio))
    return {
      bench: 'callbacks',
      ratio: rounded(ratios.median),
      target,
      ratios,
      ofSingle,
      storedRatios,
      rounds: measured,
    }
  } finally {
    server.disconnect()
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

interface Round {
  /** Callbacks a second, repeats included. */
  readonly whole: number
  readonly single: number
  readonly stored: number
  readonly validated: number
  readonly ratio: number
  readonly ofSingle: number
  /** The bare inserts as a share of the route that only validates: no intake that writes these rows comes nearer. */
  readonly storedRatio: number
  /** Processor time that a callback of an arm takes, by process, in milliseconds: who does the work, where fewer cores than processes share it. */
  readonly cpuMs: Readonly<Record<Arm, Readonly<Record<string, number>>>>
}

interface Bench {
  readonly urls: Urls
  readonly server: ChildProcess
  readonly superUrl: string
  readonly signer: Webhook
  /** The API, which holds all arms, and PostgreSQL. */
  readonly pids: Readonly<Record<string, number>>
}

type Range = { readonly first: number; readonly count: number }

async function oneRound(bench: Bench, range: Range): Promise<Round> {
  const alone = { first: range.first + range.count, count: Math.floor(range.count / SINGLE_SHARE) }
  await plantPayouts(bench.superUrl, range)
  await plantPayouts(bench.superUrl, alone)
  const validated = await told(bench, 'validated', range)
  const whole = await told(bench, 'whole', range)
  const single = await told(bench, 'single', alone)
  await sendBareRows(bench, range)
  const stored = await told(bench, 'stored', range)
  await requireStored(bench.superUrl, range)
  await requireCredited(bench.superUrl, range.count + alone.count, range.first)
  return {
    whole: whole.rate,
    single: single.rate,
    stored: stored.rate,
    validated: validated.rate,
    ratio: rounded(whole.rate / validated.rate),
    ofSingle: rounded(whole.rate / single.rate),
    storedRatio: rounded(stored.rate / validated.rate),
    cpuMs: { whole: whole.cpuMs, single: single.cpuMs, stored: stored.cpuMs, validated: validated.cpuMs },
  }
}

/** Hands the rows that the whole intake has written to the arm that writes them bare. */
async function sendBareRows({ server, superUrl }: Bench, range: Range): Promise<void> {
  const found = await withClient(superUrl, (client) => bareRows(client, range, TAKEN_IN))
  const rows = Array.from({ length: range.count }, (_, n) => {
    const { key, reference } = payoutOf(range.first + n)
    return [reference, found.get(key) ?? []] as const
  })
  server.send({ superUrl, insert: bareInsert(TAKEN_IN), rows } satisfies BareRows)
  await once(server, 'message')
}

interface Told {
  readonly rate: number
  readonly cpuMs: Readonly<Record<string, number>>
}

async function told({ urls, pids, signer }: Bench, arm: Arm, range: Range): Promise<Told> {
  const posts = events(signer, range)
  const url = `${urls[arm]}/v1/gateways/sandbox/callbacks`
  await atRest(pids)
  const before = cpuSeconds(pids)
  const { seconds, byStatus } = await postAll({ url, connections: CONNECTIONS }, posts)
  const cpuMs = perUnitMs(before, cpuSeconds(pids), posts.length)
  if (byStatus[200] !== posts.length) throw new Error(`${arm}: answered with ${JSON.stringify(byStatus)}`)
  return { rate: rounded(posts.length / seconds), cpuMs }
}

/** One event a payout, one in ten again a little later with the same id. */
function events(signer: Webhook, { first, count }: Range): Post[] {
  const once = Array.from({ length: count }, (_, n) => event(signer, first + n))
  return once.flatMap((post, n) => {
    const again = once[n - REPEATED_AFTER]
    return (n - REPEATED_AFTER) % REPEATED_EVERY === 0 && again ? [post, again] : [post]
  })
}

function event(signer: Webhook, n: number): Post {
  const { ref, reference } = payoutOf(n)
  const at = new Date()
  const id = `evt_${ref}`
  const data = {
    id: `po_${ref}`,
    reference,
    amount: PAYOUT_AMOUNT.toString(),
    currency: 'IDR',
    status: 'SUCCEEDED',
    failureCode: null,
    updatedAt: at.toISOString(),
  }
  const body = JSON.stringify({ type: 'payout.succeeded', data })
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signer.sign(id, at, body),
  }
  return { body, headers }
}

async function requireCredited(superUrl: string, count: number, first: number): Promise<void> {
  const refs = Array.from({ length: count }, (_, n) => payoutOf(first + n).ref)
  await openBulk(superUrl, 'bench').transaction(async (sql) => {
    const { rows } = await sql.query<{ paid: bigint; posted: bigint }>(
      `SELECT (SELECT count(*) FROM disbursement WHERE ref = ANY ($1) AND state = 'paid') AS paid,
              (SELECT count(*) FROM (SELECT subject FROM posting WHERE ref = ANY ($1) AND event = 'paid' GROUP BY subject
                                     HAVING count(*) = count(DISTINCT line)) p) AS posted`,
      [refs],
    )
    const [{ paid, posted } = { paid: 0n, posted: 0n }] = rows
    if (Number(paid) !== count || Number(posted) !== count) {
      throw new Error(`${count} were told as paid: ${paid} are, ${posted} are posted once`)
    }
  })
}

/** Each callback has its rows once among the bare ones, its two lines of the ledger with it. */
async function requireStored(superUrl: string, { first, count }: Range): Promise<void> {
  const keys = Array.from({ length: count }, (_, n) => payoutOf(first + n).key)
  const { rows } = await withClient(superUrl, (client) =>
    client.query<{ told: string; same: boolean }>(
      `SELECT (SELECT count(*) FROM bare_callback WHERE payout = ANY ($1))::text AS told,
              (SELECT count(*) FROM bare_posting WHERE subject = ANY ($1)) = (SELECT count(*) FROM posting WHERE subject = ANY ($1)) AS same`,
      [keys],
    ),
  )
  if (rows[0]?.told !== String(count) || !rows[0].same)
    throw new Error(`the bare rows of ${count} are not what was sent`)
}
