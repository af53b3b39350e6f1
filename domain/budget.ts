/** The columns of a budget, pure: what was given to a fiscal year, and where all of it stands. Minor units. */

/** What decrees have reserved, by where it stands now: each rupiah stands in one of them. */
export const BUDGET_COLUMNS = ['committed', 'obligated', 'inFlight', 'paid', 'lapsed', 'carriedOver'] as const
export type BudgetColumn = (typeof BUDGET_COLUMNS)[number]

export interface BudgetColumns extends Readonly<Record<BudgetColumn, bigint>> {
  /** The sum of the others. */
  readonly reserved: bigint
}

export interface BudgetTotal extends BudgetColumns {
  readonly appropriated: bigint
  readonly available: bigint
  /** Reserved for fees and not taken yet; and taken. They are of no wave. */
  readonly feesReserved: bigint
  readonly feesSpent: bigint
}

export function reservedOf(columns: Readonly<Record<BudgetColumn, bigint>>): bigint {
  return BUDGET_COLUMNS.reduce((sum, column) => sum + columns[column], 0n)
}

/** The sum of rows, column by column. */
export function totalOf(rows: readonly BudgetColumns[]): BudgetColumns {
  const zero: BudgetColumns = {
    committed: 0n,
    obligated: 0n,
    inFlight: 0n,
    paid: 0n,
    lapsed: 0n,
    carriedOver: 0n,
    reserved: 0n,
  }
  return rows.reduce(
    (sum, row) => ({
      committed: sum.committed + row.committed,
      obligated: sum.obligated + row.obligated,
      inFlight: sum.inFlight + row.inFlight,
      paid: sum.paid + row.paid,
      lapsed: sum.lapsed + row.lapsed,
      carriedOver: sum.carriedOver + row.carriedOver,
      reserved: sum.reserved + row.reserved,
    }),
    zero,
  )
}

/**
 * What does not add up, in words; null when all of it does: no column is negative, each row's columns come to what it has reserved, the rows to the
 * total, and the total with what is available to what was appropriated.
 */
export function budgetFault(total: BudgetTotal, rows: readonly BudgetColumns[]): string | null {
  for (const row of [...rows, total]) {
    const negative = BUDGET_COLUMNS.find((column) => row[column] < 0n)
    if (negative) return `${negative} is ${row[negative]}`
    if (reservedOf(row) !== row.reserved)
      return `the columns come to ${reservedOf(row)} where ${row.reserved} is reserved`
  }
  const sum = totalOf(rows)
  const differs = BUDGET_COLUMNS.find((column) => sum[column] !== total[column])
  if (differs) return `${differs} of all waves is ${sum[differs]}, and ${total[differs]} in all`
  const spent = total.available + total.reserved + total.feesReserved + total.feesSpent
  if (total.available < 0n || total.feesReserved < 0n || spent !== total.appropriated)
    return `${spent} of ${total.appropriated} is accounted for`
  return null
}
