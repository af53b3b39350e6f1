/** What is found on this machine, line by line, with the command that mends what is not well. Starts and changes nothing. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../config.ts'
import { openDatabase, type Database } from '../store/database.ts'
import { catalogFaults, roleFaults } from '../store/guards.ts'
import { missingMigrations } from '../store/migrations.ts'
import { sealLag } from '../store/seal-lag.ts'
import { underWayElsewhere } from '../store/underway.ts'
import { unfollowedPayouts } from '../main/guarded.ts'
import { temporalOptions } from '../main/temporal.ts'
import { findAttributes, registerCommand } from '../temporal/attributes.ts'
import { connectTemporal } from '../temporal/connect.ts'
import { credentialFindings } from './diagnose-credentials.ts'
import { portFindings } from './diagnose-ports.ts'
import { finding, green, idle, red, type Finding } from './finding.ts'
import { findProgram } from './postgres-program.ts'
import { CODE_ROOT, PROJECT_ROOT } from './project.ts'
import { readRunning, type Running } from './running.ts'
import { findTemporalCli } from './temporal-programs.ts'

/** Examines everything; a line that is red says how it is mended. Throws ConfigProblem when the settings contradict each other. */
export async function diagnose(config: Config): Promise<readonly Finding[]> {
  const running = readRunning(config.dataDir) ?? readRunning(path.join(config.dataDir, 'demo'))
  return [
    nodeVersion(),
    installed(),
    postgresProgram(config),
    await temporalProgram(config),
    ...(await portFindings(config, running)),
    ...(await databaseFindings(config, running)),
    await temporalServer(config, running),
    await api(running),
  ]
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const well = (major === 20 && minor >= 19) || major === 22 || major >= 24
  return finding('Node', well, process.version, 'npx -y -p node@24 npm start')
}

function installed(): Finding {
  const generated = ['ts', 'js'].some((kind) => existsSync(path.join(CODE_ROOT, `prisma/generated/client.${kind}`)))
  return finding(
    'packages',
    generated,
    generated ? 'installed and generated' : 'not generated',
    'npm ci && npm run generate',
  )
}

function postgresProgram(config: Config): Finding {
  if (config.databaseUrl !== null) return green('PostgreSQL', 'as DATABASE_URL says')
  try {
    return green('PostgreSQL', `embedded, ${path.relative(PROJECT_ROOT, findProgram().folder)}`)
  } catch {
    return red('PostgreSQL', 'no embedded server for this system; DATABASE_URL may name one', 'npm ci')
  }
}

async function temporalProgram(config: Config): Promise<Finding> {
  if (config.temporalAddress !== null) return green('Temporal', `the cluster at ${config.temporalAddress}`)
  try {
    const found = path.relative(
      PROJECT_ROOT,
      await findTemporalCli({ configured: config.temporalCliPath, download: false }),
    )
    return green('Temporal', found.startsWith('..') ? 'on this machine' : found)
  } catch {
    return { ...idle('Temporal', 'not here yet; the first start installs it by pip'), mend: 'npm start' }
  }
}

async function databaseFindings(config: Config, running: Running | null): Promise<Finding[]> {
  const url = config.databaseUrl?.reveal() ?? running?.databaseUrl
  if (url === undefined) return [idle('database', 'not running; npm start starts it')]
  const database = openDatabase(url, { max: 1, name: 'lunas doctor' })
  try {
    return await examineDatabase(database, config)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no connection'
    return [red('database', why, config.databaseUrl === null ? 'npm start' : 'env DATABASE_URL= npm start')]
  } finally {
    await database.pool.end()
  }
}

async function examineDatabase(database: Database, config: Config): Promise<Finding[]> {
  const { rows } = await database.pool.query<{ server_version: string }>('SHOW server_version')
  const missing = await missingMigrations(database.pool, path.join(CODE_ROOT, 'prisma/migrations'))
  const server = green('database', `PostgreSQL ${rows[0]?.server_version}`)
  if (missing.length > 0) {
    const behind = red('migrations', `behind: ${missing.join(', ')}`, 'npx lunas migrate')
    return [server, behind, idle('guards', 'looked at after migrating')]
  }
  return [
    server,
    green('migrations', 'up to date'),
    ...(await guardFindings(database)),
    ...(await gatewayFindings(database, config)),
    ...(await credentialFindings(database, config)),
    await sealFinding(database, config),
  ]
}

/** Longer than a sealer and the longest transaction take. */
const SEALED_WITHIN_SECONDS = 60

async function sealFinding({ pool }: Database, config: Config): Promise<Finding> {
  const { auditEvents, postings, oldestSeconds, hasSeals } = await sealLag(pool)
  const rows = auditEvents + postings
  const are = rows === 1 ? '1 row is' : `${rows} rows are`
  const found = rows === 0 ? 'all is sealed' : `${are} not sealed, the oldest for ${ageOf(oldestSeconds)}`
  if (oldestSeconds <= SEALED_WITHIN_SECONDS) return green('seals', found)
  if (!hasSeals && config.mode !== 'production') return idle('seals', `${found}; no sealer has run`)
  return red('seals', found, config.databaseUrl === null ? 'npm start' : 'node dist/main/sealer.js')
}

function ageOf(seconds: number): string {
  const units = [
    [86_400, 'days'],
    [3600, 'hours'],
    [60, 'minutes'],
  ] as const
  const [size, name] = units.find(([least]) => seconds >= 2 * least) ?? [1, 'seconds']
  return `${Math.floor(seconds / size)} ${name}`
}

/** Neither the API nor a worker starts while money is under way at a gateway that its settings do not name. */
async function gatewayFindings({ pool }: Database, { gateways }: Config): Promise<Finding[]> {
  const elsewhere = await underWayElsewhere(pool, gateways)
  if (elsewhere.length === 0) return [green('gateways', gateways.length === 0 ? 'none is in use' : gateways.join(', '))]
  const all = [...gateways, ...elsewhere.map(({ gateway }) => gateway)].join(',')
  return elsewhere.map(({ gateway, payouts }) =>
    red('gateways', unfollowedPayouts(gateway, payouts), `env LUNAS_GATEWAYS=${all} npm start`),
  )
}

async function guardFindings({ pool }: Database): Promise<Finding[]> {
  const reds = [
    ...(await catalogFaults(pool)).map(({ found, mend }) =>
      red('guards', found, mend.replace(/^lunas /, 'npx lunas ')),
    ),
    ...(await roleFaults(pool)).map((found) => red('guards', found, 'set DATABASE_URL to that of lunas_app')),
  ]
  return reds.length === 0 ? [green('guards', 'all in place')] : reds
}

async function temporalServer(config: Config, running: Running | null): Promise<Finding> {
  const address = config.temporalAddress ?? running?.temporalAddress
  if (address === undefined) return idle('lives', 'Temporal is not running; npm start starts it')
  const temporal = connectTemporal(temporalOptions(config, address))
  try {
    const { missing, strange } = await findAttributes(temporal)
    if (strange.length > 0) {
      const found = `Temporal has ${strange.join(', ')} of another type than Keyword`
      return red('lives', found, 'env TEMPORAL_NAMESPACE=lunas npm start')
    }
    if (missing.length === 0) return green('lives', `Temporal answers at ${address}`)
    return red('lives', `Temporal lacks ${missing.join(', ')}`, registerCommand(temporal, missing))
  } catch {
    return red('lives', `Temporal does not answer at ${address}`, 'npm start')
  } finally {
    await temporal.close()
  }
}

async function api(running: Running | null): Promise<Finding> {
  if (!running) return idle('API', 'not running; npm start starts it')
  const answer = await fetch(`${running.apiUrl}/readyz`, { signal: AbortSignal.timeout(3000) }).catch(() => null)
  const well = answer?.ok ?? false
  return finding('API', well, well ? `ready at ${running.apiUrl}` : `not ready at ${running.apiUrl}`, 'npm start')
}
