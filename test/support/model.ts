/**
 * One disbursement in memory, driven through the same pure machines as the store, against a gateway that may accept, refuse,
 * lose, duplicate, delay and contradict. What the gateway really moved is known here, and only here.
 */
import { afterPayout, followPayout, type DisbursementState } from '../../domain/disbursement.ts'
import { isNotFoundEvidence, settlesAtMs, type EnquiryTiming, type WaitingPayout } from '../../domain/enquiry.ts'
import { isDebitNormal, postingsFor, type LedgerEvent } from '../../domain/ledger.ts'
import { nextForDisbursement } from '../../domain/next.ts'
import { foldPayout, type ObservationSource, type PayoutFact, type PayoutState } from '../../domain/payout.ts'
import type { Calendar } from '../../domain/programme.ts'
import type { NextForDisbursement } from '../../domain/standing.ts'
import {
  ModelGateway,
  NO_ANSWER,
  PASSING,
  refusal,
  THROTTLED,
  type End,
  type Fate,
  type Lens,
} from './model-gateway.ts'

const AMOUNT = 60_000_000n
const SECOND = 1000
const TIMING: EnquiryTiming = {
  failureFinal: 'at-once',
  duplicate: 'returns-live-object',
  submitTimeoutMs: 10 * SECOND,
  enquiryLadderMs: [30 * SECOND, 60 * SECOND, 120 * SECOND],
  quietPeriodMs: 100 * SECOND,
  replayHorizonMs: 3600 * SECOND,
  replayMarginMs: 600 * SECOND,
  giveUpMs: 1200 * SECOND,
  windowDays: 1,
}
const RETRY_DELAYS_MS = [60 * SECOND, 120 * SECOND]
const ALWAYS: Calendar = { kind: 'always', weekdays: [], holidays: [], opens: '00:00', cutOff: '23:59' }

interface Attempt {
  readonly n: number
  state: PayoutState
  money: 'clearing' | 'credited' | 'back'
  gatewayId: string | null
  sends: number
  sameKeyRetries: number
  enquiries: number
  notFound: number
  notFoundAtMs: number | null
  lastEnquiryAtMs: number | null
  askedAtMs: number | null
  sendAgainAtMs: number | null
  readonly firstSentAtMs: number
  lastStartedAtMs: number
  lastEndedAtMs: number | null
}

/** The whole of it: our books, the gateway's truth, and a count of what happened. */
export class Model {
  state: DisbursementState = 'released'
  reason: string | null = null
  nowMs = 0
  hasAccount = true
  held = false
  readonly attempts: Attempt[] = []
  readonly happened: Map<string, number>
  readonly #gateway = new ModelGateway(AMOUNT)
  readonly #postings = new Map<string, bigint>()
  #releaseAtMs = 0
  #retries = 0
  #returns = 0

  constructor(happened: Map<string, number>) {
    this.happened = happened
    for (const event of ['appropriated', 'committed', 'funded', 'obligated'] as const) this.#post(event)
  }

  /** What the engine would do now. */
  next(): NextForDisbursement {
    const attempt = this.attempts.at(-1)
    const payout = attempt && { ...this.#waiting(attempt), key: `d#${attempt.n}`, gateway: 'sandbox' }
    const question = {
      state: this.state,
      releaseAtMs: this.#releaseAtMs,
      held: this.held,
      gateway: this.hasAccount ? 'sandbox' : null,
      payout: payout ?? null,
      openSend: this.#openSend(),
      asked: this.#asked(),
    }
    return nextForDisbursement(question, { calendar: ALWAYS, zone: 'Asia/Jakarta' }, () => TIMING, this.nowMs)
  }

  #openSend() {
    const open = this.attempts.find(({ lastEndedAtMs }) => lastEndedAtMs === null)
    return open ? { ...open, key: `d#${open.n}`, gateway: 'sandbox', startedAtMs: open.lastStartedAtMs } : null
  }

  /** What somebody who proves nothing has told of, the newest attempt or an older one. */
  #asked() {
    const attempt = this.attempts.find(({ askedAtMs }) => askedAtMs !== null)
    if (!attempt || attempt.askedAtMs === null) return null
    const { n, enquiries, lastEnquiryAtMs, askedAtMs } = attempt
    return { key: `d#${n}`, gateway: 'sandbox', enquiries, lastEnquiryAtMs, askedAtMs }
  }

  /** Somebody who proves nothing tells of an attempt. */
  word(which: number): void {
    const attempt = this.attempts[which % Math.max(this.attempts.length, 1)]
    if (!attempt) return
    attempt.askedAtMs = this.nowMs
    this.#note(this.state === 'paid' ? 'a word about what is paid' : 'a word')
  }

  /** Does the next thing, whatever it is; time passes first where it waits for time. */
  work(fate: Fate, end: End, lens: Lens): void {
    const next = this.next()
    if (next.kind === 'wait' && next.untilMs !== null) this.nowMs = next.untilMs
    const now = next.kind === 'wait' ? this.next() : next
    const attempt = this.attempts.at(-1)
    if (now.kind === 'send') this.#claim(fate, end)
    else if (now.kind === 'resend' && attempt) this.#resend(attempt, fate, end)
    else if (now.kind === 'enquire') this.#enquire(this.#attemptOf(now.payout), lens)
    else if (now.kind === 'check-float') this.#release('float is back')
    else if (now.kind === 'give-up' && attempt) this.#giveUp(attempt)
  }

  /** The gateway goes on by itself, and calls back about it: once, again, late or about an older attempt. */
  callback(which: number, times: number, isUntold: boolean): void {
    const n = (which % Math.max(1, this.attempts.length)) + 1
    this.#gateway.arrive(n)
    const attempt = this.attempts[n - 1]
    if (!attempt || !this.#gateway.knows(n)) return
    this.#gateway.proceed(n)
    if (isUntold) return this.#note('callback never came')
    if (times > 1) this.#note('callback repeated')
    if (attempt.n < this.attempts.length) this.#note('callback about an older attempt')
    for (let time = 0; time < times; time += 1) this.#observe(attempt, this.#gateway.seen(attempt.n), 'callback')
  }

  /** The gateway contradicts itself: what it called failed was paid after all. */
  contradict(): void {
    const attempt = this.attempts.find(({ n }) => this.#gateway.contradict(n))
    if (!attempt) return
    this.#note('gateway contradicted itself')
    this.#observe(attempt, this.#gateway.seen(attempt.n), 'callback')
  }

  /** Everything that ever left arrives in the end, told or not. */
  finish(): void {
    for (const { n } of this.attempts) {
      this.#gateway.arrive(n)
      this.#gateway.proceed(n)
    }
  }

  relink(): void {
    this.hasAccount = true
    if (this.state === 'needs-account' || this.state === 'failed') this.#release('account linked')
  }

  lapse(): void {
    if (this.state !== 'needs-account' && this.state !== 'failed') return
    this.state = 'lapsed'
    this.#post('lapsed')
    this.#note('lapsed')
  }

  /** The books as they should be, from where everything stands; equal to `balances()` unless they are wrong. */
  expected(): Record<string, bigint> {
    const isAlive = this.state !== 'lapsed' && this.state !== 'cancelled'
    const count = (money: Attempt['money']): bigint =>
      BigInt(this.attempts.filter((attempt) => attempt.money === money).length) * AMOUNT
    const owed = isAlive ? AMOUNT : 0n
    return nonZero({
      'budget:appropriation': AMOUNT,
      'budget:obligated': owed - count('credited'),
      'budget:disbursed': count('credited'),
      'budget:lapsed': isAlive ? 0n : AMOUNT,
      'funds:payable': owed - count('clearing') - count('credited'),
      'funds:clearing:sandbox': count('clearing'),
      'funds:float:sandbox': AMOUNT - count('credited'),
      'funds:treasury': AMOUNT - owed,
    })
  }

  balances(): Record<string, bigint> {
    return nonZero(Object.fromEntries(this.#postings))
  }

  /** Attempts for which the gateway moved money and has not given it back. */
  get reallyPaid(): number {
    return this.#gateway.paid
  }

  #claim(fate: Fate, end: End): void {
    const earlier = this.attempts.at(-1)
    // The rule of all rules: another attempt exists only when the earlier one has ended definitively.
    if (earlier && !['failed', 'cancelled', 'not-sent', 'returned'].includes(earlier.state)) {
      throw new Error(`attempt ${earlier.n + 1} while attempt ${earlier.n} is ${earlier.state}`)
    }
    if (this.#openSend()) throw new Error('another attempt while a send of an earlier one is open')
    if (this.#asked()) throw new Error('another attempt while an earlier one is asked about')
    if (earlier) this.#note(`another attempt after ${earlier.state}`)
    const attempt: Attempt = {
      n: this.attempts.length + 1,
      state: 'submitting',
      money: 'clearing',
      gatewayId: null,
      sends: 1,
      sameKeyRetries: 0,
      enquiries: 0,
      notFound: 0,
      notFoundAtMs: null,
      lastEnquiryAtMs: null,
      askedAtMs: null,
      sendAgainAtMs: null,
      firstSentAtMs: this.nowMs,
      lastStartedAtMs: this.nowMs,
      lastEndedAtMs: null,
    }
    this.attempts.push(attempt)
    this.state = 'in-flight'
    this.#post('claimed')
    this.#send(attempt, fate, end)
  }

  #resend(attempt: Attempt, fate: Fate, end: End): void {
    this.#note('sent again')
    Object.assign(attempt, {
      state: 'submitting',
      sends: attempt.sends + 1,
      notFound: 0,
      notFoundAtMs: null,
      sendAgainAtMs: null,
      lastStartedAtMs: this.nowMs,
      lastEndedAtMs: null,
    })
    this.#send(attempt, fate, end)
  }

  #send(attempt: Attempt, fate: Fate, end: End): void {
    this.#note(fate)
    this.#gateway.arrive(attempt.n)
    if (fate === 'late' || fate === 'answered' || fate === 'silent' || fate === 'crash-after') {
      this.#gateway.put(attempt.n, end)
    }
    if (fate !== 'late') this.#gateway.arrive(attempt.n)
    this.nowMs += SECOND
    if (fate === 'crash-before' || fate === 'crash-after') return
    attempt.lastEndedAtMs = this.nowMs
    if (fate === 'answered') this.#observe(attempt, this.#gateway.seen(attempt.n), 'submit')
    else if (fate === 'unreachable') this.#observe(attempt, { kind: 'not-sent', failure: PASSING }, 'submit')
    else if (fate === 'throttled') this.#observe(attempt, { kind: 'retry-same', failure: THROTTLED }, 'submit')
    else if (fate === 'refused') this.#observe(attempt, refusal(end), 'submit')
    else this.#observe(attempt, { kind: 'unanswered', failure: NO_ANSWER }, 'submit')
  }

  #enquire(attempt: Attempt, lens: Lens): void {
    if (attempt.lastEndedAtMs === null && attempt.state === 'submitting') {
      this.#note('lost send noticed')
      this.#observe(attempt, { kind: 'unanswered', failure: NO_ANSWER }, 'submit')
    }
    const before = { enquiries: attempt.enquiries, notFoundAtMs: attempt.notFoundAtMs }
    attempt.enquiries += 1
    attempt.lastEnquiryAtMs = this.nowMs
    const isThere = this.#gateway.knows(attempt.n)
    this.#note(`enquiry ${isThere ? lens : 'finds nothing'}`)
    if (lens === 'away') this.#observe(attempt, { kind: 'unavailable', failure: NO_ANSWER }, 'enquiry')
    else if (isThere && lens === 'truth') {
      this.#gateway.proceed(attempt.n)
      this.#observe(attempt, this.#gateway.seen(attempt.n), 'enquiry')
    } else {
      const endedAtMs = attempt.lastEndedAtMs ?? attempt.lastStartedAtMs + TIMING.submitTimeoutMs
      if (isNotFoundEvidence({ endedAtMs, ...before }, TIMING, this.nowMs)) {
        attempt.notFound += 1
        attempt.notFoundAtMs = this.nowMs
      }
      this.#observe(attempt, { kind: 'not-found' }, 'enquiry')
    }
    if (lens === 'away') return
    this.#settleSend(attempt)
    attempt.askedAtMs = null
  }

  #attemptOf(key: string): Attempt {
    const attempt = this.attempts.find(({ n }) => key === `d#${n}`)
    if (!attempt) throw new Error(`no attempt ${key}`)
    return attempt
  }

  /** An answer late enough tells of a send whose process died, too. */
  #settleSend(attempt: Attempt): void {
    if (attempt.lastEndedAtMs !== null || this.nowMs < settlesAtMs(attempt.lastStartedAtMs, TIMING)) return
    this.#note('lost send settled')
    attempt.lastEndedAtMs = attempt.lastStartedAtMs + TIMING.submitTimeoutMs
  }

  #giveUp(attempt: Attempt): void {
    if (attempt.state === 'submitting' && attempt.sends === attempt.sameKeyRetries) {
      this.#note('throttled too long')
      return this.#observe(attempt, { kind: 'not-sent', failure: PASSING }, 'submit')
    }
    this.#note('given up')
    attempt.state = 'review'
    this.state = 'review'
    this.reason = 'no-answer'
  }

  #release(why: string): void {
    this.#note(why)
    this.state = 'released'
    this.#releaseAtMs = Math.max(this.#releaseAtMs, this.nowMs)
  }

  /** As the store does it: fold, then postings, then the disbursement. */
  #observe(attempt: Attempt, fact: PayoutFact, source: ObservationSource): void {
    const { state, gatewayId, sameKeyRetries } = attempt
    const sends = attempt.sends - sameKeyRetries
    const facts = {
      state,
      amount: AMOUNT,
      currency: 'IDR',
      sends,
      sameKeyRetries,
      gatewayId,
      failure: null,
      failureFinal: 'at-once' as const,
      isPartlyBack: false,
      isReturnContradicted: false,
      isOtherAccount: false,
    }
    const decision = foldPayout(facts, fact, source)
    if (fact.kind === 'observed') attempt.gatewayId ??= fact.observation.gatewayId
    if (decision.kind === 'send-again') {
      attempt.sameKeyRetries += 1
      attempt.sendAgainAtMs = this.nowMs + decision.afterMs
    }
    if (decision.kind !== 'move') return
    attempt.state = decision.to
    this.#postMoved(attempt)
    const attempts = { attempts: this.attempts.length, retries: this.#retries, returns: this.#returns }
    const ended = afterPayout(attempt.state, decision.failure, attempts, RETRY_DELAYS_MS)
    if (!ended) return
    const at = { state: this.state, reason: this.reason, isNewest: attempt.n === this.attempts.length }
    const step = followPayout(at, ended)
    this.state = step.to
    this.reason = step.reason
    this.#note(`then ${step.to}`)
    if (attempt.state === 'returned') this.#returns += 1
    if (step.retryAfterMs !== null) {
      if (step.isRetry) this.#retries += 1
      this.#releaseAtMs = this.nowMs + step.retryAfterMs
    }
    if (step.accountFailed) this.hasAccount = false
  }

  #postMoved(attempt: Attempt): void {
    const wasOnItsWay = attempt.money === 'clearing'
    if (attempt.state === 'paid' || attempt.state === 'returned') {
      if (wasOnItsWay) this.#post('paid')
      attempt.money = 'credited'
    }
    if (attempt.state === 'returned') {
      this.#post('returned')
      attempt.money = 'back'
    }
    if (wasOnItsWay && ['failed', 'cancelled', 'not-sent'].includes(attempt.state)) {
      this.#post('voided')
      attempt.money = 'back'
    }
  }

  #post(event: LedgerEvent): void {
    const add = (account: string, amount: bigint): void => {
      const signed = isDebitNormal(account) ? amount : -amount
      this.#postings.set(account, (this.#postings.get(account) ?? 0n) + signed)
    }
    for (const { debit, credit, amount } of postingsFor(event, AMOUNT, 'sandbox')) {
      add(debit, amount)
      add(credit, -amount)
    }
  }

  #waiting(attempt: Attempt): WaitingPayout {
    return {
      ...attempt,
      sends: attempt.sends - attempt.sameKeyRetries,
      lastSendStartedAtMs: attempt.lastStartedAtMs,
      lastSendEndedAtMs: attempt.lastEndedAtMs,
    }
  }

  #note(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1)
  }
}

function nonZero(balances: Readonly<Record<string, bigint>>): Record<string, bigint> {
  return Object.fromEntries(Object.entries(balances).filter(([, balance]) => balance !== 0n))
}
