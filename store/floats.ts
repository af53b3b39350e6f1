/** Disbursements that wait because our money at a gateway is short. */
import { engineActor } from '../domain/act.ts'
import type { Money } from '../domain/money.ts'
import { insertAudit, type AuditEntry } from './audit.ts'
import { inTransaction, one, type Sql } from './database.ts'
import { lockLife } from './life-rows.ts'
import type { StoreContext } from './options.ts'
import { STILL_OWED } from './owed-amount.ts'
import { TARGETS_OF_PLACE } from './run-collect.ts'

export interface Floats {
  /** Whether the disbursement still waits for money at a gateway. */
  waits(disbursement: string): Promise<boolean>
  /**
   * Releases it again if `balance`, what the gateway says may still be spent, is enough for it, for every older debt that waits
   * there too, and for what is spoken for and not yet taken off. Whether it was; repeating it releases nothing more.
   */
  restore(
    disbursement: string,
    at: { readonly gateway: string; readonly balance: Money },
    nowMs: number,
  ): Promise<boolean>
  /** Still short: asked again after the gateway's pause. */
  postpone(disbursement: string, gateway: string, nowMs: number): Promise<void>
}

export function createFloats(context: StoreContext): Floats {
  const { database } = context
  return {
    async waits(disbursement) {
      const { rows } = await database.pool.query(`SELECT FROM disbursement WHERE key = $1 AND state = 'float-short'`, [
        disbursement,
      ])
      return rows.length > 0
    },
    restore: (disbursement, at, nowMs) =>
      inTransaction(database, (sql) => restoreLocked(sql, context, disbursement, at, nowMs)),
    async postpone(disbursement, gateway, nowMs) {
      await database.pool.query(`UPDATE disbursement SET release_at = $2 WHERE key = $1 AND state = 'float-short'`, [
        disbursement,
        new Date(nowMs + context.timingOf(gateway).floatCheckMs),
      ])
    },
  }
}

/** Nothing is sent to person `p`, however much of our money is there, and others at their gateway do not share that. */
const IS_STOPPED = `(p.held_at IS NOT NULL OR EXISTS (SELECT FROM freezes f WHERE f.lifted_at IS NULL AND f.target IN (${TARGETS_OF_PLACE})))`

/**
 * Money that is needed before this disbursement's own: older debts that wait at the gateway, what was restored and is not yet claimed (released for this
 * reason), and what was sent and is not yet known to be accepted, so that it may not be taken off yet. Whoever is stopped takes nothing: they keep nobody
 * waiting, and are refused once more should the money be gone when they go on.
 */
const RESTORE = `
WITH own AS (SELECT d.key, d.owed_at, ${STILL_OWED} AS amount, d.currency FROM disbursement d WHERE d.key = $1 AND d.state = 'float-short' AND d.currency = $4),
spoken AS (
  SELECT coalesce(sum(${STILL_OWED}), 0) AS amount
    FROM own, disbursement d
    JOIN payout y ON y.disbursement = d.key AND y.n = d.attempts
    JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
   WHERE (d.state = 'float-short' OR d.reason = 'float-restored') AND y.gateway = $2 AND d.currency = $4
     AND (d.state = 'released' OR (d.owed_at, d.key) < (own.owed_at, own.key)) AND NOT ${IS_STOPPED}
), leaving AS (
  SELECT coalesce(sum(amount), 0) AS amount
    FROM payout WHERE gateway = $2 AND currency = $4 AND state IN ('submitting', 'unknown')
)
UPDATE disbursement d SET state = 'released', reason = 'float-restored', release_at = $5, version = version + 1
  FROM own, spoken, leaving
 WHERE d.key = own.key AND own.amount + spoken.amount + leaving.amount <= $3::bigint
RETURNING d.tranche`

async function restoreLocked(
  sql: Sql,
  { pass }: StoreContext,
  disbursement: string,
  { gateway, balance }: { readonly gateway: string; readonly balance: Money },
  nowMs: number,
): Promise<boolean> {
  const finding = sql.query<{ programme: string; ref: string }>(
    'SELECT programme, ref FROM disbursement WHERE key = $1',
    [disbursement],
  )
  const found = await pass('float:found', finding)
  const { programme, ref } = one(found.rows, `disbursement ${disbursement}`)
  await pass('float:locked', lockLife(sql, programme, ref))
  // One at a time, after the life's lock: each sees what the one before it has taken. Nobody waits for a life while holding it.
  const turn = sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`float:${gateway}`])
  await pass('float:turn', turn)
  const restoring = sql.query<{ tranche: string }>(RESTORE, [
    disbursement,
    gateway,
    balance.minor,
    balance.currency,
    new Date(nowMs),
  ])
  const { rows } = await pass('float:restored', restoring)
  const row = rows[0]
  if (!row) return false
  const before = { state: 'float-short' }
  const after = { tranche: row.tranche }
  const restored: AuditEntry = {
    act: 'float-restored',
    actor: engineActor(),
    atMs: nowMs,
    subject: disbursement,
    programme,
    ref,
    before,
    after,
  }
  await pass('float:audited', insertAudit(sql, [restored]))
  return true
}
