/** Settings of a process, or its end: what is wrong is said in full, and the exit code is that of wrong use. */
import { ConfigProblem, loadConfig, requireProduction, requireSettings, type Config } from '../config.ts'

const EXIT_USAGE = 2

/** Reads the environment of a process that needs these settings. Ends the process when it cannot be used. */
export function settingsOf<Name extends keyof Config>(
  ...names: readonly Name[]
): Config & { readonly [name in Name]: NonNullable<Config[name]> } {
  return orEnd(() => {
    const config = loadConfig()
    requireProduction(config)
    return requireSettings(config, ...names)
  })
}

/** Does a part of a start that may find settings missing. Ends the process when it does. */
export function orEnd<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error
    for (const line of error.lines) process.stderr.write(`${line}\n`)
    process.exit(EXIT_USAGE)
  }
}
