/** What was owed and paid, as auditors and operators read it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClaimDraft } from '../../store/claims.ts'
import { buildTestApp, demoProgramme, get, send, type TestApi } from '../support/api.ts'
import { callback, claimed, openWave, refusedWith } from '../support/api-lives.ts'

let api: TestApi
let key: string
let draft: ClaimDraft
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  await api.publish(demoProgramme('other'))
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'auditor', 'institution'])
  await openWave(api, key)
  draft = await claimed(api, key)
  await send(api.app, callback(api, draft))
  await claimed(api, key)
  await claimed(api, key)
})
afterAll(() => api.close())

const DEMO = '/v1/programmes/demo'

describe('a disbursement', () => {
  it('is read with its attempts under its own key', async () => {
    const { body } = await get(api.app, `${DEMO}/disbursements/${encodeURIComponent(draft.disbursement)}`, key)
    expect(body).toMatchObject({
      key: draft.disbursement,
      ref: draft.ref,
      tranche: 'incentive-1',
      amount: { minor: '60000000', currency: 'IDR' },
      state: 'paid',
      attempts: 1,
      payouts: [{ key: draft.payout, n: 1, gateway: 'sandbox', reference: draft.reference, state: 'paid' }],
    })
    expect(body.payouts[0].account).toMatch(/^••\d{4}$/)
  })

  it('is not found in another programme', async () => {
    const path = `/v1/programmes/other/disbursements/${encodeURIComponent(draft.disbursement)}`
    await refusedWith(api, 'not-found', () => get(api.app, path, key))
    await refusedWith(api, 'not-found', () => get(api.app, `${DEMO}/disbursements/none`, key))
    await refusedWith(api, 'invalid-request', () => get(api.app, `${DEMO}/disbursements/a%00b`, key))
  })

  it('is listed by state, page by page', async () => {
    const { body: paid } = await get(api.app, `${DEMO}/disbursements?state=paid`, key)
    expect(paid.data.map((one: { key: string }) => one.key)).toEqual([draft.disbursement])
    const first = await get(api.app, `${DEMO}/disbursements?limit=2`, key)
    expect([first.body.data.length, first.body.hasMore]).toEqual([2, true])
    const second = await get(api.app, `${DEMO}/disbursements?limit=2&cursor=${first.body.nextCursor}`, key)
    expect([second.body.data.length, second.body.hasMore, second.body.nextCursor]).toEqual([1, false, null])
    await refusedWith(api, 'invalid-request', () => get(api.app, `${DEMO}/disbursements?state=lost`, key))
  })
})

describe('a payout', () => {
  it('is read with its sends and everything learnt about it', async () => {
    const { body } = await get(api.app, `${DEMO}/payouts/${encodeURIComponent(draft.payout)}`, key)
    expect(body.sends).toMatchObject([{ number: 1, endedAt: null }])
    expect(body.observations).toMatchObject([
      { source: 'callback', observed: 'paid', fromState: 'submitting', toState: 'paid' },
    ])
  })

  it('is listed by state', async () => {
    const { body } = await get(api.app, `${DEMO}/payouts?state=submitting`, key)
    expect(body.data.length).toBe(2)
    await refusedWith(api, 'not-found', () => get(api.app, `${DEMO}/payouts/none%231`, key))
  })
})

describe('the ledger', () => {
  it('balances to the last sen', async () => {
    const { body } = await get(api.app, `${DEMO}/ledger/accounts`, key)
    const balance = (account: string) =>
      body.data.find((one: { account: string }) => one.account === account)?.balance ?? '0'
    expect(balance('budget:disbursed')).toBe('60000000')
    expect(balance('funds:clearing:sandbox')).toBe('120000000')
    expect(balance('budget:obligated')).toBe('120000000')
    const sum = (side: 'debit' | 'credit') =>
      body.data.reduce((total: bigint, one: Record<string, string>) => total + BigInt(one[side] ?? '0'), 0n)
    expect(sum('debit')).toBe(sum('credit'))
  })

  it('lists the postings of an account in the order they were written', async () => {
    const all: string[] = []
    let cursor = ''
    do {
      const { body } = await get(api.app, `${DEMO}/ledger/postings?limit=4${cursor && `&cursor=${cursor}`}`, key)
      all.push(...body.data.map((one: { id: string }) => one.id))
      cursor = body.nextCursor ?? ''
    } while (cursor !== '')
    const [{ total } = { total: 0 }] = await api.rows<{ total: number }>('SELECT count(*)::int AS total FROM posting')
    expect(all.length).toBe(total)
    expect(all).toEqual(all.toSorted((a, b) => Number(a) - Number(b)))
    const { body } = await get(api.app, `${DEMO}/ledger/postings?account=budget:disbursed`, key)
    expect(body.data).toMatchObject([
      { credit: 'budget:disbursed', subject: draft.payout, businessDate: expect.any(String) },
    ])
  })

  it('of another programme is empty', async () => {
    expect((await get(api.app, '/v1/programmes/other/ledger/postings', key)).body.data).toEqual([])
    expect((await get(api.app, '/v1/programmes/other/ledger/accounts', key)).body.data).toEqual([])
  })
})

describe('the budget', () => {
  it('says what is committed, owed and paid', async () => {
    const { body } = await get(api.app, `${DEMO}/appropriations`, key)
    const idr = (minor: string) => ({ minor, currency: 'IDR' })
    expect(body.data).toMatchObject([
      { committed: idr('210000000'), obligated: idr('180000000'), disbursed: idr('60000000') },
    ])
  })
})

describe('the timeline of somebody paid', () => {
  it('names the account the money went to', async () => {
    const { body } = await get(api.app, `${DEMO}/participants/${draft.ref}/timeline?language=en`, key)
    const paid = body.data.find((line: { act: string }) => line.act === 'payout-paid')
    expect(paid.text.en).toMatch(/^Job-search incentive of Rp 600\.000 was paid to BCA ••\d{4}\.$/)
    expect(paid.by).toBe('engine')
    const { body: person } = await get(api.app, `${DEMO}/participants/${draft.ref}`, key)
    expect(person.received).toEqual({ minor: '60000000', currency: 'IDR' })
    expect(person.tranches[0].disbursement.state).toBe('paid')
  })
})
