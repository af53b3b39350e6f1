/**
 * Releasing a run, portion by portion: each is one transaction under the run's lock, names no person, and nudges the lives it lets go.
 * Never more than a few minutes of a gateway's rate is ahead of it, so that a stop finds nothing queued.
 */
import { engineActor } from '../domain/act.ts'
import { addDuration } from '../domain/duration.ts'
import { RUN_ENDS, runTarget, type RunState } from '../domain/payout-run.ts'
import type { Programme, RunRules } from '../domain/programme.ts'
import { insertAudit } from './audit.ts'
import { inTransaction, one, patient, type Sql } from './database.ts'
import { telling } from './nudges.ts'
import type { StoreContext } from './options.ts'
import { STILL_OWED } from './owed-amount.ts'
import { freeRunFees } from './fees.ts'
import { takeTarget } from './freeze-locks.ts'
import { IS_USED } from './run-approval.ts'
import { firstLines, SILENT_PAUSE_MS } from './run-canary.ts'
import { frozenBy } from './run-collect.ts'
import { findRun, lockRun, type RunRow } from './run-rows.ts'
import { endLines, rulesOf } from './run-steps.ts'

/** A gateway, and how many payments may be let go ahead of it. */
export interface Ahead {
  readonly gateway: string
  readonly payments: number
}

/** What one look at a run came to. */
export interface RunLook {
  readonly state: RunState
  /** Lines that were let go, and that left the run, with this look. */
  readonly released: number
  readonly dropped: number
  /** Lines that wait to be let go, and that are out. */
  readonly waiting: number
  readonly out: number
  /** Nothing happens by itself before; null when only a fact or a short pause brings more. */
  readonly untilMs: number | null
}

/** Looks at a run and does what is due: releases the next portion, ends what has ended, closes it. Repeating it is harmless. */
export function lookAtRun(
  context: StoreContext,
  key: string,
  ahead: readonly Ahead[],
  nowMs: number,
): Promise<RunLook> {
  return inTransaction(context.database, async (sql) => {
    const { pass } = context
    // What is sent is counted when it ends: claims that have begun are waited for, and no other one begins.
    const { approvedUntil } = await pass('release:read', findRun(sql, key))
    if (approvedUntil && approvedUntil.getTime() <= nowMs) await pass('release:waited', takeTarget(sql, runTarget(key)))
    const run = await pass('release:locked', lockRun(sql, key))
    const looking = sql.query('UPDATE payout_run SET looked_at = now() WHERE key = $1 AND state <> ALL ($2::text[])', [
      key,
      RUN_ENDS,
    ])
    await pass('release:looked-at', looking)
    const look = new Look(sql, context, run, nowMs)
    return look.take(ahead)
  })
}

const NOT_APPROVED: readonly RunState[] = ['collecting', 'proposed']

class Look {
  readonly #sql: Sql
  readonly #context: StoreContext
  readonly #run: RunRow
  readonly #nowMs: number
  #released = 0
  #dropped = 0

  constructor(sql: Sql, context: StoreContext, run: RunRow, nowMs: number) {
    this.#sql = sql
    this.#context = context
    this.#run = run
    // Whoever waited for the run while people agreed to it looks at it after they had.
    this.#nowMs = Math.max(nowMs, run.approvedAt?.getTime() ?? 0)
  }

  async take(ahead: readonly Ahead[]): Promise<RunLook> {
    const { state, approvedUntil } = this.#run
    if (RUN_ENDS.includes(state)) return this.#told(state, { waiting: 0, out: 0 }, null)
    if (NOT_APPROVED.includes(state)) return this.#told(state, { waiting: this.#run.lines, out: 0 }, null)
    const untilMs = approvedUntil?.getTime() ?? 0
    if (untilMs <= this.#nowMs) return this.#close()
    const { pass } = this.#context
    const { programme, rules } = await pass('release:ruled', rulesOf(this.#sql, this.#context, this.#run))
    await pass('release:settled', this.#settle())
    const before = await pass('release:counted', this.#count())
    if (before.waiting + before.out === 0) return this.#close()
    if (state === 'paused') return this.#told(state, before, untilMs)
    const restsUntilMs = await pass('release:canary', this.#canary(programme, rules, before))
    if (restsUntilMs === 'stopped') return this.#told('paused', before, untilMs)
    // The run is locked: what the portion moved is known without counting all of it again.
    const after = restsUntilMs === null ? await pass('release:let-go', this.#release(ahead, rules, before)) : before
    return after.waiting + after.out === 0 ? this.#close() : this.#told('releasing', after, restsUntilMs)
  }

  #told(state: RunState, { waiting, out }: { waiting: number; out: number }, untilMs: number | null): RunLook {
    return { state, released: this.#released, dropped: this.#dropped, waiting, out, untilMs }
  }

  async #count(): Promise<Counted> {
    const { rows } = await this.#sql.query<Counted>(patient(COUNT, [this.#run.key]))
    return one(rows, 'count')
  }

  /** Lines that are out, and whose disbursement has come to an end or is no longer what was approved. */
  async #settle(): Promise<void> {
    const values = [this.#run.key, new Date(this.#nowMs), await this.#misrouted()]
    await this.#took(await this.#sql.query<MovedRow>(patient(SETTLE, values)))
  }

  /** By which gateways lines are out that lives would no longer take, as `ROUTE` has them: they would wait for the end of the approval. */
  async #misrouted(): Promise<string[]> {
    const { key, programme: code } = this.#run
    const { rows } = await this.#sql.query<RouteRow>(patient(ROUTES_OUT, [key]))
    const wrong: string[] = []
    for (const { route, version, institution, gateway } of rows) {
      const { payment } = await this.#context.programmes.version(code, version, this.#sql)
      if (this.#context.route(payment.gateways, institution) !== gateway) wrong.push(route)
    }
    return wrong
  }

  /**
   * The first lines go alone and are looked at for a while. When they are out, the instant until which the others wait; null when
   * they may go; `stopped` when more than half of them went wrong, and people must look. What nobody has an answer of proves nothing: outside
   * the gateway's hours, behind a freeze or a long queue the others wait on.
   */
  async #canary(programme: Programme, { canary }: RunRules, { released }: Counted): Promise<number | null | 'stopped'> {
    const { key, resumesAt, stoppedBy } = this.#run
    // People have looked at what the engine stopped.
    if (released !== canary.lines || stoppedBy === 'engine') return null
    const pausedUntilMs = addDuration(this.#nowMs, canary.pause, programme.zone)
    if (resumesAt === null) {
      await this.#rest(pausedUntilMs)
      return pausedUntilMs > this.#nowMs ? pausedUntilMs : null
    }
    if (resumesAt.getTime() > this.#nowMs) return resumesAt.getTime()
    const { wrong, silent } = await firstLines(this.#sql, key)
    if (wrong * 2 <= released) {
      // Who asks for no pause looks at nothing.
      if (silent === 0 || pausedUntilMs <= this.#nowMs) return null
      const againMs = Math.min(pausedUntilMs, this.#nowMs + SILENT_PAUSE_MS)
      await this.#rest(againMs)
      return againMs
    }
    const reason = `${wrong} of the first ${released} payments went wrong`
    await this.#sql.query(
      `UPDATE payout_run SET state = 'paused', stopped_at = $2, stopped_by = 'engine', reason = $3, version = version + 1 WHERE key = $1`,
      [key, new Date(this.#nowMs), reason],
    )
    await this.#audit('run-paused', { wrong, released }, reason)
    return 'stopped'
  }

  async #rest(untilMs: number): Promise<void> {
    const { key } = this.#run
    await this.#sql.query('UPDATE payout_run SET resumes_at = $2, version = version + 1 WHERE key = $1', [
      key,
      new Date(untilMs),
    ])
  }

  /** Lets the next portion go; how many lines there are then. */
  async #release(ahead: readonly Ahead[], rules: RunRules, before: Counted): Promise<Counted> {
    const { released } = before
    const { key, state, programme } = this.#run
    const { pass } = this.#context
    // Runs share what may be ahead: one at a time decides, and sees what the others have let go.
    const taking = this.#sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('run-portions', 0))`)
    await pass('release:alone', taking)
    if (state === 'approved' || this.#run.releasedAt === null) {
      const opening = this.#sql.query(
        `UPDATE payout_run SET state = 'releasing', released_at = coalesce(released_at, $2), version = version + 1 WHERE key = $1`,
        [key, new Date(this.#nowMs)],
      )
      await pass('release:opened', opening)
    }
    const sharing = this.#sql.query<{ gateway: string; room: number }>(
      patient(ROOM, [
        ahead.map(({ gateway }) => gateway),
        ahead.map(({ payments }) => payments),
        programme,
        new Date(this.#nowMs),
      ]),
    )
    const { rows: shares } = await pass('release:shared', sharing)
    const canary = released < rules.canary.lines ? rules.canary.lines - released : null
    const letting = this.#sql.query<MovedRow>(
      patient(RELEASE, [
        key,
        new Date(this.#nowMs),
        shares.map(({ gateway }) => gateway),
        shares.map(({ room }) => room),
        programme,
        canary,
      ]),
    )
    const moved = await pass('release:written', letting)
    await pass('release:told', this.#took(moved))
    const out = moved.rows.filter(({ state }) => state === 'released').length
    return { waiting: before.waiting - moved.rows.length, out: before.out + out, released: released + out }
  }

  /** Writes down what a statement moved: one row for the portion, and one for each line that left. */
  async #took({ rows }: { readonly rows: readonly MovedRow[] }): Promise<void> {
    const { key, programme } = this.#run
    const released = rows.filter(({ state }) => state === 'released')
    const dropped = rows.filter(({ state }) => state === 'dropped')
    this.#released += released.length
    this.#dropped += dropped.length
    if (released.length > 0) {
      const amount = released.reduce((sum, row) => sum + row.amount, 0n)
      await this.#audit('run-released', { lines: released.length, amount: amount.toString() }, null)
    }
    await insertAudit(
      this.#sql,
      dropped.map(({ disbursement, ref, tranche, reason }) => ({
        act: 'run-line-dropped' as const,
        actor: engineActor(),
        atMs: this.#nowMs,
        subject: disbursement,
        programme,
        ref,
        reason,
        before: { state: 'collected' },
        after: { run: key, tranche },
      })),
    )
  }

  /** Nothing of it is open, or its approval has ended. */
  async #close(): Promise<RunLook> {
    const { pass } = this.#context
    const { key } = this.#run
    const dropped = await pass('close:lines', endLines(this.#sql, key, 'expired', this.#nowMs))
    const { programme } = await pass('close:ruled', rulesOf(this.#sql, this.#context, this.#run))
    await pass('close:freed', freeRunFees(this.#sql, this.#run, programme.zone, this.#nowMs))
    const closing = this.#sql.query(
      `UPDATE payout_run SET state = 'closed', ended_at = $2, version = version + 1 WHERE key = $1`,
      [key, new Date(this.#nowMs)],
    )
    await pass('close:written', closing)
    const counting = this.#sql.query<{ state: string; lines: number; amount: string }>(patient(OUTCOMES, [key]))
    const { rows } = await pass('close:counted', counting)
    const outcomes = Object.fromEntries(rows.map(({ state, lines, amount }) => [state, { lines, amount }]))
    await pass('close:audited', this.#audit('run-closed', outcomes, null))
    this.#dropped += dropped
    return this.#told('closed', { waiting: 0, out: 0 }, null)
  }

  async #audit(
    act: 'run-released' | 'run-closed' | 'run-paused',
    after: Readonly<Record<string, unknown>>,
    reason: string | null,
  ): Promise<void> {
    const { key, programme, state } = this.#run
    await insertAudit(this.#sql, [
      {
        act,
        actor: engineActor(),
        atMs: this.#nowMs,
        subject: `run:${key}`,
        programme,
        reason,
        before: { state },
        after,
      },
    ])
  }
}

interface Counted {
  readonly waiting: number
  readonly out: number
  /** That were let go and not taken back. */
  readonly released: number
}

interface MovedRow {
  readonly disbursement: string
  readonly ref: string
  readonly tranche: string
  readonly amount: bigint
  readonly state: string
  readonly reason: string | null
}

interface RouteRow {
  readonly route: string
  readonly version: number
  readonly institution: string
  readonly gateway: string
}

const COUNT = `
SELECT count(*) FILTER (WHERE state = 'collected')::int AS waiting, count(*) FILTER (WHERE state = 'released')::int AS out,
       count(*) FILTER (WHERE released_at IS NOT NULL AND state <> 'collected')::int AS released
  FROM payout_run_line WHERE run = $1`

const OUTCOMES = `
SELECT state, count(*)::int AS lines, sum(amount)::text AS amount FROM payout_run_line WHERE run = $1 GROUP BY state ORDER BY state`

/** What a line is worth now: null lets it be paid, anything else ends it, and says why. What is under way goes on. */
const VERDICT = `
       CASE WHEN d.state IN ('paid', 'lapsed') THEN d.state
            WHEN d.state = 'cancelled' THEN CASE WHEN p.withdrawn_at IS NULL THEN 'cancelled' ELSE 'withdrawal' END
            WHEN d.state IN ('in-flight', 'review') THEN NULL
            WHEN ${IS_USED} THEN 'paid'
            WHEN p.withdrawn_at IS NOT NULL AND p.stage <> 'closed' THEN 'withdrawal'
            WHEN p.held_at IS NOT NULL THEN 'hold'
            WHEN d.state IN ('failed', 'needs-account') THEN 'refused'
            WHEN a.id IS DISTINCT FROM l.account OR ${STILL_OWED} <> l.amount OR d.currency <> l.currency THEN 'relink' END`

const ABOUT = `
  JOIN disbursement d ON d.key = l.disbursement
  JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
  LEFT JOIN account a ON (a.programme, a.ref) = (d.programme, d.ref) AND a.ended_at IS NULL AND a.state <> 'failed'`

/** Moves the lines of \`judged\` to where their verdict says. By their keys all lines of a run that no statistics know of would be held against each of them. */
const MOVE = `
UPDATE payout_run_line l
   SET state = CASE WHEN j.verdict IS NULL THEN 'released' WHEN j.verdict = 'paid' THEN 'paid' ELSE 'dropped' END,
       reason = nullif(j.verdict, 'paid'),
       released_at = CASE WHEN j.verdict IS NULL THEN coalesce(l.released_at, $2) ELSE l.released_at END,
       ended_at = CASE WHEN j.verdict IS NULL THEN NULL ELSE $2 END
  FROM judged j
       -- The lock of the run keeps its lines in their places.
 WHERE l.ctid = j.line
RETURNING l.disbursement, l.ref, l.tranche, l.amount, l.state, l.reason`

/** The way of a line that is out and not under way: of whom, to where, and through which gateway people agreed to it. */
const ROUTE = `CASE WHEN d.state NOT IN ('in-flight', 'review') THEN p.programme_version || ' ' || a.institution || ' ' || l.gateway END`

const ROUTES_OUT = `
SELECT DISTINCT ${ROUTE} AS route, p.programme_version AS version, a.institution, l.gateway
  FROM payout_run_line l ${ABOUT} WHERE l.run = $1 AND l.state = 'released' AND ${ROUTE} IS NOT NULL`

const SETTLE = `
WITH judged AS (
  SELECT * FROM (SELECT l.ctid AS line, coalesce(${VERDICT}, CASE WHEN ${ROUTE} = ANY ($3::text[]) THEN 'route' END) AS verdict
                   FROM payout_run_line l ${ABOUT}
                  WHERE l.run = $1 AND l.state = 'released') AS looked WHERE verdict IS NOT NULL
)
${MOVE}`

/**
 * How many more of a programme's lines may be let go through each gateway: its share of what may be ahead, less what is ahead of it
 * already. Programmes that release through the same gateway at the same time share by their priorities. What was let go and cannot be claimed now, for it
 * was frozen since or its account rests, is ahead of nobody. It is once it can be, and nothing follows it then until it is less than a share: each such
 * stop leaves one share at most behind it, and the rate is kept by the gateway's own queue.
 */
const ROOM = `
WITH live AS (
  SELECT r.key, r.programme, (v.definition #>> '{payment,runs,priority}')::int AS priority
    FROM payout_run r JOIN programme_version v ON (v.programme, v.version) = (r.programme, r.programme_version)
   WHERE r.state = 'releasing'
), wanting AS (
  SELECT g.gateway, g.ahead, live.programme, max(live.priority) AS priority
    FROM unnest($1::text[], $2::int[]) AS g (gateway, ahead)
    JOIN live ON EXISTS (SELECT FROM payout_run_line l WHERE l.run = live.key AND l.gateway = g.gateway AND l.state = 'collected')
   GROUP BY g.gateway, g.ahead, live.programme
), share AS (
  SELECT gateway, programme, greatest(1, ahead * priority / sum(priority) OVER (PARTITION BY gateway))::int AS lines FROM wanting
)
SELECT s.gateway, greatest(0, s.lines - (
         SELECT count(*) FROM live JOIN payout_run_line l ON l.run = live.key AND l.state = 'released' AND l.gateway = s.gateway
           JOIN disbursement d ON d.key = l.disbursement
           JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
           JOIN account a ON a.id = l.account AND greatest(a.usable_from, a.rests_until) <= $4 AND NOT a.shared AND NOT a.doubtful
          WHERE live.programme = $3 AND NOT ${frozenBy('l.gateway')} AND (d.state IN ('owed', 'released') AND d.release_at <= $4 OR d.state = 'float-short')))::int AS room
  FROM share s WHERE s.programme = $3 ORDER BY s.gateway`

/**
 * So many lines are let go with one look: who stops the run waits for the look's transaction, and seconds are all that a stop may take. The next look
 * comes at once.
 */
const PORTION_MAX = 5000

/** The oldest debts first, of all gateways together where only so many go alone. What is frozen waits, and holds up nothing behind it. */
const RELEASE = `
WITH chosen AS (
  SELECT one.* FROM unnest($3::text[], $4::int[]) AS room (gateway, lines)
   CROSS JOIN LATERAL (
     SELECT l.ctid AS line, l.* FROM payout_run_line l JOIN participant p ON (p.programme, p.ref) = ($5, l.ref)
      WHERE l.run = $1 AND l.gateway = room.gateway AND l.state = 'collected' AND NOT ${frozenBy('l.gateway')}
        AND NOT EXISTS (SELECT FROM account a WHERE a.id = l.account AND a.ended_at IS NULL AND (greatest(a.usable_from, a.rests_until) > $2 OR a.shared OR a.doubtful))
      ORDER BY l.owed_at, l.disbursement LIMIT room.lines) AS one
   ORDER BY one.owed_at, one.disbursement LIMIT least($6::int, ${PORTION_MAX})
), judged AS (
  SELECT l.line, ${VERDICT} AS verdict FROM chosen l ${ABOUT}
), moved AS (${MOVE}
), told AS MATERIALIZED (
  SELECT DISTINCT $5::text AS programme, ref FROM moved WHERE state = 'released'
), ${telling('run', 3)}
SELECT * FROM moved`
