/** Every check, in the order in which they are told. */
import type { Check } from './books.ts'
import { accounts } from './checks/accounts.ts'
import { acts } from './checks/acts.ts'
import { approvals } from './checks/approvals.ts'
import { attempts } from './checks/attempts.ts'
import { callbacks } from './checks/callbacks.ts'
import { claims } from './checks/claims.ts'
import { credentials } from './checks/credentials.ts'
import { decisions } from './checks/decisions.ts'
import { deductions } from './checks/deductions.ts'
import { discrepancies } from './checks/discrepancies.ts'
import { events } from './checks/events.ts'
import { failures } from './checks/failures.ts'
import { fees } from './checks/fees.ts'
import { keys } from './checks/keys.ts'
import { ledger } from './checks/ledger.ts'
import { limits } from './checks/limits.ts'
import { obligations } from './checks/obligations.ts'
import { owed } from './checks/owed.ts'
import { people } from './checks/people.ts'
import { powers } from './checks/powers.ts'
import { programmes } from './checks/programmes.ts'
import { runs } from './checks/runs.ts'
import { statements } from './checks/statements.ts'
import { told } from './checks/told.ts'
import { trail } from './checks/trail.ts'
import { transitions } from './checks/transitions.ts'
import { waiting } from './checks/waiting.ts'
import { years } from './checks/years.ts'

export const CHECKS: readonly Check[] = [
  powers,
  trail,
  events,
  approvals,
  acts,
  programmes,
  people,
  accounts,
  obligations,
  owed,
  keys,
  attempts,
  transitions,
  decisions,
  claims,
  credentials,
  failures,
  runs,
  callbacks,
  limits,
  ledger,
  years,
  deductions,
  fees,
  statements,
  told,
  discrepancies,
  waiting,
]

/** Invariants that need a driver's log or the workflow engine: the fault harness holds them, and an audit says so. */
export const CHECKED_ELSEWHERE = ['I11', 'I12', 'I18'] as const
