/**
 * What plain Node runs, made of the sources once and kept in `.cache/` under their fingerprint: compiled programs are up in half the time of
 * sources, and every process would compile the same files for itself.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { startWatched } from './processes.ts'
import { CODE_ROOT, PROJECT_ROOT } from './project.ts'

const CACHE = path.join(PROJECT_ROOT, '.cache')
const PREFIX = 'code-'
/** Rooms that programs are made of, and what is read at run time beside them. */
const ROOMS = [
  'activities',
  'api',
  'auditor',
  'cli',
  'client',
  'domain',
  'gateways',
  'local',
  'main',
  'prisma',
  'programmes',
  'sandbox',
  'sealer',
  'store',
  'temporal',
  'text',
  'workflows',
] as const
const CODE_BESIDE = ['config.ts', 'environment.ts', 'failpoints.ts', 'prisma.config.ts'] as const
/** How it is compiled, and which packages there are and when they were installed: some of them are in what is compiled. */
const SETTINGS = ['tsconfig.json', 'package-lock.json', 'node_modules/.package-lock.json'] as const
const DAY_MS = 24 * 3600_000
const KEPT_MS = 7 * DAY_MS

/** The folder of the compiled programs: our own where no sources stand behind it, else one that is made unless these very sources were compiled before. */
export async function compiled(): Promise<string> {
  if (import.meta.filename.endsWith('.js') && path.dirname(CODE_ROOT) !== CACHE) return CODE_ROOT
  const made = madeOf()
  if (!existsSync(made)) await (making[made] ??= make(made).finally(() => delete making[made]))
  keep(made)
  return made
}

/**
 * Whether this very code, which is compiled, was made of the sources as they are now; then it is kept. Asked by the `lunas` command of a checkout.
 * @public
 */
export function isCurrent(): boolean {
  const isSo = CODE_ROOT === madeOf()
  if (isSo) keep(CODE_ROOT)
  return isSo
}

const madeOf = (): string => path.join(CACHE, `${PREFIX}${fingerprint()}`)

/** By the folder that is being made: several are started at once. */
const making: Record<string, Promise<void>> = {}

/** What programs are made of, as paths of the project. */
export function codeFiles(): string[] {
  return [...ROOMS.flatMap(filesOf), ...CODE_BESIDE].filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
}

function filesOf(room: string): string[] {
  const names = readdirSync(path.join(PROJECT_ROOT, room), { recursive: true }).map(String)
  // What an editor puts beside a file that is open is no code.
  return names.filter((name) => !path.basename(name).startsWith('.')).map((name) => path.join(room, name))
}

/** Files with their times and sizes: what was touched is compiled anew. */
function fingerprint(): string {
  const hash = createHash('sha256')
  for (const file of [...ROOMS.flatMap(filesOf), ...CODE_BESIDE, ...SETTINGS].toSorted()) {
    const found = statSync(path.join(PROJECT_ROOT, file), { throwIfNoEntry: false })
    if (found?.isFile()) hash.update(`${file} ${found.mtimeMs} ${found.size}\n`)
  }
  return hash.digest('hex').slice(0, 16)
}

async function make(made: string): Promise<void> {
  const own = `${made}-${process.pid}`
  mkdirSync(CACHE, { recursive: true })
  await build(own)
  for (const name of readdirSync(CACHE)) {
    const old = path.join(CACHE, name)
    const found = name.startsWith(PREFIX) ? statSync(old, { throwIfNoEntry: false }) : undefined
    if (found && Date.now() - found.mtimeMs > KEPT_MS) orLeave(() => rmSync(old, { recursive: true, force: true }))
  }
  try {
    renameSync(own, made)
  } catch (error) {
    // Of two starts at once the first to be ready is used by both.
    if (!existsSync(made)) throw error
    rmSync(own, { recursive: true, force: true })
  }
}

/** In a session of its own: Ctrl+C in the terminal is for us, who end things in order. */
async function build(folder: string): Promise<void> {
  const child = startWatched(process.execPath, ['--import', 'tsx', 'main/build.ts', folder], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    watch: { signal: 'SIGTERM', killAfterSeconds: 5 },
  })
  let complained = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complained += text))
  await once(child, 'close')
  if (child.exitCode === 0) return
  rmSync(folder, { recursive: true, force: true })
  throw new Error(`the programs cannot be compiled:\n${complained.trim()}`)
}

/** Folders that something was started from. */
const used = new Set<string>()

/** Nobody deletes it while something runs that was started from it. */
function keep(folder: string): void {
  if (used.size === 0) setInterval(() => used.forEach(touch), DAY_MS).unref()
  used.add(folder)
  touch(folder)
}

function touch(folder: string): void {
  orLeave(() => utimesSync(folder, new Date(), new Date()))
}

/** What another user has compiled serves as well, and is theirs to tidy. */
function orLeave(work: () => void): void {
  try {
    work()
  } catch {
    // It stays as it is.
  }
}
