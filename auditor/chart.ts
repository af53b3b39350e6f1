/** The accounting policy as docs/ledger.md tells it: what each event moves, from the credit of one account to the debit of another. */
type Line = readonly [debit: string, credit: string]

export const CHART: Readonly<Record<string, readonly Line[]>> = {
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
  offset: [
    ['budget:obligated', 'budget:disbursed'],
    ['funds:payable', 'funds:receivable'],
  ],
  withheld: [
    ['budget:obligated', 'budget:disbursed'],
    ['funds:payable', 'funds:treasury'],
  ],
  'receivable-counted': [
    ['budget:obligated', 'budget:disbursed'],
    ['funds:payable', 'funds:receivable'],
  ],
  'written-off-counted': [
    ['budget:obligated', 'budget:disbursed'],
    ['funds:payable', 'funds:write-off'],
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
