/** Postings, append-only: their key makes posting one event twice impossible. */
import { postingKey } from '../domain/identity.ts'
import { postingsFor, type LedgerEvent } from '../domain/ledger.ts'
import type { Sql } from './database.ts'

export interface LedgerEntry {
  readonly event: LedgerEvent
  /** What it is about: a disbursement, a payout, a commitment, an appropriation. With the event it makes the posting key. */
  readonly subject: string
  /** Tells repeated events of one subject apart (the second return of a disbursement); 1 for the first. */
  readonly occurrence?: number
  readonly amount: bigint
  readonly currency: string
  readonly gateway?: string
  readonly programme: string
  readonly ref: string | null
  readonly fiscalYear: number
  readonly budgetLine: string
  /** Local date in the programme's zone, `YYYY-MM-DD`. */
  readonly businessDate: string
}

interface Row {
  readonly entry: LedgerEntry
  readonly key: string
  readonly line: number
  readonly debit: string
  readonly credit: string
}

/**
 * Writes the postings of ledger events, set-based. A key that exists is a bug and refused by the database. What is learnt after the
 * period of its day was closed stands in the next open one.
 */
export async function insertPostings(sql: Sql, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.flatMap((entry) => rowsOf(entry))
  await sql.query({
    name: 'insert-postings',
    text: `INSERT INTO posting (key, line, event, debit, credit, amount, currency, programme, ref, subject, fiscal_year,
                          budget_line, business_date, period)
     SELECT n.key, n.line, n.event, n.debit, n.credit, n.amount, n.currency, n.programme, n.ref, n.subject, n.fiscal_year, n.budget_line,
            n.business_date, CASE WHEN EXISTS (SELECT FROM closed_period c WHERE c.programme = n.programme AND c.period = n.period)
                                  THEN open_period(n.programme, n.period) ELSE n.period END
       FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[],
                   $9::text[], $10::text[], $11::int[], $12::text[], $13::date[], $14::text[])
            AS n (key, line, event, debit, credit, amount, currency, programme, ref, subject, fiscal_year, budget_line, business_date, period)`,
    values: [
      rows.map((row) => row.key),
      rows.map((row) => row.line),
      rows.map((row) => row.entry.event),
      rows.map((row) => row.debit),
      rows.map((row) => row.credit),
      rows.map((row) => row.entry.amount),
      rows.map((row) => row.entry.currency),
      rows.map((row) => row.entry.programme),
      rows.map((row) => row.entry.ref),
      rows.map((row) => row.entry.subject),
      rows.map((row) => row.entry.fiscalYear),
      rows.map((row) => row.entry.budgetLine),
      rows.map((row) => row.entry.businessDate),
      rows.map((row) => row.entry.businessDate.slice(0, 7)),
    ],
  })
}

/** More often one event of one subject is not posted. */
const OCCURRENCES_MAX = 64

/** Entries of events that their subjects may have had before: each gets the number of its turn. The caller holds the subjects' lock. */
export async function numbered(sql: Sql, entries: readonly LedgerEntry[]): Promise<LedgerEntry[]> {
  if (entries.length === 0) return []
  const turns = (entry: LedgerEntry): string[] =>
    Array.from({ length: OCCURRENCES_MAX }, (_, index) => keyOf({ ...entry, occurrence: index + 1 }))
  const { rows } = await sql.query<{ key: string }>('SELECT key FROM posting WHERE line = 1 AND key = ANY ($1)', [
    entries.flatMap(turns),
  ])
  const taken = new Set(rows.map(({ key }) => key))
  return entries.map((entry) => {
    const turn = turns(entry).findIndex((key) => !taken.has(key))
    if (turn < 0) throw new Error(`${entry.event} of ${entry.subject} was posted ${OCCURRENCES_MAX} times`)
    const occurrence = turn + 1
    taken.add(keyOf({ ...entry, occurrence }))
    return { ...entry, occurrence }
  })
}

function keyOf({ subject, event, occurrence = 1 }: LedgerEntry): string {
  return postingKey(subject, occurrence === 1 ? event : `${event}:${occurrence}`)
}

function rowsOf(entry: LedgerEntry): Row[] {
  const key = keyOf(entry)
  return postingsFor(entry.event, entry.amount, entry.gateway).map((posting, index) => ({
    entry,
    key,
    line: index + 1,
    debit: posting.debit,
    credit: posting.credit,
  }))
}
