/** People whom the engine itself stops because of their account: until the link changes, or an operator lets them go on. */
import { engineActor } from '../domain/act.ts'
import { holdForAccount, isAccountHold, type AccountHold } from './account-marks.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { heldBefore, readLife, type LifeRow } from './life-rows.ts'
import type { StoreContext } from './options.ts'
import { releaseLife } from './people.ts'

/**
 * After a link: stops the person for `cause`, or lets them go on when it was the account before that stopped them. A hold for anything
 * else stays as it is, and this follows when it ends. The caller holds the life's lock.
 */
export async function followAccount(
  sql: Sql,
  context: StoreContext,
  life: LifeRow,
  cause: AccountHold | null,
  atMs: number,
): Promise<void> {
  const { programme, ref } = life
  const isOurs = isAccountHold(life.hold_cause)
  if (cause === null) {
    if (!isOurs) return
    const act = { programme, ref, reason: 'account-changed', actor: engineActor(), atMs }
    await releaseLife(sql, context, act)
    return
  }
  if (life.held && !isOurs) return
  await sql.query(
    `UPDATE participant SET held_at = coalesce(held_at, $3), hold_reason = $4, hold_cause = $4, version = version + 1
      WHERE programme = $1 AND ref = $2`,
    [programme, ref, new Date(atMs), cause],
  )
  await tellHold(sql, [{ programme, ref }], cause, atMs, heldBefore(life))
}

/**
 * The life, stopped where it goes on with an account that nobody has decided about, as where a process of an older version has let it: each claim refuses
 * that, no run collects it, and nobody would be shown why. The caller holds the life's lock.
 */
export async function stopForAccount(sql: Sql, life: LifeRow, atMs: number): Promise<LifeRow> {
  if (life.held || !life.account?.undecided) return life
  const { programme, ref } = life
  const cause = await holdForAccount(sql, programme, ref, atMs)
  if (cause === null) return life
  await tellHold(sql, [{ programme, ref }], cause, atMs)
  return readLife(sql, programme, ref)
}

/** The audit rows of holds that the engine has placed. */
export async function tellHold(
  sql: Sql,
  people: readonly { readonly programme: string; readonly ref: string }[],
  cause: AccountHold,
  atMs: number,
  before: Readonly<Record<string, unknown>> = { held: false, cause: null, sinceMs: null },
): Promise<void> {
  await insertAudit(
    sql,
    people.map(({ programme, ref }) => {
      const subject = `${programme}:${ref}`
      const of = { actor: engineActor(), atMs, subject, programme, ref, reason: cause }
      return { ...of, act: 'hold-placed' as const, before, after: { cause } }
    }),
  )
}
