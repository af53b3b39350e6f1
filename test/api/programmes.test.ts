/** Programmes, their money, and their waves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Programme } from '../../domain/programme.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import { buildTestApp, demoProgramme, get, post, type TestApi } from '../support/api.ts'
import { admitted, openWave, refusedWith, registered } from '../support/api-lives.ts'
import { agreed, personOf, propose, type ApiPerson } from '../support/api-people.ts'

let api: TestApi
let key: string
let agus: ApiPerson
let budi: ApiPerson
beforeAll(async () => {
  api = await buildTestApp()
  agus = await personOf(api, 'administrator')
  budi = await personOf(api, 'approver')
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'auditor'])
})
afterAll(() => api.close())

const idr = (minor: string) => ({ minor, currency: 'IDR' })
const publish = (programme: Programme) =>
  agreed(api, [agus, budi], { act: 'programme-publication', content: { ...programme } })
const appropriated = (fiscalYear: number, minor: string) => {
  const content = { programme: 'demo', fiscalYear, number: 'DIPA-1', amount: idr(minor) }
  return agreed(api, [agus, budi], { act: 'appropriation', content })
}

describe('a programme', () => {
  it('is published as it comes and read as it was published', async () => {
    expect((await publish(demoProgramme())).state).toBe('executed')
    expect((await get(api.app, '/v1/programmes/demo', key)).body).toEqual(demoProgramme())
    expect((await get(api.app, '/v1/programmes/demo/versions/1', key)).body).toEqual(demoProgramme())
    for (const code of ['prakerja-2020', 'prakerja-2023'] as const) {
      expect((await publish(shippedProgramme(code))).state).toBe('executed')
    }
  })

  it('of a version that is published is refused, also with other content', async () => {
    const changed = { ...demoProgramme(), budgetLine: 'OTHER' }
    const { status, body } = await propose(api, agus, { act: 'programme-publication', content: changed })
    expect([status, body.code]).toEqual([409, 'programme-version-exists'])
  })

  it('of an unknown version is not found', async () => {
    await refusedWith(api, 'unknown-programme', () => get(api.app, '/v1/programmes/demo/versions/99', key))
  })
})

describe('an appropriation', () => {
  it('is set, raised and lowered, never below what is committed', async () => {
    const set = (minor: string) => appropriated(2026, minor)
    expect((await set('200000000')).state).toBe('executed')
    await post(api.app, '/v1/programmes/demo/waves', key, { code: 'G01', quota: 2, fiscalYear: 2026 })
    await admitted(api, key)
    expect((await set('100000000')).state).toBe('executed')
    const content = { programme: 'demo', fiscalYear: 2026, number: 'DIPA-1', amount: idr('69999999') }
    expect((await propose(api, agus, { act: 'appropriation', content })).body.code).toBe('appropriation-too-small')
    const { body } = await get(api.app, '/v1/programmes/demo/appropriations', key)
    expect(body.data).toMatchObject([
      { amount: idr('100000000'), committed: idr('70000000'), available: idr('30000000'), disbursed: idr('0') },
    ])
  })
})

describe('a funding', () => {
  const content = (of: object) => ({ act: 'funding', content: { programme: 'demo', ...of } })

  it('is recorded once by its number, by two people', async () => {
    const funding = { gateway: 'sandbox', number: 'SP2D-1', amount: idr('5000000000') }
    expect((await agreed(api, [agus, budi], content(funding))).state).toBe('executed')
    expect((await propose(api, agus, content(funding))).body.code).toBe('conflict')
    const { body } = await get(api.app, '/v1/programmes/demo/fundings', key)
    expect(body.data).toMatchObject([funding])
    const { body: ledger } = await get(api.app, '/v1/programmes/demo/ledger/accounts', key)
    expect(ledger.data).toContainEqual({
      account: 'funds:float:sandbox',
      normal: 'debit',
      debit: '5000000000',
      credit: '0',
      balance: '5000000000',
      currency: 'IDR',
      postings: 1,
    })
  })

  it.each([
    [{ gateway: 'nowhere', number: 'SP2D-2', amount: idr('1') }, '/content/gateway'],
    [{ gateway: 'sandbox', number: 'SP2D-2', amount: idr('0') }, '/content/amount/minor'],
    [{ gateway: 'sandbox', number: 'SP2D-2', amount: { minor: '1', currency: 'USD' } }, '/content/amount/currency'],
  ])('of %o is refused with its place', async (of, pointer) => {
    const { body } = await propose(api, agus, content(of))
    expect([body.code, body.errors[0].pointer]).toEqual(['invalid-request', pointer])
  })
})

describe('a wave', () => {
  const waves = '/v1/programmes/demo/waves'
  const list = (refs: readonly string[]) => ({ decree: 'SK-DEMO-7', refs })

  it('is opened once', async () => {
    await openWave(api, key, 'G10', 3)
    await refusedWith(api, 'wave-exists', () => post(api.app, waves, key, { code: 'G10', quota: 3, fiscalYear: 2026 }))
    expect((await get(api.app, `${waves}/G10`, key)).body).toMatchObject({
      code: 'G10',
      state: 'open',
      quota: 3,
      admitted: 0,
    })
  })

  it('needs money of its year', async () => {
    await refusedWith(api, 'not-found', () => post(api.app, waves, key, { code: 'G11', quota: 3, fiscalYear: 2031 }))
  })

  it('admits a list whole or not at all', async () => {
    const waiting = await registered(api, key)
    await api.store.lives.screen('demo', waiting, api.clock.nowMs)
    const unscreened = await registered(api, key)
    const { status, body } = await refusedWith(api, 'not-awaiting-admission', () =>
      post(api.app, `${waves}/G10/admissions`, key, list([waiting, unscreened, '0123456789ABC'])),
    )
    expect(status).toBe(409)
    expect(body.errors.map((fault: { pointer: string }) => fault.pointer)).toEqual(['/refs/1', '/refs/2'])
    const admission = await post(api.app, `${waves}/G10/admissions`, key, list([waiting]))
    expect(admission.body).toEqual({ wave: 'G10', admitted: 1 })
    await refusedWith(api, 'not-awaiting-admission', () =>
      post(api.app, `${waves}/G10/admissions`, key, list([waiting])),
    )
    expect((await get(api.app, `${waves}/G10`, key)).body).toMatchObject({ admitted: 1, decree: 'SK-DEMO-7' })
  })

  it('does not overlook somebody who is in the list twice', async () => {
    const { body } = await refusedWith(api, 'invalid-request', () =>
      post(api.app, `${waves}/G10/admissions`, key, list(['0123456789ABC', '0123456789ABD', '0123456789ABC'])),
    )
    expect(body.errors[0].pointer).toBe('/refs/2')
  })

  it('keeps to its quota and to the budget', async () => {
    await openWave(api, key, 'G12', 1)
    const people = [await registered(api, key), await registered(api, key)]
    for (const person of people) await api.store.lives.screen('demo', person, api.clock.nowMs)
    await refusedWith(api, 'wave-quota-exceeded', () => post(api.app, `${waves}/G12/admissions`, key, list(people)))
    await appropriated(2027, '69999999')
    await post(api.app, waves, key, { code: 'G13', quota: 5, fiscalYear: 2027 })
    await refusedWith(api, 'budget-exceeded', () =>
      post(api.app, `${waves}/G13/admissions`, key, list(people.slice(0, 1))),
    )
  })

  it('closes once, and then admits nobody', async () => {
    await openWave(api, key, 'G14')
    expect((await post(api.app, `${waves}/G14/close`, key)).body).toEqual({ code: 'G14', state: 'closed' })
    await refusedWith(api, 'wave-not-open', () => post(api.app, `${waves}/G14/close`, key))
    await refusedWith(api, 'wave-not-open', () =>
      post(api.app, `${waves}/G14/admissions`, key, list(['0123456789ABC'])),
    )
  })

  it('that is unknown is said to be so', async () => {
    await refusedWith(api, 'unknown-wave', () => get(api.app, `${waves}/G99`, key))
    await refusedWith(api, 'unknown-wave', () => post(api.app, `${waves}/G99/close`, key))
    await refusedWith(api, 'unknown-wave', () => post(api.app, `${waves}/G99/admissions`, key, list(['0123456789ABC'])))
  })
})
