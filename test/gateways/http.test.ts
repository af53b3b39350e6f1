import { createPrivateKey } from 'node:crypto'
import { createServer as createTlsServer } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { callOnce } from '../../gateways/http.ts'
import type { HttpCall } from '../../gateways/http.ts'
import { hostile, reply } from './hostile.ts'

/** A self-signed certificate nobody trusts, and its key (PKCS #8), for nothing but this test. */
const CERTIFICATE = [
  'MIIBhTCCASugAwIBAgIUTdNoP3YP8udOFZ8h2OYf1JdRXYQwCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMc2FuZGJveC50ZXN0MCAXDTI2MTEyMj',
  'EyNDYyNloYDzIxMjYxMDI5MTI0NjI2WjAXMRUwEwYDVQQDDAxzYW5kYm94LnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASgx76P7iv7',
  'UkgesWjhCWuKpAPk9MEUMAMVEOf0aNVodSEC7XyNa5ZtsxPOhHSeCWehY6HkHfD3t0ejD+12tLrio1MwUTAdBgNVHQ4EFgQU1pZYZnH743HhZP',
  'GJWsoR3iaDSVcwHwYDVR0jBBgwFoAU1pZYZnH743HhZPGJWsoR3iaDSVcwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA5raT',
  'yYP6pX48ZmHELijSL7SCV6WwXm8yoCQHBfinCcUCIEt4WZBcLRFWRGo+iGQ8iayY7JNbAk+bdOs71QkErTN4',
].join('')
const CERTIFICATE_KEY = [
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrYCNJ38iXO3Qj8sQCff1VA0Bk6kfn3xdNniLWpuE/WehRANCAASgx76P7iv7Uk',
  'gesWjhCWuKpAPk9MEUMAMVEOf0aNVodSEC7XyNa5ZtsxPOhHSeCWehY6HkHfD3t0ejD+12tLri',
].join('')

const body = Buffer.from('{"reference":"R1"}')
function post(url: string, differs: Partial<HttpCall> = {}): HttpCall {
  return {
    method: 'POST',
    url,
    headers: { authorization: 'Bearer k' },
    body,
    timeoutMs: 400,
    signal: new AbortController().signal,
    ...differs,
  }
}

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

describe('what proves that nothing was sent', () => {
  test('a refused connection, by address and by name', async () => {
    const port = await closedPort()
    for (const host of ['127.0.0.1', 'localhost']) {
      const answer = await callOnce(post(`http://${host}:${port}/`))
      expect(answer).toMatchObject({
        kind: 'not-sent',
        failure: { class: 'retry-same', code: 'unreachable', vendorCode: 'ECONNREFUSED' },
      })
    }
  })

  test('a name that does not resolve', async () => {
    const answer = await callOnce(post('http://nothing.invalid/', { timeoutMs: 5_000 }))
    expect(answer.kind).toBe('not-sent')
  })

  test('a signal that was aborted before', async () => {
    const server = await hostile((socket) => socket.write(reply(200, '{}')))
    const answer = await callOnce(post(server.url, { signal: AbortSignal.abort() }))
    expect(answer).toMatchObject({ kind: 'not-sent', failure: { code: 'cancelled-before-sending' } })
    expect(server.connections()).toBe(0)
    await server.close()
  })

  test('headers no request can carry', async () => {
    const answer = await callOnce(post('http://127.0.0.1:1/', { headers: { 'idempotency-key': 'a\r\nb' } }))
    expect(answer).toMatchObject({ kind: 'not-sent', failure: { class: 'config', code: 'request-malformed' } })
  })

  test('a certificate that is not trusted', async () => {
    const cert = `-----BEGIN CERTIFICATE-----\n${CERTIFICATE}\n-----END CERTIFICATE-----\n`
    const der = createPrivateKey({ key: CERTIFICATE_KEY, format: 'der', type: 'pkcs8', encoding: 'base64' })
    const server = createTlsServer({ cert, key: der.export({ format: 'pem', type: 'pkcs8' }) })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    const answer = await callOnce(post(`https://127.0.0.1:${port}/`, { timeoutMs: 3_000 }))
    expect(answer).toMatchObject({ kind: 'not-sent', failure: { vendorCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })
    await new Promise((done) => server.close(done))
  })
})

describe('what leaves it unknown', () => {
  test.each([
    ['silence', 'no-answer', () => undefined],
    ['a reset', 'connection-lost', (socket) => socket.resetAndDestroy()],
    ['an end without an answer', 'connection-lost', (socket) => socket.end()],
    ['half a head', 'connection-lost', (socket) => socket.end('HTTP/1.1 200 O')],
    [
      'a body that ends early',
      'connection-lost',
      (socket) => socket.end(reply(200, '{"a":1}', { 'content-length': '99' })),
    ],
    [
      'a body that never ends',
      'no-answer',
      (socket) => socket.write(reply(200, '{"a":1}', { 'content-length': '99' })),
    ],
    ['no HTTP at all', 'connection-lost', (socket) => socket.end('SSH-2.0-x\r\n\r\n')],
    ['JSON cut off', 'unreadable-answer', (socket) => socket.end(reply(200, '{"a":'))],
    ['a page', 'unreadable-answer', (socket) => socket.end(reply(200, '<html></html>'))],
    ['a page of a proxy', 'unreadable-answer', (socket) => socket.end(reply(403, '<html></html>'))],
    ['nothing', 'unreadable-answer', (socket) => socket.end(reply(200, ''))],
    [
      'bytes that are no text',
      'unreadable-answer',
      (socket) => socket.end(reply(200, Buffer.from([0x22, 0xff, 0x22]))),
    ],
    ['500 in JSON', 'server-error', (socket) => socket.end(reply(500, '{"code":"X"}'))],
    ['503', 'server-error', (socket) => socket.end(reply(503, 'x', { 'retry-after': '1' }))],
    ['a redirect', 'redirected', (socket) => socket.end(reply(307, '{}', { location: '/again' }))],
    ['too much', 'answer-too-large', (socket) => socket.end(reply(200, `"${'x'.repeat(300_000)}"`))],
  ] satisfies [string, string, (socket: Socket) => void][])('%s', async (_what, code, answerWith) => {
    const server = await hostile(answerWith)
    const answer = await callOnce(post(server.url))
    expect(answer).toMatchObject({ kind: 'unknown', failure: { class: 'unknown', code } })
    expect(server.requests()).toBe(1)
    await server.close()
  })

  test('a reset on a connection that was used before', async () => {
    const server = await hostile(
      (socket, n) => void (n === 1 ? socket.write(reply(200, '{}')) : socket.resetAndDestroy()),
    )
    expect((await callOnce(post(server.url))).kind).toBe('answered')
    await new Promise((idle) => setTimeout(idle, 50))
    expect(await callOnce(post(server.url))).toMatchObject({ kind: 'unknown', failure: { code: 'connection-lost' } })
    expect(server.connections()).toBe(1)
    expect(server.requests()).toBe(2)
    await server.close()
  })

  test('an abort while it waits', async () => {
    const server = await hostile(() => undefined)
    const stop = new AbortController()
    const answer = callOnce(post(server.url, { signal: stop.signal, timeoutMs: 5_000 }))
    setTimeout(() => stop.abort(), 50)
    expect(await answer).toMatchObject({ kind: 'unknown', failure: { code: 'no-answer' } })
    await server.close()
  })
})

describe('what is an answer', () => {
  test.each([200, 202, 400, 404, 409, 421])('JSON with status %i, after exactly one request', async (status) => {
    const server = await hostile((socket) => socket.write(reply(status, '{"a":1}')))
    expect(await callOnce(post(server.url))).toEqual({ kind: 'answered', status, json: { a: 1 }, retryAfterMs: null })
    expect(server.requests()).toBe(1)
    await server.close()
  })

  test.each([
    ['2', 2_000],
    ['0', 0],
    [new Date(Date.now() + 60_000).toUTCString(), 60_000],
    ['-1', null],
    ['soon', null],
    ['99999999', null],
    ['', null],
  ])('429 with Retry-After %s', async (header, expected) => {
    const server = await hostile((socket) => socket.write(reply(429, 'slow down', { 'retry-after': header })))
    const answer = await callOnce(post(server.url))
    expect(answer).toMatchObject({ kind: 'answered', status: 429 })
    const wait = answer.kind === 'answered' ? answer.retryAfterMs : undefined
    if (expected === null) expect(wait).toBeNull()
    // A date was written when this file was read.
    else expect(Math.abs((wait ?? -1) - expected)).toBeLessThan(expected === 60_000 ? 30_000 : 2_000)
    await server.close()
  })
})
