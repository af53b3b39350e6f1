/**
 * One person's life folded anew from its history: the trail in its order, and behind each move of a payout the fact that was observed, which
 * the machines of `domain/` decide about once more. Pure. What comes out is what the rows must show.
 */
import { afterPayout, DISBURSEMENT_STATES, followPayout, type DisbursementState } from '../../domain/disbursement.ts'
import type { Failure, ObservedState } from '../../domain/observation.ts'
import {
  foldPayout,
  PAYOUT_STATES,
  type FailureFinal,
  type ObservationSource,
  type PayoutFact,
  type PayoutState,
} from '../../domain/payout.ts'

/** One line of the trail. */
export interface Told {
  readonly act: string
  readonly subject: string
  readonly after: Readonly<Record<string, unknown>> | null
}

/** One observation that moved a payout. */
export interface Observed {
  readonly payout: string
  readonly source: string
  readonly fact: string
  readonly observed: string | null
  readonly from: string
  readonly to: string
  /** Sends that had begun by then and were not turned away. */
  readonly sends: number
  readonly turnedAway: number
}

export interface Rules {
  readonly retryDelaysMs: readonly number[]
  readonly failureFinal: FailureFinal
}

export interface Refolded {
  stage: string | null
  outcome: string | null
  held: boolean
  readonly payouts: ReadonlyMap<string, string>
  readonly disbursements: ReadonlyMap<string, string>
  /** Disbursements that only the auditor's own fold follows: some of it is to be had back, was taken off, or was found after a restore. */
  readonly beyond: ReadonlySet<string>
  /** Where the history contradicts itself, or `domain/` decides otherwise than was written. */
  readonly findings: readonly string[]
}

interface Payout {
  readonly disbursement: string
  readonly n: number
  readonly amount: bigint
  state: PayoutState
  money: 'clearing' | 'credited' | 'back'
}

interface Disbursement {
  readonly amount: bigint
  state: DisbursementState
  reason: string | null
  attempts: number
  retries: number
  returns: number
  isBeyond: boolean
}

interface Folding {
  readonly payouts: Map<string, Payout>
  readonly disbursements: Map<string, Disbursement>
  readonly moves: Map<string, Observed[]>
  readonly rulesOf: (gateway: string) => Rules
  readonly findings: string[]
}

const STAGES: Readonly<Record<string, string>> = {
  registered: 'screening',
  'screened-eligible': 'admission',
  'screened-refused': 'closed',
  admitted: 'training',
  'training-finished': 'incentives',
  'life-closed': 'closed',
}

/** `trail` and `observed` in the order in which they were written, of one person. */
export function refold(
  trail: readonly Told[],
  observed: readonly Observed[],
  rulesOf: (gateway: string) => Rules,
): Refolded {
  const moves = new Map<string, Observed[]>()
  for (const move of observed) moves.set(move.payout, [...(moves.get(move.payout) ?? []), move])
  const at: Folding = { payouts: new Map(), disbursements: new Map(), moves, rulesOf, findings: [] }
  let life: Pick<Refolded, 'stage' | 'outcome' | 'held'> = { stage: null, outcome: null, held: false }
  for (const told of trail) {
    life = { ...life, ...lifeAfter(told) }
    if (at.payouts.has(told.subject) || told.act === 'payout-sent') ofPayout(at, told)
    else ofDisbursement(at, told)
  }
  for (const [payout, left] of moves) {
    if (left.length > 0 && at.payouts.has(payout))
      at.findings.push(`${payout} was moved ${left.length} times more than the trail tells`)
  }
  return { ...life, ...standing(at), findings: at.findings }
}

function standing({ payouts, disbursements }: Folding): Pick<Refolded, 'payouts' | 'disbursements' | 'beyond'> {
  return {
    payouts: new Map([...payouts].map(([key, { state }]) => [key, state])),
    disbursements: new Map([...disbursements].map(([key, { state }]) => [key, state])),
    beyond: new Set([...disbursements].filter(([, { isBeyond }]) => isBeyond).map(([key]) => key)),
  }
}

function lifeAfter({ act, after }: Told): Partial<Pick<Refolded, 'stage' | 'outcome' | 'held'>> {
  if (act === 'hold-placed') return { held: true }
  if (act === 'hold-released') return { held: false }
  const stage = STAGES[act]
  if (stage === undefined) return {}
  const outcome = act === 'screened-refused' ? 'refused' : textOf(after?.['outcome'])
  return outcome === null ? { stage } : { stage, outcome }
}

const BEYOND: readonly string[] = ['payout-recovered', 'receivable-opened', 'receivable-ended', 'deduction-made']

function ofDisbursement(at: Folding, { act, subject, after }: Told): void {
  if (act === 'tranche-due') {
    const amount = BigInt(textOf(after?.['amount']) ?? 0)
    const owed = { amount, reason: null, attempts: 0, retries: 0, returns: 0, isBeyond: false }
    at.disbursements.set(subject, { ...owed, state: 'owed' })
    return
  }
  const row = at.disbursements.get(ownerOf(subject))
  if (!row) return
  if (BEYOND.includes(act)) row.isBeyond = true
  // A payout that nobody here has claimed: it was found.
  if (subject !== ownerOf(subject)) return
  if (act === 'float-restored') row.state = 'released'
  if (act === 'review-decided') decide(row, undefined, after)
  const to = DISBURSEMENT_STATES.find((state) => state === after?.['to'])
  if (to === undefined) return
  // What a payout's end has made of it is told behind it: the fold has come there by itself, or it was refused before anything was claimed.
  const from = textOf(after?.['from']) ?? (row.state === to ? to : 'released')
  if (from !== row.state)
    find(at, row, `${subject} is moved from ${from} to ${to}, and its history has it ${row.state}`)
  row.state = to
  row.reason = textOf(after?.['reason'])
}

function find({ findings }: Folding, { isBeyond }: Disbursement, finding: string): void {
  if (!isBeyond) findings.push(finding)
}

/** The key of the disbursement that a payout of it, or itself, names. */
export function ownerOf(subject: string): string {
  return subject.split('#', 1)[0] ?? subject
}

function ofPayout(at: Folding, { act, subject, after }: Told): void {
  const disbursement = ownerOf(subject)
  const row = at.disbursements.get(disbursement)
  if (!row) return void at.findings.push(`${subject} was sent, and nothing was owed`)
  if (act === 'payout-sent') {
    const n = Number(after?.['n'])
    at.payouts.set(subject, {
      disbursement,
      n,
      amount: BigInt(textOf(after?.['amount']) ?? 0),
      state: 'submitting',
      money: 'clearing',
    })
    Object.assign(row, { state: 'in-flight', reason: null, attempts: n })
    return
  }
  const payout = at.payouts.get(subject)
  if (!payout) return
  if (BEYOND.includes(act)) row.isBeyond = true
  else if (act === 'payout-sent-again') payout.state = 'submitting'
  else if (act === 'review-decided') decide(row, payout, after)
  else if (textOf(after?.['from']) !== null) moved(at, subject, payout, row, after ?? {})
  else if (act === 'review-needed') {
    payout.state = 'review'
    const isNewest = payout.n === row.attempts
    const needed = {
      to: 'review',
      reason: textOf(after?.['reason']),
      retryAfterMs: null,
      accountFailed: false,
      isRetry: false,
    } as const
    const { to, reason } = followPayout({ state: row.state, reason: row.reason, isNewest }, needed)
    Object.assign(row, { state: to, reason })
  }
}

/** What two people have decided is taken as it is told; that it is what they signed is the auditor's. */
function decide(row: Disbursement, payout: Payout | undefined, after: Told['after']): void {
  const money = textOf(after?.['money'])
  if (payout) {
    payout.state = PAYOUT_STATES.find((state) => state === after?.['payout']) ?? payout.state
    payout.money = money === 'credited' || money === 'back' ? money : payout.money
  }
  row.state = DISBURSEMENT_STATES.find((state) => state === after?.['disbursement']) ?? row.state
  row.reason = null
  if (row.state === 'released') row.retries = 0
  if ((textOf(after?.['returned']) ?? '0') !== '0' || !['clearing', 'credited', 'back', null].includes(money))
    row.isBeyond = true
}

/** A fact has moved a payout: `domain/` says once more where to, and what that means for what is owed. */
function moved(at: Folding, key: string, payout: Payout, row: Disbursement, after: NonNullable<Told['after']>): void {
  const fact = at.moves.get(key)?.shift()
  const failure = (after['failure'] ?? null) as Failure | null
  if (fact === undefined) return find(at, row, `the trail moves ${key} to ${String(after['to'])}, and no fact does`)
  // A claim that came to nothing beside another is told by the engine itself.
  if (fact.source === 'engine') row.isBeyond = true
  else if (fact.from !== payout.state) {
    find(at, row, `a fact moves ${key} from ${fact.from}, and its history has it ${payout.state}`)
  } else {
    const rules = at.rulesOf(textOf(after['gateway']) ?? '')
    const decision = foldPayout(...questionOf(payout, fact, failure, textOf(after['alarm']), rules))
    const to = decision.kind === 'move' ? decision.to : payout.state
    if (to !== fact.to)
      find(at, row, `${key} was moved from ${fact.from} to ${fact.to} by ${fact.fact}, which leaves it ${to}`)
  }
  const before = payout.money
  payout.state = PAYOUT_STATES.find((state) => state === fact.to) ?? payout.state
  payout.money = moneyAfter(payout)
  follow(at, payout, row, failure, before, textOf(after['gateway']) ?? '')
}

function moneyAfter({ state, money }: Payout): Payout['money'] {
  if (state === 'paid') return 'credited'
  if (state === 'returned') return 'back'
  return ['failed', 'cancelled', 'not-sent'].includes(state) && money === 'clearing' ? 'back' : money
}

function follow(
  at: Folding,
  payout: Payout,
  row: Disbursement,
  failure: Failure | null,
  before: Payout['money'],
  gateway: string,
): void {
  const ended = afterPayout(payout.state, failure, row, at.rulesOf(gateway).retryDelaysMs)
  if (!ended) return
  const sum = (money: Payout['money']): bigint =>
    [...at.payouts.values()].reduce(
      (total, one) => (one.disbursement === payout.disbursement && one.money === money ? total + one.amount : total),
      0n,
    )
  const isNewest = payout.n === row.attempts || (before === 'credited' && sum('clearing') === 0n)
  const step = followPayout(
    { state: row.state, reason: row.reason, isNewest, rest: row.amount - sum('credited') },
    ended,
  )
  if (payout.state === 'returned') row.returns += 1
  if (step.to === 'released' && step.isRetry) row.retries += 1
  Object.assign(row, { state: step.to, reason: step.reason })
}

type Question = Parameters<typeof foldPayout>

/** The fact as it was, as far as its row and the trail keep it: amounts and accounts are told by the alarm that they raised. */
function questionOf(
  { state, amount, money }: Payout,
  { fact: kind, observed, source, sends, turnedAway }: Observed,
  failure: Failure | null,
  alarm: string | null,
  { failureFinal }: Rules,
): Question {
  const known = {
    state,
    amount,
    currency: 'IDR',
    sends,
    sameKeyRetries: turnedAway,
    gatewayId: alarm === 'another-object' ? 'one' : null,
    failure,
    failureFinal,
    isPartlyBack: state === 'paid' && money === 'back',
    isOtherAccount: alarm === 'other-account',
    isReturnContradicted: alarm === 'contradiction' && state === 'returned' && source === 'enquiry',
  }
  return [known, factOf(kind, observed, failure, alarm, amount), source as ObservationSource]
}

function factOf(
  kind: string,
  observed: string | null,
  failure: Failure | null,
  alarm: string | null,
  amount: bigint,
): PayoutFact {
  const why = failure ?? { class: 'unknown', code: '', vendorCode: '' }
  switch (kind) {
    case 'observed': {
      const seen = {
        state: (observed ?? '') as ObservedState,
        gatewayId: alarm === 'another-object' ? 'another' : null,
        failure,
        vendorStatus: '',
        amount: alarm === 'other-amount' ? { minor: amount + 1n, currency: 'IDR' } : null,
      }
      return { kind, observation: seen as Extract<PayoutFact, { kind: 'observed' }>['observation'] }
    }
    case 'several':
      return { kind, count: 2 }
    case 'not-sent':
    case 'retry-same':
    case 'unanswered':
    case 'unavailable':
      return { kind, failure: why }
    case 'undebited':
    case 'uncredited':
      return { kind }
    default:
      return { kind: 'not-found' }
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
