import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { ownedFolder, type PostgresPlace } from './postgres-place.ts'
import { clearSockets } from './postgres-socket.ts'
import { isAlive, waitForEnd } from './processes.ts'
import type { RolePasswords } from './roles.ts'

/** What must be remembered to use the data again; kept beside it in `pg.json`, which only its owner can read. */
export interface PostgresMemory {
  readonly port: number | null
  readonly passwords: RolePasswords & { readonly super: string }
}

/** Reads the memory of a folder; a role that an older version did not know gets its password. `null` when there is none that can be used. */
export function readMemory(home: string): PostgresMemory | null {
  try {
    const memory = JSON.parse(readFileSync(path.join(home, 'pg.json'), 'utf8')) as PostgresMemory
    if (typeof memory.passwords.super !== 'string') return null
    return { ...memory, passwords: { ...newMemory().passwords, ...memory.passwords } }
  } catch {
    return null
  }
}

/** A memory with new random passwords. */
export function newMemory(): PostgresMemory {
  const password = () => randomBytes(24).toString('base64url')
  const ours = { migrate: password(), app: password(), audit: password(), seal: password() }
  return { port: null, passwords: { super: password(), ...ours } }
}

/** Writes the memory so that a crash leaves the old one or the new one. */
export function writeMemory(home: string, memory: PostgresMemory): void {
  const file = path.join(home, 'pg.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(memory, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Whether the folder holds a complete cluster. */
export function hasData(place: PostgresPlace): boolean {
  return existsSync(path.join(place.dataPath, 'PG_VERSION'))
}

/**
 * Makes the data folder. It is made beside its place and renamed when complete, so that an interrupted start leaves
 * nothing half-made behind. Not durable: nothing is flushed to disk.
 */
export async function makeData(place: PostgresPlace, superPassword: string, durable: boolean): Promise<void> {
  const making = `${place.dataPath}.new`
  const passwordFile = `${place.dataPath}.password`
  rmSync(making, { recursive: true, force: true })
  rmSync(passwordFile, { force: true })
  ownedFolder(making, place.user)
  writeFileSync(passwordFile, superPassword, { mode: 0o600 })
  if (place.user) chownSync(passwordFile, place.user.uid, place.user.gid)
  const args = ['--pgdata', making, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  args.push('--encoding=UTF8', '--locale=C', ...(durable ? [] : ['--no-sync']))
  try {
    await promisify(execFile)(path.join(place.program.folder, 'bin/initdb'), args, { ...place.user, cwd: '/' })
  } finally {
    rmSync(passwordFile, { force: true })
  }
  rmSync(place.dataPath, { recursive: true, force: true })
  renameSync(making, place.dataPath)
}

/** Gives the superuser a new password without a server: for data whose `pg.json` was lost. */
export async function resetSuperPassword(place: PostgresPlace, password: string): Promise<void> {
  const single = promisify(execFile)(
    path.join(place.program.folder, 'bin/postgres'),
    ['--single', '-j', '-D', place.dataPath, 'postgres'],
    { ...place.user, cwd: '/' },
  )
  // Random passwords are letters, digits, - and _: nothing to escape.
  single.child.stdin?.end(`ALTER ROLE postgres PASSWORD '${password}';\n\n`)
  await single
}

/**
 * Clears what a killed start left: a server still running on this data is stopped; a `postmaster.pid` whose number now
 * belongs to another program, which PostgreSQL would take for a running server, is removed, and its sockets with it.
 */
export async function clearRemains(place: PostgresPlace): Promise<void> {
  await endServer(place)
  clearSockets(place.dataPath)
}

async function endServer(place: PostgresPlace): Promise<void> {
  const file = path.join(place.dataPath, 'postmaster.pid')
  const pid = Number(readLine(file, 0))
  // PostgreSQL itself heals the file of a dead process, after checking that no shared memory is in use any more.
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return
  if (!(await commandOf(pid)).includes(place.dataPath)) {
    rmSync(file)
    return
  }
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(pid, signal)
    if (await waitForEnd(pid, 10_000)) return
  }
  throw new Error(`a PostgreSQL server (process ${pid}) still runs on ${place.dataPath} and does not end`)
}

/** A line of the server's own lock file; the eighth says `ready` when it takes connections. */
export function readLine(file: string, index: number): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[index]?.trim() ?? ''
  } catch {
    return ''
  }
}

async function commandOf(pid: number): Promise<string> {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // No /proc: not Linux.
    const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
      stdout: '',
    }))
    return stdout
  }
}
