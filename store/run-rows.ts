/** Payout runs as rows: found, locked, listed, and what their lines come to. */
import { Problem } from '../domain/problem.ts'
import { RUN_REF, type LineState, type RunState } from '../domain/payout-run.ts'
import type { Sql } from './database.ts'
import { nudge, type NewMessage } from './nudges.ts'
import { Conditions, readPage, type Page, type PageRequest } from './read-page.ts'

export interface RunRow {
  readonly key: string
  readonly programme: string
  readonly id: string
  readonly programmeVersion: number
  readonly state: RunState
  readonly cutOff: Date
  readonly hash: Buffer
  readonly lines: number
  readonly amount: bigint
  /** Reserved for what gateways may take of it. */
  readonly fees: bigint
  readonly currency: string
  readonly collectedAt: Date
  readonly collectedBy: string
  readonly proposal: string | null
  readonly approvedAt: Date | null
  readonly approvedUntil: Date | null
  readonly releasedAt: Date | null
  readonly resumesAt: Date | null
  readonly stoppedAt: Date | null
  readonly stoppedBy: string | null
  readonly reason: string | null
  readonly endedAt: Date | null
  readonly endedUnder: string | null
  readonly paymentOrder: string | null
  readonly paymentOrderDate: string | null
  readonly warrant: string | null
  readonly warrantDate: string | null
}

const COLUMNS = `key, programme, id, programme_version AS "programmeVersion", state, cut_off AS "cutOff", hash, lines, amount, fees, currency,
       collected_at AS "collectedAt", collected_by AS "collectedBy", proposal, approved_at AS "approvedAt",
       approved_until AS "approvedUntil", released_at AS "releasedAt", resumes_at AS "resumesAt", stopped_at AS "stoppedAt",
       stopped_by AS "stoppedBy", reason, ended_at AS "endedAt", ended_under AS "endedUnder",
       payment_order AS "paymentOrder", payment_order_date AS "paymentOrderDate", warrant, warrant_date AS "warrantDate"`

/** A reader's view is short. */
const SHOWN_MAX = 500

/** Throws `not-found`. */
export async function findRun(sql: Sql, key: string): Promise<RunRow> {
  return found(await sql.query<RunRow>(`SELECT ${COLUMNS} FROM payout_run WHERE key = $1`, [key]), key)
}

/** The run, locked until the transaction ends. Lives are locked before it, or not at all. Throws `not-found`. */
export async function lockRun(sql: Sql, key: string): Promise<RunRow> {
  // A statement of its own: the next one sees what whoever held the lock has committed.
  await sql.query('SELECT FROM payout_run WHERE key = $1 FOR UPDATE', [key])
  return findRun(sql, key)
}

function found({ rows }: { readonly rows: readonly RunRow[] }, key: string): RunRow {
  if (!rows[0]) throw noRun(key)
  return rows[0]
}

export function noRun(key: string): Problem {
  return new Problem('not-found', `no payout run ${key}`)
}

/** Runs of some programmes or of all, newest first: those that have not ended, or all. */
export async function listRuns(sql: Sql, programmes: readonly string[] | null, openOnly: boolean): Promise<RunRow[]> {
  const { rows } = await sql.query<RunRow>(
    `SELECT ${COLUMNS} FROM payout_run
      WHERE ($1::text[] IS NULL OR programme = ANY ($1)) AND (NOT $2 OR state NOT IN ('closed', 'aborted', 'void'))
      ORDER BY collected_at DESC, key LIMIT ${SHOWN_MAX}`,
    [programmes, openOnly],
  )
  return rows
}

export interface RunTotal {
  readonly of: 'gateway' | 'region' | 'tranche' | 'outcome'
  readonly name: string
  readonly lines: number
  readonly amount: bigint
}

/** By gateway, region and tranche, and by how far the lines have come: each adds up to the whole run. */
const TOTALS = `
SELECT CASE WHEN grouping(gateway) = 0 THEN 'gateway' WHEN grouping(region) = 0 THEN 'region'
            WHEN grouping(tranche) = 0 THEN 'tranche' ELSE 'outcome' END AS of,
       coalesce(gateway, region, tranche, outcome) AS name, count(*)::int AS lines, sum(amount)::bigint AS amount
  FROM (SELECT gateway, region, tranche, amount, state || coalesce(': ' || reason, '') AS outcome
          FROM payout_run_line WHERE run = $1) AS l
 GROUP BY GROUPING SETS ((gateway), (region), (tranche), (outcome)) ORDER BY 1, 2`

export async function runTotals(sql: Sql, key: string): Promise<RunTotal[]> {
  const { rows } = await sql.query<RunTotal>(TOTALS, [key])
  return rows
}

export interface RunLineRow {
  readonly disbursement: string
  readonly ref: string
  readonly tranche: string
  readonly region: string
  readonly amount: bigint
  readonly currency: string
  readonly gateway: string
  readonly account: string
  /** What is owed before deductions, and each of them as it is hashed; null where there are none. */
  readonly gross: bigint | null
  readonly deductions: string | null
  readonly fee: bigint
  readonly state: LineState
  readonly reason: string | null
  readonly releasedAt: Date | null
  readonly endedAt: Date | null
}

/** Lines in the order of their keys: a page. */
export function runLines(sql: Sql, key: string, page: PageRequest): Promise<Page<RunLineRow>> {
  return readPage(sql, LINES, new Conditions().add('run = ?', key), page)
}

const LINES = {
  select: `SELECT disbursement, ref, tranche, region, amount, currency, gateway, account, gross, deductions, fee, state, reason,
                  released_at AS "releasedAt", ended_at AS "endedAt" FROM payout_run_line`,
  orderBy: 'disbursement',
  orderType: 'text',
} as const

/** Tells the workflow of a run to look. */
export function runNudge({ programme, id }: Pick<RunRow, 'programme' | 'id'>): NewMessage {
  return nudge(programme, `${RUN_REF}${id}`, 'run', 1)
}

/** A run whose workflow has not looked for so long is told again, which starts one that is lost. */
const WAKE = `
INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
SELECT gen_random_uuid(), programme, '${RUN_REF}' || id, 'run', 5, 'pending', now()
  FROM payout_run r
 WHERE state NOT IN ('closed', 'aborted', 'void') AND looked_at < now() - interval '15 minutes'
   AND NOT EXISTS (SELECT FROM message m
                    WHERE (m.programme, m.ref) = (r.programme, '${RUN_REF}' || r.id) AND m.state = 'pending')`

export async function wakeRuns(sql: Sql): Promise<void> {
  await sql.query(WAKE)
}
