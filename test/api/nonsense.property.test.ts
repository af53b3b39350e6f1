/** Whatever is sent, the answer is a clear one: never a fault of ours, never a change. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aRegistration, buildTestApp, demoProgramme, get, send, type TestApi } from '../support/api.ts'
import { everything } from '../support/api-lives.ts'

let api: TestApi
let key: string
let paths: { method: 'GET' | 'POST'; path: string }[]
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  key = await api.keyFor(['registrar', 'institution', 'operator', 'helpdesk', 'approver', 'auditor', 'administrator'])
  const { body } = await get(api.app, '/docs/json')
  paths = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method === 'post' ? ('POST' as const) : ('GET' as const), path })),
  )
})
afterAll(() => api.close())

const ask = (method: 'GET' | 'POST', url: string, payload?: string) =>
  send(api.app, {
    method,
    url,
    headers: {
      authorization: `Bearer ${key}`,
      'idempotency-key': randomUUID(),
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload }),
  })

/** What may stand in a path or query: also what breaks careless code. */
const word = fc.oneof(
  fc.constantFrom(
    'demo',
    'G01',
    '0123456789ABC',
    '..',
    '\0',
    'x\0y',
    "'; DROP TABLE payout; --",
    'null',
    '-1',
    '1e309',
    '🜚',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

describe('nonsense', () => {
  it('in any body is refused, and changes nothing', async () => {
    const before = await everything(api)
    const posts = paths.filter(({ method }) => method === 'POST')
    const body = fc.oneof(fc.json({ maxDepth: 4 }), fc.string({ maxLength: 200 }))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...posts), body, async ({ path }, payload) => {
        const url = path.replace('{programme}', 'demo').replace(/\{[a-z]+\}/g, '0123456789ABC')
        const { status, body: answer } = await ask('POST', url, payload)
        expect(status).toBeGreaterThanOrEqual(400)
        expect(status).toBeLessThan(500)
        expect(answer.code).toMatch(/^[a-z-]+$/)
      }),
      { numRuns: 600 },
    )
    expect(await everything(api)).toBe(before)
  })

  it('in any path or query is refused', async () => {
    const before = await everything(api)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.array(word),
        word,
        word,
        async ({ method, path }, words, name, value) => {
          let place = 0
          const filled = path.replace(/\{[a-z]+\}/g, () => encodeURIComponent(words[place++] ?? 'demo'))
          const query = `?${encodeURIComponent(name)}=${encodeURIComponent(value)}`
          const { status } = await ask(method, filled + query)
          expect(status).toBeLessThan(500)
        },
      ),
      { numRuns: 600 },
    )
    expect(await everything(api)).toBe(before)
  })

  it('in one place of a registration is refused or registered, never a fault', async () => {
    const fields = Object.keys(aRegistration({ email: 'a@b.id', familyCardNumber: '3275010101010001' }))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 2 }), async (field, value) => {
        const payload = JSON.stringify({ ...aRegistration(), [field]: value })
        const { status } = await ask('POST', '/v1/programmes/demo/participants', payload)
        expect([201, 400, 409, 422]).toContain(status)
      }),
      { numRuns: 300 },
    )
  })
})
