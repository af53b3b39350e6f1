/** No process runs on a database that is behind, or whose guards it could lift itself. */
import path from 'node:path'
import { CODE_ROOT } from '../local/project.ts'
import type { Sql } from '../store/database.ts'
import { guardFaults } from '../store/guards.ts'
import type { Store } from '../store/index.ts'
import { missingMigrations } from '../store/migrations.ts'
import type { SealBook } from '../store/seals.ts'
import { underWayElsewhere } from '../store/underway.ts'
import type { Engine } from './compose.ts'

const EXIT_FAILED = 1

/** What is wrong with the database, one sentence each with what mends it; empty when all is well. */
export function redLines(store: Store): Promise<string[]> {
  return faultsOf(store.context.database.pool, 'lunas_app')
}

/** As seen by a process that is to connect as `role`. */
async function faultsOf(pool: Sql, role: string): Promise<string[]> {
  const missing = await missingMigrations(pool, path.join(CODE_ROOT, 'prisma/migrations'))
  if (missing.length > 0) return [`the database is behind: ${missing.join(', ')}; run: lunas migrate`]
  return guardFaults(pool, role)
}

/** Ends the process when the database is not as it must be, or money is under way where this process could not follow it. */
export async function refuseUnguarded(engine: Engine): Promise<void> {
  const faults = await redLines(engine.store)
  // The question needs the tables: one fault after the other.
  if (faults.length === 0) faults.push(...(await unfollowed(engine)))
  endOn(faults)
}

/** Ends the sealer when the database is not as it must be: a seal over what anybody may change would prove nothing. */
export async function refuseUnguardedTrail(book: SealBook): Promise<void> {
  endOn(await faultsOf(book.pool, 'lunas_seal'))
}

function endOn(faults: readonly string[]): void {
  if (faults.length === 0) return
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  process.exit(EXIT_FAILED)
}

/** Lives whose payout is at a gateway that was taken out of the settings would stand still, with money on its way. */
async function unfollowed({ store, gateways }: Engine): Promise<string[]> {
  const elsewhere = await underWayElsewhere(store.context.database.pool, [...gateways.keys()])
  return elsewhere.map(
    ({ gateway, payouts }) => `${unfollowedPayouts(gateway, payouts)}; name it there until they have ended`,
  )
}

export function unfollowedPayouts(gateway: string, payouts: number): string {
  const are = payouts === 1 ? '1 payout is' : `${payouts} payouts are`
  return `${are} under way at ${gateway}, which LUNAS_GATEWAYS does not name`
}
