import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { readFileSync, renameSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Whether a process runs, also one of another user. */
export function isAlive(pid: number): boolean {
  // Zero and below mean groups of processes to the system.
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Waits for a process to end; `false` when it still runs after `withinMs`. */
export async function waitForEnd(pid: number, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs
  while (isAlive(pid)) {
    if (Date.now() >= until) return false
    await sleep(20)
  }
  return true
}

export function hasNotEnded(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

/** Ends a child: asks with `signal`, waits, then kills. Safe to call on one that has ended. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals, withinMs: number): Promise<void> {
  if (!hasNotEnded(child)) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs)
  await ended
  clearTimeout(timer)
}

/**
 * Waits until its input closes, which the system does when we end however that happens, then ends the process it watches:
 * `$1` is its pid, `$2` the signal that asks it to end, empty when it notices by itself, `$3` the seconds until it is killed.
 */
const WATCH = `
cat >/dev/null
test -z "$2" || kill -s "$2" "$1" 2>/dev/null || exit 0
second=0
while test "$second" -lt "$3"; do
  sleep 1
  kill -0 "$1" 2>/dev/null || exit 0
  second=$((second + 1))
done
kill -s KILL "$1" 2>/dev/null
`

/** How a process is ended when we have died. */
export interface Watch {
  /** `null`: it notices by itself, for example by the end of its IPC channel. */
  readonly signal: NodeJS.Signals | null
  readonly killAfterSeconds: number
}

/**
 * Starts a process in a session of its own, so that Ctrl+C in the terminal reaches only us and we end things in order,
 * and with a watchdog that ends it if we cannot (a SIGKILL, a crash).
 */
export function startWatched(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { readonly watch: Watch },
): ChildProcess {
  const { watch, ...spawnOptions } = options
  const child = spawn(command, args, { ...spawnOptions, detached: true })
  if (child.pid !== undefined) startWatchdog(child, child.pid, watch)
  return child
}

function startWatchdog(child: ChildProcess, pid: number, { signal, killAfterSeconds }: Watch): void {
  const args = [String(pid), signal?.replace('SIG', '') ?? '', String(killAfterSeconds)]
  const watchdog = spawn('/bin/sh', ['-c', WATCH, 'watchdog', ...args], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Neither it nor the pipe, which closes with us, is a reason for us to stay.
  watchdog.unref()
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref()
  watchdog.once('error', () => undefined)
  // The watched process is gone and its pid may be given to another: the watchdog must not act any more.
  child.once('exit', () => watchdog.kill('SIGKILL'))
}

const LOG_BYTES = 20_000_000

/** Puts a log that has grown large aside, as `<file>.1`, in place of the one before. */
export function rotateLog(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_BYTES) renameSync(file, `${file}.1`)
}

/** Last lines of a log file, for messages about what went wrong. Empty when there is none. */
export function lastLines(file: string, count: number): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.filter((line) => line !== '').slice(-count)
  } catch {
    return []
  }
}
