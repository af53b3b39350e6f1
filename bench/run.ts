/**
 * A payout run collected, hashed and put forward, against the least that making one must do: one bare INSERT … SELECT of the
 * same rows, from the disbursements that are owed and their accounts, into a table with the same columns and indexes.
 */
import { signedProposal } from '../client/identity.ts'
import type { Programme } from '../domain/programme.ts'
import { PEOPLE } from '../local/access.ts'
import { developmentIdentities } from '../local/identities.ts'
import type { Acts } from '../store/acts.ts'
import { openBulk } from '../store/bulk.ts'
import { rounded, spreadOf } from './measure.ts'
import { benchProgramme } from './programme.ts'
import type { BenchResult } from './report.ts'
import { openStand, type Stand } from './stand.ts'

export interface RunBench {
  readonly lines: number
  readonly rounds: number
  readonly say: (line: string) => void
}

interface Round {
  readonly insertSeconds: number
  readonly collectSeconds: number
  readonly proposeSeconds: number
  readonly ratio: number
  readonly linesPerSecond: number
}

const HOUR_MS = 3_600_000

export async function benchRun({ lines, rounds, say }: RunBench): Promise<BenchResult> {
  const stand = await openStand(approvedProgramme())
  try {
    const superUrl = stand.stack.postgres?.superUrl ?? ''
    say(`making ${lines} disbursements that are owed`)
    await plant(superUrl, lines)
    const measured: Round[] = []
    // The first is for warmth: plans, pages and code.
    for (let round = 0; round <= rounds; round += 1) {
      const result = await oneRound(stand, superUrl, lines)
      if (round > 0) measured.push(result)
      say(`round ${round}: ${JSON.stringify(result)}`)
    }
    const ratios = spreadOf(measured.map(({ ratio }) => ratio))
    const target = 'at least 0.5 of the bare INSERT … SELECT of the same rows'
    return { bench: 'run', ratio: rounded(ratios.median), target, lines, ratios, rounds: measured }
  } finally {
    await stand.stop()
  }
}

function approvedProgramme(): Programme {
  const bench = benchProgramme()
  const runs = {
    approvedFor: 'P3D',
    canary: { lines: 10, pause: 'PT10M' },
    priority: 5,
    approvals: [{ approvers: 2, releaser: true }],
  }
  return { ...bench, payment: { ...bench.payment, release: 'approved', runs } }
}

async function oneRound(stand: Stand, superUrl: string, lines: number): Promise<Round> {
  await forget(superUrl)
  const insertSeconds = await bareInsert(superUrl, lines)
  const identities = await developmentIdentities(stand.store, stand.home)
  const began = performance.now()
  const run = await performed(stand, (acts, atMs) => acts.collectRun({ programme: 'bench', cutOffMs: atMs }))
  const collected = performance.now()
  if (run.lines !== lines) throw new Error(`the run has ${run.lines} lines`)
  const amount = { minor: run.amount.toString(), currency: run.currency }
  const content = { run: run.key, hash: run.hash.toString('hex'), lines, amount }
  const expiresAtMs = Date.now() + HOUR_MS
  const put = { act: 'run-release', content, reason: 'the bench', expiresAtMs }
  const { expiresAt: _, ...signed } = signedProposal(identities.operator, put)
  await performed(stand, (acts) => acts.propose({ ...signed, evidence: null, expiresAtMs }))
  const ended = performance.now()
  const seconds = (ended - began) / 1000
  return {
    insertSeconds: rounded(insertSeconds),
    collectSeconds: rounded((collected - began) / 1000),
    proposeSeconds: rounded((ended - collected) / 1000),
    ratio: rounded(insertSeconds / seconds),
    linesPerSecond: Math.round(lines / seconds),
  }
}

/** One act of the operator, committed. */
async function performed<T>(stand: Stand, act: (acts: Acts, atMs: number) => Promise<T>): Promise<T> {
  const actor = { person: PEOPLE.operator.person, keyId: null, role: 'operator', requestId: null } as const
  const atMs = Date.now()
  const kept: T[] = []
  await stand.store.desk.perform({ actor, atMs, idempotency: null }, async (acts) => {
    kept[0] = await act(acts, atMs)
    return { status: 200, body: {} }
  })
  const [result] = kept
  if (result === undefined) throw new Error('nothing was answered')
  return result
}

/** People whose first incentive is due, and nothing else of them. */
async function plant(superUrl: string, lines: number): Promise<void> {
  await openBulk(superUrl, 'bench').transaction(async (sql) => {
    // The rows around them take no part.
    await sql.query('SET LOCAL session_replication_role = replica')
    const ref = `upper(substr(md5(n::text), 1, 13))`
    await sql.query(
      `INSERT INTO participant (programme, ref, programme_version, stage, region, identity_index, identity_index_key, registered_at)
       SELECT 'bench', ${ref}, 1, 'incentives', (3200 + n % 80)::text, sha256(n::text::bytea), 'i1', now() - interval '90 days'
         FROM generate_series(1, $1::int) AS n`,
      [lines],
    )
    await sql.query(
      `INSERT INTO account (id, programme, ref, kind, institution, masked, account_index, account_index_key, document, state, linked_at, usable_from)
       SELECT gen_random_uuid(), 'bench', ref, 'bank', 'ID.BNI', '••0000', identity_index, 'a1', gen_random_uuid(), 'verified', registered_at, registered_at
         FROM participant WHERE programme = 'bench'`,
    )
    await sql.query(
      `INSERT INTO disbursement (key, programme, ref, tranche, amount, currency, state, owed_at, release_at, lapses_at, budget_line, fiscal_year)
       SELECT 'bench:' || ref || ':' || ref || ':incentive-1:1', 'bench', ref, 'incentive-1', 60000000, 'IDR', 'released',
              now() - random() * interval '10 days', now() - interval '1 hour', now() + interval '60 days', 'BENCH', 2026
         FROM participant WHERE programme = 'bench'`,
    )
  })
  await openBulk(superUrl, 'bench').transaction((sql) => sql.query('ANALYZE participant, account, disbursement'))
}

/** Each round begins as if no run had been collected. */
async function forget(superUrl: string): Promise<void> {
  await openBulk(superUrl, 'bench').transaction(async (sql) => {
    await sql.query('SET LOCAL session_replication_role = replica')
    await sql.query('ALTER TABLE payout_run_line DISABLE TRIGGER payout_run_line_kept')
    await sql.query('TRUNCATE payout_run_line')
    await sql.query('ALTER TABLE payout_run_line ENABLE TRIGGER payout_run_line_kept')
    await sql.query('DELETE FROM payout_run')
  })
}

/** Committed like any other transaction of the same server. */
async function bareInsert(superUrl: string, lines: number): Promise<number> {
  const bulk = openBulk(superUrl, 'bench baseline')
  await bulk.transaction((sql) => sql.query('CREATE TABLE bare (LIKE payout_run_line INCLUDING ALL)'))
  const began = performance.now()
  const { rowCount } = await bulk.transaction((sql) => sql.query(BARE))
  const seconds = (performance.now() - began) / 1000
  if (rowCount !== lines) throw new Error(`${rowCount} rows were inserted`)
  await bulk.transaction((sql) => sql.query('DROP TABLE bare'))
  return seconds
}

const BARE = `
INSERT INTO bare (run, disbursement, ref, tranche, region, amount, currency, gateway, account, owed_at)
SELECT 'bench:20261126-1', d.key, d.ref, d.tranche, p.region, d.amount, d.currency, 'sandbox', a.id, d.owed_at
  FROM disbursement d
  JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
  JOIN account a ON (a.programme, a.ref) = (d.programme, d.ref) AND a.ended_at IS NULL
 WHERE d.programme = 'bench' AND d.state = 'released'`
