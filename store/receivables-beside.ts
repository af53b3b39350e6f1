/**
 * What a payee got beside what counted is to be had back, or was given up. When what counted comes to nothing it is not owed anew
 * by itself: what was delivered beside it comes before people again, who say whether it counts.
 */
import { engineActor } from '../domain/act.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'

/** A disbursement that is owed again, and since when. */
export interface StandsBeside {
  readonly disbursement: string
  /** A payout that people have just decided about: it is not brought before them again. */
  readonly but?: string
  readonly atMs: number
}

/**
 * That payout `y` stands beside another one that counts, as SQL: people have placed its money when nothing else was left to decide. Where
 * they have said what happens with what is owed all the same they knew of it, however what is to be had back ended since.
 */
export const STANDS_BESIDE = `(y.state = 'paid' AND y.money IN ('receivable', 'written-off')
       AND (SELECT a.content ->> 'next' FROM proposal a WHERE a.act = 'review-decision' AND a.state = 'executed' AND a.subject = y.key
             ORDER BY a.decided_at DESC, a.proposed_at DESC LIMIT 1) IS NULL)`

/** That payout `y` is under review because it was brought before people with all that stands beside, as SQL. */
export const IS_CALLED = `(y.state = 'review' AND coalesce((SELECT o.fact = 'other-came-to-nothing' FROM observation o
       WHERE o.payout = y.key AND o.decision = 'move' ORDER BY o.id DESC LIMIT 1), false))`

/** The attempts of disbursement `d` that stand beside; null without one. The first attempt has none beside it. */
export const BESIDE = `CASE WHEN d.attempts > 1 THEN (SELECT array_agg(y.key ORDER BY y.n) FROM payout y WHERE y.disbursement = d.key AND ${STANDS_BESIDE}) END`

interface CalledRow {
  readonly key: string
  readonly programme: string
  readonly ref: string
  readonly gateway: string
  readonly amount: bigint
  readonly currency: string
  readonly tranche: string
}

/** Brings them before people. The caller holds the lives' locks. */
export async function callBeside(sql: Sql, owed: readonly StandsBeside[]): Promise<void> {
  if (owed.length === 0) return
  const atMs = new Map(owed.map((one) => [one.disbursement, one.atMs]))
  const decided = owed.flatMap(({ but }) => but ?? [])
  const { rows } = await sql.query<CalledRow & { readonly disbursement: string }>(
    `UPDATE payout y SET state = 'review', finished_at = NULL, version = y.version + 1 FROM disbursement d
      WHERE y.disbursement = ANY ($1) AND y.key <> ALL ($2) AND ${STANDS_BESIDE} AND d.key = y.disbursement
      RETURNING y.key, y.programme, y.ref, y.gateway, y.amount, y.currency, y.disbursement, d.tranche`,
    [[...atMs.keys()], decided],
  )
  const called = rows.map((row) => ({ ...row, atMs: atMs.get(row.disbursement) ?? 0 }))
  await sql.query(
    `INSERT INTO observation (payout, source, fact, decision, from_state, to_state, observed_at)
     SELECT key, 'engine', 'other-came-to-nothing', 'move', 'paid', 'review', at FROM unnest($1::text[], $2::timestamptz[]) AS called (key, at)`,
    [called.map(({ key }) => key), called.map(({ atMs: at }) => new Date(at))],
  )
  await insertAudit(
    sql,
    called.map(({ key: subject, programme, ref, tranche, gateway, amount, currency, atMs: at }) => {
      const of = { tranche, gateway, amount: amount.toString(), currency }
      const after = { ...of, source: 'engine', from: 'paid', to: 'review', failure: null, alarm: null }
      const told = { actor: engineActor(), atMs: at, subject, programme, ref }
      return { ...told, act: 'review-needed' as const, before: { state: 'paid' }, after }
    }),
  )
}
