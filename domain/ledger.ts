/**
 * The whole accounting policy as one table: which accounts there are and what each event posts.
 * A posting moves one amount from the credit of one account to the debit of another; budget and funds never mix in one posting.
 * `docs/ledger.md` says the same for readers.
 */
export const LEDGER_EVENTS = [
  'appropriated',
  'disappropriated',
  'committed',
  'decommitted',
  'obligated',
  'cancelled',
  'lapsed',
  'funded',
  'claimed',
  'voided',
  'paid',
  'returned',
  'late-paid',
  'unpaid',
  'overpaid',
  'recovered',
  'repaid',
  'receivable-written-off',
  'written-off-recovered',
  'receivable-counted',
  'written-off-counted',
  'offset',
  'withheld',
  'debit-unexplained',
  'debit-explained',
  'credit-unexplained',
  'credit-explained',
  'fee-charged',
  'fee-refunded',
  'made-receivable',
  'written-off',
  'suspense-to-treasury',
  'returned-to-treasury',
  'carried-out',
  'carried-in',
  'obligation-carried-out',
  'obligation-carried-in',
  'fee-reserved',
  'fee-freed',
  'fee-spent',
  'fee-unspent',
] as const
export type LedgerEvent = (typeof LEDGER_EVENTS)[number]

/** Control accounts without a gateway. `{gateway}` accounts are written `clearing:sandbox`. */
export const CONTROL_ACCOUNTS = [
  'budget:appropriation',
  'budget:available',
  'budget:committed',
  'budget:obligated',
  'budget:disbursed',
  'budget:lapsed',
  'budget:carried',
  'budget:fee-reserved',
  'budget:fee-spent',
  'funds:treasury',
  'funds:payable',
  'funds:clearing:{gateway}',
  'funds:float:{gateway}',
  'funds:suspense-in',
  'funds:suspense-out',
  'funds:fee',
  'funds:receivable',
  'funds:write-off',
] as const

export interface Posting {
  readonly debit: string
  readonly credit: string
  readonly amount: bigint
}

type Rule = readonly [debit: string, credit: string]

/**
 * Balances are credit minus debit, except those of `DEBIT_NORMAL`, which are debit minus credit: what may be spent, what a gateway
 * holds, and what left it for no payment of ours are assets, the rest are claims on them.
 */
const TABLE: Readonly<Record<LedgerEvent, readonly Rule[]>> = {
  appropriated: [['budget:appropriation', 'budget:available']],
  disappropriated: [['budget:available', 'budget:appropriation']],
  committed: [['budget:available', 'budget:committed']],
  decommitted: [['budget:committed', 'budget:available']],
  obligated: [
    ['budget:committed', 'budget:obligated'],
    ['funds:treasury', 'funds:payable'],
  ],
  cancelled: [
    ['budget:obligated', 'budget:committed'],
    ['funds:payable', 'funds:treasury'],
  ],
  lapsed: [
    ['budget:obligated', 'budget:lapsed'],
    ['funds:payable', 'funds:treasury'],
  ],
  funded: [['funds:float:{gateway}', 'funds:treasury']],
  claimed: [['funds:payable', 'funds:clearing:{gateway}']],
  voided: [['funds:clearing:{gateway}', 'funds:payable']],
  paid: [
    ['budget:obligated', 'budget:disbursed'],
    ['funds:clearing:{gateway}', 'funds:float:{gateway}'],
  ],
  returned: [
    ['budget:disbursed', 'budget:obligated'],
    ['funds:float:{gateway}', 'funds:clearing:{gateway}'],
    ['funds:clearing:{gateway}', 'funds:payable'],
  ],
  'late-paid': [
    ['budget:obligated', 'budget:disbursed'],
    ['funds:payable', 'funds:float:{gateway}'],
  ],
  unpaid: [
    ['budget:disbursed', 'budget:obligated'],
    ['funds:float:{gateway}', 'funds:payable'],
  ],
  overpaid: [
    ['funds:suspense-out', 'funds:float:{gateway}'],
    ['funds:receivable', 'funds:suspense-out'],
  ],
  recovered: [['funds:float:{gateway}', 'funds:receivable']],
  repaid: [['funds:treasury', 'funds:receivable']],
  'receivable-written-off': [['funds:write-off', 'funds:receivable']],
  'written-off-recovered': [['funds:float:{gateway}', 'funds:write-off']],
  'receivable-counted': [
    ['budget:obligated', 'budget:disbursed'],
    ['funds:payable', 'funds:receivable'],
  ],
  'written-off-counted': [
    ['budget:obligated', 'budget:disbursed'],
    ['funds:payable', 'funds:write-off'],
  ],
  offset: [
    ['budget:obligated', 'budget:disbursed'],
    ['funds:payable', 'funds:receivable'],
  ],
  withheld: [
    ['budget:obligated', 'budget:disbursed'],
    ['funds:payable', 'funds:treasury'],
  ],
  'debit-unexplained': [['funds:suspense-out', 'funds:float:{gateway}']],
  'debit-explained': [['funds:float:{gateway}', 'funds:suspense-out']],
  'credit-unexplained': [['funds:float:{gateway}', 'funds:suspense-in']],
  'credit-explained': [['funds:suspense-in', 'funds:float:{gateway}']],
  'fee-charged': [['funds:fee', 'funds:float:{gateway}']],
  'fee-refunded': [['funds:float:{gateway}', 'funds:fee']],
  'made-receivable': [['funds:receivable', 'funds:suspense-out']],
  'written-off': [['funds:write-off', 'funds:suspense-out']],
  'suspense-to-treasury': [['funds:suspense-in', 'funds:treasury']],
  'returned-to-treasury': [['funds:treasury', 'funds:float:{gateway}']],
  'carried-out': [['budget:committed', 'budget:carried']],
  'carried-in': [['budget:available', 'budget:committed']],
  'obligation-carried-out': [['budget:obligated', 'budget:carried']],
  'obligation-carried-in': [['budget:available', 'budget:obligated']],
  'fee-reserved': [['budget:available', 'budget:fee-reserved']],
  'fee-freed': [['budget:fee-reserved', 'budget:available']],
  'fee-spent': [['budget:fee-reserved', 'budget:fee-spent']],
  'fee-unspent': [['budget:fee-spent', 'budget:fee-reserved']],
}

/** The postings of one event. Throws when an event that concerns a gateway names none, or the amount is not positive. */
export function postingsFor(event: LedgerEvent, amount: bigint, gateway?: string): readonly Posting[] {
  if (amount <= 0n) throw new RangeError(`a posting of ${amount} moves nothing`)
  return TABLE[event].map(([debit, credit]) => ({ debit: at(debit, gateway), credit: at(credit, gateway), amount }))
}

const DEBIT_NORMAL = ['budget:appropriation', 'funds:suspense-out', 'funds:fee', 'funds:receivable', 'funds:write-off']

/** True when more on the debit side means more: the assets of the chart. */
export function isDebitNormal(account: string): boolean {
  return DEBIT_NORMAL.includes(account) || account.startsWith('funds:float:')
}

function at(account: string, gateway: string | undefined): string {
  if (!account.includes('{gateway}')) return account
  if (gateway === undefined) throw new RangeError(`${account} needs a gateway`)
  return account.replace('{gateway}', gateway)
}
