/** Reviews over HTTP: who sees what waits for two people, and that one of them decides nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildTestApp, demoProgramme, get, type TestApi } from '../support/api.ts'
import { claimed, openWave, refusedWith } from '../support/api-lives.ts'
import { decide, personOf, propose, type ApiPerson } from '../support/api-people.ts'
import { AMOUNT, seen } from '../support/world.ts'

let api: TestApi
let key: string
let sari: ApiPerson
let budi: ApiPerson
let payout: string
let disbursement: string
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  await api.publish(demoProgramme('other'))
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'institution'])
  sari = await personOf(api, 'operator', 'approver')
  budi = await personOf(api, 'approver')
  await openWave(api, key)
  payout = (await claimed(api, key)).payout
  disbursement = payout.split('#')[0] ?? ''
  const fact = seen('paid', { gatewayId: 'po_9', amount: { minor: AMOUNT - 1n, currency: 'IDR' } })
  await api.store.payouts.observe([{ payout, source: 'callback', fact, atMs: api.clock.nowMs }])
})
afterAll(() => api.close())

const urlOf = (of: string) => `/v1/reviews/${encodeURIComponent(of)}`

describe('what waits for two people', () => {
  it('is listed with its attempts, and shown with all that was learnt', async () => {
    const { body } = await get(api.app, '/v1/reviews', key)
    expect(body.data).toMatchObject([{ disbursement, state: 'review', reason: 'gateway-contradiction' }])
    const { body: one } = await get(api.app, urlOf(disbursement), key)
    expect(one.attempts).toMatchObject([
      {
        key: payout,
        state: 'review',
        money: 'clearing',
        alarm: 'other-amount',
        observations: [{ source: 'callback', observed: 'paid', toState: 'review' }],
      },
    ])
    expect(one.discrepancies).toEqual([])
  })

  it('is seen by those who have a part in its programme, and only there', async () => {
    const other = await api.keyFor([{ role: 'operator', programme: 'other' }])
    expect((await get(api.app, '/v1/reviews', other)).body.data).toEqual([])
    expect((await get(api.app, '/v1/reviews?programme=demo', other)).body.data).toEqual([])
    await refusedWith(api, 'not-found', () => get(api.app, urlOf(disbursement), other))
    await refusedWith(api, 'not-found', () => get(api.app, urlOf('nothing'), key))
    const registrar = await api.keyFor(['registrar'])
    await refusedWith(api, 'forbidden', () => get(api.app, '/v1/reviews', registrar))
    await refusedWith(api, 'forbidden', () => get(api.app, '/v1/receivables', registrar))
  })
})

describe('a decision', () => {
  const put = async (more: object) => {
    const { body } = await get(api.app, urlOf(disbursement), key)
    const [attempt] = body.attempts
    const seenAs = { version: body.version, payout, payoutVersion: attempt.version }
    return {
      act: 'review-decision',
      content: { programme: 'demo', disbursement, ...seenAs, returned: null, next: null, ...more },
    }
  }

  it('that the books contradict, or that names what was not seen, is refused', async () => {
    expect((await propose(api, sari, await put({ finding: 'not-paid' }))).body.code).toBe('conflict')
    expect((await propose(api, sari, await put({ finding: 'paid', version: 99 }))).body.code).toBe('review-moved')
    expect((await propose(api, sari, await put({ finding: 'perhaps' }))).body.code).toBe('invalid-request')
    expect((await propose(api, sari, await put({ finding: 'paid', programme: 'other' }))).body.code).toBe('not-found')
    expect((await propose(api, budi, await put({ finding: 'paid' }))).body.code).toBe('forbidden')
  })

  it('of one person is none; with another’s word it is carried out, and what is to be had back is listed', async () => {
    const { body: proposal } = await propose(api, sari, await put({ finding: 'receivable', next: 'pay-again' }))
    expect((await decide(api, sari, proposal)).body.code).toBe('own-proposal')
    expect((await decide(api, budi, proposal)).body).toMatchObject({ state: 'executed' })
    expect((await get(api.app, '/v1/reviews', key)).body.data).toEqual([])
    const { body } = await get(api.app, '/v1/receivables?programme=demo', key)
    expect(body.data).toMatchObject([{ payout, gateway: 'sandbox' }])
    const named = async (of: string) =>
      (await get(api.app, `/v1/receivables?payout=${encodeURIComponent(of)}`, key)).body.data
    expect(await named(payout)).toEqual(body.data)
    expect(await named(`${disbursement}#9`)).toEqual([])
    const url = `/v1/programmes/demo/payouts/${encodeURIComponent(payout)}`
    expect((await get(api.app, url, key)).body).toMatchObject({ state: 'paid', money: 'receivable' })
  })
})
