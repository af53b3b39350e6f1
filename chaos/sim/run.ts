/** Many worlds: over several processes, each seed counted, some replayed, and every kind of fault proved to have struck. */
import { fork } from 'node:child_process'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { FAULTS, type Fault } from './faults.ts'
import type { Plant } from './plants.ts'
import { runSeed, type Outcome } from './world.ts'

/** With fewer seeds chance decides whether a rare fault strikes at all. */
const SEEDS_FOR_COVERAGE = 200
/** One seed in so many is run twice. */
const REPLAY_EVERY = 50
const FAILURES_SHOWN = 20
const TOLD_EVERY = 1000

export interface Share {
  readonly seeds: number
  readonly payouts: number
  readonly replayed: number
  readonly duplicates: number
  readonly lost: number
  readonly overBudget: number
  readonly faults: Readonly<Record<string, number>>
  readonly failures: readonly { readonly seed: number; readonly what: string }[]
}

export interface Work {
  readonly seeds: readonly number[]
  readonly plant: Plant | null
  /** Ends with the first seed that finds something: enough for a planted bug. */
  readonly untilFound: boolean
}

/** Runs seeds one after the other in this process; tells after each how many worlds are over. */
export async function runShare({ seeds, plant, untilFound }: Work, tell: Tell = () => undefined): Promise<Share> {
  const total = emptyShare()
  for (const seed of seeds) {
    const outcome = await runSeed(seed, plant)
    add(total, outcome)
    tell(total.seeds)
    if (untilFound && outcome.findings.length > 0) break
    if (seed % REPLAY_EVERY !== 0) continue
    total.replayed += 1
    const again = await runSeed(seed, plant)
    if (again.hash !== outcome.hash) total.failures.push({ seed, what: 'failure: a replay went another way' })
  }
  return total
}

/** Told how many worlds are over. */
export type Tell = (seeds: number) => void

/** What a process says between its first world and its last. */
export interface Progress {
  readonly over: number
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type Total = Mutable<Omit<Share, 'failures' | 'faults'>> & {
  failures: { seed: number; what: string }[]
  faults: Record<string, number>
}

function emptyShare(): Total {
  return { seeds: 0, payouts: 0, replayed: 0, duplicates: 0, lost: 0, overBudget: 0, faults: {}, failures: [] }
}

function add(total: Total, { seed, payouts, findings, faults }: Outcome): void {
  const count = (kind: string): number => findings.filter((finding) => finding.kind === kind).length
  total.seeds += 1
  total.payouts += payouts
  total.duplicates += count('duplicate')
  total.lost += count('lost')
  total.overBudget += count('over-budget')
  for (const [fault, times] of faults) total.faults[fault] = (total.faults[fault] ?? 0) + times
  for (const { kind, what } of findings) total.failures.push({ seed, what: `${kind}: ${what}` })
}

/** Tells on standard error, at every thousandth world, how far many worlds have come. */
export function progressOf(all: number): Tell {
  let told = 0
  return (seeds) => {
    if (Math.floor(seeds / TOLD_EVERY) === told) return
    told = Math.floor(seeds / TOLD_EVERY)
    process.stderr.write(`${seeds} of ${all} worlds\n`)
  }
}

/** Runs seeds over all processors and adds up what they found. Throws when a process dies. */
export async function runSeeds(work: Work, tell: Tell = () => undefined): Promise<Share> {
  const processes = os.availableParallelism()
  const over: number[] = []
  const shares = Array.from({ length: processes }, (_, index) =>
    work.seeds.filter((_seed, place) => place % processes === index),
  )
  const stop = new AbortController()
  const results = await Promise.all(
    shares
      .filter((seeds) => seeds.length > 0)
      .map(async (seeds, index) => {
        const share = await runElsewhere({ ...work, seeds }, stop.signal, (count) => {
          over[index] = count
          tell(over.reduce((one, other) => one + other, 0))
        })
        if (work.untilFound && share.failures.length > 0) stop.abort()
        return share
      }),
  )
  const total = results.reduce(sum, emptyShare())
  return { ...total, failures: [...total.failures, ...uncovered(total, work.plant)].slice(0, FAILURES_SHOWN) }
}

function sum(one: Share, other: Share): Share {
  const faults = { ...one.faults }
  for (const [fault, times] of Object.entries(other.faults)) faults[fault] = (faults[fault] ?? 0) + times
  return {
    seeds: one.seeds + other.seeds,
    payouts: one.payouts + other.payouts,
    replayed: one.replayed + other.replayed,
    duplicates: one.duplicates + other.duplicates,
    lost: one.lost + other.lost,
    overBudget: one.overBudget + other.overBudget,
    faults,
    failures: [...one.failures, ...other.failures],
  }
}

/** A fault that never struck was never survived. */
function uncovered(total: Share, plant: Plant | null): Share['failures'] {
  if (plant !== null || total.seeds < SEEDS_FOR_COVERAGE) return []
  const missing: Fault[] = FAULTS.filter((fault) => (total.faults[fault] ?? 0) === 0)
  return missing.map((fault) => ({ seed: 0, what: `failure: ${fault} never struck` }))
}

/** Nothing of a share that is stopped counts. */
function runElsewhere(work: Work, signal: AbortSignal, tell: Tell): Promise<Share> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('work.ts', import.meta.url)), { execArgv: ['--import', 'tsx'], signal })
    let isAnswered = false
    child.on('message', (said: Share | Progress) => {
      if ('over' in said) return tell(said.over)
      isAnswered = true
      resolve(said)
    })
    child.on('error', (error) => (signal.aborted ? resolve(emptyShare()) : reject(error)))
    child.on('exit', (code) => {
      if (!isAnswered && !signal.aborted) reject(new Error(`a process of the simulation ended with ${String(code)}`))
    })
    child.send(work)
  })
}
