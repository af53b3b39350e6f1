import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { endChild, hasNotEnded, lastLines, startWatched } from './processes.ts'
import type { RunningProcess } from './supervision.ts'
import { tell, WAITS } from './told.ts'

export interface ChildOptions {
  /** Names the log file and messages. */
  readonly name: string
  /** The program, without its extension, for example `main/worker` below the folder of the code that runs now. */
  readonly program: string
  /** A folder with the compiled programs; without one, whichever code runs now is run. */
  readonly code?: string
  /** It loads its code at once, and goes on when this has come about. For programs that wait to be told. */
  readonly after?: Promise<unknown>
  readonly environment: Readonly<Record<string, string>>
  /** Folder whose `logs/<name>.log` takes what it prints. */
  readonly home: string
  /** Asked after it has said `ready`, until it answers with 200. `null`: the message is enough. */
  readonly readyUrl: string | null
}

const START_MS = 60_000
/** A worker lets running activities end for up to half a minute. */
const STOP_MS = 40_000

/**
 * Starts a Lunas program and waits until it sends the message `ready` over its IPC channel. The contract of such a
 * program: it ends in order on SIGTERM, and on `disconnect`, which tells it that its parent has died.
 */
export async function startChild(options: ChildOptions): Promise<RunningProcess> {
  const log = path.join(options.home, 'logs', `${options.name}.log`)
  const child = spawnProgram(options, log)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  try {
    const failed = ended.then(() => Promise.reject(new Error(`it ended (${child.signalCode ?? child.exitCode})`)))
    if (options.after) await Promise.race([options.after.then(() => tell(child)), failed])
    const late = sleep(START_MS, undefined, { ref: false }).then(() =>
      Promise.reject(new Error('it is not ready in time')),
    )
    await Promise.race([untilReady(child, options.readyUrl), failed, late])
  } catch (error) {
    await endChild(child, 'SIGTERM', STOP_MS)
    const said = lastLines(log, 20).join('\n')
    throw new Error(`${options.name} does not start: ${(error as Error).message}. It said, in ${log}:\n${said}`, {
      cause: error,
    })
  }
  return { pid: child.pid ?? 0, ended, stop: () => endChild(child, 'SIGTERM', STOP_MS) }
}

function spawnProgram(options: ChildOptions, log: string): ChildProcess {
  const output = openSync(log, 'a', 0o600)
  try {
    return startWatched(process.execPath, programArguments(options), {
      env: options.environment,
      // Everything it needs is handed to it: a file .env in our own folder was read already, by us.
      cwd: options.home,
      stdio: ['ignore', output, output, 'ipc'],
      watch: { signal: null, killAfterSeconds: STOP_MS / 1000 },
    })
  } finally {
    closeSync(output)
  }
}

/** Sources are run by tsx, their compiled copy as it is: whichever this file is itself. */
function programArguments({ program, code, after }: ChildOptions): readonly string[] {
  const waits = after ? [WAITS] : []
  if (code !== undefined) return [path.join(code, `${program}.js`), ...waits]
  const base = path.join(import.meta.dirname, '..', program)
  if (import.meta.filename.endsWith('.js') && existsSync(`${base}.js`)) return [`${base}.js`, ...waits]
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, `${base}.ts`, ...waits]
}

async function untilReady(child: ChildProcess, url: string | null): Promise<void> {
  await new Promise<void>((resolve) => {
    child.on('message', (message) => {
      if (message === 'ready') resolve()
    })
  })
  // Over with listening: the channel stays for telling the child when we die.
  child.removeAllListeners('message')
  while (url !== null && hasNotEnded(child) && !(await answers(url))) await sleep(50)
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
