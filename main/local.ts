/** Everything on one machine: what `npm start` runs. */
import { once } from 'node:events'
import { ConfigProblem, loadConfig, type Config } from '../config.ts'
import type { Access } from '../local/access.ts'
import { banner, keysText } from '../local/banner.ts'
import { FolderInUse } from '../local/lock.ts'
import { stopRequest } from '../local/signals.ts'
import { startStack, type Stack, type StackEvent } from '../local/stack.ts'

export interface LocalOptions {
  /** Done when everything is up, before the banner; answers with the development keys. */
  readonly prepare?: (stack: Stack) => Promise<Access>
  /** Told once everything is up, in place of lines for people: then nothing else is printed on standard output. */
  readonly onReady?: (up: Up) => void
}

/** What programs are told of a stack that is up. */
export interface Up extends Pick<Stack, 'apiUrl' | 'temporalAddress' | 'temporalUiUrl' | 'sandboxUrl' | 'dataDir'> {
  readonly seconds: number
  readonly keys: Access | null
  /** Processes of the stack, by part. */
  readonly pids: Readonly<Record<string, number>>
}

/** Starts the stack, prints where it is, waits for SIGINT or SIGTERM and stops it. Answers with the exit code. */
export async function runLocal(options: LocalOptions = {}): Promise<number> {
  const say = options.onReady ? () => undefined : print
  const asked = stopRequest(() => say('stopping'))
  try {
    const config = loadConfig()
    if (config.mode === 'production') {
      throw new ConfigProblem(['LUNAS_MODE is production, and this starts development servers'])
    }
    await runUntil(asked, config, options, say)
    return 0
  } catch (error) {
    // Asked while it started: it was stopped on the way, which is no failure.
    return asked.aborted && error === asked.reason ? 0 : explain(error)
  }
}

async function runUntil(
  asked: AbortSignal,
  config: Config,
  { prepare, onReady }: LocalOptions,
  say: (text: string) => void,
): Promise<void> {
  const stack = await startStack({ config, onEvent: (event) => tell(event, say), signal: asked })
  try {
    const keys = (await prepare?.(stack)) ?? null
    const startedInMs = Date.now() - performance.timeOrigin
    say(banner(stack, startedInMs))
    if (keys !== null) say(keysText(keys))
    onReady?.(upOf(stack, keys, startedInMs))
    if (!asked.aborted) await once(asked, 'abort')
  } finally {
    await stack.stop()
  }
}

function upOf(stack: Stack, keys: Access | null, startedInMs: number): Up {
  const { apiUrl, temporalAddress, temporalUiUrl, sandboxUrl, dataDir } = stack
  const pids = Object.fromEntries(stack.parts.map((part) => [part, stack.pidOf(part)]))
  return { apiUrl, temporalAddress, temporalUiUrl, sandboxUrl, dataDir, seconds: startedInMs / 1000, keys, pids }
}

function explain(error: unknown): number {
  if (error instanceof ConfigProblem) {
    for (const line of error.lines) process.stderr.write(`${line}\n`)
    return 2
  }
  if (!(error instanceof Error)) throw error
  // Plain errors are written for people; any other kind is a bug or comes from a library, and where it came from matters.
  const isPlain = error instanceof FolderInUse || error.constructor === Error
  process.stderr.write(`${isPlain ? error.message : (error.stack ?? error.message)}\n`)
  return 1
}

function tell(event: StackEvent, say: (text: string) => void): void {
  if (event.kind === 'progress') say(event.line)
  else if (event.kind === 'ready') say(`${event.part} is up (${(event.afterMs / 1000).toFixed(1)} s)`)
  else {
    say(`${event.part} ended; starting it again in ${(event.restartInMs / 1000).toFixed(1)} s. It said:`)
    for (const line of event.lines) say(`  ${line}`)
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
