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
  const url = urlOf(options)
  // A key that was given is used whatever becomes of it: the API says what is wrong with it.
  const key = options.key ?? keyOf(stackAt(options), role)
  if (key === undefined) {
    throw new Failure(`no key for ${url}; give one by --key or LUNAS_KEY, or start a development stack: npm start`)
  }
  await requireAnswer(url)
  return openClient({ url, key })
}

function stacksOf({ data }: ConnectionOptions): RunningStack[] {
  return [data, path.join(data, 'demo')].flatMap(runningIn)
}

function urlOf(options: ConnectionOptions): string {
  return options.url ?? stacksOf(options)[0]?.apiUrl ?? USUAL_URL
}

/** The development stack on this machine that is asked, if it is one. */
export function stackAt(options: ConnectionOptions): RunningStack | undefined {
  const url = urlOf(options)
  return stacksOf(options).find(({ apiUrl }) => isSamePlace(apiUrl, url))
}

interface RunningStack {
  readonly folder: string
  readonly apiUrl: string
}

/** The stack of a folder, when it runs. */
function runningIn(folder: string): RunningStack[] {
  const { apiUrl, pid } = membersOf(path.join(folder, 'running.json'))
  return typeof apiUrl === 'string' && typeof pid === 'number' && isAlive(pid) ? [{ folder, apiUrl }] : []
}

/** Development keys open a stack on this machine; they are sent to nobody else, whatever its address is said to be. */
function keyOf(stack: RunningStack | undefined, role: string): string | undefined {
  const key = stack && membersOf(path.join(stack.folder, 'development-keys.json'))[role]
  return typeof key === 'string' ? key : undefined
}

/** What a stack leaves in its folder for commands that stand beside it. */
function membersOf(file: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  } catch {
    return {}
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of somebody else lives as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

function isSamePlace(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return false
  const [left, right] = [new URL(one), new URL(other)]
  const isHere = LOOPBACK.has(left.hostname) && LOOPBACK.has(right.hostname)
  return isHere && left.protocol === right.protocol && left.port === right.port
}

async function requireAnswer(url: string): Promise<void> {
  try {
    await fetch(`${url}/livez`)
  } catch {
    throw new Failure(`the API does not answer at ${url}; start it with: npm start`)
  }
}
