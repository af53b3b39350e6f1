/**
 * A day of a gateway, from the bytes of its statement to every difference found, against the least that any reconciliation must do:
 * COPY of the same lines, ready made, into a table with the same columns, checks and indexes, and the join that pairs them with our
 * payouts. Beside it stands how long the same COPY takes into a table of nothing but columns.
 */
import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import { loadConfig } from '../config.ts'
import { DISCREPANCY_CLASSES, type DiscrepancyClass } from '../domain/reconciliation.ts'
import { createSandboxGateway } from '../gateways/sandbox/gateway.ts'
import { freePort } from '../local/ports.ts'
import { startStack } from '../local/stack.ts'
import { composeEngine } from '../main/compose.ts'
import { openBulk } from '../store/bulk.ts'
import type { Store } from '../store/index.ts'
import { rounded, spreadOf } from './measure.ts'
import { DAY, plantDay, type Planted } from './reconcile-day.ts'
import type { BenchResult } from './report.ts'

export interface ReconcileBench {
  readonly lines: number
  readonly rounds: number
  readonly say: (line: string) => void
}

interface Round {
  readonly baseline: {
    readonly copySeconds: number
    readonly joinSeconds: number
    /** Into a table of nothing but columns: not what is compared with. */
    readonly plainCopySeconds: number
  }
  readonly loadSeconds: number
  readonly matchSeconds: number
  readonly ratio: number
  /** Against COPY into a table of nothing but columns, and the join. */
  readonly plainRatio: number
  /** Of this process, which reads, classifies and writes: MiB. */
  readonly memoryMiB: number
  readonly found: number
  readonly missed: number
  readonly false: number
}

export async function benchReconcile({ lines, rounds, say }: ReconcileBench): Promise<BenchResult> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-bench-'))
  const port = await freePort()
  const config = { ...loadConfig(), dataDir: home, port, publicUrl: `http://127.0.0.1:${port}`, logLevel: 'warn' }
  const stack = await startStack({ config: { ...config, sandboxJournal: path.join(home, 'sandbox.jsonl') } })
  try {
    const { store } = composeEngine(loadConfig(stack.environmentOf('api')), 'lunas bench', 4)
    const superUrl = stack.postgres?.superUrl ?? ''
    say(`making ${lines} payouts`)
    const planted = await plantDay(superUrl, store.context.vault, home, lines)
    const measured: Round[] = []
    for (let round = 1; round <= rounds; round += 1) {
      const result = await oneRound(store, superUrl, planted)
      say(`round ${round}: ${JSON.stringify(result)}`)
      measured.push(result)
    }
    await store.close()
    const ratios = spreadOf(measured.map(({ ratio }) => ratio))
    const differences = planted.expected.size
    const all = measured.every((one) => one.missed === 0 && one.false === 0 && one.found === differences)
    const peak = Math.max(...measured.map(({ memoryMiB }) => memoryMiB))
    const target = 'ratio >= 0.3, all found, none false, memory < 500 MiB'
    return {
      bench: 'reconcile',
      ratio: rounded(ratios.median),
      target,
      lines,
      differences,
      all,
      peak,
      ratios,
      rounds: measured,
    }
  } finally {
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

async function oneRound(store: Store, superUrl: string, planted: Planted): Promise<Round> {
  await forget(superUrl)
  const baseline = await bareMinimum(superUrl, planted)
  const gateway = createSandboxGateway({ baseUrl: 'http://127.0.0.1:9', apiKey: 'none', callbackSecrets: [] })
  const memory = watchMemory()
  await openBulk(superUrl, 'bench').transaction((sql) => sql.query('DROP TABLE bare; CHECKPOINT'))
  const began = performance.now()
  const hash = createHash('sha256')
  async function* heard(): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(planted.statementFile, { highWaterMark: 256 * 1024 })) {
      hash.update(chunk as Buffer)
      yield chunk as Buffer
    }
  }
  const parts = gateway.readStatement({ format: 'jsonl', bytes: heard() })
  const statement = { gateway: 'sandbox', day: DAY, format: 'jsonl', parts, sha256: () => hash.digest() } as const
  const { id } = await store.statements.load(statement, Date.now())
  const loaded = performance.now()
  await store.statements.match(id, { zone: 'Asia/Jakarta', windowDays: 0 }, Date.now())
  const matched = performance.now()
  const verdict = await judge(superUrl, planted)
  const ours = (matched - began) / 1000
  const least = baseline.copySeconds + baseline.joinSeconds
  return {
    baseline,
    loadSeconds: rounded((loaded - began) / 1000),
    matchSeconds: rounded((matched - loaded) / 1000),
    ratio: rounded(least / ours),
    plainRatio: rounded((baseline.plainCopySeconds + baseline.joinSeconds) / ours),
    memoryMiB: memory.stop(),
    ...verdict,
  }
}

/** Each round begins as if nothing had been reconciled. */
async function forget(superUrl: string): Promise<void> {
  await openBulk(superUrl, 'bench').transaction(async (sql) => {
    await sql.query('SET LOCAL session_replication_role = replica')
    await sql.query('TRUNCATE statement, statement_line, statement_pair, discrepancy')
  })
}

/** COPY of ready rows, committed, and the join by gateway and reference that counts what agrees, with the memory that ours has. */
async function bareMinimum(superUrl: string, planted: Planted): Promise<Round['baseline']> {
  const plainCopySeconds = await copySeconds(superUrl, planted, '')
  const copied = await copySeconds(superUrl, planted, 'INCLUDING ALL')
  const began = performance.now()
  await openBulk(superUrl, 'bench baseline').transaction(async (sql) => {
    await sql.query(`SET LOCAL work_mem = '96MB'`)
    await sql.query(
      `SELECT count(*) FROM bare l JOIN payout y ON y.gateway = 'sandbox' AND y.reference = l.reference
        WHERE l.amount = y.amount AND l.currency = y.currency`,
    )
  })
  return { copySeconds: copied, joinSeconds: rounded((performance.now() - began) / 1000), plainCopySeconds }
}

async function copySeconds(superUrl: string, planted: Planted, including: string): Promise<number> {
  const bulk = openBulk(superUrl, 'bench baseline')
  await bulk.transaction((sql) =>
    sql.query(`DROP TABLE IF EXISTS bare; CREATE TABLE bare (LIKE statement_line ${including})`),
  )
  const began = performance.now()
  await bulk.transaction((sql) => {
    const rows = createReadStream(planted.bareFile, { highWaterMark: 256 * 1024 })
    return pipeline(rows, sql.query(copyFrom('COPY bare FROM STDIN')))
  })
  return rounded((performance.now() - began) / 1000)
}

/** Every difference that was planted, and no other: by class and by what it is about. */
async function judge(superUrl: string, { expected }: Planted) {
  const rows = await openBulk(superUrl, 'bench judge').transaction(async (sql) => {
    const found = await sql.query<{ class: DiscrepancyClass; about: string }>(
      `SELECT class, coalesce(payout, reference, split_part(key, '/', 3)) AS about FROM discrepancy
        WHERE day = $1 AND resolution IS DISTINCT FROM 'corrected'`,
      [DAY],
    )
    return found.rows
  })
  const found = new Set(rows.map((row) => `${row.class} ${row.about}`))
  const missed = [...expected].filter((one) => !found.has(one))
  const wrong = [...found].filter((one) => !expected.has(one))
  const kinds = new Set([...expected].map((one) => one.split(' ')[0]))
  if (kinds.size !== DISCREPANCY_CLASSES.length) throw new Error(`only ${kinds.size} kinds of difference were planted`)
  return { found: found.size, missed: missed.length, false: wrong.length + (rows.length - found.size) }
}

function watchMemory() {
  let peak = 0
  const look = (): void => void (peak = Math.max(peak, process.memoryUsage().rss))
  const timer = setInterval(look, 50)
  return {
    stop(): number {
      clearInterval(timer)
      look()
      return Math.round(peak / 2 ** 20)
    },
  }
}
