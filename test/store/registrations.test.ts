import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Problem } from '../../domain/problem.ts'
import type { RegistrationRequest } from '../../store/registrations.ts'
import type { VaultKeys } from '../../store/vault.ts'
import { registration } from '../support/builders.ts'
import {
  keyed,
  NOON,
  OPERATOR,
  openStore,
  openWorld,
  refOf,
  refusal,
  VAULT_KEYS,
  type World,
} from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

function request(
  person = registration(),
  key: string | null = null,
  body = JSON.stringify(person),
): RegistrationRequest {
  const idempotency = key === null ? null : keyed(key, body, 'POST /participants')
  return { actor: OPERATOR, atMs: NOON, idempotency, programme: world.programme, registration: person }
}
const register = (...requests: readonly RegistrationRequest[]) => world.store.desk.registerAll(requests)

/** `created`, `replayed`, or the code of the refusal. */
function outcome(result: Awaited<ReturnType<typeof register>>[number] | undefined): string {
  if (result instanceof Problem) return result.code
  return result?.replayed ? 'replayed' : 'created'
}
const outcomes = async (...requests: readonly RegistrationRequest[]): Promise<string[]> =>
  (await register(...requests)).map((result) => outcome(result))

const peopleWith = (refs: readonly string[]) => world.count('SELECT FROM participant WHERE ref = ANY ($1)', [refs])

describe('a batch of registrations', () => {
  it('is one commit: everybody, their documents, accounts, messages and audit rows', async () => {
    const refs = (await register(request(), request(registration({ email: 'a@b.id' })), request())).map(refOf)
    expect(await peopleWith(refs)).toBe(3)
    expect(await world.count('SELECT FROM account WHERE ref = ANY ($1)', [refs])).toBe(3)
    expect(await world.count(`SELECT FROM message WHERE ref = ANY ($1) AND kind = 'registered'`, [refs])).toBe(3)
    expect(await world.count(`SELECT FROM audit_event WHERE ref = ANY ($1) AND act = 'registered'`, [refs])).toBe(3)
    const owners = refs.map((ref) => `participant:swift:${ref}`)
    expect(await world.count('SELECT FROM sealed_document WHERE owner = ANY ($1)', [owners])).toBe(9)
  })

  it('takes a person once: the first of two counts, the other hears whose it is', async () => {
    const person = registration()
    const [first, second] = await register(request(person), request(person))
    expect(second).toMatchObject({ code: 'participant-exists', extra: { ref: refOf(first) } })
    expect(outcome((await register(request(person)))[0])).toBe('participant-exists')
  })

  it('takes a person once however many batches race', async () => {
    const person = registration()
    const results = await Promise.all(Array.from({ length: 8 }, () => outcomes(request(person))))
    expect(results.flat().toSorted()).toEqual(['created', ...Array<string>(7).fill('participant-exists')])
  })

  it('answers in the order of its requests', async () => {
    const known = registration()
    await register(request(known))
    expect(await outcomes(request(), request(known), request())).toEqual(['created', 'participant-exists', 'created'])
  })

  it('keeps nothing in clear', async () => {
    const person = registration({ name: 'Rahasia Sekali', phone: '+6281299887766' })
    const ref = refOf((await register(request(person)))[0])
    const { row } = await world.one<{ row: string }>(
      `SELECT row_to_json(p)::text || (SELECT json_agg(a)::text FROM account a WHERE a.ref = p.ref)
              || (SELECT json_agg(e)::text FROM audit_event e WHERE e.ref = p.ref) AS row
         FROM participant p WHERE p.ref = $1`,
      [ref],
    )
    for (const secret of [person.nationalId, 'Rahasia', '81299887766', person.account?.number ?? '?']) {
      expect(row).not.toContain(secret)
    }
  })
})

describe('an idempotency key', () => {
  it('gets the stored answer again, with the same reference', async () => {
    const person = registration()
    const [first] = await register(request(person, 'k1'))
    const [again] = await register(request(person, 'k1'))
    expect([outcome(first), outcome(again)]).toEqual(['created', 'replayed'])
    expect(refOf(again)).toBe(refOf(first))
  })

  it('is refused with another body, and nobody is registered by it', async () => {
    await register(request(registration(), 'k2'))
    expect(await outcomes(request(registration(), 'k2'))).toEqual(['idempotency-key-reused'])
  })

  it('of a refused registration is not used up: refusals are not stored', async () => {
    const person = registration()
    await register(request(person))
    expect(await outcomes(request(person, 'k3'))).toEqual(['participant-exists'])
    expect(await outcomes(request(registration(), 'k3'))).toEqual(['created'])
  })

  it('twice in one batch with one body is one registration', async () => {
    const person = registration()
    expect(await outcomes(request(person, 'k4'), request(person, 'k4'))).toEqual(['created', 'replayed'])
  })

  it('twice in one batch with two bodies refuses the second, and the rest of the batch is untouched', async () => {
    expect(await outcomes(request(), request(registration(), 'k5'), request(registration(), 'k5'), request())).toEqual([
      'created',
      'created',
      'idempotency-key-reused',
      'created',
    ])
  })

  it('in two batches at once registers once, and fails neither batch', async () => {
    const results = await Promise.all(
      Array.from({ length: 6 }, () => outcomes(request(), request(registration(), 'k6'), request())),
    )
    expect(results.flatMap((batch) => [batch[0], batch[2]])).toEqual(Array<string>(12).fill('created'))
    const middle = results.map((batch) => batch[1])
    expect(middle.filter((one) => one === 'created')).toHaveLength(1)
    for (const one of middle) expect(['created', 'idempotency-key-reused', 'idempotency-key-in-flight']).toContain(one)
  })

  it('belongs to its caller and its route', async () => {
    const other = { ...request(registration(), 'k7'), actor: { ...OPERATOR, person: 'budi' } }
    expect(await outcomes(request(registration(), 'k7'), other)).toEqual(['created', 'created'])
  })
})

/** The keys of a process in the middle of a rotation. */
function ring(current: string): VaultKeys {
  const keys = { ...VAULT_KEYS.identity.keys, i2: new Uint8Array(32).fill(9) }
  return { ...VAULT_KEYS, identity: { current, keys } }
}

describe('a person is one person', () => {
  it('in each programme, and may be in several', async () => {
    const person = registration()
    const other = { ...world.programme, code: 'other' }
    await world.publish(other)
    expect(await outcomes(request(person), { ...request(person), programme: other })).toEqual(['created', 'created'])
  })

  it('also after the identity key was rotated: the index differs, the person does not', async () => {
    const person = registration()
    const ref = refOf((await register(request(person)))[0])
    const rotated = openStore(world.database, { keys: ring('i2') })
    try {
      const [again, fresh] = await rotated.desk.registerAll([request(person), request()])
      expect(again).toMatchObject({ code: 'participant-exists', extra: { ref } })
      expect(outcome(fresh)).toBe('created')
      const found = await rotated.desk.perform({ actor: OPERATOR, atMs: NOON, idempotency: null }, async (acts) => {
        const { nationalId } = person
        return { status: 200, body: { ref: await acts.lookUp({ programme: 'swift', nationalId }) } }
      })
      expect(found.body).toEqual({ ref })
    } finally {
      await rotated.close()
    }
  })

  it('also while processes disagree which identity key is in use: two that race register one', async () => {
    const stores = [openStore(world.database, { keys: ring('i1') }), openStore(world.database, { keys: ring('i2') })]
    try {
      for (let round = 0; round < 10; round += 1) {
        const people = [registration(), registration(), registration()]
        const batches = stores.flatMap(({ desk }, at) => {
          const requests = people.map((person) => request(person))
          return [desk.registerAll(at === 0 ? requests : requests.toReversed())]
        })
        const results = (await Promise.all(batches)).flat().map((result) => outcome(result))
        expect(results.toSorted()).toEqual([
          ...Array<string>(3).fill('created'),
          ...Array<string>(3).fill('participant-exists'),
        ])
      }
    } finally {
      await Promise.all(stores.map((store) => store.close()))
    }
  })
})

describe('whoever registers a person who is there already', () => {
  const budi = { ...OPERATOR, person: 'budi' }
  const lookUps = (ref: string) =>
    world.count(
      `SELECT FROM audit_event WHERE ref = $1 AND act = 'identity-looked-up' AND after = '{"by": "registration"}' AND person = 'budi'`,
      [ref],
    )

  it('has looked somebody up by national id, which is recorded; whom, is told to the registrar only', async () => {
    const person = registration()
    const ref = refOf((await register(request(person)))[0])
    const [asked] = await register({ ...request(person), actor: budi })
    expect(asked).toMatchObject({ code: 'participant-exists', extra: {} })
    expect(await lookUps(ref)).toBe(1)
    expect((await register(request(person)))[0]).toMatchObject({ extra: { ref } })
  })

  it('is told whom when all of the programme may be seen, and is on record too', async () => {
    const person = registration()
    const ref = refOf((await register(request(person)))[0])
    const [asked] = await register({ ...request(person), actor: budi, seesOthers: true })
    expect(asked).toMatchObject({ code: 'participant-exists', extra: { ref } })
    expect(await lookUps(ref)).toBe(1)
  })
})

describe('identity', () => {
  it('is read back as registered, and every look is recorded', async () => {
    const person = registration({ email: 'siti@contoh.id' })
    const { account, ...identity } = person
    const ref = refOf((await register(request(person)))[0])
    const read = await world.store.reads.identity('swift', ref, OPERATOR, NOON)
    expect(read.open()).toEqual(identity)
    expect(account).toBeDefined()
    expect(JSON.stringify(read)).toBe('"[sealed]"')
    expect(await world.count(`SELECT FROM audit_event WHERE ref = $1 AND act = 'identity-read'`, [ref])).toBe(1)
    expect(await refusal(world.store.reads.identity('swift', 'NOBODY', OPERATOR, NOON))).toBe('unknown-participant')
  })

  it('is corrected by a new version, the old one kept; the audit row names fields, and of values the region alone', async () => {
    const person = registration()
    const ref = refOf((await register(request(person)))[0])
    const corrected = { name: 'Nama Benar', phone: '+628129990001', region: '3171' }
    await world.act((acts) => acts.correct({ programme: 'swift', ref, reason: 'typo' }, corrected))
    const read = await world.store.reads.identityForCheck('swift', ref)
    expect(read.open()).toMatchObject({ ...corrected, nationalId: person.nationalId })
    const { after } = await world.one<{ after: unknown }>(
      `SELECT after FROM audit_event WHERE ref = $1 AND act = 'corrected'`,
      [ref],
    )
    const version = expect.stringMatching(/^[0-9a-f-]{36}$/)
    expect(after).toEqual({ fields: ['name', 'phone', 'region'], identity: version, contact: version, region: '3171' })
  })
})
