/** From the command to ready, the first time and again, against its two servers alone; and what the processes hold at rest. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { inheritedEnvironment, loadConfig } from '../config.ts'
import { freePort } from '../local/ports.ts'
import { startPostgres } from '../local/postgres.ts'
import { PROJECT_ROOT } from '../local/project.ts'
import { findTemporalCli } from '../local/temporal-programs.ts'
import { startTemporal } from '../local/temporal.ts'
import type { Up } from '../main/local.ts'
import { memoryMiB, rounded, spreadOf } from './measure.ts'
import type { BenchResult } from './report.ts'

const REST_MS = 5000

/**
 * Seconds from the start of `lunas up` to ready; every round starts a new folder once and again, and then the bare servers on
 * that folder's data: nothing that needs both can be ready before they are. The ratio is theirs to our second start.
 */
export async function benchStartup(rounds: number, say: (line: string) => void): Promise<BenchResult> {
  const program = await findTemporalCli({ configured: loadConfig().temporalCliPath })
  const told: { first: number; again: number; servers: number; ratio: number }[] = []
  let memory: Record<string, number> = {}
  for (let round = 1; round <= rounds; round += 1) {
    const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-bench-'))
    const first = (await startOnce(home)).seconds
    const again = await startOnce(home)
    memory = again.memory
    const servers = await serversAlone(program, home)
    rmSync(home, { recursive: true, force: true })
    told.push({ first, again: again.seconds, servers, ratio: rounded(servers / again.seconds) })
    say(`round ${round}: first ${first} s, again ${again.seconds} s, its servers alone ${servers} s`)
  }
  const ratios = spreadOf(told.map(({ ratio }) => ratio))
  return {
    bench: 'startup',
    ratio: ratios.median,
    target: 'told, not judged: PostgreSQL and Temporal alone against the whole stack, both on data that is there',
    rounds: told,
    ratios,
    first: spreadOf(told.map(({ first }) => first)),
    again: spreadOf(told.map(({ again }) => again)),
    memoryMiB: memory,
  }
}

async function startOnce(home: string): Promise<{ readonly seconds: number; readonly memory: Record<string, number> }> {
  const began = performance.now()
  const environment = { LUNAS_DATA_DIR: home, LUNAS_PORT: String(await freePort()) }
  const child = spawn(process.execPath, [path.join(PROJECT_ROOT, 'cli/lunas.mjs'), 'up', '--json'], {
    cwd: home,
    env: { ...inheritedEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const { pids } = await readyOf(child)
  const seconds = rounded((performance.now() - began) / 1000)
  await new Promise((resolve) => setTimeout(resolve, REST_MS))
  const memory = restOf(memoryMiB({ ...pids, supervisor: child.pid ?? 0 }))
  child.kill('SIGTERM')
  await ended
  return { seconds, memory }
}

/** The parts are children of the supervisor, and counted with it: what is left is its own. */
function restOf({ supervisor = 0, ...parts }: Record<string, number>): Record<string, number> {
  const sum = Object.values(parts).reduce((total, one) => total + one, 0)
  return { ...parts, supervisor: supervisor - sum }
}

/** What the command prints when everything is up. Rejects when it ends before. */
function readyOf(child: ChildProcess): Promise<Up> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      text += more
      if (text.endsWith('}\n')) resolve(JSON.parse(text) as Up)
    })
    child.once('close', (code) => reject(new Error(`lunas up ended with ${code}`)))
  })
}

async function serversAlone(program: string, home: string): Promise<number> {
  const began = performance.now()
  const [postgres, temporal] = await Promise.all([startPostgres({ home }), startTemporal({ program, home })])
  const seconds = rounded((performance.now() - began) / 1000)
  await Promise.all([postgres.stop(), temporal.stop()])
  return seconds
}
