/** Lists in pages: a stable order by a unique column, from after the last row that was seen. */
import type { Sql } from './database.ts'

export interface PageRequest {
  readonly limit: number
  /** The sort value of the last row seen; null for the first page. */
  readonly after: string | null
}

export interface Page<Row> {
  readonly rows: readonly Row[]
  readonly hasMore: boolean
}

export interface PageQuery {
  /** `SELECT … FROM …` without conditions. */
  readonly select: string
  /** The unique column (or cast) the page is ordered by. */
  readonly orderBy: string
  /** SQL type of the order, for the parameter. */
  readonly orderType: 'text' | 'bigint'
}

/** The conditions of a list: only filters that were given become SQL, so that their indexes are used. */
export class Conditions {
  readonly #clauses: string[] = []
  readonly values: unknown[] = []

  /** Adds `clause` with `?` replaced by the value; nothing when the value is undefined. */
  add(clause: string, value: unknown): this {
    if (value === undefined) return this
    this.values.push(value)
    this.#clauses.push(clause.replaceAll('?', `$${this.values.length}`))
    return this
  }

  /** Adds a clause without a value when `wanted`. */
  when(wanted: boolean, clause: string): this {
    if (wanted) this.#clauses.push(clause)
    return this
  }

  where(): string {
    return this.#clauses.length === 0 ? '' : `WHERE ${this.#clauses.join(' AND ')}`
  }
}

/** Reads one page: a row more than asked tells whether there are more. */
export async function readPage<Row extends object>(
  sql: Sql,
  query: PageQuery,
  conditions: Conditions,
  page: PageRequest,
): Promise<Page<Row>> {
  conditions.add(`${query.orderBy} > ?::${query.orderType}`, page.after ?? undefined)
  const limit = `$${conditions.values.length + 1}`
  const text = `${query.select} ${conditions.where()} ORDER BY ${query.orderBy} LIMIT ${limit}`
  const { rows } = await sql.query<Row>(text, [...conditions.values, page.limit + 1])
  return { rows: rows.slice(0, page.limit), hasMore: rows.length > page.limit }
}
