/** The first SIGINT or SIGTERM is waited for; a second one ends us at once, and the watchdogs end the rest. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false
    const ask = (): void => {
      if (isAsked) process.exit(1)
      isAsked = true
      resolve()
    }
    process.on('SIGINT', ask)
    process.on('SIGTERM', ask)
  })
}
