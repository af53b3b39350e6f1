/** What the gateways told beside the books: which line belongs to what of ours, and which days prove that nothing of them is missing. */
import { NOW } from './books.ts'

/** After so long a day must be reconciled. */
export const LATE = `interval '3 days'`

/** Between a payment and its line there may be so many days. */
export const WINDOW_DAYS = 1

/** Somebody was asked for the statements of a gateway. */
export function isGiven(gateway: string): string {
  return `EXISTS (SELECT FROM told_source asked WHERE coalesce(asked.gateway, ${gateway}) = ${gateway})`
}

/** Somebody was asked for a day of a gateway, and has no statement of it: none that can be read, and none that cannot. */
export function isAbsent(gateway: string, day: string): string {
  return `(${isGiven(gateway)} AND NOT EXISTS (SELECT FROM told_day a WHERE a.gateway = ${gateway} AND a.day = ${day})
    AND NOT EXISTS (SELECT FROM told_unread a WHERE a.gateway = ${gateway} AND a.day = ${day}))`
}

/** The statement that the engine has read of a told day, in the version that is told, once it has matched it. */
const MATCHED = `s.gateway = d.gateway AND s.day = d.day AND NOT s.superseded AND s.told_version = d.version AND s.state <> 'loaded'`

/** Two people have placed the money of what was missing there: a line that comes after all is one too many. */
const PLACED = `
SELECT DISTINCT coalesce(payout, gateway || '/' || direction || '/' || reference) AS movement, type FROM discrepancy
 WHERE class = 'missing-there' AND resolution IN ('booked', 'receivable', 'written-off', 'to-treasury')`

/**
 * What reconciliation has among its differences, by what lines say and not by their numbers: a corrected statement shows the same difference on
 * another line.
 */
const RECORDED = `
SELECT d.gateway, d.day, l.entry, d.type, d.direction, d.currency, d.amount_there, d.payout, d.reference,
       count(*) AS many, count(*) FILTER (WHERE d.class = 'duplicate') AS seconds
  FROM discrepancy d JOIN statement_line l ON (l.statement, l.line) = (d.statement, d.line)
 WHERE d.resolution IS DISTINCT FROM 'corrected' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9`

/**
 * Each line that a gateway told beside the payout or the transfer it belongs to, and what is wrong with it: null when it agrees with
 * the books. Which of two lines for one movement is the second is not for the auditor to say, as long as one of them is recorded as it.
 * Of several that say the same, the last ones are recorded. \`is_known\`: reconciliation has it among its differences; \`is_looked_at\`:
 * reconciliation has matched its day, as it is told; \`is_due\`: or had the time to. \`part\`: what came back in part, as two
 * people have found, which is news to a day that was matched before.
 */
export const PAIRS = `
CREATE TEMPORARY VIEW told_pair AS
WITH line AS (
  SELECT *, type = 'payout' AND direction = 'debit' OR type = 'return' AND direction = 'credit' OR type = 'top-up' AS is_ours FROM told_line
), heard AS (
  SELECT subject, act, max(id) AS id FROM audit_event
   WHERE act = 'statement-matched' OR act = 'review-decided' AND after ->> 'finding' = 'partly-returned' GROUP BY 1, 2
), matched AS (
  SELECT d.gateway, d.day, e.id FROM told_day d JOIN statement s ON ${MATCHED}
    LEFT JOIN heard e ON e.act = 'statement-matched' AND e.subject = 'statement:' || d.gateway || ':' || d.day
), paired AS (
  SELECT t.*, coalesce(y.key, z.key) AS payout, y.key IS NULL AND z.key IS NOT NULL AS is_by_id, m.day IS NOT NULL AS is_matched, m.id AS matched_by
    FROM line t
    LEFT JOIN payout y ON y.gateway = t.gateway AND y.reference = t.reference AND (t.type = 'fee' OR t.is_ours AND t.type <> 'top-up')
    LEFT JOIN (SELECT DISTINCT ON (gateway, gateway_id) gateway, gateway_id, key FROM payout ORDER BY gateway, gateway_id, key) AS z
           ON y.key IS NULL AND t.is_ours AND t.type <> 'top-up' AND (z.gateway, z.gateway_id) = (t.gateway, t.gateway_id)
    LEFT JOIN matched m ON m.gateway = t.gateway AND m.day = t.day
), known AS (
  SELECT p.*, coalesce(r.many, 0) >= p.from_here AS has_any, coalesce(r.seconds, 0) >= p.from_here AS is_second
    FROM (SELECT *, count(*) OVER (PARTITION BY gateway, day, entry, type, direction, currency, amount, payout, reference ORDER BY line DESC) AS from_here
            FROM paired) AS p
    LEFT JOIN (${RECORDED}) AS r ON (r.gateway, r.day, r.entry, r.type, r.direction, r.currency) = (p.gateway, p.day, p.entry, p.type, p.direction, p.currency)
      AND (r.amount_there, r.payout, r.reference) IS NOT DISTINCT FROM (p.amount, p.payout, p.reference)
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY gateway, type, direction, is_ours, coalesce(payout, reference, entry)
                                   ORDER BY is_second, is_matched DESC, day, is_by_id, line) > 1
              AND coalesce(payout, reference) IS NOT NULL AND is_ours AS repeated
    FROM known
), seen AS (
  SELECT p.gateway, p.day, p.line, p.entry, p.direction, p.type, p.is_ours, p.reference, p.amount, p.currency, p.payout, p.repeated, p.is_matched, p.is_by_id,
         p.has_any, p.is_second, x.movement IS NOT NULL AS is_placed,
         coalesce(y.programme, f.programme, b.programme) AS programme, y.ref, coalesce(y.amount, f.amount, b.amount) AS here,
         CASE WHEN p.type = 'return' THEN nullif(y.returned, 0) END AS part, e.id > p.matched_by AS is_part_news,
         coalesce(y.currency, f.currency, b.currency) AS here_currency, num_nonnulls(f.id, b.id) > 0 AS is_transfer,
         p.payout IN (SELECT payout FROM decided_payout) AS is_decided, m.money, m.returned_at,
         y.gateway_id IS NOT NULL AND p.gateway_id IS NOT NULL AND y.gateway_id <> p.gateway_id
           OR a.id IS NOT NULL AND p.tail IS NOT NULL AND CASE
                WHEN a.account_index_key = p.account_index_key THEN a.account_index <> p.account_index
                ELSE a.institution <> p.institution OR right(a.masked, 4) <> p.tail END AS is_other_account
    FROM ranked p
    LEFT JOIN payout y ON y.key = p.payout
    LEFT JOIN account a ON a.id = y.account
    LEFT JOIN moved_payout m ON m.payout = p.payout
    LEFT JOIN heard e ON e.act = 'review-decided' AND e.subject = p.payout
    LEFT JOIN funding f ON (p.type, p.direction) = ('top-up', 'credit') AND f.gateway = p.gateway AND f.number = p.reference
    LEFT JOIN treasury_return b ON (p.type, p.direction) = ('top-up', 'debit') AND b.gateway = p.gateway AND b.number = p.reference
    LEFT JOIN (${PLACED}) AS x ON p.is_ours AND x.movement = coalesce(p.payout, p.gateway || '/' || p.direction || '/' || p.reference) AND x.type = p.type
), classed AS (
  SELECT *,
         CASE WHEN type = 'fee' THEN 'fee'
              WHEN payout IS NULL AND NOT is_transfer OR NOT is_ours THEN
                CASE WHEN direction = 'credit' THEN 'unreferenced-credit' WHEN amount IS NULL THEN 'amount' ELSE 'unknown-reference' END
              WHEN repeated OR is_placed AND (is_second OR money = 'credited' AND NOT is_decided) THEN 'duplicate'
              WHEN currency <> here_currency THEN 'currency'
              WHEN amount IS DISTINCT FROM here AND (part IS NULL OR amount IS DISTINCT FROM part OR is_part_news) THEN 'amount'
              WHEN is_other_account THEN 'account'
              WHEN is_transfer THEN NULL
              WHEN is_decided THEN NULL
              WHEN type = 'return' THEN CASE WHEN returned_at IS NULL THEN 'return' END
              WHEN money = 'credited' OR returned_at IS NOT NULL THEN NULL
              ELSE 'missing-here' END AS class
    FROM seen
)
SELECT gateway, day, line, entry, direction, type, reference, amount, currency, payout, programme, ref, here, part, is_transfer, class, repeated, is_by_id,
       CASE class WHEN 'duplicate' THEN is_second ELSE has_any END AS is_known,
       is_matched AS is_looked_at, is_matched OR day < (${NOW} - ${LATE})::date AS is_due
  FROM classed`

/**
 * Runs of days that prove that nothing of them is missing: each is whole as it is told, and opens with what the one before closed with. What the
 * engine made of them is not asked; it only has its time to look at them. They begin with the first day it has read: a gateway tells days before ours, too.
 */
export const RUNS = `
CREATE TEMPORARY VIEW told_run AS
SELECT gateway, min(day) AS first, max(day) AS last
  FROM (SELECT gateway, day, count(*) FILTER (WHERE NOT joins) OVER (PARTITION BY gateway ORDER BY day) AS run
          FROM (SELECT d.gateway, d.day, coalesce((lag(d.day) OVER w + 1, lag(d.closing) OVER w, lag(d.currency) OVER w) = (d.day, d.opening, d.currency), false) AS joins
                  FROM told_day d LEFT JOIN statement s ON ${MATCHED}
                 WHERE d.complete AND (s.id IS NOT NULL OR d.day < (${NOW} - ${LATE})::date AND d.day > (SELECT min(f.day) FROM statement f WHERE f.gateway = d.gateway))
                WINDOW w AS (PARTITION BY d.gateway ORDER BY d.day)) AS days) AS runs
 GROUP BY gateway, run`
