/** The simulated ledger: append-only postings whose keys are unique, and the balances they come to. */
import { postingKey } from '../../domain/identity.ts'
import { isDebitNormal, postingsFor, type LedgerEvent } from '../../domain/ledger.ts'
import { ConstraintViolation, type Transactions } from './database.ts'

export interface Entry {
  readonly event: LedgerEvent
  readonly subject: string
  readonly occurrence?: number
  readonly amount: bigint
  readonly gateway?: string
}

export class Books {
  readonly balances = new Map<string, bigint>()
  /** What the treasury has put at gateways, by the transfers themselves. */
  funded = 0n
  readonly #keys = new Set<string>()
  readonly #transactions: Transactions

  constructor(transactions: Transactions) {
    this.#transactions = transactions
  }

  /** Posts the rows of an event, as `domain/ledger.ts` has them. Throws when the event is posted already. */
  post(entry: Entry): void {
    const occurrence = entry.occurrence ?? 1
    const event = occurrence === 1 ? entry.event : `${entry.event}:${occurrence}`
    const key = postingKey(entry.subject, event)
    if (this.#keys.has(key)) throw new ConstraintViolation('posting_key_line_key')
    this.#keys.add(key)
    this.#transactions.remember(() => this.#keys.delete(key))
    if (entry.event === 'funded') this.#fund(entry.amount)
    for (const { debit, credit, amount } of postingsFor(entry.event, entry.amount, entry.gateway)) {
      this.#move(debit, isDebitNormal(debit) ? amount : -amount)
      this.#move(credit, isDebitNormal(credit) ? -amount : amount)
    }
  }

  /** Posts an event that its subject may have had before. */
  postNext(entry: Entry): void {
    let occurrence = 1
    while (this.has(entry.subject, occurrence === 1 ? entry.event : `${entry.event}:${occurrence}`)) occurrence += 1
    this.post({ ...entry, occurrence })
  }

  has(subject: string, event: string): boolean {
    return this.#keys.has(postingKey(subject, event))
  }

  #fund(amount: bigint): void {
    const before = this.funded
    this.#transactions.remember(() => (this.funded = before))
    this.funded += amount
  }

  #move(account: string, change: bigint): void {
    const before = this.balances.get(account) ?? 0n
    this.#transactions.remember(() => this.balances.set(account, before))
    this.balances.set(account, before + change)
  }
}
