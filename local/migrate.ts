import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createHash } from 'node:crypto'
import path from 'node:path'
import { ConfigProblem, inheritedEnvironment, type Config } from '../config.ts'
import { restoreGuards, type Restoration } from '../store/restore-guards.ts'
import { readMemory } from './postgres-data.ts'
import { CODE_ROOT, PROJECT_ROOT } from './project.ts'
import { urlsFor, withClient } from './roles.ts'
import { readRunning } from './running.ts'

export interface MigrateResult {
  /** Names of the migrations this call applied, in order. */
  readonly applied: readonly string[]
  /** Names of all migrations in the database now. */
  readonly all: readonly string[]
}

/** A project whose `prisma.config.ts` and `prisma/migrations` are meant; the default is this one. */
export interface MigrateOptions {
  readonly projectRoot?: string
}

/** Whose database is meant: the configured one, else that of the development stack that runs. Throws ConfigProblem without either. */
export function migrateUrlOf({ databaseUrl, databaseMigrateUrl, dataDir }: Config): string {
  if (databaseMigrateUrl !== null) return databaseMigrateUrl.reveal()
  const homes = databaseUrl === null ? [dataDir, path.join(dataDir, 'demo')] : []
  for (const home of homes) {
    const running = readRunning(home)
    const memory = readMemory(home)
    // A stack that runs on a database of somebody else knows nobody but the application there.
    if (running && memory && new URL(running.databaseUrl).password === memory.passwords.app) {
      return urlsFor(running.databaseUrl, memory.passwords).migrate
    }
  }
  throw new ConfigProblem(['DATABASE_MIGRATE_URL is needed and not set, and no development stack runs here: npm start'])
}

/** Brings a database up to this version and puts back whatever guards it: what `lunas migrate` and every local start do. */
export async function prepareDatabase(migrateUrl: string): Promise<MigrateResult & Restoration> {
  const migrated = await migrate(migrateUrl)
  return { ...migrated, ...(await withClient(migrateUrl, restoreGuards)) }
}

/**
 * Brings a database up to the migrations in prisma/migrations, as role lunas_migrate. When nothing is pending it costs one
 * query. Throws an `Error` with what Prisma said when a migration fails, and when Prisma claims success but the database
 * does not show it: a schema engine that does nothing exits with 0 as well.
 */
export async function migrate(migrateUrl: string, options: MigrateOptions = {}): Promise<MigrateResult> {
  const root = options.projectRoot ?? CODE_ROOT
  const wanted = migrationsIn(path.join(root, 'prisma/migrations'))
  if (wanted.length === 0) throw new Error(`there are no migrations in ${root}`)
  const before = await finishedIn(migrateUrl)
  const pending = wanted.filter(({ name }) => !before.has(name))
  if (pending.length > 0) await deploy(root, migrateUrl)
  const after = pending.length > 0 ? await finishedIn(migrateUrl) : before
  const wrong = wanted.filter(({ name, checksum }) => after.get(name) !== checksum)
  if (wrong.length > 0)
    throw new Error(
      explain(
        wrong.map(({ name }) => name),
        after,
      ),
    )
  return { applied: pending.map(({ name }) => name), all: wanted.map(({ name }) => name) }
}

interface Migration {
  readonly name: string
  readonly checksum: string
}

function migrationsIn(folder: string): readonly Migration[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  return names.flatMap((name) => {
    const file = path.join(folder, name, 'migration.sql')
    return existsSync(file) ? [{ name, checksum: createHash('sha256').update(readFileSync(file)).digest('hex') }] : []
  })
}

/** Checksums of the finished migrations by name. */
async function finishedIn(url: string): Promise<ReadonlyMap<string, string>> {
  return withClient(url, async (client) => {
    const table = await client.query<{ found: boolean }>(
      `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
    )
    if (!table.rows[0]?.found) return new Map()
    const { rows } = await client.query<{ migration_name: string; checksum: string }>(
      'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    )
    return new Map(rows.map((row) => [row.migration_name, row.checksum]))
  })
}

function explain(names: readonly string[], finished: ReadonlyMap<string, string>): string {
  const changed = names.filter((name) => finished.has(name))
  if (changed.length > 0) return `these migrations were changed after they were applied: ${changed.join(', ')}`
  return `prisma migrate deploy reported success, but the database does not have: ${names.join(', ')}`
}

async function deploy(root: string, url: string): Promise<void> {
  const { code, output } = await runPrisma(root, ['migrate', 'deploy'], url)
  if (code !== 0) throw new Error(`prisma migrate deploy failed (exit ${code}):\n${output.trim()}`)
}

/** Runs Prisma's command line. Never throws for its failures: they are the exit code. */
export async function runPrisma(
  root: string,
  args: readonly string[],
  url: string,
): Promise<{ readonly code: number; readonly output: string }> {
  const command = createRequire(path.join(PROJECT_ROOT, 'package.json')).resolve('prisma/build/index.js')
  const inherited = inheritedEnvironment()
  const child = spawn(process.execPath, [command, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited,
      DATABASE_MIGRATE_URL: url,
      // The schema engine is a script that finds its interpreter by name.
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${inherited.PATH ?? ''}`,
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      NO_COLOR: '1',
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit) => resolve(exit ?? 1))
  })
  return { code, output }
}
