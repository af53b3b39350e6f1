import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type pg from 'pg'
import type { TestProject } from 'vitest/node'
import { FolderInUse, lockFolder } from '../../local/lock.ts'
import { migrate } from '../../local/migrate.ts'
import { makeHome, startPostgres, type RunningPostgres } from '../../local/postgres.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import {
  applyRoles,
  urlOfDatabase,
  urlsFor,
  withClient,
  type DatabaseUrls,
  type RolePasswords,
} from '../../local/roles.ts'
import { besideRows, madeEmpty } from './emptied.ts'
import { lentKept, openKept, type Kept } from './kept.ts'

/** What the test files are told about the cluster of their run, by `inject('cluster')`. */
export interface Cluster {
  readonly serverUrl: string
  readonly passwords: RolePasswords
  /** Migrated and without rows; every test database is a copy of it. */
  readonly template: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: Cluster
  }
}

export interface TestDatabase extends DatabaseUrls {
  readonly name: string
  /** As superuser, in this database. */
  readonly super: string
  readonly kept: Kept
  /** The database is away for everybody, or there again. */
  connections(isAllowed: boolean): Promise<void>
  /** Gives the database back, also under connections that are still open: it is made empty, or dropped. */
  drop(): Promise<void>
}

let running: { readonly postgres: RunningPostgres; readonly release: () => void } | undefined

/** Vitest's global set-up: one embedded cluster for the run, and the template database in it. */
export async function setup(project: TestProject): Promise<void> {
  const { home, release } = await takeHome()
  const postgres = await startHealthy(home)
  running = { postgres, release }
  project.provide('cluster', await prepareCluster(postgres))
}

/** Vitest's global tear-down. */
export async function teardown(): Promise<void> {
  await running?.postgres.stop()
  running?.release()
  running = undefined
}

/** A database that stands for a test, whoever uses it. */
interface Standing {
  readonly cluster: Cluster
  readonly name: string
  /** What it is besides its rows. */
  readonly beside: string
  readonly kept: Kept
}

/** Those of this process that are empty again. */
const idle: Standing[] = []

/** A database of its own for a test: migrated, empty, with all roles. A new one takes some 300 ms, one that was used before a tenth. */
export async function createDatabase(): Promise<TestDatabase> {
  const used = idle.pop()
  if (used) return lent(used)
  const { inject } = await import('vitest')
  return createDatabaseIn(inject('cluster'))
}

/** A new one, in a cluster that is at hand. */
export async function createDatabaseIn(cluster: Cluster): Promise<TestDatabase> {
  const name = newName()
  await withClient(cluster.serverUrl, (client) => copyTemplate(client, cluster, name))
  const beside = await withClient(urlOfDatabase(cluster.serverUrl, name), besideRows)
  return lent(standing(cluster, name, beside))
}

const newName = (): string => `test_${randomBytes(6).toString('hex')}`

const urlsOf = (cluster: Cluster, name: string): DatabaseUrls & { readonly super: string } => {
  const url = urlOfDatabase(cluster.serverUrl, name)
  return { super: url, ...urlsFor(url, cluster.passwords) }
}

function standing(cluster: Cluster, name: string, beside: string): Standing {
  return { cluster, name, beside, kept: openKept(urlsOf(cluster, name)) }
}

function lent(one: Standing): TestDatabase {
  const { cluster, name } = one
  let isBack = false
  const kept = lentKept(one.kept, () => isBack)
  const drop = async (): Promise<void> => {
    if (isBack) return
    isBack = true
    const next = (await emptied(one)) ? one : await renamed(one)
    if (next) idle.push(next)
  }
  const connections = (isAllowed: boolean) =>
    withClient(cluster.serverUrl, async (client) => {
      await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${String(isAllowed)}`)
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name])
    })
  return { name, ...urlsOf(cluster, name), kept, connections, drop }
}

/** Whether it is empty again, with its connections, where the test has left nobody connected. */
function emptied({ beside, kept }: Standing): Promise<boolean> {
  return kept.alone((client) => madeEmpty(client, beside)).catch(() => false)
}

/** Made empty under another name, so that whoever still has the old one finds nothing there; dropped where it is not what it was. */
async function renamed({ cluster, name, beside, kept }: Standing): Promise<Standing | undefined> {
  kept.close()
  const isEmpty = await withClient(urlOfDatabase(cluster.serverUrl, name), async (client) => {
    await client.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
    return madeEmpty(client, beside)
  }).catch(() => false)
  return withClient(cluster.serverUrl, async (client) => {
    if (!isEmpty) return void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
    const next = newName()
    await client.query(`ALTER DATABASE ${name} RENAME TO ${next}`)
    return standing(cluster, next, beside)
  })
}

/** CREATE DATABASE copies neither grants on the database nor settings of roles in it: the roles are applied again. */
async function copyTemplate(client: pg.Client, cluster: Cluster, name: string): Promise<void> {
  // One at a time: the catalogs of roles are shared by all databases and refuse concurrent changes.
  await client.query('SELECT pg_advisory_lock(1)')
  await client.query(`CREATE DATABASE ${name} TEMPLATE ${cluster.template}`)
  await applyRoles(urlOfDatabase(cluster.serverUrl, name), cluster.passwords)
  await client.query('SELECT pg_advisory_unlock(1)')
}

/** Folders are used again between runs; runs at the same time take different ones. */
async function takeHome(): Promise<{ home: string; release: () => void }> {
  for (let slot = 1; ; slot += 1) {
    const home = path.join(PROJECT_ROOT, `.cache/test-pg-${slot}`)
    makeHome(home)
    try {
      return { home, release: await lockFolder(home) }
    } catch (error) {
      if (!(error instanceof FolderInUse)) throw error
    }
  }
}

/** Nothing is flushed to disk here, so a crash of the machine may have left rubbish: then it is made anew. */
async function startHealthy(home: string): Promise<RunningPostgres> {
  const options = { home, database: templateName(), durable: false }
  try {
    return await startPostgres(options)
  } catch {
    for (const name of ['pg', 'pg.json']) rmSync(path.join(home, name), { recursive: true, force: true })
    return startPostgres(options)
  }
}

/** The same migrations and roles give the same name: the template is migrated once, not at every run. */
function templateName(): string {
  const hash = createHash('sha256')
  const folder = path.join(PROJECT_ROOT, 'prisma/migrations')
  const scripts = readdirSync(folder).map((name) => path.join(folder, name, 'migration.sql'))
  for (const file of [...scripts.sort(), path.join(PROJECT_ROOT, 'prisma/roles.sql')]) {
    if (existsSync(file)) hash.update(file).update(readFileSync(file))
  }
  return `template_${hash.digest('hex').slice(0, 16)}`
}

async function prepareCluster(postgres: RunningPostgres): Promise<Cluster> {
  const template = templateName()
  const serverUrl = urlOfDatabase(postgres.superUrl, 'postgres')
  await dropOthers(serverUrl, template)
  try {
    await migrate(postgres.urls.migrate)
  } catch (error) {
    // Otherwise the next run would hear only that a migration had failed earlier.
    await dropOthers(serverUrl, '')
    throw error
  }
  return { serverUrl, template, passwords: postgres.passwords }
}

/** Drops what earlier runs left: test databases of killed runs and templates of other migrations. */
async function dropOthers(serverUrl: string, template: string): Promise<void> {
  await withClient(serverUrl, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      `SELECT datname FROM pg_database WHERE datname ~ '^(test|template)_[0-9a-f]+$' AND datname <> $1`,
      [template],
    )
    for (const { datname } of rows) await client.query(`DROP DATABASE ${datname} WITH (FORCE)`)
  })
}
