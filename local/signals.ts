/** npm passes on the Ctrl+C that the terminal has sent to us already: the same one again, a moment later. */
const SAME_MS = 1000

/**
 * Aborted by the first SIGINT or SIGTERM. Another one a second or more later ends us at once, and the watchdogs end the rest.
 * `onAsked` is called once.
 */
export function stopRequest(onAsked: () => void = () => undefined): AbortSignal {
  const controller = new AbortController()
  let askedMs = 0
  const ask = (): void => {
    if (controller.signal.aborted) {
      if (Date.now() - askedMs >= SAME_MS) process.exit(1)
      return
    }
    askedMs = Date.now()
    onAsked()
    controller.abort()
  }
  process.on('SIGINT', ask)
  process.on('SIGTERM', ask)
  return controller.signal
}
