/** A gateway's day as its statement tells it, whatever its format. Amounts are whole minor units. */
export interface ToldHead {
  readonly kind: 'head'
  readonly gateway: string
  readonly day: string
  readonly version: number
  readonly currency: string
  readonly opening: bigint | null
}

export interface ToldLine {
  readonly kind: 'line'
  readonly entry: string
  readonly direction: string
  readonly type: string
  readonly reference: string | null
  readonly gatewayId: string | null
  /** Null when it is not told as a whole number of minor units. */
  readonly amount: bigint | null
  readonly currency: string
  readonly institution: string | null
  readonly account: string | null
  readonly bookedAt: string
  readonly valueDate: string
}

export interface ToldEnd {
  readonly kind: 'end'
  readonly closing: bigint | null
  readonly count: number | null
}

export type Told = ToldHead | ToldLine | ToldEnd

export type Format = 'jsonl' | 'csv' | 'camt.053'

/** One statement as it lies there. */
export interface RawStatement {
  readonly gateway: string
  readonly day: string
  readonly format: Format
  readonly bytes: AsyncIterable<Uint8Array>
}

/** Where statements are had from: each day of a gateway once, its newest version. */
export interface StatementSource {
  /** The only one it is asked about; null: whatever gateway there is. */
  readonly gateway: string | null
  /** Days between two local dates, both included, of which there is a statement. */
  statements(from: string, to: string): AsyncIterable<RawStatement>
}

/** Why a statement cannot be read: told as a finding, and nothing of the day counts. */
export class Unreadable extends Error {}

/** Throws Unreadable where the bytes are no text. */
export function decoded(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    throw new Unreadable('it is not UTF-8')
  }
}

/** A count or a version: no more than the books can hold. */
export function counted(value: unknown): number | null {
  const text = typeof value === 'number' ? `${value}` : value
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : null
}

export function whole(text: unknown): bigint | null {
  return typeof text === 'string' && /^-?(0|[1-9]\d{0,17})$/.test(text) ? BigInt(text) : null
}
