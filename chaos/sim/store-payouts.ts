/** Facts, resends and give-ups on simulated rows: the real folds decide, this only loads and writes. */
import { givenUpReason, nextForPayout, sendByMs } from '../../domain/enquiry.ts'
import { followPayout } from '../../domain/disbursement.ts'
import { mayBeSentAgain } from '../../domain/payout-run.ts'
import type { DisbursementStanding } from '../../domain/standing.ts'
import { waitingPayout } from '../../store/life-rows.ts'
import { Harvest, MAY_COME_AGAIN } from '../../store/observe-write.ts'
import { foldItem, standingOfWork, type ObservationResult } from '../../store/observe.ts'
import type { ObservationItem } from '../../store/observation-item.ts'
import type { Work } from '../../store/payout-rows.ts'
import type { PayoutQuestion, Reopened } from '../../store/payouts.ts'
import type { LedgerEntry } from '../../store/postings.ts'
import { Sealed } from '../../store/vault.ts'
import { ConstraintViolation } from './database.ts'
import type { Judge } from './judge.ts'
import { GATEWAY, standsBeside, type Rows, type StoredPayout } from './rows.ts'
import type { Setting } from './setting.ts'
import { loadWork } from './work-rows.ts'

export class SimPayouts {
  readonly #setting: Setting
  readonly #judge: Judge
  /** Tells a life, once the transaction has committed. */
  readonly #tell: (ref: string) => void

  constructor(setting: Setting, judge: Judge, tell: (ref: string) => void) {
    this.#setting = setting
    this.#judge = judge
    this.#tell = tell
  }

  observe(items: readonly ObservationItem[]): ObservationResult[] {
    const { rows, programme, context } = this.#setting
    const work = loadWork(rows, [...new Set(items.map(({ payout }) => payout))])
    const harvest = new Harvest()
    const decisions = items.map((item) => this.#fold(harvest, workOf(work, item.payout), item))
    this.#write(harvest)
    return items.map((item, index) => {
      const row = workOf(work, item.payout)
      const disbursement = standingOfWork(context, row, programme, item.atMs)
      return { payout: row.key, state: row.state, decision: decisions[index] ?? '', disbursement }
    })
  }

  #fold(harvest: Harvest, row: Work, item: ObservationItem): string {
    const { programme } = this.#setting
    const planted = this.#planted(row, item)
    const { sends } = row
    if (this.#setting.plant === 'refusal-of-resend-believed') row.sends = row.same_key_retries + 1
    const decision = foldItem(harvest, this.#plantedContext(), row, programme, planted)
    row.sends = sends
    this.#judge.folded(row, item)
    return decision
  }

  /** The fact as a wrong engine would take it. */
  #planted(row: Work, item: ObservationItem): ObservationItem {
    const { plant } = this.#setting
    const { fact } = item
    if (plant === 'late-success-ignored' && fact.kind === 'observed') {
      const isLate = ['failed', 'cancelled', 'not-sent'].includes(row.state) && fact.observation.state === 'paid'
      if (isLate) return { ...item, fact: { kind: 'unavailable', failure: IGNORED } }
    }
    if (plant === 'amount-mismatch-accepted' && fact.kind === 'observed') {
      return { ...item, fact: { ...fact, observation: { ...fact.observation, amount: null } } }
    }
    if (plant === 'silence-is-failure' && fact.kind === 'unanswered' && row.state === 'submitting') {
      const failure = { class: 'retry-new', code: 'no-answer', vendorCode: '' } as const
      return { ...item, fact: { kind: 'not-sent', failure } }
    }
    return item
  }

  #plantedContext(): Setting['context'] {
    const { plant, context, timing } = this.#setting
    if (plant === 'failure-believed-before-statement') {
      return { ...context, timingOf: () => ({ ...timing, failureFinal: 'at-once' }) }
    }
    if (plant !== 'not-found-in-quiet-period') return context
    return { ...context, timingOf: () => ({ ...timing, quietPeriodMs: 0 }) }
  }

  #write(harvest: Harvest): void {
    const { rows, plant } = this.#setting
    for (const { payout, number, atMs } of harvest.sends) rows.sends.update(`${payout}/${number}`, { ended_ms: atMs })
    for (const { row } of harvest.payouts.values()) this.#writePayout(row)
    for (const moved of harvest.disbursements.values()) {
      const stored = rows.disbursements.get(moved.key)
      if (stored.version !== moved.version) throw new Error('a disbursement changed under its life lock')
      const { state, reason, retries, returns, release_ms, lapses_ms, first_paid_ms, paid_ms } = moved
      const version = moved.version + 1
      const change = { state, reason, retries, returns, release_ms, lapses_ms, first_paid_ms, paid_ms, version }
      rows.disbursements.update(moved.key, change)
    }
    for (const disbursement of harvest.beside.keys()) callBeside(rows, disbursement)
    for (const id of harvest.accounts.keys()) {
      const account = rows.accounts.get(id)
      if (account.state === 'verified') rows.accounts.update(id, { state: 'failed' })
    }
    for (const [id, until] of harvest.rests) {
      const account = rows.accounts.get(id)
      const usable_ms = Math.max(account.usable_ms, until)
      if (account.state === 'verified') rows.accounts.update(id, { usable_ms, rests_ms: until })
    }
    // Between two transactions a process may die.
    const isLost = plant === 'posting-outside-the-transaction' && this.#setting.random.chance(0.05)
    if (!isLost) for (const entry of harvest.postings) this.#post(entry)
    if (plant === 'return-posted-twice') this.#postReturnsAgain(harvest)
    for (const { ref } of harvest.messages.values()) this.#tell(ref)
  }

  #post(entry: LedgerEntry): void {
    const { books } = this.#setting.rows
    if (MAY_COME_AGAIN.includes(entry.event)) books.postNext(entry)
    else books.post(entry)
  }

  /** A second RETURNED moves nothing; the wrong engine books it all the same. */
  #postReturnsAgain(harvest: Harvest): void {
    const { books } = this.#setting.rows
    for (const { row, item, decision } of harvest.observations) {
      const isAgain = decision !== 'move' && item.fact.kind === 'observed' && item.fact.observation.state === 'returned'
      if (!isAgain || row.state !== 'returned' || books.has(row.key, 'returned:2')) continue
      books.post({ event: 'returned', subject: row.key, occurrence: 2, amount: row.amount, gateway: row.gateway })
    }
  }

  #writePayout(row: Work): void {
    const { rows } = this.#setting
    const stored = rows.payouts.get(row.key)
    if (stored.version !== row.version) throw new Error('a payout changed under its life lock')
    const { state, money, gateway_id, alarm, failure, same_key_retries, asked_ms } = row
    const { enquiries, not_found, not_found_ms, last_enquiry_ms, send_again_ms } = row
    rows.payouts.update(row.key, {
      state,
      money,
      gateway_id,
      alarm,
      failure,
      same_key_retries,
      asked_ms,
      enquiries,
      not_found,
      not_found_ms,
      last_enquiry_ms,
      send_again_ms,
      version: row.version + 1,
    })
    checkPayout(rows.payouts.get(row.key))
    checkLive(rows, stored.disbursement)
  }

  question(payout: string, nowMs: number): PayoutQuestion {
    const { rows, timing } = this.#setting
    const stored = rows.payouts.get(payout)
    const { last_started_ms: started, last_ended_ms: ended } = rows.payoutRow(stored)
    return {
      payout,
      gateway: stored.gateway,
      reference: stored.reference,
      gatewayId: stored.gateway_id,
      enquiry: stored.enquiries + 1,
      isLost: stored.state === 'submitting' && ended === null && nowMs >= started + timing.submitTimeoutMs,
    }
  }

  reopen(payout: string, nowMs: number): Reopened {
    const { rows, programme, context } = this.#setting
    const row = workOf(loadWork(rows, [payout]), payout)
    const timing = this.#setting.context.timingOf(GATEWAY)
    const next = nextForPayout(waitingPayout(row), timing, nowMs)
    const approval = rows.approvalOf(rows.disbursements.get(row.disbursement.key))
    const isCovered = mayBeSentAgain(programme.payment.release, approval, nowMs)
    const isForbidden =
      row.held || row.disbursement.state !== 'in-flight' || row.disbursement.asked !== null || !isCovered
    if (next.kind !== 'resend' || isForbidden) {
      return { kind: 'refused', disbursement: standingOfWork(context, row, programme, nowMs) }
    }
    const send = row.sends + 1
    this.#judge.resent(row, nowMs, this.#setting.timing)
    rows.sends.insert(`${payout}/${send}`, { started_ms: nowMs, ended_ms: null })
    rows.payouts.update(payout, {
      state: 'submitting',
      sends: send,
      not_found: 0,
      not_found_ms: null,
      send_again_ms: null,
      version: row.version + 1,
    })
    const { gateway, reference } = row
    const { body } = rows.payouts.get(payout)
    const by = sendByMs(nowMs, row.first_sent_ms, timing)
    return { kind: 'reopened', send, sendByMs: by, gateway, reference, gatewayKey: payout, body: new Sealed(body) }
  }

  giveUp(payout: string, nowMs: number): DisbursementStanding {
    const { rows, programme, context } = this.#setting
    const row = workOf(loadWork(rows, [payout]), payout)
    const next = nextForPayout(waitingPayout(row), this.#setting.context.timingOf(GATEWAY), nowMs)
    if (next.kind !== 'give-up') return standingOfWork(context, row, programme, nowMs)
    if (row.state === 'submitting' && row.sends === row.same_key_retries) {
      const failure = { class: 'retry-new', code: 'send-too-late', vendorCode: '' } as const
      const item = { payout, source: 'submit', fact: { kind: 'not-sent', failure }, atMs: nowMs } as const
      const [result] = this.observe([item])
      return result?.disbursement ?? standingOfWork(context, row, programme, nowMs)
    }
    const step = {
      to: 'review',
      reason: givenUpReason(row.state),
      retryAfterMs: null,
      accountFailed: false,
      isRetry: false,
    } as const
    const { to, reason } = followPayout({ ...row.disbursement, isNewest: row.n === row.disbursement.attempts }, step)
    rows.payouts.update(payout, { state: 'review', version: row.version + 1 })
    const { version } = rows.disbursements.get(row.disbursement.key)
    rows.disbursements.update(row.disbursement.key, { state: to, reason, version: version + 1 })
    row.state = 'review'
    row.disbursement.state = to
    row.disbursement.reason = reason
    return standingOfWork(context, row, programme, nowMs)
  }
}

const IGNORED = { class: 'unknown', code: 'ignored', vendorCode: '' } as const

function workOf(work: ReadonlyMap<string, Work>, key: string): Work {
  const row = work.get(key)
  if (!row) throw new Error(`no payout ${key}`)
  return row
}

const MONEY = {
  open: ['submitting', 'unknown', 'accepted', 'processing', 'failing'],
  back: ['failed', 'cancelled', 'not-sent', 'returned'],
}

/** The CHECKs of the payout table. */
export function checkPayout({ state, money, superseded }: StoredPayout): void {
  const isRight =
    (!MONEY.open.includes(state) || money === 'clearing') &&
    (!MONEY.back.includes(state) || money === 'back') &&
    (state !== 'paid' || money === 'credited' || money === 'receivable')
  if (!isRight) throw new ConstraintViolation('payout_money')
  if (superseded && money === 'clearing') throw new ConstraintViolation('payout_superseded')
}

/** Brings what stands beside before people, as `store/receivables-beside.ts` does. */
export function callBeside(rows: Rows, disbursement: string, but: string | null = null): void {
  for (const payout of rows.payoutsOf(rows.disbursements.get(disbursement))) {
    if (payout.key === but || !standsBeside(payout)) continue
    rows.payouts.update(payout.key, { state: 'review', called: true, version: payout.version + 1 })
  }
}

/** The partial unique index `payout_live`. */
export function checkLive(rows: Rows, disbursement: string): void {
  if (rows.live(disbursement).length > 1) throw new ConstraintViolation('payout_live')
}
