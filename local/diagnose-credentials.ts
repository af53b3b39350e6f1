/** What of the credentials that are configured is in force, and how people agree to what is not. */
import path from 'node:path'
import { ConfigProblem, loadConfig, type Config } from '../config.ts'
import type { Gateway } from '../gateways/gateway.ts'
import { configuredGateways } from '../main/compose.ts'
import { credentialStates, proposingCommand } from '../main/credentials.ts'
import type { Database } from '../store/database.ts'
import { listCredentials } from '../store/gateway-credentials.ts'
import { childEnvironment } from './environment.ts'
import { green, idle, red, type Finding } from './finding.ts'
import { developmentKeys } from './keys.ts'
import { readRunning } from './running.ts'

/** A line for each credential that a process with these settings runs with, by its fingerprint; a development stack that runs says its own. */
export async function credentialFindings({ pool }: Database, config: Config): Promise<Finding[]> {
  const gateways = gatewaysOf(config)
  if (typeof gateways === 'string') return [idle('credentials', `not looked at: ${gateways}`)]
  const inForce = await listCredentials(pool)
  return credentialStates(gateways, inForce).map(({ credential, inForce: isInForce }) => {
    const { gateway, purpose, fingerprint } = credential
    const found = `${purpose} of ${gateway}, ${fingerprint}`
    if (isInForce) return green('credentials', `${found}: in force`)
    return red('credentials', `${found}: not in force, two people agree to it`, proposingCommand(credential))
  })
}

/** The gateways as a process would open them; or why they cannot be opened from here. */
function gatewaysOf(config: Config): ReadonlyMap<string, Gateway> | string {
  try {
    return configuredGateways(ofRunning(config) ?? config)
  } catch (error) {
    if (error instanceof ConfigProblem) return error.lines.join('; ')
    throw error
  }
}

/** The settings of the API of a development stack that runs here. */
function ofRunning(config: Config): Config | null {
  for (const home of [config.dataDir, path.join(config.dataDir, 'demo')]) {
    const running = readRunning(home)
    if (running === null) continue
    const endpoints = { ...running, databaseSealUrl: null, sandboxPort: config.sandboxPort }
    return loadConfig(childEnvironment('api', config, endpoints, developmentKeys(home)))
  }
  return null
}
