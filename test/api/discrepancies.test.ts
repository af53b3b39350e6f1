/** Discrepancies over HTTP: who sees them, who acts, and that nobody explains money away alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayOf } from '../../sandbox/statement.ts'
import { buildTestApp, demoProgramme, get, post, type TestApi } from '../support/api.ts'
import { claimed, openWave, refusedWith } from '../support/api-lives.ts'
import { credit, line, loadInto, settleIn } from '../support/statements.ts'
import { seen } from '../support/world.ts'

let api: TestApi
let key: string
let day: string
let money: string
let account: string
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  await api.publish(demoProgramme('other'))
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'institution'])
  await openWave(api, key)
  const { payout, reference } = await claimed(api, key)
  const fact = seen('paid', { gatewayId: `po_${payout}` })
  await api.store.payouts.observe([{ payout, source: 'submit', send: 1, fact, atMs: api.clock.nowMs }])
  day = dayOf(api.clock.nowMs)
  const dates = { rawDate: `${day}T12:00:00+07:00`, valueDate: day, businessDate: day }
  const elsewhere = { account: { institution: 'ID.BNI', number: '1111111111' } }
  const lines = [line({ payout, reference }, { ...dates, ...elsewhere }), credit('c1', dates)]
  const { id } = await loadInto(api.store, lines, { day }, api.clock.nowMs)
  await settleIn(api.store, id, api.clock.nowMs)
  const { body } = await get(api.app, '/v1/discrepancies', key)
  account = body.data[0].id
  money = body.data[1].id
})
afterAll(() => api.close())

describe('the list', () => {
  it('has what is not resolved, with what the gateway has more or less', async () => {
    const { body } = await get(api.app, '/v1/discrepancies', key)
    expect(body.data).toMatchObject([
      {
        class: 'account',
        state: 'open',
        difference: { gatewayHas: 'the-same' },
        ageDays: 0,
        owner: 'role:operator',
        overdue: false,
      },
      {
        class: 'unreferenced-credit',
        difference: { gatewayHas: 'more', amount: { minor: '700', currency: 'IDR' } },
        here: null,
      },
    ])
  })

  it.each([
    ['class=account', 1],
    ['class=duplicate', 0],
    ['gateway=sandbox&programme=demo', 2],
    ['programme=other', 0],
    ['owner=nobody', 0],
    ['owner=role:operator', 2],
    ['state=overdue', 0],
    ['day=2020-01-01&state=any', 0],
  ])('is narrowed by %s', async (query, count) => {
    expect((await get(api.app, `/v1/discrepancies?${query}`, key)).body.data).toHaveLength(count)
  })

  it('comes in pages', async () => {
    const first = await get(api.app, '/v1/discrepancies?limit=1', key)
    const second = await get(api.app, `/v1/discrepancies?limit=1&cursor=${first.body.nextCursor}`, key)
    expect([first.body.data[0].id, second.body.data[0].id]).toEqual([account, money])
    expect(second.body.hasMore).toBe(false)
  })

  it('is of the programmes in which the key has a role', async () => {
    const other = await api.keyFor(['operator'], 'other')
    expect((await get(api.app, '/v1/discrepancies?programme=demo', other)).body.data).toEqual([])
    await refusedWith(api, 'not-found', () => get(api.app, `/v1/discrepancies/${account}`, other))
    const registrar = await api.keyFor(['registrar'])
    await refusedWith(api, 'forbidden', () => get(api.app, '/v1/discrepancies', registrar))
  })
})

describe('a discrepancy', () => {
  it('gets an owner, by those who may act', async () => {
    const auditor = await api.keyFor(['auditor'])
    const assign = (as: string) => post(api.app, `/v1/discrepancies/${money}/assign`, as, { owner: 'tuti' })
    await refusedWith(api, 'forbidden', () => assign(auditor))
    expect((await assign(key)).body).toMatchObject({ id: money, owner: 'tuti' })
    expect((await get(api.app, '/v1/discrepancies?owner=tuti', key)).body.data).toHaveLength(1)
  })

  it('is overdue once its class should have ended, in the list, the report of its day and the metrics', async () => {
    const metrics = async () => (await get(api.app, '/metrics', await api.keyFor(['auditor']))).body as string
    expect(await metrics()).toContain('discrepancies_open{class="account"} 1')
    expect(await metrics()).toContain('discrepancies_overdue{class="account"} 0')
    api.clock.nowMs += 2 * 86_400_000 + 1
    const { body } = await get(api.app, '/v1/discrepancies?state=overdue', key)
    expect(body.data).toMatchObject([{ id: account, overdue: true, ageDays: 2 }])
    const report = await get(api.app, `/v1/programmes/demo/reconciliation/sandbox/${day}`, key)
    expect(report.body.classes).toMatchObject([
      { class: 'account', open: 1, overdue: 1, owners: ['role:operator'] },
      { class: 'unreferenced-credit', open: 1, overdue: 0 },
    ])
    expect(await metrics()).toContain('discrepancies_overdue{class="account"} 1')
    expect(await metrics()).toContain('discrepancies_overdue{class="unreferenced-credit"} 0')
    api.clock.nowMs -= 2 * 86_400_000 + 1
  })

  it('with money in it is not explained away by one person', async () => {
    await refusedWith(api, 'two-people-needed', () =>
      post(api.app, `/v1/discrepancies/${money}/explain`, key, { reason: 'it was nothing' }),
    )
  })

  it('without money in it is, once', async () => {
    const explain = () => post(api.app, `/v1/discrepancies/${account}/explain`, key, { reason: 'branches merged' })
    expect((await explain()).body).toMatchObject({
      state: 'resolved',
      resolution: 'explained',
      reason: 'branches merged',
    })
    await refusedWith(api, 'discrepancy-resolved', explain)
    expect((await get(api.app, '/v1/discrepancies', key)).body.data).toHaveLength(1)
  })
})

describe('the report of a day', () => {
  const url = () => `/v1/programmes/demo/reconciliation/sandbox/${day}`

  it('says what the statement says and what differed', async () => {
    const { body } = await get(api.app, url(), key)
    expect(body).toMatchObject({ version: 1, lines: 2, complete: true, state: 'settled', opening: '1000000000000' })
    expect(body.classes).toMatchObject([
      { class: 'account', found: 1, open: 0 },
      {
        class: 'unreferenced-credit',
        found: 1,
        open: 1,
        overdue: 0,
        owners: ['tuti'],
        unresolved: { gatewayHas: 'more' },
      },
    ])
  })

  it('comes as comma separated values too', async () => {
    const { body, headers } = await get(api.app, `${url()}?format=csv`, key)
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(body.split('\n').slice(1)).toEqual([
      `demo,sandbox,${day},1,true,account,1,0,0,0,IDR,0,`,
      `demo,sandbox,${day},1,true,unreferenced-credit,1,1,700,700,IDR,0,tuti`,
      '',
    ])
  })

  it('of a day without a statement is not there', async () => {
    await refusedWith(api, 'not-found', () =>
      get(api.app, '/v1/programmes/demo/reconciliation/sandbox/2020-01-01', key),
    )
    await refusedWith(api, 'invalid-request', () =>
      get(api.app, '/v1/programmes/demo/reconciliation/sandbox/2026-02-30', key),
    )
  })
})
