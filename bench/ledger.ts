/**
 * What becomes of payouts, written: the transition, its postings, audit row and message. Many callers whose facts share commits,
 * against the same transactions one by one, and against the bare inserts of the same rows. Then commitments against one limit.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { GATHERING } from '../api/context.ts'
import { coalesce } from '../api/plugins/coalesce.ts'
import { loadConfig } from '../config.ts'
import { engineActor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { entitlementTotal } from '../domain/programme.ts'
import { startStack } from '../local/stack.ts'
import { composeEngine } from '../main/compose.ts'
import type { Store } from '../store/index.ts'
import type { ObservationItem } from '../store/observation-item.ts'
import {
  APPENDED,
  bareInsert,
  bareRows,
  batchOf,
  layBareTables,
  withClient,
  WRITTEN,
  type Written,
} from './bare-rows.ts'
import { rounded, spreadOf } from './measure.ts'
import { PAYOUT_AMOUNT, payoutOf, plantPayouts, plantProgramme, plantWaiting } from './payouts.ts'
import { benchProgramme } from './programme.ts'
import type { BenchResult } from './report.ts'

export interface LedgerBench {
  readonly rounds: number
  /** Payouts of each arm in a round; the one-by-one arm does a tenth. */
  readonly count: number
  readonly say: (line: string) => void
}

const CALLERS = 200
const ONE_BY_ONE_SHARE = 10
const RAW_BATCH = 100
const COMMITMENTS = 1000
const POOL = 20
/** As the API gathers callbacks. */
const GATHERED = { ...GATHERING, waitingMax: 10_000 } as const

/** Outcomes a second through `observe(batch)` with 200 callers, as a multiple of the same transactions one by one. */
export async function benchLedger({ rounds, count, say }: LedgerBench): Promise<BenchResult> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-bench-'))
  const config = { ...loadConfig(), dataDir: home, logLevel: 'warn', sandboxJournal: path.join(home, 'sandbox.jsonl') }
  const stack = await startStack({ config, children: ['sandbox'] })
  try {
    const superUrl = stack.postgres?.superUrl ?? ''
    const { store } = composeEngine(loadConfig(stack.environmentOf('api')), 'lunas bench', POOL)
    await plantProgramme(superUrl, entitlementTotal(benchProgramme()) * BigInt(COMMITMENTS / 2))
    const measured: Round[] = []
    for (let round = 0; round <= rounds; round += 1) {
      const size = round === 0 ? Math.min(count, CALLERS) : count
      const result = await oneRound(store, superUrl, { first: round * count * 2, count: size })
      // The first round warms all arms and counts for nothing.
      if (round === 0) continue
      say(`round ${round}: ${JSON.stringify(result)}`)
      measured.push(result)
    }
    const commitments = await commitTogether(store, superUrl, (rounds + 1) * count * 2)
    await store.close()
    const ratios = spreadOf(measured.map(({ ratio }) => ratio))
    const ofRaw = spreadOf(measured.map((one) => one.ofRaw))
    const ofAppended = spreadOf(measured.map((one) => one.ofAppended))
    const target = 'at least 5 times one by one, at least 0.5 of the bare inserts; the limit exceeded at no posting'
    return {
      bench: 'ledger',
      ratio: rounded(ratios.median),
      target,
      ratios,
      ofRaw,
      ofAppended,
      rounds: measured,
      commitments,
    }
  } finally {
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

interface Round {
  /** Outcomes a second. */
  readonly gathered: number
  readonly oneByOne: number
  /** The bare inserts of all rows that an outcome writes, and of those alone that it appends. */
  readonly raw: number
  readonly appended: number
  readonly ratio: number
  readonly ofRaw: number
  readonly ofAppended: number
  readonly p50Ms: number
  readonly p99Ms: number
}

type Range = { readonly first: number; readonly count: number }

async function oneRound(store: Store, superUrl: string, { first, count }: Range): Promise<Round> {
  const alone = { first: first + count, count: Math.max(1, Math.floor(count / ONE_BY_ONE_SHARE)) }
  await plantPayouts(superUrl, { first, count })
  await plantPayouts(superUrl, alone)
  const { seconds, waits } = await gathered(store, { first, count })
  const began = performance.now()
  for (const item of paid(alone)) await store.payouts.observe([item])
  const oneByOne = alone.count / ((performance.now() - began) / 1000)
  const raw = count / (await bareInserts(superUrl, { first, count }, WRITTEN))
  const appended = count / (await bareInserts(superUrl, { first, count }, APPENDED))
  await requirePaid(superUrl, count + alone.count, first)
  const rate = count / seconds
  const at = (share: number): number => waits.toSorted((a, b) => a - b)[Math.floor((waits.length - 1) * share)] ?? 0
  return {
    gathered: rounded(rate),
    oneByOne: rounded(oneByOne),
    raw: rounded(raw),
    appended: rounded(appended),
    ratio: rounded(rate / oneByOne),
    ofRaw: rounded(rate / raw),
    ofAppended: rounded(rate / appended),
    p50Ms: rounded(at(0.5)),
    p99Ms: rounded(at(0.99)),
  }
}

function paid({ first, count }: Range): ObservationItem[] {
  const amount = { minor: PAYOUT_AMOUNT, currency: 'IDR' }
  return Array.from({ length: count }, (_, n) => {
    const { ref, key } = payoutOf(first + n)
    const told = { gatewayId: `po_${ref}`, amount, account: null, failure: null, vendorStatus: 'SUCCEEDED', at: null }
    const fact = { kind: 'observed', observation: { state: 'paid', ...told } } as const
    return { payout: key, source: 'callback', fact, atMs: Date.now() } as const
  })
}

/** Each caller tells of one payout after the other, as those who answer gateways do. */
async function gathered(store: Store, range: Range): Promise<{ seconds: number; waits: number[] }> {
  const observe = coalesce({ ...GATHERED, run: (items: readonly ObservationItem[]) => store.payouts.observe(items) })
  const items = paid(range)
  const waits: number[] = []
  let next = 0
  const caller = async (): Promise<void> => {
    for (let item = items[next]; item !== undefined; item = items[next]) {
      next += 1
      const asked = performance.now()
      await observe(item)
      waits.push(performance.now() - asked)
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return { seconds: (performance.now() - began) / 1000, waits }
}

/** Seconds that the same rows take, a hundred payouts a commit. */
async function bareInserts(superUrl: string, range: Range, written: readonly Written[]): Promise<number> {
  return withClient(superUrl, async (client) => {
    await layBareTables(client, written)
    const rows = [...(await bareRows(client, range, written)).values()]
    const batches: string[][][] = []
    for (let from = 0; from < rows.length; from += RAW_BATCH) batches.push(batchOf(rows.slice(from, from + RAW_BATCH)))
    const text = bareInsert(written)
    const began = performance.now()
    for (const values of batches) await client.query({ name: 'bare', text, values })
    return (performance.now() - began) / 1000
  })
}

async function requirePaid(superUrl: string, count: number, first: number): Promise<void> {
  const refs = Array.from({ length: count }, (_, n) => payoutOf(first + n).ref)
  const { rows } = await withClient(superUrl, (client) =>
    client.query<{ paid: number; posted: number }>(
      `SELECT (SELECT count(*)::int FROM disbursement WHERE ref = ANY ($1) AND state = 'paid') AS paid,
              (SELECT count(DISTINCT subject)::int FROM posting WHERE ref = ANY ($1) AND event = 'paid') AS posted`,
      [refs],
    ),
  )
  const [{ paid: done, posted } = { paid: 0, posted: 0 }] = rows
  if (done !== count || posted !== count)
    throw new Error(`${count} were told as paid: ${done} are, ${posted} are posted`)
}

/** A thousand people admitted at once, each by an act of its own, with money for half of them. */
async function commitTogether(store: Store, superUrl: string, first: number) {
  const refs = await plantWaiting(superUrl, { first, count: COMMITMENTS })
  const began = performance.now()
  const outcomes = await Promise.all(refs.map((ref) => commit(store, ref)))
  const seconds = (performance.now() - began) / 1000
  // At every posting, in the order of their numbers, and not only at the end.
  const { rows } = await withClient(superUrl, (client) =>
    client.query<{ highest: string; limit: string }>(
      `SELECT max(running)::text AS highest, (SELECT amount::text FROM appropriation) AS limit
         FROM (SELECT sum(amount) OVER (ORDER BY id) AS running FROM posting WHERE event = 'committed') p`,
    ),
  )
  const committed = outcomes.filter((outcome) => outcome === 'committed').length
  const isExceeded = BigInt(rows[0]?.highest ?? '0') > BigInt(rows[0]?.limit ?? '0')
  return { asked: COMMITMENTS, committed, limitExceeded: isExceeded, decidedPerSecond: rounded(COMMITMENTS / seconds) }
}

/** Asks until it is told yes or no: who finds no connection free in time is told to come again, as over HTTP. */
async function commit(store: Store, ref: string): Promise<'committed' | 'refused'> {
  for (;;) {
    try {
      await store.desk.perform({ actor: engineActor(), atMs: Date.now(), idempotency: null }, async (acts) => {
        await acts.admit({ programme: 'bench', wave: '1', decree: 'BENCH/1', refs: [ref] })
        return { status: 200, body: {} }
      })
      return 'committed'
    } catch (error) {
      if (error instanceof Problem && error.code === 'budget-exceeded') return 'refused'
      if (!(error instanceof Error && error.message.includes('timeout'))) throw error
    }
  }
}
