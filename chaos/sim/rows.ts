/** The rows of the simulated database, and the pictures of them that the real folds and decisions take in. */
import { BLOCKING_STATES } from '../../domain/payout.ts'
import { payoutKey } from '../../domain/identity.ts'
import type { ApprovedLine, LineState, LiveApproval, RunState } from '../../domain/payout-run.ts'
import type { ReviewStep } from '../../domain/review.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import type { Candidate } from '../../store/claim-candidate.ts'
import type { AskedRow, DisbursementRow, LifeRow, OpenSendRow, PayoutRow, TrancheRow } from '../../store/life-rows.ts'
import type { Work } from '../../store/payout-rows.ts'
import { Books } from './books.ts'
import { Table, Transactions } from './database.ts'

export const GATEWAY = 'sandbox'
/** What the one gateway is sent to with, and that it is in force all the time. */
export const SENDS: readonly string[] = ['agreed']

export type PersonRow = Omit<LifeRow, 'account' | 'tranches'> & {
  readonly tranches: readonly TrancheRow[]
  readonly account: string | null
}

export interface AccountRow {
  readonly id: string
  readonly ref: string
  readonly details: AccountDetails
  readonly state: 'verified' | 'failed' | 'replaced'
  readonly usable_ms: number
  readonly linked_ms: number
  readonly rests_ms: number | null
}

export interface RunRow {
  readonly key: string
  readonly state: RunState
  readonly proposer: string
  readonly hash: string
  readonly until_ms: number
}

export interface LineRow extends ApprovedLine {
  readonly run: string
  readonly state: LineState
}

export type StoredDisbursement = Omit<
  DisbursementRow,
  'owed' | 'payout' | 'open_send' | 'asked' | 'reviewing' | 'year_over' | 'year_ending' | 'approval'
> & {
  readonly amount: string
  /** The open run it is a line of: at most one, as the partial unique index has it. */
  readonly run: string | null
  readonly ref: string
  readonly tranche: string
  readonly paid_ms: number | null
  readonly fiscal_year: number
  readonly budget_line: string
}

/** What a payout's row holds of `Work`, without what stands in the rows around it. */
export type StoredPayout = Pick<
  Work,
  | 'key'
  | 'ref'
  | 'n'
  | 'gateway'
  | 'reference'
  | 'amount'
  | 'currency'
  | 'account'
  | 'state'
  | 'money'
  | 'version'
  | 'gateway_id'
  | 'alarm'
  | 'failure'
  | 'sends'
  | 'same_key_retries'
  | 'enquiries'
  | 'not_found'
  | 'not_found_ms'
  | 'last_enquiry_ms'
  | 'send_again_ms'
  | 'asked_ms'
> & {
  readonly disbursement: string
  readonly superseded: boolean
  /** What people said last about what is owed beside it; null when nothing was left to say, or nobody was asked. */
  readonly decided_next: ReviewStep | null
  /** It is under review because what counted came to nothing. */
  readonly called: boolean
  readonly body: Uint8Array
  readonly claimed_ms: number
}

export interface SendRow {
  readonly started_ms: number
  readonly ended_ms: number | null
}

type SendTimes = Pick<PayoutRow, 'first_sent_ms' | 'last_started_ms' | 'last_ended_ms'>

export interface CommitmentRow {
  readonly amount: bigint
  readonly obligated: bigint
  readonly released: bigint
}

export class Rows {
  readonly transactions = new Transactions()
  readonly books = new Books(this.transactions)
  /** Pictures of lives that no write has touched since: most looks find nothing new. */
  readonly #lives = new Map<string, LifeRow>()
  readonly #forget = (key: string): void => void this.#lives.delete(refOf(key))
  readonly people = new Table<PersonRow>('participant', this.transactions, (ref) => this.#lives.delete(ref))
  readonly accounts = new Table<AccountRow>('account', this.transactions, (_id, { ref }) => this.#lives.delete(ref))
  readonly commitments = new Table<CommitmentRow>('commitment', this.transactions)
  readonly disbursements = new Table<StoredDisbursement>('disbursement', this.transactions, this.#forget)
  /** Attempts by their disbursement, and times of sends by their payout, until a write touches one: they are looked up all the time. */
  readonly #attempts = new Map<string, readonly StoredPayout[]>()
  readonly #times = new Map<string, SendTimes>()
  readonly payouts = new Table<StoredPayout>('payout', this.transactions, (key, { disbursement }) => {
    this.#attempts.delete(disbursement)
    this.#times.delete(key)
    this.#forget(key)
  })
  readonly sends = new Table<SendRow>('send', this.transactions, (key) => {
    this.#times.delete(key.slice(0, key.lastIndexOf('/')))
    this.#forget(key)
  })
  readonly runs = new Table<RunRow>('payout_run', this.transactions, (run) => {
    for (const { disbursement } of this.linesOf(run)) this.#forget(disbursement)
  })
  readonly #linesOf = new Map<string, readonly LineRow[]>()
  readonly lines = new Table<LineRow>('payout_run_line', this.transactions, (_key, { run, disbursement }) => {
    this.#linesOf.delete(run)
    this.#forget(disbursement)
  })
  readonly references = new Table<string>('payout_gateway_reference', this.transactions)
  readonly callbacks = new Table<{ readonly verdict: string }>('callback', this.transactions)
  readonly appropriation = new Table<{ readonly amount: bigint; readonly committed: bigint }>(
    'appropriation',
    this.transactions,
  )

  payoutsOf({ key }: StoredDisbursement): readonly StoredPayout[] {
    const known = this.#attempts.get(key)
    if (known) return known
    const found: StoredPayout[] = []
    for (let n = 1; ; n += 1) {
      const payout = this.payouts.find(payoutKey(key, n))
      if (!payout) break
      found.push(payout)
    }
    this.#attempts.set(key, found)
    return found
  }

  /** Whether the life is closed whose account ends in the digits of its reference. */
  isClosed(account: string): boolean {
    return this.people.find(`SIM0000${account.slice(-6)}`)?.stage === 'closed'
  }

  linesOf(run: string): readonly LineRow[] {
    const known = this.#linesOf.get(run)
    if (known) return known
    const found = Array.from(this.lines.all()).filter((line) => line.run === run)
    this.#linesOf.set(run, found)
    return found
  }

  /** What people have agreed to, as far as it stands: a released line of a run that is releasing. */
  approvalOf({ key, run }: StoredDisbursement): LiveApproval | null {
    if (run === null) return null
    const { state, until_ms: untilMs } = this.runs.get(run)
    const line = this.lines.get(`${run}/${key}`)
    if (state !== 'releasing' || line.state !== 'released') return null
    const { gateway, account, amount, currency } = line
    return { run, releasedAtMs: 0, untilMs, gateway, account, amount: `${amount}`, currency }
  }

  /** The account that may be used; undefined without one, or when it failed. */
  liveAccount(person: PersonRow): AccountRow | undefined {
    const account = person.account === null ? undefined : this.accounts.get(person.account)
    return account?.state === 'verified' ? account : undefined
  }

  life(ref: string): LifeRow {
    const known = this.#lives.get(ref)
    if (known) return known
    const life = this.#lifeOf(ref)
    this.#lives.set(ref, life)
    return life
  }

  #lifeOf(ref: string): LifeRow {
    const person = this.people.get(ref)
    const account = this.liveAccount(person)
    return {
      ...person,
      account: account
        ? {
            id: account.id,
            institution: account.details.institution,
            usable_ms: account.usable_ms,
            linked_ms: account.linked_ms,
            rests_ms: account.rests_ms,
            unverified: false,
            undecided: false,
          }
        : null,
      tranches: person.tranches.map((tranche) => ({ ...tranche, disbursement: this.#disbursementRow(ref, tranche) })),
    }
  }

  #disbursementRow(ref: string, tranche: TrancheRow): DisbursementRow | null {
    const stored = this.disbursements.find(disbursementOf(ref, tranche.code))
    if (!stored) return null
    const payouts = this.payoutsOf(stored)
    const newest = payouts.at(-1)
    return {
      key: stored.key,
      // Nothing is taken off in these worlds, and what comes back does so as a whole.
      owed: stored.amount,
      currency: stored.currency,
      state: stored.state,
      reason: stored.reason,
      version: stored.version,
      attempts: stored.attempts,
      retries: stored.retries,
      returns: stored.returns,
      owed_ms: stored.owed_ms,
      release_ms: stored.release_ms,
      lapses_ms: stored.lapses_ms,
      first_paid_ms: stored.first_paid_ms,
      action: stored.action,
      action_by_ms: stored.action_by_ms,
      reviewing: payouts.some(({ state }) => state === 'review'),
      year_over: false,
      year_ending: false,
      payout: newest ? this.payoutRow(newest) : null,
      open_send: this.openSendOf(payouts),
      asked: askedOf(payouts),
      approval: this.approvalOf(stored),
    }
  }

  /** Only what a row of the store has, column by column: the engine of JavaScript keeps what is spread together as a dictionary. */
  payoutRow(payout: StoredPayout): PayoutRow {
    const times = this.sendTimes(payout)
    return {
      key: payout.key,
      account: payout.account,
      gateway: payout.gateway,
      state: payout.state,
      sends: payout.sends,
      same_key_retries: payout.same_key_retries,
      enquiries: payout.enquiries,
      not_found: payout.not_found,
      not_found_ms: payout.not_found_ms,
      last_enquiry_ms: payout.last_enquiry_ms,
      send_again_ms: payout.send_again_ms,
      first_sent_ms: times.first_sent_ms,
      last_started_ms: times.last_started_ms,
      last_ended_ms: times.last_ended_ms,
      before_restore: false,
      key_unknown: false,
      // Nobody in these worlds classes a code.
      doubted: false,
    }
  }

  sendTimes({ key, sends }: StoredPayout): SendTimes {
    const known = this.#times.get(key)
    if (known) return known
    const first = this.sends.get(`${key}/1`)
    const last = sends === 1 ? first : this.sends.get(`${key}/${sends}`)
    const times = { first_sent_ms: first.started_ms, last_started_ms: last.started_ms, last_ended_ms: last.ended_ms }
    this.#times.set(key, times)
    return times
  }

  /** The oldest send that has no end, of whichever attempt. */
  openSendOf(payouts: readonly StoredPayout[]): OpenSendRow | null {
    let oldest: OpenSendRow | null = null
    for (const payout of payouts) {
      const { last_started_ms: started_ms, last_ended_ms: ended } = this.sendTimes(payout)
      if (ended !== null || (oldest !== null && oldest.started_ms <= started_ms)) continue
      const { key, gateway, enquiries, last_enquiry_ms } = payout
      oldest = { key, gateway, started_ms, enquiries, last_enquiry_ms }
    }
    return oldest
  }

  candidate(key: string): Candidate {
    const stored = this.disbursements.get(key)
    const person = this.people.get(stored.ref)
    const live = this.liveAccount(person)
    const payouts = this.payoutsOf(stored)
    const { ref, tranche, state, reason, attempts, currency, fiscal_year, budget_line } = stored
    return {
      ref,
      tranche,
      state,
      reason,
      attempts,
      currency,
      fiscal_year,
      budget_line,
      programme: person.programme,
      programme_version: person.programme_version,
      amount: BigInt(stored.amount),
      restore: null,
      in_lost_time: false,
      may_be_paid: false,
      release_ms: BigInt(stored.release_ms),
      held: person.held,
      frozen: false,
      year_ending: false,
      leaving: person.withdrawn && person.stage !== 'closed' && stored.first_paid_ms === null,
      account: live?.id ?? null,
      institution: live?.details.institution ?? null,
      document: live?.id ?? null,
      usable_ms: live ? BigInt(live.usable_ms) : null,
      shared: false,
      doubtful: false,
      unverified: false,
      shorts: [],
      sends: SENDS,
      send_open: this.openSendOf(payouts) !== null,
      asked_about: payouts.some(({ asked_ms: asked }) => asked !== null),
      approval: this.approvalOf(stored),
    }
  }

  /** The partial unique index `payout_live`: at most one attempt of a disbursement that is not over. */
  live(disbursement: string): StoredPayout[] {
    return this.payoutsOf(this.disbursements.get(disbursement)).filter(
      ({ superseded, state }) => !superseded && BLOCKING_STATES.includes(state),
    )
  }
}

export const PROGRAMME = 'sim'

export function disbursementOf(ref: string, tranche: string): string {
  return `${PROGRAMME}:${ref}:${ref}:${tranche}:1`
}

/** Whose a disbursement, a payout or a send is, by its key. */
function refOf(key: string): string {
  const from = PROGRAMME.length + 1
  return key.slice(from, key.indexOf(':', from))
}

/** That it stands beside another one that counts, as `store/receivables-beside.ts` has it. */
export function standsBeside({ state, money, decided_next: next }: StoredPayout): boolean {
  return state === 'paid' && (money === 'receivable' || money === 'written-off') && next === null
}

/** What somebody who proves nothing has told of, first of all. */
export function askedOf(payouts: readonly StoredPayout[]): AskedRow | null {
  let asked: StoredPayout | undefined
  for (const payout of payouts) {
    const isEarlier = asked === undefined || Number(payout.asked_ms) < Number(asked.asked_ms)
    if (payout.asked_ms !== null && isEarlier) asked = payout
  }
  if (!asked || asked.asked_ms === null) return null
  const { key, gateway, asked_ms, enquiries, last_enquiry_ms } = asked
  return { key, gateway, asked_ms, enquiries, last_enquiry_ms }
}
