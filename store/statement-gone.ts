/** Differences that an earlier version of a statement showed and the newest does not: what was not acted upon is over, what was is for people. */
import { TIMING_CLASSES, type DiscrepancyClass } from '../domain/reconciliation.ts'
import type { LineType } from '../domain/statement.ts'
import type { BulkSql } from './bulk.ts'
import { missingRow, type Row } from './statement-row.ts'
import { jumpDays, jumpKey } from './statement-jumps.ts'
import type { MissingRow } from './statement-missing.ts'
import type { Looked } from './statement-pairs.ts'
import { fits } from './statement-repeats.ts'

export interface Shown {
  readonly id: string
  readonly key: string
  readonly class: DiscrepancyClass
  readonly state: 'found' | 'open' | 'resolved'
  readonly resolution: string | null
  readonly payout: string | null
  readonly programme: string
  readonly ref: string | null
  readonly type: LineType
  readonly difference: bigint
  readonly currency: string
  /** The discrepancy that says that it was gone, while it stands. */
  readonly counter: string | null
}

const counterKey = (id: string): string => `gone/${id}`

/** What the day showed before, by key, and where it did not join the day after it. */
export async function shownBefore(sql: BulkSql, { gateway, day }: Looked): Promise<Map<string, Shown>> {
  const { rows } = await sql.query<Shown>(
    `SELECT d.id, d.key, d.class, d.state, d.resolution, d.payout, d.programme, d.ref, d.type, d.difference, d.currency, c.id AS counter
       FROM discrepancy d LEFT JOIN discrepancy c ON c.key = 'gone/' || d.id AND c.state <> 'resolved'
      WHERE d.gateway = $1 AND d.class <> 'missing-there' AND d.resolution IS DISTINCT FROM 'corrected'
        AND (d.day = $2 OR d.day = ANY ($3::date[]) AND d.key LIKE ANY ($4))`,
    [
      gateway,
      day,
      jumpDays(day),
      jumpDays(day).map((one) => `${jumpKey(gateway, one).replaceAll(/[%_\\]/g, '\\$&')}%`),
    ],
  )
  return new Map(rows.map((row) => [row.key, row]))
}

/**
 * Those that are not shown any more as they stand by now, and stay until the transaction ends: two people may have placed the money of one, or a payout
 * may have been decided about, since they were read. What is here again is locked with them, in the order in which everybody locks several.
 */
export async function asTheyStand(
  sql: BulkSql,
  gone: readonly Shown[],
  here: Iterable<string>,
): Promise<readonly Shown[]> {
  const ids = [...gone.map(({ id }) => id), ...here]
  if (ids.length === 0) return gone
  const { rows } = await sql.query<Pick<Shown, 'id' | 'state' | 'resolution' | 'difference'>>(
    'SELECT id, state, resolution, difference FROM discrepancy WHERE id = ANY ($1::uuid[]) ORDER BY number FOR UPDATE',
    [ids],
  )
  const now = new Map(rows.map((row) => [row.id, row]))
  return gone.map((one) => ({ ...one, ...now.get(one.id) })).filter(({ resolution }) => resolution !== 'corrected')
}

export interface Judged {
  /** To be taken back: nobody has acted upon it but the engine. */
  readonly over: readonly string[]
  /** What follows where somebody, or a payout, has. */
  readonly missing: readonly Row[]
}

/** No payout moves because of these. */
const UNTOLD: readonly DiscrepancyClass[] = [...TIMING_CLASSES, 'duplicate', 'fee']

/** What has become of differences that are not shown any more. */
export async function judgeGone(sql: BulkSql, looked: Looked, gone: readonly Shown[]): Promise<Judged> {
  const told = gone.filter(({ payout, state, class: found }) => {
    return payout !== null && state === 'resolved' && !UNTOLD.includes(found)
  })
  const lost = await lostMovements(sql, looked, told)
  const isLost = (one: Shown): boolean => lost.some(({ payout, type }) => payout === one.payout && type === one.type)
  const over = gone.filter((one) => {
    return one.state !== 'resolved' || (one.resolution === 'applied' && (UNTOLD.includes(one.class) || isLost(one)))
  })
  return {
    over: over.map(({ id }) => id),
    missing: [...lost.map(missingRow), ...gone.filter(isDecided).map((one) => counterOf(one))],
  }
}

/** Of a payout that was told: no line stands for its movement any more. */
async function lostMovements(sql: BulkSql, looked: Looked, told: readonly Shown[]): Promise<readonly MissingRow[]> {
  if (told.length === 0) return []
  const { rows } = await sql.query<MissingRow>(
    `SELECT DISTINCT y.key || CASE t.type WHEN 'return' THEN '/missing-there/return' ELSE '/missing-there' END AS key, t.type,
            CASE t.type WHEN 'payout' THEN 'debit' ELSE 'credit' END AS direction,
            y.key AS payout, y.programme, y.ref, y.reference, y.gateway_id, y.currency,
            CASE WHEN t.type = 'return' AND y.returned > 0 THEN y.returned ELSE y.amount END AS here
       FROM unnest($2::text[], $3::text[]) AS t (payout, type) JOIN payout y ON y.key = t.payout
      WHERE NOT EXISTS (SELECT FROM statement s JOIN statement_line l ON l.statement = s.id
                         WHERE s.gateway = y.gateway AND NOT s.superseded AND (s.id = $1 OR s.state <> 'loaded')
                           AND l.reference = y.reference AND l.type = t.type AND ${fits('l')})
        AND NOT EXISTS (SELECT FROM statement s JOIN statement_pair p ON p.statement = s.id
                         WHERE NOT s.superseded AND p.payout = y.key AND p.type = t.type)
      ORDER BY 1`,
    [looked.id, told.map(({ payout }) => payout), told.map(({ type }) => type)],
  )
  return rows
}

/** Two people have moved its money out of suspense: that the statement never had it is another difference. */
function isDecided({ resolution, difference, payout, class: found }: Shown): boolean {
  if (resolution === null || difference === 0n || resolution === 'applied') return false
  // What a decision about its payout explains is in the payout's own books.
  return resolution !== 'booked' || payout === null || found === 'duplicate'
}

function counterOf(shown: Shown): Row {
  const { id, programme, ref, difference, currency } = shown
  return {
    key: counterKey(id),
    class: 'missing-there',
    type: 'other',
    direction: difference < 0n ? 'debit' : 'credit',
    here: difference < 0n ? -difference : difference,
    payout: null,
    programme,
    ref,
    currency,
    line: null,
    reference: null,
    gateway_id: null,
    amount: null,
    value_date: null,
    other_account: null,
  }
}
