/** What people and gateways tell the simulated store: decrees, accounts, holds, withdrawals, callbacks and floats. */
import { entitlementTotal } from '../../domain/programme.ts'
import { addDuration } from '../../domain/duration.ts'
import type { Observation } from '../../domain/observation.ts'
import type { Money } from '../../domain/money.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import { GATEWAY, PROGRAMME, SENDS, type PersonRow, type StoredDisbursement } from './rows.ts'
import type { Setting } from './setting.ts'
import type { SimPayouts } from './store-payouts.ts'

export interface SimCallback {
  readonly eventId: string
  readonly reference: string
  readonly observation: Observation
  readonly trusted: boolean
}

export class SimDesk {
  readonly #setting: Setting
  readonly #payouts: SimPayouts
  readonly #tell: (ref: string) => void
  #accounts = 0

  constructor(setting: Setting, payouts: SimPayouts, tell: (ref: string) => void) {
    this.#setting = setting
    this.#payouts = payouts
    this.#tell = tell
  }

  /** Money the programme may spend, and a float at the gateway. */
  open(appropriation: bigint, float: bigint): void {
    const { rows } = this.#setting
    rows.appropriation.insert('only', { amount: appropriation, committed: 0n })
    rows.books.post({ event: 'appropriated', subject: 'appropriation:only', amount: appropriation })
    this.fund('first', float)
  }

  /** More of it. */
  appropriate(more: bigint, occurrence: number): void {
    const { rows } = this.#setting
    const { amount } = rows.appropriation.get('only')
    rows.appropriation.update('only', { amount: amount + more })
    rows.books.post({ event: 'appropriated', subject: 'appropriation:only', occurrence, amount: more })
  }

  fund(number: string, amount: bigint): void {
    this.#setting.rows.books.post({ event: 'funded', subject: `funding:${number}`, amount, gateway: GATEWAY })
  }

  /** A decree admits a list: all of it, or none where the money is not there. Whoever is admitted already is left out. */
  admit(refs: readonly string[], nowMs: number): boolean {
    const { rows, programme, plant } = this.#setting
    const admitted = refs.filter((ref) => rows.people.get(ref).stage === 'admission')
    if (admitted.length === 0) return true
    const each = entitlementTotal(programme)
    const { amount } = rows.appropriation.get('only')
    const committed = this.#promised() + each * BigInt(admitted.length)
    if (committed > amount && plant !== 'budget-not-checked') return false
    rows.appropriation.update('only', { committed })
    for (const ref of admitted) {
      rows.people.update(ref, { stage: 'training', admitted_ms: nowMs, evidence: trained(nowMs) })
      rows.commitments.insert(ref, { amount: each, obligated: 0n, released: 0n })
      rows.books.post({ event: 'committed', subject: `commitment:${ref}`, amount: each })
      this.#tell(ref)
    }
    return true
  }

  #promised(): bigint {
    let sum = 0n
    for (const { amount, released } of this.#setting.rows.commitments.all()) sum += amount - released
    return sum
  }

  register(ref: string, details: AccountDetails): void {
    const { programme, clock, rows } = this.#setting
    const tranches = programme.tranches.map(({ code, amount }) => ({
      code,
      amount,
      state: 'planned' as const,
      disbursement: null,
      opens_ms: null,
      closes_ms: null,
      due_ms: null,
    }))
    rows.people.insert(ref, {
      programme: PROGRAMME,
      ref,
      programme_version: 1,
      stage: 'admission',
      outcome: null,
      region: '3204',
      wave: 'w',
      admitted_ms: null,
      trained_ms: null,
      held: false,
      held_since_ms: null,
      hold_cause: null,
      held_for_ms: 0,
      withdrawn: false,
      attention: null,
      heard_ms: null,
      swept: 0,
      freezes: [],
      in_lost_time: false,
      year_ending: false,
      account: null,
      failed_account: null,
      shorts: [],
      sends: SENDS,
      evidence: [],
      tranches,
    })
    this.link(ref, details, clock.nowMs)
  }

  /** Links an account; a change rests before it is used. */
  link(ref: string, details: AccountDetails, nowMs: number): void {
    const { rows, programme } = this.#setting
    const { account: before } = rows.people.get(ref)
    const cooling = programme.payment.coolingAfterRelink
    const usableFromMs = before === null ? nowMs : addDuration(nowMs, cooling, programme.zone)
    if (before !== null && rows.accounts.get(before).state === 'verified') {
      rows.accounts.update(before, { state: 'replaced' })
    }
    this.#accounts += 1
    const id = `account-${this.#accounts}`
    const stands = { usable_ms: usableFromMs, linked_ms: nowMs, rests_ms: null }
    const account = { id, ref, details, state: 'verified', ...stands } as const
    rows.accounts.insert(id, account)
    rows.people.update(ref, { account: id })
    this.#tell(ref)
  }

  hold(ref: string, nowMs: number): void {
    this.#change(ref, { held: true, held_since_ms: nowMs })
  }

  release(ref: string): void {
    this.#change(ref, { held: false, held_since_ms: null })
  }

  withdraw(ref: string): void {
    if (this.#setting.rows.people.get(ref).stage === 'closed') return
    this.#change(ref, { withdrawn: true })
  }

  #change(ref: string, change: Partial<PersonRow>): void {
    this.#setting.rows.people.update(ref, change)
    this.#tell(ref)
  }

  /** Takes a callback in: repeats by the event's id, fresh ones applied, stale ones only asked about. */
  receive({ eventId, reference, observation, trusted }: SimCallback, nowMs: number): void {
    const { rows } = this.#setting
    const payout = rows.references.find(reference)
    const verdict = payout === undefined ? 'unmatched' : trusted ? 'applied' : 'stale'
    const known = rows.callbacks.find(eventId)
    if (known && (known.verdict === 'applied' || known.verdict === verdict || payout === undefined)) return
    if (known) rows.callbacks.update(eventId, { verdict })
    else rows.callbacks.insert(eventId, { verdict })
    if (payout === undefined) return
    if (trusted) {
      this.#payouts.observe([{ payout, source: 'callback', fact: { kind: 'observed', observation }, atMs: nowMs }])
      return
    }
    const { asked_ms, version, ref } = rows.payouts.get(payout)
    rows.payouts.update(payout, { asked_ms: Math.max(asked_ms ?? 0, nowMs), version: version + 1 })
    this.#tell(ref)
  }

  waits(disbursement: string): boolean {
    return this.#setting.rows.disbursements.get(disbursement).state === 'float-short'
  }

  /** Released again when the balance is enough for it, for every older debt, and for what is spoken for. */
  restore(disbursement: string, balance: Money, nowMs: number): boolean {
    const { rows } = this.#setting
    const own = rows.disbursements.get(disbursement)
    if (own.state !== 'float-short') return false
    let needed = BigInt(own.amount)
    for (const other of rows.disbursements.all()) if (this.#isBefore(other, own)) needed += BigInt(other.amount)
    for (const { state, amount } of rows.payouts.all()) {
      if (state === 'submitting' || state === 'unknown') needed += amount
    }
    if (needed > balance.minor) return false
    const change = { state: 'released', reason: 'float-restored', release_ms: nowMs, version: own.version + 1 } as const
    rows.disbursements.update(disbursement, change)
    return true
  }

  #isBefore(other: StoredDisbursement, own: StoredDisbursement): boolean {
    if (other.key === own.key) return false
    if (other.state === 'released' && other.reason === 'float-restored') return true
    const isHeld = this.#setting.rows.people.get(other.ref).held
    const isOlder = other.owed_ms < own.owed_ms || (other.owed_ms === own.owed_ms && other.key < own.key)
    return other.state === 'float-short' && !isHeld && isOlder
  }

  postpone(disbursement: string, nowMs: number): void {
    const { rows, timing } = this.#setting
    if (!this.waits(disbursement)) return
    rows.disbursements.update(disbursement, { release_ms: nowMs + timing.floatCheckMs })
  }
}

/** A course that was started, completed and rated: what the first incentive asks for. */
function trained(atMs: number): PersonRow['evidence'] {
  return (['course-started', 'course-completed', 'course-rated'] as const).map((kind) => ({
    kind,
    subject: 'course',
    ms: atMs,
  }))
}
