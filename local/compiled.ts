/**
 * What plain Node runs, made of the sources once and kept in `.cache/` under their fingerprint: compiled programs are up in half the time of
 * sources, and every process would compile the same files for itself.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { CODE_ROOT, PROJECT_ROOT } from './project.ts'

const CACHE = path.join(PROJECT_ROOT, '.cache')
const PREFIX = 'code-'
/** Rooms that no program of ours is made of. */
const LEFT = new Set(['node_modules', 'dist', 'test', 'docs', 'bench', 'chaos', 'examples'])
const KEPT_MS = 7 * 24 * 3600_000

/** The folder of the compiled programs: our own where this is compiled itself, else one that is made unless these very sources were compiled before. */
export async function compiled(): Promise<string> {
  if (import.meta.filename.endsWith('.js')) return CODE_ROOT
  const made = path.join(CACHE, `${PREFIX}${fingerprint()}`)
  if (!existsSync(made)) await (making[made] ??= make(made).finally(() => delete making[made]))
  // Kept as long as somebody starts with it.
  utimesSync(made, new Date(), new Date())
  return made
}

/** By the folder that is being made: several are started at once. */
const making: Record<string, Promise<void>> = {}

/** What programs are made of, as paths of the project. */
export function codeFiles(): string[] {
  return files().filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
}

function files(): string[] {
  const all = readdirSync(PROJECT_ROOT, { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith('.') && !LEFT.has(name),
  )
  const rooms = all.filter((one) => one.isDirectory()).map(({ name }) => name)
  // Of what lies beside the rooms only what is compiled, and which packages there are: the workflows' script has some of them in it.
  const beside = all.map(({ name }) => name).filter((name) => name.endsWith('.ts') || name === 'package-lock.json')
  const within = rooms.flatMap((room) =>
    readdirSync(path.join(PROJECT_ROOT, room), { recursive: true }).map((file) => path.join(room, String(file))),
  )
  return [...within, ...beside]
}

/** Files with their times and sizes: what was touched is compiled anew. */
function fingerprint(): string {
  const hash = createHash('sha256')
  for (const file of files().toSorted()) {
    const found = statSync(path.join(PROJECT_ROOT, file))
    if (found.isFile()) hash.update(`${file} ${found.mtimeMs} ${found.size}\n`)
  }
  return hash.digest('hex').slice(0, 16)
}

async function make(made: string): Promise<void> {
  const own = `${made}-${process.pid}`
  mkdirSync(CACHE, { recursive: true })
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'main/build.ts', own], { cwd: PROJECT_ROOT })
  for (const name of readdirSync(CACHE)) {
    const old = path.join(CACHE, name)
    const found = name.startsWith(PREFIX) ? statSync(old, { throwIfNoEntry: false }) : undefined
    if (found && Date.now() - found.mtimeMs > KEPT_MS) rmSync(old, { recursive: true, force: true })
  }
  try {
    renameSync(own, made)
  } catch (error) {
    // Of two starts at once the first to be ready is used by both.
    if (!existsSync(made)) throw error
    rmSync(own, { recursive: true, force: true })
  }
}
