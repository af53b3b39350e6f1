/** Everything on one machine: what `npm start` runs. */
import { once } from 'node:events'
import { ConfigProblem, loadConfig, type Config } from '../config.ts'
import { banner } from '../local/banner.ts'
import { FolderInUse } from '../local/lock.ts'
import { stopRequest } from '../local/signals.ts'
import { startStack, type Stack, type StackEvent } from '../local/stack.ts'

export interface LocalOptions {
  /** Done when everything is up, before the banner; what it returns is printed below it. */
  readonly prepare?: (stack: Stack) => Promise<string>
}

/** Starts the stack, prints where it is, waits for SIGINT or SIGTERM and stops it. Answers with the exit code. */
export async function runLocal(options: LocalOptions = {}): Promise<number> {
  const asked = stopRequest(() => print('stopping'))
  try {
    const config = loadConfig()
    if (config.mode === 'production') {
      throw new ConfigProblem(['LUNAS_MODE is production, and this starts development servers'])
    }
    await runUntil(asked, config, options)
    return 0
  } catch (error) {
    // Asked while it started: it was stopped on the way, which is no failure.
    return asked.aborted && error === asked.reason ? 0 : explain(error)
  }
}

async function runUntil(asked: AbortSignal, config: Config, options: LocalOptions): Promise<void> {
  const stack = await startStack({ config, onEvent: tell, signal: asked })
  try {
    const more = await options.prepare?.(stack)
    print(banner(stack, Date.now() - performance.timeOrigin))
    if (more !== undefined) print(more)
    if (!asked.aborted) await once(asked, 'abort')
  } finally {
    await stack.stop()
  }
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

function tell(event: StackEvent): void {
  if (event.kind === 'progress') print(event.line)
  else if (event.kind === 'ready') print(`${event.part} is up (${(event.afterMs / 1000).toFixed(1)} s)`)
  else {
    print(`${event.part} ended; starting it again in ${(event.restartInMs / 1000).toFixed(1)} s. It said:`)
    for (const line of event.lines) print(`  ${line}`)
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
