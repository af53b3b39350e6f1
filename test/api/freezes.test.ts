/** Freezes over HTTP: who may stop what, who sees it, and that two people let it go on. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { buildTestApp, demoProgramme, get, post, type TestApi } from '../support/api.ts'
import { admitted, openWave, refusedWith, report } from '../support/api-lives.ts'
import { agreed, decide, personOf, propose, type ApiPerson } from '../support/api-people.ts'
import { bankAccount } from '../support/builders.ts'

let api: TestApi
let key: string
let sari: ApiPerson
let budi: ApiPerson
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  await api.publish(demoProgramme('other'))
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'auditor', 'institution'])
  await openWave(api, key)
  sari = await personOf(api, 'operator')
  budi = await personOf(api, 'approver')
})
afterAll(() => api.close())

const reason = 'a wrong list of accounts'
const place = (as: ApiPerson, body: object) => post(api.app, '/v1/freezes', as.key, { reason, ...body })
const toLift = (freeze: string) => ({ act: 'freeze-lift', content: { freeze } })
const lift = (id: string) => agreed(api, [sari, budi], toLift(id))
const list = async (as: ApiPerson, query = '') => (await get(api.app, `/v1/freezes${query}`, as.key)).body.data

async function stopAndLift(body: object): Promise<string> {
  const { body: placed, status } = await place(sari, body)
  expect(status).toBe(201)
  expect((await lift(placed.id)).state).toBe('executed')
  return placed.id
}

describe('placing a freeze', () => {
  it('is in force when answered, and the same again answers the first', async () => {
    const first = await place(sari, { scope: 'gateway', name: 'sandbox' })
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({ target: 'gateway:sandbox', inForce: true, cause: 'person', reason, lift: null })
    const again = await place(budi, { scope: 'gateway', name: 'sandbox', reason: 'another reason' })
    expect(again.status).toBe(200)
    expect(again.body).toEqual(first.body)
    expect((await get(api.app, `/v1/freezes/${first.body.id}`, sari.key)).body).toEqual(first.body)
    const rows = await api.rows('SELECT act, person, role, reason FROM audit_event WHERE subject = $1', [
      `freeze:${first.body.id}`,
    ])
    expect(rows).toEqual([{ act: 'freeze-placed', person: first.body.placedBy, role: 'operator', reason }])
    await lift(first.body.id)
  })

  it.each([
    { scope: 'all' },
    { scope: 'programme', programme: 'demo' },
    { scope: 'wave', programme: 'demo', name: 'G01' },
    { scope: 'region', programme: 'demo', name: '3275' },
    { scope: 'region', programme: 'demo', name: '32' },
  ])('knows %o', async (body) => {
    const id = await stopAndLift(body)
    expect((await list(sari)).map((one: { id: string }) => one.id)).not.toContain(id)
    expect((await list(sari, '?state=any')).map((one: { id: string }) => one.id)).toContain(id)
  })

  it.each([
    [{ scope: 'all', programme: 'demo' }, 'invalid-request'],
    [{ scope: 'all', name: 'x' }, 'invalid-request'],
    [{ scope: 'gateway' }, 'invalid-request'],
    [{ scope: 'gateway', name: 'sandbox', programme: 'demo' }, 'invalid-request'],
    [{ scope: 'gateway', name: 'sandbos' }, 'unknown-gateway'],
    [{ scope: 'programme' }, 'invalid-request'],
    [{ scope: 'programme', programme: 'nobody' }, 'unknown-programme'],
    [{ scope: 'wave', programme: 'demo', name: 'G99' }, 'unknown-wave'],
    [{ scope: 'region', programme: 'demo', name: '327' }, 'invalid-request'],
    [{ scope: 'region', programme: 'demo' }, 'invalid-request'],
    [{ scope: 'person', name: 'x' }, 'invalid-request'],
    [{ scope: 'all', reason: '' }, 'invalid-request'],
  ])('refuses %o with %s: what stops nothing must not look as if it did', async (body, code) => {
    await refusedWith(api, code, () => place(sari, body))
  })

  it('is within the caller’s programmes; a gateway and everything belong to all of them', async () => {
    const here = await personOf(api, { role: 'operator', programme: 'demo' })
    const seen = await personOf(api, 'helpdesk')
    expect((await place(here, { scope: 'programme', programme: 'demo' })).status).toBe(201)
    await refusedWith(api, 'unknown-programme', () => place(here, { scope: 'programme', programme: 'other' }))
    await refusedWith(api, 'forbidden', () => place(here, { scope: 'gateway', name: 'sandbox' }))
    await refusedWith(api, 'forbidden', () => place(here, { scope: 'all' }))
    await refusedWith(api, 'forbidden', () => place(seen, { scope: 'all' }))
    const elsewhere = await personOf(api, { role: 'operator', programme: 'other' })
    const [one] = await list(here)
    expect(await list(elsewhere)).toEqual([])
    await refusedWith(api, 'not-found', () => get(api.app, `/v1/freezes/${one.id}`, elsewhere.key))
    expect((await propose(api, elsewhere, toLift(one.id))).body.code).toBe('not-found')
    expect((await agreed(api, [here, budi], toLift(one.id))).state).toBe('executed')
  })
})

describe('lifting a freeze', () => {
  it('takes a proposal and another person’s word', async () => {
    const { body: placed } = await place(sari, { scope: 'programme', programme: 'demo' })
    const { body: proposal } = await propose(api, sari, toLift(placed.id))
    expect((await get(api.app, `/v1/freezes/${placed.id}`, sari.key)).body.inForce).toBe(true)
    expect((await decide(api, sari, proposal)).body.code).toBe('forbidden')
    expect((await decide(api, budi, proposal)).body.state).toBe('executed')
    const { body } = await get(api.app, `/v1/freezes/${placed.id}`, sari.key)
    expect(body).toMatchObject({ inForce: false, lift: { liftedBy: budi.person, proposal: proposal.id } })
    expect((await propose(api, sari, toLift(placed.id))).body.code).toBe('freeze-lifted')
    expect((await propose(api, sari, toLift(randomUUID()))).body.code).toBe('not-found')
  })

  it('of everything needs roles for every programme', async () => {
    const { body: placed } = await place(sari, { scope: 'all' })
    const here = await personOf(api, { role: 'operator', programme: 'demo' }, { role: 'approver', programme: 'demo' })
    expect((await propose(api, here, toLift(placed.id))).body.code).toBe('forbidden')
    const { body: proposal } = await propose(api, sari, toLift(placed.id))
    expect((await decide(api, here, proposal)).body.code).toBe('not-found')
    expect((await decide(api, budi, proposal)).body.state).toBe('executed')
  })
})

describe('a gateway that shows two objects for one reference', () => {
  const demo = '/v1/programmes/demo'

  it('is frozen by the engine at once; who waits is shown, and is sent to once two people have lifted it', async () => {
    const payments = createPaymentActivities({ store: api.store, gateways: api.gateways, now: () => api.clock.nowMs })
    const twin = await trained(bankAccount('61'))
    const disbursement = `demo:${twin}:${twin}:incentive-1:1`
    await payments.submit({ programme: 'demo', ref: twin, disbursement })
    const other = await trained(bankAccount())
    await payments.enquire({ programme: 'demo', ref: twin, payout: `${disbursement}#1` })
    const [placed] = await list(sari)
    expect(placed).toMatchObject({ target: 'gateway:sandbox', cause: 'two-payouts', placedBy: 'engine' })

    const waiting = `demo:${other}:${other}:incentive-1:1`
    await payments.submit({ programme: 'demo', ref: other, disbursement: waiting })
    expect((await get(api.app, `${demo}/payouts?ref=${other}`, key)).body.data).toEqual([])
    await api.store.lives.advance('demo', other, api.clock.nowMs)
    const { body } = await get(api.app, `${demo}/participants?attention=frozen`, key)
    expect(body.data).toMatchObject([{ ref: other, attention: { code: 'frozen', whoseMove: 'operator' } }])

    await lift(placed.id)
    await payments.submit({ programme: 'demo', ref: other, disbursement: waiting })
    expect((await get(api.app, `${demo}/payouts?ref=${other}`, key)).body.data).toHaveLength(1)
  })

  async function trained(account: ReturnType<typeof bankAccount>): Promise<string> {
    const ref = await admitted(api, key, 'G01', { account: { ...account, holder: 'Siti Rahmawati' } })
    for (const kind of ['course-started', 'course-completed', 'course-rated']) {
      expect((await report(api, key, ref, kind, 'LAS-SMAW')).status).toBe(202)
    }
    for (let step = 0; step < 2; step += 1) {
      api.clock.nowMs += 2_000
      await api.store.lives.advance('demo', ref, api.clock.nowMs)
    }
    return ref
  }
})
