/**
 * A payment provider that lies. It remembers what it really did, which our side only hears about: its journal is what the judge
 * believes. Its words are those of the sandbox, so that the real adapter translates them.
 */
import type { HttpAnswer } from '../../gateways/http.ts'
import { readPayout } from '../../gateways/sandbox/wire.ts'
import type { PayoutObject } from '../../gateways/sandbox/wire.ts'
import { DAY, HOUR, MINUTE, SECOND, type Setting } from './setting.ts'

/** What will become of a payout; a failure carries its code. */
type Course =
  | { readonly kind: 'paid' | 'cancelled' | 'never-ends' }
  | { readonly kind: 'failed' | 'late-success'; readonly code: string }

/** One payout at the provider. */
export interface Executed {
  readonly id: string
  readonly reference: string
  readonly key: string
  /** What was asked for: whose, how much, and for which tranche. */
  readonly asked: { readonly account: string; readonly amount: bigint; readonly narrative: string }
  readonly createdMs: number
  /** What it moves and says it moves. */
  readonly amount: bigint
  readonly account: string
  /** A second object of one request: the provider's own mistake, which no caller can prevent. */
  readonly isTwin: boolean
  status: string
  failureCode: string | null
  isCredited: boolean
  isReturned: boolean
  hiddenUntilMs: number
}

export interface Told {
  readonly executed: Executed
  readonly eventId: string
  /** As it was when the event was made. */
  readonly payout: PayoutObject
}

const FAILURE_CODES = {
  'failed-passing': 'TEMPORARY_TRANSFER_ERROR',
  'failed-account': 'ACCOUNT_CLOSED',
  'failed-compliance': 'COMPLIANCE_REJECTED',
  'undocumented-code': 'E_4711',
} as const
const FAILURES = Object.keys(FAILURE_CODES) as readonly (keyof typeof FAILURE_CODES)[]

export class Provider {
  readonly executed: Executed[] = []
  balance: bigint
  readonly #setting: Setting
  readonly #byKey = new Map<string, Executed[]>()
  readonly #byReference = new Map<string, Executed[]>()
  /** What came back once, by obligation. */
  readonly #returned = new Set<string>()
  readonly #call: (told: Told) => void
  #events = 0

  /** `call` is how it calls back. */
  constructor(setting: Setting, balance: bigint, call: (told: Told) => void) {
    this.#setting = setting
    this.balance = balance
    this.#call = call
  }

  /** A request arrives: the same key again finds the same payout, for as long as it remembers keys. */
  accept(key: string, body: Uint8Array): HttpAnswer {
    const { clock, faults, timing, trace } = this.#setting
    if (faults.strikes('throttled')) return answered(429, {}, 2 * SECOND)
    if (faults.strikes('request-refused')) {
      return this.#setting.random.chance(0.5)
        ? answered(403, { code: 'FORBIDDEN' })
        : answered(400, { code: 'AMOUNT_OUT_OF_RANGE' })
    }
    const known = (this.#byKey.get(key) ?? []).find(({ createdMs }) => clock.nowMs < createdMs + timing.replayHorizonMs)
    if (known && timing.duplicate === 'error-then-enquire') return answered(409, { code: 'DUPLICATE' })
    if (known && timing.duplicate === 'returns-live-object') return answered(200, wireOf(known))
    const executed = this.#execute(key, body, false)
    trace.add(clock.nowMs, `gateway executes ${key} ${executed.id}`)
    if (faults.strikes('two-objects')) this.#execute(key, body, true)
    return answered(201, wireOf(executed))
  }

  #execute(key: string, body: Uint8Array, isTwin: boolean): Executed {
    const { clock, faults, random, timing } = this.#setting
    const request = JSON.parse(Buffer.from(body).toString('utf8')) as Record<string, string>
    const { reference = '', account = '', narrative = '' } = request
    const asked = { account, narrative, amount: BigInt(request['amount'] ?? 0) }
    const executed: Executed = {
      id: `po_${this.executed.length + 1}`,
      reference,
      key,
      asked,
      isTwin,
      createdMs: clock.nowMs,
      amount: faults.strikes('wrong-amount') ? asked.amount + random.pick([-100n, 100n]) : asked.amount,
      account: faults.strikes('other-account') ? '99999999' : account,
      status: 'ACCEPTED',
      failureCode: null,
      isCredited: false,
      isReturned: false,
      hiddenUntilMs: faults.strikes('not-found-lie') ? clock.nowMs + random.between(1, 3 * timing.quietPeriodMs) : 0,
    }
    this.executed.push(executed)
    push(this.#byKey, key, executed)
    push(this.#byReference, reference, executed)
    this.#begin(executed)
    return executed
  }

  #begin(executed: Executed): void {
    const { faults } = this.#setting
    if (executed.amount > this.balance) {
      faults.hit('float-short')
      return this.#end(executed, 'FAILED', 'INSUFFICIENT_BALANCE')
    }
    this.balance -= executed.amount
    const course = this.#course()
    if (course.kind === 'never-ends') return
    if (faults.strikes('undocumented-status')) this.#later(SECOND, MINUTE, () => this.#move(executed, 'ROUTING'))
    this.#later(SECOND, this.#setting.random.chance(0.2) ? 3 * HOUR : MINUTE, () => this.#finish(executed, course))
  }

  #course(): Course {
    const { faults } = this.#setting
    if (faults.strikes('never-ends')) return { kind: 'never-ends' }
    if (faults.strikes('cancelled')) return { kind: 'cancelled' }
    if (faults.strikes('late-success')) return { kind: 'late-success', code: FAILURE_CODES['failed-passing'] }
    const failure = FAILURES.find((kind) => faults.strikes(kind))
    return failure ? { kind: 'failed', code: FAILURE_CODES[failure] } : { kind: 'paid' }
  }

  #finish(executed: Executed, course: Course): void {
    if (!('code' in course) && course.kind !== 'cancelled') return this.#pay(executed)
    this.balance += executed.amount
    if (!('code' in course)) return this.#end(executed, 'CANCELLED', null)
    this.#end(executed, 'FAILED', course.code)
    // What it called failed it pays after all.
    if (course.kind === 'late-success') this.#later(MINUTE, DAY, () => this.#pay(executed))
  }

  #pay(executed: Executed): void {
    const { faults } = this.#setting
    executed.isCredited = true
    executed.failureCode = null
    const isAgain = this.#returned.has(obligationOf(executed)) && this.#setting.random.chance(0.5)
    const comesBack = faults.strikes('returned') || isAgain
    const isEarly = comesBack && faults.strikes('return-told-before-success')
    if (isEarly) executed.status = 'SUCCEEDED'
    else this.#move(executed, 'SUCCEEDED')
    if (!comesBack) return
    const success = isEarly ? this.#event(executed) : undefined
    const longest = isEarly ? MINUTE : this.#setting.random.pick([MINUTE, DAY, 20 * DAY])
    this.#later(SECOND, longest, () => this.#giveBack(executed, success))
  }

  #giveBack(executed: Executed, success: Told | undefined): void {
    const { faults } = this.#setting
    if (this.#returned.has(obligationOf(executed))) faults.hit('returned-again')
    if (this.#setting.rows.isClosed(executed.asked.account)) faults.hit('returned-after-close')
    this.#returned.add(obligationOf(executed))
    executed.isReturned = true
    this.balance += executed.amount
    this.#move(executed, 'RETURNED')
    if (faults.strikes('return-told-twice')) this.#later(SECOND, HOUR, () => this.#call(this.#event(executed)))
    if (success) this.#later(MINUTE, HOUR, () => this.#call(success))
  }

  #end(executed: Executed, status: string, failureCode: string | null): void {
    executed.failureCode = failureCode
    this.#move(executed, status)
  }

  #move(executed: Executed, status: string): void {
    const { clock, trace } = this.#setting
    executed.status = status
    trace.add(clock.nowMs, `gateway ${executed.id} ${status} ${executed.failureCode ?? ''}`)
    this.#call(this.#event(executed))
  }

  #event(executed: Executed): Told {
    this.#events += 1
    const payout = readPayout(wireOf(executed))
    if (!payout) throw new Error('the provider wrote what nobody can read')
    return { executed, eventId: `evt_${this.#events}`, payout }
  }

  #later(least: number, most: number, work: () => void): void {
    const { clock, random } = this.#setting
    clock.after(random.between(least, most), work)
  }

  /** Everything it made of a reference, as its statement has it. */
  under(reference: string): readonly Executed[] {
    return this.#byReference.get(reference) ?? []
  }

  /** What an enquiry by reference is answered: every object, unless it denies what it has. */
  list(reference: string): HttpAnswer {
    const { clock } = this.#setting
    const found = (this.#byReference.get(reference) ?? []).filter(({ hiddenUntilMs }) => hiddenUntilMs <= clock.nowMs)
    return answered(200, { payouts: found.map(wireOf) })
  }
}

/** Whose, and for what: read from the request alone, without our books. The last digits of an account tell its owner. */
export function obligationOf({ asked }: Executed): string {
  return `${asked.account.slice(-6)} ${asked.narrative}`
}

function wireOf(executed: Executed): Record<string, string | null> {
  const { id, reference, status, failureCode, amount, account } = executed
  const updatedAt = '2026-11-22T05:00:00Z'
  return {
    id,
    reference,
    amount: amount.toString(),
    currency: 'IDR',
    status,
    failureCode,
    institution: 'ID.BNI',
    account,
    updatedAt,
  }
}

function answered(status: number, json: unknown, retryAfterMs: number | null = null): HttpAnswer {
  return { kind: 'answered', status, json, retryAfterMs }
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
