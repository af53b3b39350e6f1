/** A difference of a statement, as it is written down. */
import type { DiscrepancyClass } from '../domain/reconciliation.ts'
import type { MissingRow } from './statement-missing.ts'

/** A difference as it is found. */
export interface Row {
  readonly key: string
  readonly class: DiscrepancyClass
  readonly line: number | null
  readonly payout: string | null
  readonly programme: string | null
  readonly ref: string | null
  readonly reference: string | null
  readonly gateway_id: string | null
  readonly type: string
  readonly direction: string
  readonly amount: bigint | null
  readonly here: bigint | null
  readonly currency: string
  readonly value_date: string | null
  readonly other_account: boolean | null
  /** Where it is not of the day that is looked at. */
  readonly day?: string
}

/** A movement that our books have, as a row of what no statement has. */
export function missingRow(missing: MissingRow): Row {
  return {
    ...missing,
    class: 'missing-there',
    line: null,
    amount: null,
    value_date: null,
    other_account: false,
  }
}
