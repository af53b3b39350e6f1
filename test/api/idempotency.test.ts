/** Repeating a request is always safe. */
import { createHash, randomUUID } from 'node:crypto'
import type { Gateway } from '../../gateways/gateway.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aRegistration, buildTestApp, demoProgramme, post, send, type TestApi } from '../support/api.ts'
import { admitted, openWave, refusedWith, registered, report } from '../support/api-lives.ts'

let api: TestApi
let key: string
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'helpdesk'])
  await openWave(api, key)
})
afterAll(() => api.close())

const PEOPLE = '/v1/programmes/demo/participants'
const WAVES = '/v1/programmes/demo/waves'
const again = (value: string) => ({ 'idempotency-key': value })

describe('an Idempotency-Key', () => {
  it('is needed with every POST', async () => {
    const headers = { authorization: `Bearer ${key}` }
    const { status } = await refusedWith(api, 'idempotency-key-missing', () =>
      send(api.app, { method: 'POST', url: PEOPLE, headers, payload: aRegistration() }),
    )
    expect(status).toBe(400)
  })

  it.each(['', ' ', 'with blank', 'x'.repeat(256), 'umlaut-ä', 'tab\tbed'])('cannot be "%s"', async (value) => {
    await refusedWith(api, 'idempotency-key-missing', () => post(api.app, PEOPLE, key, aRegistration(), again(value)))
  })

  it('is the same with the quotes of a structured field', async () => {
    const value = randomUUID()
    const person = aRegistration()
    const first = await post(api.app, PEOPLE, key, person, again(value))
    const second = await post(api.app, PEOPLE, key, person, again(`"${value}"`))
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotent-replayed']).toBe('true')
  })
})

describe('a request that is repeated', () => {
  it('gets the stored answer and changes nothing', async () => {
    const value = randomUUID()
    const wave = { code: `W-${value.slice(0, 8)}`, quota: 5, fiscalYear: 2026 }
    const first = await post(api.app, WAVES, key, wave, again(value))
    expect(first.status).toBe(201)
    expect(first.headers['idempotent-replayed']).toBeUndefined()
    const audited = await api.rows(`SELECT FROM audit_event`)
    const second = await post(api.app, WAVES, key, wave, again(value))
    expect([second.status, second.body, second.headers['idempotent-replayed']]).toEqual([201, first.body, 'true'])
    expect((await api.rows(`SELECT FROM audit_event`)).length).toBe(audited.length)
  })

  it('with another body is refused', async () => {
    const value = randomUUID()
    await post(api.app, WAVES, key, { code: `A-${value.slice(0, 8)}`, quota: 5, fiscalYear: 2026 }, again(value))
    const { status } = await refusedWith(api, 'idempotency-key-reused', () =>
      post(api.app, WAVES, key, { code: `A-${value.slice(0, 8)}`, quota: 6, fiscalYear: 2026 }, again(value)),
    )
    expect(status).toBe(422)
  })

  it('at another path is refused', async () => {
    const value = randomUUID()
    const [one, other] = [await registered(api, key), await registered(api, key)]
    const reason = { reason: 'checking' }
    expect((await post(api.app, `${PEOPLE}/${one}/hold`, key, reason, again(value))).status).toBe(202)
    await refusedWith(api, 'idempotency-key-reused', () =>
      post(api.app, `${PEOPLE}/${other}/hold`, key, reason, again(value)),
    )
  })

  it('by somebody else is another request', async () => {
    const value = randomUUID()
    const other = await api.keyFor(['operator'])
    const wave = (code: string) => ({ code, quota: 5, fiscalYear: 2026 })
    const first = await post(api.app, WAVES, key, wave(`B-${value.slice(0, 8)}`), again(value))
    const second = await post(api.app, WAVES, other, wave(`C-${value.slice(0, 8)}`), again(value))
    expect([first.status, second.status]).toEqual([201, 201])
  })

  it('after a refusal is judged anew', async () => {
    const value = randomUUID()
    const person = await registered(api, key)
    const occurredAt = new Date(api.clock.nowMs).toISOString()
    const evidence = () => ({ kind: 'course-started', subject: 'LAS-SMAW', occurredAt })
    const url = `${PEOPLE}/${person}/evidence`
    await refusedWith(api, 'not-admitted', () => post(api.app, url, key, evidence(), again(value)))
    await api.store.lives.screen('demo', person, api.clock.nowMs)
    await post(api.app, `${WAVES}/G01/admissions`, key, { decree: 'SK-1', refs: [person] })
    expect((await post(api.app, url, key, evidence(), again(value))).status).toBe(202)
  })

  it('is answered as then, whatever would be said to it today', async () => {
    const [key1, key2] = [randomUUID(), randomUUID()]
    const expiresAt = new Date(api.clock.nowMs + 60_000).toISOString()
    const wanted = {
      person: 'Rini',
      kind: 'person',
      label: 'x',
      grants: [{ role: 'auditor', programme: null }],
      expiresAt,
    }
    const person = { ...aRegistration(), account: { ...aRegistration().account, institution: 'ID.MANDIRI' } }
    const ask = async () => [
      await post(api.app, '/v1/keys', key, wanted, again(key1)),
      await post(api.app, PEOPLE, key, person, again(key2)),
    ]
    const first = await ask()
    expect(first.map(({ status }) => status)).toEqual([201, 201])
    // Later the time is past, and the gateway is no longer used: a new request would be refused.
    const gateways = api.gateways as Map<string, Gateway>
    const sandbox = gateways.get('sandbox')
    if (!sandbox) throw new Error('no sandbox')
    gateways.delete('sandbox')
    api.clock.nowMs += 61_000
    try {
      const { secret, ...made } = first[0]?.body ?? {}
      expect(secret).toMatch(/^lunas_/)
      const second = await ask()
      expect(second.map(({ body }) => body)).toEqual([made, first[1]?.body])
      expect(second.map(({ headers }) => headers['idempotent-replayed'])).toEqual(['true', 'true'])
      const fresh = await post(api.app, PEOPLE, key, { ...aRegistration(), account: person.account })
      expect(fresh.body.errors[0].pointer).toBe('/account/institution')
    } finally {
      gateways.set('sandbox', sandbox)
      api.clock.nowMs -= 61_000
    }
  })

  it('of a look-up asks nobody again, and is on record once', async () => {
    const person = aRegistration()
    const { body: made } = await post(api.app, PEOPLE, key, person)
    const value = randomUUID()
    const ask = () => post(api.app, `${PEOPLE}/look-up`, key, { nationalId: person.nationalId }, again(value))
    expect((await ask()).body).toEqual({ ref: made.ref })
    const repeated = await ask()
    expect([repeated.body, repeated.headers['idempotent-replayed']]).toEqual([{ ref: made.ref }, 'true'])
    const other = { nationalId: aRegistration().nationalId }
    await refusedWith(api, 'idempotency-key-reused', () => post(api.app, `${PEOPLE}/look-up`, key, other, again(value)))
    const looks = `SELECT FROM audit_event WHERE act = 'identity-looked-up' AND ref = $1`
    expect(await api.rows(looks, [made.ref])).toHaveLength(1)
  })

  it('while the first is running is asked to come again', async () => {
    const value = randomUUID()
    const person = await registered(api, key)
    const ask = () => post(api.app, `${PEOPLE}/${person}/hold`, key, { reason: 'checking' }, again(value))
    // Somebody else holds the person's row, so the first request cannot end.
    const blocker = await api.store.context.database.pool.connect()
    await blocker.query('BEGIN')
    await blocker.query('SELECT FROM participant WHERE ref = $1 FOR UPDATE', [person])
    const first = ask()
    await new Promise((resolve) => setTimeout(resolve, 300))
    const second = await ask()
    expect([second.status, second.body.code]).toEqual([409, 'idempotency-key-in-flight'])
    expect(second.headers['retry-after']).toBe('1')
    await blocker.query('ROLLBACK')
    blocker.release()
    expect((await first).status).toBe(202)
    expect((await ask()).headers['idempotent-replayed']).toBe('true')
  })

  it('fifty times at once happens once', async () => {
    const value = randomUUID()
    const person = await admitted(api, key)
    const url = `${PEOPLE}/${person}/evidence`
    const evidence = {
      kind: 'course-started',
      subject: 'LAS-SMAW',
      occurredAt: new Date(api.clock.nowMs).toISOString(),
    }
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(api.app, url, key, evidence, again(value))))
    const codes = new Set(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`))
    expect([...codes].every((code) => code === '202 ' || code === '409 idempotency-key-in-flight')).toBe(true)
    expect((await api.rows('SELECT FROM evidence WHERE ref = $1', [person])).length).toBe(1)
    expect((await api.rows(`SELECT FROM audit_event WHERE ref = $1 AND act = 'course-started'`, [person])).length).toBe(
      1,
    )
  })

  it('is recognised without its body being guessable from what is stored', async () => {
    const person = await admitted(api, key)
    const value = randomUUID()
    await post(api.app, `${PEOPLE}/${person}/hold`, key, { reason: 'checking' }, again(value))
    const [row] = await api.rows<{ request_hash: Buffer; key_hash: Buffer }>(
      'SELECT request_hash, key_hash FROM idempotency_key ORDER BY created_at DESC LIMIT 1',
    )
    const plain = createHash('sha256').update(`POST ${PEOPLE}/${person}/hold\n{"reason":"checking"}`).digest()
    expect(row?.request_hash.equals(plain)).toBe(false)
    expect([row?.request_hash.length, row?.key_hash.length]).toEqual([32, 32])
    await report(api, key, person, 'course-started', 'LAS-SMAW')
  })
})

describe('a stored answer', () => {
  it('is forgotten after two days, no sooner', async () => {
    const real = api.clock.nowMs
    const person = await registered(api, key)
    const hold = (name: string, value: string) =>
      post(api.app, `${PEOPLE}/${person}/${name}`, key, { reason: 'checking' }, again(value))
    api.clock.nowMs = Date.now() - 49 * 3600_000
    await hold('hold', 'an-old-request')
    api.clock.nowMs = real
    await hold('release', 'a-new-request')
    expect(await api.store.desk.forgetAnswers(1000)).toBe(1)
    expect((await hold('release', 'a-new-request')).headers['idempotent-replayed']).toBe('true')
    expect((await hold('hold', 'an-old-request')).headers['idempotent-replayed']).toBeUndefined()
  })
})

describe('registrations that arrive together', () => {
  it('share a commit, each with its own answer', async () => {
    const before = api.lives.pokes
    const people = Array.from({ length: 60 }, () => aRegistration())
    const answers = await Promise.all(people.map((person) => post(api.app, PEOPLE, key, person)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ body }) => body.ref)).size).toBe(60)
    expect(api.lives.pokes - before).toBeLessThan(20)
  })

  it('of one person make one participant', async () => {
    const person = aRegistration()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(api.app, PEOPLE, key, person)))
    const made = answers.filter(({ status }) => status === 201)
    expect(made.length).toBe(1)
    const others = answers.filter(({ status }) => status !== 201)
    expect(others.every(({ body }) => body.code === 'participant-exists' && body.ref === made[0]?.body.ref)).toBe(true)
  })

  it('of one request make one participant and one answer', async () => {
    const person = aRegistration()
    const value = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(api.app, PEOPLE, key, person, again(value))),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ body }) => body.ref)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined).length).toBe(1)
  })

  it('with one key for two people fail only the second', async () => {
    const value = randomUUID()
    const answers = await Promise.all([
      post(api.app, PEOPLE, key, aRegistration(), again(value)),
      post(api.app, PEOPLE, key, aRegistration(), again(value)),
      ...Array.from({ length: 5 }, () => post(api.app, PEOPLE, key, aRegistration())),
    ])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 201, 201, 201, 201, 422])
    expect(answers.find(({ status }) => status === 422)?.body.code).toBe('idempotency-key-reused')
  })

  it('replay after a restart of the API, from the database', async () => {
    const person = aRegistration()
    const value = randomUUID()
    const first = await post(api.app, PEOPLE, key, person, again(value))
    const second = await post(api.app, PEOPLE, key, person, again(value))
    expect([second.status, second.body]).toEqual([201, first.body])
    expect(second.headers['idempotent-replayed']).toBe('true')
  })
})
