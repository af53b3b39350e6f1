/** Settings of a process, or its end: what is wrong is said in full, and the exit code is that of wrong use. */
import { ConfigProblem, loadConfig, requireProduction, requireSettings, VARIABLE_OF, type Config } from '../config.ts'

const EXIT_USAGE = 2

/** Reads the environment of a process that needs these settings. Ends the process when it cannot be used. */
export function settingsOf<Name extends keyof Config>(
  ...names: readonly Name[]
): Config & { readonly [name in Name]: NonNullable<Config[name]> } {
  return orEnd(() => {
    const config = loadConfig()
    requireProduction(config)
    refuseSealKey(config)
    return requireSettings(config, ...names)
  })
}

/** The engine must not be able to sign what it writes. */
function refuseSealKey(config: Config): void {
  const names = (['databaseSealUrl', 'sealKeyFile'] as const).filter((name) => config[name] !== null)
  if (config.mode !== 'production' || names.length === 0) return
  throw new ConfigProblem(names.map((name) => `${VARIABLE_OF[name]} is for the sealer only`))
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

/**
 * Settings of the sealer, which must have none of the engine's secrets: who can write the database and holds the key that signs
 * could make the trail anew. Throws `ConfigProblem` where it was given them.
 */
export function sealerSettings(): Config {
  const config = loadConfig()
  const foreign = (['databaseUrl', 'databaseMigrateUrl', 'vaultKeys', 'identityKeys', 'accountKeys'] as const).filter(
    (name) => config[name] !== null,
  )
  if (config.mode !== 'production' || foreign.length === 0) return config
  throw new ConfigProblem(foreign.map((name) => `${VARIABLE_OF[name]} must not be given to the sealer`))
}
