/** The books against their rows: every control account, as the ledger has it and as the rows it controls add up. */
import { isDebitNormal } from '../domain/ledger.ts'
import type { Sql } from './database.ts'

export interface ControlLine {
  readonly account: string
  /** Sum of the postings, in minor units. */
  readonly ledger: bigint
  /** Sum of the rows the account controls. */
  readonly rows: bigint
}

const POSTED = `
SELECT account, sum(amount)::bigint AS balance
  FROM (SELECT credit AS account, amount FROM posting UNION ALL SELECT debit, -amount FROM posting) AS moved
 GROUP BY account`

const ROWS = `
WITH budget AS (
  SELECT (SELECT coalesce(sum(amount), 0) FROM appropriation) AS appropriated,
         (SELECT coalesce(sum(amount), 0) FROM commitment) AS committed,
         (SELECT coalesce(sum(obligated), 0) FROM commitment) AS obligated,
         (SELECT coalesce(sum(released), 0) FROM commitment) AS released
), owed AS (
  SELECT coalesce(sum(amount) FILTER (WHERE state NOT IN ('lapsed', 'cancelled')), 0) AS alive,
         coalesce(sum(amount) FILTER (WHERE state = 'lapsed'), 0) AS lapsed
    FROM disbursement
), sent AS (
  SELECT gateway, coalesce(sum(amount) FILTER (WHERE money = 'clearing'), 0) AS clearing,
         coalesce(sum(amount) FILTER (WHERE money = 'credited'), 0) AS credited
    FROM payout GROUP BY gateway
), total AS (
  SELECT coalesce(sum(clearing), 0) AS clearing, coalesce(sum(credited), 0) AS credited FROM sent
), funded AS (
  SELECT gateway, sum(amount) AS amount FROM funding GROUP BY gateway
)
SELECT 'budget:appropriation' AS account, appropriated::bigint AS rows FROM budget
UNION ALL SELECT 'budget:available', (appropriated - committed + released)::bigint FROM budget
UNION ALL SELECT 'budget:committed', (committed - obligated - released)::bigint FROM budget
UNION ALL SELECT 'budget:obligated', (alive - credited)::bigint FROM owed, total
UNION ALL SELECT 'budget:disbursed', credited::bigint FROM total
UNION ALL SELECT 'budget:lapsed', lapsed::bigint FROM owed
UNION ALL SELECT 'funds:payable', (alive - clearing - credited)::bigint FROM owed, total
UNION ALL SELECT 'funds:treasury', ((SELECT coalesce(sum(amount), 0) FROM funded) - alive)::bigint FROM owed
UNION ALL SELECT 'funds:clearing:' || gateway, clearing::bigint FROM sent
UNION ALL SELECT 'funds:float:' || coalesce(f.gateway, s.gateway), (coalesce(f.amount, 0) - coalesce(s.credited, 0))::bigint
            FROM funded f FULL JOIN sent s ON s.gateway = f.gateway`

/** Every control account with both sums, by name. They are equal in books that balance. */
export async function controlLines(sql: Sql): Promise<ControlLine[]> {
  const posted = await sql.query<{ account: string; balance: bigint }>(POSTED)
  const rows = await sql.query<{ account: string; rows: bigint }>(ROWS)
  const lines = new Map<string, { ledger: bigint; rows: bigint }>()
  const lineOf = (account: string): { ledger: bigint; rows: bigint } => {
    const line = lines.get(account) ?? { ledger: 0n, rows: 0n }
    lines.set(account, line)
    return line
  }
  for (const { account, balance } of posted.rows) lineOf(account).ledger = isDebitNormal(account) ? -balance : balance
  for (const row of rows.rows) lineOf(row.account).rows = row.rows
  return [...lines]
    .map(([account, line]) => ({ account, ...line }))
    .toSorted((left, right) => left.account.localeCompare(right.account))
}

/** What the books say was paid, three ways that must agree with the gateway's journal. */
export interface PaidSums {
  readonly disbursed: bigint
  readonly paidDisbursements: bigint
}

/** The budget's `disbursed` and the sum of paid disbursements, in minor units. */
export async function paidSums(sql: Sql): Promise<PaidSums> {
  const { rows } = await sql.query<PaidSums>(
    `SELECT (SELECT coalesce(sum(CASE WHEN credit = 'budget:disbursed' THEN amount ELSE -amount END), 0)::bigint
               FROM posting WHERE 'budget:disbursed' IN (credit, debit)) AS disbursed,
            (SELECT coalesce(sum(amount), 0)::bigint FROM disbursement WHERE state = 'paid') AS "paidDisbursements"`,
  )
  return rows[0] ?? { disbursed: 0n, paidDisbursements: 0n }
}
