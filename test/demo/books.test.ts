/** The two lines the demo ends with must show what is planted: a check that cannot fail proves nothing. */
import { describe, expect, test } from 'vitest'
import { checkBooks, type BooksInput } from '../../local/demo/books.ts'
import type { JournalEntry } from '../../local/demo/journal.ts'

const AMOUNT = 60_000_000n
const OPENING = 100_000_000_000n

/** Two people, each paid one incentive; the gateway's balance starts at the float's funding. */
function paidBooks(): BooksInput {
  return booksOf([...paid('REF-SITI', '0082451653', 1), ...paid('REF-DADANG', '0066581407', 2)])
}

function booksOf(entries: readonly Omit<JournalEntry, 'seq'>[], more: Partial<BooksInput> = {}): BooksInput {
  let balance = OPENING
  const journal = entries.map((entry, index) => {
    balance += BigInt(entry.restored ?? '0') - BigInt(entry.debited ?? '0')
    if (entry.kind === 'returned') balance += BigInt(entry.amount ?? '0')
    return { ...entry, seq: index + 1, balance: balance.toString() }
  })
  return {
    journal,
    control: [
      { account: 'budget:disbursed', ledger: 2n * AMOUNT, rows: 2n * AMOUNT },
      { account: 'funds:float:sandbox', ledger: OPENING - 2n * AMOUNT, rows: OPENING - 2n * AMOUNT },
      { account: 'funds:clearing:sandbox', ledger: 0n, rows: 0n },
    ],
    paid: { disbursed: 2n * AMOUNT, paidDisbursements: 2n * AMOUNT },
    clearing: [],
    people: [
      { ref: 'SITI', accounts: ['0082451653'], owed: AMOUNT },
      { ref: 'DADANG', accounts: ['9910809918', '0066581407'], owed: AMOUNT },
    ],
    ...more,
  }
}

/** What the gateway journals about one payout that succeeds: it debits at acceptance. */
function paid(reference: string, account: string, id: number): Omit<JournalEntry, 'seq'>[] {
  const amount = AMOUNT.toString()
  const of = { reference, account, amount, id: `pay_${id}` }
  return [
    { ...of, kind: 'accepted', debited: amount },
    { ...of, kind: 'credited', debited: '0' },
  ]
}

test('books in which everybody received what is owed balance', () => {
  expect(checkBooks(paidBooks())).toEqual({ paidTwice: 0, balance: true, findings: [] })
})

describe('a second credit to one person', () => {
  const journal = [
    ...paid('REF-SITI', '0082451653', 1),
    ...paid('REF-DADANG', '0066581407', 2),
    ...paid('REF-AGAIN', '0066581407', 3),
  ]
  const books = checkBooks(booksOf(journal))

  test('counts one person as paid twice, and the books do not balance', () => {
    expect(books).toMatchObject({ paidTwice: 1, balance: false })
  })

  test('is told by the person and by the sums it upsets', () => {
    expect(books.findings).toEqual([
      "budget disbursed against the gateway's journal: 120000000 is not 180000000",
      'float against the balance at the gateway: 99880000000 is not 99820000000',
      'DADANG received more than is owed',
    ])
  })

  test('counts also when the two credits went to two accounts of that person', () => {
    const other = [...paid('REF-1', '9910809918', 1), ...paid('REF-2', '0066581407', 2)]
    expect(checkBooks(booksOf(other)).paidTwice).toBe(1)
  })
})

test('a returned payout that was paid again is not paid twice', () => {
  const returned = [
    { kind: 'returned', reference: 'REF-FIRST', account: '9910809918', amount: AMOUNT.toString(), id: 'pay_3' },
  ]
  const journal = [
    ...paid('REF-SITI', '0082451653', 1),
    ...paid('REF-FIRST', '9910809918', 3),
    ...returned,
    ...paid('REF-DADANG', '0066581407', 2),
  ]
  expect(checkBooks(booksOf(journal))).toEqual({ paidTwice: 0, balance: true, findings: [] })
})

test('a person who is owed nothing any more and received money is paid twice', () => {
  const people = paidBooks().people.map((person) => (person.ref === 'SITI' ? { ...person, owed: 0n } : person))
  expect(checkBooks({ ...paidBooks(), people })).toMatchObject({ paidTwice: 1 })
})

test('a lost posting is told by its account, and the books do not balance', () => {
  const control = paidBooks().control.map((line) =>
    line.account === 'budget:disbursed' ? { ...line, ledger: AMOUNT } : line,
  )
  const books = checkBooks({ ...paidBooks(), control, paid: { disbursed: AMOUNT, paidDisbursements: 2n * AMOUNT } })
  expect(books.balance).toBe(false)
  expect(books.findings).toContain('budget:disbursed against its rows: 60000000 is not 120000000')
  expect(books.findings).toContain('budget disbursed against paid disbursements: 60000000 is not 120000000')
})

test('a payout our books call paid and the gateway does not know is told', () => {
  const books = checkBooks(booksOf(paid('REF-SITI', '0082451653', 1)))
  expect(books).toMatchObject({ paidTwice: 0, balance: false })
  expect(books.findings[0]).toBe("budget disbursed against the gateway's journal: 120000000 is not 60000000")
})

test('money that went to an account of nobody is told, also when every sum agrees', () => {
  const journal = [...paid('REF-SITI', '0082451653', 1), ...paid('REF-STRANGER', '0000000000', 2)]
  expect(checkBooks(booksOf(journal))).toEqual({
    paidTwice: 0,
    balance: false,
    findings: ['money went to accounts that belong to nobody: 1'],
  })
})

test('a float that is not the balance at the gateway is told', () => {
  const control = paidBooks().control.map((line) =>
    line.account === 'funds:float:sandbox' ? { ...line, ledger: OPENING, rows: OPENING } : line,
  )
  expect(checkBooks({ ...paidBooks(), control }).findings).toEqual([
    'float against the balance at the gateway: 100000000000 is not 99880000000',
  ])
})

test('money the gateway has taken for a payout on its way is still ours in the float', () => {
  const underway = { kind: 'accepted', reference: 'REF-LATER', account: '0082451653', amount: '5000000', id: 'pay_9' }
  const journal = [
    ...paid('REF-SITI', '0082451653', 1),
    ...paid('REF-DADANG', '0066581407', 2),
    { ...underway, debited: '5000000' },
  ]
  expect(checkBooks(booksOf(journal, { clearing: ['REF-LATER'] }))).toMatchObject({ balance: true })
  expect(checkBooks(booksOf(journal))).toMatchObject({ balance: false })
})
