/** What can go wrong in a simulated world. Each seed has some kinds switched on, each with a rate of its own; all are counted. */
import type { Random } from './random.ts'

/** Kinds, with the rate at which each strikes its occasions where it is switched on at full strength. */
export const FAULT_RATES = {
  // Our processes and PostgreSQL.
  'crash-before-commit': 0.01,
  'crash-after-commit': 0.01,
  'statement-failed': 0.02,
  'commit-answer-lost': 0.02,
  'process-paused': 0.01,
  // Temporal.
  'activity-answer-lost': 0.03,
  'look-repeated': 0.05,
  'message-late': 0.2,
  'message-repeated': 0.2,
  'workflow-reset': 0.3,
  'continued-as-new': 0.3,
  // The network between us and the gateway.
  'request-lost': 0.1,
  'request-late': 0.1,
  'answer-lost': 0.15,
  'answer-garbled': 0.05,
  'bad-gateway-after-commit': 0.1,
  'connection-refused': 0.1,
  'enquiry-unanswered': 0.2,
  // What the gateway refuses or forgets.
  throttled: 0.15,
  'request-refused': 0.08,
  'not-found-lie': 0.4,
  // What becomes of a payout there.
  'failed-passing': 0.15,
  'failed-account': 0.1,
  'failed-compliance': 0.03,
  'undocumented-code': 0.05,
  'undocumented-status': 0.05,
  cancelled: 0.05,
  'never-ends': 0.05,
  'float-short': 0,
  'late-success': 0.08,
  'wrong-amount': 0.04,
  'other-account': 0.04,
  'two-objects': 0.05,
  returned: 0.12,
  'returned-again': 0,
  'returned-after-close': 0,
  'failure-settled-by-statement': 0,
  // How it tells.
  'callback-lost': 0.25,
  'callback-repeated': 0.25,
  'callback-late': 0.3,
  'callback-stale': 0.15,
  'return-told-before-success': 0.4,
  'return-told-twice': 0.4,
  // People.
  'put-on-hold': 0.05,
  withdrawn: 0.02,
  'account-malformed': 0.05,
  'account-changed': 0.05,
  'admitted-twice': 0.3,
  'over-budget-asked': 0,
  'approved-by-proposer': 0.3,
  'stale-hash-approved': 0.2,
  'run-paused': 0.15,
  'run-aborted': 0.08,
  'run-line-dropped': 0,
  'review-decided': 0,
  'review-moved': 0,
} as const
export type Fault = keyof typeof FAULT_RATES
export const FAULTS = Object.keys(FAULT_RATES) as readonly Fault[]

/** Of a hundred worlds, in how many these strike at least: they need something that happens in some worlds only. Measured, and rounded down. */
const RARE: Readonly<Partial<Record<Fault, number>>> = {
  'stale-hash-approved': 12,
  'run-paused': 12,
  'approved-by-proposer': 12,
  'return-told-twice': 12,
  'run-aborted': 12,
  'return-told-before-success': 18,
  'float-short': 20,
  'run-line-dropped': 22,
  'failure-settled-by-statement': 22,
  'failed-compliance': 24,
}
const OTHERS = 33

/** The share of worlds in which a fault strikes at the least, of 1: by it is known how many worlds may miss it by chance. */
export function worldsStruck(fault: Fault): number {
  return (RARE[fault] ?? OTHERS) / 100
}

export class Faults {
  readonly counts = new Map<Fault, number>()
  readonly #random: Random
  readonly #rates = new Map<Fault, number>()
  #isOver = false

  constructor(random: Random) {
    this.#random = random
    // Swarm testing: a world in which everything fails at once never gets far enough for the rare orders.
    const calm = random.next()
    for (const fault of FAULTS) {
      const isOn = random.chance(0.75 - 0.5 * calm)
      this.#rates.set(fault, isOn ? FAULT_RATES[fault] * (0.3 + 1.4 * random.next()) : 0)
    }
  }

  /** Whether the fault strikes now; it is counted where it does. */
  strikes(fault: Fault): boolean {
    const strikes = !this.#isOver && this.#random.chance(this.#rates.get(fault) ?? 0)
    if (strikes) this.hit(fault)
    return strikes
  }

  /** Counts what came about by itself. */
  hit(fault: Fault): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1)
  }

  /** From here on nothing goes wrong any more: what is left must come to its end. */
  end(): void {
    this.#isOver = true
  }
}
