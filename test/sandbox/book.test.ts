import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  AMOUNT,
  bank,
  callSandbox,
  freeze,
  freshReference,
  never,
  openStage,
  received,
  until,
  untilState,
} from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
const opening = 10n * AMOUNT
beforeEach(async () => {
  stage = await openStage({ timeFactor: 0.02, openingBalanceMinor: opening })
})
afterEach(() => stage.close())

const balance = async () => (await stage.gateway.balance(never)).minor

describe('idempotency', () => {
  test('the same key and bytes answer with the live payout and pay once', async () => {
    const request = freeze(stage.gateway, bank('1234567890'))
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.gateway.submit(request, never)))
    expect(answers.every(({ kind }) => kind === 'observed')).toBe(true)
    await untilState(stage.gateway, request.reference, 'paid')
    const again = await stage.gateway.submit(request, never)
    expect(again).toMatchObject({ kind: 'observed', observation: { state: 'paid' } })
    expect(received(await stage.journal(), '1234567890')).toBe(AMOUNT)
    expect(await balance()).toBe(opening - AMOUNT)
  })

  test('the same key with other bytes is refused and pays nothing more', async () => {
    const request = freeze(stage.gateway, bank('1234567890'))
    await stage.gateway.submit(request, never)
    const other = freeze(stage.gateway, bank('1234567891'), AMOUNT, request.reference)
    expect(await stage.gateway.submit(other, never)).toMatchObject({
      kind: 'unknown',
      failure: { vendorCode: '409 DUPLICATE' },
    })
    expect(await balance()).toBe(opening - AMOUNT)
  })

  test('the same reference under another key is refused', async () => {
    const request = freeze(stage.gateway, bank('1234567890'))
    await stage.gateway.submit(request, never)
    const answer = await stage.gateway.submit({ ...request, payoutKey: `${request.payoutKey}bis` }, never)
    expect(answer).toMatchObject({ kind: 'unknown', failure: { code: 'duplicate-request' } })
    expect(await balance()).toBe(opening - AMOUNT)
  })
})

describe('balance', () => {
  test('runs out: what does not fit fails later as INSUFFICIENT_BALANCE and takes nothing', async () => {
    const requests = Array.from({ length: 12 }, (_, index) => freeze(stage.gateway, bank(`12345678${index + 10}`)))
    for (const request of requests) expect((await stage.gateway.submit(request, never)).kind).toBe('observed')
    const ends = await Promise.all(
      requests.map(({ reference }) => untilState(stage.gateway, reference, 'paid', 'failed')),
    )
    expect(ends.filter(({ state }) => state === 'paid')).toHaveLength(10)
    expect(ends.filter(({ failure }) => failure?.vendorCode === 'INSUFFICIENT_BALANCE')).toHaveLength(2)
    expect(await balance()).toBe(0n)
  })

  test.each(['9904012345', '9950012345'])(
    'too small, it ends %s too, whose callback comes before the answer',
    async (account) => {
      const request = freeze(stage.gateway, bank(account), 2n * opening)
      expect(await stage.gateway.submit(request, never)).toMatchObject({ kind: 'observed' })
      const { failure } = await untilState(stage.gateway, request.reference, 'failed')
      expect(failure).toMatchObject({ vendorCode: 'INSUFFICIENT_BALANCE' })
      expect(await balance()).toBe(opening)
    },
  )

  test('is taken at acceptance and given back by a failure', async () => {
    const request = freeze(stage.gateway, bank('9912012345'))
    await stage.gateway.submit(request, never)
    await untilState(stage.gateway, request.reference, 'failed')
    expect(await balance()).toBe(opening)
    const [accepted, failed] = (await stage.journal()).filter((entry) => 'reference' in entry)
    expect(accepted).toMatchObject({
      kind: 'accepted',
      debited: AMOUNT.toString(),
      balance: (opening - AMOUNT).toString(),
    })
    expect(failed).toMatchObject({ kind: 'failed', restored: AMOUNT.toString(), balance: opening.toString() })
  })

  test('somebody can bring a paid payout back, once', async () => {
    const request = freeze(stage.gateway, bank('1234567890'))
    await stage.gateway.submit(request, never)
    const { gatewayId } = await untilState(stage.gateway, request.reference, 'paid')
    expect((await stage.call('POST', `/admin/payouts/${gatewayId}/return`)).status).toBe(200)
    expect((await stage.call('POST', `/admin/payouts/${gatewayId}/return`)).status).toBe(409)
    expect((await stage.call('POST', '/admin/payouts/po_none/return')).status).toBe(404)
    expect(await balance()).toBe(opening)
    expect(received(await stage.journal(), '1234567890')).toBe(0n)
  })
})

describe('a transfer into our balance', () => {
  test('counts once by its number, also after a restart', async () => {
    const transfer = () => stage.call('POST', '/admin/top-up', { amount: '1000', number: 'SP2D-1' })
    for (let times = 0; times < 2; times += 1) expect((await transfer()).status).toBe(200)
    await stage.restart()
    expect((await transfer()).status).toBe(200)
    expect(await balance()).toBe(opening + 1000n)
  })

  test('makes good a payout that our balance was too short for: the account’s next attempt is still its first', async () => {
    const account = bank('9920212345')
    const first = freeze(stage.gateway, account, opening + 1n)
    await stage.gateway.submit(first, never)
    const short = await untilState(stage.gateway, first.reference, 'failed')
    expect(short.failure?.class).toBe('float-short')
    const second = freeze(stage.gateway, account)
    await stage.gateway.submit(second, never)
    expect((await untilState(stage.gateway, second.reference, 'failed', 'paid')).failure?.class).toBe('retry-new')
  })
})

describe('the wire', () => {
  test('everything but the sign of life needs the key', async () => {
    expect((await fetch(`${stage.url}/livez`)).status).toBe(200)
    for (const route of ['/balance', '/journal', '/payouts?reference=A', '/admin/requests', '/nowhere']) {
      const answer = await fetch(stage.url + route, { headers: { authorization: 'Bearer wrong' } })
      expect([route, answer.status]).toEqual([route, 401])
    }
  })

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['a poisoned prototype', '{"__proto__":{"reference":"A"}}'],
    [
      'a number as amount',
      '{"reference":"A","amount":60000000,"currency":"IDR","institution":"ID.BNI","account":"12345678","holder":"A"}',
    ],
    [
      'a negative amount',
      '{"reference":"A","amount":"-60000000","currency":"IDR","institution":"ID.BNI","account":"12345678","holder":"A"}',
    ],
    [
      'too small an amount',
      '{"reference":"A","amount":"1","currency":"IDR","institution":"ID.BNI","account":"12345678","holder":"A"}',
    ],
    [
      'an institution it has not',
      '{"reference":"A","amount":"60000000","currency":"IDR","institution":"ID.X","account":"12345678","holder":"A"}',
    ],
  ])('a payout request with %s is refused with 400', async (_what, body) => {
    const headers = {
      authorization: `Bearer sandbox-key-of-the-tests`,
      'content-type': 'application/json',
      'idempotency-key': 'k',
    }
    const answer = await fetch(`${stage.url}/payouts`, { method: 'POST', headers, body })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ code: expect.any(String), message: expect.any(String) })
  })

  test('a payout is also found by its id, and requests are counted', async () => {
    const request = freeze(stage.gateway, bank('1234567890'))
    const answer = await stage.gateway.submit(request, never)
    const id = answer.kind === 'observed' ? answer.observation.gatewayId : null
    expect(await stage.call('GET', `/payouts/${id}`)).toMatchObject({
      status: 200,
      json: { reference: request.reference },
    })
    expect((await stage.call('GET', '/payouts/po_none')).status).toBe(404)
    const counts = (await stage.call('GET', '/admin/requests')).json
    expect(counts).toMatchObject({ 'POST /payouts 202': 1, 'GET /payouts/:id 404': 1 })
  })

  test('the journal is read in pages and says who was paid what', async () => {
    for (let n = 0; n < 5; n += 1) await stage.gateway.submit(freeze(stage.gateway, bank(`123456780${n}`)), never)
    const pages: number[] = []
    let after = 0
    for (;;) {
      const { json } = await callSandbox(stage.url, 'GET', `/journal?after=${after}&limit=2`)
      const { entries, next } = json as { entries: readonly { seq: number }[]; next: number }
      if (entries.length === 0) break
      pages.push(...entries.map(({ seq }) => seq))
      after = next
    }
    expect(pages).toEqual(pages.map((_, index) => index + 1))
    const accepted = (await stage.journal()).find((entry) => entry.kind === 'accepted')
    const fingerprint = createHash('sha256').update('ID.BNI 1234567800').digest('hex').slice(0, 32)
    expect(accepted).toMatchObject({ account: '1234567800', fingerprint, institution: 'ID.BNI', holder: 'SITI AMINAH' })
  })
})

describe('restart', () => {
  test('keeps balance, payouts, keys, attempts and ignored sends', async () => {
    const paid = freeze(stage.gateway, bank('1234567890'))
    const throttled = freeze(stage.gateway, bank('9945012345'))
    const attempts = freeze(stage.gateway, bank('9920212345'))
    await stage.gateway.submit(paid, never)
    await stage.gateway.submit(throttled, never)
    await stage.gateway.submit(attempts, never)
    await untilState(stage.gateway, paid.reference, 'paid')
    await untilState(stage.gateway, attempts.reference, 'failed')
    await stage.restart()
    expect(await balance()).toBe(opening - AMOUNT)
    expect(await stage.gateway.submit(paid, never)).toMatchObject({ observation: { state: 'paid' } })
    expect((await stage.gateway.submit(throttled, never)).kind).toBe('retry-same')
    expect((await stage.gateway.submit(throttled, never)).kind).toBe('observed')
    const second = freeze(stage.gateway, bank('9920212345'))
    await stage.gateway.submit(second, never)
    await untilState(stage.gateway, second.reference, 'paid')
  })

  test('goes on with payouts and callbacks that were under way', async () => {
    stage.listenerStatus = 503
    const under = freeze(stage.gateway, bank('9930012345'))
    await stage.gateway.submit(under, never)
    await until(() => (stage.heard.length > 0 ? true : undefined))
    await stage.restart()
    stage.listenerStatus = 204
    await untilState(stage.gateway, under.reference, 'returned')
    await until(async () => {
      const sent = (await stage.journal()).filter((entry) => entry.kind === 'callback-sent' && entry.done)
      return sent.length === 2 ? true : undefined
    })
    const kinds = (await stage.journal()).map(({ kind }) => kind).filter((kind) => kind !== 'callback-sent')
    expect(kinds).toEqual(['opened', 'accepted', 'credited', 'returned'])
  })

  test('a reference that was never sent is not found', async () => {
    const answer = await stage.gateway.enquire({ reference: freshReference(), gatewayId: null }, never)
    expect(answer).toEqual({ kind: 'not-found' })
  })
})
