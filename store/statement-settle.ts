/**
 * What follows from the differences of a statement: payouts hear of them through the one doorway, and our money at the gateway
 * becomes, in the books, what the statement says it is. One transaction a batch.
 */
import { engineActor } from '../domain/act.ts'
import type { PayoutFact } from '../domain/payout.ts'
import {
  differenceOf,
  isSettled,
  mayPair,
  type BookedPayout,
  type DifferenceFacts,
  type DiscrepancyClass,
} from '../domain/reconciliation.ts'
import type { LineType } from '../domain/statement.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { bookedPayouts } from './booked-payouts.ts'
import { inTransaction, type Sql } from './database.ts'
import { entryOf, eventOf, type PostedDifference } from './discrepancy-undo.ts'
import { chargeFees, reservePostings } from './fees.ts'
import { observeLocked } from './observe.ts'
import type { ObservationItem } from './observation-item.ts'
import type { StoreContext } from './options.ts'
import { insertPostings } from './postings.ts'

interface FoundRow {
  readonly id: string
  readonly gateway: string
  readonly programme: string
  readonly ref: string | null
  readonly class: DiscrepancyClass
  readonly type: LineType
  readonly direction: 'debit' | 'credit'
  readonly payout: string | null
  readonly gateway_id: string | null
  readonly there: bigint | null
  readonly here: bigint | null
  readonly currency: string
  readonly statement_currency: string
  readonly value_date: string | null
  readonly other_account: boolean
  readonly owner: string
}

/** Of the gateway's other days too: a corrected statement may have made another day's lines others than they were. */
const FOUND = `
SELECT d.id, d.gateway, d.programme, d.ref, d.class, d.type, d.direction, d.payout, d.gateway_id, d.amount_there AS there,
       d.amount_here AS here, d.currency, own.currency AS statement_currency, d.value_date::text AS value_date, d.other_account, d.owner
  FROM statement s JOIN discrepancy d ON d.gateway = s.gateway JOIN statement own ON own.id = d.statement
 WHERE s.id = $1 AND d.state = 'found' ORDER BY d.number LIMIT $2 FOR UPDATE OF d`

/**
 * Lives are locked before differences, as everywhere: who records a payment that a statement shows, or decides about one, holds its life by then.
 * What is found of others since is locked in the other order; that is tried again.
 */
const LIVES = `
SELECT FROM participant WHERE (programme, ref) IN (
         SELECT y.programme, y.ref FROM payout y WHERE y.key IN (
           SELECT f.payout FROM (SELECT d.payout FROM statement s JOIN discrepancy d ON d.gateway = s.gateway
                                  WHERE s.id = $1 AND d.state = 'found' ORDER BY d.number LIMIT $2) AS f))
 ORDER BY programme, ref FOR UPDATE`

export interface Settled {
  /** How many were settled by this call; none when the statement is done. */
  readonly settled: number
}

/** Settles up to `limit` of what was found, and the statement when nothing is left. */
export function settleStatement(context: StoreContext, id: string, limit: number, atMs: number): Promise<Settled> {
  return inTransaction(context.database, async (sql) => {
    const { pass } = context
    const holding = sql.query(LIVES, [id, limit])
    const { rows } = await pass(
      'settle:found',
      holding.then(() => sql.query<FoundRow>(FOUND, [id, limit])),
    )
    if (rows.length === 0) {
      const settling = sql.query(
        `UPDATE statement SET state = 'settled', settled_at = $2 WHERE id = $1 AND state = 'matched'`,
        [id, new Date(atMs)],
      )
      await pass('settle:done', settling)
      return { settled: 0 }
    }
    const items = rows.flatMap((row) => itemOf(row, atMs))
    await pass('settle:observed', observeLocked(sql, context, items))
    const booked = bookedPayouts(sql, [...new Set(rows.flatMap(({ payout }) => payout ?? []))])
    const payouts = await pass('settle:booked', booked)
    const looked = rows.map((row) => {
      const facts = factsOf(row, payouts)
      return { ...row, difference: differenceOf(facts), isOver: isSettled(facts) }
    })
    const fees = looked.filter((row) => row.class === 'fee' && row.difference !== 0n)
    const charged = await pass('settle:charged', chargeFees(sql, context.programmes, fees))
    const settled = looked.map((row) => {
      const { source = null, isOver: isUncovered = false } = charged.get(row.id) ?? {}
      return { ...row, fee_reserve: source, over_reserve: isUncovered, isOver: row.isOver && !isUncovered }
    })
    const posted = settled.filter(({ difference }) => difference !== 0n)
    const taken = posted.flatMap((row) => (row.fee_reserve === null ? [] : [{ ...row, source: row.fee_reserve }]))
    const entries = Promise.all(posted.map((row) => entryOf(sql, context, row, eventOf(row), atMs)))
    const drawnUp = await pass('settle:drawn-up', entries)
    const spending = reservePostings(sql, 'fee-spent', taken, (code) => dateOf(sql, context, code, atMs))
    const spent = await pass('settle:spent', spending)
    await pass('settle:posted', insertPostings(sql, [...drawnUp, ...spent]))
    await pass('settle:written', update(sql, settled, atMs))
    const auditing = insertAudit(
      sql,
      settled.map(
        ({
          id: discrepancy,
          programme,
          ref,
          class: found,
          payout,
          difference,
          isOver,
          fee_reserve: source,
          owner,
        }) => ({
          act: 'discrepancy-found' as const,
          actor: engineActor(),
          atMs,
          subject: `discrepancy:${discrepancy}`,
          programme,
          ref,
          after: {
            class: found,
            payout,
            difference: difference.toString(),
            ...(source === null ? {} : { feeReserve: source }),
            state: isOver ? 'resolved' : 'open',
            owner,
          },
        }),
      ),
    )
    await pass('settle:audited', auditing)
    return { settled: rows.length }
  })
}

async function dateOf(sql: Sql, { programmes }: StoreContext, code: string, atMs: number): Promise<string> {
  return localDate((await programmes.current(code, sql)).zone, atMs)
}

/** A second line is told too: under another id at the gateway it is another payment. */
const TELLING: readonly DiscrepancyClass[] = [
  'missing-here',
  'missing-there',
  'amount',
  'duplicate',
  'return',
  'account',
  'currency',
]

/** What a payout is told; nothing where only the day, or money beside it, differs. */
function itemOf(row: FoundRow, atMs: number): ObservationItem[] {
  const { payout, other_account: isOtherAccount } = row
  if (payout === null || !TELLING.includes(row.class) || !mayPair(row)) return []
  return [{ payout, source: 'statement', isOtherAccount, atMs, fact: factOf(row) }]
}

function factOf(row: FoundRow): PayoutFact {
  if (row.class === 'missing-there') return { kind: row.type === 'return' ? 'uncredited' : 'undebited' }
  return {
    kind: 'observed',
    observation: {
      state: row.type === 'return' ? 'returned' : 'paid',
      gatewayId: row.gateway_id,
      // An amount that cannot be read exactly is never that of the payout.
      amount: { minor: row.there ?? 0n, currency: row.currency },
      account: null,
      failure: null,
      vendorStatus: row.type === 'return' ? 'CREDITED' : 'DEBITED',
      at: row.value_date,
    },
  }
}

/** What a difference is made of, as far as it is computed anew when its payout has been decided about. */
export type DifferenceRow = Pick<
  FoundRow,
  'class' | 'type' | 'direction' | 'there' | 'here' | 'currency' | 'statement_currency' | 'payout'
>

export function factsOf(row: DifferenceRow, payouts: ReadonlyMap<string, BookedPayout>): DifferenceFacts {
  const { class: found, type, direction, there, here } = row
  const isOurCurrency = row.currency === row.statement_currency
  const payout = row.payout === null ? null : (payouts.get(row.payout) ?? null)
  return { class: found, type, direction, there, here, isOurCurrency, payout }
}

async function update(
  sql: Sql,
  rows: readonly (Pick<PostedDifference, 'id' | 'difference' | 'fee_reserve' | 'over_reserve'> & {
    readonly isOver: boolean
  })[],
  atMs: number,
): Promise<void> {
  const { rowCount } = await sql.query(
    `UPDATE discrepancy d
        SET difference = new.difference, settled_at = $4, fee_reserve = new.fee_reserve, over_reserve = new.over_reserve, version = version + 1,
            state = CASE WHEN new.is_over THEN 'resolved' ELSE 'open' END,
            resolution = CASE WHEN new.is_over THEN 'applied' END,
            resolved_at = CASE WHEN new.is_over THEN $4::timestamptz END,
            resolved_by = CASE WHEN new.is_over THEN 'engine' END
       FROM unnest($1::uuid[], $2::bigint[], $3::boolean[], $5::text[], $6::boolean[]) AS new (id, difference, is_over, fee_reserve, over_reserve)
      WHERE d.id = new.id AND d.state = 'found'`,
    [
      rows.map(({ id }) => id),
      rows.map(({ difference }) => difference),
      rows.map(({ isOver }) => isOver),
      new Date(atMs),
      rows.map((row) => row.fee_reserve),
      rows.map((row) => row.over_reserve),
    ],
  )
  if (rowCount !== rows.length) throw new Error('a discrepancy changed under its lock')
}
