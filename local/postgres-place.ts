import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { copyProgram, type PostgresProgram } from './postgres-program.ts'
import { isAlive } from './processes.ts'

/** PostgreSQL refuses to run as root; started by root it runs as this user. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** Where the server runs and as whom. */
export interface PostgresPlace {
  readonly program: PostgresProgram
  /** `null`: as ourselves. */
  readonly user: ServerUser | null
  /** The data folder, a real path. It may not exist yet. */
  readonly dataPath: string
}

/**
 * Decides where the data of the folder `home` lies: in `home/pg`, or, when we are root and the server's user cannot get
 * there (a closed home folder, say), in a folder of the system to which `home/pg` is then a link. Who deletes `home`
 * starts afresh in both cases.
 */
export function findPlace(home: string, program: PostgresProgram): PostgresPlace {
  const entry = path.join(home, 'pg')
  const existing = lstatSync(entry, { throwIfNoEntry: false })
  const dataPath =
    existing?.isSymbolicLink() && statSync(entry, { throwIfNoEntry: false }) ? realpathSync(entry) : entry
  const user = serverUser(dataPath)
  if (user === null) return { program, user, dataPath }

  const outside = outsideFolder()
  removeOrphans(outside)
  const postgres = path.join(program.folder, 'bin/postgres')
  const usable = canReach(user, [postgres]) ? program : copyProgram(program, outside)
  if (canReach(user, [path.dirname(dataPath)])) return { program: usable, user, dataPath }
  return { program: usable, user, dataPath: moveOutside(entry, outside, user) }
}

/** The owner of existing data, else a user made for servers. `null` when we are not root. */
function serverUser(dataPath: string): ServerUser | null {
  const data = statSync(dataPath, { throwIfNoEntry: false })
  const ourselves = process.getuid?.()
  if (ourselves !== 0) {
    if (data && data.uid !== ourselves)
      throw new Error(`${dataPath} belongs to another user; start as that user or as root`)
    return null
  }
  if (data && data.uid !== 0) return { uid: data.uid, gid: data.gid }
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody to run it as')
}

/** Asks the system itself, as that user: every folder on the way counts. */
function canReach(user: ServerUser, paths: readonly string[]): boolean {
  const script = 'for path; do test -x "$path" || exit 1; done'
  return spawnSync('/bin/sh', ['-c', script, 'reach', ...paths], { ...user, cwd: '/' }).status === 0
}

/** A folder of root's that all users can pass through; anybody else's could have programs planted in it. */
function outsideFolder(): string {
  for (const folder of ['/var/lib/lunas', '/var/tmp/lunas']) {
    try {
      if (mkdirSync(folder, { recursive: true })) chmodSync(folder, 0o711)
    } catch {
      continue
    }
    const found = lstatSync(folder)
    if (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return folder
  }
  throw new Error('PostgreSQL does not run as root, and neither /var/lib/lunas nor /var/tmp/lunas can be used for it')
}

/** Which link a folder outside belongs to, kept in it; the process that makes both may be between them. */
interface Belonging {
  readonly entry: string
  readonly pid: number
}

const BELONGING = 'belongs-to.json'

/** Prepares the outside place of `entry`, moves data there that is in it already, and leaves a link. */
function moveOutside(entry: string, outside: string, user: ServerUser): string {
  const folder = path.join(outside, createHash('sha256').update(entry).digest('hex').slice(0, 16))
  const dataPath = path.join(folder, 'pg')
  // Without a link to it, what lies there belongs to a folder that was deleted.
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  chmodSync(folder, 0o711)
  const belonging: Belonging = { entry, pid: process.pid }
  writeFileSync(path.join(folder, BELONGING), JSON.stringify(belonging), { mode: 0o600 })
  if (lstatSync(entry, { throwIfNoEntry: false })?.isDirectory()) execFileSync('cp', ['-a', entry, dataPath])
  else ownedFolder(dataPath, user)
  rmSync(entry, { recursive: true, force: true })
  symlinkSync(dataPath, entry)
  return dataPath
}

/** Removes data outside whose link is gone: the folder it belonged to was deleted. What tells no owner is left alone. */
function removeOrphans(outside: string): void {
  for (const name of readdirSync(outside)) {
    const folder = path.join(outside, name)
    const belonging = readBelonging(path.join(folder, BELONGING))
    if (belonging === null || isAlive(belonging.pid)) continue
    if (linkTarget(belonging.entry) !== path.join(folder, 'pg')) rmSync(folder, { recursive: true, force: true })
  }
}

function readBelonging(file: string): Belonging | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Belonging
  } catch {
    return null
  }
}

function linkTarget(entry: string): string | null {
  try {
    return readlinkSync(entry)
  } catch {
    return null
  }
}

/** Makes an empty folder that only the server's user can look into. */
export function ownedFolder(folder: string, user: ServerUser | null): void {
  mkdirSync(folder, { mode: 0o700 })
  chmodSync(folder, 0o700)
  if (user !== null) chownSync(folder, user.uid, user.gid)
}
