/** Where everything stands: the journal folded into memory. Live and after a restart the same entries make the same book. */
import type { Accepted, Entry } from './entries.ts'
import type { Scenario, Status, Step } from './scenarios.ts'
import { scenarioOf, stepsOf } from './scenarios.ts'

export interface Payout {
  readonly id: string
  readonly reference: string
  readonly key: string
  readonly bodySha256: string
  readonly amount: bigint
  readonly currency: string
  readonly institution: string
  readonly account: string
  readonly fingerprint: string
  readonly scenario: Scenario
  readonly steps: readonly Step[]
  readonly acceptedAtMs: number
  status: Status
  code: string | null
  changedAtMs: number
  /** How many steps of its plan are done. */
  done: number
  /** How often its status has changed. */
  changes: number
  /** Taken from our balance and neither delivered nor given back. */
  held: bigint
}

export class Book {
  balance = 0n
  readonly #byId = new Map<string, Payout>()
  readonly #byKey = new Map<string, Payout>()
  readonly #byReference = new Map<string, Payout[]>()
  readonly #attempts = new Map<string, number>()
  readonly #ignored = new Map<string, number>()
  readonly #closedTo = new Set<string>()
  readonly #transfers = new Set<string>()
  /** Accounts of scenario 22 and the number of the entry since which they wait for a top-up. */
  readonly #shortSince = new Map<string, number>()
  #lastTopUp = 0

  byId(id: string): Payout | undefined {
    return this.#byId.get(id)
  }

  byKey(key: string): Payout | undefined {
    return this.#byKey.get(key)
  }

  byReference(reference: string): readonly Payout[] {
    return this.#byReference.get(reference) ?? []
  }

  /** Payouts sent to an account so far for which our balance was enough. */
  attempts(account: string): number {
    return this.#attempts.get(account) ?? 0
  }

  /** Sends of a reference that were not executed. */
  ignored(reference: string): number {
    return this.#ignored.get(reference) ?? 0
  }

  /** Whether a payout to an account was turned away for long. */
  wasClosedTo(account: string): boolean {
    return this.#closedTo.has(account)
  }

  /** What we are told we may spend: nothing while an account of scenario 22 waits for a top-up, else it would not count as short. */
  get available(): bigint {
    const waits = [...this.#shortSince.values()].some((since) => this.#lastTopUp <= since)
    return waits || this.balance < 0n ? 0n : this.balance
  }

  /** Whether our balance is enough; scenario 22 is short until a top-up follows its first failure. */
  floatFor(account: string, amount: bigint, scenario: Scenario): 'enough' | 'short' {
    if (scenario.short && this.#lastTopUp <= (this.#shortSince.get(account) ?? this.#lastTopUp)) return 'short'
    return amount <= this.balance ? 'enough' : 'short'
  }

  /** Whether a transfer into our balance has come in already. */
  hasTransfer(number: string): boolean {
    return this.#transfers.has(number)
  }

  /** Payouts whose plan is not at its end. */
  *unfinished(): Generator<Payout> {
    for (const payout of this.#byId.values()) if (payout.done < payout.steps.length) yield payout
  }

  apply(entry: Entry): void {
    if ('balance' in entry) this.balance = BigInt(entry.balance)
    switch (entry.kind) {
      case 'top-up':
        this.#lastTopUp = entry.seq
        if (entry.number !== undefined) this.#transfers.add(entry.number)
        return
      case 'ignored':
        this.#ignored.set(entry.reference, this.ignored(entry.reference) + 1)
        if (entry.account !== undefined) this.#closedTo.add(entry.account)
        return
      case 'accepted':
        this.#open(entry, entry.seq, Date.parse(entry.virtualAt))
        return
      case 'moved':
      case 'failed':
      case 'credited':
      case 'returned':
        this.#change(entry)
        return
      case 'opened':
      case 'callback-sent':
      case 'day-closed':
      case 'day-corrected':
    }
  }

  #open(entry: Accepted, seq: number, atMs: number): void {
    const scenario = scenarioOf(entry.account)
    const payout: Payout = {
      id: entry.id,
      reference: entry.reference,
      key: entry.key,
      bodySha256: entry.bodySha256,
      amount: BigInt(entry.amount),
      currency: entry.currency,
      institution: entry.institution,
      account: entry.account,
      fingerprint: entry.fingerprint,
      scenario,
      steps: stepsOf(scenario, entry.attempt, entry.float),
      acceptedAtMs: atMs,
      status: 'ACCEPTED',
      code: null,
      changedAtMs: atMs,
      done: 0,
      changes: 0,
      held: BigInt(entry.debited),
    }
    this.#byId.set(payout.id, payout)
    this.#byKey.set(payout.key, payout)
    this.#byReference.set(payout.reference, scenario.twin ? [payout, twinOf(payout)] : [payout])
    // What our own money was too short for says nothing of the account: its next attempt is the same one.
    if (entry.float === 'enough') this.#attempts.set(payout.account, entry.attempt)
    if (scenario.short && !this.#shortSince.has(payout.account)) this.#shortSince.set(payout.account, seq)
  }

  #change(entry: Entry & { kind: 'moved' | 'failed' | 'credited' | 'returned' }): void {
    const payout = this.#byId.get(entry.id)
    if (!payout) throw new Error(`the journal changes ${entry.id}, which it has not accepted`)
    const was: Readonly<Record<string, Status>> = { failed: 'FAILED', credited: 'SUCCEEDED', returned: 'RETURNED' }
    payout.status = entry.kind === 'moved' ? entry.status : (was[entry.kind] ?? payout.status)
    payout.code = entry.kind === 'failed' && !entry.isCancelled ? entry.code : null
    if (entry.kind === 'failed' && entry.isCancelled) payout.status = 'CANCELLED'
    payout.changedAtMs = Date.parse(entry.virtualAt)
    payout.done = entry.step === null ? payout.steps.length : entry.step + 1
    payout.changes += 1
    if (entry.kind !== 'moved') payout.held = 0n
  }
}

/** The second object of scenario 61: it is shown and never moves money. */
function twinOf(payout: Payout): Payout {
  return { ...payout, id: `${payout.id}t`, steps: [], status: 'CANCELLED', held: 0n }
}
