/** Keys with power, another signing key, and messages that died, all of it by two people. */
import { createHash } from 'node:crypto'
import { makeIdentity, openIdentity } from '../../client/identity.ts'
import { done, type Signers } from './audited-signers.ts'
import { agree } from './two-people.ts'
import { HOUR, NOON, type World } from './world.ts'

const REFUSALS = 10

export async function powers(world: World, signers: Signers): Promise<void> {
  await keys(world, signers)
  await redriven(world, signers)
}

/** Two get a key with power; one of them loses what they sign with, and has another. */
async function keys({ store }: World, { administrator, approver }: Signers): Promise<void> {
  const pair = [administrator, approver] as const
  for (const [at, person] of ['fitri', 'gita'].entries()) {
    const content = {
      person,
      kind: 'person',
      label: 'laptop',
      secretHash: createHash('sha256').update(`secret of ${person}`).digest('hex'),
      expiresAt: null,
      grants: [{ role: 'operator', programme: null }],
      signingKey: openIdentity(makeIdentity(person)).registration(),
    }
    await done(agree(store, pair, { act: 'key', content }, NOON + (3 + at / 2) * HOUR))
  }
  const content = { person: 'fitri', ...openIdentity(makeIdentity('fitri')).registration() }
  await done(agree(store, pair, { act: 'signing-key', content }, NOON + 4 * HOUR))
}

/** Some die; one is sent again by itself, the others together. */
async function redriven({ store, root }: World, { operator, approver }: Signers): Promise<void> {
  const pair = [operator, approver] as const
  const { rows } = await root.pool.query<{ id: string }>(
    `SELECT id FROM message WHERE state = 'pending' AND programme = 'swift' ORDER BY created_at, id LIMIT 4`,
  )
  const ids = rows.map(({ id }) => id)
  for (let times = 0; times < REFUSALS; times += 1) await store.messages.refused(ids, 'gRPC 3')
  await done(agree(store, pair, { act: 'redrive', content: { message: ids[0] } }, NOON + 3 * HOUR))
  await done(agree(store, pair, { act: 'redrive-all', content: { programme: 'swift' } }, NOON + 4 * HOUR))
}
