/**
 * What a line of a gateway's statement, held against our books, is: it agrees, or it is exactly one of twelve differences.
 * Pure. Reference and gateway id make a pair; amount, account and day only say whether the pair agrees.
 */
import type { LineType } from './statement.ts'

export const DISCREPANCY_CLASSES = [
  'missing-here',
  'missing-there',
  'amount',
  'duplicate',
  'late',
  'other-day',
  'fee',
  'return',
  'unknown-reference',
  'account',
  'currency',
  'unreferenced-credit',
] as const
export type DiscrepancyClass = (typeof DISCREPANCY_CLASSES)[number]

/** What is asked of a line. */
export interface LineFacts {
  readonly direction: 'debit' | 'credit'
  readonly type: LineType
  readonly hasReference: boolean
  /** Null when the line does not tell it exactly. */
  readonly amount: bigint | null
  readonly currency: string
  readonly valueDate: string
  readonly businessDate: string
  /** Another line, before this one, stands for the same movement already. */
  readonly isRepeated: boolean
}

/** What our books say of the payout, or of the transfer to or from the gateway, that the line belongs to. */
export interface BookedFacts {
  readonly amount: bigint
  readonly currency: string
  /** Our books have the movement that the line tells of: a payout that was paid, a return that came in, a transfer that was put there or taken back. */
  readonly isBooked: boolean
  /** The line tells of another account, or of another object at the gateway. */
  readonly isOtherAccount: boolean
  /** Local dates between which it happened; null while it has not ended, or where we keep none. */
  readonly from: string | null
  readonly to: string | null
  /** It was found to be missing there before this line came. */
  readonly wasMissed: boolean
  /** It was missing there, and two people have placed its money elsewhere: the books have it at the gateway no more. */
  readonly wasPlaced: boolean
}

/**
 * Whether a line can stand for a movement of ours: a payment goes out, a return comes in, a transfer between the treasury and the gateway
 * goes either way. Whatever else a gateway writes beside our reference is money that nobody here has moved.
 */
export function mayPair({ type, direction }: Pick<LineFacts, 'type' | 'direction'>): boolean {
  if (type === 'payout') return direction === 'debit'
  return type === 'top-up' || (type === 'return' && direction === 'credit')
}

/** The class of one line; null when line and books agree. */
export function classifyLine(line: LineFacts, booked: BookedFacts | null): DiscrepancyClass | null {
  if (line.type === 'fee') return 'fee'
  if (booked === null || !mayPair(line)) return strangeLine(line)
  // Where its money was placed elsewhere, the debit that comes after all is one too many.
  if (line.isRepeated || (booked.isBooked && booked.wasPlaced)) return 'duplicate'
  if (line.currency !== booked.currency) return 'currency'
  if (line.amount !== booked.amount) return 'amount'
  if (booked.isOtherAccount) return 'account'
  if (!booked.isBooked) return line.type === 'return' ? 'return' : 'missing-here'
  if (line.type !== 'payout') return null
  return booked.wasMissed ? 'late' : differentDay(line, booked)
}

/** A line that belongs to nothing of ours. */
function strangeLine(line: LineFacts): DiscrepancyClass {
  if (line.direction === 'credit') return 'unreferenced-credit'
  return line.amount === null ? 'amount' : 'unknown-reference'
}

function differentDay({ valueDate, businessDate }: LineFacts, { from, to }: BookedFacts): DiscrepancyClass | null {
  if (from === null || to === null) return null
  if (valueDate < from || valueDate > to) return 'other-day'
  return businessDate > to ? 'late' : null
}

/** Differences of time only: they say something about the gateway and nothing about money. */
export const TIMING_CLASSES: readonly DiscrepancyClass[] = ['late', 'other-day']

/** What our books have of a payout. Minor units. */
export interface BookedPayout {
  /** Left the gateway for it. */
  readonly paid: bigint
  /** Came back to the gateway of it. */
  readonly returned: bigint
  readonly isUnderWay: boolean
}

/** What is known of a difference when it is settled. Amounts are minor units. */
export interface DifferenceFacts {
  readonly class: DiscrepancyClass
  readonly type: LineType
  readonly direction: 'debit' | 'credit'
  readonly there: bigint | null
  readonly here: bigint | null
  /** The line's currency is that of our money at the gateway. */
  readonly isOurCurrency: boolean
  /** What our books have of the payout by now; null where the difference is of no payout. */
  readonly payout: BookedPayout | null
}

/**
 * By how much the statement has more of our money at the gateway than our books, negative when it has less. Posted to suspense, or
 * as a fee, it makes the float what the statement says it is.
 */
export function differenceOf(facts: DifferenceFacts): bigint {
  const { payout, there } = facts
  if (TIMING_CLASSES.includes(facts.class)) return 0n
  const here = facts.here ?? 0n
  if (facts.class === 'missing-there') return missingOf(facts)
  // What cannot be read exactly is not booked: people find out first.
  if (there === null) return 0n
  const signed = (amount: bigint): bigint => (facts.direction === 'credit' ? amount : -amount)
  const moved = facts.isOurCurrency ? signed(there) : 0n
  if (facts.class === 'duplicate' || facts.class === 'fee') return moved
  if (payout === null) return facts.type === 'top-up' ? moved - signed(here) : moved
  // While it is under way the clearing account stands for it.
  if (facts.type === 'payout') return payout.isUnderWay ? 0n : moved + payout.paid
  return moved - payout.returned
}

/** What our books have and no statement has: a debit is money that is still there, a credit is money that never came. */
function missingOf({ type, direction, here, payout }: DifferenceFacts): bigint {
  if (payout !== null && type === 'payout') return payout.paid
  if (payout !== null && type === 'return') return -payout.returned
  return direction === 'debit' ? (here ?? 0n) : -(here ?? 0n)
}

/** Whether the statement's word was enough, so that nobody has to look. */
export function isSettled(facts: DifferenceFacts): boolean {
  if (TIMING_CLASSES.includes(facts.class)) return true
  // What it comes to in our money no line says.
  if (facts.class === 'fee') return facts.there !== null && facts.isOurCurrency
  const { paid, returned } = facts.payout ?? { paid: 0n, returned: 0n }
  const isBooked = (facts.class === 'missing-here' && paid > 0n) || (facts.class === 'return' && returned > 0n)
  return isBooked && differenceOf(facts) === 0n
}

/** How a difference ended. The first four move money or say where it is, and need two people. */
export const MONEY_RESOLUTIONS = ['booked', 'receivable', 'written-off', 'to-treasury'] as const
/**
 * `booked`: a decision about the payout has put the money where it belongs; `receivable`: somebody owes it to us; `written-off`:
 * nobody will give it back; `to-treasury`: money that is nobody's goes back to the treasury.
 */
export type MoneyResolution = (typeof MONEY_RESOLUTIONS)[number]

/** `applied`: the statement's word was enough; `explained`: one person has said why, no money moves; `corrected`: a newer version of the statement no longer shows it. */
export const RESOLUTIONS = [...MONEY_RESOLUTIONS, 'applied', 'explained', 'corrected'] as const
export type Resolution = (typeof RESOLUTIONS)[number]

/** Which resolutions a difference of so much money may have; `difference` is the statement's word less that of the books. */
export function mayResolve(resolution: MoneyResolution, difference: bigint): boolean {
  if (difference === 0n) return false
  if (resolution === 'booked') return true
  return resolution === 'to-treasury' ? difference > 0n : difference < 0n
}
