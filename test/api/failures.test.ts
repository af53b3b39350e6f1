/** What gateways' codes mean over HTTP: who sees it, what one person may make of it, and what takes two. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildTestApp, demoProgramme, get, post, type TestApi } from '../support/api.ts'
import { refusedWith } from '../support/api-lives.ts'
import { agreed, personOf, propose, type ApiPerson } from '../support/api-people.ts'
import { CLOSED, COMPLIANCE, DOUBT, newCode, PASSING, UNDOCUMENTED } from '../support/reclassify.ts'

let api: TestApi
let sari: ApiPerson
let budi: ApiPerson
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  sari = await personOf(api, 'operator')
  budi = await personOf(api, 'approver')
})
afterAll(() => api.close())

const reason = 'two of them were paid'
const classed = (as: ApiPerson, body: object, headers = {}) =>
  post(api.app, '/v1/failures', as.key, { gateway: 'sandbox', reason, ...body }, headers)
const listed = async (query = '', as = sari) => (await get(api.app, `/v1/failures${query}`, as.key)).body.data
const shown = async (code: string) => (await listed(`?gateway=sandbox&vendorCode=${encodeURIComponent(code)}`))[0]

describe('making a code safer', () => {
  it('is in force when answered, and the same again answers the same', async () => {
    const vendorCode = newCode()
    const first = await classed(sari, { vendorCode, meaning: DOUBT })
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({
      gateway: 'sandbox',
      vendorCode,
      ...DOUBT,
      safety: 4,
      released: { ...UNDOCUMENTED, isDocumented: false },
      rule: { isDefault: false, reason, setBy: sari.person, proposal: null },
    })
    const again = await classed(budi, { vendorCode, meaning: DOUBT })
    expect([again.status, again.body]).toEqual([200, first.body])
    expect(await shown(vendorCode)).toEqual(first.body)
    const told = await api.rows('SELECT act, person, role, reason FROM audit_event WHERE subject = $1', [
      `failure:sandbox:${vendorCode}`,
    ])
    expect(told).toEqual([{ act: 'failure-reclassified', person: sari.person, role: 'operator', reason }])
  })

  it('is done once for a key, also when it is sent twice at once', async () => {
    const vendorCode = newCode()
    const headers = { 'idempotency-key': randomUUID() }
    const answers = await Promise.all([1, 2].map(() => classed(sari, { vendorCode, meaning: DOUBT }, headers)))
    expect(answers.map(({ status }) => status)).toContain(201)
    expect((await classed(sari, { vendorCode, meaning: DOUBT }, headers)).status).toBe(201)
    expect(await api.rows('SELECT n FROM failure_rule WHERE vendor_code = $1', [vendorCode])).toEqual([{ n: 1 }])
  })

  it.each([
    [{ vendorCode: 'ACCOUNT_CLOSED', meaning: PASSING }, 'two-people-needed'],
    [{ vendorCode: 'COMPLIANCE_REJECTED', meaning: CLOSED }, 'two-people-needed'],
    [{ vendorCode: '422 NEW', meaning: COMPLIANCE }, 'two-people-needed'],
    [{ vendorCode: '409 DUPLICATE', meaning: DOUBT }, 'conflict'],
    [{ gateway: 'sandbos', vendorCode: 'NEW', meaning: DOUBT }, 'unknown-gateway'],
    [{ vendorCode: '', meaning: DOUBT }, 'invalid-request'],
    [{ vendorCode: 'small', meaning: DOUBT }, 'invalid-request'],
    [{ vendorCode: 'NEW', meaning: { class: 'whatever', code: 'undocumented' } }, 'invalid-request'],
    [{ vendorCode: 'NEW', meaning: { class: 'retry-same', code: 'undocumented' } }, 'invalid-request'],
    [{ vendorCode: 'NEW', meaning: { class: 'compliance', code: 'account-closed' } }, 'invalid-request'],
    [{ vendorCode: 'NEW' }, 'invalid-request'],
    [{ vendorCode: 'NEW', meaning: DOUBT, reason: '' }, 'invalid-request'],
  ])('refuses %o with %s, and changes nothing', async (body, code) => {
    await refusedWith(api, code, () => classed(sari, body))
  })

  it('needs a role for every programme, and is seen by those who look', async () => {
    const here = await personOf(api, { role: 'operator', programme: 'demo' })
    const helpdesk = await personOf(api, 'helpdesk')
    const registrar = await personOf(api, 'registrar')
    await refusedWith(api, 'forbidden', () => classed(here, { vendorCode: 'NEW', meaning: DOUBT }))
    await refusedWith(api, 'forbidden', () => classed(helpdesk, { vendorCode: 'NEW', meaning: DOUBT }))
    await refusedWith(api, 'forbidden', () => get(api.app, '/v1/failures', registrar.key))
    const codes = (await listed('', helpdesk)).map((one: { vendorCode: string }) => one.vendorCode)
    expect(codes).toEqual(expect.arrayContaining(['ACCOUNT_CLOSED', '409 DUPLICATE', '400 INVALID_REQUEST']))
    await refusedWith(api, 'unknown-gateway', () => get(api.app, '/v1/failures?gateway=other', sari.key))
  })
})

describe('classing a code otherwise', () => {
  it('takes a proposal and another person’s word', async () => {
    const vendorCode = newCode()
    const content = { gateway: 'sandbox', vendorCode, from: UNDOCUMENTED, meaning: PASSING }
    const put = { act: 'reclassification', content }
    const { body: proposal } = await propose(api, sari, put)
    expect(proposal).toMatchObject({ state: 'open', subject: `failure:sandbox:${vendorCode}`, programme: null })
    expect(await shown(vendorCode)).toMatchObject(UNDOCUMENTED)
    expect((await agreed(api, [sari, budi], put)).state).toBe('executed')
    expect(await shown(vendorCode)).toMatchObject({ ...PASSING, safety: 0, rule: { setBy: budi.person } })
    expect((await propose(api, sari, put)).body.code).toBe('conflict')
  })

  it('is proposed about nothing that is no code or no gateway', async () => {
    const asked = async (more: object) => {
      const content = { gateway: 'sandbox', vendorCode: 'NEW', from: UNDOCUMENTED, meaning: CLOSED, ...more }
      return (await propose(api, sari, { act: 'reclassification', content })).body.code
    }
    expect(await asked({ gateway: 'other' })).toBe('unknown-gateway')
    expect(await asked({ vendorCode: 'small' })).toBe('invalid-request')
    expect(await asked({ meaning: { class: 'whatever', code: 'account-closed' } })).toBe('invalid-request')
    expect(await asked({ from: COMPLIANCE })).toBe('conflict')
  })
})
