/**
 * What `npm run build` makes, once for everything that starts whole stacks: compiled programs are up in half the time of
 * sources. It lies in `.cache/` under the fingerprint of the sources.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { PROJECT_ROOT } from './project.ts'

const CACHE = path.join(PROJECT_ROOT, '.cache')
const LEFT = new Set(['.git', '.cache', '.data', 'dist', 'node_modules', 'test', 'client', 'docs', 'chaos', 'bench'])
const KEPT_MS = 24 * 3600_000

/** The folder of the compiled programs; builds them unless these very sources were built before. */
export function compiled(): string {
  const built = path.join(CACHE, `test-dist-${fingerprint()}`)
  if (!existsSync(built)) build(built)
  return built
}

/** Files with their times and sizes: what was touched is built anew. */
function fingerprint(): string {
  const hash = createHash('sha256')
  for (const room of readdirSync(PROJECT_ROOT).filter((name) => !LEFT.has(name))) {
    const place = path.join(PROJECT_ROOT, room)
    const files = statSync(place).isDirectory() ? (readdirSync(place, { recursive: true }) as string[]) : ['']
    for (const file of files.toSorted()) {
      const { mtimeMs, size } = statSync(path.join(place, file))
      hash.update(`${room}/${file} ${mtimeMs} ${size}\n`)
    }
  }
  return hash.digest('hex').slice(0, 16)
}

function build(built: string): void {
  const making = `${built}-${process.pid}`
  const run = (program: string, ...args: readonly string[]) => execFileSync(program, args, { cwd: PROJECT_ROOT })
  mkdirSync(CACHE, { recursive: true })
  run('node_modules/.bin/tsc', '-p', 'tsconfig.build.json', '--outDir', making)
  run(process.execPath, path.join(making, 'main/build.js'))
  for (const name of readdirSync(CACHE)) {
    const old = path.join(CACHE, name)
    if (name.startsWith('test-dist-') && Date.now() - statSync(old).mtimeMs > KEPT_MS) rmSync(old, { recursive: true })
  }
  // Of two runs at once the first to be ready is used by both.
  if (existsSync(built)) rmSync(making, { recursive: true })
  else renameSync(making, built)
}
