/** Freezes: in force at their commit, after which nothing in their scope is claimed or sent again; lifted by two people. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { targetKey, type FreezeCause, type FreezeScope, type FreezeTarget } from '../domain/freeze.ts'
import { Problem } from '../domain/problem.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { takeTarget } from './freeze-locks.ts'
import { tellAll } from './tellings.ts'

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
  // Before anything is read: one that stands may be lifted in a transaction that has not committed, and nothing would be frozen.
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
  const subject = `freeze:${placed.id}`
  await insertAudit(sql, [
    { act: 'freeze-placed', actor, atMs, subject, programme, reason, before: { frozen: false }, after },
  ])
  return { freeze: placed, isNew: true }
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
 * Lifts a freeze as two people have agreed: claims go on from this transaction's commit, and everybody who waits for it is told afterwards.
 * The database refuses a lift without their executed proposal. Throws `not-found`, `freeze-lifted`.
 */
export async function liftFreeze(
  sql: Sql,
  id: string,
  under: LiftedUnder,
  actor: Actor,
  atMs: number,
): Promise<FreezeView> {
  const { target, cause, placedAt, placedBy } = await findFreeze(sql, id)
  // Who looked and found this freeze has committed its wait, or waits for us and will find it gone: nobody is left untold.
  await takeTarget(sql, target)
  const { rows } = await sql.query<FreezeView>(
    `UPDATE freezes SET lifted_at = $2, lifted_by = $3, lifted_under = $4, version = version + 1
      WHERE id = $1 AND lifted_at IS NULL RETURNING ${COLUMNS}`,
    [id, new Date(atMs), actor.person, under.id],
  )
  const freeze = rows[0]
  if (!freeze) throw lifted(id)
  await tellAll(sql, `freeze:${id}`)
  const { programme } = freeze
  const { reason } = under
  const before = { frozen: true, cause, placedAt: placedAt.toISOString(), placedBy }
  const after = { target, proposal: under.id, proposedBy: under.proposer }
  const subject = `freeze:${id}`
  await insertAudit(sql, [{ act: 'freeze-lifted', actor, atMs, subject, programme, reason, before, after }])
  return freeze
}

function lifted(id: string): Problem {
  return new Problem('freeze-lifted', `freeze ${id} was lifted already`)
}
