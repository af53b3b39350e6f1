import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '@temporalio/client'
import { freePort } from './ports.ts'
import { endChild, hasNotEnded, lastLines, startWatched } from './processes.ts'

export interface TemporalOptions {
  /** The `temporal` program, from `findTemporalCli`. */
  readonly program: string
  /** Folder for the database (`temporal.db`) and the log (`logs/temporal.log`); it exists. */
  readonly home: string
  readonly namespace?: string
  /** Its database has a write-ahead log: a third of the syncs, and each commit is synced still. Default false, as the server itself. */
  readonly writeAhead?: boolean
  /** Exactly these ports, for a server that comes back to its clients. Default those wished for while they are free, else others. */
  readonly port?: number
  readonly uiPort?: number
  readonly wished?: { readonly port: number; readonly uiPort: number }
}

export interface RunningTemporal {
  /** host:port */
  readonly address: string
  readonly namespace: string
  readonly uiUrl: string
  readonly port: number
  readonly uiPort: number
  readonly pid: number
  /** Settles when the server has ended, wanted or not. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

const START_MS = 60_000
const STOP_MS = 10_000
const ATTEMPTS_MAX = 3
/** A server of another version may greet differently: one that lives this long has its port. */
const UNGREETED_MS = 5_000
/** It greets after a warning or two. */
const GREETING_BYTES = 16_384
/** Its UI takes its port beside, and ends everything when it cannot. */
const SETTLE_MS = 200

/** Starts a Temporal dev server on 127.0.0.1 that keeps everything in a file, with its UI, and waits until it answers. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  for (let attempt = 1; ; attempt += 1) {
    const wished = attempt === 1 ? options.wished : undefined
    const port = options.port ?? (await freePort(wished?.port))
    const uiPort = options.uiPort ?? (await freePort(wished?.uiPort))
    try {
      return await startOn({ ...options, port, uiPort })
    } catch (error) {
      // Another program, a stack started at the same moment above all, was quicker to a port: others are free.
      if (attempt === ATTEMPTS_MAX || options.port !== undefined) throw error
    }
  }
}

async function startOn(options: TemporalOptions & { readonly port: number; readonly uiPort: number }) {
  const { port, uiPort } = options
  const namespace = options.namespace ?? 'default'
  const address = `127.0.0.1:${port}`
  const log = path.join(options.home, 'logs/temporal.log')
  const before = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  const child = spawnServer(options, { namespace, port, uiPort, log })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  try {
    const serving = untilServing(child, address, namespace, () => hasGreeted(log, before))
    await Promise.race([serving, ended.then(() => Promise.reject(new Error('it ended')))])
  } catch (error) {
    await endChild(child, 'SIGTERM', STOP_MS)
    const said = lastLines(log, 8).join('\n')
    throw new Error(`Temporal does not start (${(error as Error).message}). It said, in ${log}:\n${said}`, {
      cause: error,
    })
  }
  const stop = () => endChild(child, 'SIGTERM', STOP_MS)
  return { address, namespace, uiUrl: `http://127.0.0.1:${uiPort}`, port, uiPort, pid: child.pid ?? 0, ended, stop }
}

/** Whether the server has said where it is: what answers at its port before may be another's. */
function hasGreeted(log: string, from: number): boolean {
  const said = openSync(log, 'r')
  try {
    const bytes = Buffer.alloc(GREETING_BYTES)
    const length = readSync(said, bytes, 0, bytes.length, from)
    return /^(Temporal )?Server: /m.test(bytes.toString('utf8', 0, length))
  } finally {
    closeSync(said)
  }
}

interface ServerDetails {
  readonly namespace: string
  readonly port: number
  readonly uiPort: number
  readonly log: string
}

function spawnServer(options: TemporalOptions, details: ServerDetails): ChildProcess {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(details.port)]
  args.push('--ui-port', String(details.uiPort), '--ui-disable-news-fetch')
  args.push('--namespace', details.namespace, '--db-filename', path.join(options.home, 'temporal.db'))
  if (options.writeAhead) args.push('--sqlite-pragma', 'journal_mode=wal')
  args.push('--log-level', 'warn', '--log-format', 'json')
  const output = openSync(details.log, 'a', 0o600)
  try {
    return startWatched(options.program, args, {
      cwd: options.home,
      stdio: ['ignore', output, output],
      watch: { signal: 'SIGTERM', killAfterSeconds: STOP_MS / 1000 },
    })
  } finally {
    closeSync(output)
  }
}

/** The port is open some time before the namespace can be used. */
async function untilServing(
  child: ChildProcess,
  address: string,
  namespace: string,
  hasGreeted: () => boolean,
): Promise<void> {
  const began = Date.now()
  // Asking before takes a processor from whatever else is starting.
  while (!hasGreeted() && Date.now() - began < UNGREETED_MS && hasNotEnded(child)) await sleep(50)
  for (;;) {
    try {
      await withConnection(address, (connection) => connection.workflowService.describeNamespace({ namespace }))
      break
    } catch (error) {
      if (Date.now() - began > START_MS || !hasNotEnded(child)) throw error
    }
    await sleep(50)
  }
  await sleep(SETTLE_MS)
}

async function withConnection<Result>(
  address: string,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const client = await import('@temporalio/client')
  const connection = await client.Connection.connect({ address, connectTimeout: '2s' })
  try {
    return await work(connection)
  } finally {
    await connection.close()
  }
}
