/** Acts of two people over HTTP: who proposes and decides, what is told, and that refusals are on record. */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashOf, makeIdentity, openIdentity, signedApproval } from '../../client/identity.ts'
import { buildTestApp, demoProgramme, get, post, type Answered, type TestApi } from '../support/api.ts'
import { everything, refusedWith, registered } from '../support/api-lives.ts'
import { agreed, bodyOf, decide, personOf, propose, type ApiPerson } from '../support/api-people.ts'

let api: TestApi
let service: string
let agus: ApiPerson
let sari: ApiPerson
let budi: ApiPerson
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  await api.publish(demoProgramme('other'))
  service = await api.keyFor(['registrar', 'operator', 'administrator', 'approver', 'auditor'])
  agus = await personOf(api, 'administrator', 'approver')
  sari = await personOf(api, 'operator')
  budi = await personOf(api, 'approver')
})
afterAll(() => api.close())

let years = 2040
const appropriation = (minor = '1000', programme = 'demo') => ({
  act: 'appropriation',
  content: { programme, fiscalYear: (years += 1), number: 'DIPA-1', amount: { minor, currency: 'IDR' } },
})
const budgets = async () => (await get(api.app, '/v1/programmes/demo/appropriations', service)).body.data

/** As a superuser who switches the triggers off. */
async function pastGuards(text: string, values: readonly unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: api.database.super })
  await client.connect()
  await client.query('SET session_replication_role = replica')
  expect((await client.query(text, [...values])).rowCount).toBe(1)
  await client.end()
}

/** Refused, with one line more in the audit trail and nothing else changed. */
async function refusedOnRecord(code: string, ask: () => Promise<Answered>): Promise<Answered> {
  const without = (text: string) => text.replace(/^audit_event .*$/m, '')
  const lines = 'SELECT FROM audit_event WHERE reason = $1'
  const [before, count] = [await everything(api), (await api.rows(lines, [code])).length]
  const answered = await ask()
  expect(answered.body.code).toBe(code)
  expect(without(await everything(api))).toBe(without(before))
  expect((await api.rows(lines, [code])).length).toBe(count + 1)
  return answered
}

describe('a proposal', () => {
  it('is answered with 202, shown whole, and carried out by another person’s word', async () => {
    const put = appropriation()
    const { status, body } = await propose(api, agus, { ...put, evidence: 'ND-12/2026' })
    expect(status).toBe(202)
    expect(body).toMatchObject({
      act: 'appropriation',
      title: { id: expect.any(String), en: 'Appropriation set or changed' },
      programme: 'demo',
      content: put.content,
      hash: hashOf(put.content),
      evidence: 'ND-12/2026',
      proposer: agus.person,
      state: 'open',
      awaits: 'approve',
      void: null,
      needs: { approvers: 1, releaser: false },
      publicKey: agus.identity.publicKey,
      approvals: [],
    })
    expect(await budgets()).toEqual([])
    expect((await get(api.app, `/v1/proposals/${body.id}`, budi.key)).body).toEqual(body)
    expect((await get(api.app, '/v1/proposals', budi.key)).body.data).toContainEqual(body)
    const after = await decide(api, budi, body)
    expect([after.status, after.body.state, after.body.awaits]).toEqual([200, 'executed', null])
    expect(after.body.approvals).toMatchObject([{ person: budi.person, decision: 'approve', reason: 'looked at' }])
    expect(await budgets()).toMatchObject([{ fiscalYear: put.content.fiscalYear, amount: put.content.amount }])
    const { body: executed } = await get(api.app, '/v1/proposals?state=executed&act=appropriation', budi.key)
    expect(executed.data).toHaveLength(1)
  })

  it('sent twice, and decided on twice, with the same key is one: a double click changes nothing', async () => {
    const body = bodyOf(api, agus, appropriation())
    const once = { 'idempotency-key': 'one-proposal' }
    const first = await post(api.app, '/v1/proposals', agus.key, body, once)
    const second = await post(api.app, '/v1/proposals', agus.key, body, once)
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotent-replayed']).toBe('true')
    const twice = { 'idempotency-key': 'one-word' }
    const said = await decide(api, budi, first.body, 'approve', twice)
    const again = await decide(api, budi, first.body, 'approve', twice)
    expect([again.status, again.body]).toEqual([said.status, said.body])
    await refusedOnRecord('already-decided', () => decide(api, budi, first.body))
  })

  it('of a service is refused, whatever its roles', async () => {
    const body = bodyOf(api, agus, appropriation())
    await refusedOnRecord('forbidden', () => post(api.app, '/v1/proposals', service, body))
    const { body: made } = await propose(api, agus, appropriation())
    const word = signedApproval(budi.identity, made, 'approve')
    await refusedOnRecord('forbidden', () => post(api.app, `/v1/proposals/${made.id}/approvals`, service, word))
  })

  it('without a signature, or with a forged one, is refused', async () => {
    const { signature: _, ...bare } = bodyOf(api, agus, appropriation())
    const { body } = await refusedWith(api, 'invalid-request', () => post(api.app, '/v1/proposals', agus.key, bare))
    expect(body.errors[0].pointer).toBe('/signature')
    const forged = bodyOf(api, { ...agus, identity: budi.identity }, appropriation())
    await refusedOnRecord('signature-invalid', () => post(api.app, '/v1/proposals', agus.key, forged))
    const raised = { ...bodyOf(api, agus, appropriation()), content: appropriation('999999').content }
    await refusedOnRecord('signature-invalid', () => post(api.app, '/v1/proposals', agus.key, raised))
    const later = {
      ...bodyOf(api, agus, appropriation()),
      expiresAt: new Date(api.clock.nowMs + 7_200_000).toISOString(),
    }
    await refusedOnRecord('signature-invalid', () => post(api.app, '/v1/proposals', agus.key, later))
  })

  it('tells every fault of its content with its place', async () => {
    const content = { programme: 'demo', fiscalYear: 26, amount: { minor: 10.5, currency: 'IDR' }, colour: 'red' }
    const { body } = await refusedWith(api, 'invalid-request', () =>
      propose(api, agus, { act: 'appropriation', content }),
    )
    const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer)
    expect(pointers.toSorted()).toEqual(
      ['/content/amount/minor', '/content/colour', '/content/fiscalYear', '/content/number'].toSorted(),
    )
    const broken = { ...demoProgramme('broken'), currency: 'XYZ', tranches: [] }
    const { body: refused } = await refusedOnRecord('programme-invalid', () =>
      propose(api, agus, { act: 'programme-publication', content: broken }),
    )
    expect(refused.errors.map(({ pointer }: { pointer: string }) => pointer)).toContain('/content/currency')
    const { body: unknown } = await refusedWith(api, 'invalid-request', () =>
      propose(api, agus, { act: 'gift', content: {} }),
    )
    expect(unknown.errors[0].pointer).toBe('/act')
  })

  it('is seen and decided within one’s programmes; what belongs to none needs a role for every programme', async () => {
    const here = await personOf(api, { role: 'approver', programme: 'demo' })
    const elsewhere = await personOf(api, { role: 'approver', programme: 'other' })
    const { body } = await propose(api, agus, appropriation())
    expect((await get(api.app, '/v1/proposals', elsewhere.key)).body.data).toEqual([])
    await refusedWith(api, 'not-found', () => get(api.app, `/v1/proposals/${body.id}`, elsewhere.key))
    await refusedWith(api, 'not-found', () => decide(api, elsewhere, body))
    const grant = { person: budi.person, role: 'auditor', programme: null, publicKey: null }
    const { body: wide } = await propose(api, agus, { act: 'role-grant', content: grant })
    await refusedWith(api, 'not-found', () => decide(api, here, wide))
    expect((await decide(api, here, body)).body.state).toBe('executed')
  })
})

interface Changed {
  readonly hash?: string
  readonly signature?: string
  readonly decision?: 'release'
}

describe('a decision', () => {
  it.each<readonly [string, () => ApiPerson, Changed]>([
    ['own-proposal', () => agus, {}],
    ['forbidden', () => sari, {}],
    ['proposal-stale', () => budi, { hash: 'c'.repeat(64) }],
    ['signature-invalid', () => budi, { signature: `${'A'.repeat(86)}==` }],
    ['decision-not-awaited', () => budi, { decision: 'release' as const }],
  ])('is refused with %s, on record, and changes nothing', async (code, who, more) => {
    const { body } = await propose(api, agus, appropriation())
    const by = who()
    const word = { ...signedApproval(by.identity, body, more.decision ?? 'approve'), ...more }
    await refusedOnRecord(code, () => post(api.app, `/v1/proposals/${body.id}/approvals`, by.key, word))
    expect((await get(api.app, `/v1/proposals/${body.id}`, budi.key)).body.state).toBe('open')
  })

  it('after the end is refused, and the proposal is on record as expired', async () => {
    const { body } = await propose(api, agus, appropriation())
    api.clock.nowMs += 4_000_000
    expect((await decide(api, budi, body)).body.code).toBe('proposal-expired')
    const rows = await api.rows('SELECT act FROM audit_event WHERE subject = $1 ORDER BY id', [`proposal:${body.id}`])
    expect(rows).toEqual([{ act: 'proposal-made' }, { act: 'proposal-expired' }, { act: 'decision-refused' }])
    expect(await api.rows('SELECT state FROM proposal WHERE id = $1', [body.id])).toEqual([{ state: 'expired' }])
  })

  it('to reject needs a reason, and ends it', async () => {
    const { body } = await propose(api, agus, appropriation())
    const word = signedApproval(budi.identity, body, 'reject')
    await refusedWith(api, 'invalid-request', () => post(api.app, `/v1/proposals/${body.id}/approvals`, budi.key, word))
    expect((await decide(api, budi, body, 'reject')).body).toMatchObject({ state: 'rejected' })
    const other = await personOf(api, 'approver')
    await refusedOnRecord('proposal-not-open', () => decide(api, other, body))
  })
})

describe('what one person did alone', () => {
  it('is a proposal now: no route publishes, appropriates, redrives or lifts', async () => {
    for (const path of ['/v1/programmes', '/v1/programmes/demo/appropriations']) {
      const { status } = await post(api.app, path, service)
      expect([path, status]).toEqual([path, 405])
    }
    for (const path of ['/v1/messages/x/redrive', '/v1/freezes/x/lift']) {
      expect((await post(api.app, path, service)).status).toBe(404)
    }
  })

  it('of a key with power is refused, and agreed to by two it is in force at once', async () => {
    const grants = [{ role: 'operator', programme: 'demo' }]
    const wanted = { person: 'Wayan', kind: 'person', label: 'laptop', grants }
    await refusedWith(api, 'two-people-needed', () => post(api.app, '/v1/keys', agus.key, wanted))
    const secret = `lunas_${'w'.repeat(43)}`
    expect((await get(api.app, '/v1/programmes/demo', secret)).status).toBe(401)
    const secretHash = createHash('sha256').update(secret).digest('hex')
    const signingKey = openIdentity(makeIdentity('Wayan')).registration()
    const content = { ...wanted, secretHash, expiresAt: null, signingKey }
    expect((await agreed(api, [agus, budi], { act: 'key', content })).state).toBe('executed')
    expect((await get(api.app, '/v1/programmes/demo/waves', secret)).status).toBe(200)
    expect((await get(api.app, '/v1/programmes/other/waves', secret)).status).toBe(404)
  })

  it('of a dead message is done by two', async () => {
    const ref = await registered(api, service)
    const [message] = await api.rows<{ id: string }>('SELECT id FROM message WHERE ref = $1', [ref])
    const put = { act: 'redrive', content: { message: message?.id ?? '' } }
    await refusedOnRecord('message-not-dead', () => propose(api, sari, put))
    for (let count = 0; count < 10; count += 1) await api.store.messages.refused([message?.id ?? ''], 'gRPC 3')
    const [first, second] = [await propose(api, sari, put), await propose(api, sari, put)]
    expect((await decide(api, budi, first.body)).body.state).toBe('executed')
    expect((await get(api.app, '/v1/messages/dead', service)).body.data).toEqual([])
    const { body } = await decide(api, budi, second.body)
    expect(body).toMatchObject({ state: 'void', void: { code: 'message-not-dead' } })
    const all = { act: 'redrive-all', content: { programme: 'demo' } }
    await refusedOnRecord('message-not-dead', () => propose(api, sari, all))
    for (let count = 0; count < 10; count += 1) await api.store.messages.refused([message?.id ?? ''], 'gRPC 3')
    expect((await agreed(api, [sari, budi], all)).state).toBe('executed')
  })
})

describe('the account of a participant', () => {
  const account = { kind: 'bank', institution: 'ID.BNI', number: '0029806615', holder: 'Siti Rahmawati' } as const
  const salt = 'ab'.repeat(32)
  const put = (ref: string, personal: { account: object; salt: string } = { account, salt }) => ({
    act: 'account-change',
    content: {
      programme: 'demo',
      ref,
      kind: account.kind,
      institution: account.institution,
      masked: '••6615',
      commitment: hashOf({ account, salt }),
    },
    personal: { ...personal } as never,
  })
  const live = async (ref: string) =>
    (await get(api.app, `/v1/programmes/demo/participants/${ref}/accounts`, service)).body.data[0]

  it('is changed by an operator with another person’s word; the number is sealed all the while', async () => {
    const ref = await registered(api, service)
    await refusedWith(api, 'forbidden', () =>
      post(api.app, `/v1/programmes/demo/participants/${ref}/accounts`, sari.key, account),
    )
    const clerk = await personOf(api, 'registrar')
    await refusedWith(api, 'two-people-needed', () =>
      post(api.app, `/v1/programmes/demo/participants/${ref}/accounts`, clerk.key, account),
    )
    const { status, body } = await propose(api, sari, put(ref))
    expect(status).toBe(202)
    expect(JSON.stringify(body)).not.toContain(account.number)
    // Whoever decides sees what the bank has said, and how well the names agree; the names stay with the engine.
    const check = { gateway: 'sandbox', verdict: 'verified', score: 100, reasons: [] }
    expect((await get(api.app, `/v1/proposals/${body.id}`, budi.key)).body.check).toEqual(check)
    expect((await live(ref)).institution).toBe('ID.BCA')
    expect((await decide(api, budi, body)).body.state).toBe('executed')
    expect(await live(ref)).toMatchObject({ institution: 'ID.BNI', masked: '••6615', state: 'verified' })
    const stored = await api.rows<{ text: string }>(
      `SELECT string_agg(p::text, ' ') || (SELECT string_agg(a::text, ' ') FROM audit_event a) AS text FROM proposal p`,
    )
    expect(stored[0]?.text).not.toContain(account.number)
    await refusedOnRecord('account-unchanged', () => propose(api, sari, put(ref)))
  })

  it('is kept as the bank was asked about it, and what the bank said is not for the proposer to say', async () => {
    const ref = await registered(api, service)
    const spelled = { account: { ...account, number: '0029-806-615' }, salt, state: 'verified' }
    const { body } = await propose(api, sari, put(ref, spelled))
    expect((await decide(api, budi, body)).body.state).toBe('executed')
    expect((await live(ref)).masked).toBe('••6615')
    await refusedOnRecord('account-unchanged', () => propose(api, sari, put(ref)))
  })

  it('does not come back by an older proposal, nor by another sealed part', async () => {
    const ref = await registered(api, service)
    const right = { ...account, number: '0029806699' }
    const newer = put(ref, { account: right, salt })
    const older = await propose(api, sari, put(ref))
    const { body } = await propose(api, sari, {
      ...newer,
      content: { ...newer.content, masked: '••6699', commitment: hashOf({ account: right, salt }) },
    })
    // Whoever writes past the guards puts the older part beside the newer signatures.
    const [kept] = await api.rows<{ document: string }>('SELECT document FROM proposal WHERE id = $1', [body.id])
    const swap = (document: string) =>
      pastGuards('UPDATE proposal SET document = $2 WHERE id = $1', [body.id, document])
    const [other] = await api.rows<{ document: string }>('SELECT document FROM proposal WHERE id = $1', [older.body.id])
    await swap(other?.document ?? '')
    const swapped = await propose(api, sari, {
      ...newer,
      content: { ...newer.content, masked: '••6699', commitment: hashOf({ account: right, salt }) },
      expiresAtMs: Date.now() + 7_200_000,
    })
    expect((await decide(api, budi, body)).body).toMatchObject({ state: 'void', void: { code: 'proposal-stale' } })
    expect(kept?.document).not.toBe(other?.document)
    expect((await decide(api, budi, swapped.body)).body.state).toBe('executed')
    expect((await decide(api, budi, older.body)).body).toMatchObject({
      state: 'void',
      void: { code: 'proposal-stale' },
    })
    expect((await live(ref)).masked).toBe('••6699')
  })

  it('that was not committed to, or that the bank refuses, is refused', async () => {
    const ref = await registered(api, service)
    const another = { ...account, number: '0029806616' }
    for (const personal of [
      { account: another, salt },
      { account, salt: 'cd'.repeat(32) },
    ]) {
      const { body } = await refusedWith(api, 'invalid-request', () => propose(api, sari, put(ref, personal)))
      expect(body.errors[0].pointer).toBe('/personal')
    }
    const { personal: _, ...bare } = put(ref)
    await refusedWith(api, 'invalid-request', () => propose(api, sari, bare))
    const wrong = { ...account, holder: 'Joko Widodo Santoso' }
    const { body } = await propose(api, sari, put(ref, { account: { ...wrong, number: 'x' }, salt }))
    expect(body.errors[0].pointer).toBe('/personal/account/number')
  })
})

describe('a signing key', () => {
  it('is registered once by its person, listed, and ended by its person or an administrator', async () => {
    const key = await post(api.app, '/v1/keys', agus.key, {
      person: 'Dewi Lestari',
      kind: 'person',
      label: 'x',
      grants: [{ role: 'auditor', programme: null }],
    })
    const identity = openIdentity(makeIdentity('Dewi Lestari'))
    const register = (as: string, of = identity.registration()) => post(api.app, '/v1/signing-keys', as, of)
    await refusedWith(api, 'signature-invalid', () =>
      register(key.body.secret, { ...identity.registration(), possession: budi.identity.registration().possession }),
    )
    await refusedWith(api, 'forbidden', () => register(service))
    const { status, body } = await register(key.body.secret)
    expect([status, body.person, body.publicKey]).toEqual([201, 'Dewi Lestari', identity.publicKey])
    const other = openIdentity(makeIdentity('Dewi Lestari')).registration()
    await refusedWith(api, 'signing-key-exists', () => register(key.body.secret, other))
    const { body: list } = await get(api.app, '/v1/signing-keys', budi.key)
    expect(list.data).toContainEqual(expect.objectContaining({ id: body.id, person: 'Dewi Lestari', endedAt: null }))
    await refusedWith(api, 'not-found', () => post(api.app, `/v1/signing-keys/${body.id}/end`, sari.key))
    expect((await post(api.app, `/v1/signing-keys/${body.id}/end`, key.body.secret)).body).toEqual({
      id: body.id,
      ended: true,
    })
    await refusedWith(api, 'key-revoked', () => post(api.app, `/v1/signing-keys/${body.id}/end`, agus.key))
    await refusedWith(api, 'signing-key-exists', () => register(key.body.secret, other))
  })
})
