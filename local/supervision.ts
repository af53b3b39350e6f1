import { setTimeout as sleep } from 'node:timers/promises'

/** A process that is up. */
export interface RunningProcess {
  readonly pid: number
  /** Settles when it has ended, wanted or not. */
  readonly ended: Promise<unknown>
  stop(): Promise<void>
}

export type SupervisionEvent =
  | { readonly kind: 'ready'; readonly afterMs: number }
  /** It ended unasked, or could not be started again; it is started after the wait. */
  | { readonly kind: 'ended'; readonly restartInMs: number; readonly error: unknown }

export interface Supervised<Started extends RunningProcess> {
  /** What runs now, or ran last. */
  current(): Started
  /** Settles when it is up: at once when it is. Rejects once it is being stopped. */
  ready(): Promise<void>
  /** Sends a signal and waits until the process has ended; it is then started again like after any other death. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Stops it in order and waits until it is up again. */
  restart(): Promise<void>
  /** Stops it for good. */
  stop(): Promise<void>
}

/** How long a process that has died stays down, at first and when it dies again and again. Milliseconds. */
export interface RestartWaits {
  readonly firstMs: number
  readonly longestMs: number
}

const WAITS: RestartWaits = { firstMs: 250, longestMs: 10_000 }
/** One that stayed up this long starts with the first wait again. */
const SETTLED_MS = 30_000

/** Starts a process and keeps it up. Rejects when the first start fails; later ones are tried again with growing waits. */
export async function supervise<Started extends RunningProcess>(
  start: () => Promise<Started>,
  onEvent: (event: SupervisionEvent) => void,
  waits: RestartWaits = WAITS,
): Promise<Supervised<Started>> {
  const gate = openGate()
  const stopping = new AbortController()
  let current = await startOnce()
  let isRestart = false
  const loop = keepUp()

  async function startOnce(): Promise<Started> {
    const began = Date.now()
    const started = await start()
    onEvent({ kind: 'ready', afterMs: Date.now() - began })
    return started
  }

  async function keepUp(): Promise<void> {
    let waitMs = waits.firstMs
    while (!stopping.signal.aborted) {
      const since = Date.now()
      await current.ended
      gate.close()
      if (Date.now() - since > SETTLED_MS) waitMs = waits.firstMs
      waitMs = await startAgain(waitMs)
    }
  }

  /** Tries until it is up or being stopped; answers with the wait that the next death starts from. */
  async function startAgain(firstWaitMs: number): Promise<number> {
    let waitMs = firstWaitMs
    for (let error: unknown = null; !stopping.signal.aborted;) {
      if (!isRestart) {
        onEvent({ kind: 'ended', restartInMs: waitMs, error })
        await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
        if (stopping.signal.aborted) break
        waitMs = Math.min(waitMs * 2, waits.longestMs)
      }
      isRestart = false
      try {
        current = await startOnce()
        gate.open()
        break
      } catch (failure) {
        error = failure
      }
    }
    return waitMs
  }

  return {
    current: () => current,
    ready: () => gate.passed(),
    async kill(signal) {
      gate.close()
      process.kill(current.pid, signal)
      await current.ended
    },
    async restart() {
      gate.close()
      isRestart = true
      await current.stop()
      await gate.passed()
    },
    async stop() {
      stopping.abort()
      await current.stop()
      await loop
      // It may have come up just when it was to be stopped.
      await current.stop()
      gate.demolish()
    },
  }
}

interface Gate {
  open(): void
  close(): void
  /** Settles when it is open; rejects when it will never be. */
  passed(): Promise<void>
  demolish(): void
}

function openGate(): Gate {
  let isOpen = true
  const waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []
  return {
    open() {
      isOpen = true
      for (const { resolve } of waiting.splice(0)) resolve()
    },
    close() {
      isOpen = false
    },
    passed: () => (isOpen ? Promise.resolve() : new Promise((resolve, reject) => waiting.push({ resolve, reject }))),
    demolish() {
      isOpen = false
      for (const { reject } of waiting.splice(0)) reject(new Error('it was stopped'))
    },
  }
}
