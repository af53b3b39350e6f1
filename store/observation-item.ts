import type { PayoutFact } from '../domain/payout.ts'

/** One fact about one payout, from whichever side it came. Each kind says what makes a repeat of it count once. */
export type ObservationItem = {
  readonly payout: string
  readonly fact: PayoutFact
  /** When it was learnt; of an enquiry, when it was asked: an answer tells nothing about what came later. */
  readonly atMs: number
} & (
  | {
      readonly source: 'submit'
      /** The send this fact ends; absent when its process was lost and nobody can tell that it has ended. */
      readonly send?: number
    }
  | { readonly source: 'callback' }
  | {
      readonly source: 'enquiry'
      /** Which enquiry about the payout this is, counted from 1. */
      readonly enquiry: number
    }
  | {
      readonly source: 'statement'
      /** The line tells of another account: compared where the statement was loaded, for it keeps none in clear. */
      readonly isOtherAccount: boolean
    }
)
