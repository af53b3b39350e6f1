/**
 * The end of a fiscal year, pure: its steps in order, from when a year may end, and what of the money at gateways goes back.
 * `docs/decisions/0018-budget-year.md` says why so.
 */

/** What has been done of it, last step first done: each stands for the one that is done. */
export const YEAR_STATES = ['frozen', 'lapsed', 'returned', 'carried', 'closed'] as const
export type YearState = (typeof YEAR_STATES)[number]

/** The step that comes after one; undefined when there is none. */
export function nextYearState(state: YearState): YearState | undefined {
  return YEAR_STATES[YEAR_STATES.indexOf(state) + 1]
}

/** A year ends in its last month or later: whoever names another one by mistake would lapse what people are still owed. */
export function mayEnd(fiscalYear: number, localDate: string): boolean {
  return localDate >= `${fiscalYear}-12-01`
}

/** The months of a fiscal year, as postings name them. */
export function periodsOf(fiscalYear: number): string[] {
  return Array.from({ length: 12 }, (_, month) => `${fiscalYear}-${String(month + 1).padStart(2, '0')}`)
}

/** A programme's money, in minor units. */
export interface FundsLeft {
  /** What each gateway holds of it, and how much of that is on its way. */
  readonly gateways: readonly { readonly gateway: string; readonly float: bigint; readonly clearing: bigint }[]
  /** Owed and not on its way: it is still to be paid from there. */
  readonly payable: bigint
  /** At gateways and nobody's yet. */
  readonly suspenseIn: bigint
  /** What the treasury put there until the end of the year, less what became owed until then. */
  readonly treasury: bigint
}

/**
 * What goes back from each gateway: all that is there, but for what is on its way, owed or nobody's, and no more than the treasury put
 * there for this year and the earlier ones. What it has put there since for the next year stays.
 */
export function returnsOf({
  gateways,
  payable,
  suspenseIn,
  treasury,
}: FundsLeft): { gateway: string; amount: bigint }[] {
  const free = gateways
    .map(({ gateway, float, clearing }) => ({ gateway, amount: float - clearing }))
    .filter(({ amount }) => amount > 0n)
  const inAll = free.reduce((sum, { amount }) => sum + amount, 0n) - payable - suspenseIn
  let left = inAll < treasury ? inAll : treasury
  return free.flatMap(({ gateway, amount }) => {
    const back = amount < left ? amount : left
    if (back <= 0n) return []
    left -= back
    return [{ gateway, amount: back }]
  })
}
