/** No process runs on a database that is behind, or whose guards it could lift itself. */
import path from 'node:path'
import { CODE_ROOT } from '../local/project.ts'
import type { Store } from '../store/index.ts'
import { guardFaults } from '../store/guards.ts'
import { missingMigrations } from '../store/migrations.ts'

const EXIT_FAILED = 1

/** What is wrong with the database, one sentence each with what mends it; empty when all is well. */
export async function redLines(store: Store): Promise<readonly string[]> {
  const { pool } = store.context.database
  const missing = await missingMigrations(pool, path.join(CODE_ROOT, 'prisma/migrations'))
  if (missing.length > 0) return [`the database is behind: ${missing.join(', ')}; run: lunas migrate`]
  return guardFaults(pool)
}

/** Ends the process when the database is not as it must be. */
export async function refuseUnguarded(store: Store): Promise<void> {
  const faults = await redLines(store)
  if (faults.length === 0) return
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  process.exit(EXIT_FAILED)
}
