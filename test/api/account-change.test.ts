/** An account is compared with a name: who writes that name does not also say whose account it is. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { accountChange } from '../../client/account-change.ts'
import { aRegistration, buildTestApp, demoProgramme, post, type TestApi } from '../support/api.ts'
import { decide, personOf, propose, type ApiPerson } from '../support/api-people.ts'

let api: TestApi
let budi: ApiPerson
let sari: ApiPerson
let dewi: ApiPerson
let service: string
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  budi = await personOf(api, 'approver', 'operator')
  sari = await personOf(api, 'operator')
  dewi = await personOf(api, 'helpdesk')
  service = await api.keyFor(['registrar'])
})
afterAll(() => api.close())

/** Its holder is another person than the registration is of. */
const STRANGERS = { kind: 'bank', institution: 'ID.BNI', number: '0029806615', holder: 'Joko Susilo' } as const

async function person(): Promise<{ ref: string; name: string }> {
  const registration = aRegistration()
  const { status, body } = await post(api.app, '/v1/programmes/demo/participants', service, registration)
  expect(status).toBe(201)
  return { ref: String(body.ref), name: registration.name }
}

async function rename(by: ApiPerson, ref: string, name: string): Promise<void> {
  const path = `/v1/programmes/demo/participants/${ref}/corrections`
  const { status } = await post(api.app, path, by.key, { reason: 'a slip of the pen', changes: { name } })
  expect([200, 202]).toContain(status)
}

const put = (by: ApiPerson, ref: string) =>
  propose(api, by, { act: 'account-change', ...accountChange({ programme: 'demo', ref }, STRANGERS) })

it('what the bank has said of a name is void once the name is another one', async () => {
  const { ref, name } = await person()
  expect((await put(sari, ref)).body.code).toBe('account-refused')
  await rename(dewi, ref, STRANGERS.holder)
  const { body } = await put(sari, ref)
  expect(body.check).toMatchObject({ verdict: 'verified', score: 100 })
  await rename(dewi, ref, name)
  expect((await decide(api, budi, body)).body).toMatchObject({ state: 'void', void: { code: 'proposal-stale' } })
})

it('who has corrected the name neither proposes the account nor agrees to it, and others do', async () => {
  const { ref } = await person()
  await rename(sari, ref, STRANGERS.holder)
  const refused = await put(sari, ref)
  expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
  expect(refused.body.detail).toContain('others propose and agree to it')
  const { body } = await put(dewi, ref)
  expect((await decide(api, budi, body)).body.state).toBe('executed')

  const { ref: another } = await person()
  await rename(budi, another, STRANGERS.holder)
  const { body: open } = await put(dewi, another)
  expect((await decide(api, budi, open)).body).toMatchObject({ state: 'void', void: { code: 'forbidden' } })
})

it('what was corrected while the bank was asked is not what it was asked about', async () => {
  const { ref } = await person()
  await rename(dewi, ref, STRANGERS.holder)
  const gateway = api.gateways.get('sandbox')
  if (!gateway) throw new Error('no gateway')
  const asking = vi.spyOn(gateway, 'checkAccount').mockImplementationOnce(async () => {
    await rename(dewi, ref, 'Siti Rahmawati')
    return { kind: 'valid', registeredName: STRANGERS.holder }
  })
  const { status, body } = await put(sari, ref)
  expect([status, body.code]).toEqual([409, 'conflict'])
  asking.mockRestore()
})
