/** Trials of the stack: people are paid while something is broken, everything comes to rest, and the auditor judges. */
import { setTimeout as sleep } from 'node:timers/promises'
import { judge, type Judged } from './judge.ts'
import { openStand, type Stand, type StandOptions } from './stand.ts'

/** What was broken, and what it hit. */
export interface Played {
  /** How often it was broken. */
  readonly kills: number
  /** Sends that were under way when it broke: each had begun, and had not ended. */
  readonly struck?: number
  /** In which states lives were sent back to their start, and how many in each. */
  readonly resets?: Readonly<Record<string, number>>
  /** What the trial itself found wrong, or could not do. */
  readonly findings?: readonly string[]
}

export interface TrialResult extends Judged, Omit<Played, 'findings'> {
  readonly seconds: number
}

export interface Trial {
  readonly stand?: StandOptions
  /** Breaks it while people live. */
  play(stand: Stand): Promise<Played>
}

/** Plays one trial on a stack of its own. */
export async function tryOut(trial: Trial): Promise<TrialResult> {
  const began = Date.now()
  const stand = await openStand(trial.stand)
  try {
    const { findings = [], ...played } = await trial.play(stand)
    await stand.rest()
    const judged = await judge(stand)
    const seconds = (Date.now() - began) / 1000
    return { ...played, ...judged, findings: [...findings, ...judged.findings], seconds }
  } finally {
    await stand.close()
  }
}

/** Waits until something is so. Throws with `what` after `withinMs`. */
export async function until(
  what: string,
  look: () => Promise<boolean>,
  withinMs = 60_000,
  pauseMs = 20,
): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`after ${withinMs} ms still not so: ${what}`)
    await sleep(pauseMs)
  }
}

/** How many payouts our books have on their way. */
export async function underway({ root }: Pick<Stand, 'root'>): Promise<number> {
  const { rows } = await root.pool.query<{ count: number }>(
    `SELECT count(*)::int FROM payout WHERE money = 'clearing' AND state <> 'review'`,
  )
  return rows[0]?.count ?? 0
}
