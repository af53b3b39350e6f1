/** Keys that one person made alone: whoever made them has seen their secret. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeIdentity, openIdentity } from '../../client/identity.ts'
import type { Role } from '../../domain/roles.ts'
import { buildTestApp, demoProgramme, post, type TestApi } from '../support/api.ts'
import { agreed, decide, personOf, propose, type ApiPerson } from '../support/api-people.ts'

let api: TestApi
let agus: ApiPerson
let budi: ApiPerson
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  agus = await personOf(api, 'administrator')
  budi = await personOf(api, 'approver')
})
afterAll(() => api.close())

const funding = () => ({
  act: 'funding',
  content: {
    programme: 'demo',
    gateway: 'sandbox',
    number: `SP2D-${randomUUID()}`,
    amount: { minor: '1000', currency: 'IDR' },
  },
})

/** Somebody with a role that two people gave, and the key by which they read before, which one person made. */
async function promoted(role: Role): Promise<ApiPerson> {
  const person = `dewi-${randomUUID().slice(0, 8)}`
  const grants = [{ role: 'auditor', programme: null }]
  const made = await post(api.app, '/v1/keys', agus.key, { person, kind: 'person', label: 'reads', grants })
  const identity = openIdentity(makeIdentity(person))
  expect((await post(api.app, '/v1/signing-keys', made.body.secret, identity.registration())).status).toBe(201)
  const content = { person, role, programme: null, publicKey: identity.publicKey }
  expect((await agreed(api, [agus, budi], { act: 'role-grant', content })).state).toBe('executed')
  return { person, key: made.body.secret, identity }
}

describe('a key that one person made alone', () => {
  it('carries no power, whatever its owner is granted later: nobody decides with it', async () => {
    const dewi = await promoted('approver')
    const { body: put } = await propose(api, agus, funding())
    const said = await decide(api, dewi, put)
    expect([said.status, said.body.code]).toEqual([403, 'forbidden'])
    expect((await decide(api, budi, put)).body.state).toBe('executed')
  })

  it('does not hinder its owner, who decides with a key that two people gave', async () => {
    const dewi = await promoted('approver')
    const secret = `lunas_${randomBytes(32).toString('base64url')}`
    const content = {
      person: dewi.person,
      kind: 'person',
      label: 'decides',
      secretHash: createHash('sha256').update(secret).digest('hex'),
      expiresAt: null,
      grants: [],
      signingKey: null,
    }
    expect((await agreed(api, [agus, budi], { act: 'key', content })).state).toBe('executed')
    const { body: put } = await propose(api, agus, funding())
    expect((await decide(api, { ...dewi, key: secret }, put)).body.state).toBe('executed')
  })
})
