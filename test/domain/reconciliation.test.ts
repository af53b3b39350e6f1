import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  classifyLine,
  differenceOf,
  DISCREPANCY_CLASSES,
  mayResolve,
  type BookedFacts,
  type DifferenceFacts,
  type LineFacts,
} from '../../domain/reconciliation.ts'
import { LINE_TYPES } from '../../domain/statement.ts'

const LINE: LineFacts = {
  direction: 'debit',
  type: 'payout',
  hasReference: true,
  amount: 600n,
  currency: 'IDR',
  valueDate: '2026-11-22',
  businessDate: '2026-11-22',
  isRepeated: false,
}
const BOOKED: BookedFacts = {
  amount: 600n,
  currency: 'IDR',
  isBooked: true,
  isOtherAccount: false,
  from: '2026-11-21',
  to: '2026-11-22',
  wasMissed: false,
  wasPlaced: false,
}

describe('a line and what the books have of it', () => {
  test.each<[string, Partial<LineFacts>, Partial<BookedFacts> | null, string | null]>([
    ['agrees', {}, {}, null],
    ['agrees on the day on which it began', { valueDate: '2026-11-21' }, {}, null],
    ['agrees while the books keep no days', {}, { from: null, to: null }, null],
    ['differs in amount', { amount: 599n }, {}, 'amount'],
    ['has an amount that cannot be read', { amount: null }, {}, 'amount'],
    ['differs in currency before it differs in amount', { currency: 'USD', amount: 1n }, {}, 'currency'],
    ['went to another account', {}, { isOtherAccount: true }, 'account'],
    ['is there a second time, whatever else differs', { isRepeated: true, amount: 1n }, {}, 'duplicate'],
    ['is not in the books', {}, { isBooked: false }, 'missing-here'],
    ['came back without our knowing', { type: 'return', direction: 'credit' }, { isBooked: false }, 'return'],
    ['came back, as we know', { type: 'return', direction: 'credit' }, {}, null],
    ['happened on another day', { valueDate: '2026-11-23', businessDate: '2026-11-23' }, {}, 'other-day'],
    ['came on a later statement', { businessDate: '2026-11-23' }, {}, 'late'],
    ['came after it was missed', {}, { wasMissed: true }, 'late'],
    ['came after two people had placed its money elsewhere', { amount: 1n }, { wasPlaced: true }, 'duplicate'],
    ['came after they had decided that it was not paid', {}, { wasPlaced: true, isBooked: false }, 'missing-here'],
    ['came after it was missed and given up', {}, { wasMissed: true, isBooked: false }, 'missing-here'],
    [
      'is a return of what was missed',
      { type: 'return', direction: 'credit' },
      { wasMissed: true, isBooked: false },
      'return',
    ],
    ['is a credit that says it is a payment', { direction: 'credit' }, {}, 'unreferenced-credit'],
    ['is a debit that says it is a return', { type: 'return' }, {}, 'unknown-reference'],
    ['is of a kind we do not know', { type: 'other' }, {}, 'unknown-reference'],
    ['is a credit of a kind we do not know', { type: 'other', direction: 'credit' }, {}, 'unreferenced-credit'],
    ['is a fee', { type: 'fee' }, {}, 'fee'],
    ['is a fee of nothing we know', { type: 'fee' }, null, 'fee'],
    ['was never ours', {}, null, 'unknown-reference'],
    ['was never ours and cannot be read', { amount: null }, null, 'amount'],
    ['is money from nobody', { direction: 'credit', type: 'other', hasReference: false }, null, 'unreferenced-credit'],
    ['is a return of nothing we know', { direction: 'credit', type: 'return' }, null, 'unreferenced-credit'],
  ])('%s', (_what, line, booked, expected) => {
    expect(classifyLine({ ...LINE, ...line }, booked && { ...BOOKED, ...booked })).toBe(expected)
  })
})

const amounts = fc.bigInt({ min: 0n, max: 1000n })

const facts = fc.record<DifferenceFacts>({
  class: fc.constantFrom(...DISCREPANCY_CLASSES),
  type: fc.constantFrom(...LINE_TYPES),
  direction: fc.constantFrom('debit', 'credit'),
  there: fc.option(fc.bigInt({ min: 0n, max: 1000n })),
  here: fc.option(fc.bigInt({ min: 1n, max: 1000n })),
  isOurCurrency: fc.boolean(),
  payout: fc.option(fc.record({ paid: amounts, returned: amounts, isUnderWay: fc.boolean() })),
})

describe('what a difference is worth', () => {
  test('books and difference together are what the statement moved', () => {
    fc.assert(
      fc.property(facts, (one) => {
        fc.pre(['amount', 'account', 'currency', 'missing-here', 'return'].includes(one.class))
        fc.pre(one.there !== null && one.here !== null && one.payout !== null && !one.payout.isUnderWay)
        fc.pre(one.type === 'payout' ? one.direction === 'debit' : one.type === 'return' && one.direction === 'credit')
        const { paid, returned } = one.payout ?? { paid: 0n, returned: 0n }
        const inBooks = one.type === 'payout' ? -paid : returned
        const sign = one.direction === 'credit' ? 1n : -1n
        const moved = one.isOurCurrency ? sign * (one.there ?? 0n) : 0n
        expect(inBooks + differenceOf(one)).toBe(moved)
      }),
    )
  })

  test('a difference of days alone is worth nothing', () => {
    fc.assert(fc.property(facts, (one) => differenceOf({ ...one, class: 'late' }) === 0n))
  })
})

test('money that left cannot go to the treasury, and what is too much is nobody’s debt', () => {
  expect(mayResolve('to-treasury', -1n)).toBe(false)
  expect(mayResolve('to-treasury', 1n)).toBe(true)
  expect(mayResolve('receivable', 1n)).toBe(false)
  expect(mayResolve('written-off', -1n)).toBe(true)
  expect(mayResolve('booked', 0n)).toBe(false)
})
