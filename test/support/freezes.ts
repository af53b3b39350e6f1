/** Freezing and lifting in tests of the store, as the people who may. */
import type { FreezeTarget } from '../../domain/freeze.ts'
import { inTransaction } from '../../store/database.ts'
import { placeFreeze, type FreezeView, type Placed } from '../../store/freezes.ts'
import type { Store } from '../../store/index.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { decide, propose, signer, type Signer } from './two-people.ts'
import { NOON, OPERATOR, type World } from './world.ts'

export const SANDBOX: FreezeTarget = { scope: 'gateway', programme: null, name: 'sandbox' }
export const EVERYTHING: FreezeTarget = { scope: 'all', programme: null, name: null }

export function freeze(world: World, target: FreezeTarget, atMs = NOON): Promise<Placed> {
  return inTransaction(world.store.context.database, (sql) =>
    placeFreeze(sql, { target, cause: 'person', reason: 'a wrong list' }, OPERATOR, atMs),
  )
}

export interface Pair {
  readonly sari: Signer
  readonly budi: Signer
}
const pairs = new WeakMap<World['store'], Promise<Pair>>()

/** An operator and an approver of a world, who sign. */
export function pairOf(world: World): Promise<Pair> {
  const known = pairs.get(world.store)
  if (known) return known
  const made = makePair(world)
  pairs.set(world.store, made)
  return made
}

async function makePair({ store }: World): Promise<Pair> {
  const sari = await signer(store, 'sari', ['operator'])
  return { sari, budi: await signer(store, 'budi', ['approver']) }
}

let proposals = 0

/** One person's part in lifting. */
export async function proposeLift(world: World, id: string, atMs = NOON): Promise<ProposalRow> {
  const { sari } = await pairOf(world)
  // No two proposals of one content end at the same time.
  const expiresAtMs = atMs + 3_600_000 + (proposals += 1)
  return propose(
    world.store,
    sari,
    { act: 'freeze-lift', content: { freeze: id }, reason: 'looked into', expiresAtMs },
    atMs,
  )
}

/** The other's. */
export async function agreeToLift(world: World, proposal: ProposalRow, atMs = NOON): Promise<ProposalRow> {
  return decide(world.store, (await pairOf(world)).budi, proposal, 'approve', atMs)
}

/** Who waited for something that has ended is told, to the last; how many parts that were. */
export async function tellAll({ messages }: Pick<Store, 'messages'>, people?: number): Promise<number> {
  let parts = 0
  while (await messages.tellOn(people)) parts += 1
  return parts
}

/** Two people lift it, and who waited for it is told. */
export async function lift(world: World, id: string, atMs = NOON): Promise<FreezeView> {
  await agreeToLift(world, await proposeLift(world, id, atMs), atMs)
  await tellAll(world.store)
  return world.store.freezes.find(id)
}
