/** Freezes: in force at their commit, after which nothing in their scope is claimed or sent again; lifted by two people. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { targetKey, type FreezeCause, type FreezeScope, type FreezeTarget } from '../domain/freeze.ts'
import { Problem } from '../domain/problem.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { takeTarget } from './freeze-locks.ts'

export interface NewFreeze {
  readonly target: FreezeTarget
  readonly cause: FreezeCause
  readonly reason: string
  /** What it was seen by, for the audit trail; never personal. */
  readonly details?: Readonly<Record<string, string>>
}

export interface FreezeView {
  readonly id: string
  readonly target: string
  readonly scope: FreezeScope
  readonly programme: string | null
  readonly name: string | null
  readonly cause: FreezeCause
  readonly reason: string
  readonly placedAt: Date
  readonly placedBy: string
  readonly liftedAt: Date | null
  readonly liftedBy: string | null
  /** The proposal that two people agreed to. */
  readonly liftedUnder: string | null
}

const COLUMNS = `id, target, scope, programme, name, cause, reason, placed_at AS "placedAt", placed_by AS "placedBy",
       lifted_at AS "liftedAt", lifted_by AS "liftedBy", lifted_under AS "liftedUnder"`

/** A reader's view is short: those in force, and the newest of the others. */
const SHOWN_MAX = 500

/** Freezes, newest first: those in force, or all. */
export async function listFreezes(sql: Sql, inForceOnly: boolean): Promise<FreezeView[]> {
  const where = inForceOnly ? 'WHERE lifted_at IS NULL' : ''
  const { rows } = await sql.query<FreezeView>(
    `SELECT ${COLUMNS} FROM freezes ${where} ORDER BY lifted_at IS NULL DESC, placed_at DESC, id LIMIT ${SHOWN_MAX}`,
  )
  return rows
}

/** Throws `not-found`. */
export async function findFreeze(sql: Sql, id: string): Promise<FreezeView> {
  const { rows } = await sql.query<FreezeView>(`SELECT ${COLUMNS} FROM freezes WHERE id = $1`, [id])
  if (!rows[0]) throw noFreeze(id)
  return rows[0]
}

export function noFreeze(id: string): Problem {
  return new Problem('not-found', `no freeze ${id}`)
}

async function standingFreeze(sql: Sql, target: string): Promise<FreezeView | undefined> {
  const { rows } = await sql.query<FreezeView>(
    `SELECT ${COLUMNS} FROM freezes WHERE target = $1 AND lifted_at IS NULL`,
    [target],
  )
  return rows[0]
}

export interface Placed {
  readonly freeze: FreezeView
  /** False when it stood already: then this is the first one, with its own reason. */
  readonly isNew: boolean
}

/** Stops a target at the commit of this transaction. The caller may hold lives, and takes no more of them afterwards. */
export async function placeFreeze(
  sql: Sql,
  { target, ...freeze }: NewFreeze,
  actor: Actor,
  atMs: number,
): Promise<Placed> {
  const key = targetKey(target)
  const known = await standingFreeze(sql, key)
  if (known) return { freeze: known, isNew: false }
  await takeTarget(sql, key)
  const { scope, programme, name } = target
  const { cause, reason } = freeze
  const { rows } = await sql.query<FreezeView>(
    `INSERT INTO freezes (id, target, scope, programme, name, cause, reason, placed_at, placed_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (target) WHERE lifted_at IS NULL DO NOTHING RETURNING ${COLUMNS}`,
    [randomUUID(), key, scope, programme, name, cause, reason, new Date(atMs), actor.person],
  )
  const placed = rows[0]
  if (!placed) {
    const standing = await standingFreeze(sql, key)
    // Whoever was quicker has committed, and nobody lifts it while the target is ours.
    if (!standing) throw new Error(`${key} is neither free nor frozen`)
    return { freeze: standing, isNew: false }
  }
  const after = { target: key, cause, ...freeze.details }
  await insertAudit(sql, [
    { act: 'freeze-placed', actor, atMs, subject: `freeze:${placed.id}`, programme, reason, after },
  ])
  return { freeze: placed, isNew: true }
}

/** Those who wait for a freeze to end: something released, or a send that may be repeated. Set-based, however many. */
const NUDGE = `
INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
SELECT gen_random_uuid(), programme, ref, 'lift', 4, 'pending', now()
  FROM (SELECT DISTINCT d.programme, d.ref
          FROM disbursement d
          JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
          JOIN programme_version v ON (v.programme, v.version) = (p.programme, p.programme_version)
          LEFT JOIN payout y ON y.disbursement = d.key AND y.n = d.attempts
         WHERE ($1::text IS NULL OR d.programme = $1)
           AND ($2::text IS NULL OR p.wave = $2)
           AND ($3::text IS NULL OR p.region LIKE $3 || '%')
           AND CASE d.state WHEN 'released' THEN $4::text IS NULL OR v.definition #> '{payment,gateways}' ? $4
                            WHEN 'in-flight' THEN y.state IN ('submitting', 'unknown') AND ($4 IS NULL OR y.gateway = $4)
                            ELSE false END) AS waiting`

export interface Lifted {
  readonly freeze: FreezeView
  /** How many lives were told to look again. */
  readonly nudged: number
}

/** Throws `not-found`, `freeze-lifted`. */
export async function checkFrozen(sql: Sql, id: string): Promise<void> {
  const { liftedAt } = await findFreeze(sql, id)
  if (liftedAt !== null) throw lifted(id)
}

/** The proposal under which a freeze is lifted. */
export interface LiftedUnder {
  readonly id: string
  readonly proposer: string
  readonly reason: string
}

/**
 * Lifts a freeze as two people have agreed: claims go on from this transaction's commit, and everybody who waits for it is nudged.
 * The database refuses a lift without their executed proposal. Throws `not-found`, `freeze-lifted`.
 */
export async function liftFreeze(
  sql: Sql,
  id: string,
  under: LiftedUnder,
  actor: Actor,
  atMs: number,
): Promise<Lifted> {
  const { target } = await findFreeze(sql, id)
  // Who looked and found this freeze has committed its wait, or waits for us and will find it gone: nobody's nudge is lost.
  await takeTarget(sql, target)
  const { rows } = await sql.query<FreezeView>(
    `UPDATE freezes SET lifted_at = $2, lifted_by = $3, lifted_under = $4, version = version + 1
      WHERE id = $1 AND lifted_at IS NULL RETURNING ${COLUMNS}`,
    [id, new Date(atMs), actor.person, under.id],
  )
  const freeze = rows[0]
  if (!freeze) throw lifted(id)
  const { scope, programme, name } = freeze
  const named = (of: FreezeScope): string | null => (scope === of ? name : null)
  const nudges = await sql.query(NUDGE, [programme, named('wave'), named('region'), named('gateway')])
  const nudged = nudges.rowCount ?? 0
  const { reason } = under
  const after = { target, proposal: under.id, proposedBy: under.proposer, nudged }
  await insertAudit(sql, [{ act: 'freeze-lifted', actor, atMs, subject: `freeze:${id}`, programme, reason, after }])
  return { freeze, nudged }
}

function lifted(id: string): Problem {
  return new Problem('freeze-lifted', `freeze ${id} was lifted already`)
}
