/** Every check, in the order in which they are told. */
import type { Check } from './books.ts'
import { ledger } from './checks/ledger.ts'
import { limits } from './checks/limits.ts'

export const CHECKS: readonly Check[] = [ledger, limits]

/** Invariants that need a driver's log or the workflow engine: the fault harness holds them, and an audit says so. */
export const CHECKED_ELSEWHERE = ['I11', 'I12', 'I18'] as const
