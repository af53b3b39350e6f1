/** Puts guards back: what was dropped, changed or given away becomes again what `prisma/guards.ts` says. */
import type { Sql } from './database.ts'
import { catalogFaults } from './guards.ts'

export interface Restoration {
  /** Guards that were missing or changed and are back, by kind and name. */
  readonly restored: readonly string[]
  /** What is still wrong, one sentence each with what mends it or why it cannot be. */
  readonly left: readonly string[]
}

/** Restores every guard it can, each in a transaction of its own. Meant for lunas_migrate; repeating it changes nothing. */
export async function restoreGuards(sql: Sql): Promise<Restoration> {
  const restored: string[] = []
  const refused = new Map<string, string>()
  for (const { guard, sql: statement } of await catalogFaults(sql)) {
    if (statement === null) continue
    const name = `${guard.kind} ${guard.name}`
    const refusal = await tryRestoring(sql, statement)
    if (refusal === null) restored.push(name)
    else refused.set(name, refusal)
  }
  const left = (await catalogFaults(sql)).map(({ guard, found, mend }) => {
    const refusal = refused.get(`${guard.kind} ${guard.name}`)
    return refusal === undefined ? `${found}; mend it: ${mend}` : `${found}; it cannot be restored: ${refusal}`
  })
  return { restored, left }
}

/** Null, or why the database refused. Waits for locks only shortly: whoever waits for one holds up payments behind it. */
async function tryRestoring(sql: Sql, statement: string): Promise<string | null> {
  await sql.query('BEGIN')
  try {
    await sql.query(`SET LOCAL lock_timeout = '5s'`)
    await sql.query(statement)
    await sql.query('COMMIT')
    return null
  } catch (error) {
    await sql.query('ROLLBACK')
    return error instanceof Error ? error.message : String(error)
  }
}
