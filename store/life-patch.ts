/**
 * The picture of a life after a step, without asking the database again: a wake often takes several steps, and reading the life
 * is the dearest statement there is. What is written and what is patched must agree; the tests compare them.
 */
import { disbursementKey } from '../domain/identity.ts'
import type { LifeStep } from '../domain/lifecycle.ts'
import type { DisbursementRow, LifeRow, TrancheRow } from './life-rows.ts'

/** The life as it stands once `step` is applied at `nowMs`. */
export function patched(life: LifeRow, step: LifeStep, currency: string, nowMs: number): LifeRow {
  switch (step.kind) {
    case 'finish-training':
      return { ...life, stage: 'incentives', trained_ms: step.atMs }
    case 'close':
      return { ...life, stage: 'closed', outcome: step.outcome, attention: null }
    case 'expire':
      return {
        ...life,
        stage: 'closed',
        outcome: 'expired',
        attention: null,
        tranches: life.tranches.map((tranche) =>
          tranche.state === 'planned' || tranche.state === 'open' ? { ...tranche, state: 'cancelled' } : tranche,
        ),
      }
    case 'open-survey':
      return withTranche(life, step.tranche, { state: 'open', opens_ms: step.opensAtMs, closes_ms: step.closesAtMs })
    case 'schedule':
      return withTranche(life, step.tranche, { due_ms: step.dueAtMs })
    case 'miss':
      return withTranche(life, step.tranche, { state: 'missed' })
    case 'owe':
      return withTranche(life, step.tranche, { state: 'due', disbursement: owed(life, step, currency, nowMs) })
    case 'release':
      return withDisbursement(life, step.tranche, { state: 'released', reason: null })
    case 'need-account':
      return withDisbursement(life, step.tranche, { state: 'needs-account', reason: noAccount(life) })
    case 'account-ready':
      return withDisbursement(life, step.tranche, { state: 'released', reason: null, release_ms: step.releaseAtMs })
    case 'lapse':
      return withDisbursement(life, step.tranche, { state: 'lapsed', reason: 'deadline', ...ENDED })
    case 'ask':
      return {
        ...withDisbursement(life, step.tranche, { action: step.action, action_by_ms: step.byMs }),
        failed_account: step.checkAtMs === null ? life.failed_account : checkedAt(life, step.checkAtMs),
      }
    case 'hold-overdue':
      return {
        ...withDisbursement(life, step.tranche, { action_by_ms: null }),
        held: true,
        held_since_ms: nowMs,
        hold_cause: 'action-overdue',
      }
    case 'cancel': {
      const owed = life.tranches.find(({ code }) => code === step.tranche)?.disbursement
      return owed
        ? withDisbursement(life, step.tranche, { ...droppedTo(owed), ...ENDED })
        : withTranche(life, step.tranche, { state: 'cancelled' })
    }
  }
}

/** Nothing is left to be sent. */
const ENDED = { owed: '0', approval: null } as const

/** What becomes of it when its person leaves: of a year that ends or has ended it is promised to nobody else, and lapses with the year. */
export function droppedTo({ year_over: isOver }: Pick<DisbursementRow, 'year_over'>): {
  readonly state: 'lapsed' | 'cancelled'
  readonly reason: string
} {
  return isOver ? { state: 'lapsed', reason: 'year-end' } : { state: 'cancelled', reason: 'withdrawn' }
}

function checkedAt({ failed_account: failed }: LifeRow, atMs: number): LifeRow['failed_account'] {
  return failed && { ...failed, check_ms: atMs }
}

/** Why there is no usable account: there is none, or no gateway of the programme reaches it. */
export function noAccount(life: Pick<LifeRow, 'account'>): string {
  return life.account ? 'no-gateway' : 'no-account'
}

function owed(
  life: LifeRow,
  step: Extract<LifeStep, { kind: 'owe' }>,
  currency: string,
  nowMs: number,
): DisbursementRow {
  const { programme, ref } = life
  const amount = life.tranches.find(({ code }) => code === step.tranche)?.amount ?? '0'
  return {
    key: disbursementKey({ programme, payee: ref, subject: ref, tranche: step.tranche, sequence: 1 }),
    owed: amount,
    currency,
    state: 'owed',
    reason: null,
    version: 0,
    attempts: 0,
    retries: 0,
    returns: 0,
    owed_ms: nowMs,
    release_ms: step.releaseAtMs,
    lapses_ms: step.lapsesAtMs,
    first_paid_ms: null,
    action: null,
    action_by_ms: null,
    reviewing: false,
    year_over: false,
    year_ending: false,
    payout: null,
    open_send: null,
    asked: null,
    approval: null,
  }
}

function withTranche(life: LifeRow, code: string, change: Partial<TrancheRow>): LifeRow {
  const tranches = life.tranches.map((tranche) => (tranche.code === code ? { ...tranche, ...change } : tranche))
  return { ...life, tranches }
}

function withDisbursement(life: LifeRow, code: string, change: Partial<DisbursementRow>): LifeRow {
  const row = life.tranches.find((tranche) => tranche.code === code)?.disbursement
  if (!row) throw new Error(`${code} is not owed yet`)
  return withTranche(life, code, { disbursement: { ...row, ...change, version: row.version + 1 } })
}
