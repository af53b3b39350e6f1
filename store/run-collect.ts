/**
 * Collecting a run: one set-based statement takes what is owed up to a cut-off, with the account it would go to, and hashes it. What
 * is not taken stays owed, and is there for the next run.
 */
import type { Actor } from '../domain/act.ts'
import { feeOf } from '../domain/fees.ts'
import { runId, runKey } from '../domain/payout-run.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { BULK_TIMEOUT_MS, one, patient, type Sql } from './database.ts'
import { reserveRunFees } from './fees.ts'
import { REGISTERED_IN_LOST_TIME } from './lost-time.ts'
import { insertMessages } from './nudges.ts'
import type { StoreContext } from './options.ts'
import { STILL_OWED } from './owed-amount.ts'
import { findRun, runNudge, type RunRow } from './run-rows.ts'
import { invalid } from './two-person-act.ts'

export interface Collecting {
  readonly programme: string
  /** What is due by then. Milliseconds since the epoch, not in the future. */
  readonly cutOffMs: number
}

/** Collects a run, and reserves its fees. Throws what `approvedVersions` throws, `nothing-owed`, `conflict`, `invalid-request`, `budget-exceeded`, `year-ending`. */
export async function collectRun(
  sql: Sql,
  context: StoreContext,
  { programme: code, cutOffMs }: Collecting,
  actor: Actor,
  atMs: number,
): Promise<RunRow> {
  if (cutOffMs > atMs) throw invalid([{ pointer: '/cutOff', detail: 'must not be in the future' }])
  const { pass } = context
  const versions = await pass('collect:versions', approvedVersions(context, code, sql))
  const [programme] = versions
  await pass('collect:alone', takeProgramme(sql, code))
  const id = await pass('collect:numbered', nextId(sql, programme, atMs))
  const key = runKey(code, id)
  await pass('collect:planned', readWhole(sql))
  const inserting = insertRun(sql, context, { programme, id, key, versions, cutOffMs, by: actor.person, atMs })
  await pass('collect:written', inserting)
  const run = await pass('collect:read', findRun(sql, key))
  const { lines, amount, currency, fees } = run
  if (fees > 0n) await pass('collect:reserved', reserveRunFees(sql, programme, key, fees, atMs))
  const reserved = fees > 0n ? { fees: fees.toString() } : {}
  const hash = run.hash.toString('hex')
  const after = {
    lines,
    amount: amount.toString(),
    currency,
    ...reserved,
    hash,
    cutOff: new Date(cutOffMs).toISOString(),
  }
  const entry = { act: 'run-collected', actor, atMs, subject: `run:${key}`, programme: code, after } as const
  await pass('collect:audited', insertAudit(sql, [entry]))
  await pass('collect:told', insertMessages(sql, [runNudge(run)]))
  return run
}

/**
 * Lives stay on their version: only those whose version asks for approval are collected. The newest of these says how a run goes, also where a later
 * version pays by itself. Throws `unknown-programme`, `release-automatic`.
 */
export async function approvedVersions(
  { programmes }: Pick<StoreContext, 'programmes'>,
  code: string,
  sql?: Sql,
): Promise<readonly [Programme, ...Programme[]]> {
  const [newest, ...others] = await programmes.approved(code, sql)
  if (newest) return [newest, ...others]
  await programmes.current(code, sql)
  throw new Problem('release-automatic', `no version of ${code} asks for approval: what is owed is sent when due`)
}

/** One collects at a time: who comes second would find the lines of the first only once they are committed. Throws `conflict`. */
async function takeProgramme(sql: Sql, programme: string): Promise<void> {
  await tryLock(sql, 'pg_try_advisory_xact_lock', programme)
}

/** Held by who changes what is owed, for a run reads all of it in one statement. Throws `conflict` while one is being collected. */
export async function holdCollecting(sql: Sql, programme: string): Promise<void> {
  await tryLock(sql, 'pg_try_advisory_xact_lock_shared', programme)
}

type TryLock = 'pg_try_advisory_xact_lock' | 'pg_try_advisory_xact_lock_shared'

async function tryLock(sql: Sql, lock: TryLock, programme: string): Promise<void> {
  const { rows } = await sql.query<{ free: boolean }>(`SELECT ${lock}(hashtextextended($1, 0)) AS free`, [
    `runs:${programme}`,
  ])
  if (!one(rows, 'lock').free)
    throw new Problem('conflict', `a run of ${programme} is being collected, or something deducted; look at it first`)
}

async function nextId(sql: Sql, { code, zone }: Programme, atMs: number): Promise<string> {
  const date = localDate(zone, atMs)
  const { rows } = await sql.query<{ last: number }>(
    `SELECT coalesce(max(split_part(id, '-', 2)::int), 0) AS last FROM payout_run WHERE programme = $1 AND id LIKE $2 || '-%'`,
    [code, date.replaceAll('-', '')],
  )
  return runId(date, one(rows, 'run').last + 1)
}

/** From here to the end of the transaction whole tables are read, by plans made for these very values. */
export async function readWhole(sql: Sql): Promise<void> {
  await sql.query(
    `SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'on', true),
            set_config('work_mem', '96MB', true), set_config('statement_timeout', $1, true)`,
    [String(BULK_TIMEOUT_MS)],
  )
}

interface NewRun {
  readonly programme: Programme
  readonly id: string
  readonly key: string
  /** That people who are collected may be on. */
  readonly versions: readonly Programme[]
  readonly cutOffMs: number
  readonly by: string
  readonly atMs: number
}

/** Throws `nothing-owed`. */
async function insertRun(sql: Sql, context: StoreContext, run: NewRun): Promise<void> {
  const { programme, key } = run
  const ways = await waysOf(sql, context, programme.code, run.versions)
  const frozen = await sql.query(
    'SELECT FROM freezes WHERE lifted_at IS NULL UNION ALL SELECT FROM restore WHERE closed_at IS NULL',
  )
  const open = await sql.query<{ key: string }>(
    `SELECT key FROM payout_run WHERE programme = $1 AND state NOT IN ('closed', 'aborted', 'void')`,
    [programme.code],
  )
  const values = [
    key,
    programme.code,
    run.id,
    programme.version,
    new Date(run.cutOffMs),
    frozen.rows.length > 0,
    programme.currency,
    new Date(run.atMs),
    run.by,
    open.rows.map(({ key: one }) => one),
    ways.map(({ of }) => of),
    ways.map(({ gateway }) => gateway),
    ways.map(({ bank }) => bank),
    ways.map(({ wallet }) => wallet),
  ]
  const { rowCount } = await sql.query(patient(COLLECT, values))
  if (rowCount === 0) throw new Problem('nothing-owed', 'nothing is owed that could be paid and is on no open run')
}

/** How those on one version, with accounts at one institution, are paid now, and the fee of each payment to them. */
interface Way {
  /** The version and the institution, as `WAY_OF` has them. */
  readonly of: string
  readonly gateway: string
  /** Minor units. */
  readonly bank: bigint
  readonly wallet: bigint
}

/** Lives stay on their version: its gateways carry what they are owed, at its fees, whatever later ones say. */
async function waysOf(
  sql: Sql,
  { route }: Pick<StoreContext, 'route'>,
  code: string,
  versions: readonly Programme[],
): Promise<Way[]> {
  const { rows } = await sql.query<{ institution: string }>(
    patient('SELECT DISTINCT institution FROM account WHERE programme = $1 AND ended_at IS NULL', [code]),
  )
  return versions.flatMap((programme) =>
    rows.flatMap(({ institution }) => {
      const gateway = route(programme.payment.gateways, institution)
      if (gateway === null) return []
      const [bank, wallet] = [feeOf(programme, gateway, 'bank'), feeOf(programme, gateway, 'wallet')]
      return [{ of: `${programme.version} ${institution}`, gateway, bank, wallet }]
    }),
  )
}

/**
 * What a way is found by. One value, so that it is looked up for people with their accounts: by the version alone, everybody would be joined to every
 * institution first.
 */
const WAY_OF = `(p.programme_version || ' ' || a.institution)`

/** The targets of `domain/freeze.ts` that stop person `p` and not everybody at their gateway. */
export const TARGETS_OF_PLACE = `'programme:' || p.programme, 'wave:' || p.programme || ':' || p.wave,
                                'region:' || p.programme || ':' || left(p.region, 2), 'region:' || p.programme || ':' || p.region`

/** A freeze in force, or an open restore, stops what goes through gateway `through` to person `p`. */
export function frozenBy(through: string): string {
  return `(${REGISTERED_IN_LOST_TIME} OR EXISTS (SELECT FROM freezes f
             WHERE f.lifted_at IS NULL
               AND f.target IN ('all', 'gateway:' || ${through}, ${TARGETS_OF_PLACE})))`
}

/** The deductions of disbursement `d` as they are hashed: nothing is asked for one that has none. */
const DEDUCTIONS = `CASE WHEN d.deducted > 0 THEN (
           SELECT string_agg(n.id || '=' || n.amount, ' ' ORDER BY n.id::text COLLATE "C") FROM deduction n WHERE n.disbursement = d.key) END`

/** A line as it is hashed: see docs/payout-runs.md. */
const LINE = `concat_ws(' ', disbursement, amount, currency, gateway, account, 'gross=' || gross, deductions, 'fee=' || nullif(fee, 0))`

/**
 * Lines, their sum and what they hash to, and the run: what is hashed is what was written. What is on an open run is read once, before
 * the first line is written: joined to the table that grows meanwhile, it was read again for every line.
 */
const COLLECT = `
WITH added AS (
  INSERT INTO payout_run_line (run, disbursement, ref, tranche, region, amount, currency, gateway, account, owed_at, gross, deductions, fee)
  SELECT $1, d.key, d.ref, d.tranche, p.region, ${STILL_OWED}, d.currency, g.gateway, a.id, d.owed_at,
         CASE WHEN d.deducted > 0 THEN ${STILL_OWED} + d.deducted END, ${DEDUCTIONS},
         CASE a.kind WHEN 'wallet' THEN g.wallet_fee ELSE g.bank_fee END
    FROM disbursement d
    JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
    JOIN account a ON (a.programme, a.ref) = (d.programme, d.ref) AND a.ended_at IS NULL AND a.state <> 'failed'
    JOIN unnest($11::text[], $12::text[], $13::bigint[], $14::bigint[]) AS g (way, gateway, bank_fee, wallet_fee) ON g.way = ${WAY_OF}
   WHERE d.programme = $2 AND d.state IN ('owed', 'released') AND d.release_at <= $5 AND greatest(a.usable_from, a.rests_until) <= $5 AND NOT a.shared AND NOT a.doubtful
     AND p.held_at IS NULL AND (p.withdrawn_at IS NULL OR p.stage = 'closed')
     AND NOT ($6 AND ${frozenBy('g.gateway')})
     AND NOT EXISTS (SELECT FROM year_close z WHERE z.programme = d.programme AND z.fiscal_year = d.fiscal_year AND z.state <> 'closed')
     AND d.key NOT IN (SELECT o.disbursement FROM payout_run_line o WHERE o.run = ANY ($10::text[]) AND o.state IN ('collected', 'released'))
  RETURNING disbursement, amount, currency, gateway, account, gross, deductions, fee
)
INSERT INTO payout_run (key, programme, id, programme_version, state, cut_off, lines, amount, fees, currency, hash, collected_at, collected_by)
SELECT $1, $2, $3, $4, 'collecting', $5, count(*), sum(amount), sum(fee), $7,
       sha256(convert_to(concat_ws(E'\\n', 'lunas-run 1', $1::text, $2::text,
         string_agg(${LINE}, E'\\n' ORDER BY disbursement COLLATE "C")), 'UTF8')),
       $8, $9
  FROM added HAVING count(*) > 0`

const HASH = `
SELECT sha256(convert_to(concat_ws(E'\\n', 'lunas-run 1', r.key, r.programme,
         (SELECT string_agg(${LINE}, E'\\n' ORDER BY disbursement COLLATE "C")
            FROM payout_run_line WHERE run = r.key)), 'UTF8')) AS hash
  FROM payout_run r WHERE r.key = $1`

/** What the lines hash to now, in hexadecimal. */
export async function hashOfRun(sql: Sql, key: string): Promise<string> {
  await readWhole(sql)
  const { rows } = await sql.query<{ hash: Buffer }>(patient(HASH, [key]))
  return one(rows, `run ${key}`).hash.toString('hex')
}
