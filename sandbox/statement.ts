/** The statement of a day, made from the journal alone: what was really delivered, returned and put in, as the scenarios want it told. */
import { createHash } from 'node:crypto'
import type { Entry } from './entries.ts'
import type { StatementStyle } from './scenarios.ts'
import { scenarioOf } from './scenarios.ts'

export interface StatementLine {
  readonly id: string
  readonly direction: 'debit' | 'credit'
  readonly type: 'payout' | 'return' | 'fee' | 'top-up' | 'other'
  readonly reference: string
  readonly payoutId: string
  /** Minor units, decimal; a scenario may want it to be no whole number. */
  readonly amount: string
  readonly currency: string
  readonly institution: string
  readonly account: string
  readonly bookedAtMs: number
  readonly valueDate: string
}

export interface Statement {
  readonly day: string
  /** 1, and one more for each correction. */
  readonly version: number
  readonly opening: bigint
  readonly lines: readonly StatementLine[]
  /** `null` while the day is not over. */
  readonly closing: bigint | null
}

const DAY_MS = 86_400_000
/** The provider lives in Jakarta, where clocks are never set. */
const ZONE_MS = 7 * 3_600_000
const CURRENCY = 'IDR'
const FEE = 250_000n
const STRAY_CREDIT = 1_234_500n

/** The provider's local date. */
export function dayOf(atMs: number): string {
  return new Date(atMs + ZONE_MS).toISOString().slice(0, 10)
}

export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
}

/** Reads the journal from its beginning and adds up, day by day. */
export class StatementBook {
  /** Days that were closed before their end. */
  readonly #closed = new Set<string>()
  readonly #corrections = new Map<string, number>()
  readonly #lines: { readonly line: StatementLine; readonly day: string; readonly style: StatementStyle }[] = []
  readonly #accepted = new Map<string, Entry & { kind: 'accepted' }>()
  #openedWith = 0n

  learn(entry: Entry): void {
    switch (entry.kind) {
      case 'opened':
        this.#openedWith = BigInt(entry.balance)
        return
      case 'day-closed':
        this.#closed.add(entry.day)
        return
      case 'day-corrected':
        this.#corrections.set(entry.day, (this.#corrections.get(entry.day) ?? 0) + 1)
        return
      case 'accepted':
        if (scenarioOf(entry.account).statement === 'only-there') this.#accepted.set(entry.id, entry)
        return
      case 'moved':
      case 'credited':
      case 'returned':
      case 'top-up':
        this.#book(entry)
        return
      case 'ignored':
      case 'failed':
      case 'callback-sent':
    }
  }

  /** Whether the day is over, by the calendar or because somebody closed it. */
  isOver(day: string, nowMs: number): boolean {
    return this.#closed.has(day) || day < dayOf(nowMs)
  }

  statement(day: string, nowMs: number): Statement {
    const corrections = this.#corrections.get(day) ?? 0
    let opening = this.#openedWith
    const lines: StatementLine[] = []
    for (const booked of this.#lines) {
      for (const told of tell(booked.line, this.#corrections.has(booked.day) ? 'true' : booked.style)) {
        const on = told.isNextDay ? nextDay(booked.day) : booked.day
        if (on < day) opening += moved(told.line)
        else if (on === day) lines.push(told.line)
      }
    }
    const closing = lines.reduce((sum, line) => sum + moved(line), opening)
    return { day, version: corrections + 1, opening, lines, closing: this.isOver(day, nowMs) ? closing : null }
  }

  #book(entry: Entry & { kind: 'moved' | 'credited' | 'returned' | 'top-up' }): void {
    const line = this.#lineOf(entry)
    if (line) this.#lines.push({ line, day: this.#dayFor(entry), style: styleOf(line) })
  }

  #dayFor(entry: Entry): string {
    let day = dayOf(Date.parse(entry.virtualAt))
    while (this.#closed.has(day)) day = nextDay(day)
    return day
  }

  #lineOf(entry: Entry & { kind: 'moved' | 'credited' | 'returned' | 'top-up' }): StatementLine | undefined {
    const bookedAtMs = Date.parse(entry.virtualAt)
    const place = { id: `e${entry.seq}`, bookedAtMs, valueDate: dayOf(bookedAtMs), currency: CURRENCY }
    if (entry.kind === 'top-up') {
      const { amount, number = '' } = entry
      const of = { reference: number, payoutId: '', institution: '', account: '' }
      return { ...place, direction: 'credit', type: 'top-up', amount, ...of }
    }
    const payout = entry.kind === 'moved' ? this.#accepted.get(entry.id) : entry
    if (!payout) return undefined
    const { reference, id: payoutId, amount, institution, account } = payout
    const kind =
      entry.kind === 'returned'
        ? ({ direction: 'credit', type: 'return' } as const)
        : ({ direction: 'debit', type: 'payout' } as const)
    return { ...place, ...kind, reference, payoutId, amount, institution, account }
  }
}

/** Only the payout's own line is told otherwise; what comes back later is told as it is. */
function styleOf(line: StatementLine): StatementStyle {
  return line.type === 'payout' ? scenarioOf(line.account).statement : 'true'
}

/** What a line adds to the balance: other currencies and what is no whole number are not of this account. */
function moved({ amount, currency, direction }: StatementLine): bigint {
  if (currency !== CURRENCY || !/^\d+$/.test(amount)) return 0n
  return direction === 'credit' ? BigInt(amount) : -BigInt(amount)
}

interface Told {
  readonly line: StatementLine
  readonly isNextDay?: true
}

function tell(line: StatementLine, style: StatementStyle): readonly Told[] {
  const beside = { ...line, payoutId: '', institution: '', account: '' }
  switch (style) {
    case 'true':
    case 'only-there':
      return [{ line }]
    case 'missing':
      return []
    case 'other-amount':
      return [{ line: { ...line, amount: (BigInt(line.amount) + 100n).toString() } }]
    case 'twice':
      return [{ line }, { line }]
    case 'late':
      return [{ line: { ...line, bookedAtMs: line.bookedAtMs + DAY_MS }, isNextDay: true }]
    case 'other-day': {
      const bookedAtMs = line.bookedAtMs + DAY_MS
      return [{ line: { ...line, bookedAtMs, valueDate: dayOf(bookedAtMs) }, isNextDay: true }]
    }
    case 'with-fee':
      return [{ line }, { line: { ...beside, id: `${line.id}f`, type: 'fee', amount: FEE.toString() } }]
    case 'unknown-reference':
      return [{ line: { ...line, reference: strangerOf(line.reference), payoutId: '' } }]
    case 'other-account':
      return [{ line: { ...line, account: another(line.account) } }]
    case 'other-currency':
      return [{ line: { ...line, currency: 'USD' } }]
    case 'with-credit': {
      const credit = { id: `${line.id}c`, direction: 'credit', type: 'other', reference: '' } as const
      return [{ line }, { line: { ...beside, ...credit, amount: STRAY_CREDIT.toString() } }]
    }
    case 'inexact-amount':
      return [{ line: { ...line, amount: `${line.amount}.5` } }]
  }
}

function another(account: string): string {
  return account.slice(0, -1) + String((Number(account.slice(-1)) + 1) % 10)
}

/** A reference nobody has sent, the same at every telling. */
function strangerOf(reference: string): string {
  return createHash('sha256').update(`statement ${reference}`).digest('hex').slice(0, 16).toUpperCase()
}
