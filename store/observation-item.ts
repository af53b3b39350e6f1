import type { ObservationSource, PayoutFact } from '../domain/payout.ts'

/** One fact about one payout, from whichever side it came. */
export interface ObservationItem {
  readonly payout: string
  readonly source: ObservationSource
  readonly fact: PayoutFact
  readonly atMs: number
  /** The send this fact ends; its row gets an end. */
  readonly send?: number
}
