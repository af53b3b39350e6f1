/**
 * What several checks look at, as views of the audit's own connection. Whoever writes takes a number that the sealer waits for, so
 * that the snapshot itself writes nothing: what the gateways told is laid down before it, and all else is worked out as it is asked.
 */
import type { Sql } from './books.ts'
import { CHART } from './chart.ts'
import { DECIDED_VIEWS } from './decided.ts'
import { PAIRS, RUNS } from './pairs.ts'
import { TOLD_TABLES } from './statements/load.ts'

/** The rules that the newest version of each programme gives to its books. */
const PROGRAMMES = `
CREATE TEMPORARY VIEW audited_programme AS
SELECT DISTINCT ON (programme) programme, definition ->> 'zone' AS zone, definition ->> 'currency' AS currency,
       definition ->> 'budgetLine' AS budget_line
  FROM programme_version ORDER BY programme, version DESC`

/**
 * Where each payout stands if one believes the facts that were observed about it, in their order, and nothing else. Money leaves the
 * clearing account with the first fact that ends the attempt, and comes back with a return.
 */
const MOVED = `
CREATE TEMPORARY VIEW moved_payout AS
WITH facts AS (
  SELECT payout, min(id) FILTER (WHERE ends) AS end_id, max(id) AS last_id, 
         count(DISTINCT recorded_at) FILTER (WHERE source <> 'engine') + count(*) FILTER (WHERE source = 'engine') AS batches, count(*) AS observations
    FROM (SELECT *, decision = 'move' AND to_state IN ('paid', 'returned', 'failed', 'cancelled', 'not-sent') AS ends FROM observation) AS o
   GROUP BY payout
), ends AS (
  SELECT f.payout, f.batches, f.observations, l.to_state AS state, e.observed_at AS ended_at, e.to_state IN ('paid', 'returned') AS is_paid,
         (SELECT min(r.observed_at) FROM observation r
           WHERE r.payout = f.payout AND r.id >= f.end_id AND r.decision = 'move' AND r.to_state = 'returned') AS returned_at
    FROM facts f JOIN observation l ON l.id = f.last_id LEFT JOIN observation e ON e.id = f.end_id
)
SELECT y.key AS payout, coalesce(m.state, 'submitting') AS state,
       CASE WHEN m.ended_at IS NULL THEN 'clearing' WHEN m.is_paid AND m.returned_at IS NULL THEN 'credited' ELSE 'back' END AS money,
       coalesce(m.batches, 0) AS batches, coalesce(m.observations, 0) AS observations, CASE WHEN m.is_paid THEN m.ended_at END AS paid_at,
       CASE WHEN m.is_paid THEN m.returned_at END AS returned_at, CASE WHEN NOT m.is_paid THEN m.ended_at END AS voided_at, m.ended_at
  FROM payout y LEFT JOIN ends m ON m.payout = y.key`

/** Payouts that people have decided about: what moved them since is not in the facts alone. */
const DECIDED = `
CREATE TEMPORARY VIEW decided_payout AS
SELECT key AS payout, disbursement FROM payout WHERE key IN (SELECT subject FROM audit_event WHERE act IN ('review-decided', 'receivable-ended'))`

/** Lays down the chart and the views. What the gateways told is laid down beside them. */
export async function layTables(sql: Sql): Promise<void> {
  const names = [
    'decided_event',
    'decided_end',
    'told_pair',
    'told_run',
    'moved_payout',
    'decided_payout',
    'audited_programme',
  ]
  await sql.query(names.map((name) => `DROP VIEW IF EXISTS pg_temp.${name};`).join(''))
  await sql.query(
    `DROP TABLE IF EXISTS pg_temp.told_source, pg_temp.told_unread, pg_temp.told_day, pg_temp.told_line, pg_temp.audited_chart; ${TOLD_TABLES}`,
  )
  await sql.query('CREATE TEMPORARY TABLE audited_chart (event text, line int, debit text, credit text)')
  for (const [event, lines] of Object.entries(CHART)) {
    for (const [at, [debit, credit]] of lines.entries()) {
      await sql.query('INSERT INTO audited_chart VALUES ($1, $2, $3, $4)', [event, at + 1, debit, credit])
    }
  }
  for (const view of [PROGRAMMES, DECIDED, MOVED, PAIRS, RUNS, DECIDED_VIEWS]) await sql.query(view)
}
