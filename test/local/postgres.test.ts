import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { isPortFree } from '../../local/ports.ts'
import { startPostgres, type RunningPostgres } from '../../local/postgres.ts'
import { findProgram } from '../../local/postgres-program.ts'
import { isAlive, waitForEnd } from '../../local/processes.ts'
import { withClient } from '../../local/roles.ts'

const isRoot = process.getuid?.() === 0
const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-postgres-'))
const home = path.join(folder, 'data')
const running: RunningPostgres[] = []

beforeAll(async () => {
  chmodSync(folder, 0o755)
  const first = await start(home)
  await withClient(first.superUrl, (client) => client.query('CREATE TABLE kept AS SELECT 1 AS one'))
  await first.stop()
})
afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function start(where: string): Promise<RunningPostgres> {
  const postgres = await startPostgres({ home: where, durable: false })
  running.push(postgres)
  return postgres
}

async function isKept(postgres: RunningPostgres): Promise<boolean> {
  const { rows } = await withClient(postgres.superUrl, (client) => client.query('SELECT one FROM kept'))
  return rows.length === 1
}

test('a second start finds its data, port and passwords again', async () => {
  const remembered = readFileSync(path.join(home, 'pg.json'), 'utf8')
  const postgres = await start(home)
  expect(await isKept(postgres)).toBe(true)
  expect(readFileSync(path.join(home, 'pg.json'), 'utf8')).toBe(remembered)
  expect(statSync(path.join(home, 'pg.json')).mode & 0o777).toBe(0o600)
  expect(postgres.version).toMatch(/^18\./)
})

test('the server listens on this machine only, and ends when it is stopped', async () => {
  const postgres = await start(home)
  const { rows } = await withClient(postgres.superUrl, (client) => client.query('SHOW listen_addresses'))
  expect(rows).toEqual([{ listen_addresses: '127.0.0.1' }])
  await postgres.stop()
  expect(isAlive(postgres.pid)).toBe(false)
  expect(await isPortFree(postgres.port)).toBe(true)
})

test('the engine reaches it through a socket that lies with the data; a name too long for a socket leaves TCP', async () => {
  const byItself = async ({ urls }: RunningPostgres): Promise<boolean> => {
    const asked = 'SELECT inet_server_addr() IS NULL AS through_socket'
    const { rows } = await withClient(urls.app, (client) => client.query<{ through_socket: boolean }>(asked))
    return rows[0]?.through_socket ?? false
  }
  expect(await byItself(await start(home))).toBe(true)
  const long = path.join(folder, 'a'.repeat(90))
  expect(await byItself(await start(long))).toBe(false)
})

test('a killed supervisor leaves no server behind, and the next start finds what was committed', async () => {
  const script = path.join(import.meta.dirname, 'hold-postgres.ts')
  const holder = spawn(process.execPath, ['--import', 'tsx', script, home], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: holder.stdout }), 'line')) as [string]
  const { pid, superUrl } = JSON.parse(line) as { pid: number; superUrl: string }
  await withClient(superUrl, (client) => client.query('CREATE TABLE committed ()'))
  holder.kill('SIGKILL')
  expect(await waitForEnd(pid, 10_000)).toBe(true)
  const postgres = await start(home)
  const { rows } = await withClient(postgres.superUrl, (client) =>
    client.query(`SELECT to_regclass('committed') AS found`),
  )
  expect(rows).toEqual([{ found: 'committed' }])
})

test('a killed server is followed by recovery at the next start', async () => {
  const postgres = await start(home)
  process.kill(postgres.pid, 'SIGKILL')
  await postgres.ended
  expect(await isKept(await start(home))).toBe(true)
})

test('a lock file of the server whose number now belongs to another program is no obstacle', async () => {
  const other = spawn('sleep', ['60'])
  const lock = `${other.pid}\n${home}/pg\n0\n1\n\n\n\nready\n`
  const { port } = JSON.parse(readFileSync(path.join(home, 'pg.json'), 'utf8')) as { port: number }
  writeFileSync(path.join(home, 'pg/postmaster.pid'), lock)
  writeFileSync(path.join(home, `pg/.s.PGSQL.${port}.lock`), lock)
  const postgres = await start(home)
  expect(await isKept(postgres)).toBe(true)
  expect(isAlive(other.pid ?? 0)).toBe(true)
  other.kill('SIGKILL')
})

test('a start that was interrupted while it made the data is made good', async () => {
  const half = path.join(folder, 'half')
  mkdirSync(path.join(half, 'pg.new/base'), { recursive: true })
  writeFileSync(path.join(half, 'pg.new/PG_VERSION'), '18\n')
  const postgres = await start(half)
  expect(readdirSync(half).sort()).toEqual(['logs', 'pg', 'pg.json'])
  await withClient(postgres.urls.app, (client) => client.query('SELECT 1'))
})

test('lost passwords are made anew and the data stays', async () => {
  rmSync(path.join(home, 'pg.json'))
  expect(await isKept(await start(home))).toBe(true)
})

test('a port that is taken meanwhile is exchanged for another', async () => {
  const { port } = JSON.parse(readFileSync(path.join(home, 'pg.json'), 'utf8')) as { port: number }
  const server = createServer().listen(port, '127.0.0.1')
  const postgres = await start(home)
  expect(postgres.port).not.toBe(port)
  server.close()
})

test('under a closed home folder root keeps the data where the server can get, behind a link; others keep it there', async () => {
  const closed = path.join(folder, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const where = path.join(closed, 'project/.data')
  const postgres = await start(where)
  await withClient(postgres.superUrl, (client) => client.query('CREATE TABLE kept AS SELECT 1 AS one'))
  await postgres.stop()
  expect(lstatSync(path.join(where, 'pg')).isSymbolicLink()).toBe(isRoot)
  expect(postgres.dataPath).toBe(realpathSync(path.join(where, 'pg')))
  const again = await start(where)
  expect(await isKept(again)).toBe(true)
  await again.stop()
  // Whoever deletes the folder starts afresh.
  rmSync(where, { recursive: true })
  const fresh = await start(where)
  await expect(isKept(fresh)).rejects.toThrow('"kept" does not exist')
  await fresh.stop()
})

test('data that lies outside goes with the folder it belonged to, at the next start of anybody', async () => {
  const gone = path.join(folder, 'gone')
  mkdirSync(gone, { mode: 0o700 })
  const script = path.join(import.meta.dirname, 'hold-postgres.ts')
  const args = ['--import', 'tsx', script, path.join(gone, '.data')]
  const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: holder.stdout }), 'line')) as [string]
  const { pid } = JSON.parse(line) as { pid: number }
  const outside = path.dirname(realpathSync(path.join(gone, '.data/pg')))
  holder.kill('SIGKILL')
  expect(await waitForEnd(pid, 10_000)).toBe(true)
  rmSync(gone, { recursive: true })
  await (await start(home)).stop()
  expect(existsSync(outside)).toBe(false)
})

test('links that the package could not bring are made at the start', () => {
  const copy = path.join(folder, 'package')
  cpSync(path.dirname(findProgram().folder), copy, { recursive: true, verbatimSymlinks: true })
  const links = readdirSync(path.join(copy, 'native/lib')).map((name) => path.join(copy, 'native/lib', name))
  for (const link of links) if (lstatSync(link).isSymbolicLink()) rmSync(link)
  expect(spawnSync(path.join(copy, 'native/bin/initdb'), ['--version']).status).not.toBe(0)
  expect(findProgram(copy).folder).toBe(path.join(copy, 'native'))
  expect(spawnSync(path.join(copy, 'native/bin/initdb'), ['--version']).status).toBe(0)
  expect(existsSync(path.join(copy, 'native/lib/libicuuc.so.60')) || os.platform() !== 'linux').toBe(true)
})
