/** The ports of a stack, each free, ours, or taken by another program, with the command that mends it. */
import type { Config } from '../config.ts'
import { green, red, type Finding } from './finding.ts'
import { freePort, isPortFree } from './ports.ts'
import type { Running } from './running.ts'

interface Wish {
  readonly what: string
  readonly port: number
  readonly host: string
  /** Where our own stack has this part, when one runs. */
  readonly ours: string | null | undefined
  /** The setting that names another port; null: another free one is taken by itself. */
  readonly setting: 'LUNAS_PORT' | null
}

/** One line for each port that a start takes on this machine. Parts that are configured elsewhere have none here. */
export async function portFindings(config: Config, running: Running | null): Promise<Finding[]> {
  const isSandboxOurs = config.gateways.includes('sandbox') && config.sandboxUrl === null
  const isTemporalOurs = config.temporalAddress === null
  const local = { host: '127.0.0.1', setting: null }
  const wishes: readonly (Wish | null)[] = [
    { what: 'API port', port: config.port, host: config.host, ours: running?.apiUrl, setting: 'LUNAS_PORT' },
    isSandboxOurs ? { ...local, what: 'sandbox port', port: config.sandboxPort, ours: running?.sandboxUrl } : null,
    isTemporalOurs
      ? { ...local, what: 'Temporal port', port: config.temporalPort, ours: running?.temporalAddress }
      : null,
    isTemporalOurs ? { ...local, what: 'UI port', port: config.temporalUiPort, ours: running?.temporalUiUrl } : null,
  ]
  const findings = await Promise.all(wishes.flatMap((wish) => (wish === null ? [] : [portFinding(wish)])))
  return [...findings, ...databasePort(config, running)]
}

async function portFinding({ what, port, host, ours, setting }: Wish): Promise<Finding> {
  const taken = portOf(ours)
  if (taken !== null) return green(what, `${taken} is ours`)
  if (await isPortFree(port, host)) return green(what, `${port} on ${host} is free`)
  const found = `${port} on ${host} is in use by another program`
  if (setting === null) return green(what, `${found}; the next start takes another one`)
  return red(what, found, `${setting}=${await freePort()} npm start`)
}

/** Which port the embedded PostgreSQL takes is its own affair: only a running one is told. */
function databasePort(config: Config, running: Running | null): Finding[] {
  if (config.databaseUrl !== null) return []
  const port = portOf(running?.databaseUrl)
  return [green('PostgreSQL port', port === null ? 'any free one' : `${port} is ours`)]
}

function portOf(place: string | null | undefined): string | null {
  return /:(\d+)(\/[^:]*)?$/.exec(place ?? '')?.[1] ?? null
}
