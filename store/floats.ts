/** Disbursements that wait because our money at a gateway is short. */
import { engineActor } from '../domain/act.ts'
import { insertAudit } from './audit.ts'
import { inTransaction, one } from './database.ts'
import { lockLife } from './life-rows.ts'
import type { StoreContext } from './options.ts'

export interface Floats {
  /** The amount that waits, in minor units; null when the disbursement no longer does. */
  waiting(disbursement: string): Promise<bigint | null>
  /** Releases it again: the gateway has enough. Repeating it changes nothing. */
  restore(disbursement: string, nowMs: number): Promise<void>
  /** Still short: asked again after the gateway's pause. */
  postpone(disbursement: string, gateway: string, nowMs: number): Promise<void>
}

export function createFloats(context: StoreContext): Floats {
  const { database } = context
  return {
    async waiting(disbursement) {
      const { rows } = await database.pool.query<{ amount: bigint }>(
        `SELECT amount FROM disbursement WHERE key = $1 AND state = 'float-short'`,
        [disbursement],
      )
      return rows[0]?.amount ?? null
    },
    restore: (disbursement, nowMs) =>
      inTransaction(database, async (sql) => {
        const found = await sql.query<{ programme: string; ref: string; tranche: string }>(
          'SELECT programme, ref, tranche FROM disbursement WHERE key = $1',
          [disbursement],
        )
        const { programme, ref, tranche } = one(found.rows, `disbursement ${disbursement}`)
        await lockLife(sql, programme, ref)
        const { rowCount } = await sql.query(
          `UPDATE disbursement SET state = 'released', reason = NULL, release_at = $2, version = version + 1
            WHERE key = $1 AND state = 'float-short'`,
          [disbursement, new Date(nowMs)],
        )
        if (rowCount === 0) return
        const actor = engineActor()
        await insertAudit(sql, [
          { act: 'float-restored', actor, atMs: nowMs, subject: disbursement, programme, ref, after: { tranche } },
        ])
      }),
    async postpone(disbursement, gateway, nowMs) {
      await database.pool.query(`UPDATE disbursement SET release_at = $2 WHERE key = $1 AND state = 'float-short'`, [
        disbursement,
        new Date(nowMs + context.timingOf(gateway).floatCheckMs),
      ])
    },
  }
}
