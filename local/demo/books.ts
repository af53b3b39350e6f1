/** The two lines the demo ends with, counted from records that know nothing of each other: the gateway's journal and our books. */
import type { ControlLine, PaidSums } from '../../store/read-books.ts'
import { balanceIn, debitedByReference, receivedByAccount, type JournalEntry } from './journal.ts'

export interface BooksInput {
  readonly journal: readonly JournalEntry[]
  readonly control: readonly ControlLine[]
  readonly paid: PaidSums
  /** References of payouts whose money our books say is on its way. */
  readonly clearing: readonly string[]
  /** Every account of each person, and what the programme owes that person in minor units. */
  readonly people: readonly { readonly ref: string; readonly accounts: readonly string[]; readonly owed: bigint }[]
}

export interface Books {
  /** People who received more than the programme owes them. */
  readonly paidTwice: number
  readonly balance: boolean
  /** What does not hold, one sentence each. */
  readonly findings: readonly string[]
}

/** Counts and compares; nothing is taken from the engine's word alone. */
export function checkBooks(input: BooksInput): Books {
  const received = receivedByAccount(input.journal)
  const net = [...received.values()].reduce((sum, amount) => sum + amount, 0n)
  const findings: string[] = []
  const equal = (what: string, left: bigint, right: bigint): void => {
    if (left !== right) findings.push(`${what}: ${left} is not ${right}`)
  }
  for (const { account, ledger, rows } of input.control) equal(`${account} against its rows`, ledger, rows)
  equal("budget disbursed against the gateway's journal", input.paid.disbursed, net)
  equal('budget disbursed against paid disbursements', input.paid.disbursed, input.paid.paidDisbursements)
  equal(
    'float against the balance at the gateway',
    floatOf(input.control),
    balanceIn(input.journal) + openDebits(input),
  )
  const twice = input.people.filter(
    (person) => person.accounts.reduce((sum, account) => sum + (received.get(account) ?? 0n), 0n) > person.owed,
  )
  const balance = findings.length === 0
  for (const person of twice) findings.push(`${person.ref} received more than is owed`)
  const known = new Set(input.people.flatMap((person) => person.accounts))
  const strangers = [...received].filter(([account, amount]) => amount !== 0n && !known.has(account))
  if (strangers.length > 0) findings.push(`money went to accounts that belong to nobody: ${strangers.length}`)
  return { paidTwice: twice.length, balance: balance && strangers.length === 0, findings }
}

function floatOf(control: readonly ControlLine[]): bigint {
  return control
    .filter(({ account }) => account.startsWith('funds:float:'))
    .reduce((sum, { ledger }) => sum + ledger, 0n)
}

/** The gateway has taken this from our balance for payouts that our books still have on their way. */
function openDebits(input: BooksInput): bigint {
  const debited = debitedByReference(input.journal)
  return input.clearing.reduce((sum, reference) => sum + (debited.get(reference) ?? 0n), 0n)
}
