/** An account that pays more people than the programme allows: whoever came later is stopped, and is never paid to it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccountDetails } from '../../domain/registration.ts'
import { createClaims } from '../../store/claims.ts'
import type { Store } from '../../store/index.ts'
import { bankAccount, registration, swiftProgramme } from '../support/builders.ts'
import {
  DAY,
  disbursementOf,
  HOUR,
  NOON,
  openStore,
  openWorld,
  OPERATOR,
  refOf,
  VAULT_KEYS,
  type World,
} from '../support/world.ts'

const swift = swiftProgramme()
const programme = swiftProgramme({ payment: { ...swift.payment, accounts: { maxParticipants: 2 } } })
const { code } = programme

let world: World
let other: Store
beforeAll(async () => {
  world = await openWorld({ programme })
  other = openStore(world.database)
})
afterAll(async () => {
  await other.close()
  await world.close()
})

const cause = async (ref: string): Promise<string | null> =>
  (await world.one<{ hold_cause: string | null }>('SELECT hold_cause FROM participant WHERE ref = $1', [ref]))
    .hold_cause
const causes = (refs: readonly string[]) => Promise.all(refs.map(cause))

const sharing = async (account: AccountDetails, people: number): Promise<string[]> => {
  const refs: string[] = []
  for (let one = 0; one < people; one += 1) refs.push(await world.ready({ account }))
  return refs
}

function linkWith(store: Store, ref: string, account: AccountDetails, atMs = NOON): Promise<unknown> {
  return store.desk.perform({ actor: OPERATOR, atMs, idempotency: null }, async (acts) => {
    await acts.linkAccount({ programme: code, ref, account, state: 'verified' })
    return { status: 201, body: {} }
  })
}

describe('an account of too many', () => {
  it('stops whoever comes beyond the limit at registration, also within one batch', async () => {
    const account = bankAccount()
    const requests = [1, 2, 3].map(() => ({
      actor: OPERATOR,
      atMs: NOON,
      idempotency: null,
      programme,
      registration: registration({ account }),
    }))
    const refs = (await world.store.desk.registerAll(requests)).map(refOf)
    expect(await causes(refs)).toEqual([null, null, 'account-shared'])
  })

  it('stops exactly those beyond it, however many link it at once from two processes', async () => {
    const account = bankAccount()
    const refs = await Promise.all([1, 2, 3, 4, 5, 6].map(() => world.ready()))
    await Promise.all(refs.map((ref, at) => linkWith(at % 2 === 0 ? world.store : other, ref, account)))
    const stopped = (await causes(refs)).filter((one) => one === 'account-shared')
    expect(stopped).toHaveLength(4)
    const numbers = await world.root.pool.query(
      'SELECT place FROM account WHERE ref = ANY ($1) AND ended_at IS NULL AND place IS NOT NULL ORDER BY place',
      [refs],
    )
    expect(numbers.rows).toEqual([{ place: 1 }, { place: 2 }])
  })

  it('is told to an operator, and is refused by the claim itself when the hold is gone', async () => {
    const [, , third = ''] = await sharing(bankAccount(), 3)
    expect(await world.advance(third)).toMatchObject({ held: true, attention: 'account-shared' })
    expect(await world.store.claims.draft(disbursementOf(third), NOON)).toEqual({ kind: 'parked', reason: 'held' })
    await world.root.pool.query(
      'UPDATE participant SET held_at = NULL, hold_cause = NULL, hold_reason = NULL WHERE ref = $1',
      [third],
    )
    const claims = createClaims(world.store.context)
    expect(await claims.draft(disbursementOf(third), NOON)).toEqual({ kind: 'parked', reason: 'account-shared' })
  })

  it('goes on by itself with an account of the person’s own', async () => {
    const [, , third = ''] = await sharing(bankAccount(), 3)
    await world.link(third, bankAccount(), NOON + HOUR)
    expect(await cause(third)).toBeNull()
    const standing = await world.advance(third, NOON + HOUR + DAY)
    expect(standing.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
    expect(await world.claim(disbursementOf(third), NOON + HOUR + DAY)).toContain('#1')
  })

  it('goes on when an operator has looked and lets it', async () => {
    const [, , third = ''] = await sharing(bankAccount(), 3)
    const person = { programme: code, ref: third, reason: 'a family with one account' }
    await world.act((acts) => acts.release(person))
    expect(await cause(third)).toBeNull()
    expect(await world.claim(disbursementOf(third))).toContain('#1')
  })

  it('is not let go by ending a hold that had another reason', async () => {
    const account = bankAccount()
    await sharing(account, 2)
    const third = await world.ready()
    const person = { programme: code, ref: third, reason: 'asked' }
    await world.act((acts) => acts.hold(person))
    await world.link(third, account, NOON + HOUR)
    expect(await cause(third)).toBeNull()
    await world.act((acts) => acts.release(person), NOON + 2 * HOUR)
    expect(await cause(third)).toBe('account-shared')
  })

  it('has a place again when somebody leaves it', async () => {
    const account = bankAccount()
    const [first = ''] = await sharing(account, 2)
    await world.link(first, bankAccount(), NOON + HOUR)
    const [third = ''] = await sharing(account, 1)
    expect(await cause(third)).toBeNull()
  })

  it('is counted across a rotation of the keys', async () => {
    const account = bankAccount()
    await sharing(account, 2)
    const rotated = openStore(world.database, {
      keys: {
        ...VAULT_KEYS,
        account: { current: 'a2', keys: { ...VAULT_KEYS.account.keys, a2: new Uint8Array(32).fill(9) } },
      },
    })
    const third = await world.ready()
    await linkWith(rotated, third, account)
    await rotated.close()
    expect(await cause(third)).toBe('account-shared')
  })

  it('cannot be written twice into one place, whatever the code does', async () => {
    const [first = ''] = await sharing(bankAccount(), 2)
    const twice = world.root.pool.query('UPDATE account SET place = 2 WHERE ref = $1 AND ended_at IS NULL', [first])
    await expect(twice).rejects.toThrow('account_place_taken')
  })
})
