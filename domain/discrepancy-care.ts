/** Who looks after a difference from its birth, and within how many days it is to have ended. Pure. */
import type { DiscrepancyClass } from './reconciliation.ts'
import { ROLE_PREFIX, type Role } from './roles.ts'

export interface Care {
  /** Of this role until it is assigned to a person: whoever has it in the programme may act. */
  readonly role: Role
  /** Older than so many days and not resolved, it is overdue. */
  readonly withinDays: number
}

/** Sooner where money has gone where it should not; later where it is the contract with the gateway, or nobody's money. */
export const DISCREPANCY_CARE: Readonly<Record<DiscrepancyClass, Care>> = {
  'missing-here': { role: 'operator', withinDays: 3 },
  'missing-there': { role: 'operator', withinDays: 5 },
  amount: { role: 'operator', withinDays: 3 },
  duplicate: { role: 'operator', withinDays: 2 },
  late: { role: 'operator', withinDays: 10 },
  'other-day': { role: 'operator', withinDays: 10 },
  fee: { role: 'operator', withinDays: 30 },
  return: { role: 'operator', withinDays: 3 },
  'unknown-reference': { role: 'operator', withinDays: 2 },
  account: { role: 'operator', withinDays: 2 },
  currency: { role: 'operator', withinDays: 3 },
  'unreferenced-credit': { role: 'operator', withinDays: 10 },
}

/** Whose a difference is when it is found. */
export function bornTo(found: DiscrepancyClass): string {
  return `${ROLE_PREFIX}${DISCREPANCY_CARE[found].role}`
}

const DAY_MS = 86_400_000

/** By when a difference is to have ended, milliseconds since the epoch. */
export function dueBy(found: DiscrepancyClass, foundAtMs: number): number {
  return foundAtMs + DISCREPANCY_CARE[found].withinDays * DAY_MS
}
