/** Gathers the differences of one statement, and writes them as they come: each once, under a key of its own. */
import { bornTo } from '../domain/discrepancy-care.ts'
import { Problem } from '../domain/problem.ts'
import { classifyLine, mayPair, MONEY_RESOLUTIONS, type DiscrepancyClass } from '../domain/reconciliation.ts'
import type { BulkSql } from './bulk.ts'
import type { Shown } from './statement-gone.ts'
import { TRANSFERS } from './statement-missing.ts'
import type { Row } from './statement-row.ts'
import { bookedFactsOf, lineFactsOf, type Looked, type PairRow } from './statement-pairs.ts'

/** The differences of one statement. */
export class Finding {
  readonly #sql: BulkSql
  readonly #looked: Looked
  readonly #strays: string | null
  /** What earlier versions showed and this one has not shown yet. */
  readonly gone: Map<string, Shown>
  /** Discrepancies of what was missing, or gone, and is here now. */
  readonly here = new Set<string>()
  /** How often a key was used: the same entry may stand there twice. */
  readonly #used = new Map<string, number>()
  count = 0

  constructor(sql: BulkSql, looked: Looked, strays: string | null, gone: Map<string, Shown>) {
    this.#sql = sql
    this.#looked = looked
    this.#strays = strays
    this.gone = gone
  }

  async add(pairs: readonly PairRow[], atMs: number): Promise<void> {
    const transfers = await this.#transfers(pairs)
    const rows = pairs.flatMap((pair): Row[] => {
      const transfer = transfers.get(transferKey(pair))
      const booked = transfer ? transferFacts(transfer) : bookedFactsOf(pair)
      const found = classifyLine(lineFactsOf(pair), booked)
      const missed = pair.type === 'top-up' ? (transfer?.missed ?? null) : pair.missed
      if (missed !== null) this.here.add(missed)
      if (found === null) return []
      // What is no movement of ours is of no payout of ours, whatever reference stands beside it.
      const payout = (mayPair(pair) && pair.type !== 'top-up') || found === 'fee' ? pair.payout : null
      return [
        {
          ...pair,
          payout,
          programme: transfer?.programme ?? pair.programme,
          here: booked?.amount ?? (payout === null ? null : pair.here),
          class: found,
          key: this.#keyOf(pair, payout, found),
        },
      ]
    })
    await this.insert(rows, atMs)
  }

  /** Money that was put at the gateway, or goes back from there, by the transfer's number. */
  async #transfers(pairs: readonly PairRow[]): Promise<Map<string, Transfer>> {
    const numbers = pairs.flatMap(({ type, reference }) => (type === 'top-up' && reference !== null ? [reference] : []))
    if (numbers.length === 0) return new Map()
    const { rows } = await this.#sql.query<Transfer>(
      `${transfersOf('funding')} UNION ALL ${transfersOf('treasury_return')}`,
      [this.#looked.gateway, numbers],
    )
    return new Map(rows.map((row) => [transferKey({ ...row, type: 'top-up', reference: row.number }), row]))
  }

  /** The same difference of the same movement has the same key in every version of the statement. */
  #keyOf(pair: PairRow, payout: string | null, found: DiscrepancyClass): string {
    const { gateway, day } = this.#looked
    const { entry, type, direction, amount, currency, reference } = pair
    const parts = [entry, type, direction, found, amount ?? 'inexact', currency, payout ?? '-', reference ?? '-']
    const key = `${gateway}/${day}/${parts.join('/')}`
    const before = this.#used.get(key) ?? 0
    this.#used.set(key, before + 1)
    return before === 0 ? key : `${key}/${before + 1}`
  }

  /** Whose a difference is stays so for good, and nothing is booked of one that is nobody's. Throws `conflict`: it is tried again. */
  #programmeOf({ programme }: Row): string {
    const found = programme ?? this.#strays
    if (found !== null) return found
    const { gateway } = this.#looked
    throw new Problem('conflict', `no programme names ${gateway}: nobody's books can carry what its statement shows`)
  }

  /** Throws `conflict`. */
  async insert(rows: readonly Row[], atMs: number): Promise<void> {
    if (rows.length === 0) return
    this.count += rows.length
    for (const { key } of rows) {
      const before = this.gone.get(key)
      if (before?.counter) this.here.add(before.counter)
      this.gone.delete(key)
    }
    const { id, gateway, day } = this.#looked
    await this.#sql.query(
      `INSERT INTO discrepancy (id, key, gateway, programme, class, day, statement, line, payout, ref, reference, gateway_id, type,
                                direction, amount_there, amount_here, currency, value_date, other_account, state, found_at, owner)
       SELECT gen_random_uuid(), key, $1, programme, class, coalesce(day, $2), $3, line, payout, ref, reference, gateway_id, type, direction, there,
              here, currency, value_date, other_account, 'found', $4, owner
         FROM unnest($5::text[], $6::text[], $7::text[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                     $14::text[], $15::bigint[], $16::bigint[], $17::text[], $18::date[], $19::boolean[], $20::date[], $21::text[])
              AS new (key, programme, class, line, payout, ref, reference, gateway_id, type, direction, there, here, currency,
                      value_date, other_account, day, owner)
       ON CONFLICT (key) WHERE resolution IS DISTINCT FROM 'corrected' DO NOTHING`,
      [
        gateway,
        day,
        id,
        new Date(atMs),
        rows.map((row) => row.key),
        rows.map((row) => this.#programmeOf(row)),
        rows.map((row) => row.class),
        rows.map((row) => row.line),
        rows.map((row) => row.payout),
        rows.map((row) => row.ref),
        rows.map((row) => row.reference),
        rows.map((row) => row.gateway_id),
        rows.map((row) => row.type),
        rows.map((row) => row.direction),
        rows.map((row) => row.amount),
        rows.map((row) => row.here),
        rows.map((row) => row.currency),
        rows.map((row) => row.value_date),
        rows.map((row) => row.other_account ?? false),
        rows.map((row) => row.day ?? null),
        rows.map((row) => bornTo(row.class)),
      ],
    )
  }
}

const missingKey = (table: keyof typeof TRANSFERS): string =>
  `'${TRANSFERS[table].name}/' || f.gateway || '/' || f.number || '/missing-there'`

/** What is booked back is in the books at the gateway again. */
const PLACED = MONEY_RESOLUTIONS.filter((name) => name !== 'booked')
  .map((name) => `'${name}'`)
  .join(', ')

const transfersOf = (table: keyof typeof TRANSFERS): string => `
SELECT '${TRANSFERS[table].direction}' AS direction, f.number, f.programme, f.amount, f.currency,
       (SELECT m.id FROM discrepancy m WHERE m.key = ${missingKey(table)}
           AND m.resolution IS DISTINCT FROM 'corrected' AND m.state <> 'resolved') AS missed,
       EXISTS (SELECT FROM discrepancy m WHERE m.key = ${missingKey(table)} AND m.resolution IN (${PLACED})) AS placed
  FROM ${table} f WHERE f.gateway = $1 AND f.number = ANY ($2)`

/** A transfer, and the line that tells of it, have the same. */
function transferKey({ type, direction, reference }: Pick<PairRow, 'type' | 'direction' | 'reference'>): string {
  return `${type}/${direction}/${reference ?? ''}`
}

interface Transfer {
  readonly direction: 'debit' | 'credit'
  readonly number: string
  readonly programme: string
  readonly amount: bigint
  readonly currency: string
  readonly missed: string | null
  /** Two people have placed the money of a transfer that was missing there. */
  readonly placed: boolean
}

function transferFacts({ amount, currency, placed }: Transfer): Parameters<typeof classifyLine>[1] {
  return {
    amount,
    currency,
    isBooked: true,
    isOtherAccount: false,
    from: null,
    to: null,
    wasMissed: false,
    wasPlaced: placed,
  }
}
