/** Whoever guesses keys is slowed down, and nobody else: those who come from one address may be many people behind one proxy. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, type ApiDependencies } from '../../api/dependencies.ts'
import { buildTestApp, demoProgramme, send, type Answered, type TestApi } from '../support/api.ts'

const LIMITS = { ...DEFAULT_LIMITS, eventLoopDelayMs: 60_000, refusedKeysPerMinute: 5 }

let api: TestApi
async function open(more: Partial<ApiDependencies> = {}): Promise<void> {
  api = await buildTestApp({ limits: LIMITS, ...more })
  await api.publish(demoProgramme())
}
afterEach(() => api.close())

function ask(key: string, from = '203.0.113.9'): Promise<Answered> {
  const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': from }
  return send(api.app, { method: 'GET', url: '/v1/programmes', headers })
}
const guess = (from?: string) => ask(`lunas_${randomUUID().padStart(43, 'x')}`, from)

async function guessedMany(from?: string): Promise<void> {
  for (let n = 0; n < LIMITS.refusedKeysPerMinute; n += 1) expect((await guess(from)).status).toBe(401)
  expect((await guess(from)).status).toBe(429)
}

describe('guessing from an address', () => {
  it('locks out no key in force that comes from there, also one that was never used', async () => {
    await open()
    const good = await api.keyFor(['auditor'])
    await guessedMany()
    expect((await ask(good, '198.51.100.7')).status).toBe(200)
    expect((await guess()).status).toBe(429)
  })

  it('does not ask the database once for each guess', async () => {
    await open()
    const { desk } = api.store
    const questions: number[] = []
    const areInForce = desk.areInForce.bind(desk)
    desk.areInForce = (secrets) => {
      questions.push(secrets.length)
      return areInForce(secrets)
    }
    await guessedMany()
    const good = await api.keyFor(['auditor'])
    const guesses = Array.from({ length: 300 }, () => guess())
    const [answered, ...refused] = await Promise.all([ask(good), ...guesses])
    expect(answered?.status).toBe(200)
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]))
    expect(questions.reduce((sum, one) => sum + one, 0)).toBe(302)
    expect(questions.length).toBeLessThan(20)
  })
  it('is counted for each who comes through a trusted proxy, and what others say of where they come from is not believed', async () => {
    await open({ trustedProxies: ['127.0.0.0/8'] })
    await guessedMany('203.0.113.9')
    expect((await guess('198.51.100.7')).status).toBe(401)
    await api.close()
    await open()
    await guessedMany('203.0.113.9')
    expect((await guess('198.51.100.7')).status).toBe(429)
  })
})
