/** From the command to ready, the first time and again; and what the processes hold in memory when nothing happens. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { loadConfig } from '../config.ts'
import { freePort } from '../local/ports.ts'
import { startStack } from '../local/stack.ts'
import { memoryMiB, rounded, spreadOf } from './measure.ts'
import type { BenchResult } from './report.ts'

const REST_MS = 5000

/** Seconds from start to ready; every round starts a new folder once and again. There is no yardstick, so no ratio. */
export async function benchStartup(rounds: number, say: (line: string) => void): Promise<BenchResult> {
  const first: number[] = []
  const second: number[] = []
  let memory: Record<string, number> = {}
  for (let round = 1; round <= rounds; round += 1) {
    const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-bench-'))
    first.push((await startOnce(home)).seconds)
    const again = await startOnce(home)
    second.push(again.seconds)
    memory = again.memory
    rmSync(home, { recursive: true, force: true })
    say(`round ${round}: first ${first.at(-1)} s, again ${second.at(-1)} s`)
  }
  return {
    bench: 'startup',
    ratio: null,
    target: 'told, not judged: first rupiah of the demo within 20 s of its start',
    rounds: first.map((seconds, index) => ({ first: seconds, again: second[index] })),
    first: spreadOf(first),
    again: spreadOf(second),
    memoryMiB: memory,
  }
}

async function startOnce(home: string): Promise<{ readonly seconds: number; readonly memory: Record<string, number> }> {
  const port = await freePort()
  const config = {
    ...loadConfig(),
    dataDir: home,
    port,
    publicUrl: `http://127.0.0.1:${port}`,
    sandboxJournal: path.join(home, 'sandbox.jsonl'),
  }
  const began = performance.now()
  const stack = await startStack({ config })
  const seconds = rounded((performance.now() - began) / 1000)
  await new Promise((resolve) => setTimeout(resolve, REST_MS))
  const memory = memoryMiB(Object.fromEntries(stack.parts.map((part) => [part, stack.pidOf(part)])))
  await stack.stop()
  return { seconds, memory }
}
