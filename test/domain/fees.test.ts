import { expect, test } from 'vitest'
import { feeOf, feesOfPerson } from '../../domain/fees.ts'
import type { FeeRule, Programme } from '../../domain/programme.ts'
import { swiftProgramme } from '../support/builders.ts'

const of = (fees: readonly FeeRule[] | undefined, release: 'automatic' | 'approved' = 'automatic'): Programme => {
  const swift = swiftProgramme()
  return { ...swift, payment: { ...swift.payment, release, ...(fees ? { fees } : {}) } }
}
const ANY: FeeRule = { gateway: 'sandbox', amount: '250000', times: 1 }
const WALLET: FeeRule = { gateway: 'sandbox', channel: 'wallet', amount: '100000', times: 3 }

test.each([
  [undefined, 'bank', 0n],
  [[ANY], 'bank', 250_000n],
  [[ANY], 'wallet', 250_000n],
  [[ANY, WALLET], 'wallet', 300_000n],
  [[ANY, WALLET], 'bank', 250_000n],
  [[WALLET], 'bank', 0n],
] as const)('of %o a payment to a %s costs at most %s', (fees, channel, most) => {
  expect(feeOf(of(fees), 'sandbox', channel)).toBe(most)
  expect(feeOf(of(fees), 'elsewhere', channel)).toBe(0n)
})

test('a person who is paid without a run may cost the dearest of them for every tranche; with runs the run reserves it', () => {
  expect(feesOfPerson(of([ANY, WALLET]))).toBe(3n * 300_000n)
  expect(feesOfPerson(of([ANY, WALLET], 'approved'))).toBe(0n)
  expect(feesOfPerson(of(undefined))).toBe(0n)
})

test('whom a year has paid some of it may cost as much for the others only', () => {
  expect(feesOfPerson(of([ANY]), 1)).toBe(2n * 250_000n)
  expect(feesOfPerson(of([ANY]), 4)).toBe(0n)
})
