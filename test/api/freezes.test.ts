/** Freezes over HTTP: who may stop what, who sees it, and that two people let it go on. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import type { Role } from '../../domain/roles.ts'
import { buildTestApp, demoProgramme, get, post, type TestApi } from '../support/api.ts'
import { admitted, openWave, refusedWith, report } from '../support/api-lives.ts'
import { bankAccount } from '../support/builders.ts'

let api: TestApi
let key: string
let sari: string
let budi: string
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  await api.publish(demoProgramme('other'))
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'auditor', 'institution'])
  await openWave(api, key)
  sari = await personWith('operator')
  budi = await personWith('approver')
})
afterAll(() => api.close())

async function personWith(role: Role, programme: string | null = null): Promise<string> {
  const person = `orang-${randomUUID().slice(0, 8)}`
  const grants = [{ role, programme }]
  const { body, status } = await post(api.app, '/v1/keys', key, { person, kind: 'person', label: 'test', grants })
  expect(status).toBe(201)
  return body.secret
}

const reason = 'a wrong list of accounts'
const place = (as: string, body: object) => post(api.app, '/v1/freezes', as, { reason, ...body })
const lift = (as: string, id: string, why = 'looked into') =>
  post(api.app, `/v1/freezes/${id}/lift`, as, { reason: why })
const list = async (as: string, query = '') => (await get(api.app, `/v1/freezes${query}`, as)).body.data

async function stopAndLift(body: object): Promise<string> {
  const { body: placed, status } = await place(sari, body)
  expect(status).toBe(201)
  await lift(sari, placed.id)
  expect((await lift(budi, placed.id)).status).toBe(200)
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
    expect((await get(api.app, `/v1/freezes/${first.body.id}`, sari)).body).toEqual(first.body)
    const rows = await api.rows('SELECT act, person, role, reason FROM audit_event WHERE subject = $1', [
      `freeze:${first.body.id}`,
    ])
    expect(rows).toEqual([{ act: 'freeze-placed', person: first.body.placedBy, role: 'operator', reason }])
    await lift(sari, first.body.id)
    await lift(budi, first.body.id)
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
    const here = await personWith('operator', 'demo')
    const seen = await personWith('helpdesk')
    expect((await place(here, { scope: 'programme', programme: 'demo' })).status).toBe(201)
    await refusedWith(api, 'unknown-programme', () => place(here, { scope: 'programme', programme: 'other' }))
    await refusedWith(api, 'forbidden', () => place(here, { scope: 'gateway', name: 'sandbox' }))
    await refusedWith(api, 'forbidden', () => place(here, { scope: 'all' }))
    await refusedWith(api, 'forbidden', () => place(seen, { scope: 'all' }))
    const elsewhere = await personWith('operator', 'other')
    const [one] = await list(here)
    expect(await list(elsewhere)).toEqual([])
    await refusedWith(api, 'not-found', () => get(api.app, `/v1/freezes/${one.id}`, elsewhere))
    await refusedWith(api, 'not-found', () => lift(elsewhere, one.id))
    await lift(here, one.id)
    expect((await lift(budi, one.id)).body.inForce).toBe(false)
  })
})

describe('lifting a freeze', () => {
  it('takes another person, the same reason, and no service', async () => {
    const { body: placed } = await place(sari, { scope: 'programme', programme: 'demo' })
    const first = await lift(sari, placed.id)
    expect(first.status).toBe(202)
    expect(first.body).toMatchObject({ inForce: true, lift: { reason: 'looked into', liftedBy: null } })
    expect((await lift(sari, placed.id)).status).toBe(202)
    const service = await api.keyFor(['approver'])
    await refusedWith(api, 'forbidden', () => lift(service, placed.id))
    await refusedWith(api, 'conflict', () => lift(budi, placed.id, 'I see another one'))
    const second = await lift(budi, placed.id)
    expect(second.status).toBe(200)
    expect(second.body.lift.liftedBy).not.toBe(second.body.lift.proposedBy)
    await refusedWith(api, 'freeze-lifted', () => lift(budi, placed.id))
    await refusedWith(api, 'not-found', () => lift(budi, randomUUID()))
  })

  it('by one person with two keys is refused: two keys of one person are one person', async () => {
    const { body: placed } = await place(sari, { scope: 'all' })
    const person = placed.placedBy
    const grants = [{ role: 'approver', programme: null }]
    const made = await post(api.app, '/v1/keys', key, { person, kind: 'person', label: 'second', grants })
    await lift(sari, placed.id)
    expect((await lift(made.body.secret, placed.id)).status).toBe(202)
    expect((await get(api.app, `/v1/freezes/${placed.id}`, sari)).body.inForce).toBe(true)
    expect((await lift(budi, placed.id)).status).toBe(200)
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

    await lift(sari, placed.id)
    await lift(budi, placed.id)
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
