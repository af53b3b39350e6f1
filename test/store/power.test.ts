/** Power over others: signing keys, keys and roles, and what programmes say, each by two people. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeIdentity, openIdentity } from '../../client/identity.ts'
import { endRole, grantRole } from '../../store/grants.ts'
import { createKey } from '../../store/keys.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { registerSigningKey } from '../../store/signing-keys.ts'
import { swiftProgramme } from '../support/builders.ts'
import { agree, decide, propose, signer, type Put, type Signer } from '../support/two-people.ts'
import { HOUR, NOON, OPERATOR, openWorld, refusal, SECOND, type World } from '../support/world.ts'

let world: World
let agus: Signer
let budi: Signer
let citra: Signer
beforeAll(async () => {
  world = await openWorld()
  agus = await signer(world.store, 'agus', ['administrator'])
  budi = await signer(world.store, 'budi', ['approver'])
  citra = await signer(world.store, 'citra', ['approver'])
})
afterAll(() => world.close())

const AUDITOR = { role: 'auditor', programme: null } as const

let years = 2040
/** Every proposal is about a year of its own. */
const put = (): Put => ({
  act: 'appropriation',
  content: { programme: 'swift', fiscalYear: (years += 1), number: 'DIPA-9', amount: { minor: '1', currency: 'IDR' } },
})
const proposed = (of = put()) => propose(world.store, agus, of, NOON)
const approve = (proposal: ProposalRow, by = budi) => decide(world.store, by, proposal, 'approve', NOON + SECOND)

describe('a signing key', () => {
  const registered = (person: string, identity = openIdentity(makeIdentity(person))) =>
    world.inSql((sql) => registerSigningKey(sql, { person, ...identity.registration() }, OPERATOR, NOON))

  it('is registered by whoever holds its private half, once', async () => {
    const mine = openIdentity(makeIdentity('lia'))
    const stolen = { person: 'mallory', ...mine.registration() }
    expect(await refusal(world.inSql((sql) => registerSigningKey(sql, stolen, OPERATOR, NOON)))).toBe(
      'signature-invalid',
    )
    await registered('lia', mine)
    expect(await refusal(registered('lia'))).toBe('signing-key-exists')
  })

  it('comes in the place of another by two people only, neither of them its owner', async () => {
    const lost = await signer(world.store, 'lupa', ['approver'])
    const next = openIdentity(makeIdentity('lupa'))
    const of = { act: 'signing-key', content: { person: 'lupa', ...next.registration() } }
    const proposal = await proposed(of)
    expect(await refusal(approve(proposal, lost))).toBe('own-proposal')
    expect((await approve(proposal)).state).toBe('executed')
    const found = await proposed()
    expect(await refusal(approve(found, lost))).toBe('signature-invalid')
    expect((await approve(found, { ...lost, identity: next })).state).toBe('executed')
  })
})

describe('power', () => {
  it('is given by two people: a key with its roles and signing key, of which its person alone knows the secret', async () => {
    const dewi = openIdentity(makeIdentity('dewi'))
    const secret = `lunas_${'d'.repeat(43)}`
    const secretHash = createHash('sha256').update(secret).digest('hex')
    const grants = [{ role: 'approver', programme: null }]
    const key = { person: 'dewi', kind: 'person', label: 'laptop', secretHash, expiresAt: null, grants }
    expect(await refusal(proposed({ act: 'key', content: { ...key, signingKey: null } }))).toBe('invalid-request')
    const content = { ...key, signingKey: dewi.registration() }
    expect((await agree(world.store, [agus, budi], { act: 'key', content }, NOON)).state).toBe('executed')
    const caller = await world.store.desk.callerOf(secret)
    expect(caller).toMatchObject({ person: 'dewi', grants })
    const actor = { person: 'dewi', keyId: caller?.keyId ?? null, role: 'approver' as const, requestId: null }
    expect((await approve(await proposed(), { actor, identity: dewi, secret })).state).toBe('executed')
  })

  it('over one’s own roles is nobody’s: whom it is about does not agree', async () => {
    const grant = { person: 'budi', role: 'administrator', programme: null, publicKey: budi.identity.publicKey }
    const proposal = await proposed({ act: 'role-grant', content: grant })
    expect(await refusal(approve(proposal, budi))).toBe('own-proposal')
    expect((await approve(proposal, citra)).state).toBe('executed')
    await world.inSql((sql) => endRole(sql, { person: 'budi', role: 'administrator', programme: null }, OPERATOR, NOON))
  })

  it('goes to the signing key that was named, or not at all', async () => {
    const key = { person: 'rina', kind: 'person' as const, label: 'x', grants: [], expiresAtMs: null }
    await world.inSql((sql) => createKey(sql, key, OPERATOR, NOON))
    const { publicKey } = openIdentity(makeIdentity('rina'))
    const grant = { person: 'rina', role: 'approver', programme: null, publicKey }
    expect(await refusal(proposed({ act: 'role-grant', content: grant }))).toBe('signing-key-missing')
    await world.inSql((sql) =>
      registerSigningKey(sql, { person: 'rina', ...openIdentity(makeIdentity('rina')).registration() }, OPERATOR, NOON),
    )
    expect(await refusal(proposed({ act: 'role-grant', content: grant }))).toBe('conflict')
    expect(await refusal(proposed({ act: 'role-grant', content: { ...grant, person: 'nobody' } }))).toBe('not-found')
  })

  it('is nothing that a key carries which one person made: whoever made it has seen its secret', async () => {
    const { secret } = await world.act((acts) =>
      acts.createKey({ person: 'tari', kind: 'person', label: 'x', grants: [AUDITOR], expiresAtMs: null }),
    )
    // What the person is granted later, two people having agreed, is for the keys that are the person's own.
    await world.inSql((sql) => grantRole(sql, { person: 'tari', role: 'operator', programme: null }, OPERATOR, NOON))
    expect((await world.store.desk.callerOf(secret))?.grants).toEqual([AUDITOR])
    const own = await world.inSql((sql) =>
      createKey(sql, { person: 'tari', kind: 'person', label: 'y', grants: [], expiresAtMs: null }, OPERATOR, NOON),
    )
    expect((await world.store.desk.callerOf(own.secret))?.grants).toContainEqual({ role: 'operator', programme: null })
  })

  it('goes to a service with a key of its own, never to the keys it has', async () => {
    await world.act((acts) =>
      acts.createKey({ person: 'importer', kind: 'service', label: 'x', grants: [AUDITOR], expiresAtMs: null }),
    )
    const content = { person: 'importer', role: 'registrar', programme: null, publicKey: null }
    expect(await refusal(proposed({ act: 'role-grant', content }))).toBe('conflict')
    expect((await proposed({ act: 'role-grant', content: { ...content, role: 'institution' } })).state).toBe('open')
  })

  it('comes with a key only where the signing key is named that the person has', async () => {
    await world.act((acts) =>
      acts.createKey({ person: 'umar', kind: 'person', label: 'x', grants: [AUDITOR], expiresAtMs: null }),
    )
    const [theirs, another] = [openIdentity(makeIdentity('umar')), openIdentity(makeIdentity('umar'))]
    await world.inSql((sql) => registerSigningKey(sql, { person: 'umar', ...another.registration() }, OPERATOR, NOON))
    const key = (signingKey: object | null) => ({
      act: 'key',
      content: {
        person: 'umar',
        kind: 'person',
        label: 'x',
        secretHash: 'ab'.repeat(32),
        expiresAt: null,
        grants: [{ role: 'approver', programme: null }],
        signingKey,
      },
    })
    expect(await refusal(proposed(key(null)))).toBe('invalid-request')
    expect(await refusal(proposed(key({ ...theirs.registration() })))).toBe('conflict')
    const { possession } = theirs.registration()
    expect(await refusal(proposed(key({ ...another.registration(), possession })))).toBe('signature-invalid')
    expect((await proposed(key({ ...another.registration() }))).state).toBe('open')
  })

  describe('that has ended', () => {
    let people = 0
    const promoted = async () => {
      const joko = await signer(world.store, `joko-${(people += 1)}`, [AUDITOR])
      const { person } = joko.actor
      const grant = (programme: string | null = null): Put => ({
        act: 'role-grant',
        content: { person, role: 'approver', programme, publicKey: joko.identity.publicKey },
      })
      return { joko, person, grant, role: { person, role: 'approver' as const, programme: null } }
    }
    const end = (role: Parameters<typeof endRole>[1], atMs: number) =>
      world.inSql((sql) => endRole(sql, role, OPERATOR, atMs))

    it('is not given back by a proposal of before, whether it gives a role or a key with it', async () => {
      const { joko, person, grant, role } = await promoted()
      const key: Put = {
        act: 'key',
        content: {
          person,
          kind: 'person',
          label: 'x',
          secretHash: 'ba'.repeat(32),
          expiresAt: null,
          grants: [{ role: 'approver', programme: null }],
          signingKey: joko.identity.registration(),
        },
      }
      const stale = []
      const first = await proposed(grant())
      for (const of of [grant(), grant('swift'), key]) {
        stale.push(await propose(world.store, agus, { ...of, expiresAtMs: NOON + 2 * HOUR }, NOON))
      }
      expect((await approve(first)).state).toBe('executed')
      await end(role, NOON + SECOND)
      for (const proposal of stale) {
        expect(await approve(proposal)).toMatchObject({ state: 'void', outcomeCode: 'proposal-stale' })
      }
      expect((await world.store.desk.callerOf(joko.secret))?.grants).toEqual([AUDITOR])
    })

    it('is not given back by a proposal that is agreed to while it ends', async () => {
      const { grant, role } = await promoted()
      expect((await approve(await proposed(grant()))).state).toBe('executed')
      const again = await propose(world.store, agus, { ...grant(), expiresAtMs: NOON + 2 * HOUR }, NOON)
      let deciding: Promise<ProposalRow> | undefined
      await world.inSql(async (sql) => {
        await endRole(sql, role, OPERATOR, NOON + SECOND)
        deciding = approve(again)
        await sleep(500)
      })
      expect((await deciding)?.state).toBe('void')
    })

    it('is given again by a proposal of afterwards', async () => {
      const { joko, grant, role } = await promoted()
      expect((await approve(await proposed(grant()))).state).toBe('executed')
      await end(role, NOON + SECOND)
      const later = NOON + 2 * SECOND
      expect((await agree(world.store, [agus, budi], grant(), later)).state).toBe('executed')
      expect((await world.store.desk.callerOf(joko.secret))?.grants).toContainEqual({
        role: 'approver',
        programme: null,
      })
    })
  })

  it('is not made by one person', async () => {
    const make = (person: string, role: 'approver' | 'operator' | 'registrar' | 'helpdesk' | 'auditor') =>
      world.act((acts) =>
        acts.createKey({ person, kind: 'service', label: 'x', grants: [{ role, programme: null }], expiresAtMs: null }),
      )
    for (const role of ['approver', 'operator', 'registrar', 'helpdesk'] as const) {
      expect(await refusal(make(`lone-${role}`, role))).toBe('two-people-needed')
    }
    expect((await make('lone-auditor', 'auditor')).secret).toMatch(/^lunas_/)
    const further = { person: 'budi', kind: 'person' as const, label: 'x', grants: [], expiresAtMs: null }
    expect(await refusal(world.act((acts) => acts.createKey(further)))).toBe('two-people-needed')
  })
})

describe('a programme', () => {
  it('is published by two people, as what they signed', async () => {
    const next = { ...swiftProgramme(), code: 'swift', version: 9 }
    const of = { act: 'programme-publication', content: { ...next } }
    const proposal = await proposed(of)
    expect((await approve(proposal)).state).toBe('executed')
    const { sha256 } = await world.one<{ sha256: Buffer }>('SELECT sha256 FROM programme_version WHERE version = 9')
    expect(sha256.equals(proposal.contentHash)).toBe(true)
    expect(await refusal(proposed({ ...of, expiresAtMs: NOON + HOUR + 3 }))).toBe('programme-version-exists')
    expect(await refusal(proposed({ ...of, content: { ...next, version: 0 } }))).toBe('programme-invalid')
  })
})
