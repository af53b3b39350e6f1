/**
 * How a claim and a freeze meet. A claim holds each target that would stop it shared, in a statement of its own, and only then reads
 * which freezes are in force; a freeze takes its target alone, so that at its commit no claim is on its way that has not seen it.
 * Lives are locked before targets, everywhere: who holds a target never waits for a life.
 */
import type { Sql } from './database.ts'

/**
 * A process that stops in the middle of a claim would keep every freeze waiting: its connection is given up after this, and the
 * claim with it. Milliseconds.
 */
const CLAIMER_PATIENCE_MS = 2000

/** What is held by whoever claims, promises or owes in a programme, and taken by who ends one of its fiscal years. */
export function yearsTarget(programme: string): string {
  return `years:${programme}`
}

/** Holds the years of a programme against their end, however long the transaction takes. */
export async function holdYears(sql: Sql, programme: string): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock_shared(hashtextextended('freeze:' || $1, 0))`, [yearsTarget(programme)])
}

/** Holds the targets against freezes until the transaction ends. Freezes are read in the next statement, never in this one. */
export async function holdTargets(sql: Sql, targets: readonly string[]): Promise<void> {
  await sql.query({
    name: 'hold-targets',
    text: `SELECT set_config('idle_in_transaction_session_timeout', $2, true),
                  pg_advisory_xact_lock_shared(hashtextextended('freeze:' || target, 0))
             FROM unnest($1::text[]) AS asked (target)`,
    values: [targets.toSorted(), String(CLAIMER_PATIENCE_MS)],
  })
}

/** Those of the targets that are frozen, as it stays until the transaction ends. */
export async function heldFreezes(sql: Sql, targets: readonly string[]): Promise<string[]> {
  await holdTargets(sql, targets)
  const { rows } = await sql.query<{ target: string }>(
    'SELECT target FROM freezes WHERE lifted_at IS NULL AND target = ANY ($1::text[])',
    [targets],
  )
  return rows.map(({ target }) => target)
}

/** Takes a target alone: waits for the claims that hold it, and lets no other one begin until the transaction ends. */
export async function takeTarget(sql: Sql, target: string): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('freeze:' || $1, 0))`, [target])
}
