/** What `npm run build` makes, run by plain Node with servers of others: it starts with what is its own, and with nothing less. */
import { execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import {
  openIdentity,
  signedApproval,
  signedProposal,
  type Identity,
  type Seen,
  type StoredIdentity,
} from '../../client/identity.ts'
import { participantWorkflowId } from '../../domain/identity.ts'
import { localDate } from '../../domain/zone.ts'
import { makeHome } from '../../local/postgres.ts'
import { freePort } from '../../local/ports.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { applyRoles, urlOfDatabase, urlsFor, withClient } from '../../local/roles.ts'
import { findTemporalCli } from '../../local/temporal-programs.ts'
import { startTemporal, type RunningTemporal } from '../../local/temporal.ts'
import { connectTemporal } from '../../temporal/connect.ts'
import { standing } from '../../workflows/messages.ts'
import { registration } from '../support/builders.ts'
import { createDatabase, type TestDatabase } from '../support/cluster.ts'
import { temporaryHome, until } from '../support/e2e.ts'
import { lunas, startLunas, type RunningCommand } from '../support/e2e-command.ts'
import { patientProgramme } from '../support/e2e-people.ts'
import { disbursementOf, NOON, openWorld, seen, type World } from '../support/world.ts'

const home = temporaryHome()
const image = path.join(home, 'image')
const PROGRAMS = ['api', 'worker'] as const

let database: TestDatabase
let temporal: RunningTemporal
let environment: Record<string, string>
const started: RunningCommand[] = []

beforeAll(async () => {
  build()
  database = await createDatabase()
  makeHome(home)
  temporal = await startTemporal({ program: await findTemporalCli({ configured: null }), home })
  environment = {
    LUNAS_MODE: 'production',
    DATABASE_URL: database.app,
    TEMPORAL_ADDRESS: temporal.address,
    LUNAS_PORT: String(await freePort()),
    LUNAS_VAULT_KEYS: ring('2026-a', 1),
    LUNAS_IDENTITY_KEYS: ring('2026-b', 2),
    LUNAS_ACCOUNT_KEYS: ring('2026-c', 3),
  }
})

afterAll(async () => {
  for (const { process, ended } of started) {
    process.kill('SIGTERM')
    await ended
  }
  await temporal.stop()
  await database.drop()
  rmSync(home, { recursive: true, force: true })
})

/** An image holds what was built, the packages and package.json: no sources. */
function build(): void {
  const sources = path.join(home, 'sources')
  const left = ['.git', '.cache', '.data', 'dist', 'node_modules', 'test']
  for (const name of readdirSync(PROJECT_ROOT).filter((entry) => !left.includes(entry))) {
    cpSync(path.join(PROJECT_ROOT, name), path.join(sources, name), { recursive: true })
  }
  for (const folder of [sources, image]) {
    cpSync(path.join(PROJECT_ROOT, 'package.json'), path.join(folder, 'package.json'))
    symlinkSync(path.join(PROJECT_ROOT, 'node_modules'), path.join(folder, 'node_modules'))
  }
  execFileSync('npm', ['run', 'build'], { cwd: sources, stdio: 'pipe' })
  cpSync(path.join(sources, 'dist'), path.join(image, 'dist'), { recursive: true })
  rmSync(sources, { recursive: true })
}

function ring(id: string, fill: number): string {
  return JSON.stringify({ current: id, keys: { [id]: Buffer.alloc(32, fill).toString('base64') } })
}

function start(program: (typeof PROGRAMS)[number], more: Readonly<Record<string, string | undefined>> = {}) {
  const file = path.join(image, `dist/main/${program}.js`)
  return startLunas([], { program: file, folder: image, environment: { ...environment, ...more } })
}

function command(args: readonly string[], more: Readonly<Record<string, string | undefined>> = {}) {
  const program = path.join(image, 'dist/cli/main.js')
  return lunas(args, { program, folder: image, environment: { ...environment, ...more } })
}

describe.each(PROGRAMS)('the %s in production', (program) => {
  const refusals = [
    {
      what: 'without servers and keys of its own',
      more: {
        DATABASE_URL: '',
        TEMPORAL_ADDRESS: '',
        LUNAS_VAULT_KEYS: '',
        LUNAS_IDENTITY_KEYS: '',
        LUNAS_ACCOUNT_KEYS: '',
      },
      says: [
        'DATABASE_URL must be set in production',
        'TEMPORAL_ADDRESS must be set in production',
        'LUNAS_VAULT_KEYS must be set in production',
        'LUNAS_IDENTITY_KEYS must be set in production',
        'LUNAS_ACCOUNT_KEYS must be set in production',
      ],
    },
    {
      what: 'with the sandbox as its gateway',
      more: { LUNAS_GATEWAYS: 'sandbox' },
      says: ['LUNAS_GATEWAYS must not name sandbox in production'],
    },
    {
      what: 'with a gateway nobody knows',
      more: { LUNAS_GATEWAYS: 'bi-fast' },
      says: ['LUNAS_GATEWAYS names bi-fast, which nobody knows'],
    },
    {
      what: 'with keys made for development',
      more: { LUNAS_VAULT_KEYS: ring('dev-1', 1) },
      says: ['LUNAS_VAULT_KEYS must not hold development keys: dev-1'],
    },
  ]

  test.concurrent.for(refusals)('refuses to start $what, and says why', async ({ more, says }, { expect }) => {
    const { code, stderr } = await start(program, more).ended
    expect({ code, lines: stderr.trim().split('\n') }).toEqual({ code: 2, lines: says })
  })

  test('refuses to start as a superuser, who could lift every guard', async () => {
    const { code, stderr } = await start(program, { DATABASE_URL: database.super }).ended
    expect(code).toBe(1)
    expect(stderr).toContain('role postgres is a superuser; connect as lunas_app')
  })

  test('refuses to start as the role of migrations, which owns every table', async () => {
    const { code, stderr } = await start(program, { DATABASE_URL: database.migrate }).ended
    expect(code).toBe(1)
    expect(stderr).toContain('role lunas_owner owns tables; connect as lunas_app')
  })

  test('refuses to start on a database that is behind, and says how to migrate it', async () => {
    const empty = await emptyDatabase()
    const { code, stderr } = await start(program, { DATABASE_URL: empty.app }).ended
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/is behind: \d+_\w+.*; run: lunas migrate\n$/),
    })
  })
})

describe('a gateway that was taken out of the settings', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  test('keeps both from starting while a payout is under way there, and no longer', async () => {
    const begin = (program: (typeof PROGRAMS)[number]) => start(program, { DATABASE_URL: world.database.app })
    const payout = await world.claim(disbursementOf(await world.ready()))
    for (const { ended } of PROGRAMS.map(begin)) {
      expect(await ended).toMatchObject({
        code: 1,
        stderr:
          '1 payout is under way at sandbox, which LUNAS_GATEWAYS does not name; name it there until they have ended\n',
      })
    }
    await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: NOON + 1000, send: 1 })
    const worker = begin('worker')
    await worker.ready
    worker.process.kill('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0 })
  })
})

let databases = 0

/** With its roles and no tables. */
async function emptyDatabase(): Promise<{ readonly app: string; readonly migrate: string }> {
  const { serverUrl, passwords } = inject('cluster')
  const name = `test_${Date.now().toString(16)}${(databases += 1)}`
  const url = urlOfDatabase(serverUrl, name)
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`))
  await applyRoles(url, passwords)
  return urlsFor(url, passwords)
}

test('the built command migrates an empty database', async () => {
  const empty = await emptyDatabase()
  const first = await command(['migrate', '--json'], { DATABASE_MIGRATE_URL: empty.migrate })
  expect(first.stderr).toBe('')
  expect(JSON.parse(first.stdout)).toMatchObject({ applied: expect.arrayContaining([expect.any(String)]) })
})

test('everything on one machine is not for production', async () => {
  const { code, stderr } = await command(['up'])
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'LUNAS_MODE is production, and this starts development servers\n',
  })
})

describe('with what is its own and before a gateway is contracted', () => {
  beforeAll(async () => {
    for (const program of PROGRAMS) started.push(start(program))
    await Promise.all(started.map(({ ready }) => ready))
  })

  test('it becomes ready, and a registered person begins their life', async () => {
    const url = `http://127.0.0.1:${environment['LUNAS_PORT']}`
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    const agus = await bootstrapped('agus', 'administrator')
    const budi = await bootstrapped('budi', 'approver')
    const secret = `lunas_${'r'.repeat(43)}`
    const secretHash = createHash('sha256').update(secret).digest('hex')
    const grants = [{ role: 'registrar', programme: null }]
    const key = { person: 'layanan', kind: 'service', label: 'registers people', secretHash, expiresAt: null, grants }
    await agreed(url, [agus, budi], 'key', { ...key, signingKey: null })
    const programme = patientProgramme()
    await agreed(url, [agus, budi], 'programme-publication', { ...programme })
    const fiscalYear = Number(localDate(programme.zone, Date.now()).slice(0, 4))
    const amount = { minor: '100000000000', currency: 'IDR' }
    const base = `/v1/programmes/${programme.code}`
    await agreed(url, [agus, budi], 'appropriation', {
      programme: programme.code,
      fiscalYear,
      number: 'DIPA-1',
      amount,
    })
    const { account: _, ...person } = registration()
    const { ref } = await post(url, secret, `${base}/participants`, person)
    expect(await stageOf(programme.code, String(ref))).toBe('admission')
  })

  test('it ends in order when it is told to', async () => {
    for (const { process, ended } of started.splice(0)) {
      process.kill('SIGTERM')
      expect(await ended).toMatchObject({ code: 0 })
    }
  })
})

interface Founder {
  readonly key: string
  readonly identity: Identity
}

async function bootstrapped(person: string, role: string): Promise<Founder> {
  const of = ['--person', person, '--role', role, '--json']
  const { code, stdout, stderr } = await command(['keys', 'create', '--bootstrap', ...of])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const again = await command(['keys', 'create', '--bootstrap', ...of])
  expect({ code: again.code, stdout: again.stdout }).toEqual({ code: 1, stdout: '' })
  const { secret } = JSON.parse(stdout) as { secret: string }
  const file = path.join(home, `${person}.json`)
  const url = `http://127.0.0.1:${environment['LUNAS_PORT']}`
  const made = await command([
    'identity',
    'create',
    '--person',
    person,
    '--identity',
    file,
    '--url',
    url,
    '--key',
    secret,
  ])
  expect({ code: made.code, stderr: made.stderr }).toEqual({ code: 0, stderr: '' })
  return { key: secret, identity: openIdentity(JSON.parse(readFileSync(file, 'utf8')) as StoredIdentity) }
}

/** One of the founders proposes, the other approves. */
async function agreed(
  url: string,
  [one, other]: readonly [Founder, Founder],
  act: string,
  content: Readonly<Record<string, unknown>>,
): Promise<void> {
  const expiresAtMs = Date.now() + 3_600_000
  const body = signedProposal(one.identity, { act, content, reason: 'to begin with', expiresAtMs })
  const proposal = await post(url, one.key, '/v1/proposals', body, 202)
  const word = signedApproval(other.identity, proposal as unknown as Seen, 'approve')
  const after = await post(url, other.key, `/v1/proposals/${String(proposal['id'])}/approvals`, word, 200)
  expect(after['state']).toBe('executed')
}

async function post(
  url: string,
  key: string,
  route: string,
  body: unknown,
  status = 201,
): Promise<Record<string, unknown>> {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  }
  const answer = await fetch(`${url}${route}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const answered = (await answer.json()) as Record<string, unknown>
  expect(answer.status, JSON.stringify(answered)).toBe(status)
  return answered
}

/** As its workflow, run by the built worker, last saw it. */
async function stageOf(programme: string, ref: string): Promise<string | undefined> {
  const client = connectTemporal({ address: temporal.address, namespace: temporal.namespace })
  try {
    const handle = client.client.workflow.getHandle(participantWorkflowId(programme, ref))
    const seen = await until('its workflow has looked', () => handle.query(standing).catch(() => null))
    return seen.stage
  } finally {
    await client.close()
  }
}
