/**
 * Payout runs, pure: what is approved, by how many people, and when a line of a run may be paid. `docs/payout-runs.md` says the same
 * for those who recompute the hash with code of their own.
 */
import { ONE_APPROVER, type Needs } from './approval.ts'
import type { PaymentRules, RunRules } from './programme.ts'
import type { Sha256 } from './signing.ts'

export const RUN_STATES = [
  'collecting',
  'proposed',
  'approved',
  'releasing',
  'paused',
  'closed',
  'aborted',
  'void',
] as const
export type RunState = (typeof RUN_STATES)[number]

/** Nothing more happens to these. */
export const RUN_ENDS: readonly RunState[] = ['closed', 'aborted', 'void']

export const LINE_STATES = ['collected', 'released', 'paid', 'dropped', 'left'] as const
/** `left`: its payment was still under way when the run ended. */
export type LineState = (typeof LINE_STATES)[number]

/** Why a line left its run unpaid; what is still owed joins a later one. */
export const DROP_REASONS = [
  'hold',
  'withdrawal',
  'relink',
  'route',
  'refused',
  'lapsed',
  'cancelled',
  'freeze',
  'expired',
  'aborted',
  'void',
] as const

export type RunStep = 'propose' | 'approve' | 'release' | 'pause' | 'resume' | 'abort' | 'discard' | 'close'

const STEPS: Readonly<Record<RunStep, { readonly from: readonly RunState[]; readonly to: RunState }>> = {
  // Proposed again once an earlier proposal was rejected or ran out.
  propose: { from: ['collecting', 'proposed'], to: 'proposed' },
  approve: { from: ['proposed'], to: 'approved' },
  release: { from: ['approved', 'releasing'], to: 'releasing' },
  pause: { from: ['approved', 'releasing'], to: 'paused' },
  resume: { from: ['paused'], to: 'releasing' },
  abort: { from: ['approved', 'releasing', 'paused'], to: 'aborted' },
  // Before an approval one person may: nothing was promised to anybody.
  discard: { from: ['collecting', 'proposed'], to: 'void' },
  close: { from: ['approved', 'releasing', 'paused'], to: 'closed' },
}

/** Where a run stands after a step; undefined when it cannot be taken from there. */
export function afterStep(state: RunState, step: RunStep): RunState | undefined {
  const { from, to } = STEPS[step]
  return from.includes(state) ? to : undefined
}

/** What of a line is approved, and nothing else. */
export interface ApprovedLine {
  readonly disbursement: string
  /** Minor units. */
  readonly amount: bigint
  readonly currency: string
  readonly gateway: string
  /** The immutable link, by its id. */
  readonly account: string
  /** What is owed before deductions, and each of them by its id, where there are any. Minor units. */
  readonly deducted?: { readonly gross: bigint; readonly deductions: ReadonlyMap<string, bigint> }
  /** What its gateway may take for it at most, where it may. Minor units. */
  readonly fee?: bigint
}

/** The text whose SHA-256 is approved: a head, the run, its programme, and its lines sorted by key. No part of it has blanks. */
export function runText(run: string, programme: string, lines: readonly ApprovedLine[]): string {
  const sorted = lines.toSorted((a, b) => (a.disbursement < b.disbursement ? -1 : 1))
  return ['lunas-run 1', run, programme, ...sorted.map(lineText)].join('\n')
}

function lineText({ disbursement, amount, currency, gateway, account, deducted, fee }: ApprovedLine): string {
  const deductions = [...(deducted?.deductions ?? [])].map(([id, taken]) => `${id}=${taken}`).toSorted()
  const more = [...(deducted ? [`gross=${deducted.gross}`, ...deductions] : []), ...(fee ? [`fee=${fee}`] : [])]
  return [disbursement, amount, currency, gateway, account, ...more].join(' ')
}

/** In hexadecimal. */
export function runHash(run: string, programme: string, lines: readonly ApprovedLine[], sha256: Sha256): string {
  return Array.from(sha256(runText(run, programme, lines)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Who must agree besides the proposer, when the programme's runs of a day come to `amount` with this one. Minor units. */
export function needsFor(rules: RunRules, amount: bigint): Needs {
  const step = rules.approvals.find(({ upTo }) => upTo === undefined || amount <= BigInt(upTo))
  return step ? { approvers: step.approvers, releaser: step.releaser } : ONE_APPROVER
}

/** Whether an agreement that was asked for is enough for what is needed by now. */
export function isEnough(asked: Needs, needed: Needs): boolean {
  return asked.approvers >= needed.approvers && (asked.releaser || !needed.releaser)
}

/** A line that is released, of a run that is releasing. */
export interface LiveApproval {
  readonly run: string
  /** When its line was let go, by the clock of who let it go. Milliseconds since the epoch. */
  readonly releasedAtMs: number
  /** Milliseconds since the epoch: nothing is claimed or sent again from then on. */
  readonly untilMs: number
  readonly gateway: string
  readonly account: string
  readonly amount: string
  readonly currency: string
}

/** What would be sent. */
export interface ToSend {
  readonly gateway: string | null
  readonly account: string | null
  readonly amount: string
  readonly currency: string
}

/** Whether the programme, or an approval of exactly this, lets it be sent at `nowMs`. */
export function mayBeSent(
  release: PaymentRules['release'],
  approval: LiveApproval | null,
  { gateway, account, amount, currency }: ToSend,
  nowMs: number,
): boolean {
  if (release === 'automatic') return true
  return (
    approval !== null &&
    nowMs < approval.untilMs &&
    approval.gateway === gateway &&
    approval.account === account &&
    approval.amount === amount &&
    approval.currency === currency
  )
}

/** Whether what was claimed may be sent again: it is what was approved, so only the time and the run's state are asked. */
export function mayBeSentAgain(
  release: PaymentRules['release'],
  approval: LiveApproval | null,
  nowMs: number,
): boolean {
  return release === 'automatic' || (approval !== null && nowMs < approval.untilMs)
}

/** `20261126-1`: the first run of a programme's day. */
export function runId(businessDate: string, ordinal: number): string {
  return `${businessDate.replaceAll('-', '')}-${ordinal}`
}

export function runKey(programme: string, id: string): string {
  return `${programme}:${id}`
}

/** What messages to a run's workflow have in place of a person's reference. */
export const RUN_REF = 'run:'

/** The target by which claims under a run, and whoever stops it, meet: see `store/freeze-locks.ts`. */
export function runTarget(run: string): string {
  return `run:${run}`
}
