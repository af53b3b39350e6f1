/**
 * A gateway's day as its statement tells it: what every format is read into, and what proves that nothing of it is missing.
 * Amounts are minor units, days are local dates of the gateway.
 */
import { localDate } from './zone.ts'

export const STATEMENT_FORMATS = ['jsonl', 'csv', 'camt.053'] as const
export type StatementFormat = (typeof STATEMENT_FORMATS)[number]

export interface StatementHead {
  readonly kind: 'head'
  /** Whose statement it says it is. */
  readonly gateway: string
  readonly day: string
  /** The provider's own count: a corrected statement has a higher one. */
  readonly version: number
  readonly currency: string
  readonly opening: bigint | null
}

/** `top-up`: a transfer between the treasury and the gateway, in, or, as a debit, back. */
export const LINE_TYPES = ['payout', 'return', 'fee', 'top-up', 'other'] as const
export type LineType = (typeof LINE_TYPES)[number]

export interface StatementLine {
  readonly kind: 'line'
  /** The provider's name of the entry. */
  readonly id: string
  readonly direction: 'debit' | 'credit'
  readonly type: LineType
  /** What we knew the payout by; of a return or a fee, that of the payout it belongs to; of a top-up, the transfer's number. */
  readonly reference: string | null
  readonly gatewayId: string | null
  /** Null when the line does not tell it exactly. */
  readonly amount: bigint | null
  readonly currency: string
  readonly account: { readonly institution: string; readonly number: string } | null
  /** As the line has it. */
  readonly rawDate: string
  readonly valueDate: string
  readonly businessDate: string
}

/** What closes a statement. A day that is not over, or a format that tells no balance, closes with nulls and proves nothing. */
export interface StatementEnd {
  readonly kind: 'end'
  readonly closing: bigint | null
  readonly count: number | null
}

export type StatementPart = StatementHead | StatementLine | StatementEnd

export type StatementRefusal =
  /** Not what the format says, or cut off in the middle of a line. */
  | 'statement-malformed'
  | 'statement-too-large'
  /** It wants something from outside to be read, or defines names of its own. */
  | 'statement-with-entities'
  | 'statement-of-another-gateway'
  | 'statement-of-another-day'
  /** Our money there is in another one: its amounts would be taken for that. */
  | 'statement-of-another-currency'
  /** A newer version of this day is here already. */
  | 'statement-outdated'

/** Thrown to refuse a whole statement: nothing of it is kept. */
export class StatementRefused extends Error {
  readonly code: StatementRefusal

  constructor(code: StatementRefusal, detail: string) {
    super(detail)
    this.name = 'StatementRefused'
    this.code = code
  }
}

/** What was read of a statement, line by line. */
export interface StatementTotals {
  readonly lines: number
  /** Credits less debits of the lines in the statement's currency. */
  readonly moved: bigint
  /** Lines whose amount could not be read exactly. */
  readonly unread: number
}

/** Whether a statement proves that nothing of its day is missing: its count and its closing balance are those of its lines. */
export function isComplete(
  head: Pick<StatementHead, 'opening'>,
  end: Pick<StatementEnd, 'closing' | 'count'>,
  totals: StatementTotals,
): boolean {
  if (head.opening === null || end.closing === null || end.count === null || totals.unread > 0) return false
  return end.count === totals.lines && head.opening + totals.moved === end.closing
}

const SIGNED = /^-?(0|[1-9][0-9]{0,17})$/
const DECIMAL = /^(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,2})0*)?$/
const COUNT = /^[0-9]{1,9}$/

/** A count or a version: plain digits, and no more than the books can hold; undefined when the text is none. */
export function readCount(text: string): number | undefined {
  return COUNT.test(text) ? Number(text) : undefined
}

/** A balance in minor units, negative when the account is overdrawn; undefined when the text is none. */
export function readBalance(text: string): bigint | undefined {
  return SIGNED.test(text) ? BigInt(text) : undefined
}

/** A decimal of major units with at most two places that are not zero, as minor units; undefined when that would round or the text is none. */
export function readDecimal(text: string): bigint | undefined {
  const found = DECIMAL.exec(text)
  return found ? BigInt((found[1] ?? '') + (found[2] ?? '').padEnd(2, '0')) : undefined
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** Reads the local dates of instants in one zone. Asking the calendar once a minute and offset is enough, where a day has a million lines. */
export function businessDates(zone: string): (instant: string) => string | undefined {
  const known = new Map<string, string>()
  return (instant) => {
    if (!INSTANT.test(instant)) return undefined
    const minute = instant.slice(0, 16)
    const offset = instant.endsWith('Z') ? 'Z' : instant.slice(-6)
    const date = known.get(minute + offset)
    if (date !== undefined) return date
    const atMs = Date.parse(`${minute}:00${offset}`)
    if (Number.isNaN(atMs)) return undefined
    if (known.size > 10_000) known.clear()
    const found = localDate(zone, atMs)
    known.set(minute + offset, found)
    return found
  }
}

/** Passes bytes on as long as there are no more than `max` of them. Throws StatementRefused. */
export async function* atMost(bytes: AsyncIterable<Uint8Array>, max: number): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > max) throw new StatementRefused('statement-too-large', `it is larger than ${max} bytes`)
    yield chunk
  }
}
