/** How commands reach the API: where it is, and as whom. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Option, type Command } from 'commander'
import { openClient, type LunasClient } from '../client/index.ts'
import { Failure } from './output.ts'

export interface ConnectionOptions {
  readonly url?: string
  readonly key?: string
  readonly data: string
}

const USUAL_URL = 'http://127.0.0.1:3000'

/** Adds the options every command that speaks HTTP has. */
export function withConnection(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'where the API is; without one, that of a development stack').env('LUNAS_URL'))
    .addOption(new Option('--key <secret>', 'an API key; without one, that of a development stack').env('LUNAS_KEY'))
    .addOption(
      new Option('--data <folder>', 'where a development stack keeps its data').env('LUNAS_DATA_DIR').default('.data'),
    )
    .option('--json', 'one JSON object on standard output')
}

/** A client with a key of the role. Throws a Failure that says how to give one. */
export async function connect(options: ConnectionOptions, role: string): Promise<LunasClient> {
  const stacks = [options.data, path.join(options.data, 'demo')]
  const running = stacks.map((folder) => memberOf(path.join(folder, 'running.json'), 'apiUrl'))
  const url = options.url ?? running.find((found) => found !== undefined) ?? USUAL_URL
  const keys = stacks.map((folder) => memberOf(path.join(folder, 'development-keys.json'), role))
  for (const key of options.key === undefined ? keys : [options.key]) {
    if (key === undefined) continue
    // A key that was given is used whatever becomes of it: the API says what is wrong with it.
    if ((await isTaken(url, key)) || key === options.key) return openClient({ url, key })
  }
  throw new Failure(`no key for ${url}; give one by --key or LUNAS_KEY, or start a development stack: npm start`)
}

/** What a stack leaves in its folder for commands that stand beside it. */
function memberOf(file: string, name: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)[name]
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
