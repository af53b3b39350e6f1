/** How far the gateways have answered about what a restored database may have forgotten. */
import { engineActor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { FOUND_LAST, UNLOOKED } from './lost-time.ts'
import { underWayElsewhere } from './underway.ts'

/** Gateways of which not everything is recorded yet. */
export interface Silence {
  readonly unanswered: readonly string[]
  /** Those that did answer: before another one has, nobody can say what of theirs is to be recorded. */
  readonly heldUp: readonly string[]
}

type Silenced = { readonly silent: readonly string[] | null; readonly unanswered: readonly string[] | null }

/** The restore as whoever looked had found it; null where they asked under the one that is open now. */
export type LookedUnder = { readonly foundAt: Date; readonly restoredTo: Date } | null

/** So much later than before is a restore found once more at least, that nobody takes the one for the other. Milliseconds. */
export const AGAIN_MS = 3

/** Who asked before it was begun once more, or lowered, has not asked about everything. */
const sameAs = (found: string, to: string): string =>
  // What was read of it has no microseconds.
  `(${found}::timestamptz IS NULL OR greatest(${FOUND_LAST} - ${found}::timestamptz, ${found}::timestamptz - ${FOUND_LAST},
                                              r.restored_to - ${to}::timestamptz, ${to}::timestamptz - r.restored_to) < interval '2 milliseconds')`

/** Told once while it stays so: whoever waits for a gateway asks again and again. */
export async function keepSilent(
  sql: Sql,
  id: string,
  gateways: Silence,
  atMs: number,
  under: LookedUnder = null,
): Promise<void> {
  const unanswered = gateways.unanswered.toSorted()
  const silent = [...new Set([...unanswered, ...gateways.heldUp])].toSorted()
  const { rows } = await sql.query<Silenced>(
    `UPDATE restore r SET silent = $2, unanswered = $3, version = r.version + 1
       FROM (SELECT id, silent, unanswered FROM restore WHERE id = $1 FOR UPDATE) AS was
      WHERE r.id = was.id AND ${UNLOOKED} AND ${sameAs('$4', '$5')} AND (r.silent, r.unanswered) IS DISTINCT FROM ($2::text[], $3::text[])
      RETURNING was.silent, was.unanswered`,
    [id, silent, unanswered, under?.foundAt ?? null, under?.restoredTo ?? null],
  )
  const [before] = rows
  if (!before) return
  const subject = `restore:${id}`
  const after = { silent, unanswered }
  await insertAudit(sql, [{ act: 'restore-asked', actor: engineActor(), atMs, subject, before, after }])
}

/** Everything has been told; once. False where it was begun once more, or lowered, since it was found so: not everything has been asked about. */
export async function keepLookedUp(
  sql: Sql,
  id: string,
  counts: Readonly<Record<string, number>>,
  atMs: number,
  under: LookedUnder = null,
): Promise<boolean> {
  const found = [under?.foundAt ?? null, under?.restoredTo ?? null]
  const { rows } = await sql.query<Silenced>(
    // The clock of whoever looked may be behind that of whoever found it.
    `UPDATE restore r SET looked_up_at = greatest($2, ${FOUND_LAST}), version = version + 1
      WHERE id = $1 AND ${UNLOOKED} AND ${sameAs('$3', '$4')}
      RETURNING silent, unanswered`,
    [id, new Date(atMs), ...found],
  )
  const [before] = rows
  // Another look was quicker.
  if (!before)
    return (
      (await sql.query(`SELECT FROM restore r WHERE id = $1 AND ${sameAs('$2', '$3')}`, [id, ...found])).rows.length > 0
    )
  const subject = `restore:${id}`
  await insertAudit(sql, [{ act: 'restore-looked-up', actor: engineActor(), atMs, subject, before, after: counts }])
  return true
}

interface Unlooked {
  readonly id: string
  readonly silent: readonly string[]
  readonly unanswered: readonly string[]
}

/**
 * The restore that a freeze stands for, and that is not looked up; null when there is none. While one is not, everything is frozen for it, whoever had
 * frozen it and for what.
 */
async function unlookedOf(sql: Sql, freeze: string): Promise<Unlooked | null> {
  const { rows } = await sql.query<Unlooked>(
    `SELECT r.id, coalesce(r.silent, '{}') AS silent, coalesce(r.unanswered, r.silent, '{}') AS unanswered
       FROM restore r, freezes w WHERE w.id = $1 AND w.target = 'all' AND ${UNLOOKED}`,
    [freeze],
  )
  return rows[0] ?? null
}

/**
 * A freeze that stands for a restore is not lifted before everything owed has been looked up, at each gateway but those of which two people say that
 * they paid nothing in the lost time: one that is in use no more answers nobody. Whose part waits behind theirs has answered. Throws `conflict`.
 */
export async function refuseUnlooked(sql: Sql, freeze: string, unasked: readonly string[]): Promise<void> {
  const { unanswered } = (await unlookedOf(sql, freeze)) ?? { unanswered: null }
  const answered = unasked.filter((gateway) => !unanswered?.includes(gateway))
  if (answered.length > 0) throw new Problem('conflict', `nobody waits for the answer of ${answered.join(', ')}`)
  if (unanswered === null) return
  const waiting = unanswered.filter((gateway) => !unasked.includes(gateway))
  if (unanswered.length === 0 || waiting.length > 0) {
    const where = waiting.join(', ') || 'its gateways'
    throw new Problem('conflict', `what is owed has not been looked up at ${where}: lunas recover look`)
  }
  const used = (await underWayElsewhere(sql, [])).filter(({ gateway }) => unasked.includes(gateway))
  if (used.length > 0) {
    const names = used.map(({ gateway }) => gateway).join(', ')
    throw new Problem('conflict', `payouts are still under way at ${names}: it was in use, and is to be asked`)
  }
}

/** What nobody is to wait for counts as told, once its freeze is lifted; what waited behind it is looked up again before it is. */
export async function keepUnasked(sql: Sql, freeze: string, unasked: readonly string[], atMs: number): Promise<void> {
  const restore = unasked.length > 0 ? await unlookedOf(sql, freeze) : null
  if (!restore) return
  const heldUp = restore.silent.filter((gateway) => !unasked.includes(gateway))
  if (heldUp.length > 0) await keepSilent(sql, restore.id, { unanswered: [], heldUp }, atMs)
  else await keepLookedUp(sql, restore.id, { unasked: unasked.length }, atMs)
}
