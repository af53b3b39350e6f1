/** Figures that can be trusted: ratios within one run, medians with their spread, CPU by process, and the machine beside them. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import os from 'node:os'

export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = sorted.length / 2
  const median = sorted.length % 2 === 1 ? at(Math.floor(middle)) : rounded((at(middle - 1) + at(middle)) / 2)
  return { min: at(0), median, max: at(sorted.length - 1) }
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly node: string
  readonly loadAverage: number
}

export function machine(): Machine {
  const cpus = os.cpus()
  return {
    cpu: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    loadAverage: os.loadavg()[0] ?? 0,
  }
}

/** Processor seconds used so far by processes and all their descendants, by the name given to each. Linux only. */
export function cpuSeconds(pids: Readonly<Record<string, number>>): Record<string, number> {
  const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  const processes = readProcesses()
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [name, treeTicks(processes, pid) / ticksPerSecond]),
  )
}

/** Less than this share of one processor, over a second, is rest. */
const REST = 0.25
const REST_PATIENCE_S = 30

/** Waits until processes have worked off what the work before has left them: it belongs to no other. */
export async function atRest(pids: Readonly<Record<string, number>>): Promise<void> {
  const used = (): number => Object.values(cpuSeconds(pids)).reduce((sum, seconds) => sum + seconds, 0)
  for (let second = 0; second < REST_PATIENCE_S; second += 1) {
    const before = used()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    if (used() - before < REST) return
  }
}

/** Resident memory of processes and all their descendants, in MiB. Linux only. */
export function memoryMiB(pids: Readonly<Record<string, number>>): Record<string, number> {
  const processes = readProcesses()
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [
      name,
      Math.round(treeOf(processes, pid).reduce((sum, each) => sum + each.rssKiB, 0) / 1024),
    ]),
  )
}

interface Seen {
  readonly pid: number
  readonly parent: number
  readonly ticks: number
  readonly rssKiB: number
}

function readProcesses(): readonly Seen[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [parseStat(readFileSync(`/proc/${name}/stat`, 'utf8'))]
      } catch {
        return []
      }
    })
}

function parseStat(stat: string): Seen {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (index: number): number => Number(fields[index - 3] ?? 0)
  // utime, stime, and those of children that were waited for; rss is in pages of 4 KiB.
  const ticks = field(14) + field(15) + field(16) + field(17)
  return { pid: Number(stat.slice(0, stat.indexOf(' '))), parent: field(4), ticks, rssKiB: field(24) * 4 }
}

function treeTicks(processes: readonly Seen[], pid: number): number {
  return treeOf(processes, pid).reduce((sum, each) => sum + each.ticks, 0)
}

function treeOf(processes: readonly Seen[], pid: number): Seen[] {
  const own = processes.filter((each) => each.pid === pid)
  const children = processes.filter((each) => each.parent === pid)
  return [...own, ...children.flatMap((child) => treeOf(processes, child.pid))]
}

/** What was used between two readings, a unit of work; milliseconds. */
export function perUnitMs(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  units: number,
): Record<string, number> {
  return Object.fromEntries(
    Object.keys(after).map((name) => [name, rounded((((after[name] ?? 0) - (before[name] ?? 0)) * 1000) / units)]),
  )
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
