/** The sealer as a process: killed at any moment it goes on where it was; what must not be given to it or to others is refused. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEVELOPMENT_MARK, inheritedEnvironment, loadConfig } from '../../config.ts'
import { startChild } from '../../local/children.ts'
import { childEnvironment } from '../../local/environment.ts'
import { developmentKeys } from '../../local/keys.ts'
import { makeHome } from '../../local/postgres.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { makeSealKey } from '../../sealer/key.ts'
import { insertAudit } from '../../store/audit.ts'
import { lunas } from '../support/e2e-command.ts'
import { NOON, openWorld, OPERATOR, type World } from '../support/world.ts'

const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-sealer-'))
const keyFile = path.join(home, 'seal.pem')
const key = makeSealKey(keyFile)
let world: World
let environment: Record<string, string>

beforeAll(async () => {
  makeHome(home)
  world = await openWorld()
  environment = {
    DATABASE_SEAL_URL: world.database.seal,
    LUNAS_SEAL_KEY_FILE: keyFile,
    LUNAS_SEAL_ANCHORS: path.join(home, 'anchors.jsonl'),
    LUNAS_DATA_DIR: home,
  }
})
afterAll(async () => {
  await world.close()
  rmSync(home, { recursive: true, force: true })
})

function start() {
  const settings = { ...inheritedEnvironment(), ...environment }
  return startChild({ name: 'sealer', program: 'main/sealer', environment: settings, home, readyUrl: null })
}

interface Said {
  readonly well: boolean
  readonly seals: string
  readonly unsealed: { readonly audit_event: string; readonly posting: string }
  readonly findings: readonly { readonly table: string; readonly id: string; readonly kind: string }[]
}

async function verify(...more: string[]): Promise<{ code: number | null; said: Said; text: string }> {
  const set = { DATABASE_AUDIT_URL: world.database.audit, LUNAS_SEAL_ANCHORS: environment['LUNAS_SEAL_ANCHORS'] }
  const asked = ['audit', 'verify', '--public-key', key.publicKey, ...more]
  const { code, stdout } = await lunas([...asked, '--json'], { environment: set })
  return { code, said: JSON.parse(stdout) as Said, text: stdout }
}

async function write(): Promise<void> {
  await world.register()
  await insertAudit(world.root.pool, [{ act: 'corrected', actor: OPERATOR, atMs: NOON, subject: 'x', before: {} }])
}

test('killed again and again while others write, the trail stays whole', { timeout: 120_000 }, async () => {
  for (let turn = 0; turn < 4; turn += 1) {
    const sealer = await start()
    const killing = sleep(200 + turn * 450).then(() => process.kill(sealer.pid, 'SIGKILL'))
    for (let row = 0; row < 20; row += 1) await write()
    await killing
    await sealer.ended
  }
  expect((await verify()).said.findings).toEqual([])
  const sealer = await start()
  await sleep(2500)
  const { code, said } = await verify()
  await sealer.stop()
  expect(code).toBe(0)
  expect(said).toMatchObject({ well: true, findings: [], unsealed: { audit_event: '0', posting: '0' } })
  expect(Number(said.seals)).toBeGreaterThan(1)
})

describe('lunas audit', () => {
  test('verify names what was changed and ends with 1', async () => {
    const change = async (by: number): Promise<void> => {
      await world.root.pool.query(
        `BEGIN; SET LOCAL session_replication_role = replica; UPDATE posting SET amount = amount + ${by} WHERE id = 1; COMMIT`,
      )
    }
    await change(1)
    try {
      const { code, said } = await verify()
      expect(code).toBe(1)
      expect(said.findings).toMatchObject([{ table: 'posting', id: '1', kind: 'changed' }])
    } finally {
      await change(-1)
    }
    expect((await verify('--no-anchors')).code).toBe(0)
  })

  test('verify without a key to trust, or without anchors, says what is missing', async () => {
    const set = { DATABASE_AUDIT_URL: world.database.audit, LUNAS_DATA_DIR: path.join(home, 'nothing') }
    const nowhere = await lunas(['audit', 'verify'], { environment: set })
    expect(nowhere).toMatchObject({ code: 2, stdout: '' })
    expect(nowhere.stderr).toMatch(/^there are no anchors at .*; give them by --anchors\n$/)
    const anchors = environment['LUNAS_SEAL_ANCHORS'] ?? ''
    const untrusted = await lunas(['audit', 'verify', '--anchors', anchors], { environment: set })
    expect(untrusted).toMatchObject({ code: 2, stdout: '' })
    expect(untrusted.stderr).toContain('a key to trust')
  })

  test('restored has nothing to join where database and anchors agree', async () => {
    const { code, stdout, stderr } = await lunas(['audit', 'restored', '--reason', 'none'], { environment })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('nothing to join')
  })

  test('key makes a key for its owner only, and replaces none', async () => {
    const file = path.join(home, 'another.pem')
    const made = await lunas(['audit', 'key', file], {})
    expect(made.stdout).toMatch(/^[A-Za-z0-9+/]{43}=\n/)
    expect(await lunas(['audit', 'key', file], {})).toMatchObject({ code: 1, stdout: '' })
    chmodSync(file, 0o644)
    const loose = await lunas(['audit', 'restored', '--reason', 'none'], {
      environment: { ...environment, LUNAS_SEAL_KEY_FILE: file },
    })
    expect(loose.stderr).toContain(`run: chmod 600 ${file}`)
  })
})

describe('who has the key', () => {
  async function refusalOf(program: string, settings: Record<string, string>, exitCode = 2): Promise<string> {
    const child = spawn(process.execPath, ['--import', 'tsx', `${program}.ts`], {
      cwd: PROJECT_ROOT,
      env: { ...inheritedEnvironment(), LUNAS_MODE: 'production', ...settings },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(exitCode)
    return said
  }

  test('in production the sealer must not have the engine’s secrets, nor a development key', async () => {
    expect(await refusalOf('main/sealer', { ...environment, DATABASE_URL: world.database.app })).toBe(
      'DATABASE_URL must not be given to the sealer\n',
    )
    const development = path.join(home, 'development.pem')
    makeSealKey(development, `${DEVELOPMENT_MARK}seal`)
    expect(await refusalOf('main/sealer', { ...environment, LUNAS_SEAL_KEY_FILE: development })).toBe(
      'LUNAS_SEAL_KEY_FILE must not hold a development key in production\n',
    )
    expect(await refusalOf('main/sealer', { DATABASE_SEAL_URL: world.database.seal })).toBe(
      'LUNAS_SEAL_KEY_FILE is needed and not set\n',
    )
  })

  test('the sealer starts neither as somebody who could lift the guards, nor where one is missing', async () => {
    const refused = (settings: Record<string, string>) => refusalOf('main/sealer', { ...environment, ...settings }, 1)
    expect(await refused({ DATABASE_SEAL_URL: world.database.super })).toContain(
      'role postgres is a superuser; connect as lunas_seal\n',
    )
    await world.root.pool.query('ALTER TABLE seal DISABLE TRIGGER seal_append_only')
    try {
      expect(await refused({})).toContain(
        'trigger seal.seal_append_only is not what it must be; mend it: lunas migrate',
      )
    } finally {
      await world.root.pool.query('ALTER TABLE seal ENABLE TRIGGER seal_append_only')
    }
    const name = `'20261127000004_seals'`
    await world.root.pool.query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = ${name}`)
    try {
      expect(await refused({})).toContain('the database is behind: 20261127000004_seals; run: lunas migrate\n')
    } finally {
      await world.root.pool.query(`UPDATE _prisma_migrations SET rolled_back_at = NULL WHERE migration_name = ${name}`)
    }
  })

  test('the engine is given neither the key nor the role of the sealer', () => {
    const config = loadConfig({ LUNAS_DATA_DIR: home })
    const endpoints = {
      databaseUrl: 'a',
      databaseAuditUrl: 'b',
      databaseSealUrl: 'c',
      temporalAddress: 'd',
      temporalUiUrl: null,
      apiUrl: 'e',
      sandboxUrl: null,
      sandboxPort: 1,
    }
    const of = (name: 'api' | 'worker' | 'sealer') =>
      Object.keys(childEnvironment(name, config, endpoints, developmentKeys(home)))
    for (const name of ['api', 'worker'] as const) {
      expect(of(name).filter((setting) => setting.includes('SEAL'))).toEqual([])
    }
    const secrets = ['DATABASE_URL', 'LUNAS_VAULT_KEYS', 'LUNAS_IDENTITY_KEYS', 'LUNAS_ACCOUNT_KEYS', 'SANDBOX_API_KEY']
    expect(of('sealer').filter((setting) => secrets.includes(setting))).toEqual([])
    expect(of('sealer')).toContain('LUNAS_SEAL_KEY_FILE')
  })
})
