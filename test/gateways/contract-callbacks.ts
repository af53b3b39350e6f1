/** The part of the contract that is about callbacks. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OBSERVED_STATES } from '../../domain/observation.ts'
import type { InboundCallback } from '../../gateways/gateway.ts'
import { credentialsFor } from './contract-credentials.ts'
import type { World } from './world.ts'

export function callbackTests(given: () => World): void {
  const at = 1_800_000_000_000
  const receive = (callback: InboundCallback) => given().gateway.receive(callback)

  test('a good one is an event of its payout', () => {
    const result = receive(given().callback('CB1', at))
    expect(result).toMatchObject({ kind: 'event', reference: 'CB1', eventId: expect.stringMatching(/./) })
    if (result.kind === 'event') expect(OBSERVED_STATES).toContain(result.observation.state)
    expect(result.kind === 'event' && result.trusted).toBe(given().gateway.capabilities.callback === 'signed')
    if (result.kind === 'event')
      expect(credentialsFor(given(), 'callback')).toEqual(expect.arrayContaining([...result.credentials]))
  })

  test('an old one is authentic but not trusted, nor is one from the future', () => {
    const tolerance = given().gateway.capabilities.timing.callbackToleranceMs
    for (const receivedAtMs of [at + tolerance + 1_000, at - tolerance - 1_000]) {
      expect(receive({ ...given().callback('CB1', at), receivedAtMs })).toMatchObject({ kind: 'event', trusted: false })
    }
  })

  test('an altered body is not authentic', () => {
    const { headers, body, receivedAtMs } = given().callback('CB1', at)
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (place, difference) => {
        const altered = Uint8Array.from(body)
        altered[place] = (altered[place] ?? 0) ^ difference
        expect(receive({ headers, body: altered, receivedAtMs })).toEqual({ kind: 'rejected', reason: 'unauthentic' })
      }),
    )
  })

  test('headers that are missing, empty, altered or absurd are not authentic', () => {
    const { headers, body, receivedAtMs } = given().callback('CB1', at)
    for (const name of Object.keys(headers)) {
      for (const value of [undefined, '', 'x', '\u0000', `${headers[name]}1`, 'v1,', ' '.repeat(10_000), '-1', 'NaN']) {
        expect(receive({ headers: { ...headers, [name]: value }, body, receivedAtMs }).kind).toBe('rejected')
      }
    }
    expect(receive({ headers: {}, body, receivedAtMs })).toEqual({ kind: 'rejected', reason: 'unauthentic' })
  })

  test.each<[string, (json: string) => string | Uint8Array]>([
    ['nothing', () => ''],
    ['no JSON', () => '{'],
    ['no object', () => '[]'],
    ['a poisoned prototype', (json) => `{"__proto__":${json}}`],
    ['NUL in its members', (json) => json.replaceAll('":"', '":"\\u0000')],
    ['deep nesting', () => '['.repeat(20_000) + ']'.repeat(20_000)],
    ['two megabytes', (json) => json + ' '.repeat(2_000_000)],
    ['bytes that are no text', () => Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d])],
  ])('an authentic one with %s is rejected, not thrown', (_name, body) => {
    expect(receive(given().callback('CB1', at, body)).kind).toBe('rejected')
  })

  test('members that come twice do not make it throw', () => {
    const result = receive(given().callback('CB1', at, (json) => `{"type":"x",${json.slice(1)}`))
    expect(['event', 'rejected']).toContain(result.kind)
  })

  test('any bytes at all are rejected, not thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.dictionary(fc.string(), fc.string()), (body, headers) => {
        expect(receive({ body, headers, receivedAtMs: at }).kind).toBe('rejected')
      }),
    )
  })
}
