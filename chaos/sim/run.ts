/** Many worlds: over several processes, each seed counted, and every kind of fault proved to have struck. */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { makeScript } from '../../local/script.ts'
import { coverageOf } from './coverage.ts'
import type { Plant } from './plants.ts'
import { emptyShare, sum, type Progress, type Share, type Tell, type Work } from './share.ts'

const FAILURES_SHOWN = 20
const TOLD_EVERY = 1000

export interface Result extends Share {
  /** What so few worlds cannot prove. */
  readonly unproved: readonly string[]
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
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-sim-'))
  try {
    return resultOf(await runShares(work, await makeScript('chaos/sim/work', folder), tell), work.plant)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runShares(work: Work, script: string, tell: Tell): Promise<Share[]> {
  const processes = os.availableParallelism()
  const over: number[] = []
  const shares = Array.from({ length: processes }, (_, index) =>
    work.seeds.filter((_seed, place) => place % processes === index),
  )
  const stop = new AbortController()
  return Promise.all(
    shares
      .filter((seeds) => seeds.length > 0)
      .map(async (seeds, index) => {
        const count = (worlds: number): void => {
          over[index] = worlds
          tell(over.reduce((one, other) => one + other, 0))
        }
        const running = runElsewhere({ ...work, seeds }, script, stop.signal, count)
        // Nobody adds up what the others find after it.
        const share = await running.catch((error: unknown) => {
          stop.abort()
          throw error
        })
        if (work.untilFound && share.failures.length > 0) stop.abort()
        return share
      }),
  )
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

/** Nothing of a share that is stopped counts. */
function runElsewhere(work: Work, script: string, signal: AbortSignal, tell: Tell): Promise<Share> {
  return new Promise((resolve, reject) => {
    const child = fork(script, { execArgv: [], signal })
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
