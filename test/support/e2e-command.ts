/** The `lunas` command and built programs as people run them: their output apart, and the processes they leave behind. */
import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { inject } from 'vitest'
import { ENVIRONMENT, inheritedEnvironment } from '../../config.ts'
import { PROJECT_ROOT } from '../../local/project.ts'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly process: ChildProcess
  readonly output: () => string
  /** Settles when the program says by IPC that it is up; rejects when it ends before. */
  readonly ready: Promise<void>
  /** Settles when it has ended. */
  readonly ended: Promise<Ran>
}

export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Default the project's folder. */
  readonly folder?: string
  /** Default: what each of the two below says. */
  readonly program?: string
}

/** Runs the compiled command to its end: up in a third of the time of the sources, which `startLunas` runs. */
export function lunas(args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  return startLunas(args, { program: path.join(inject('built'), 'cli/main.js'), ...options }).ended
}

/** Starts `cli/lunas.mjs` with nothing of our settings but those given. */
export function startLunas(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const program = options.program ?? path.join(PROJECT_ROOT, 'cli/lunas.mjs')
  return startCommand(process.execPath, [program, ...args], options)
}

/** Starts any program the same way, in a process group of its own: what a terminal sends goes to all of it. */
export function startCommand(
  command: string,
  args: readonly string[],
  options: Omit<CommandOptions, 'program'> = {},
): RunningCommand {
  const child = spawn(command, args, {
    cwd: options.folder ?? PROJECT_ROOT,
    env: { ...inheritedEnvironment(), ...UNSET, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ran>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message) => message === 'ready' && resolve())
    child.once('close', (code) => reject(new Error(`it ended with ${code}:\n${stdout}${stderr}`)))
  })
  // Nobody need wait for it.
  ready.catch(() => undefined)
  return { process: child, output: () => stdout + stderr, ready, ended }
}

/** What Ctrl+C in a terminal does: SIGINT to everybody in the foreground, at the same moment. */
export function pressCtrlC({ process: { pid = 0 } }: RunningCommand): void {
  process.kill(-pid, 'SIGINT')
}

/** A setting that is set to nothing is not set, whatever a developer's own `.env` says. */
const UNSET = Object.fromEntries(Object.keys(ENVIRONMENT.properties).map((name) => [name, '']))

/** Processes that name a folder in their command line or environment: what a stack in it has left running. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const command = readProcess(pid, 'cmdline')
      const isOurs = command.includes(folder) || readProcess(pid, 'environ').includes(folder)
      return isOurs ? [`${pid} ${command.replaceAll('\0', ' ')}`] : []
    })
}

/** Processes come and go while we look. */
function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
