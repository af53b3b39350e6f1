/**
 * What several checks look at, as views of the audit's own connection. Whoever writes takes a number that the sealer waits for, so
 * that the snapshot itself writes nothing: what the gateways told is laid down before it, and all else is worked out as it is asked.
 */
import type { Sql } from './books.ts'
import { CHART } from './chart.ts'
import { DECIDED_VIEWS } from './decided.ts'
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
SELECT DISTINCT y.key AS payout, y.disbursement FROM audit_event e JOIN payout y ON y.key = e.subject
 WHERE e.act IN ('review-decided', 'receivable-ended')`

/**
 * Each line that a gateway told beside the payout or the transfer it belongs to, and what is wrong with it: null when it agrees with
 * the books. \`is_known\`: reconciliation has it among its discrepancies; \`is_looked_at\`: reconciliation has
 * matched its day; \`is_due\`: or had the time to.
 */
const PAIRS = `
CREATE TEMPORARY VIEW told_pair AS
WITH line AS (
  SELECT *, type = 'payout' AND direction = 'debit' OR type = 'return' AND direction = 'credit' OR type = 'top-up' AS is_ours FROM told_line
), paired AS (
  SELECT t.*, coalesce(y.key, z.key) AS payout, y.key IS NULL AND z.key IS NOT NULL AS is_by_id,
         row_number() OVER (PARTITION BY t.gateway, t.type, t.direction, t.is_ours, coalesce(y.key, z.key, t.reference, t.entry)
                                ORDER BY t.day, z.key IS NOT NULL, t.line) > 1
           AND coalesce(z.key, t.reference) IS NOT NULL AND t.is_ours AS repeated,
         s.state IS NOT NULL AND s.state <> 'loaded' AS is_matched
    FROM line t
    LEFT JOIN payout y ON y.gateway = t.gateway AND y.reference = t.reference AND (t.type = 'fee' OR t.is_ours AND t.type <> 'top-up')
    LEFT JOIN LATERAL (SELECT key FROM payout z WHERE y.key IS NULL AND t.is_ours AND t.type <> 'top-up' AND z.gateway = t.gateway
                          AND z.gateway_id = t.gateway_id ORDER BY key LIMIT 1) z ON true
    LEFT JOIN statement s ON s.gateway = t.gateway AND s.day = t.day AND NOT s.superseded
), seen AS (
  SELECT p.gateway, p.day, p.line, p.entry, p.direction, p.type, p.is_ours, p.reference, p.amount, p.currency, p.payout, p.repeated, p.is_matched, p.is_by_id,
         coalesce(y.programme, f.programme, b.programme) AS programme, y.ref, coalesce(y.amount, f.amount, b.amount) AS here,
         coalesce(y.currency, f.currency, b.currency) AS here_currency, num_nonnulls(f.id, b.id) > 0 AS is_transfer,
         p.payout IN (SELECT payout FROM decided_payout) AS is_decided, m.money, m.returned_at,
         y.gateway_id IS NOT NULL AND p.gateway_id IS NOT NULL AND y.gateway_id <> p.gateway_id
           OR a.id IS NOT NULL AND p.tail IS NOT NULL AND CASE
                WHEN a.account_index_key = p.account_index_key THEN a.account_index <> p.account_index
                ELSE a.institution <> p.institution OR right(a.masked, 4) <> p.tail END AS is_other_account
    FROM paired p
    LEFT JOIN payout y ON y.key = p.payout
    LEFT JOIN account a ON a.id = y.account
    LEFT JOIN moved_payout m ON m.payout = p.payout
    LEFT JOIN funding f ON (p.type, p.direction) = ('top-up', 'credit') AND f.gateway = p.gateway AND f.number = p.reference
    LEFT JOIN treasury_return b ON (p.type, p.direction) = ('top-up', 'debit') AND b.gateway = p.gateway AND b.number = p.reference
)
SELECT gateway, day, line, entry, direction, type, reference, amount, currency, payout, programme, ref, here,
       CASE WHEN type = 'fee' THEN 'fee'
            WHEN payout IS NULL AND NOT is_transfer OR NOT is_ours THEN
              CASE WHEN direction = 'credit' THEN 'unreferenced-credit' WHEN amount IS NULL THEN 'amount' ELSE 'unknown-reference' END
            WHEN repeated THEN 'duplicate'
            WHEN currency <> here_currency THEN 'currency'
            WHEN amount IS DISTINCT FROM here THEN 'amount'
            WHEN is_other_account THEN 'account'
            WHEN is_transfer THEN NULL
            WHEN is_decided THEN NULL
            WHEN type = 'return' THEN CASE WHEN returned_at IS NULL THEN 'return' END
            WHEN money = 'credited' OR returned_at IS NOT NULL THEN NULL
            ELSE 'missing-here' END AS class,
       repeated, is_by_id,
       EXISTS (SELECT FROM discrepancy d
                WHERE d.gateway = seen.gateway AND d.day = seen.day AND d.line = seen.line AND d.resolution IS DISTINCT FROM 'corrected'
                  AND (d.payout, d.amount_there, d.type) IS NOT DISTINCT FROM (seen.payout, seen.amount, seen.type)) AS is_known,
       is_matched AS is_looked_at, is_matched OR day < (current_setting('auditor.now')::timestamptz - interval '3 days')::date AS is_due
  FROM seen`

/** Lays down the chart and the views. What the gateways told is laid down beside them. */
export async function layTables(sql: Sql): Promise<void> {
  const names = ['decided_event', 'decided_end', 'told_pair', 'moved_payout', 'decided_payout', 'audited_programme']
  await sql.query(names.map((name) => `DROP VIEW IF EXISTS pg_temp.${name};`).join(''))
  await sql.query(`DROP TABLE IF EXISTS pg_temp.told_day, pg_temp.told_line, pg_temp.audited_chart; ${TOLD_TABLES}`)
  await sql.query('CREATE TEMPORARY TABLE audited_chart (event text, line int, debit text, credit text)')
  for (const [event, lines] of Object.entries(CHART)) {
    for (const [at, [debit, credit]] of lines.entries()) {
      await sql.query('INSERT INTO audited_chart VALUES ($1, $2, $3, $4)', [event, at + 1, debit, credit])
    }
  }
  for (const view of [PROGRAMMES, DECIDED, MOVED, PAIRS, DECIDED_VIEWS]) await sql.query(view)
}
