import path from 'node:path'
import { ConfigProblem, type Config } from '../config.ts'
import { startChild, type ChildOptions } from './children.ts'
import { compiled } from './compiled.ts'
import { childEnvironment, type ChildName, type Endpoints } from './environment.ts'
import { emptyFolder, requireOurs } from './fresh.ts'
import { developmentKeys } from './keys.ts'
import { lockFolder } from './lock.ts'
import { prepareDatabase } from './migrate.ts'
import { freePort, isPortFree } from './ports.ts'
import { makeHome, startPostgres, type RunningPostgres } from './postgres.ts'
import { lastLines, rotateLog } from './processes.ts'
import { clearRunning, writeRunning } from './running.ts'
import {
  supervise,
  type RestartWaits,
  type RunningProcess,
  type Supervised,
  type SupervisionEvent,
} from './supervision.ts'
import { findTemporalCli } from './temporal-programs.ts'
import { startTemporal } from './temporal.ts'

export type PartName = 'postgres' | 'temporal' | ChildName

/** Told while the stack starts and runs. */
export type StackEvent =
  | { readonly kind: 'progress'; readonly line: string }
  | { readonly kind: 'ready'; readonly part: PartName; readonly afterMs: number }
  /** A part ended unasked; it is started again after the wait. `lines` are the last it printed. */
  | { readonly kind: 'ended'; readonly part: PartName; readonly restartInMs: number; readonly lines: readonly string[] }

export interface StackOptions {
  readonly config: Config
  /** Lunas's own processes to run. Default all; the sandbox only when it is a gateway in use, the sealer only where it can connect. */
  readonly children?: readonly ChildName[]
  readonly onEvent?: (event: StackEvent) => void
  /** What a process is told beside its settings, asked at every start. */
  readonly beside?: (child: ChildName) => Readonly<Record<string, string>>
  /** How long what has died stays down. */
  readonly waits?: RestartWaits
  /** A folder with Lunas's own programs, compiled; default `compiled()`. */
  readonly code?: string
  /** Begin with nothing: the folder is emptied once it is ours alone and the port is free. Default false. */
  readonly fresh?: boolean
  /** Temporal's development server keeps a write-ahead log. Default false: benchmarks compare with the server as it comes. */
  readonly writeAhead?: boolean
  /** Aborted while it starts: nothing more is started, and the promise rejects when all is stopped. */
  readonly signal?: AbortSignal
}

export interface Stack extends Endpoints {
  readonly dataDir: string
  /** The embedded server; `null` when DATABASE_URL names another. */
  readonly postgres: Pick<RunningPostgres, 'superUrl' | 'urls' | 'version' | 'dataPath'> | null
  /** The parts that are ours. */
  readonly parts: readonly PartName[]
  /** The environment a child runs in, for programs that stand beside it. */
  environmentOf(child: ChildName): Record<string, string>
  pidOf(part: PartName): number
  /** Settles when the part is up: at once when it is. */
  ready(part: PartName): Promise<void>
  /** Sends a signal and waits until the process has ended; it is then started again like after any other death. */
  kill(part: PartName, signal: NodeJS.Signals): Promise<void>
  /** Stops the part in order and waits until it is up again. */
  restart(part: PartName): Promise<void>
  /** Stops everything, the last started first. Leaves no process behind. */
  stop(): Promise<void>
}

/**
 * Starts everything Lunas needs on one machine and keeps it up: PostgreSQL and Temporal where none is configured, the
 * sandbox, the worker and the API. Throws an `Error` fit for a person, having stopped what it had started.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const home = options.config.dataDir
  if (options.fresh) requireOurs(home)
  makeHome(home)
  const release = await lockFolder(home)
  const parts = new Map<PartName, Supervised<RunningProcess>>()
  const stop = async () => {
    clearRunning(home)
    for (const name of STOP_ORDER) await parts.get(name)?.stop()
    release()
  }
  try {
    const started = await startParts(options, parts)
    if (parts.has('api')) writeRunning(home, { ...started, pid: process.pid })
    return { ...started, ...controls(parts), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** How many a dead part's last lines are told. */
const LINES = 20

/** Lunas's own processes first, then what they stand on. */
const STOP_ORDER: readonly PartName[] = ['api', 'worker', 'sealer', 'sandbox', 'temporal', 'postgres']

type Parts = Map<PartName, Supervised<RunningProcess>>
type StartedStack = Omit<Stack, keyof ReturnType<typeof controls> | 'stop'>

async function startParts(options: StackOptions, parts: Parts): Promise<StartedStack> {
  const { config } = options
  const children = childrenOf(options)
  if (children.includes('api')) await requireFreePort(config)
  if (options.fresh) emptyFolder(config.dataDir)
  makeHome(config.dataDir)
  options.signal?.throwIfAborted()
  const keys = developmentKeys(config.dataDir)
  const environmentIn = (endpoints: Endpoints) => (child: ChildName) => childEnvironment(child, config, endpoints, keys)

  const apiUrl = `http://${config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host}:${config.port}`
  const early = { ...NOWHERE, apiUrl, sandboxUrl: null, sandboxPort: 0 }
  const database = databaseOf(options, parts)
  const migrated = database.then(({ migrateUrl }) => (migrateUrl === null ? undefined : migrate(options, migrateUrl)))
  const settled = Promise.allSettled([migrated])
  try {
    const [postgres, temporal, sandbox] = await allOf([
      database,
      temporalOf(options, parts),
      children.includes('sandbox')
        ? sandboxOf(options, parts, (sandboxPort) => environmentIn({ ...early, sandboxPort })('sandbox'))
        : { sandboxUrl: config.sandboxUrl, sandboxPort: config.sandboxPort },
    ])
    options.signal?.throwIfAborted()
    const endpoints: Endpoints = { ...early, ...postgres.urls, ...temporal, ...sandbox }
    const environmentOf = environmentIn(endpoints)
    const start = (name: ChildName, readyUrl: string | null) =>
      children.includes(name) ? ours(options, parts, { name, readyUrl, after: migrated, environmentOf }) : undefined
    await allOf([migrated, start('worker', null), start('sealer', null), start('api', `${apiUrl}/readyz`)])
    options.signal?.throwIfAborted()
    const order: readonly PartName[] = [...parts.keys()]
    return { ...endpoints, dataDir: config.dataDir, postgres: postgres.embedded, parts: order, environmentOf }
  } finally {
    // Whatever else has failed: it is over before the server is stopped.
    await settled
  }
}

interface Own extends Pick<ChildOptions, 'readyUrl' | 'after'> {
  readonly name: ChildName
  readonly environmentOf: (child: ChildName) => Record<string, string>
}

/** A program of ours. Its code is loaded while the database is brought up. */
function ours(options: StackOptions, parts: Parts, { name, environmentOf, ...more }: Own) {
  const child = { ...more, name, program: `main/${name}`, home: options.config.dataDir }
  return keep(options, parts, name, async () =>
    startChild({
      ...child,
      code: await codeOf(options),
      environment: { ...environmentOf(name), ...options.beside?.(name) },
    }),
  )
}

/** Asked at every start: what was changed meanwhile runs from then on. */
async function codeOf({ code }: StackOptions): Promise<string> {
  return code ?? compiled()
}

const SANDBOX_ATTEMPTS_MAX = 3

/** On the wished port when it is free, else on another; once it is up it comes back on that one, which its clients know. */
async function sandboxOf(options: StackOptions, parts: Parts, environmentOn: (port: number) => Record<string, string>) {
  const { dataDir: home, sandboxPort: wished } = options.config
  const startOn = async (port: number): Promise<RunningProcess> => {
    const code = await codeOf(options)
    const readyUrl = `http://127.0.0.1:${port}/livez`
    const environment = environmentOn(port)
    return startChild({ code, name: 'sandbox', program: 'main/sandbox', environment, home, readyUrl })
  }
  // What cannot be compiled is no taken port.
  await codeOf(options)
  let taken: number | undefined
  await keep(options, parts, 'sandbox', async () => {
    for (let attempt = 1; taken === undefined; attempt += 1) {
      const port = await freePort(attempt === 1 ? wished : undefined)
      try {
        const started = await startOn(port)
        taken = port
        return started
      } catch (error) {
        // Another program was quicker to the port, perhaps: others are free.
        if (attempt === SANDBOX_ATTEMPTS_MAX) throw error
      }
    }
    return startOn(taken)
  })
  const sandboxPort = taken ?? wished
  return { sandboxUrl: `http://127.0.0.1:${sandboxPort}`, sandboxPort }
}

/** Before the servers are up. */
const NOWHERE = {
  databaseUrl: '',
  databaseAuditUrl: null,
  databaseSealUrl: null,
  temporalAddress: '',
  temporalUiUrl: null,
} as const

function childrenOf({ config, children }: StackOptions): readonly ChildName[] {
  const wanted = children ?? ['sandbox', 'worker', 'api', 'sealer']
  const isOurs: Readonly<Partial<Record<ChildName, boolean>>> = {
    sandbox: config.gateways.includes('sandbox') && config.sandboxUrl === null,
    sealer: config.databaseUrl === null || config.databaseSealUrl !== null,
  }
  return wanted.filter((name) => isOurs[name] ?? true)
}

/** Waits for all, also when one fails, so that nothing is started any more when the failure is reported. */
async function allOf<const Starting extends readonly unknown[]>(starting: Starting) {
  await Promise.allSettled(starting)
  return Promise.all(starting)
}

async function requireFreePort({ host, port }: Config): Promise<void> {
  if (await isPortFree(port, host)) return
  throw new ConfigProblem([`port ${port} on ${host} is in use by another program; set LUNAS_PORT to a free one`])
}

async function databaseOf(options: StackOptions, parts: Parts) {
  const { config } = options
  if (config.databaseUrl !== null) {
    const migrateUrl = config.databaseMigrateUrl?.reveal() ?? null
    return { urls: configuredUrls(config, config.databaseUrl.reveal()), embedded: null, migrateUrl }
  }
  let port: number | undefined
  const supervised = await keep(options, parts, 'postgres', async () => {
    const started = await startPostgres({ home: config.dataDir, ...(port === undefined ? {} : { port }) })
    port = started.port
    return started
  })
  const { superUrl, urls, version, dataPath } = supervised.current()
  const reached = { databaseUrl: urls.app, databaseAuditUrl: urls.audit, databaseSealUrl: urls.seal }
  return { urls: reached, embedded: { superUrl, urls, version, dataPath }, migrateUrl: urls.migrate }
}

function configuredUrls(config: Config, databaseUrl: string) {
  const databaseAuditUrl = config.databaseAuditUrl?.reveal() ?? null
  return { databaseUrl, databaseAuditUrl, databaseSealUrl: config.databaseSealUrl?.reveal() ?? null }
}

async function migrate(options: StackOptions, url: string): Promise<void> {
  const { applied, restored, left } = await prepareDatabase(url)
  const tell = (line: string) => options.onEvent?.({ kind: 'progress', line })
  if (applied.length > 0) tell(`database migrated: ${applied.join(', ')}`)
  for (const guard of restored) tell(`guard restored: ${guard}`)
  for (const fault of left) tell(fault)
}

async function temporalOf(options: StackOptions, parts: Parts) {
  const { config, onEvent } = options
  if (config.temporalAddress !== null) {
    return { temporalAddress: config.temporalAddress, temporalUiUrl: config.temporalUiUrl }
  }
  const program = await findTemporalCli({
    configured: config.temporalCliPath,
    onProgress: (line) => onEvent?.({ kind: 'progress', line }),
  })
  let ports: { port: number; uiPort: number } | undefined
  const supervised = await keep(options, parts, 'temporal', async () => {
    const started = await startTemporal({
      program,
      home: config.dataDir,
      namespace: config.temporalNamespace,
      wished: { port: config.temporalPort, uiPort: config.temporalUiPort },
      writeAhead: options.writeAhead ?? false,
      ...ports,
    })
    ports = { port: started.port, uiPort: started.uiPort }
    return started
  })
  const { address, uiUrl } = supervised.current()
  return { temporalAddress: address, temporalUiUrl: config.temporalUiUrl ?? uiUrl }
}

/** Starts a part under supervision, and tells what happens to it. */
async function keep<Started extends RunningProcess>(
  { config, onEvent, waits }: StackOptions,
  parts: Parts,
  part: PartName,
  start: () => Promise<Started>,
): Promise<Supervised<Started>> {
  const log = path.join(config.dataDir, 'logs', `${part}.log`)
  rotateLog(log)
  const told = (event: SupervisionEvent): void => {
    if (event.kind === 'ready') onEvent?.({ part, ...event })
    else onEvent?.({ kind: 'ended', part, restartInMs: event.restartInMs, lines: lastLines(log, LINES) })
  }
  const supervised = await supervise(start, told, waits)
  parts.set(part, supervised)
  return supervised
}

function controls(parts: Parts) {
  const of = (part: PartName): Supervised<RunningProcess> => {
    const supervised = parts.get(part)
    if (!supervised) throw new Error(`${part} is not run by this stack`)
    return supervised
  }
  return {
    pidOf: (part: PartName) => of(part).current().pid,
    ready: (part: PartName) => of(part).ready(),
    kill: (part: PartName, signal: NodeJS.Signals) => of(part).kill(signal),
    restart: (part: PartName) => of(part).restart(),
  }
}
