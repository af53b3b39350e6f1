/** What people do with a run. Each is one transaction under the run's lock; who stops one waits for the claims that have begun. */
import type { Actor } from '../domain/act.ts'
import type { Needs } from '../domain/approval.ts'
import { addDuration } from '../domain/duration.ts'
import { AT_REST } from '../domain/disbursement.ts'
import type { DocumentNumber } from '../domain/document-number.ts'
import { afterStep, isEnough, needsFor, runTarget, type RunState, type RunStep } from '../domain/payout-run.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme, RunRules } from '../domain/programme.ts'
import { endOfLocalDay, localDate, startOfLocalDay } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { one, patient, type Sql } from './database.ts'
import { toldDocument } from './document-numbers.ts'
import { takeTarget } from './freeze-locks.ts'
import { freeRunFees } from './fees.ts'
import { insertMessages, telling } from './nudges.ts'
import type { StoreContext } from './options.ts'
import { IS_USED } from './run-approval.ts'
import { frozenBy, hashOfRun } from './run-collect.ts'
import { findRun, lockRun, runNudge, type RunRow } from './run-rows.ts'
import { invalid, type Agreed } from './two-person-act.ts'

/** What is put forward: everything that is signed. */
export interface RunContent {
  readonly run: string
  readonly hash: string
  readonly lines: number
  readonly amount: { readonly minor: string; readonly currency: string }
  /** Documents that order the payment, and that warrant it. */
  readonly paymentOrder?: DocumentNumber
  readonly warrant?: DocumentNumber
}

export interface StopRun {
  readonly run: string
  readonly reason: string
}

/** Throws `run-not-open`. */
export function stepped(run: Pick<RunRow, 'key' | 'state'>, step: RunStep): RunState {
  const to = afterStep(run.state, step)
  if (to === undefined) throw new Problem('run-not-open', `run ${run.key} is ${run.state}`)
  return to
}

/** Whether this very run may be put forward now. Throws `not-found`, `run-not-open`, `run-changed`, `conflict`, `invalid-request`. */
export async function checkRelease(sql: Sql, context: StoreContext, content: RunContent): Promise<void> {
  const run = await lockRun(sql, content.run)
  requireDocuments((await rulesOf(sql, context, run)).programme, content)
  stepped(run, 'propose')
  const { rowCount } = await sql.query(`SELECT FROM proposal WHERE id = $1 AND state = 'open' AND expires_at > now()`, [
    run.proposal,
  ])
  if (rowCount !== 0) throw new Problem('conflict', `run ${run.key} is proposed already: ${run.proposal ?? ''}`)
  await requireSame(sql, run, content)
}

/** Throws `invalid-request` where a document is missing that the programme requires. */
function requireDocuments({ requires = [] }: Programme, { paymentOrder, warrant }: RunContent): void {
  const missing = [
    ...(requires.includes('payment-order') && !paymentOrder ? ['/content/paymentOrder'] : []),
    ...(requires.includes('warrant') && !warrant ? ['/content/warrant'] : []),
  ]
  if (missing.length === 0) return
  throw invalid(missing.map((pointer) => ({ pointer, detail: 'is missing: the programme requires it' })))
}

/** Throws `run-changed` unless what is told of a run is what its lines are. */
async function requireSame(sql: Sql, run: RunRow, { hash, lines, amount }: RunContent): Promise<void> {
  const isTold =
    run.hash.toString('hex') === hash &&
    run.lines === lines &&
    run.amount.toString() === amount.minor &&
    run.currency === amount.currency
  if (isTold && (await hashOfRun(sql, run.key)) === hash) return
  throw new Problem('run-changed', `run ${run.key} is not what is put forward; look at it again`)
}

/** The run is put forward by this proposal; an earlier one has run out or was rejected. */
export async function markProposed(sql: Sql, { run }: RunContent, proposal: string): Promise<void> {
  await sql.query(`UPDATE payout_run SET state = 'proposed', proposal = $2, version = version + 1 WHERE key = $1`, [
    run,
    proposal,
  ])
}

/**
 * What a run needs by what the programme's runs of this day come to with it: those that are approved, and those that were put forward
 * before it and that others may still agree to. A later one counts this one, so that no order of splitting a sum needs fewer people.
 */
export async function runNeeds(
  sql: Sql,
  context: StoreContext,
  key: string,
  atMs: number,
  withProposed = true,
): Promise<Needs> {
  const run = await findRun(sql, key)
  const { programme, rules } = await rulesOf(sql, context, run)
  const date = localDate(programme.zone, atMs)
  const { rows } = await sql.query<{ amount: bigint }>(
    `SELECT coalesce(sum(r.amount), 0)::bigint AS amount
       FROM payout_run r
       LEFT JOIN proposal p ON p.id = r.proposal
       LEFT JOIN proposal own ON own.id = $7 AND own.state = 'open' AND own.expires_at > $6
      WHERE r.programme = $1 AND r.key <> $2
        AND (r.approved_at >= $3 AND r.approved_at < $4
             OR $5 AND r.state = 'proposed' AND p.state = 'open' AND p.expires_at > $6
                AND (own.id IS NULL OR (p.proposed_at, p.id) < (own.proposed_at, own.id)))`,
    [
      run.programme,
      key,
      new Date(startOfLocalDay(programme.zone, date)),
      new Date(endOfLocalDay(programme.zone, date)),
      withProposed,
      new Date(atMs),
      run.proposal,
    ],
  )
  return needsFor(rules, run.amount + one(rows, 'sum').amount)
}

/** The rules a run was collected under. */
export async function rulesOf(
  sql: Sql,
  context: StoreContext,
  run: Pick<RunRow, 'key' | 'programme' | 'programmeVersion'>,
): Promise<{ programme: Programme; rules: RunRules }> {
  const programme = await context.programmes.version(run.programme, run.programmeVersion, sql)
  const { runs: rules } = programme.payment
  if (!rules) throw new Error(`run ${run.key} was collected without rules`)
  return { programme, rules }
}

/** Others have agreed: lines are released from here on. Throws `run-not-open`, `run-changed`, `run-needs-more`. */
export async function approveRun(
  sql: Sql,
  context: StoreContext,
  content: RunContent,
  by: Agreed,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { pass } = context
  const { programme: code } = await pass('approve:found', findRun(sql, content.run))
  // Of two runs of a day the second to be approved sees the first.
  const taking = sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`run-approvals:${code}`])
  await pass('approve:alone', taking)
  const run = await pass('approve:locked', lockRun(sql, content.run))
  const to = stepped(run, 'approve')
  await pass('approve:same', requireSame(sql, run, content))
  if (run.proposal !== by.id) throw new Problem('run-changed', `run ${run.key} was proposed anew`)
  const reading = sql.query<Needs>('SELECT approvers, releaser FROM proposal WHERE id = $1', [by.id])
  const { rows } = await pass('approve:given', reading)
  const needs = await pass('approve:needed', runNeeds(sql, context, run.key, atMs, false))
  if (!isEnough(one(rows, 'proposal'), needs)) {
    const detail = 'with what was approved today meanwhile, more people must agree; propose it again'
    throw new Problem('run-needs-more', detail)
  }
  const { programme, rules } = await pass('approve:ruled', rulesOf(sql, context, run))
  const until = new Date(addDuration(atMs, rules.approvedFor, programme.zone))
  const writing = sql.query(
    `UPDATE payout_run SET state = $2, approved_at = $3, approved_until = $4, payment_order = $5, payment_order_date = $6, warrant = $7,
            warrant_date = $8, version = version + 1 WHERE key = $1`,
    [
      run.key,
      to,
      new Date(atMs),
      until,
      content.paymentOrder?.number ?? null,
      content.paymentOrder?.date ?? null,
      content.warrant?.number ?? null,
      content.warrant?.date ?? null,
    ],
  )
  await pass('approve:written', writing)
  const documents = { paymentOrder: toldDocument(content.paymentOrder), warrant: toldDocument(content.warrant) }
  const after = {
    proposal: by.id,
    proposedBy: by.proposer,
    hash: content.hash,
    until: until.toISOString(),
    ...documents,
  }
  await pass('approve:told', told(sql, run, 'run-approved', actor, atMs, by.reason, after))
}

/**
 * Stops a run: when this commits, nothing of it is claimed or sent again, and nothing is queued. Lines that were let go and are not
 * under way wait with the others again; since when one was sent under stays, for what was sent is covered by it whatever comes next. Throws `not-found`, `run-not-open`.
 */
export async function pauseRun(
  sql: Sql,
  { pass }: Pick<StoreContext, 'pass'>,
  { run: key, reason }: StopRun,
  actor: Actor,
  atMs: number,
): Promise<RunRow> {
  await pass('pause:alone', takeTarget(sql, runTarget(key)))
  const run = await pass('pause:locked', lockRun(sql, key))
  const to = stepped(run, 'pause')
  const taking = sql.query(
    `UPDATE payout_run_line l
        SET state = 'collected',
            released_at = CASE WHEN EXISTS (SELECT FROM payout y WHERE y.disbursement = l.disbursement AND y.claimed_at >= l.released_at)
                               THEN l.released_at END
       FROM disbursement d
      WHERE l.run = $1 AND l.state = 'released' AND d.key = l.disbursement AND d.state = ANY ($2::text[]) AND NOT ${IS_USED}`,
    [key, AT_REST],
  )
  const { rowCount } = await pass('pause:taken-back', taking)
  const writing = sql.query(
    `UPDATE payout_run SET state = $2, stopped_at = $3, stopped_by = $4, reason = $5, version = version + 1 WHERE key = $1`,
    [key, to, new Date(atMs), actor.person, reason],
  )
  await pass('pause:written', writing)
  await pass('pause:told', told(sql, run, 'run-paused', actor, atMs, reason, { takenBack: rowCount ?? 0 }))
  return findRun(sql, key)
}

/** Lets a paused run go on under the approval it has, what was under way with it. Throws `not-found`, `run-not-open`. */
export async function resumeRun(
  sql: Sql,
  { pass }: Pick<StoreContext, 'pass'>,
  { run: key, reason }: StopRun,
  actor: Actor,
  atMs: number,
): Promise<RunRow> {
  const run = await pass('resume:locked', lockRun(sql, key))
  const to = stepped(run, 'resume')
  if (run.approvedUntil && run.approvedUntil.getTime() <= atMs) {
    throw new Problem('run-not-open', `the approval of run ${key} ended at ${run.approvedUntil.toISOString()}`)
  }
  const writing = sql.query(
    `UPDATE payout_run SET state = $2, resumes_at = NULL, version = version + 1 WHERE key = $1`,
    [key, to],
  )
  await pass('resume:written', writing)
  await pass('resume:nudged', sql.query(patient(NUDGE_OUT, [key, run.programme])))
  await pass('resume:told', told(sql, run, 'run-resumed', actor, atMs, reason, null))
  return findRun(sql, key)
}

/**
 * Lives of lines that are out and whose payment may be sent, or sent again, which a pause forbids: they wait for nothing sooner than the
 * end of the gateway's memory, or for nothing at all where the engine itself has paused the run and its lines stayed out.
 */
const NUDGE_OUT = `
WITH told AS MATERIALIZED (
  SELECT DISTINCT $2::text AS programme, l.ref FROM payout_run_line l
    JOIN disbursement d ON d.key = l.disbursement
   WHERE l.run = $1 AND l.state = 'released'
     AND (d.state IN ('owed', 'released', 'float-short')
          OR d.state = 'in-flight' AND EXISTS (SELECT FROM payout y WHERE y.disbursement = d.key AND y.n = d.attempts
                                                                       AND y.state IN ('submitting', 'unknown')))
), ${telling('run', 3)}
SELECT count(*) FROM told`

/** Drops a run that nobody has approved. Throws `not-found`, `run-not-open`. */
export async function discardRun(
  sql: Sql,
  context: StoreContext,
  { run: key, reason }: StopRun,
  actor: Actor,
  atMs: number,
): Promise<RunRow> {
  const { pass } = context
  const run = await pass('discard:locked', lockRun(sql, key))
  const to = stepped(run, 'discard')
  const dropped = await pass('discard:lines', endLines(sql, key, 'void', atMs))
  await pass('discard:freed', freeFeesOf(sql, context, run, atMs))
  const writing = sql.query(
    `UPDATE payout_run SET state = $2, stopped_at = $3, stopped_by = $4, reason = $5, ended_at = $3, version = version + 1
      WHERE key = $1`,
    [key, to, new Date(atMs), actor.person, reason],
  )
  await pass('discard:written', writing)
  await pass('discard:told', told(sql, run, 'run-discarded', actor, atMs, reason, { dropped }))
  return findRun(sql, key)
}

/** Whether a run can be aborted. Throws `not-found`, `run-not-open`. */
export async function checkAbort(sql: Sql, key: string): Promise<void> {
  stepped(await findRun(sql, key), 'abort')
}

/** Ends an approved run as two people have agreed: what is under way goes on to its own end, nothing else is sent. Throws `run-not-open`. */
export async function abortRun(
  sql: Sql,
  context: StoreContext,
  key: string,
  by: Agreed,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { pass } = context
  await pass('abort:alone', takeTarget(sql, runTarget(key)))
  const run = await pass('abort:locked', lockRun(sql, key))
  const to = stepped(run, 'abort')
  const dropped = await pass('abort:lines', endLines(sql, key, 'aborted', atMs))
  await pass('abort:freed', freeFeesOf(sql, context, run, atMs))
  const writing = sql.query(
    `UPDATE payout_run SET state = $2, stopped_at = $3, stopped_by = $4, reason = $5, ended_at = $3, ended_under = $6,
            version = version + 1 WHERE key = $1`,
    [key, to, new Date(atMs), actor.person, by.reason, by.id],
  )
  await pass('abort:written', writing)
  const after = { proposal: by.id, proposedBy: by.proposer, dropped }
  await pass('abort:told', told(sql, run, 'run-aborted', actor, atMs, by.reason, after))
}

/** What the run did not send costs no fees. */
async function freeFeesOf(sql: Sql, context: StoreContext, run: RunRow, atMs: number): Promise<void> {
  if (run.fees === 0n) return
  const { zone } = await context.programmes.version(run.programme, run.programmeVersion, sql)
  await freeRunFees(sql, run, zone, atMs)
}

/** Every line that is open ends with its run: `left` where a payment of it is under way. How many were dropped. */
export async function endLines(
  sql: Sql,
  key: string,
  reason: 'void' | 'aborted' | 'expired',
  atMs: number,
): Promise<number> {
  const { rows } = await sql.query<{ dropped: number }>(patient(END_LINES, [key, reason, new Date(atMs)]))
  return one(rows, 'lines').dropped
}

const END_LINES = `
WITH ended AS (
  UPDATE payout_run_line l
     SET state = CASE WHEN d.state = 'paid' THEN 'paid' WHEN l.state = 'released' AND d.state IN ('in-flight', 'review') THEN 'left' ELSE 'dropped' END,
         reason = CASE WHEN d.state = 'paid' THEN NULL WHEN l.state = 'released' AND d.state IN ('in-flight', 'review') THEN d.state
                       WHEN $2 = 'expired' AND p.held_at IS NOT NULL THEN 'hold'
                       WHEN $2 = 'expired' AND ${frozenBy('l.gateway')} THEN 'freeze' ELSE $2 END,
         ended_at = $3
    FROM disbursement d JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
   WHERE l.run = $1 AND l.state IN ('collected', 'released') AND d.key = l.disbursement
  RETURNING l.state
)
SELECT count(*) FILTER (WHERE state = 'dropped')::int AS dropped FROM ended`

/** The audit row of a step, and the nudge to the run's workflow. */
export async function told(
  sql: Sql,
  run: RunRow,
  act: 'run-approved' | 'run-paused' | 'run-resumed' | 'run-aborted' | 'run-discarded',
  actor: Actor,
  atMs: number,
  reason: string,
  after: Readonly<Record<string, unknown>> | null,
): Promise<void> {
  const { key, programme, state } = run
  const before = { state, proposal: run.proposal }
  await insertAudit(sql, [{ act, actor, atMs, subject: `run:${key}`, programme, reason, before, after }])
  await insertMessages(sql, [runNudge(run)])
}
