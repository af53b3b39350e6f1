/** The rows of the simulated database, and the pictures of them that the real folds and decisions take in. */
import { BLOCKING_STATES } from '../../domain/payout.ts'
import { payoutKey } from '../../domain/identity.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import type { Candidate } from '../../store/claim-candidate.ts'
import type { AskedRow, DisbursementRow, LifeRow, PayoutRow, TrancheRow } from '../../store/life-rows.ts'
import type { Work } from '../../store/payout-rows.ts'
import { Books } from './books.ts'
import { Table, Transactions } from './database.ts'

export const GATEWAY = 'sandbox'

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

export type StoredDisbursement = Omit<DisbursementRow, 'payout' | 'asked' | 'reviewing'> & {
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
  readonly body: Uint8Array
  readonly claimed_ms: number
}

export interface SendRow {
  readonly started_ms: number
  readonly ended_ms: number | null
}

export interface CommitmentRow {
  readonly amount: bigint
  readonly obligated: bigint
  readonly released: bigint
}

export class Rows {
  readonly transactions = new Transactions()
  readonly books = new Books(this.transactions)
  readonly people = new Table<PersonRow>('participant', this.transactions)
  readonly accounts = new Table<AccountRow>('account', this.transactions)
  readonly commitments = new Table<CommitmentRow>('commitment', this.transactions)
  readonly disbursements = new Table<StoredDisbursement>('disbursement', this.transactions)
  readonly payouts = new Table<StoredPayout>('payout', this.transactions)
  readonly sends = new Table<SendRow>('send', this.transactions)
  readonly references = new Table<string>('payout_gateway_reference', this.transactions)
  readonly callbacks = new Table<{ readonly verdict: string }>('callback', this.transactions)
  readonly appropriation = new Table<{ readonly amount: bigint; readonly committed: bigint }>(
    'appropriation',
    this.transactions,
  )

  payoutsOf(disbursement: StoredDisbursement): StoredPayout[] {
    return Array.from({ length: disbursement.attempts }, (_, index) =>
      this.payouts.find(payoutKey(disbursement.key, index + 1)),
    ).filter((payout) => payout !== undefined)
  }

  /** The account that may be used; undefined without one, or when it failed. */
  liveAccount(person: PersonRow): AccountRow | undefined {
    const account = person.account === null ? undefined : this.accounts.get(person.account)
    return account?.state === 'verified' ? account : undefined
  }

  life(ref: string): LifeRow {
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
      ...stored,
      reviewing: payouts.some(({ state }) => state === 'review'),
      payout: newest ? this.payoutRow(newest) : null,
      asked: askedOf(payouts),
    }
  }

  payoutRow(payout: StoredPayout): PayoutRow {
    const first = this.sends.get(`${payout.key}/1`)
    const last = this.sends.get(`${payout.key}/${payout.sends}`)
    return {
      ...payout,
      first_sent_ms: first.started_ms,
      last_started_ms: last.started_ms,
      last_ended_ms: last.ended_ms,
    }
  }

  /** Fresh copies, as the store loads them: a batch folds into them, and only what it gathered is written. */
  work(keys: readonly string[]): Map<string, Work> {
    const shared = new Map<string, Work['disbursement']>()
    return new Map(
      keys.map((key) => {
        const work = this.#workOf(this.payouts.get(key))
        const disbursement = shared.get(work.disbursement.key) ?? work.disbursement
        shared.set(disbursement.key, disbursement)
        return [key, { ...work, disbursement }]
      }),
    )
  }

  #workOf(payout: StoredPayout): Work {
    const person = this.people.get(payout.ref)
    const stored = this.disbursements.get(payout.disbursement)
    const used = this.accounts.get(payout.account)
    const live = this.liveAccount(person)
    return {
      ...payout,
      ...this.payoutRow(payout),
      programme: person.programme,
      returned: 0n,
      programme_version: person.programme_version,
      region: person.region,
      wave: person.wave,
      closed: person.stage === 'closed',
      held: person.held,
      sent_to: {
        institution: used.details.institution,
        masked: `…${used.details.number.slice(-4)}`,
        index: Buffer.from(used.details.number).toString('hex'),
        index_key: 'simulated',
      },
      disbursement: {
        ...stored,
        returned: `${BigInt(stored.returns) * BigInt(stored.amount)}`,
        asked: askedOf(this.payoutsOf(stored)),
      },
      live_account: live ? { id: live.id, institution: live.details.institution, usable_ms: live.usable_ms } : null,
    }
  }

  candidate(key: string): Candidate {
    const stored = this.disbursements.get(key)
    const person = this.people.get(stored.ref)
    const live = this.liveAccount(person)
    const payouts = this.payoutsOf(stored)
    return {
      ...stored,
      programme: person.programme,
      programme_version: person.programme_version,
      amount: BigInt(stored.amount),
      release_ms: BigInt(stored.release_ms),
      held: person.held,
      frozen: false,
      leaving: person.withdrawn && person.stage !== 'closed' && stored.first_paid_ms === null,
      account: live?.id ?? null,
      institution: live?.details.institution ?? null,
      document: live?.id ?? null,
      usable_ms: live ? BigInt(live.usable_ms) : null,
      shared: false,
      unverified: false,
      shorts: [],
      send_open: payouts.some((payout) => this.payoutRow(payout).last_ended_ms === null),
      asked_about: payouts.some(({ asked_ms: asked }) => asked !== null),
      approval: null,
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

function askedOf(payouts: readonly StoredPayout[]): AskedRow | null {
  const asked = payouts
    .filter((payout) => payout.asked_ms !== null)
    .toSorted((one, other) => Number(one.asked_ms) - Number(other.asked_ms))[0]
  if (!asked || asked.asked_ms === null) return null
  const { key, gateway, asked_ms, enquiries, last_enquiry_ms } = asked
  return { key, gateway, asked_ms, enquiries, last_enquiry_ms }
}
