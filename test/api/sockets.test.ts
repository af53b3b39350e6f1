/** What comes in over a bare socket is refused in the same words, and the end of the process leaves nobody without an answer. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../api/dependencies.ts'
import { aRegistration, buildTestApp, demoProgramme, type TestApi } from '../support/api.ts'

const lines: string[] = []
const stream = new Writable({
  write(chunk, _encoding, done) {
    lines.push(String(chunk))
    done()
  },
})
const logger = { level: 'info', stream }

let api: TestApi
let port: number
beforeAll(async () => {
  api = await buildTestApp({ logger })
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  port = (api.app.server.address() as AddressInfo).port
})
afterAll(() => api.close())

interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: any
}

/** Sends bytes and reads until the other side closes. */
async function say(bytes: string | Buffer, to = port): Promise<Heard> {
  const socket = connect(to, '127.0.0.1')
  let heard = ''
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  return read(heard)
}

function read(text: string): Heard {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [first = '', ...fields] = head.split('\r\n')
  const headers = Object.fromEntries(
    fields.map((field) => [
      field.slice(0, field.indexOf(':')).toLowerCase(),
      field.slice(field.indexOf(':') + 1).trim(),
    ]),
  )
  return { status: Number(first.split(' ')[1]), headers, body: JSON.parse(body) }
}

describe('what is no request', () => {
  const host = 'Host: lunas\r\nConnection: close\r\n'
  it.each([
    ['a line that is not HTTP', 'siti 3275914101690001\r\n\r\n', 400, 'malformed-request'],
    ['a method nobody knows', `SITI / HTTP/1.1\r\n${host}\r\n`, 400, 'malformed-request'],
    [
      'two lengths',
      `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`,
      400,
      'malformed-request',
    ],
    ['no Host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'malformed-request'],
    ['20 KiB of headers', `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ['another method', `TRACE /livez HTTP/1.1\r\n${host}\r\n`, 405, 'method-not-allowed'],
  ])('as %s is answered as a problem, with the id that the log has', async (_what, bytes, status, code) => {
    const heard = await say(bytes)
    expect(heard.status).toBe(status)
    expect(heard.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(heard.body).toMatchObject({ status, code, type: `http://127.0.0.1:3000/problems/${code}` })
    expect(heard.headers['x-request-id']).toBe(heard.body.instance)
    expect(lines.some((line) => line.includes(heard.body.instance))).toBe(true)
    expect(lines.join('')).not.toContain('3275914101690001')
  })

  it('as one that stops halfway is told so with the status of its code', async () => {
    const slow = await buildTestApp({ logger })
    slow.app.server.headersTimeout = 200
    slow.app.server.requestTimeout = 200
    // Node looks for the late ones this often; it cannot be told so later than at the making of the server.
    Object.assign(slow.app.server, { connectionsCheckingInterval: 50 })
    await slow.app.listen({ host: '127.0.0.1', port: 0 })
    const heard = await say('GET / HTTP/1.1\r\nHost: lu', (slow.app.server.address() as AddressInfo).port)
    expect([heard.status, heard.body.status, heard.body.code]).toEqual([408, 408, 'request-timeout'])
    expect(heard.headers['retry-after']).toBe('1')
    await slow.close()
  }, 60_000)

  it('by an expectation nobody knows is a request like any other', async () => {
    expect((await say(`GET /livez HTTP/1.1\r\n${host}Expect: wonders\r\n\r\n`)).status).toBe(200)
  })
})

describe('the end of the process', () => {
  it('answers what is under way, turns readiness red first, and refuses nobody without words', async () => {
    const ending = await buildTestApp({ limits: { ...DEFAULT_LIMITS, eventLoopDelayMs: 60_000, drainMs: 600 } })
    await ending.publish(demoProgramme())
    const key = await ending.keyFor(['registrar', 'operator'])
    await ending.app.listen({ host: '127.0.0.1', port: 0 })
    const url = `http://127.0.0.1:${(ending.app.server.address() as AddressInfo).port}`
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    const send = (path: string, body: object) =>
      fetch(`${url}/v1/programmes/demo/participants${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'idempotency-key': randomUUID(),
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      })
    const { ref } = (await (await send('', aRegistration())).json()) as { ref: string }

    // Somebody holds the person's row, so that the request is under way when the end is asked for.
    const blocker = await ending.store.context.database.pool.connect()
    await blocker.query('BEGIN')
    await blocker.query('SELECT FROM participant WHERE ref = $1 FOR UPDATE', [ref])
    const underWay = send(`/${ref}/hold`, { reason: 'checking' })
    await sleep(100)
    const closed = ending.app.close()
    await sleep(100)
    const red = await fetch(`${url}/readyz`)
    expect([red.status, ((await red.json()) as { detail: string }).detail]).toEqual([503, 'this process is stopping'])
    // Whoever has not looked yet is served until then.
    expect((await send('', aRegistration())).status).toBe(201)
    await sleep(700)
    await expect(send('', aRegistration())).rejects.toThrow('fetch failed')
    await blocker.query('ROLLBACK')
    blocker.release()
    expect((await underWay).status).toBe(202)
    await closed
    await ending.close()
  })
})
