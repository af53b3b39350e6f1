/**
 * Deductions, pure: what is taken off what a person is owed before it is paid. A deduction is final: it settles its part of the obligation as a
 * payment would, and what ends, lapses or comes back afterwards is the rest.
 */
import type { DisbursementState } from './disbursement.ts'

/** `paid-in-error`: the person owes it to us, and it is set off; the others are withheld, and stay with the treasury. */
export const DEDUCTION_CAUSES = ['paid-in-error', 'tax', 'court-order'] as const
export type DeductionCause = (typeof DEDUCTION_CAUSES)[number]

/** Whether a cause takes what the person owes us: then a receivable is named, and only then. */
export function isOffset(cause: DeductionCause): boolean {
  return cause === 'paid-in-error'
}

/** Minor units. */
export interface DeductionFacts {
  readonly amount: bigint
  /** Owed, and neither delivered nor on its way nor taken off before. */
  readonly owed: bigint
  /** What the receivable has left; null where none is named. */
  readonly receivable: bigint | null
}

export interface Deducted {
  /** What is still to be paid. */
  readonly net: bigint
  /** Nothing is left to pay: it is settled without a payment. */
  readonly state: DisbursementState | null
  readonly isReceivableOver: boolean
}

/** What a deduction comes to; or why it cannot be, in words. */
export function deduct({ amount, owed, receivable }: DeductionFacts): Deducted | string {
  if (amount <= 0n) return 'a deduction takes something off'
  if (amount > owed) return `${owed} minor units are owed: no more can be deducted`
  if (receivable !== null && amount > receivable)
    return `${receivable} minor units are to be had back: no more can be set off`
  return { net: owed - amount, state: amount === owed ? 'paid' : null, isReceivableOver: amount === receivable }
}
