/** Messages on their way to workflows: leased by relays, delivered, or refused until they are dead and people look. */
import { engineActor, type Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { insertAudit } from './audit.ts'
import { inTransaction, one, type Database, type Sql } from './database.ts'
import { showLifeFailed } from './life-failed.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { StoreContext } from './options.ts'
import { retryUnmatched } from './questions.ts'
import { wakeRuns } from './run-rows.ts'
import { tellOn, TOLD_AT_ONCE } from './tellings.ts'

/** All messages of one life that one delivery tells. */
export interface Lease {
  readonly programme: string
  /** The person's, or that of a payout run: `run:20261126-1`. */
  readonly ref: string
  readonly ids: readonly string[]
  readonly wave: string | null
  /** Empty for a run, like the stage. */
  readonly region: string
  readonly stage: string
}

export interface DeadMessage {
  readonly id: string
  readonly programme: string
  readonly ref: string
  readonly kind: string
  readonly refusals: number
  readonly refusal: string | null
  readonly createdAt: Date
}

export interface Swept {
  /** Lives that were nudged. */
  readonly nudged: number
  /** Others may be past their moment: those who wait for what is on its way to them already are passed by, and counted for nothing. */
  readonly isMore: boolean
}

export interface Messages {
  /** Leases the pending messages of up to `lives` lives for `seconds`; no transaction stays open during the delivery. */
  lease(lives: number, seconds: number): Promise<Lease[]>
  /** Marks messages delivered; those that died or were delivered before stay as they are. */
  delivered(ids: readonly string[]): Promise<void>
  /** The run of a life has heard a message: marks it delivered, but where the life has closed, for recovery is to hear it too; false then. */
  heard(id: string): Promise<boolean>
  /**
   * Gives messages back untouched: the server was not reached, which says nothing about them. The older they are the longer they
   * rest, at most half a minute, so that one that never gets through does not take the turn of others.
   */
  postponed(ids: readonly string[]): Promise<void>
  /**
   * The run of a life has ended. Is the life open, its run failed or was terminated: people are shown it, and its messages rest
   * until its run is mended. Has it closed meanwhile, the messages go to recovery with the next lease.
   */
  afterEnd(lease: Pick<Lease, 'programme' | 'ref' | 'ids'>): Promise<void>
  /** Counts a refusal; the tenth makes a message dead, which people are shown. */
  refused(ids: readonly string[], why: string): Promise<void>
  /** The oldest dead messages, of some programmes or of all. */
  dead(programmes: readonly string[] | null): Promise<DeadMessage[]>
  /** How much waits to be told, and since when; and how much is dead. */
  backlog(): Promise<Backlog>
  /** Nudges lives past their latest expected moment, at most so many, and tries unmatched callbacks again. */
  sweep(limit: number): Promise<Swept>
  /** Tells the next part of those who waited for something that has ended; false when there is none to be told now. */
  tellOn(people?: number): Promise<boolean>
}

/** What one call put back; after a long fault there are more than one transaction should carry. */
export interface RedrivenAll {
  readonly redriven: number
  /** How many are dead still. */
  readonly left: number
}

export interface Backlog {
  readonly pending: number
  readonly dead: number
  /** How long the oldest that may be told waits, seconds; 0 when none does. */
  readonly oldestSeconds: number
}

const REFUSALS_MAX = 10
/** Seconds. */
const UNREACHABLE_REST = [2, 30] as const
const ENDED_REST = [60, 900] as const
/** After a long fault there may be very many; people work them off from the oldest. */
const DEAD_SHOWN_MAX = 500
/** In one transaction: a second or so, well within what a request may take. */
const REDRIVEN_MAX = 10_000

/**
 * Neither a lease nor the mark of a delivery waits for the disk: should the server lose one, the message is told again, and a
 * life ignores what it has been told. Three of a life's four commits for a message are these. Money never uses it.
 */
const UNHURRIED = `set_config('synchronous_commit', 'off', true) = 'off'`

/**
 * Rows are locked where they are chosen, and those of others are passed over: two relays that want the rest of one life's
 * messages never wait for each other.
 */
const LEASE = `
WITH due AS (
  SELECT id, programme, ref, priority, created_at FROM message
   WHERE state = 'pending' AND deliver_after <= now() AND (leased_until IS NULL OR leased_until < now())
   ORDER BY priority, deliver_after LIMIT $1 * 4 FOR UPDATE SKIP LOCKED
), lives AS (
  SELECT programme, ref FROM due GROUP BY programme, ref ORDER BY min(priority), min(created_at) LIMIT $1
), taken AS (
  SELECT m.id FROM message m JOIN lives USING (programme, ref)
   WHERE m.state = 'pending' AND m.deliver_after <= now() AND (m.leased_until IS NULL OR m.leased_until < now())
     FOR UPDATE OF m SKIP LOCKED
), leased AS (
  UPDATE message SET leased_until = now() + $2 * interval '1 second' WHERE id IN (SELECT id FROM taken) AND ${UNHURRIED}
  RETURNING programme, ref, id, priority
)
SELECT l.programme, l.ref, array_agg(l.id ORDER BY l.id)::text[] AS ids, p.wave,
       coalesce(p.region, '') AS region, coalesce(p.stage, '') AS stage
  FROM leased l LEFT JOIN participant p USING (programme, ref)
 GROUP BY l.programme, l.ref, p.wave, p.region, p.stage
 ORDER BY min(l.priority)`

const HEARD = `
WITH heard AS (
  SELECT m.id FROM message m JOIN participant p USING (programme, ref) WHERE m.id = $1 AND p.stage <> 'closed'
), told AS (
  UPDATE message SET state = 'delivered', delivered_at = now()
   WHERE id = (SELECT id FROM heard) AND state = 'pending' AND ${UNHURRIED}
)
SELECT FROM heard`

/** How long a message rests: as long as it is old, between bounds. A message has no counter but that of its refusals. */
const REST = "least($3, greatest($2, extract(epoch FROM now() - created_at))) * interval '1 second'"
const POSTPONE = `
UPDATE message SET leased_until = NULL, deliver_after = now() + ${REST}
 WHERE id = ANY ($1::uuid[]) AND state = 'pending'`

/** Of the lives that are past their moment so many are looked at for each one that may be nudged. */
const LOOKED_AT = 4
/**
 * A life with a message on its way is not nudged: a second nudge would only lengthen the backlog it waits in. It is put off with the others,
 * so that however many wait so, each sweep looks at others and at no more.
 */
const SWEEP = `
WITH due AS MATERIALIZED (
  SELECT programme, ref, heard_by, EXISTS (SELECT FROM message m
                                            WHERE (m.programme, m.ref) = (p.programme, p.ref) AND m.state = 'pending') AS told
    FROM participant p WHERE heard_by < now()
   ORDER BY heard_by LIMIT $1 * ${LOOKED_AT} FOR UPDATE SKIP LOCKED
), chosen AS (
  SELECT programme, ref, told FROM due WHERE told
   UNION ALL
  (SELECT programme, ref, told FROM due WHERE NOT told ORDER BY heard_by LIMIT $1)
), put_off AS (
  UPDATE participant p SET heard_by = now() + interval '5 minutes', swept = swept + (NOT told)::int
    FROM chosen WHERE (p.programme, p.ref) = (chosen.programme, chosen.ref)
  RETURNING p.programme, p.ref, told
)
SELECT programme, ref, told FROM put_off`

export function createMessages(context: StoreContext): Messages {
  const { database } = context
  const { pool } = database
  return {
    async lease(lives, seconds) {
      const { rows } = await pool.query<Lease>({ name: 'lease', text: LEASE, values: [lives, seconds] })
      return rows
    },
    async delivered(ids) {
      await pool.query({
        name: 'delivered',
        text: `UPDATE message SET state = 'delivered', delivered_at = now()
                WHERE id = ANY ($1::uuid[]) AND state = 'pending' AND ${UNHURRIED}`,
        values: [ids],
      })
    },
    async heard(id) {
      const { rows } = await pool.query({ name: 'heard', text: HEARD, values: [id] })
      return rows.length > 0
    },
    async postponed(ids) {
      await pool.query(POSTPONE, [ids, ...UNREACHABLE_REST])
    },
    afterEnd: (lease) => afterEnd(database, lease),
    refused: (ids, why) => refuse(database, ids, why),
    async dead(programmes) {
      const { rows } = await pool.query<DeadMessage>(
        `SELECT id, programme, ref, kind, refusals, refusal, created_at AS "createdAt" FROM message
          WHERE state = 'dead' AND ($1::text[] IS NULL OR programme = ANY ($1)) ORDER BY created_at, id LIMIT $2`,
        [programmes, DEAD_SHOWN_MAX],
      )
      return rows
    },
    async sweep(limit) {
      await retryUnmatched(database, limit)
      await wakeRuns(database.pool)
      return inTransaction(database, async (sql) => {
        const { rows } = await sql.query<{ programme: string; ref: string; told: boolean }>(SWEEP, [limit])
        const untold = rows.filter(({ told }) => !told)
        await insertMessages(
          sql,
          untold.map((row) => nudge(row.programme, row.ref, 'sweep', 5)),
        )
        const nudged = untold.length
        return { nudged, isMore: nudged === limit || rows.length === limit * LOOKED_AT }
      })
    },
    tellOn: (people = TOLD_AT_ONCE) => tellOn(context, people),
    async backlog() {
      const { rows } = await pool.query<Backlog>(BACKLOG)
      return one(rows, 'backlog')
    },
  }
}

const BACKLOG = `
SELECT count(*) FILTER (WHERE state = 'pending')::int AS pending, count(*) FILTER (WHERE state = 'dead')::int AS dead,
       coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'pending' AND deliver_after <= now())),
                0)::float8 AS "oldestSeconds"
  FROM message WHERE state IN ('pending', 'dead')`

async function afterEnd(database: Database, { programme, ref, ids }: Pick<Lease, 'programme' | 'ref' | 'ids'>) {
  const isOpen = await showLifeFailed(database.pool, programme, ref)
  if (isOpen) await database.pool.query(POSTPONE, [ids, ...ENDED_REST])
  else await refuse(database, ids, 'the run has ended')
}

/** What people must decide in these lives stays shown; what they only wait for gives way, for the life may not hear of its end. */
const SHOW_DEAD = `
UPDATE participant p SET attention = 'message-dead', attention_since = now()
  FROM unnest($1::text[], $2::text[]) AS died (programme, ref)
 WHERE (p.programme, p.ref) = (died.programme, died.ref)
   AND coalesce(p.attention, '') NOT IN ('life-failed', 'review', 'failed', 'message-dead')`

async function refuse(database: Database, ids: readonly string[], why: string): Promise<void> {
  await inTransaction(database, async (sql) => {
    const { rows } = await sql.query<{ id: string; programme: string; ref: string; state: string }>(
      `UPDATE message
          SET refusals = refusals + 1, refusal = $2, leased_until = NULL,
              deliver_after = now() + least(60, power(2, refusals)) * interval '1 second',
              state = CASE WHEN refusals + 1 >= $3 THEN 'dead' ELSE state END
        WHERE id = ANY ($1::uuid[]) AND state = 'pending'
       RETURNING id, programme, ref, state`,
      [ids, why, REFUSALS_MAX],
    )
    const died = rows.filter((row) => row.state === 'dead')
    if (died.length === 0) return
    await sql.query(SHOW_DEAD, [died.map(({ programme }) => programme), died.map(({ ref }) => ref)])
    await insertAudit(
      sql,
      died.map(({ id, programme, ref }) => ({
        act: 'message-died' as const,
        actor: engineActor(),
        atMs: Date.now(),
        subject: `message:${id}`,
        programme,
        ref,
        reason: why,
        before: { state: 'pending' },
      })),
    )
  })
}

/** Those that somebody else puts back at this moment are passed over. */
const REDRIVE_ALL = `
WITH dead AS (
  SELECT id FROM message WHERE state = 'dead' AND ($1::text[] IS NULL OR programme = ANY ($1))
   ORDER BY created_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE message SET state = 'pending', refusals = 0, leased_until = NULL, deliver_after = now()
  FROM dead WHERE message.id = dead.id RETURNING message.id, message.programme, message.ref`

/**
 * Puts the oldest dead messages back, of some programmes or of all, in the caller's transaction: after a fault that is mended.
 * Each has its audit row. Whoever wants all of them calls until none is left.
 */
export async function redriveAllMessages(
  sql: Sql,
  programmes: readonly string[] | null,
  actor: Actor,
  atMs: number,
  limit = REDRIVEN_MAX,
): Promise<RedrivenAll> {
  const { rows } = await sql.query<{ id: string; programme: string; ref: string }>(REDRIVE_ALL, [programmes, limit])
  await insertAudit(
    sql,
    rows.map(({ id, programme, ref }) => ({
      act: 'message-redriven' as const,
      actor,
      atMs,
      subject: `message:${id}`,
      programme,
      ref,
      before: { state: 'dead' },
    })),
  )
  const dead = await sql.query<{ left: number }>(
    `SELECT count(*)::int AS left FROM message WHERE state = 'dead' AND ($1::text[] IS NULL OR programme = ANY ($1))`,
    [programmes],
  )
  return { redriven: rows.length, left: one(dead.rows, 'count').left }
}

/** How many messages are dead, in a programme or in all. */
export async function deadIn(sql: Sql, programme: string | null): Promise<number> {
  const { rows } = await sql.query<{ dead: number }>(
    `SELECT count(*)::int AS dead FROM message WHERE state = 'dead' AND ($1::text IS NULL OR programme = $1)`,
    [programme],
  )
  return one(rows, 'dead').dead
}

export function noMessage(id: string): Problem {
  return new Problem('not-found', `no message ${id}`)
}

/** The programme a message belongs to, whatever became of it. Throws `not-found`. */
export async function programmeOfMessage(sql: Sql, id: string): Promise<string> {
  const { rows } = await sql.query<{ programme: string }>('SELECT programme FROM message WHERE id = $1', [id])
  if (!rows[0]) throw noMessage(id)
  return rows[0].programme
}

/** Whose message it is; it stays dead until the transaction ends. Throws `not-found`, `message-not-dead`. */
export async function checkDead(sql: Sql, id: string): Promise<{ programme: string; ref: string }> {
  const { rows } = await sql.query<{ state: string; programme: string; ref: string }>(
    'SELECT state, programme, ref FROM message WHERE id = $1 FOR UPDATE',
    [id],
  )
  const row = rows[0]
  if (!row) throw noMessage(id)
  if (row.state !== 'dead')
    throw new Problem('message-not-dead', `message ${id} is ${row.state}; only dead ones are redriven`)
  return row
}

/** Puts a dead message back, in the caller's transaction. Throws `not-found`, `message-not-dead`. */
export async function redriveMessage(
  sql: Sql,
  id: string,
  actor: Actor,
  atMs: number,
): Promise<{ programme: string; ref: string }> {
  const { programme, ref } = await checkDead(sql, id)
  await sql.query(
    `UPDATE message SET state = 'pending', refusals = 0, leased_until = NULL, deliver_after = now() WHERE id = $1`,
    [id],
  )
  const told = { actor, atMs, subject: `message:${id}`, programme, ref, before: { state: 'dead' } }
  await insertAudit(sql, [{ ...told, act: 'message-redriven' }])
  return { programme, ref }
}
