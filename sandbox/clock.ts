/**
 * The simulator's own time. Waits are told in the provider's seconds and multiplied with a factor, so that half an hour of
 * retries fits into a test; the journal carries this time across a restart.
 */
export interface VirtualClock {
  /** Milliseconds since the epoch, as the provider sees it. */
  now(): number
  /** Runs an action when the provider's time reaches `atMs`; at once (but never synchronously) when it is past. */
  at(atMs: number, action: () => void): void
  /** Says that it was `virtualMs` at the provider when it was `realMs` here: what fell due meanwhile is due at once. */
  resume(virtualMs: number, realMs: number): void
  /** Forgets everything that is still to come. */
  stop(): void
}

/** The largest wait a timer can hold; longer ones are taken in steps. */
const TIMER_MAX_MS = 2_147_483_647

export function startClock(timeFactor: number): VirtualClock {
  const timers = new Set<NodeJS.Timeout>()
  let virtualStart = Date.now()
  let realStart = virtualStart
  let stopped = false
  const now = () => Math.floor(virtualStart + (Date.now() - realStart) / timeFactor)

  function at(atMs: number, action: () => void): void {
    if (stopped) return
    const wait = Math.max(0, (atMs - now()) * timeFactor)
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        if (wait > TIMER_MAX_MS) at(atMs, action)
        else action()
      },
      Math.min(wait, TIMER_MAX_MS),
    )
    timers.add(timer)
  }

  function stop(): void {
    stopped = true
    for (const timer of timers) clearTimeout(timer)
    timers.clear()
  }

  function resume(virtualMs: number, realMs: number): void {
    virtualStart = virtualMs
    realStart = realMs
  }

  return { now, at, resume, stop }
}
