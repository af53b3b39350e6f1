/** The books against their rows: every control account, as the ledger has it and as the rows it controls add up. */
import { isDebitNormal } from '../domain/ledger.ts'
import type { Sql } from './database.ts'
import { STILL_OWED } from './owed-amount.ts'

export interface ControlLine {
  readonly account: string
  /** Sum of the postings, in minor units. */
  readonly ledger: bigint
  /** Sum of the rows the account controls. */
  readonly rows: bigint
}

/** One statement, so that both sides are of one moment: read one after the other they differ by whatever moved in between. */
const CONTROL = `
WITH posted AS (
  SELECT account, sum(amount)::bigint AS balance
    FROM (SELECT credit AS account, amount FROM posting UNION ALL SELECT debit, -amount FROM posting) AS moved
   GROUP BY account
), budget AS (
  SELECT (SELECT coalesce(sum(amount), 0) FROM appropriation) AS appropriated,
         (SELECT coalesce(sum(amount), 0) FROM commitment) AS committed,
         (SELECT coalesce(sum(obligated), 0) FROM commitment) AS obligated,
         (SELECT coalesce(sum(released), 0) FROM commitment) AS released,
         (SELECT coalesce(sum(kept), 0) FROM carry_over) AS kept,
         (SELECT coalesce(sum(moved), 0) FROM carry_over) AS carried,
         (SELECT coalesce(sum(reserved - freed), 0) FROM fee_reserve) AS fees, (SELECT coalesce(sum(spent), 0) FROM fee_reserve) AS fees_spent
), owed AS (
  SELECT coalesce(sum(amount), 0) - coalesce(sum(${STILL_OWED}) FILTER (WHERE state IN ('lapsed', 'cancelled')), 0) AS alive,
         coalesce(sum(${STILL_OWED}) FILTER (WHERE state = 'lapsed'), 0) AS lapsed, coalesce(sum(deducted), 0) AS deducted
    FROM disbursement d
), sent AS (
  SELECT gateway, coalesce(sum(amount) FILTER (WHERE money = 'clearing'), 0) AS clearing,
         coalesce(sum(amount - returned) FILTER (WHERE money = 'credited'), 0) AS credited,
         coalesce(sum(amount - returned - repaid) FILTER (WHERE money = 'receivable'), 0) AS receivable,
         coalesce(sum(amount - returned - repaid) FILTER (WHERE money = 'written-off'), 0) AS written_off,
         coalesce(sum(amount - returned - repaid) FILTER (WHERE money = 'repaid'), 0) AS repaid,
         coalesce(sum(repaid), 0) AS given_back
    FROM payout GROUP BY gateway
), total AS (
  SELECT coalesce(sum(clearing), 0) AS clearing, coalesce(sum(credited), 0) AS credited,
         coalesce(sum(receivable), 0) AS receivable, coalesce(sum(written_off), 0) AS written_off,
         (coalesce(sum(repaid), 0) + (SELECT coalesce(sum(amount), 0) FROM repayment)) AS repaid,
         (SELECT coalesce(sum(amount), 0) FROM deduction WHERE payout IS NULL) AS withheld FROM sent
), funded AS (
  SELECT gateway, sum(amount) AS amount
    FROM (SELECT gateway, amount FROM funding UNION ALL SELECT gateway, -amount FROM treasury_return) AS put GROUP BY gateway
), moved AS (
  SELECT gateway, class = 'fee' AND NOT over_reserve AS is_fee, resolution, sum(difference) AS amount
    FROM discrepancy WHERE difference <> 0 AND (resolution IS NULL OR resolution NOT IN ('corrected', 'booked'))
   GROUP BY gateway, is_fee, resolution, difference > 0
), found AS (
  SELECT gateway, sum(amount) AS amount FROM moved GROUP BY gateway
), held AS (
  SELECT coalesce(f.gateway, s.gateway, d.gateway) AS gateway,
         (coalesce(f.amount, 0) - coalesce(s.credited + s.receivable + s.written_off + s.repaid + s.given_back, 0) + coalesce(d.amount, 0))::bigint AS amount
    FROM funded f FULL JOIN sent s ON s.gateway = f.gateway FULL JOIN found d ON d.gateway = coalesce(f.gateway, s.gateway)
), suspense AS (
  SELECT coalesce(sum(amount) FILTER (WHERE NOT is_fee AND resolution IS NULL AND amount > 0), 0)::bigint AS inwards,
         coalesce(-sum(amount) FILTER (WHERE NOT is_fee AND resolution IS NULL AND amount < 0), 0)::bigint AS outwards,
         coalesce(-sum(amount) FILTER (WHERE is_fee), 0)::bigint AS fee,
         coalesce(-sum(amount) FILTER (WHERE resolution = 'receivable'), 0)::bigint AS receivable,
         coalesce(-sum(amount) FILTER (WHERE resolution = 'written-off'), 0)::bigint AS written_off,
         coalesce(sum(amount) FILTER (WHERE resolution = 'to-treasury'), 0)::bigint AS to_treasury
    FROM moved
), controlled AS (
  SELECT 'budget:appropriation' AS account, appropriated::bigint AS rows FROM budget
  UNION ALL SELECT 'budget:available', (appropriated - committed + released - kept - carried - fees)::bigint FROM budget
  UNION ALL SELECT 'budget:committed', (committed - obligated - released)::bigint FROM budget
  UNION ALL SELECT 'budget:obligated', (alive - credited - deducted)::bigint FROM owed, total
  UNION ALL SELECT 'budget:disbursed', (credited + deducted)::bigint FROM owed, total
  UNION ALL SELECT 'budget:lapsed', lapsed::bigint FROM owed
  UNION ALL SELECT 'budget:carried', carried::bigint FROM budget
  UNION ALL SELECT 'budget:fee-reserved', (fees - fees_spent)::bigint FROM budget
  UNION ALL SELECT 'budget:fee-spent', fees_spent::bigint FROM budget
  UNION ALL SELECT 'funds:payable', (alive - clearing - credited - deducted)::bigint FROM owed, total
  UNION ALL SELECT 'funds:treasury', ((SELECT coalesce(sum(amount), 0) FROM funded) - alive + to_treasury - repaid + withheld)::bigint FROM owed, suspense, total
  UNION ALL SELECT 'funds:clearing:' || gateway, clearing::bigint FROM sent
  UNION ALL SELECT 'funds:float:' || gateway, amount FROM held
  UNION ALL SELECT 'funds:suspense-in', inwards FROM suspense
  UNION ALL SELECT 'funds:suspense-out', outwards FROM suspense
  UNION ALL SELECT 'funds:fee', fee FROM suspense
  UNION ALL SELECT 'funds:receivable', (suspense.receivable + total.receivable)::bigint FROM suspense, total
  UNION ALL SELECT 'funds:write-off', (suspense.written_off + total.written_off)::bigint FROM suspense, total
)
SELECT account, coalesce(posted.balance, 0) AS balance, coalesce(controlled.rows, 0) AS rows
  FROM posted FULL JOIN controlled USING (account)`

/** Every control account with both sums of one moment, by name. They are equal in books that balance. */
export async function controlLines(sql: Sql): Promise<ControlLine[]> {
  const { rows } = await sql.query<{ account: string; balance: bigint; rows: bigint }>(CONTROL)
  return rows
    .map((row) => ({
      account: row.account,
      ledger: isDebitNormal(row.account) ? -row.balance : row.balance,
      rows: row.rows,
    }))
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
