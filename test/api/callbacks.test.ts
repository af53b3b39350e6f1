/** What gateways send, whenever and however often they send it. */
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildTestApp, demoProgramme, get, post, send, type TestApi } from '../support/api.ts'
import { callback, claimed, everything, openWave, refusedWith, type EventMore } from '../support/api-lives.ts'
import type { ClaimDraft } from '../../store/claims.ts'

let api: TestApi
let key: string
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'auditor', 'institution'])
  await openWave(api, key)
})
afterAll(() => api.close())

const tell = (draft: ClaimDraft, more: EventMore = {}) => send(api.app, callback(api, draft, more))
const stateOf = async (draft: ClaimDraft) => {
  const { body } = await get(api.app, `/v1/programmes/demo/payouts/${encodeURIComponent(draft.payout)}`, key)
  return body.state
}

/** The send has ended, as the submit activity records it. */
async function accepted(draft: ClaimDraft): Promise<void> {
  const amount = { minor: draft.amount, currency: 'IDR' }
  const observation = {
    state: 'accepted' as const,
    gatewayId: `pay_${draft.reference}`,
    amount,
    account: null,
    failure: null,
    vendorStatus: 'ACCEPTED',
    at: null,
  }
  const fact = { kind: 'observed' as const, observation }
  await api.store.payouts.observe([{ payout: draft.payout, source: 'submit', fact, atMs: api.clock.nowMs, send: 1 }])
}

describe('a callback', () => {
  it('that is signed and fresh is applied before it is answered, and the life is told', async () => {
    const draft = await claimed(api, key)
    await accepted(draft)
    const pokes = api.lives.pokes
    const { status, body } = await tell(draft)
    expect([status, body]).toEqual([200, { verdict: 'applied' }])
    expect(await stateOf(draft)).toBe('paid')
    expect(api.lives.pokes).toBeGreaterThan(pokes)
    expect((await api.rows(`SELECT FROM message WHERE ref = $1 AND kind = 'payout'`, [draft.ref])).length).toBe(1)
    const { body: owed } = await get(api.app, `/v1/programmes/demo/disbursements?ref=${draft.ref}`, key)
    expect(owed.data).toMatchObject([{ state: 'paid', amount: { minor: '60000000', currency: 'IDR' } }])
  })

  it('of 200 KiB is read, one beyond 256 KiB or of 2 MiB refused as too large', async () => {
    const draft = await claimed(api, key)
    for (const paddedBy of [257 * 1024, 2 * 1024 * 1024]) {
      await refusedWith(api, 'body-too-large', () => tell(draft, { paddedBy }))
    }
    expect((await tell(draft, { paddedBy: 200 * 1024 })).body).toEqual({ verdict: 'applied' })
  })

  it('that comes before our own call returned is applied as well', async () => {
    const draft = await claimed(api, key)
    expect(await stateOf(draft)).toBe('submitting')
    expect((await tell(draft)).body).toEqual({ verdict: 'applied' })
    expect(await stateOf(draft)).toBe('paid')
    await accepted(draft)
    expect(await stateOf(draft)).toBe('paid')
  })

  it('that is repeated changes nothing', async () => {
    const draft = await claimed(api, key)
    const event = callback(api, draft)
    expect((await send(api.app, event)).body).toEqual({ verdict: 'applied' })
    const before = await everything(api)
    for (let count = 0; count < 5; count += 1) {
      const { status, body } = await send(api.app, event)
      expect([status, body]).toEqual([200, { verdict: 'repeated' }])
    }
    expect(await everything(api)).toBe(before)
  })

  it('that comes hundreds of times at once is applied once', async () => {
    const draft = await claimed(api, key)
    const event = callback(api, draft)
    const answers = await Promise.all(Array.from({ length: 300 }, () => send(api.app, event)))
    expect(answers.filter(({ body }) => body.verdict === 'applied').length).toBe(1)
    expect(answers.filter(({ body }) => body.verdict === 'repeated').length).toBe(299)
    expect((await api.rows(`SELECT FROM posting WHERE subject = $1 AND event = 'paid'`, [draft.payout])).length).toBe(2)
  })

  it('of which 10,000 copies come is applied once', async () => {
    const draft = await claimed(api, key)
    const event = callback(api, draft)
    const verdicts = new Map<string, number>()
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(Array.from({ length: 500 }, () => send(api.app, event)))
      for (const { body } of answers) verdicts.set(body.verdict, (verdicts.get(body.verdict) ?? 0) + 1)
    }
    expect([...verdicts]).toEqual(
      expect.arrayContaining([
        ['applied', 1],
        ['repeated', 9_999],
      ]),
    )
    expect((await api.rows(`SELECT FROM callback WHERE payout = $1`, [draft.payout])).length).toBe(1)
    expect((await api.rows(`SELECT FROM posting WHERE subject = $1 AND event = 'paid'`, [draft.payout])).length).toBe(2)
  })

  it('that comes out of order leaves the later state', async () => {
    const draft = await claimed(api, key)
    await accepted(draft)
    expect((await tell(draft)).body.verdict).toBe('applied')
    expect((await tell(draft, { status: 'PROCESSING' })).body.verdict).toBe('applied')
    expect((await tell(draft, { status: 'ACCEPTED' })).body.verdict).toBe('applied')
    expect(await stateOf(draft)).toBe('paid')
  })

  it('of a return before the success books both', async () => {
    const draft = await claimed(api, key)
    await accepted(draft)
    await tell(draft, { status: 'RETURNED' })
    await tell(draft, { status: 'SUCCEEDED' })
    expect(await stateOf(draft)).toBe('returned')
    const events = await api.rows<{ event: string }>(
      `SELECT DISTINCT event FROM posting WHERE subject = $1 ORDER BY event`,
      [draft.payout],
    )
    expect(events.map(({ event }) => event)).toEqual(['claimed', 'paid', 'returned'])
  })

  it('of another amount is never a success: people look', async () => {
    const draft = await claimed(api, key)
    await accepted(draft)
    expect((await tell(draft, { amount: '59999900' })).body.verdict).toBe('applied')
    expect(await stateOf(draft)).toBe('review')
  })

  it('that is authentic but old moves nothing and makes the life ask', async () => {
    const draft = await claimed(api, key)
    await accepted(draft)
    const { status, body } = await tell(draft, { ageMs: 10 * 60_000 })
    expect([status, body]).toEqual([200, { verdict: 'stale' }])
    expect(await stateOf(draft)).toBe('accepted')
    expect((await api.rows(`SELECT FROM message WHERE ref = $1 AND kind = 'payout'`, [draft.ref])).length).toBe(1)
  })

  it('for a reference nobody knows is kept and answered 202', async () => {
    const draft = await claimed(api, key)
    const { status, body } = await tell(draft, { reference: 'ZZZZZZZZZZZZZZZZ' })
    expect([status, body]).toEqual([202, { verdict: 'unmatched' }])
    expect((await api.rows(`SELECT FROM callback WHERE reference = 'ZZZZZZZZZZZZZZZZ'`)).length).toBe(1)
  })
})

describe('a callback that cannot be believed', () => {
  const cases: readonly [string, EventMore][] = [
    ['signed with another secret', { secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` }],
    ['altered after it was signed', { sent: (body) => body.replace('60000000', '90000000') }],
    ['with a blank more than was signed', { sent: (body) => `${body} ` }],
    ['with nothing in it', { sent: () => '' }],
  ]
  it.each(cases)('is refused when it is %s', async (_name, more) => {
    const draft = await claimed(api, key)
    const { status } = await refusedWith(api, 'callback-unauthentic', () => tell(draft, more))
    expect(status).toBe(401)
  })

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('is refused without its %s', async (name) => {
    const draft = await claimed(api, key)
    const { headers, ...event } = callback(api, draft)
    const kept = Object.fromEntries(Object.entries(headers).filter(([header]) => header !== name))
    await refusedWith(api, 'callback-unauthentic', () => send(api.app, { ...event, headers: kept }))
  })

  it('is refused under another id or time than was signed', async () => {
    const draft = await claimed(api, key)
    const event = callback(api, draft)
    for (const changed of [{ 'webhook-id': 'evt_other' }, { 'webhook-timestamp': '1700000000' }]) {
      await refusedWith(api, 'callback-unauthentic', () =>
        send(api.app, { ...event, headers: { ...event.headers, ...changed } }),
      )
    }
  })

  it('is refused when it is signed but is no event', async () => {
    const draft = await claimed(api, key)
    const { status } = await refusedWith(api, 'callback-malformed', () => tell(draft, { amount: 'much' }))
    expect(status).toBe(400)
  })

  it('is refused when it is larger than any', async () => {
    const draft = await claimed(api, key)
    await refusedWith(api, 'body-too-large', () => tell(draft, { sent: () => 'x'.repeat(257 * 1024) }))
  })

  it('is refused from a gateway nobody has', async () => {
    const draft = await claimed(api, key)
    await refusedWith(api, 'unknown-gateway', () =>
      send(api.app, { ...callback(api, draft), url: '/v1/gateways/nowhere/callbacks' }),
    )
  })
})

describe('callbacks in numbers', () => {
  it('are counted by verdict', async () => {
    const { body } = await get(api.app, '/metrics')
    expect(body).toMatch(/callbacks_received_total\{gateway="sandbox",verdict="applied"\} \d+/)
    expect(body).toMatch(/callbacks_received_total\{gateway="sandbox",verdict="unauthentic"\} \d+/)
  })

  it('of many payouts share commits', async () => {
    const drafts: ClaimDraft[] = []
    for (let count = 0; count < 12; count += 1) drafts.push(await claimed(api, key))
    for (const draft of drafts) await accepted(draft)
    const answers = await Promise.all(drafts.map((draft) => tell(draft)))
    expect(answers.every(({ body }) => body.verdict === 'applied')).toBe(true)
    for (const draft of drafts) expect(await stateOf(draft)).toBe('paid')
  })
})

describe('a life that somebody holds locked', () => {
  it('is a timeout to who asks for it, and refuses no other callback of the same moment', async () => {
    const drafts = [await claimed(api, key), await claimed(api, key), await claimed(api, key)] as const
    const [locked] = drafts
    for (const draft of drafts) await accepted(draft)
    const blocker = await api.store.context.database.pool.connect()
    await blocker.query('BEGIN')
    await blocker.query('SELECT FROM participant WHERE ref = $1 FOR UPDATE', [locked.ref])
    await blocker.query('SELECT FROM payout WHERE ref = $1 FOR UPDATE', [locked.ref])
    try {
      const hold = post(api.app, `/v1/programmes/demo/participants/${locked.ref}/hold`, key, { reason: 'checking' })
      const answers = await Promise.all(drafts.map((draft) => tell(draft)))
      expect(answers.map(({ status, body }) => [status, body.code ?? body.verdict])).toEqual([
        [503, 'timeout'],
        [200, 'applied'],
        [200, 'applied'],
      ])
      expect(answers[0]?.headers['retry-after']).toBe('2')
      expect((await hold).body.code).toBe('timeout')
    } finally {
      await blocker.query('ROLLBACK')
      blocker.release()
    }
    expect((await tell(locked)).body.verdict).toBe('applied')
  })
})
