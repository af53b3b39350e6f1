/**
 * What a hold does to deadlines. A person on hold cannot act, so what counts from their own dates stops for as long as it lasts;
 * a date that is the same for everybody, such as the end of the budget year, does not.
 */
import { FINAL_STATES } from './disbursement.ts'
import { deadlineKind } from './duration.ts'
import type { Life, LifeTranche } from './lifecycle.ts'
import type { Deadline, Programme, TrancheRule } from './programme.ts'

export interface HoldTime {
  readonly fromMs: number
  readonly toMs: number
}

export interface DeadlinesAfterHold {
  /** By how much the deadlines of the training move, in milliseconds. */
  readonly heldForMs: number
  /** Only tranches of which something moves; null where it stays. */
  readonly tranches: readonly {
    readonly code: string
    readonly closesAtMs: number | null
    readonly lapsesAtMs: number | null
  }[]
}

/** Where the deadlines of a life stand once a hold has ended. */
export function deadlinesAfterHold(life: Life, programme: Programme, hold: HoldTime): DeadlinesAfterHold {
  const tranches = programme.tranches.flatMap((rule) => {
    const tranche = life.tranches.find(({ code }) => code === rule.code)
    if (!tranche) return []
    const closesAtMs = closesAfter(rule, tranche, hold)
    const lapsesAtMs = lapsesAfter(rule, tranche, hold)
    return closesAtMs === null && lapsesAtMs === null ? [] : [{ code: rule.code, closesAtMs, lapsesAtMs }]
  })
  const heldForMs = life.admittedAtMs === null ? 0 : Math.max(0, hold.toMs - Math.max(hold.fromMs, life.admittedAtMs))
  return { heldForMs, tranches }
}

function closesAfter({ trigger }: TrancheRule, tranche: LifeTranche, hold: HoldTime): number | null {
  if (trigger.kind !== 'survey-answered' || tranche.state !== 'open') return null
  return moved(trigger.window, tranche.opensAtMs, tranche.closesAtMs, hold)
}

function lapsesAfter(rule: TrancheRule, tranche: LifeTranche, hold: HoldTime): number | null {
  const owed = tranche.disbursement
  if (!owed || FINAL_STATES.includes(owed.state)) return null
  return moved(rule.lapsesAfter, tranche.dueAtMs, owed.lapsesAtMs, hold)
}

/** The deadline moved by what the hold has in common with its window; null where it stays. */
function moved(rule: Deadline, fromMs: number | null, deadlineMs: number | null, hold: HoldTime): number | null {
  if (deadlineMs === null || deadlineKind(rule) !== 'duration' || deadlineMs <= hold.fromMs) return null
  const sharedMs = hold.toMs - Math.max(hold.fromMs, fromMs ?? hold.fromMs)
  return sharedMs > 0 ? deadlineMs + sharedMs : null
}
