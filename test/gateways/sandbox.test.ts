import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import type { InboundCallback } from '../../gateways/gateway.ts'
import { openGateways } from '../../gateways/index.ts'
import { createSandboxGateway } from '../../gateways/sandbox/gateway.ts'

const secret = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`
const settings = { baseUrl: 'http://127.0.0.1:3001', apiKey: 'key', callbackSecrets: [secret(1)] }
const at = 1_800_000_000_000

function signed(...secrets: readonly string[]): InboundCallback {
  const updatedAt = '2026-11-22T05:00:00Z'
  const data = {
    id: 'po_1',
    reference: 'R1',
    amount: '60000000',
    currency: 'IDR',
    status: 'SUCCEEDED',
    failureCode: null,
    updatedAt,
  }
  const body = Buffer.from(JSON.stringify({ type: 'payout.succeeded', timestamp: updatedAt, data }))
  const signatures = secrets.map((each) => new Webhook(each).sign('evt_1', new Date(at), body))
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(at / 1000),
    'webhook-signature': signatures.join(' '),
  }
  return { headers, body, receivedAtMs: at }
}

describe('exchanging callback secrets', () => {
  const both = createSandboxGateway({ ...settings, callbackSecrets: [secret(1), secret(2)] })

  test.each([
    ['the old one', [secret(1)], 'event'],
    ['the new one', [secret(2)], 'event'],
    ['both at once', [secret(3), secret(2)], 'event'],
    ['neither', [secret(3)], 'rejected'],
  ])('a callback signed with %s', (_what, secrets, kind) => {
    expect(both.receive(signed(...secrets)).kind).toBe(kind)
  })

  test('without a secret nothing is authentic', () => {
    const deaf = createSandboxGateway({ ...settings, callbackSecrets: [] })
    expect(deaf.receive(signed(secret(1)))).toEqual({ kind: 'rejected', reason: 'unauthentic' })
  })

  test('the signature of the specification is understood', () => {
    const [id, timestamp, body] = ['msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}']
    const gateway = createSandboxGateway({ ...settings, callbackSecrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] })
    const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
    const callback = { headers, body: Buffer.from(body), receivedAtMs: 1_614_265_330_000 }
    // Authentic, but it tells of no payout.
    expect(gateway.receive(callback)).toEqual({ kind: 'rejected', reason: 'malformed' })
    expect(gateway.receive({ ...callback, body: Buffer.from(`${body} `) })).toEqual({
      kind: 'rejected',
      reason: 'unauthentic',
    })
  })
})

describe('settings', () => {
  test.each(['secret', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(200)}`, 'whsec_ä'])(
    'the secret %s is refused and not repeated',
    (bad) => {
      const open = () => createSandboxGateway({ ...settings, callbackSecrets: [bad] })
      expect(open).toThrow('a callback secret must be whsec_ and 24 to 64 bytes in base64')
    },
  )

  test.each(['ftp://a', 'file:///etc/passwd', 'http://user:password@host', 'nothing'])(
    'the address %s is refused',
    (baseUrl) => {
      expect(() => createSandboxGateway({ ...settings, baseUrl })).toThrow()
    },
  )

  test('only gateways with settings are opened, and timing can be overridden', () => {
    expect([...openGateways({}).keys()]).toEqual([])
    const gateway = openGateways({ sandbox: { ...settings, timing: { giveUpMs: 5 }, ratePerSecond: 7 } }).get('sandbox')
    expect(gateway?.capabilities).toMatchObject({ ratePerSecond: 7, timing: { giveUpMs: 5, quietPeriodMs: 3_000 } })
  })
})
