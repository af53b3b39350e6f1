import { execFileSync } from 'node:child_process'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from './processes.ts'

/** Somebody else uses the folder. */
export class FolderInUse extends Error {
  readonly pid: number
  constructor(folder: string, pid: number) {
    super(`Lunas already runs in ${folder} (process ${pid}); stop it, or set LUNAS_DATA_DIR to another folder`)
    this.name = 'FolderInUse'
    this.pid = pid
  }
}

interface Owner {
  readonly pid: number
  /** When the process began, in the system's own words: a pid alone is given to others after its process ended. */
  readonly began: string
}

/**
 * Takes a folder for this process by the file `lock` in it; the answer gives it back. A lock whose process is gone is
 * taken over. Throws `FolderInUse` when its process lives.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const file = path.join(folder, 'lock')
  const mine: Owner = { pid: process.pid, began: beginningOf(process.pid) }
  for (let takenOver = false; ;) {
    if (tryLink(file, mine)) {
      // Another one that took over the same stale lock may have moved ours aside for a moment; see `discard`.
      if (takenOver) await sleep(SETTLE_MS)
      if (isSame(readOwner(file), mine)) return () => release(file, mine)
    }
    const owner = readOwner(file)
    if (owner && isAlive(owner.pid) && beginningOf(owner.pid) === owner.began) throw new FolderInUse(folder, owner.pid)
    if (owner) discard(file, owner)
    takenOver = true
  }
}

const SETTLE_MS = 50

function isSame(one: Owner | null, other: Owner): boolean {
  return one?.pid === other.pid && one.began === other.began
}

/** Making a link is atomic and fails when the name exists; the file linked to is complete. */
function tryLink(file: string, mine: Owner): boolean {
  const draft = `${file}.${mine.pid}`
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 })
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** `null` when there is no lock (any more). A lock that cannot be read counts as one of a process that is gone. */
function readOwner(file: string): Owner | null {
  try {
    const text = readFileSync(file, 'utf8')
    return text.startsWith('{') ? (JSON.parse(text) as Owner) : { pid: 0, began: text }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Removes a stale lock, and only that: between reading and removing somebody else may have taken it over. */
function discard(file: string, stale: Owner): void {
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  if (!isSame(readOwner(aside), stale)) {
    try {
      linkSync(aside, file)
    } catch {
      // A third one was quicker; the one whose lock we moved finds out when it looks again.
    }
  }
  rmSync(aside, { force: true })
}

function release(file: string, mine: Owner): void {
  if (isSame(readOwner(file), mine)) rmSync(file, { force: true })
}

function beginningOf(pid: number): string {
  try {
    // After the program's name, which may hold spaces and brackets: its state, and as field 22 of all when it began.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? '' : (fields[18] ?? '')
  } catch {
    // No /proc: not Linux.
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return ''
  }
}
