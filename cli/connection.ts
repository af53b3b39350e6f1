/** How commands reach the API: where it is, and as whom. */
import { readFileSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { openClient, type LunasClient } from '../client/index.ts'
import { Failure } from './output.ts'

export interface ConnectionOptions {
  readonly url: string
  readonly key?: string
}

/** Where a development stack leaves its keys, by role. */
const DEVELOPMENT_KEYS = ['.data/development-keys.json', '.data/demo/development-keys.json']

/** Adds the options every command that speaks HTTP has. */
export function withConnection(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'where the API is').env('LUNAS_URL').default('http://127.0.0.1:3000'))
    .addOption(new Option('--key <secret>', 'an API key; without one, that of a development stack').env('LUNAS_KEY'))
    .option('--json', 'one JSON object on standard output')
}

/** A client with a key of the role. Throws a Failure that says how to give one. */
export async function connect(options: ConnectionOptions, role: string): Promise<LunasClient> {
  if (options.key !== undefined) return openClient({ url: options.url, key: options.key })
  for (const file of DEVELOPMENT_KEYS) {
    const key = keyIn(file, role)
    if (key !== undefined && (await isTaken(options.url, key))) return openClient({ url: options.url, key })
  }
  throw new Failure(
    `no key for ${options.url}; give one by --key or LUNAS_KEY, or start a development stack: npm start`,
  )
}

function keyIn(file: string, role: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)[role]
  } catch {
    return undefined
  }
}

/** Keys of a stack that is not running are of no use at another. */
async function isTaken(url: string, key: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/v1/programmes`, { headers: { authorization: `Bearer ${key}` } })
    return answer.status !== 401
  } catch {
    throw new Failure(`the API does not answer at ${url}; start it with: npm start`)
  }
}
