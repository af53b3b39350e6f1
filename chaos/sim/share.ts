/** Worlds of one process, one after the other: what they found, counted, and some of them replayed. */
import type { Plant } from './plants.ts'
import { runSeed, type Outcome } from './world.ts'

/** One seed in so many is run twice. */
const REPLAY_EVERY = 10

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

export interface Work {
  readonly seeds: readonly number[]
  readonly plant: Plant | null
  /** Ends with the first seed that finds something: enough for a planted bug. */
  readonly untilFound: boolean
}

/** Told how many worlds are over. */
export type Tell = (seeds: number) => void

/** What a process says between its first world and its last. */
export interface Progress {
  readonly over: number
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

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type Total = Mutable<Omit<Share, 'failures' | 'failing' | 'faults' | 'struckIn'>> & {
  failures: { seed: number; what: string }[]
  failing: number[]
  faults: Record<string, number>
  struckIn: Record<string, number>
}

export function emptyShare(): Total {
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

type Counts = Readonly<Record<string, number>>

function added(one: Counts, other: Counts): Counts {
  const both = { ...one }
  for (const [name, many] of Object.entries(other)) both[name] = (both[name] ?? 0) + many
  return both
}

/** Both, added up. */
export function sum(one: Share, other: Share): Share {
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
