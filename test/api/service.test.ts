/** The service about itself, its keys, its messages, and what it writes down. */
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../api/dependencies.ts'
import { PROBLEM_CODES } from '../../domain/problem.ts'
import { aRegistration, buildTestApp, demoProgramme, get, post, send, type TestApi } from '../support/api.ts'
import { everything, refusedWith, registered } from '../support/api-lives.ts'
import { agreed, personOf, propose } from '../support/api-people.ts'

let api: TestApi
let key: string
const lines: string[] = []
const guards = { faults: [] as string[] }
beforeAll(async () => {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  api = await buildTestApp({ logger: { level: 'info', stream }, guards: async () => guards.faults })
  await api.publish(demoProgramme())
  await api.publish(demoProgramme('other'))
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'auditor', 'helpdesk'])
})
afterAll(() => api.close())

describe('readiness', () => {
  const ready = async () => {
    api.clock.nowMs += 2_001
    return get(api.app, '/readyz')
  }

  it('is told while everything is there', async () => {
    expect(await ready()).toMatchObject({ status: 200, body: { status: 'ready' } })
  })

  it('is told while Temporal is away too, for requests are taken and messages wait', async () => {
    api.lives.healthy = false
    const { status, body } = await ready()
    api.lives.healthy = true
    expect([status, body]).toEqual([200, { status: 'ready', away: ['temporal'] }])
  })

  it('is refused while a guard of the database is down, with every reason', async () => {
    guards.faults = ['trigger posting.posting_append_only is missing', 'role x is a superuser']
    const { status, body } = await ready()
    guards.faults = []
    expect([status, body.detail]).toEqual([
      503,
      'trigger posting.posting_append_only is missing\nrole x is a superuser',
    ])
  })

  it('says nothing about life', async () => {
    api.lives.healthy = false
    const { status, body } = await get(api.app, '/livez')
    api.lives.healthy = true
    expect([status, body.status]).toEqual([200, 'alive'])
    expect(body.bootId).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('metrics', () => {
  const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
    send(api.app, { method: 'GET', url: '/metrics', remoteAddress, headers })

  it('tell how many messages wait and are dead, and for how long', async () => {
    const { body } = await from('127.0.0.1')
    expect(body).toMatch(/^messages\{state="dead"\} \d+$/m)
    expect(body).toMatch(/^messages\{state="pending"\} \d+$/m)
    expect(body).toMatch(/^messages_oldest_seconds [\d.]+$/m)
  })

  it('tell how much nobody has sealed yet, and for how long', async () => {
    const { body } = await from('127.0.0.1')
    expect(body).toMatch(/^unsealed_rows\{table="audit_event"\} [1-9]\d*$/m)
    expect(body).toMatch(/^unsealed_rows\{table="posting"\} \d+$/m)
    expect(body).toMatch(/^unsealed_oldest_seconds [\d.]+$/m)
    expect(body).toMatch(/^statement_days_unsettled\{gateway="sandbox"\} \d+$/m)
  })

  it('are open to the machine itself', async () => {
    expect((await from('127.0.0.1')).status).toBe(200)
    expect((await from('::1')).body).toContain('http_request_duration_seconds_bucket')
  })

  it('need the key of an auditor or administrator from afar, also through a proxy on the machine', async () => {
    expect((await from('10.0.0.7')).status).toBe(401)
    expect((await from('127.0.0.1', { 'x-forwarded-for': '10.0.0.7' })).status).toBe(401)
    const helpdesk = await api.keyFor(['helpdesk'])
    expect((await from('10.0.0.7', { authorization: `Bearer ${helpdesk}` })).status).toBe(403)
    const auditor = await api.keyFor(['auditor'])
    expect((await from('10.0.0.7', { authorization: `Bearer ${auditor}` })).status).toBe(200)
  })

  it('name operations, never people', async () => {
    const ref = await registered(api, key)
    await get(api.app, `/v1/programmes/demo/participants/${ref}`, key)
    const { body } = await from('127.0.0.1')
    expect(body).toContain('operation="getParticipant"')
    expect(body).not.toContain(ref)
  })
})

describe('a problem page', () => {
  it('is where the type of every problem leads', async () => {
    for (const code of PROBLEM_CODES) expect((await get(api.app, `/problems/${code}`)).status).toBe(200)
    await refusedWith(api, 'invalid-request', () => get(api.app, '/problems/nothing'))
  })
})

describe('a fault of ours', () => {
  it('is hidden from the caller and logged with its cause under the request id', async () => {
    const list = api.store.programmes.list
    Object.assign(api.store.programmes, {
      list: async () => {
        throw new Error('the secret inner message', { cause: new Error('the cause of it') })
      },
    })
    const { status, body } = await get(api.app, '/v1/programmes', key)
    Object.assign(api.store.programmes, { list })
    expect([status, body.code]).toEqual([500, 'internal'])
    expect(JSON.stringify(body)).not.toContain('secret inner')
    const logged = lines.filter((line) => line.includes(body.instance)).join('')
    expect(logged).toContain('the secret inner message')
    expect(logged).toContain('the cause of it')
  })

  it('of the database being away is told as 503, to be repeated', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const list = api.store.programmes.list
    Object.assign(api.store.programmes, { list: () => Promise.reject(away) })
    const { status, body, headers } = await get(api.app, '/v1/programmes', key)
    Object.assign(api.store.programmes, { list })
    expect([status, body.code, headers['retry-after']]).toEqual([503, 'not-ready', '5'])
  })
})

describe('the log', () => {
  it('has one line an answer with ids, and nothing that anybody sent', async () => {
    lines.length = 0
    const person = aRegistration({ name: 'Ratu Kencana Wulandari', email: 'ratu@example.org' })
    const { body, headers } = await post(api.app, '/v1/programmes/demo/participants', key, person)
    await post(api.app, '/v1/programmes/demo/participants', key, { ...person, nickname: 'Canary-Nickname' })
    await post(api.app, '/v1/programmes/demo/participants/look-up', key, { nationalId: person.nationalId })
    await get(api.app, `/v1/programmes/demo/participants/${body.ref}/identity`, key)
    await get(api.app, `/v1/programmes/demo/participants?wave=Canary-Wave`, key)
    await get(api.app, `/v1/nothing/Canary-Path?nik=${person.nationalId}`, key)
    const log = lines.join('')
    const secrets = [person.nationalId, person.name, person.phone, 'ratu@example.org', person.account?.number ?? '?']
    for (const secret of [...secrets, key, 'Canary'])
      expect(`${secret} ${log.includes(secret)}`).toBe(`${secret} false`)
    const line = JSON.parse(lines.find((one) => one.includes(headers['x-request-id'] ?? '?')) ?? '{}')
    expect(line).toMatchObject({ operation: 'registerParticipant', method: 'POST', status: 201, programme: 'demo' })
    expect(line.requestId).toBe(headers['x-request-id'])
  })
})

describe('keys', () => {
  const wanted = {
    person: 'Dewi Lestari',
    kind: 'person',
    label: 'laptop',
    grants: [{ role: 'auditor', programme: 'demo' }],
  }

  it('are shown once; a repetition of the request does not have the secret', async () => {
    const once = { 'idempotency-key': 'create-one-key' }
    const first = await post(api.app, '/v1/keys', key, wanted, once)
    expect([first.status, first.body.person]).toEqual([201, 'Dewi Lestari'])
    expect(first.body.secret).toMatch(/^lunas_[A-Za-z0-9_-]{43}$/)
    const second = await post(api.app, '/v1/keys', key, wanted, once)
    const { id, grants } = first.body
    expect(grants).toEqual(wanted.grants)
    expect([second.status, second.body]).toEqual([201, { id, person: 'Dewi Lestari', grants }])
    expect((await everything(api)).includes(first.body.secret)).toBe(false)
    const stored = await api.rows<{ text: string }>(`SELECT string_agg(body::text, ' ') AS text FROM idempotency_key`)
    expect(stored[0]?.text).not.toContain(first.body.secret.slice(10))
    expect((await get(api.app, '/v1/programmes/demo', first.body.secret)).status).toBe(200)
    expect((await get(api.app, '/v1/programmes/other', first.body.secret)).status).toBe(404)
  })

  it('are listed without their secrets', async () => {
    const { body } = await get(api.app, '/v1/keys', key)
    expect(body.data[0]).toMatchObject({ person: 'Dewi Lestari', revokedAt: null, grants: wanted.grants })
    expect(JSON.stringify(body)).not.toContain('secret')
  })

  it('are revoked once', async () => {
    const { body } = await post(api.app, '/v1/keys', key, { ...wanted, person: 'Agus' })
    expect((await post(api.app, `/v1/keys/${body.id}/revoke`, key)).body).toEqual({ id: body.id, revoked: true })
    await refusedWith(api, 'key-revoked', () => post(api.app, `/v1/keys/${body.id}/revoke`, key))
    const unknown = '00000000-0000-4000-8000-000000000000'
    await refusedWith(api, 'not-found', () => post(api.app, `/v1/keys/${unknown}/revoke`, key))
    await refusedWith(api, 'invalid-request', () => post(api.app, `/v1/keys/1/revoke`, key))
  })

  it('lose a role at once when it ends, and tell which are left', async () => {
    const grants = [
      { role: 'institution', programme: null },
      { role: 'auditor', programme: 'demo' },
    ]
    const { body } = await post(api.app, '/v1/keys', key, { ...wanted, person: 'Joko', grants })
    expect((await get(api.app, '/v1/programmes/demo/waves', body.secret)).status).toBe(200)
    const role = { person: 'Joko', role: 'institution', programme: null }
    const ended = await post(api.app, '/v1/roles/end', key, role)
    expect([ended.status, ended.body]).toEqual([200, { person: 'Joko', grants: [grants[1]] }])
    expect((await get(api.app, '/v1/programmes/other/waves', body.secret)).body.code).toBe('unknown-programme')
    await refusedWith(api, 'not-found', () => post(api.app, '/v1/roles/end', key, role))
    const operator = await api.keyFor(['operator'])
    await refusedWith(api, 'forbidden', () => post(api.app, '/v1/roles/end', operator, role))
  })

  it('of a service under the name of a person are refused', async () => {
    await refusedWith(api, 'conflict', () => post(api.app, '/v1/keys', key, { ...wanted, kind: 'service' }))
  })

  it.each([
    ['no role', { grants: [] }, '/grants'],
    ['an unknown role', { grants: [{ role: 'king', programme: null }] }, '/grants/0/role'],
    ['a role without saying where', { grants: [{ role: 'auditor' }] }, '/grants/0/programme'],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    ['an end that is no time', { expiresAt: '2026-12-31T23:59:60Z' }, '/expiresAt'],
    ['no name', { person: '' }, '/person'],
    ['the name of the engine', { person: 'Engine' }, '/person'],
    ['the name of a part of it', { person: 'local' }, '/person'],
  ])('with %s are refused', async (_name, more, pointer) => {
    const { body } = await refusedWith(api, 'invalid-request', () =>
      post(api.app, '/v1/keys', key, { ...wanted, ...more }),
    )
    expect(body.errors[0].pointer).toBe(pointer)
  })
})

describe('dead messages', () => {
  /** A message that ten deliveries refused. */
  async function deadMessage(): Promise<string> {
    const ref = await registered(api, key)
    const [message] = await api.rows<{ id: string }>('SELECT id FROM message WHERE ref = $1', [ref])
    for (let count = 0; count < 10; count += 1) await api.store.messages.refused([message?.id ?? ''], 'gRPC 3')
    return message?.id ?? ''
  }

  it('are shown until people have them sent again', async () => {
    const id = await deadMessage()
    const { body } = await get(api.app, '/v1/messages/dead', key)
    expect(body.data).toMatchObject([{ id, programme: 'demo', kind: 'registered', refusals: 10, refusal: 'gRPC 3' }])
    const people = [await personOf(api, 'operator'), await personOf(api, 'approver')] as const
    await agreed(api, people, { act: 'redrive', content: { message: id } })
    expect((await get(api.app, '/v1/messages/dead', key)).body.data).toEqual([])
  })

  it('of one programme are shown however many older ones others have', async () => {
    await api.rows(
      `INSERT INTO message (id, programme, ref, kind, priority, state, created_at, deliver_after)
       SELECT gen_random_uuid(), CASE at WHEN 600 THEN 'other' ELSE 'demo' END, '0000000000000', 'sweep', 5, 'dead',
              now() - interval '1 day' + at * interval '1 second', now() FROM generate_series(1, 600) AS at`,
    )
    const other = await api.keyFor(['operator'], 'other')
    const { body } = await get(api.app, '/v1/messages/dead', other)
    expect(body.data.map(({ programme }: { programme: string }) => programme)).toEqual(['other'])
    await api.rows(`UPDATE message SET state = 'delivered' WHERE ref = '0000000000000'`)
  })

  it('of another programme are neither shown nor sent', async () => {
    const id = await deadMessage()
    const other = await api.keyFor(['operator'], 'other')
    expect((await get(api.app, '/v1/messages/dead', other)).body.data).toEqual([])
    const elsewhere = await personOf(api, { role: 'operator', programme: 'other' })
    const { body } = await propose(api, elsewhere, { act: 'redrive', content: { message: id } })
    expect(body.code).toBe('not-found')
  })

  it('are sent again all at once by two people, those of one programme or of all', async () => {
    await api.rows(
      `INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
       SELECT gen_random_uuid(), programme, '0000000000000', 'sweep', 5, 'dead', now()
         FROM unnest(ARRAY['demo', 'demo', 'other']) AS programme`,
    )
    const dead = async () => (await get(api.app, '/v1/messages/dead', key)).body.data.length
    const all = (programme: string | null) => ({ act: 'redrive-all', content: { programme } })
    const people = [await personOf(api, 'operator'), await personOf(api, 'approver')] as const
    const elsewhere = await personOf(api, { role: 'operator', programme: 'other' })
    expect((await propose(api, elsewhere, all('demo'))).body.code).toBe('unknown-programme')
    expect((await propose(api, elsewhere, all(null))).body.code).toBe('forbidden')
    expect((await agreed(api, people, all('other'))).state).toBe('executed')
    expect(await dead()).toBeGreaterThan(1)
    expect((await agreed(api, people, all(null))).state).toBe('executed')
    expect(await dead()).toBe(0)
    expect((await propose(api, people[0], all(null))).body.code).toBe('message-not-dead')
    const who = `SELECT FROM audit_event WHERE act = 'message-redriven' AND ref = '0000000000000'`
    expect(await api.rows(who)).toHaveLength(3)
    await api.rows(`UPDATE message SET state = 'delivered' WHERE ref = '0000000000000'`)
  })
})

describe('connections', () => {
  it('are not held for ever by slow or silent clients', () => {
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = api.app.server
    expect({ headersTimeout, requestTimeout, keepAliveTimeout, timeout }).toEqual({
      headersTimeout: 15_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 10_000,
      timeout: 120_000,
    })
  })
})

describe('limits', () => {
  it('count requests for each key and say when to come again', async () => {
    const limited = await buildTestApp({ limits: { ...DEFAULT_LIMITS, requestsPerMinute: 3 } })
    await limited.publish(demoProgramme())
    const [one, two] = [await limited.keyFor(['auditor']), await limited.keyFor(['auditor'])]
    const statuses = []
    for (let count = 0; count < 4; count += 1) statuses.push((await get(limited.app, '/v1/programmes', one)).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    const refused = await get(limited.app, '/v1/programmes', one)
    expect(refused.body.code).toBe('rate-limited')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await get(limited.app, '/v1/programmes', two)).status).toBe(200)
    await limited.close()
  })

  it('slow down whoever guesses keys, before anybody is asked whose they are, and lock out no key that was in force', async () => {
    const asked: string[] = []
    const guarded = await buildTestApp({ limits: { ...DEFAULT_LIMITS, refusedKeysPerMinute: 5 } })
    await guarded.publish(demoProgramme())
    const { desk } = guarded.store
    const callerOf = desk.callerOf.bind(desk)
    desk.callerOf = (secret) => {
      asked.push(secret)
      return callerOf(secret)
    }
    const guess = (at: number) => get(guarded.app, '/v1/programmes', `lunas_${String(at).padStart(43, 'x')}`)
    const mine = await guarded.keyFor(['auditor'])
    expect((await get(guarded.app, '/v1/programmes', mine)).status).toBe(200)
    const statuses = []
    for (let at = 0; at < 7; at += 1) statuses.push((await guess(at)).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    expect(asked).toHaveLength(6)
    const limited = await guess(99)
    expect([limited.body.code, limited.headers['retry-after']]).toEqual(['rate-limited', '60'])
    guarded.clock.nowMs += 3_000
    expect((await get(guarded.app, '/v1/programmes', mine)).status).toBe(200)
    guarded.clock.nowMs += 60_000
    expect((await guess(100)).status).toBe(401)
    await guarded.close()
  })

  it('ask once for a wrong key that comes again and again, and forget no right one over it', async () => {
    let asked = 0
    const guarded = await buildTestApp()
    const { desk } = guarded.store
    const callerOf = desk.callerOf.bind(desk)
    desk.callerOf = (secret) => {
      asked += 1
      return callerOf(secret)
    }
    const mine = await guarded.keyFor(['auditor'])
    await get(guarded.app, '/v1/programmes', mine)
    for (let at = 0; at < 20; at += 1) await get(guarded.app, '/v1/programmes', `lunas_${'x'.repeat(43)}`)
    expect((await get(guarded.app, '/v1/programmes', mine)).status).toBe(200)
    expect(asked).toBe(2)
    await guarded.close()
  })

  it('shed what is too much, but never the signs of life', async () => {
    const busy = await buildTestApp({ limits: { ...DEFAULT_LIMITS, eventLoopDelayMs: 1 } })
    const clock = performance.now
    // The start is over, as far as shedding can tell.
    performance.now = () => clock.call(performance) + 60_000
    const until = Date.now() + 10_000
    let answered = await get(busy.app, '/v1/programmes')
    while (answered.status !== 503 && Date.now() < until) {
      const block = Date.now() + 100
      while (Date.now() < block) continue
      await new Promise((resolve) => setTimeout(resolve, 20))
      answered = await get(busy.app, '/v1/programmes')
    }
    expect([answered.status, answered.body.code, answered.headers['retry-after']]).toEqual([503, 'overloaded', '5'])
    expect((await get(busy.app, '/livez')).status).toBe(200)
    performance.now = clock
    await busy.close()
  })
})
