/** What the store is told about the world around it, by the composition root. */
import type { EnquiryTiming } from '../domain/enquiry.ts'
import type { FailureTable } from '../domain/failure-rule.ts'
import type { Pass } from '../failpoints.ts'
import type { Database } from './database.ts'
import type { ProgrammeBook } from './programmes.ts'
import type { Vault } from './vault.ts'

export interface PaymentTiming extends EnquiryTiming {
  readonly retryDelaysMs: readonly number[]
  readonly floatCheckMs: number
}

export interface StoreContext {
  readonly database: Database
  readonly vault: Vault
  readonly programmes: ProgrammeBook
  /** The waits of a gateway, as data. Throws on an unknown one. */
  readonly timingOf: (gateway: string) => PaymentTiming
  /** The first of a programme's gateways that reaches an institution; null when none does. */
  readonly route: (gateways: readonly string[], institution: string) => string | null
  /** The fingerprint of what this process sends with at a gateway; null at one that it does not know. */
  readonly sendsWith: (gateway: string) => string | null
  /** The failure table released with a gateway's adapter; null when no such gateway is in use. */
  readonly failuresOf: (gateway: string) => FailureTable | null
  /** Where tests kill the process; else nothing happens there. */
  readonly pass: Pass
}
