/** How far the gateways have answered about what a restored database may have forgotten. */
import { engineActor } from '../domain/act.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'

/** Told once while it stays so: whoever waits for a gateway asks again and again. */
export async function keepSilent(sql: Sql, id: string, gateways: readonly string[], atMs: number): Promise<void> {
  const silent = gateways.toSorted()
  const { rowCount } = await sql.query(
    `UPDATE restore SET silent = $2, version = version + 1
      WHERE id = $1 AND closed_at IS NULL AND looked_up_at IS NULL AND silent IS DISTINCT FROM $2::text[]`,
    [id, silent],
  )
  if (rowCount === 0) return
  const subject = `restore:${id}`
  await insertAudit(sql, [{ act: 'restore-asked', actor: engineActor(), atMs, subject, after: { silent } }])
}

/** Everything has been told; once. */
export async function keepLookedUp(
  sql: Sql,
  id: string,
  counts: Readonly<Record<string, number>>,
  atMs: number,
): Promise<void> {
  const { rowCount } = await sql.query(
    'UPDATE restore SET looked_up_at = $2, version = version + 1 WHERE id = $1 AND closed_at IS NULL AND looked_up_at IS NULL',
    [id, new Date(atMs)],
  )
  if (rowCount === 0) return
  const subject = `restore:${id}`
  await insertAudit(sql, [{ act: 'restore-looked-up', actor: engineActor(), atMs, subject, after: counts }])
}
