/** Messages on their way to workflows: leased by relays, delivered, or refused until they are dead and people look. */
import { engineActor, type Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { insertAudit } from './audit.ts'
import { inTransaction, type Database, type Sql } from './database.ts'
import { insertMessages, nudge } from './nudges.ts'
import { retryUnmatched } from './questions.ts'

/** All messages of one life that one delivery tells. */
export interface Lease {
  readonly programme: string
  readonly ref: string
  readonly ids: readonly string[]
  readonly wave: string | null
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

export interface Messages {
  /** Leases the pending messages of up to `lives` lives for `seconds`; no transaction stays open during the delivery. */
  lease(lives: number, seconds: number): Promise<Lease[]>
  /** Marks messages delivered; those that died or were delivered before stay as they are. */
  delivered(ids: readonly string[]): Promise<void>
  /** Gives messages back untouched: the server was not reached, which says nothing about them. */
  postponed(ids: readonly string[], seconds: number): Promise<void>
  /** Counts a refusal; the tenth makes a message dead. */
  refused(ids: readonly string[], why: string): Promise<void>
  /** The oldest dead messages, of some programmes or of all. */
  dead(programmes: readonly string[] | null): Promise<DeadMessage[]>
  /** Puts a dead message back. Throws `not-found`, `message-not-dead`. */
  redrive(id: string, actor: Actor, atMs: number): Promise<void>
  /** Nudges every life past its latest expected moment, and tries unmatched callbacks again; returns how many lives. */
  sweep(limit: number): Promise<number>
  /** Marks that a life's run ended although its life is open: people look. */
  flagFailed(programme: string, ref: string): Promise<void>
}

const REFUSALS_MAX = 10
/** After a long fault there may be very many; people work them off from the oldest. */
const DEAD_SHOWN_MAX = 500

const LEASE = `
WITH lives AS (
  SELECT programme, ref, min(priority) AS priority, min(created_at) AS since
    FROM (SELECT programme, ref, priority, created_at FROM message
           WHERE state = 'pending' AND deliver_after <= now() AND (leased_until IS NULL OR leased_until < now())
           ORDER BY priority, deliver_after LIMIT $1 * 4 FOR UPDATE SKIP LOCKED) AS due
   GROUP BY programme, ref ORDER BY 3, 4 LIMIT $1
), leased AS (
  UPDATE message m SET leased_until = now() + $2 * interval '1 second'
    FROM lives
   WHERE m.programme = lives.programme AND m.ref = lives.ref AND m.state = 'pending' AND m.deliver_after <= now()
     AND (m.leased_until IS NULL OR m.leased_until < now())
  RETURNING m.programme, m.ref, m.id, m.priority
)
SELECT l.programme, l.ref, array_agg(l.id ORDER BY l.id)::text[] AS ids, p.wave, p.region, p.stage
  FROM leased l JOIN participant p USING (programme, ref)
 GROUP BY l.programme, l.ref, p.wave, p.region, p.stage
 ORDER BY min(l.priority)`

/** A life with a message on its way is left alone: a second nudge would only lengthen the backlog it waits in. */
const SWEEP = `
WITH due AS (
  SELECT programme, ref FROM participant p
   WHERE heard_by < now()
     AND NOT EXISTS (SELECT FROM message m
                      WHERE (m.programme, m.ref) = (p.programme, p.ref) AND m.state = 'pending')
   ORDER BY heard_by LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE participant p SET heard_by = now() + interval '5 minutes'
  FROM due WHERE p.programme = due.programme AND p.ref = due.ref
RETURNING p.programme, p.ref`

export function createMessages(database: Database): Messages {
  const { pool } = database
  return {
    async lease(lives, seconds) {
      const { rows } = await pool.query<Lease>({ name: 'lease', text: LEASE, values: [lives, seconds] })
      return rows
    },
    async delivered(ids) {
      await pool.query({
        name: 'delivered',
        text: `UPDATE message SET state = 'delivered', delivered_at = now() WHERE id = ANY ($1::uuid[]) AND state = 'pending'`,
        values: [ids],
      })
    },
    async postponed(ids, seconds) {
      await pool.query(
        `UPDATE message SET leased_until = NULL, deliver_after = now() + $2 * interval '1 second'
          WHERE id = ANY ($1::uuid[]) AND state = 'pending'`,
        [ids, seconds],
      )
    },
    refused: (ids, why) => refuse(database, ids, why),
    async dead(programmes) {
      const { rows } = await pool.query<DeadMessage>(
        `SELECT id, programme, ref, kind, refusals, refusal, created_at AS "createdAt" FROM message
          WHERE state = 'dead' AND ($1::text[] IS NULL OR programme = ANY ($1)) ORDER BY created_at, id LIMIT $2`,
        [programmes, DEAD_SHOWN_MAX],
      )
      return rows
    },
    redrive: (id, actor, atMs) =>
      inTransaction(database, async (sql) => void (await redriveMessage(sql, id, actor, atMs))),
    async sweep(limit) {
      await retryUnmatched(database, limit)
      return inTransaction(database, async (sql) => {
        const { rows } = await sql.query<{ programme: string; ref: string }>(SWEEP, [limit])
        await insertMessages(
          sql,
          rows.map((row) => nudge(row.programme, row.ref, 'sweep', 5)),
        )
        return rows.length
      })
    },
    async flagFailed(programme, ref) {
      await pool.query(
        `UPDATE participant SET attention = 'life-failed', attention_since = coalesce(attention_since, now())
          WHERE programme = $1 AND ref = $2 AND stage <> 'closed'`,
        [programme, ref],
      )
    },
  }
}

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
      })),
    )
  })
}

/** Puts a dead message back, in the caller's transaction. Throws `not-found`, `message-not-dead`. */
export async function redriveMessage(
  sql: Sql,
  id: string,
  actor: Actor,
  atMs: number,
): Promise<{ programme: string; ref: string }> {
  const { rows } = await sql.query<{ state: string; programme: string; ref: string }>(
    'SELECT state, programme, ref FROM message WHERE id = $1 FOR UPDATE',
    [id],
  )
  const row = rows[0]
  if (!row) throw new Problem('not-found', `no message ${id}`)
  if (row.state !== 'dead')
    throw new Problem('message-not-dead', `message ${id} is ${row.state}; only dead ones are redriven`)
  await sql.query(
    `UPDATE message SET state = 'pending', refusals = 0, leased_until = NULL, deliver_after = now() WHERE id = $1`,
    [id],
  )
  const { programme, ref } = row
  await insertAudit(sql, [{ act: 'message-redriven', actor, atMs, subject: `message:${id}`, programme, ref }])
  return { programme, ref }
}
