/** Whether a database is at the migrations of this version. */
import { readdirSync } from 'node:fs'
import { codeOf, type Sql } from './database.ts'

/** Migrations of the folder that the database has not finished, by name; empty when it is up to date. */
export async function missingMigrations(sql: Sql, folder: string): Promise<string[]> {
  const wanted = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  try {
    const { rows } = await sql.query<{ migration_name: string }>(
      'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    )
    const finished = new Set(rows.map((row) => row.migration_name))
    return wanted.filter((name) => !finished.has(name)).toSorted()
  } catch (error) {
    if (codeOf(error) === '42P01') return wanted.toSorted()
    throw error
  }
}
