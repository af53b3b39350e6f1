/** A development stack whose start was interrupted anywhere is made whole by the next one, and what people changed stays. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { developmentAccess, type Access } from '../../local/access.ts'
import { agree } from '../../local/agreement.ts'
import { openCalls } from '../../local/demo/calls.ts'
import { developmentIdentities } from '../../local/identities.ts'
import { prepareWith } from '../../local/prepare.ts'
import { SHIPPED_PROGRAMMES, shippedProgramme } from '../../programmes/index.ts'
import { buildSandbox } from '../../sandbox/server.ts'
import { callerOf } from '../../store/keys.ts'
import { buildTestApp, type TestApi } from '../support/api.ts'

const SANDBOX_KEY = 'sandbox-key'
let api: TestApi
let sandbox: FastifyInstance
let home: string
let file: string

beforeEach(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'lunas-prepare-'))
  file = path.join(home, 'development-keys.json')
  api = await buildTestApp()
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  sandbox = await buildSandbox({
    journalPath: path.join(home, 'sandbox.jsonl'),
    apiKey: SANDBOX_KEY,
    callbackSecret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    callbackUrl: null,
    openingBalanceMinor: 0n,
  })
  await sandbox.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await sandbox.close()
  await api.close()
  rmSync(home, { recursive: true, force: true })
})

function urlOf(app: FastifyInstance): string {
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

const apiUrl = (): string => urlOf(api.app)
const sql = () => api.store.context.database.pool

function prepared(): Promise<Access> {
  return prepareWith({
    store: api.store,
    home,
    apiUrl: apiUrl(),
    sandbox: { url: urlOf(sandbox), apiKey: SANDBOX_KEY },
  })
}

const WAVES = 'SELECT programme, code FROM wave ORDER BY programme'
const BUDGETS = 'SELECT programme, amount FROM appropriation ORDER BY programme'
const FUNDINGS = 'SELECT number FROM funding ORDER BY number'

async function everything(): Promise<object> {
  const journal = readFileSync(path.join(home, 'sandbox.jsonl'), 'utf8').trim().split('\n')
  const { balance } = JSON.parse(journal.at(-1) ?? '{}') as { balance: string }
  const [waves, budgets, fundings] = [await api.rows(WAVES), await api.rows(BUDGETS), await api.rows(FUNDINGS)]
  return { waves, budgets, fundings, balance }
}

test('a second start finds everything as it was, and pays nothing in twice', async () => {
  const keys = await prepared()
  const first = await everything()
  expect(first).toMatchObject({
    waves: SHIPPED_PROGRAMMES.map((programme) => ({ programme, code: '1' })),
    fundings: SHIPPED_PROGRAMMES.map((code) => ({ number: `SP2D-${code}` })),
    balance: String(100_000_000_000n * BigInt(SHIPPED_PROGRAMMES.length)),
  })
  expect(await prepared()).toEqual(keys)
  expect(await everything()).toEqual(first)
})

test('a start that ended after it published is made whole', async () => {
  await api.publish(shippedProgramme('demo'))
  await prepared()
  expect(await everything()).toMatchObject({ waves: { length: 4 }, budgets: { length: 4 }, fundings: { length: 4 } })
})

test('a start that ended between the money and its record books it once', async () => {
  const url = `${urlOf(sandbox)}/admin/top-up`
  const headers = { authorization: `Bearer ${SANDBOX_KEY}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ amount: '100000000000', number: 'SP2D-demo' })
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
  await prepared()
  expect(await everything()).toMatchObject({ balance: '400000000000', fundings: { length: 4 } })
})

test('a budget that was changed stays changed', async () => {
  const keys = await prepared()
  const calls = openCalls(apiUrl(), keys)
  const [{ year }] = (await api.rows('SELECT fiscal_year AS year FROM appropriation')) as [{ year: number }]
  const amount = { minor: '5000000000000', currency: 'IDR' }
  const content = { programme: 'demo', fiscalYear: year, number: 'REVISI', amount }
  const identities = await developmentIdentities(api.store, home)
  expect(await agree(calls, identities, { act: 'appropriation', content, reason: 'revised' })).toBe(true)
  await prepared()
  expect(await api.rows(BUDGETS)).toContainEqual({ programme: 'demo', amount: 5_000_000_000_000n })
})

test.each([
  ['missing', () => rmSync(file)],
  ['cut off in the middle', () => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100))],
  ['without a role', () => writeFileSync(file, '{"operator":"lunas_a"}')],
  ['of another database', () => writeFileSync(file, readFileSync(file, 'utf8').replaceAll('lunas_', 'lunas_x'))],
])('keys whose file is %s are revoked, and new ones are made', async (_, damage) => {
  const before = await developmentAccess(api.store, home)
  damage()
  const after = await developmentAccess(api.store, home)
  expect(await callerOf(sql(), before.operator)).toBeUndefined()
  expect((await callerOf(sql(), after.operator))?.grants).toEqual([{ role: 'operator', programme: null }])
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(after)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await developmentAccess(api.store, home)).toEqual(after)
})

test('a database with keys of others only is left alone', async () => {
  await api.keyFor(['administrator'])
  await expect(developmentAccess(api.store, home)).rejects.toThrow('none of them made here')
  expect(existsSync(file)).toBe(false)
})
