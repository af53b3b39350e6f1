/** Where a statement does not open with what the day before closed with: money that moved on no statement. */
import { addDays } from '../domain/zone.ts'
import type { BulkSql } from './bulk.ts'
import type { Row } from './statement-row.ts'
import type { Looked } from './statement-pairs.ts'

interface Jump {
  readonly day: string
  readonly jump: bigint
  readonly currency: string
}

/** What the keys of a day's jumps begin with. */
export const jumpKey = (gateway: string, day: string): string => `opening:${gateway}:${day}/`

/** Between a day and the ones beside it: each is a difference of the later day. */
export async function jumpsAt(sql: BulkSql, { gateway, day }: Looked): Promise<readonly Row[]> {
  const { rows } = await sql.query<Jump>(
    `SELECT b.day::text AS day, b.opening - a.closing AS jump, b.currency
       FROM statement a JOIN statement b ON b.gateway = a.gateway AND b.day = a.day + 1 AND b.currency = a.currency
      WHERE a.gateway = $1 AND NOT a.superseded AND NOT b.superseded AND (a.day = $2 OR b.day = $2) AND b.opening <> a.closing
      ORDER BY b.day`,
    [gateway, day],
  )
  return rows.map((row) => rowOf(gateway, row))
}

/** The days of which `jumpsAt` tells. */
export const jumpDays = (day: string): readonly string[] => [day, addDays(day, 1)]

function rowOf(gateway: string, { day, jump, currency }: Jump): Row {
  return {
    key: `${jumpKey(gateway, day)}${jump}`,
    day,
    class: jump > 0n ? 'unreferenced-credit' : 'unknown-reference',
    type: 'other',
    direction: jump > 0n ? 'credit' : 'debit',
    amount: jump > 0n ? jump : -jump,
    here: null,
    currency,
    line: null,
    payout: null,
    programme: null,
    ref: null,
    reference: null,
    gateway_id: null,
    value_date: null,
    other_account: null,
  }
}
