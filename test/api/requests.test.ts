/** What the API refuses before anybody looks at what it means. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aRegistration, buildTestApp, demoProgramme, get, post, send, type TestApi } from '../support/api.ts'
import { refusedWith } from '../support/api-lives.ts'
import { personOf, propose, type ApiPerson } from '../support/api-people.ts'

let api: TestApi
let key: string
let agus: ApiPerson
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  agus = await personOf(api, 'administrator')
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'auditor', 'helpdesk'])
})
afterAll(() => api.close())

const PEOPLE = '/v1/programmes/demo/participants'

/** A registration as text, with something in it changed as only text can be. */
function raw(payload: string | Buffer, headers: Record<string, string> = {}) {
  const own = { authorization: `Bearer ${key}`, 'idempotency-key': randomUUID(), 'content-type': 'application/json' }
  return send(api.app, { method: 'POST', url: PEOPLE, headers: { ...own, ...headers }, payload })
}

describe('a body that is not acceptable JSON', () => {
  const whole = () => JSON.stringify(aRegistration())
  const cases: readonly [string, () => string | Buffer, string | undefined][] = [
    ['is cut off', () => whole().slice(0, -1), ''],
    ['gives a field twice', () => whole().replace('"name":', '"name":"x","name":'), '/name'],
    ['gives a nested field twice', () => whole().replace('"kind":', '"kind":"bank","kind":'), '/account/kind'],
    ['spells the same field with an escape', () => whole().replace('"name":', '"n\\u0061me":"x","name":'), '/name'],
    ['has a field __proto__', () => whole().replace('{', '{"__proto__":{"declared":true},'), '/__proto__'],
    ['has a field constructor', () => whole().replace('{', '{"constructor":{},'), '/constructor'],
    ['has a NUL character', () => whole().replace('Siti Rahmawati', 'Siti\\u0000'), '/name'],
    ['has a NUL byte', () => whole().replace('Siti Rahmawati', 'Siti\0'), ''],
    ['has half a surrogate pair', () => whole().replace('Siti Rahmawati', 'Siti \\ud83d'), '/name'],
    ['is not UTF-8', () => Buffer.from(whole().replace('Siti Rahmawati', 'Sit\xff'), 'latin1'), ''],
    ['has a byte order mark', () => `\ufeff${whole()}`, ''],
    ['is nested too deeply', () => `${'['.repeat(1000)}${']'.repeat(1000)}`, undefined],
    ['is not a value at all', () => 'undefined', ''],
  ]
  it.each(cases)('that %s is refused with its place', async (_name, payload, pointer) => {
    const { status, body } = await refusedWith(api, 'malformed-json', () => raw(payload()))
    expect(status).toBe(400)
    if (pointer !== undefined) expect(body.errors[0].pointer).toBe(pointer)
    expect(JSON.stringify(body)).not.toContain('Siti')
  })
})

describe('a registration of the wrong shape', () => {
  const cases: readonly [string, object | string, string][] = [
    ['an unknown field', { ...aRegistration(), nickname: 'Sit' }, '/nickname'],
    ['a field missing', { ...aRegistration(), phone: undefined }, '/phone'],
    ['a number for a text', { ...aRegistration(), nationalId: 3275914101690001 }, '/nationalId'],
    ['a text for a boolean', { ...aRegistration(), declared: 'true' }, '/declared'],
    ['one value for a list', { ...aRegistration(), aid: 'pkh' }, '/aid'],
    ['a list for an object', [aRegistration()], ''],
    ['an unknown occupation', { ...aRegistration(), occupation: 'wizard' }, '/occupation'],
    [
      'an unknown field inside',
      { ...aRegistration(), account: { ...aRegistration().account, pin: '1' } },
      '/account/pin',
    ],
    ['a name longer than any', { ...aRegistration(), name: 'x'.repeat(201) }, '/name'],
    ['nothing', '', ''],
  ]
  it.each(cases)('with %s is refused with its place', async (_name, payload, pointer) => {
    const { status, body } = await refusedWith(api, 'invalid-request', () =>
      raw(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    )
    expect(status).toBe(422)
    expect(body.errors[0].pointer).toBe(pointer)
  })
})

describe('an amount', () => {
  const cases: readonly [string, unknown, string][] = [
    ['a float', { minor: 10.5, currency: 'IDR' }, '/amount/minor'],
    ['a whole JSON number', { minor: 1000, currency: 'IDR' }, '/amount/minor'],
    ['a float in text', { minor: '10.5', currency: 'IDR' }, '/amount/minor'],
    ['negative', { minor: '-1000', currency: 'IDR' }, '/amount/minor'],
    ['in exponents', { minor: '1e9', currency: 'IDR' }, '/amount/minor'],
    ['with a leading zero', { minor: '0100', currency: 'IDR' }, '/amount/minor'],
    ['larger than any', { minor: '1'.repeat(19), currency: 'IDR' }, '/amount/minor'],
    ['in another currency', { minor: '1000', currency: 'USD' }, '/amount/currency'],
    ['without currency', { minor: '1000' }, '/amount/currency'],
    ['a bare text', '1000', '/amount'],
  ]
  it.each(cases)('that is %s is refused with its place', async (_name, amount, pointer) => {
    const content = { programme: 'demo', gateway: 'sandbox', number: 'N1', amount }
    const { body } = await refusedWith(api, 'invalid-request', () => propose(api, agus, { act: 'funding', content }))
    expect(body.errors[0].pointer).toBe(`/content${pointer}`)
  })
})

describe('sizes', () => {
  it('a registration of more than 64 KiB is refused', async () => {
    const payload = JSON.stringify({ ...aRegistration(), name: 'x'.repeat(70_000) })
    expect((await refusedWith(api, 'body-too-large', () => raw(payload))).status).toBe(413)
  })

  it('a body of more than 2 MB is refused everywhere, also where lists are taken', async () => {
    const refs = Array.from({ length: 140_000 }, () => '0123456789ABC')
    const list = { decree: 'SK-1', refs }
    expect(JSON.stringify(list).length).toBeGreaterThan(2 * 1024 * 1024)
    await refusedWith(api, 'body-too-large', () => post(api.app, '/v1/programmes/demo/waves/G01/admissions', key, list))
    await refusedWith(api, 'body-too-large', () => raw(JSON.stringify(list)))
  })

  it('an admission list of 1 MB is read', async () => {
    const refs = Array.from({ length: 60_000 }, (_, index) => `ABC${String(index).padStart(10, '0')}`)
    const list = { decree: 'SK-1', refs }
    await refusedWith(api, 'unknown-wave', () => post(api.app, '/v1/programmes/demo/waves/G99/admissions', key, list))
  })
})

describe('headers', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x'])(
    'a body as %s is refused',
    async (type) => {
      const { status } = await refusedWith(api, 'unsupported-media-type', () =>
        raw(JSON.stringify(aRegistration()), { 'content-type': type }),
      )
      expect(status).toBe(415)
    },
  )

  it('a charset beside application/json is fine', async () => {
    const type = 'application/json; charset=utf-8'
    expect((await raw(JSON.stringify(aRegistration()), { 'content-type': type })).status).toBe(201)
  })

  it('a request id that is well formed is kept, any other is replaced', async () => {
    const ask = (id: string) => send(api.app, { method: 'GET', url: '/livez', headers: { 'x-request-id': id } })
    for (const id of ['abc-123456789', '01234567-0123-4123-8123-012345678901']) {
      expect((await ask(id)).headers['x-request-id']).toBe(id)
    }
    for (const id of [
      'short',
      '3275914101690001',
      '0812-0000-4327',
      '1969-01-01.3275',
      'with blank 123',
      `x${'y'.repeat(200)}`,
      'line%0abreak-123',
      '<script>alert(1)</script>',
    ]) {
      expect((await ask(id)).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it('answers may not be kept by caches, framed or sniffed', async () => {
    const { headers } = await get(api.app, '/v1/programmes', key)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['x-frame-options']).toBe('DENY')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-security-policy']).toMatch(/^default-src 'self';/)
  })
})

describe('parameters', () => {
  it.each([
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=10&limit=20', 'limit'],
    ['stage=nowhere', 'stage'],
    ['attention=maybe', 'attention'],
    ['cursor=notours', 'cursor'],
    ['cursor=', 'cursor'],
    ['sort=name', 'sort'],
  ])('%s is refused by name', async (query, parameter) => {
    const { body } = await refusedWith(api, 'invalid-request', () => get(api.app, `${PEOPLE}?${query}`, key))
    expect(body.errors[0].parameter).toBe(parameter)
  })

  it('a reference that cannot be one is refused by name', async () => {
    const { body } = await refusedWith(api, 'invalid-request', () => get(api.app, `${PEOPLE}/not-a-ref`, key))
    expect(body.errors[0].parameter).toBe('ref')
  })

  it.each(['freezes/ID', 'proposals/ID', 'discrepancies/ID', 'keys/ID/revoke', 'signing-keys/ID/end'])(
    'an id is taken in the spelling it is told in only: /v1/%s',
    async (path) => {
      const wide = await api.keyFor(['operator', 'auditor', 'administrator', 'approver'])
      const ask = (id: string) => {
        const url = `/v1/${path.replace('ID', id)}`
        return path.endsWith('ID') ? get(api.app, url, wide) : post(api.app, url, wide)
      }
      const id = '0f0e0d0c-0000-4000-8000-00000000abcd'
      for (const other of [`urn:uuid:${id}`, id.toUpperCase(), `{${id}}`, id.replaceAll('-', '')]) {
        const { body } = await refusedWith(api, 'invalid-request', () => ask(other))
        expect(body.errors[0].parameter).toBe('id')
      }
      await refusedWith(api, 'not-found', () => ask(id))
    },
  )

  it('an operation without a body takes none', async () => {
    const close = (body: object) => post(api.app, '/v1/programmes/demo/waves/G01/close', key, body)
    await refusedWith(api, 'invalid-request', () => close({ reason: 'done' }))
    await refusedWith(api, 'unknown-wave', () => close({}))
  })
})

describe('paths', () => {
  it('nobody serves answer 404', async () => {
    await refusedWith(api, 'not-found', () => get(api.app, '/v1/nothing', key))
    await refusedWith(api, 'not-found', () => get(api.app, '/v1/programmes/demo/participants/x/y/z', key))
  })

  it('under another method say which they take', async () => {
    const { status, headers, body } = await refusedWith(api, 'method-not-allowed', () =>
      send(api.app, { method: 'DELETE', url: PEOPLE, headers: { authorization: `Bearer ${key}` } }),
    )
    expect(status).toBe(405)
    expect(headers['allow']).toBe('GET, HEAD, POST')
    expect(body.detail).toBe('this path takes GET, HEAD, POST')
  })

  it('that are malformed are refused', async () => {
    await refusedWith(api, 'malformed-request', () => get(api.app, '/v1/programmes/%zz', key))
  })

  it('that are longer than any are not found', async () => {
    await refusedWith(api, 'not-found', () => get(api.app, `/v1/programmes/${'x'.repeat(400)}`, key))
  })
})
