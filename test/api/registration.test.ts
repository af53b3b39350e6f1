import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aRegistration, buildTestApp, demoProgramme, get, post, type TestApi } from '../support/api.ts'
import { refusedWith, registered } from '../support/api-lives.ts'

let api: TestApi
let key: string
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  key = await api.keyFor(['registrar', 'operator', 'helpdesk'])
})
afterAll(() => api.close())

const PEOPLE = '/v1/programmes/demo/participants'

describe('a registration', () => {
  it('answers with the reference and where to look', async () => {
    const pokes = api.lives.pokes
    const { status, body } = await post(api.app, PEOPLE, key, aRegistration())
    expect(status).toBe(201)
    expect(body).toEqual({
      programme: 'demo',
      ref: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{13}$/),
      stage: 'screening',
      warnings: [],
      links: {
        self: `${PEOPLE}/${body.ref}`,
        timeline: `${PEOPLE}/${body.ref}/timeline`,
        temporal: `http://temporal.test/participant:demo:${body.ref}`,
      },
    })
    expect(api.lives.pokes).toBeGreaterThan(pokes)
    expect((await get(api.app, body.links.self, key)).body.stage).toBe('screening')
  })

  it('warns of what people should look at, without refusing or repeating it', async () => {
    const { status, body } = await post(api.app, PEOPLE, key, aRegistration({ birthDate: '1970-02-02' }))
    expect(status).toBe(201)
    expect(body.warnings).toEqual([{ pointer: '/birthDate', detail: 'differs from the date in the national id' }])
    expect(JSON.stringify(body)).not.toContain('1970')
  })

  it('leaves nothing personal in clear in the database but in sealed boxes', async () => {
    const person = aRegistration({ name: 'Ratu Kencana Wulandari', email: 'Ratu@Example.org' })
    await post(api.app, PEOPLE, key, person)
    const tables = await api.rows<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND has_table_privilege(oid, 'SELECT')`,
    )
    for (const { name } of tables) {
      const [row] = await api.rows<{ text: string | null }>(
        `SELECT string_agg(t::text, ' ') AS text FROM "${name}" AS t`,
      )
      for (const secret of [person.nationalId, person.name, person.phone, 'ratu@example.org', person.account?.number]) {
        expect(`${name} ${(row?.text ?? '').includes(secret ?? '?')}`).toBe(`${name} false`)
      }
    }
  })

  it('of somebody who is registered names the participant to the registrar, and is recorded as the look-up it is', async () => {
    const person = aRegistration()
    const first = await post(api.app, PEOPLE, key, person)
    const again = () => post(api.app, PEOPLE, key, { ...person, name: 'Another Spelling' })
    const { status, body } = await again()
    expect([status, body.code, body.ref]).toEqual([409, 'participant-exists', first.body.ref])
    await again()
    const looks = await api.rows(
      `SELECT FROM audit_event WHERE act = 'identity-looked-up' AND ref = $1 AND after ->> 'by' = 'registration'`,
      [first.body.ref],
    )
    expect(looks).toHaveLength(2)
  })

  it('of somebody whom others registered names the participant only to who may see all of the programme', async () => {
    const person = aRegistration()
    const { body: first } = await post(api.app, PEOPLE, key, person)
    const ask = async (secret: string) => (await post(api.app, PEOPLE, secret, person)).body
    const elsewhere = await api.keyFor([
      { role: 'registrar', programme: 'demo' },
      { role: 'operator', programme: 'other' },
    ])
    for (const secret of [await api.keyFor(['registrar']), elsewhere]) {
      expect(await ask(secret)).toMatchObject({ code: 'participant-exists', status: 409 })
      expect(await ask(secret)).not.toHaveProperty('ref')
    }
    for (const role of ['operator', 'helpdesk', 'auditor', 'administrator'] as const) {
      expect((await ask(await api.keyFor(['registrar', role]))).ref).toBe(first.ref)
    }
  })

  const refusals: readonly [string, object, string][] = [
    ['a national id that cannot be one', { nationalId: '9999999999999999' }, '/nationalId'],
    ['a national id that is too short', { nationalId: '327591410169' }, '/nationalId'],
    ['a birth date that does not exist', { birthDate: '1969-02-30' }, '/birthDate'],
    ['a birth date in the future', { birthDate: '2999-01-01' }, '/birthDate'],
    ['a phone number abroad', { phone: '+14155550100' }, '/phone'],
    ['a name with digits', { name: 'S1t1' }, '/name'],
    ['an e-mail address that is none', { email: 'siti' }, '/email'],
    ['a region that does not exist', { region: '9999' }, '/region'],
    ['the national id as family card', { familyCardNumber: 'x' }, '/familyCardNumber'],
    [
      'an account number with letters',
      { account: { kind: 'bank', institution: 'ID.BNI', number: '12AB', holder: 'Siti' } },
      '/account/number',
    ],
    [
      'a bank that no gateway reaches',
      { account: { kind: 'bank', institution: 'ID.NOWHERE', number: '123456789', holder: 'Siti' } },
      '/account/institution',
    ],
  ]
  it.each(refusals)('with %s is refused with its place', async (_name, more, pointer) => {
    const person = { ...aRegistration(), ...more }
    const { body, status } = await refusedWith(api, 'invalid-request', () => post(api.app, PEOPLE, key, person))
    expect(status).toBe(422)
    expect(body.errors.map((fault: { pointer: string }) => fault.pointer)).toContain(pointer)
    expect(JSON.stringify(body)).not.toContain(person.nationalId)
  })

  it('tells every fault at once', async () => {
    const person = aRegistration({ phone: '12345', region: '0000', birthDate: '2999-01-01' })
    const { body } = await refusedWith(api, 'invalid-request', () => post(api.app, PEOPLE, key, person))
    expect(body.errors.map((fault: { pointer: string }) => fault.pointer)).toEqual(['/birthDate', '/phone', '/region'])
  })
})

describe('a programme with a limit for each family card', () => {
  const people = '/v1/programmes/family/participants'
  const ask = (more: object) => post(api.app, people, key, aRegistration(more))
  beforeAll(async () => {
    const programme = demoProgramme('family')
    await api.publish({ ...programme, admission: { ...programme.admission, perFamilyCard: 2 } })
  })

  it('asks for the number, and refuses one person too many at its field', async () => {
    const { body: missing } = await refusedWith(api, 'invalid-request', () => ask({}))
    expect(missing.errors).toEqual([
      {
        pointer: '/familyCardNumber',
        detail: 'is needed: the programme limits how many of one family card take part',
      },
    ])
    const familyCardNumber = '3275010101150007'
    const [first] = [await ask({ familyCardNumber }), await ask({ familyCardNumber })]
    expect(first.status).toBe(201)
    // Recorded as the look-up it is: that others of the card take part is told.
    const { status, body } = await ask({ familyCardNumber })
    expect({ status, code: body.code, errors: body.errors }).toEqual({
      status: 409,
      code: 'family-card-full',
      errors: [{ pointer: '/familyCardNumber', detail: 'no place of this family card is left' }],
    })
    expect(JSON.stringify(body)).not.toContain(familyCardNumber)
    const other = await ask({ familyCardNumber: '3275010101150008' })
    const corrected = () =>
      post(api.app, `${people}/${other.body.ref}/corrections`, key, {
        reason: 'a digit was wrong',
        changes: { familyCardNumber },
      })
    const { body: full } = await refusedWith(api, 'family-card-full', corrected)
    expect(full.errors[0].pointer).toBe('/changes/familyCardNumber')
    await post(api.app, `${people}/${first.body.ref}/withdraw`, key, { reason: 'moves abroad' })
    expect((await corrected()).status).toBe(202)
  })
})

describe('the list of participants', () => {
  it('is read page by page, each person once', async () => {
    for (let count = 0; count < 7; count += 1) await registered(api, key)
    const [{ total } = { total: 0 }] = await api.rows<{ total: number }>(
      `SELECT count(*)::int AS total FROM participant WHERE programme = 'demo'`,
    )
    const seen: string[] = []
    let cursor = ''
    for (let pages = 0; pages < 50; pages += 1) {
      const { body } = await get(api.app, `${PEOPLE}?limit=3${cursor && `&cursor=${cursor}`}`, key)
      seen.push(...body.data.map((person: { ref: string }) => person.ref))
      expect(body.hasMore).toBe(body.nextCursor !== null)
      if (!body.hasMore) break
      cursor = body.nextCursor
    }
    expect(seen.length).toBe(total)
    expect(new Set(seen).size).toBe(total)
  })

  it('is filtered by stage and by why people should look', async () => {
    const person = await registered(api, key)
    await api.store.lives.screen('demo', person, api.clock.nowMs)
    const refs = async (query: string) =>
      (await get(api.app, `${PEOPLE}?limit=500&${query}`, key)).body.data.map((one: { ref: string }) => one.ref)
    expect(await refs('stage=admission')).toContain(person)
    expect(await refs('stage=screening')).not.toContain(person)
    expect(await refs('attention=any')).not.toContain(person)
    await post(api.app, `${PEOPLE}/${person}/hold`, key, { reason: 'checking' })
    await api.store.lives.advance('demo', person, api.clock.nowMs)
    expect(await refs('attention=any')).toContain(person)
    expect(await refs('attention=on-hold')).toContain(person)
    expect(await refs('attention=review')).toEqual([])
    api.clock.nowMs += 90_000
    const { body } = await get(api.app, `${PEOPLE}/${person}`, key)
    expect(body.attention).toMatchObject({ code: 'on-hold', whoseMove: 'operator', ageSeconds: 90 })
    expect(body.hold.reason).toBe('checking')
  })
})

describe('who a person is', () => {
  it('is read in clear, and that it was read is recorded', async () => {
    const person = aRegistration({ email: 'siti@example.org' })
    const { body: made } = await post(api.app, PEOPLE, key, person)
    const { body } = await get(api.app, `${PEOPLE}/${made.ref}/identity`, key)
    const { account: _account, ...identity } = person
    expect(body).toEqual(identity)
    const audited = await api.rows(`SELECT person, role FROM audit_event WHERE act = 'identity-read' AND ref = $1`, [
      made.ref,
    ])
    expect(audited).toMatchObject([{ role: 'helpdesk' }])
  })

  it('is found by national id, and that somebody asked is recorded either way', async () => {
    const person = aRegistration()
    const { body: made } = await post(api.app, PEOPLE, key, person)
    const lookUp = (nationalId: string) => post(api.app, `${PEOPLE}/look-up`, key, { nationalId })
    expect((await lookUp(person.nationalId)).body).toEqual({ ref: made.ref })
    const missing = await lookUp('3275914101699999')
    expect([missing.status, missing.body.code]).toEqual([404, 'unknown-participant'])
    expect(JSON.stringify(missing.body)).not.toContain('3275914101699999')
    const audited = await api.rows<{ ref: string | null }>(
      `SELECT ref FROM audit_event WHERE act = 'identity-looked-up' ORDER BY id DESC LIMIT 2`,
    )
    expect(audited.map(({ ref }) => ref)).toEqual([null, made.ref])
  })

  it('is not asked for with something that is no number', async () => {
    await refusedWith(api, 'invalid-request', () =>
      post(api.app, `${PEOPLE}/look-up`, key, { nationalId: "1' OR '1'='1" }),
    )
  })

  it('of nobody is not found', async () => {
    await refusedWith(api, 'unknown-participant', () => get(api.app, `${PEOPLE}/0123456789ABC`, key))
    await refusedWith(api, 'unknown-participant', () => get(api.app, `${PEOPLE}/0123456789ABC/identity`, key))
    await refusedWith(api, 'unknown-participant', () => get(api.app, `${PEOPLE}/0123456789ABC/timeline`, key))
    await refusedWith(api, 'unknown-participant', () => get(api.app, `${PEOPLE}/0123456789ABC/evidence`, key))
    await refusedWith(api, 'unknown-participant', () => get(api.app, `${PEOPLE}/0123456789ABC/accounts`, key))
  })
})
