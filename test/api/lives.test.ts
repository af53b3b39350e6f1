/** Evidence, accounts, decisions, and the story they make. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildTestApp, demoProgramme, get, post, type TestApi } from '../support/api.ts'
import { admitted, claimed, openWave, refusedWith, registered, report } from '../support/api-lives.ts'

let api: TestApi
let key: string
beforeAll(async () => {
  api = await buildTestApp()
  await api.publish(demoProgramme())
  key = await api.keyFor(['registrar', 'operator', 'administrator', 'helpdesk', 'institution'])
  await openWave(api, key)
})
afterAll(() => api.close())

const SEEN = {
  gatewayId: 'po_1',
  amount: { minor: 60_000_000n, currency: 'IDR' },
  account: null,
  vendorStatus: 'FAILED',
  at: null,
} as const
const of = (ref: string) => `/v1/programmes/demo/participants/${ref}`

describe('evidence', () => {
  it('is taken in with its document and source, and listed', async () => {
    const ref = await admitted(api, key)
    const occurredAt = new Date(api.clock.nowMs).toISOString()
    const inJakarta = new Date(api.clock.nowMs + 7 * 3600_000).toISOString().replace('Z', '+07:00')
    const evidence = { kind: 'course-started', subject: 'LAS-SMAW', occurredAt: inJakarta, document: 'HADIR-001' }
    const { status, body } = await post(api.app, `${of(ref)}/evidence`, key, evidence)
    expect([status, body]).toEqual([202, { ref, kind: 'course-started', subject: 'LAS-SMAW', occurredAt }])
    const { body: list } = await get(api.app, `${of(ref)}/evidence`, key)
    expect(list.data).toMatchObject([
      { kind: 'course-started', document: 'HADIR-001', source: expect.stringMatching(/^test-/) },
    ])
  })

  it('before the admission is refused', async () => {
    const ref = await registered(api, key)
    await refusedWith(api, 'not-admitted', () => report(api, key, ref, 'course-started', 'LAS-SMAW'))
  })

  it('twice is refused', async () => {
    const ref = await admitted(api, key)
    await report(api, key, ref, 'course-started', 'LAS-SMAW')
    await refusedWith(api, 'evidence-exists', () => report(api, key, ref, 'course-started', 'LAS-SMAW'))
  })

  it('out of order is refused with what comes first', async () => {
    const ref = await admitted(api, key)
    const { body } = await refusedWith(api, 'evidence-out-of-order', () =>
      report(api, key, ref, 'course-rated', 'LAS-SMAW'),
    )
    expect(body.detail).toBe('record course-completed of LAS-SMAW first')
  })

  it('of an unknown course, survey or kind is refused', async () => {
    const ref = await admitted(api, key)
    await refusedWith(api, 'unknown-course', () => report(api, key, ref, 'course-started', 'ALCHEMY'))
    await refusedWith(api, 'unknown-survey', () => report(api, key, ref, 'survey-answered', 'evaluation-9'))
    await refusedWith(api, 'survey-not-open', () => report(api, key, ref, 'survey-answered', 'evaluation-1'))
    await refusedWith(api, 'invalid-request', () => report(api, key, ref, 'course-enjoyed', 'LAS-SMAW'))
  })

  it.each([
    ['in the future', () => new Date(api.clock.nowMs + 6 * 60_000).toISOString()],
    ['without an offset', () => '2026-08-17T10:00:00'],
    ['as a bare date', () => '2026-08-17'],
    ['that does not exist', () => '2026-02-30T10:00:00Z'],
    ['as a number', () => 1_787_000_000_000],
  ])('of a time %s is refused', async (_name, occurredAt) => {
    const ref = await admitted(api, key)
    const evidence = { kind: 'course-started', subject: 'LAS-SMAW', occurredAt: occurredAt() }
    const { body } = await refusedWith(api, 'invalid-request', () =>
      post(api.app, `${of(ref)}/evidence`, key, evidence),
    )
    expect(body.errors[0].pointer).toBe('/occurredAt')
  })

  it('a little ahead of our clock is taken', async () => {
    const ref = await admitted(api, key)
    const occurredAt = new Date(api.clock.nowMs + 4 * 60_000).toISOString()
    const evidence = { kind: 'course-started', subject: 'LAS-SMAW', occurredAt }
    expect((await post(api.app, `${of(ref)}/evidence`, key, evidence)).status).toBe(202)
  })

  it('about nobody is refused', async () => {
    await refusedWith(api, 'unknown-participant', () => report(api, key, '0123456789ABC', 'course-started', 'LAS-SMAW'))
  })
})

describe('an account', () => {
  const bank = (number: string, holder = 'Siti Rahmawati') => ({ kind: 'bank', institution: 'ID.BNI', number, holder })
  const link = (ref: string, body: object) => post(api.app, `${of(ref)}/accounts`, key, body)

  it('that the bank confirms is linked, and replaces the one before after a rest', async () => {
    const ref = await admitted(api, key)
    const { status, body } = await link(ref, bank('9900012345678'))
    expect([status, body.state]).toEqual([201, 'verified'])
    expect(Date.parse(body.usableFrom)).toBe(api.clock.nowMs + 1_000)
    const { body: list } = await get(api.app, `${of(ref)}/accounts`, key)
    expect(list.data.map((one: { state: string; masked: string }) => [one.state, one.masked])).toEqual([
      ['verified', '••5678'],
      ['replaced', expect.stringMatching(/^••\d{4}$/)],
    ])
    expect(JSON.stringify(list)).not.toContain('9900012345678')
  })

  it.each([
    ['does not exist', '10', 'account-not-found'],
    ['is dormant', '11', 'account-dormant'],
    ['is closed', '12', 'account-closed'],
    ['is blocked', '13', 'account-blocked'],
    ['is of somebody else', '14', 'account-name-differs'],
  ])('that %s is refused, and that it was offered is recorded', async (_name, scenario, failure) => {
    const ref = await admitted(api, key)
    const before = await get(api.app, `${of(ref)}/accounts`, key)
    const { status, body } = await link(ref, bank(`99${scenario}012345678`))
    expect([status, body.code, body.failure]).toEqual([422, 'account-refused', failure])
    expect((await get(api.app, `${of(ref)}/accounts`, key)).body).toEqual(before.body)
    const audited = await api.rows(`SELECT reason, after FROM audit_event WHERE act = 'account-refused' AND ref = $1`, [
      ref,
    ])
    expect(audited).toEqual([{ reason: failure, after: { institution: 'ID.BNI' } }])
  })

  it('is on record with what the bank said, how well the names agree, and the payouts that used it; no name is', async () => {
    const ref = await admitted(api, key)
    await link(ref, bank('9900012345679', 'Rahmawati Siti'))
    const { body: list } = await get(api.app, `${of(ref)}/accounts`, key)
    expect(list.data[0]).toMatchObject({ checkAt: null, restsUntil: null, shared: false, payouts: [] })
    const at = new Date(api.clock.nowMs).toISOString()
    const check = { at, gateway: 'sandbox', verdict: 'verified', code: null, score: 95, reasons: ['order'] }
    expect(list.data[0].checks).toEqual([check])
    const trail = await api.rows(`SELECT after FROM audit_event WHERE ref = $1 AND act LIKE 'account-%'`, [ref])
    expect(trail).toMatchObject([{ after: { name: { score: 95, reasons: ['order'] } } }])
    expect(JSON.stringify([list, trail])).not.toMatch(/rahmawati/i)
  })

  it('that its owner has mended is asked about at once; one that nothing is wrong with is not', async () => {
    const draft = await claimed(api, key)
    const failure = { class: 'needs-account', code: 'wallet-not-upgraded', vendorCode: 'X' } as const
    const fact = { kind: 'observed', observation: { ...SEEN, state: 'failed', failure } } as const
    const payout = { payout: draft.payout, source: 'submit', send: 1, atMs: api.clock.nowMs } as const
    await api.store.payouts.observe([{ ...payout, fact }])
    await api.store.lives.advance('demo', draft.ref, api.clock.nowMs)
    const { body: waits } = await get(api.app, of(draft.ref), key)
    expect(waits.attention.code).toBe('waiting-for-upgrade')
    expect(waits.tranches[0].next).toMatchObject({
      action: 'upgrade-wallet',
      whoseMove: 'participant',
      text: { id: expect.stringContaining('KTP'), en: expect.stringContaining('identity card') },
      by: waits.tranches[0].disbursement.lapsesAt,
      otherwise: 'lapse',
      resumesAt: new Date(api.clock.nowMs + 86_400_000).toISOString(),
    })
    const { body: told } = await get(api.app, `${of(draft.ref)}/timeline?language=en`, key)
    expect(told.data.at(-1)).toMatchObject({
      act: 'action-asked',
      text: { en: expect.stringContaining('Have the wallet verified') },
    })
    const { status, body } = await post(api.app, `${of(draft.ref)}/accounts/check`, key)
    expect([status, body]).toEqual([202, { ref: draft.ref }])
    const standing = await api.store.lives.advance('demo', draft.ref, api.clock.nowMs)
    expect(standing.disbursements[0]?.next).toMatchObject({ kind: 'check-account' })
    const other = await admitted(api, key)
    await refusedWith(api, 'account-unchanged', () => post(api.app, `${of(other)}/accounts/check`, key))
    await refusedWith(api, 'unknown-participant', () => post(api.app, `${of('0123456789ABC')}/accounts/check`, key))
  })

  it('in the name of somebody else is refused, whatever its holder says', async () => {
    const ref = await admitted(api, key)
    const { body } = await link(ref, bank('0029806612', 'Budi Santoso'))
    expect([body.code, body.failure]).toEqual(['account-refused', 'account-name-differs'])
  })

  it('that cannot be asked about is linked as unverified', async () => {
    const ref = await admitted(api, key)
    const gateway = api.gateways.get('sandbox')
    if (!gateway) throw new Error('no sandbox')
    const check = gateway.checkAccount
    const away = { class: 'retry-same', code: 'unreachable', vendorCode: '' } as const
    Object.assign(gateway, { checkAccount: async () => ({ kind: 'unavailable', failure: away }) })
    const { status, body } = await link(ref, bank('0029806613'))
    Object.assign(gateway, { checkAccount: check })
    expect([status, body.state]).toEqual([201, 'unverified'])
  })

  it('that is in use is not linked again', async () => {
    const ref = await admitted(api, key)
    await link(ref, bank('0029806614'))
    await refusedWith(api, 'account-unchanged', () => link(ref, bank('0029 8066-14')))
  })

  it('that cannot be one is refused with its place', async () => {
    const ref = await admitted(api, key)
    const { body } = await refusedWith(api, 'invalid-request', () => link(ref, bank('12')))
    expect(body.errors).toEqual([{ pointer: '/number', detail: 'a bank account number has 5 to 20 digits' }])
    await refusedWith(api, 'invalid-request', () => link(ref, { ...bank('0029806612'), institution: 'ID.NOWHERE' }))
  })

  it('of nobody is refused', async () => {
    await refusedWith(api, 'unknown-participant', () => link('0123456789ABC', bank('0029806612')))
  })

  it('refused once is judged anew with the same key; linked once it is replayed without asking the bank', async () => {
    const ref = await admitted(api, key)
    const once = { 'idempotency-key': 'the-one-account-key' }
    const first = await post(api.app, `${of(ref)}/accounts`, key, bank('0029806615'), once)
    const second = await post(api.app, `${of(ref)}/accounts`, key, bank('0029806615'), once)
    expect([second.status, second.body, second.headers['idempotent-replayed']]).toEqual([201, first.body, 'true'])
  })
})

describe('a decision', () => {
  const because = { reason: 'reported by telephone' }
  const act = (ref: string, name: string, body: object = because) => post(api.app, `${of(ref)}/${name}`, key, body)

  it('that the life hears is answered 200, else 202', async () => {
    const ref = await admitted(api, key)
    api.lives.answer = 'heard'
    const heard = await act(ref, 'hold')
    api.lives.answer = 'later'
    expect([heard.status, heard.body.heard]).toEqual([200, true])
    const told = api.lives.told.at(-1)
    expect(told).toEqual({ programme: 'demo', ref, messageId: heard.body.messageId })
    const [message] = await api.rows(`SELECT kind, state FROM message WHERE id = $1`, [heard.body.messageId])
    expect(message).toEqual({ kind: 'hold', state: 'pending' })
    const later = await act(ref, 'release')
    expect([later.status, later.body.heard]).toEqual([202, false])
  })

  it('is in force whether anybody hears of it or not', async () => {
    const ref = await admitted(api, key)
    await act(ref, 'hold')
    expect((await get(api.app, of(ref), key)).body.hold).toMatchObject({ reason: because.reason })
    await refusedWith(api, 'already-held', () => act(ref, 'hold'))
    await act(ref, 'release')
    expect((await get(api.app, of(ref), key)).body.hold).toBe(null)
    await refusedWith(api, 'not-held', () => act(ref, 'release'))
  })

  it('to leave ends what can be recorded; a hold and a correction still count for money that comes back', async () => {
    const ref = await admitted(api, key)
    expect((await act(ref, 'withdraw')).status).toBe(202)
    await refusedWith(api, 'life-closed', () => act(ref, 'withdraw'))
    await refusedWith(api, 'life-closed', () => report(api, key, ref, 'course-started', 'LAS-SMAW'))
    expect((await act(ref, 'hold')).status).toBe(202)
    expect((await act(ref, 'corrections', { ...because, changes: { name: 'Siti R.' } })).status).toBe(202)
  })

  it('needs a reason', async () => {
    const ref = await admitted(api, key)
    await refusedWith(api, 'invalid-request', () => act(ref, 'hold', {}))
    await refusedWith(api, 'invalid-request', () => act(ref, 'hold', { reason: '   ' }))
  })

  it('corrects what was registered, and keeps what is personal out of the audit trail', async () => {
    const ref = await admitted(api, key)
    const changes = { name: '  Siti   Rahmawati-Putri ', phone: '0812 3456 7890', region: '3171' }
    expect((await act(ref, 'corrections', { ...because, changes })).status).toBe(202)
    const { body } = await get(api.app, `${of(ref)}/identity`, key)
    expect(body).toMatchObject({ name: 'Siti Rahmawati-Putri', phone: '+6281234567890', region: '3171' })
    const [row] = await api.rows<{ after: object }>(
      `SELECT after FROM audit_event WHERE act = 'corrected' AND ref = $1`,
      [ref],
    )
    const version = expect.stringMatching(/^[0-9a-f-]{36}$/)
    const fields = ['name', 'phone', 'region']
    expect(row?.after).toEqual({ fields, identity: version, contact: version, region: '3171' })
  })

  it('that corrects into nonsense is refused with its place', async () => {
    const ref = await admitted(api, key)
    const { body } = await refusedWith(api, 'invalid-request', () =>
      act(ref, 'corrections', { ...because, changes: { birthDate: '2999-01-01' } }),
    )
    expect(body.errors[0].pointer).toBe('/changes/birthDate')
    await refusedWith(api, 'invalid-request', () => act(ref, 'corrections', { ...because, changes: {} }))
    await refusedWith(api, 'invalid-request', () =>
      act(ref, 'corrections', { ...because, changes: { nationalId: '3275914101690009' } }),
    )
  })
})

describe('a timeline', () => {
  it('tells what happened in both languages, on the clock of the programme', async () => {
    const ref = await admitted(api, key)
    await report(api, key, ref, 'course-started', 'LAS-SMAW')
    const { body } = await get(api.app, `${of(ref)}/timeline`, key)
    expect(body.data.map((line: { act: string }) => line.act)).toEqual([
      'registered',
      'screened-eligible',
      'admitted',
      'course-started',
    ])
    for (const line of body.data) {
      expect(line.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+07:00$/)
      expect(line.text.id.length).toBeGreaterThan(10)
      expect(line.text.en.length).toBeGreaterThan(10)
    }
    expect(body.data[3].text.en).toBe('Course Juru Las SMAW Posisi 1G dan 2G started at Bengkel Latih Mandiri.')
    expect(Date.parse(body.data[3].at)).toBe(api.clock.nowMs)
  })

  it('is told in one language on request', async () => {
    const ref = await registered(api, key)
    const { body } = await get(api.app, `${of(ref)}/timeline?language=en`, key)
    expect(Object.keys(body.data[0].text)).toEqual(['en'])
    await refusedWith(api, 'invalid-request', () => get(api.app, `${of(ref)}/timeline?language=fr`, key))
  })
})
