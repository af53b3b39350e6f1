/** How far the gateways have answered about what a restored database may have forgotten. */
import { engineActor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { underWayElsewhere } from './underway.ts'

/** Told once while it stays so: whoever waits for a gateway asks again and again. */
export async function keepSilent(sql: Sql, id: string, gateways: readonly string[], atMs: number): Promise<void> {
  const silent = gateways.toSorted()
  const { rows } = await sql.query<{ silent: readonly string[] | null }>(
    `UPDATE restore r SET silent = $2, version = r.version + 1 FROM (SELECT id, silent FROM restore WHERE id = $1 FOR UPDATE) AS was
      WHERE r.id = was.id AND closed_at IS NULL AND looked_up_at IS NULL AND r.silent IS DISTINCT FROM $2::text[] RETURNING was.silent`,
    [id, silent],
  )
  const [before] = rows
  if (!before) return
  const subject = `restore:${id}`
  await insertAudit(sql, [{ act: 'restore-asked', actor: engineActor(), atMs, subject, before, after: { silent } }])
}

/** Everything has been told; once. */
export async function keepLookedUp(
  sql: Sql,
  id: string,
  counts: Readonly<Record<string, number>>,
  atMs: number,
): Promise<void> {
  const { rows } = await sql.query<{ silent: readonly string[] | null }>(
    'UPDATE restore SET looked_up_at = $2, version = version + 1 WHERE id = $1 AND closed_at IS NULL AND looked_up_at IS NULL RETURNING silent',
    [id, new Date(atMs)],
  )
  const [before] = rows
  if (!before) return
  const subject = `restore:${id}`
  await insertAudit(sql, [{ act: 'restore-looked-up', actor: engineActor(), atMs, subject, before, after: counts }])
}

/** The restore that a freeze stands for, and that is not looked up; null when there is none. */
async function unlookedOf(
  sql: Sql,
  freeze: string,
): Promise<{ readonly id: string; readonly silent: string[] } | null> {
  const { rows } = await sql.query<{ id: string; silent: string[] }>(
    `SELECT id, coalesce(silent, '{}') AS silent FROM restore WHERE freeze_id = $1 AND closed_at IS NULL AND looked_up_at IS NULL`,
    [freeze],
  )
  return rows[0] ?? null
}

/**
 * A freeze that stands for a restore is not lifted before everything owed has been looked up, at each gateway but those of which two people say that
 * they paid nothing in the lost time: one that is in use no more answers nobody. Throws `conflict`.
 */
export async function refuseUnlooked(sql: Sql, freeze: string, unasked: readonly string[]): Promise<void> {
  const { silent } = (await unlookedOf(sql, freeze)) ?? { silent: null }
  const answered = unasked.filter((gateway) => !silent?.includes(gateway))
  if (answered.length > 0) throw new Problem('conflict', `nobody waits for the answer of ${answered.join(', ')}`)
  if (silent === null) return
  const waiting = silent.filter((gateway) => !unasked.includes(gateway))
  if (silent.length === 0 || waiting.length > 0) {
    const where = waiting.join(', ') || 'its gateways'
    throw new Problem('conflict', `what is owed has not been looked up at ${where}: lunas recover look`)
  }
  const used = (await underWayElsewhere(sql, [])).filter(({ gateway }) => unasked.includes(gateway))
  if (used.length > 0) {
    const names = used.map(({ gateway }) => gateway).join(', ')
    throw new Problem('conflict', `payouts are still under way at ${names}: it was in use, and is to be asked`)
  }
}

/** What nobody is to wait for counts as told, once its freeze is lifted. */
export async function keepUnasked(sql: Sql, freeze: string, unasked: readonly string[], atMs: number): Promise<void> {
  const restore = unasked.length > 0 ? await unlookedOf(sql, freeze) : null
  if (restore) await keepLookedUp(sql, restore.id, { unasked: unasked.length }, atMs)
}
