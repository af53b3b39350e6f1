import { mkdirSync, openSync, closeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChildProcess } from 'node:child_process'
import { freePort } from './ports.ts'
import {
  clearRemains,
  hasData,
  makeData,
  newMemory,
  readLine,
  readMemory,
  resetSuperPassword,
  writeMemory,
} from './postgres-data.ts'
import { findPlace, type PostgresPlace } from './postgres-place.ts'
import { findProgram } from './postgres-program.ts'
import { socketFolder, throughSocket } from './postgres-socket.ts'
import { endChild, lastLines, startWatched } from './processes.ts'
import { applyRoles, urlOfDatabase, urlsFor, withClient, type DatabaseUrls, type RolePasswords } from './roles.ts'

export interface PostgresOptions {
  /** Folder for the data (`pg`), its memory (`pg.json`) and the log (`logs/postgres.log`). Made when missing. */
  readonly home: string
  /** The database to make and prepare. Default `lunas`. */
  readonly database?: string
  /** Exactly this port, for a server that comes back to its clients. Default the last one when free, else another. */
  readonly port?: number
  /** `false` only for tests: faster, and a crash of the machine loses everything. Default `true`. */
  readonly durable?: boolean
}

export interface RunningPostgres {
  /** As superuser, in the database. */
  readonly superUrl: string
  readonly urls: DatabaseUrls
  /** Of the roles in `urls`: they are the same in every database of the server. */
  readonly passwords: RolePasswords
  readonly version: string
  /** Where the data really lies. */
  readonly dataPath: string
  readonly port: number
  readonly pid: number
  /** Settles when the server has ended, wanted or not. */
  readonly ended: Promise<void>
  /** Fast shutdown: transactions are rolled back, everything committed is safe. */
  stop(): Promise<void>
}

/**
 * Starts the embedded PostgreSQL on 127.0.0.1 and a socket in its data, with the database and roles of Lunas in it. It finds its data again,
 * heals what a crash left, and ends with us. One start at a time per folder is the caller's care (`lock.ts`).
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const durable = options.durable ?? true
  makeHome(options.home)
  const place = findPlace(options.home, findProgram())
  const remembered = await ensureData(options.home, place, durable)
  const { child, port } = await launch(options, place, remembered.port)
  try {
    if (port !== remembered.port) writeMemory(options.home, { ...remembered, port })
    const { passwords } = remembered
    const tcpUrl = `postgresql://postgres:${passwords.super}@127.0.0.1:${port}/postgres`
    const serverUrl = throughSocket(tcpUrl, socketFolder(place.dataPath, port))
    const superUrl = urlOfDatabase(serverUrl, options.database ?? 'lunas')
    const version = await ensureDatabase(serverUrl, options.database ?? 'lunas')
    await applyRoles(superUrl, passwords)
    const urls = urlsFor(superUrl, passwords)
    return { superUrl, urls, passwords, version, dataPath: place.dataPath, port, ...handle(child) }
  } catch (error) {
    await endChild(child, 'SIGINT', STOP_MS)
    throw error
  }
}

/** The embedded servers' folder. Root opens it for passing through, since PostgreSQL runs as another user. */
export function makeHome(home: string): void {
  mkdirSync(path.join(home, 'logs'), { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
}

const START_MS = 60_000
const STOP_MS = 30_000

async function ensureData(home: string, place: PostgresPlace, durable: boolean) {
  const remembered = readMemory(home)
  const memory = remembered ?? newMemory()
  // Written first: data whose passwords were lost would need healing.
  writeMemory(home, memory)
  if (!hasData(place)) {
    await makeData(place, memory.passwords.super, durable)
    return memory
  }
  await clearRemains(place)
  if (!remembered) await resetSuperPassword(place, memory.passwords.super)
  return memory
}

/** Starts the server and waits until it takes connections; tries again when another program was quicker to the port. */
async function launch(options: PostgresOptions, place: PostgresPlace, last: number | null) {
  const log = path.join(options.home, 'logs/postgres.log')
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort(attempt === 1 && last !== null ? last : undefined))
    const child = spawnServer(place, port, log, options.durable ?? true)
    if (await isReady(child, path.join(place.dataPath, 'postmaster.pid'))) return { child, port }
    await endChild(child, 'SIGINT', STOP_MS)
    const said = lastLines(log, 8).join('\n')
    if (attempt === 5) throw new Error(`PostgreSQL does not start. It said, in ${log}:\n${said}`)
    // Otherwise: processes of a killed server are still on their way out.
    await sleep(200 * attempt)
  }
}

function spawnServer(place: PostgresPlace, port: number, log: string, durable: boolean): ChildProcess {
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketFolder(place.dataPath, port) ?? '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const output = openSync(log, 'a', 0o600)
  try {
    return startWatched(path.join(place.program.folder, 'bin/postgres'), ['-D', place.dataPath, ...flags], {
      ...place.user,
      cwd: '/',
      stdio: ['ignore', output, output],
      watch: { signal: 'SIGINT', killAfterSeconds: STOP_MS / 1000 },
    })
  } finally {
    closeSync(output)
  }
}

async function isReady(child: ChildProcess, lockFile: string): Promise<boolean> {
  let over = false
  child.once('error', () => (over = true))
  child.once('exit', () => (over = true))
  for (const until = Date.now() + START_MS; !over && Date.now() < until;) {
    if (readLine(lockFile, 0) === String(child.pid) && readLine(lockFile, 7) === 'ready') return true
    await sleep(20)
  }
  return false
}

async function ensureDatabase(serverUrl: string, name: string): Promise<string> {
  return withClient(serverUrl, async (client) => {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [name])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
    return rows[0]?.server_version ?? ''
  })
}

function handle(child: ChildProcess): Pick<RunningPostgres, 'pid' | 'ended' | 'stop'> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return { pid: child.pid ?? 0, ended, stop: () => endChild(child, 'SIGINT', STOP_MS) }
}
