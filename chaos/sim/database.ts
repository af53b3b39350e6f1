/**
 * A simulated PostgreSQL: rows as maps, transactions one after the other, and the constraints that the migrations declare. What
 * is written is undone whole when a transaction fails, and when its process dies before the commit.
 */

/** A constraint refused a row; the name is that of the migrations. */
export class ConstraintViolation extends Error {
  readonly constraint: string
  constructor(constraint: string) {
    super(`violates ${constraint}`)
    this.constraint = constraint
  }
}

export class Transactions {
  #undo: (() => void)[] | undefined

  /** Runs `work` as one transaction; throws what it throws after undoing what it wrote. */
  run<T>(work: () => T): T {
    if (this.#undo) throw new Error('a transaction inside a transaction')
    const undo: (() => void)[] = []
    this.#undo = undo
    try {
      return work()
    } catch (error) {
      for (const step of undo.reverse()) step()
      throw error
    } finally {
      this.#undo = undefined
    }
  }

  /** Every write of a table passes here. Throws outside a transaction: that is a bug of the simulation. */
  remember(undo: () => void): void {
    if (!this.#undo) throw new Error('a write outside a transaction')
    this.#undo.push(undo)
  }
}

/** Rows are never changed in place: what was read stays what it was. */
export class Table<Row> {
  readonly #name: string
  readonly #rows = new Map<string, Row>()
  readonly #transactions: Transactions
  readonly #touched: (key: string, row: Row) => void
  /** How often a row was written. */
  writes = 0

  /** `touched` is told of every row that is written or taken back. */
  constructor(name: string, transactions: Transactions, touched: (key: string, row: Row) => void = () => undefined) {
    this.#name = name
    this.#transactions = transactions
    this.#touched = touched
  }

  find(key: string): Row | undefined {
    return this.#rows.get(key)
  }

  /** Throws when there is no such row. */
  get(key: string): Row {
    const row = this.#rows.get(key)
    if (row === undefined) throw new Error(`no ${this.#name} ${key}`)
    return row
  }

  get size(): number {
    return this.#rows.size
  }

  all(): IterableIterator<Row> {
    return this.#rows.values()
  }

  insert(key: string, row: Row): void {
    if (this.#rows.has(key)) throw new ConstraintViolation(`${this.#name}_pkey`)
    this.#transactions.remember(() => {
      this.#rows.delete(key)
      this.#touched(key, row)
    })
    this.#write(key, row)
    this.writes += 1
  }

  update(key: string, change: Partial<Row>): void {
    const before = this.get(key)
    this.#transactions.remember(() => this.#write(key, before))
    const after = { ...before }
    for (const column in change) after[column] = change[column] as Row[typeof column]
    this.#write(key, after)
    this.writes += 1
  }

  #write(key: string, row: Row): void {
    this.#rows.set(key, row)
    this.#touched(key, row)
  }
}
