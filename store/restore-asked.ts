/** How far the gateways have answered about what a restored database may have forgotten. */
import { engineActor } from '../domain/act.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'

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
