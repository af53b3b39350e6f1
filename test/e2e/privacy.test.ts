/** A hundred people with values that stand nowhere else: after their lives, these are found in no log, history, error or table. */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashOf } from '../../client/identity.ts'
import type { AccountDetails, Registration } from '../../domain/registration.ts'
import type { Role } from '../../domain/roles.ts'
import { agree } from '../../local/agreement.ts'
import type { Person } from '../../local/demo/people.ts'
import { registration } from '../support/builders.ts'
import { openLiveStack } from '../support/e2e.ts'
import { canaryFinder, opened } from '../support/e2e-canary.ts'
import { patientProgramme } from '../support/e2e-people.ts'
import { stepsOn } from '../support/e2e-steps.ts'

/** In every canary's name, national id, phone, account number, e-mail and family card. */
const CANARY = {
  name: 'Qanarija',
  nationalId: '327777170899',
  phone: '899773355',
  account: '773355991',
  email: 'qanarija.kontak',
  familyCard: '3277770101',
}
const find = canaryFinder(CANARY)

const patient = patientProgramme()
const live = await openLiveStack({
  environment: { LUNAS_LOG_LEVEL: 'trace' },
  // So that family cards are indexed and looked for, too.
  programme: { ...patient, admission: { ...patient.admission, perFamilyCard: 2 } },
})
const steps = stepsOn(live)

afterAll(() => live.close())

/** Names have no digits. */
function nameOf(serial: number): string {
  return `${CANARY.name} ${Array.from(String(serial), (digit) => 'ABCDEFGHIJ'.charAt(Number(digit))).join('')}`
}

function canary(serial: number, more: Partial<Registration> = {}): Person {
  const digits = String(serial).padStart(4, '0')
  const name = nameOf(serial)
  const account = { kind: 'bank', institution: 'ID.BNI', number: `${CANARY.account}${digits}`, holder: name } as const
  const person = {
    ...registration(),
    name,
    nationalId: `${CANARY.nationalId}${digits}`,
    birthDate: '1999-08-17',
    phone: `+62${CANARY.phone}${digits.slice(1)}`,
    email: `${CANARY.email}.${digits}@example.test`,
    familyCardNumber: `${CANARY.familyCard}${digits}01`,
    region: '3277',
    account,
    ...more,
  }
  return { scenario: 'success', registration: person, repair: null }
}

/** An account the sandbox treats as its scenario says; its number is a canary's by the digits it ends with. */
function accountOf(scenario: string, serial: number): AccountDetails {
  const number = `99${scenario}0${CANARY.account}${String(serial).padStart(4, '0')}`
  return { kind: 'bank', institution: 'ID.BNI', number, holder: nameOf(serial) }
}

const refusals: string[] = []

/** Sends something that is to be refused, and keeps what is said. */
async function refused(
  role: Role | null,
  method: string,
  route: string,
  body?: string,
  type = 'application/json',
): Promise<void> {
  const key = role === null ? 'lunas_nobody' : live.access[role]
  const answer = await fetch(`${live.stack.apiUrl}${route}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': type, 'idempotency-key': randomUUID() },
    ...(body === undefined ? {} : { body }),
  })
  expect(answer.status, route).toBeGreaterThanOrEqual(400)
  expect(answer.status, route).toBeLessThan(500)
  refusals.push(`${await answer.text()} ${JSON.stringify([...answer.headers])}`)
}

beforeAll(async () => {
  const paid = [1, 2, 3, 4].map((serial) => canary(serial))
  const troubled = [
    canary(10, { account: accountOf('20', 10) }),
    canary(11, { account: accountOf('40', 11) }),
    canary(12, { account: accountOf('42', 12) }),
    {
      ...canary(13, { account: { ...accountOf('10', 13), number: `99108${CANARY.account}0013` } }),
      repair: accountOf('00', 14),
    },
  ]
  await live.settle([...paid, ...troubled])
  const refs = await steps.admit(Array.from({ length: 92 }, (_, index) => canary(100 + index)))
  await peopleAct(refs)
  await refuseAll(refs[0] ?? '')
  await refuseCodes(refs[4] ?? '', canary(500).registration)
  await nameWithNumbers(refs[5] ?? '', canary(501).registration.nationalId)
}, 150_000)

async function peopleAct([first = '', second = '', third = '', fourth = '']: readonly string[]): Promise<void> {
  const changes = {
    name: `${CANARY.name} Kedua`,
    phone: `+62${CANARY.phone}999`,
    email: `${CANARY.email}.baru@example.test`,
  }
  await steps.act(first, 'corrections', { reason: 'as the identity card says', changes })
  await steps.act(first, 'hold', { reason: 'identity is being checked' })
  await steps.act(second, 'withdraw', { reason: 'asked to leave' })
  await steps.act(third, 'accounts', { ...accountOf('00', 77), holder: `${CANARY.name} Ketiga` })
  const account = { ...accountOf('00', 78), holder: `${CANARY.name} Keempat` }
  const secret = { account, salt: 'ab'.repeat(32) }
  const { kind, institution, number } = account
  const of = { programme: live.programme.code, ref: fourth, kind, institution, masked: `••${number.slice(-4)}` }
  const change = { act: 'account-change', content: { ...of, commitment: hashOf(secret) }, personal: secret }
  expect(await agree(live.calls, live.identities, { ...change, reason: 'as asked at the desk' }, 'operator')).toBe(true)
  await live.calls.get('helpdesk', `${live.participants}/${first}/identity`)
  await live.calls.post('helpdesk', `${live.participants}/look-up`, { nationalId: `${CANARY.nationalId}0100` })
}

/** Values of people in every place of a request that may be refused. */
async function refuseAll(ref: string): Promise<void> {
  const people = live.participants
  const again = canary(100).registration
  const { nationalId, name, phone } = canary(500).registration
  const json = (value: unknown): string => JSON.stringify(value)
  await refused('registrar', 'POST', people, json(again))
  await refused('registrar', 'POST', people, json({ ...again, nationalId: `${nationalId}7` }))
  await refused('registrar', 'POST', people, json({ ...again, nickname: name, email: phone }))
  await refused('registrar', 'POST', people, json({ ...again, occupation: name, birthDate: name, phone: `0${phone}` }))
  await refused(
    'registrar',
    'POST',
    people,
    json({ ...again, nationalId, account: { ...accountOf('00', 1), institution: name } }),
  )
  await refused(
    'registrar',
    'POST',
    people,
    json({ ...again, nationalId, account: { ...accountOf('00', 1), number: name } }),
  )
  await refused('registrar', 'POST', people, `{"name":"${name}","nationalId":"${nationalId}",`)
  await refused(
    'registrar',
    'POST',
    people,
    `nationalId=${nationalId}&name=${name}`,
    'application/x-www-form-urlencoded',
  )
  await refused(null, 'POST', people, json(again))
  await refused('auditor', 'POST', people, json(again))
  await refused('helpdesk', 'POST', `${people}/look-up`, json({ nationalId }))
  await refused('helpdesk', 'POST', `${people}/look-up`, json({ nationalId: name }))
  await refused('registrar', 'POST', `${people}/${ref}/accounts`, json(accountOf('10', 5)))
  await refused('registrar', 'POST', `${people}/${ref}/accounts`, json({ ...accountOf('00', 5), number: phone }))
  await refused(
    'operator',
    'POST',
    `${people}/${ref}/corrections`,
    json({ reason: 'as it is', changes: { phone: name } }),
  )
  await refused('operator', 'GET', `${people}/${nationalId}`)
  await refused('operator', 'GET', `${people}/${encodeURIComponent(name)}`)
  await refused(null, 'GET', `${people}/0${phone.slice(3)}0`)
  await refused('operator', 'GET', `${people}?stage=${encodeURIComponent(name)}&limit=${nationalId}`)
  await refused('operator', 'GET', `/v1/programmes/${encodeURIComponent(name)}/participants?ref=${phone}`)
  await refused('operator', 'GET', `/${nationalId}/${encodeURIComponent(name)}?q=${encodeURIComponent(phone)}`)
  await refused(
    null,
    'POST',
    '/v1/gateways/sandbox/callbacks',
    json({ holder: name, account: `${CANARY.account}0001` }),
  )
}

/** Numbers of people where codes belong. */
async function refuseCodes(ref: string, { nationalId: number, phone }: Registration): Promise<void> {
  const programme = `/v1/programmes/${live.programme.code}`
  const json = (value: unknown): string => JSON.stringify(value)
  const evidence = { kind: 'course-started', subject: number, occurredAt: new Date().toISOString() }
  await refused('operator', 'GET', `/v1/programmes/${number}/participants`)
  await refused('administrator', 'GET', `/v1/programmes/${number}`)
  await refused('operator', 'GET', `${programme}/waves/${number}`)
  await refused('operator', 'POST', `${programme}/waves/${number}/admissions`, json({ decree: 'SK', refs: [ref] }))
  await refused('operator', 'GET', `${programme}/disbursements/${number}`)
  await refused('operator', 'GET', `${programme}/payouts/${number}`)
  await refused('operator', 'GET', `${live.participants}/${`0${phone.slice(3)}`.padEnd(13, '0').slice(0, 13)}`)
  await refused(null, 'POST', `/v1/gateways/${number}/callbacks`, '{}')
  for (const kind of ['course-started', 'survey-answered']) {
    await refused('institution', 'POST', `${live.participants}/${ref}/evidence`, json({ ...evidence, kind }))
  }
}

/** Somebody names a request by whom it is about, and it is done. */
async function nameWithNumbers(ref: string, nationalId: string): Promise<void> {
  const { status } = await fetch(`${live.stack.apiUrl}${live.participants}/${ref}/hold`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${live.access.operator}`,
      'content-type': 'application/json',
      'idempotency-key': nationalId,
      'x-request-id': nationalId,
    },
    body: JSON.stringify({ reason: 'identity is being checked' }),
  })
  expect(status).toBeLessThan(300)
}

test('the finder finds values plain, in hex, in base64 wherever they begin, and in the book of the gateway', () => {
  const name = 'Ibu Qanarija Dua'
  const hidden = [name, name.toUpperCase(), Buffer.from(name).toString('hex'), encodeURIComponent(`x y ${name}`)]
  const shifted = [0, 1, 2].map((count) => Buffer.from('_'.repeat(count) + name).toString('base64'))
  for (const text of [...hidden, ...shifted]) expect(find(text), text).not.toEqual([])
  expect(find(opened(`\\x${Buffer.from(Buffer.from(name).toString('base64')).toString('hex')}`))).not.toEqual([])
  expect(find('Ibu Kenari Dua')).toEqual([])
  expect(find(readFileSync(path.join(live.stack.dataDir, 'sandbox.jsonl'), 'utf8'))).not.toEqual([])
})

test('no log file holds anything of anybody', () => {
  const folder = path.join(live.stack.dataDir, 'logs')
  const logs = readdirSync(folder)
  expect(logs.sort()).toEqual(['api.log', 'postgres.log', 'sandbox.log', 'sealer.log', 'temporal.log', 'worker.log'])
  const found = logs.flatMap((log) =>
    find(readFileSync(path.join(folder, log), 'utf8')).map((what) => `${log} ${what}`),
  )
  expect(found).toEqual([])
  expect(readFileSync(path.join(folder, 'api.log'), 'utf8').length).toBeGreaterThan(10_000)
})

test('no history of any workflow holds anything of anybody', async () => {
  const { workflow } = live.temporal.client
  const found: string[] = []
  let histories = 0
  let inputs = 0
  for await (const { workflowId, runId, memo } of workflow.list()) {
    const history = await workflow.getHandle(workflowId, runId).fetchHistory()
    // Payloads are bytes, which a history writes as base64.
    const text = opened(JSON.stringify({ workflowId, memo, history }))
    found.push(...find(text).map((what) => `${workflowId} ${what}`))
    histories += 1
    if (text.includes(`"programme":"${live.programme.code}"`)) inputs += 1
  }
  expect(histories).toBeGreaterThanOrEqual(100)
  // What lives were started with is seen: the search looks where values would be.
  expect(inputs).toBe(histories)
  expect(found).toEqual([])
})

test('no refusal repeats what it was asked with, and the numbers for monitoring hold nobody', async () => {
  expect(refusals.length).toBeGreaterThan(30)
  expect(refusals.flatMap((text) => find(opened(text)))).toEqual([])
  const metrics = await fetch(`${live.stack.apiUrl}/metrics`)
  expect(metrics.status).toBe(200)
  expect(find(await metrics.text())).toEqual([])
})

test('a dump of every table in clear holds nobody, and what is sealed stays sealed', async () => {
  const tables = await live.rows<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
      WHERE c.relkind = 'r' AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`,
  )
  expect(tables.length).toBeGreaterThan(20)
  const found: string[] = []
  let rows = 0
  for (const { name } of tables) {
    for (const { text } of await live.rows<{ text: string }>(`SELECT t::text AS text FROM ${name} AS t`)) {
      found.push(...find(opened(text)).map((what) => `${name} ${what}`))
      rows += 1
    }
  }
  expect(rows).toBeGreaterThan(1_000)
  expect(found).toEqual([])
})
