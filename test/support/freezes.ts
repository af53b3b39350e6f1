/** Freezing and lifting in tests of the store, as the people who may. */
import type { Actor } from '../../domain/act.ts'
import type { FreezeTarget } from '../../domain/freeze.ts'
import { inTransaction } from '../../store/database.ts'
import { agreeToLift, placeFreeze, type FreezeView, type Placed } from '../../store/freezes.ts'
import { NOON, OPERATOR, type World } from './world.ts'

export const APPROVER: Actor = { person: 'budi', keyId: null, role: 'approver', requestId: 'r2' }

export const SANDBOX: FreezeTarget = { scope: 'gateway', programme: null, name: 'sandbox' }
export const EVERYTHING: FreezeTarget = { scope: 'all', programme: null, name: null }

export function freeze(world: World, target: FreezeTarget, atMs = NOON): Promise<Placed> {
  return inTransaction(world.store.context.database, (sql) =>
    placeFreeze(sql, { target, cause: 'person', reason: 'a wrong list' }, OPERATOR, atMs),
  )
}

/** One person's part in lifting. */
export function agree(
  world: World,
  id: string,
  actor: Actor,
  reason = 'looked into',
  atMs = NOON,
): Promise<FreezeView> {
  return inTransaction(world.store.context.database, (sql) => agreeToLift(sql, { id, reason }, actor, atMs))
}

/** Two people lift it. */
export async function lift(world: World, id: string, atMs = NOON): Promise<FreezeView> {
  await agree(world, id, OPERATOR, 'looked into', atMs)
  return agree(world, id, APPROVER, 'looked into', atMs)
}
