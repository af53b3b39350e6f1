/** Many worlds: over several processes, each seed counted, some replayed, and every kind of fault proved to have struck. */
import { fork } from 'node:child_process'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { coverageOf } from './coverage.ts'
import type { Plant } from './plants.ts'
import { runSeed, type Outcome } from './world.ts'

/** One seed in so many is run twice. */
const REPLAY_EVERY = 10
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
  /** In how many worlds each fault has struck. */
  readonly struckIn: Readonly<Record<string, number>>
  /** Each seed that found something, once: all are kept, however many findings are told. */
  readonly failing: readonly number[]
  readonly failures: readonly { readonly seed: number; readonly what: string }[]
}

export interface Result extends Share {
  /** What so few worlds cannot prove. */
  readonly unproved: readonly string[]
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
    if (again.hash !== outcome.hash) fail(total, seed, 'failure: a replay went another way')
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
type Total = Mutable<Omit<Share, 'failures' | 'failing' | 'faults' | 'struckIn'>> & {
  failures: { seed: number; what: string }[]
  failing: number[]
  faults: Record<string, number>
  struckIn: Record<string, number>
}

function emptyShare(): Total {
  const counts = { seeds: 0, payouts: 0, replayed: 0, duplicates: 0, lost: 0, overBudget: 0 }
  return { ...counts, faults: {}, struckIn: {}, failing: [], failures: [] }
}

function fail({ failing, failures }: Total, seed: number, what: string): void {
  if (failing.at(-1) !== seed) failing.push(seed)
  failures.push({ seed, what })
}

function add(total: Total, { seed, payouts, findings, faults }: Outcome): void {
  const count = (kind: string): number => findings.filter((finding) => finding.kind === kind).length
  total.seeds += 1
  total.payouts += payouts
  total.duplicates += count('duplicate')
  total.lost += count('lost')
  total.overBudget += count('over-budget')
  for (const [fault, times] of faults) {
    total.faults[fault] = (total.faults[fault] ?? 0) + times
    total.struckIn[fault] = (total.struckIn[fault] ?? 0) + 1
  }
  for (const { kind, what } of findings) fail(total, seed, `${kind}: ${what}`)
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
export async function runSeeds(work: Work, tell: Tell = () => undefined): Promise<Result> {
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
  return resultOf(results, work.plant)
}

/** What processes found, added up: of their findings the first are told, of their failing seeds all. */
export function resultOf(shares: readonly Share[], plant: Plant | null): Result {
  const total = shares.reduce(sum, emptyShare())
  // A planted mistake is found by a few worlds: what they leave untried is no finding.
  const { missed, unproved } = plant === null ? coverageOf(total) : { missed: [], unproved: [] }
  const failures = [...total.failures, ...missed.map((what) => ({ seed: 0, what: `failure: ${what}` }))]
  const failing = [...new Set(total.failing)].toSorted((one, other) => one - other)
  return { ...total, failing, failures: failures.slice(0, FAILURES_SHOWN), unproved }
}

type Counts = Readonly<Record<string, number>>

function added(one: Counts, other: Counts): Counts {
  const both = { ...one }
  for (const [name, many] of Object.entries(other)) both[name] = (both[name] ?? 0) + many
  return both
}

function sum(one: Share, other: Share): Share {
  return {
    seeds: one.seeds + other.seeds,
    payouts: one.payouts + other.payouts,
    replayed: one.replayed + other.replayed,
    duplicates: one.duplicates + other.duplicates,
    lost: one.lost + other.lost,
    overBudget: one.overBudget + other.overBudget,
    faults: added(one.faults, other.faults),
    struckIn: added(one.struckIn, other.struckIn),
    failing: [...one.failing, ...other.failing],
    failures: [...one.failures, ...other.failures],
  }
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
