import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deduct, DEDUCTION_CAUSES, isOffset } from '../../domain/deduction.ts'

const amount = fc.bigInt({ min: -5n, max: 200n })

test('whatever is taken off, gross is net and deduction, and never more is taken than is owed or to be had back', () => {
  fc.assert(
    fc.property(amount, amount, fc.option(amount), (taken, owed, receivable) => {
      const made = deduct({ amount: taken, owed, receivable })
      const mayBe = taken > 0n && taken <= owed && (receivable === null || taken <= receivable)
      expect(typeof made).toBe(mayBe ? 'object' : 'string')
      if (typeof made === 'string') return
      expect(made.net + taken).toBe(owed)
      expect(made.state).toBe(made.net === 0n ? 'paid' : null)
      expect(made.isReceivableOver).toBe(receivable === taken)
    }),
  )
})

test('only what was paid in error is set off', () => {
  expect(DEDUCTION_CAUSES.filter(isOffset)).toEqual(['paid-in-error'])
})
