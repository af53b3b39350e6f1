/** A request that changes something, once: its effect and its stored answer are one commit. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Problem } from '../../domain/problem.ts'
import { createKey, type NewKey } from '../../store/keys.ts'
import { keyed, NOON, OPERATOR, openStore, openWorld, refusal, VAULT_KEYS, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** The ring of a process that was told of a new identity key. */
const ROTATED = {
  ...VAULT_KEYS,
  identity: { current: 'i2', keys: { ...VAULT_KEYS.identity.keys, i2: new Uint8Array(32).fill(9) } },
}

const request = (key: string | null, body = 'body') => ({
  actor: OPERATOR,
  atMs: NOON,
  idempotency: key === null ? null : keyed(key, body),
})
/** An effect that can be counted: one transfer recorded. */
const fund = (key: string | null, number: string, body = number) =>
  world.store.desk.perform(request(key, body), async (acts) => {
    const { programme } = world
    const { id } = await acts.recordFunding({ programme, gateway: 'sandbox', number, amount: 1n })
    return { status: 201, body: { id } }
  })
const transfers = (number: string) => world.count('SELECT FROM funding WHERE number = $1', [number])

describe('an idempotency key', () => {
  it('gets the stored answer again, and the effect stays one', async () => {
    const first = await fund('p1', 'T1')
    const again = await fund('p1', 'T1')
    expect(again).toEqual({ ...first, replayed: true })
    expect(await transfers('T1')).toBe(1)
    expect(await world.store.desk.answered(request('p1', 'T1'))).toEqual(again)
  })

  it('with another body is refused, also when only asked about', async () => {
    await fund('p2', 'T2')
    expect(await refusal(fund('p2', 'T3'))).toBe('idempotency-key-reused')
    expect(await refusal(world.store.desk.answered(request('p2', 'T3')))).toBe('idempotency-key-reused')
    expect(await transfers('T3')).toBe(0)
  })

  it('of two at once: one works, the other is told to ask again, or hears the answer', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => fund('p4', 'T4')))
    expect(await transfers('T4')).toBe(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'idempotency-key-in-flight' })
    }
    expect((await fund('p4', 'T4')).replayed).toBe(true)
  })

  it('of a refusal is not used up', async () => {
    await fund('p5', 'T5')
    expect(await refusal(fund('p6', 'T5'))).toBe('conflict')
    expect((await fund('p6', 'T6')).replayed).toBe(false)
  })

  it('is stored with the effect or not at all: a crash between them leaves neither', async () => {
    const dying = world.store.desk.perform(request('p7', 'T7'), async (acts) => {
      const { programme } = world
      await acts.recordFunding({ programme, gateway: 'sandbox', number: 'T7', amount: 1n })
      await world.root.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'test' AND state = 'idle in transaction'`,
      )
      return { status: 201, body: {} }
    })
    await expect(dying).rejects.not.toBeInstanceOf(Problem)
    expect(await transfers('T7')).toBe(0)
    expect((await fund('p7', 'T7')).replayed).toBe(false)
    expect(await transfers('T7')).toBe(1)
  })

  it('keeps nothing of a request that could be read or guessed, the key included: people put national ids there', async () => {
    const nationalId = '3275914101690001'
    await fund(nationalId, 'T8', '1234567890')
    const { row } = await world.one<{ row: string }>(
      `SELECT row_to_json(k)::text AS row FROM idempotency_key k ORDER BY created_at DESC LIMIT 1`,
    )
    const guesses = [nationalId, `sari\nPOST /x\n${nationalId}`, '1234567890'].map((text) =>
      createHash('sha256').update(text),
    )
    for (const guess of [nationalId, '1234567890', ...guesses.map((hash) => hash.digest('hex'))]) {
      expect(row).not.toContain(guess)
    }
    expect((await fund(nationalId, 'T8', '1234567890')).replayed).toBe(true)
  })

  it('gets its stored answer also when the identity key was rotated meanwhile, before or after the change', async () => {
    const first = await fund('p9', 'T10')
    const rotated = openStore(world.database, { keys: ROTATED })
    try {
      const again = (key: string, body: string) =>
        rotated.desk.perform(request(key, body), async () => ({ status: 500, body: {} }))
      expect(await again('p9', 'T10')).toEqual({ ...first, replayed: true })
      expect(await rotated.desk.answered(request('p9', 'T10'))).toEqual({ ...first, replayed: true })
      expect(await refusal(again('p9', 'another'))).toBe('idempotency-key-reused')
    } finally {
      await rotated.close()
    }
  })

  it('is not needed where requests are repeatable by nature', async () => {
    expect((await fund(null, 'T9')).replayed).toBe(false)
  })
})

const make = (key: NewKey) => world.inSql((sql) => createKey(sql, key, OPERATOR, NOON))
const budi = { person: 'budi', kind: 'person', label: 'laptop', grants: [], expiresAtMs: null } as const

describe('keys of people and services', () => {
  it('make the whole of what a person may do visible: a new key has the roles of the older ones', async () => {
    const give = (role: 'auditor' | 'helpdesk') =>
      make({ ...budi, person: 'tuti', grants: [{ role, programme: null }] })
    expect((await give('helpdesk')).grants).toEqual([{ role: 'helpdesk', programme: null }])
    expect((await give('auditor')).grants.map(({ role }) => role)).toEqual(['auditor', 'helpdesk'])
  })

  it('of a service never stand under the name of a person, nor the reverse, also not at once', async () => {
    await make({ ...budi, person: 'nurul' })
    const asService = () => make({ ...budi, person: 'nurul', kind: 'service' })
    expect(await refusal(asService())).toBe('conflict')
    const kinds = ['person', 'service', 'person', 'service'] as const
    const made = await Promise.allSettled(kinds.map((kind) => make({ ...budi, person: 'both', kind })))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(await world.count(`SELECT DISTINCT kind FROM api_key WHERE person = 'both'`)).toBe(1)
  })

  it('are shown once, found by their secret, and end at once when revoked', async () => {
    const grants = [{ role: 'operator', programme: 'swift' }] as const
    const { id, secret } = await make({ person: 'budi', kind: 'person', label: 'laptop', grants, expiresAtMs: null })
    expect(await world.store.desk.callerOf(secret)).toEqual({ keyId: id, person: 'budi', kind: 'person', grants })
    const { stored } = await world.one<{ stored: string }>('SELECT row_to_json(k)::text AS stored FROM api_key k')
    expect(stored).not.toContain(secret)
    await world.act((acts) => acts.revokeKey(id))
    expect(await world.store.desk.callerOf(secret)).toBeUndefined()
    expect(await refusal(world.act((acts) => acts.revokeKey(id)))).toBe('key-revoked')
  })

  it('expire, and unknown ones are nobody', async () => {
    const { secret } = await make({
      person: 'budi',
      kind: 'person',
      label: 'old',
      grants: [],
      expiresAtMs: NOON - 1e12,
    })
    expect(await world.store.desk.callerOf(secret)).toBeUndefined()
    expect(await world.store.desk.callerOf('lunas_nonsense')).toBeUndefined()
  })
})

describe('a role', () => {
  const operator = { person: 'wayan', role: 'operator', programme: 'swift' } as const
  const give = async (person: string, role: 'operator' | 'administrator', programme: string | null) =>
    make({ ...budi, person, grants: [{ role, programme }] })

  it('ends for every key of its person, on record with who ended it, and ends once', async () => {
    const [one, other] = [await give('wayan', 'operator', 'swift'), await give('wayan', 'operator', null)]
    expect(await world.act((acts) => acts.endRole(operator))).toEqual([{ role: 'operator', programme: null }])
    for (const { secret } of [one, other]) {
      expect((await world.store.desk.callerOf(secret))?.grants).toEqual([{ role: 'operator', programme: null }])
    }
    const { ended } = await world.one<{ ended: string }>(
      `SELECT ended_by || ' ' || (ended_at IS NOT NULL) AS ended FROM role_grant WHERE person = 'wayan' AND programme = 'swift'`,
    )
    expect(ended).toBe('sari true')
    expect(await world.count(`SELECT FROM audit_event WHERE act = 'role-ended' AND subject = 'person:wayan'`)).toBe(1)
    expect(await refusal(world.act((acts) => acts.endRole(operator)))).toBe('not-found')
  })

  it('that has ended does not come back with a new key, and may be granted anew', async () => {
    const again = await make({ ...budi, person: 'wayan' })
    expect(again.grants).toEqual([{ role: 'operator', programme: null }])
    expect((await give('wayan', 'operator', 'swift')).grants).toHaveLength(2)
    expect(await world.count(`SELECT FROM role_grant WHERE person = 'wayan' AND programme = 'swift'`)).toBe(2)
  })

  it('of the last administrator can neither end nor lose its last key, also when two try at once', async () => {
    const [a, b] = [await give('adi', 'administrator', null), await give('bayu', 'administrator', null)]
    const ends = ['adi', 'bayu'].map((person) =>
      refusal(world.act((acts) => acts.endRole({ person, role: 'administrator', programme: null }))).catch(
        () => 'ended',
      ),
    )
    expect((await Promise.all(ends)).toSorted()).toEqual(['conflict', 'ended'])
    const revokes = [a, b].map(({ id }) => refusal(world.act((acts) => acts.revokeKey(id))).catch(() => 'revoked'))
    expect((await Promise.all(revokes)).toSorted()).toEqual(['conflict', 'revoked'])
  })
})
