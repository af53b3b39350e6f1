import { NOW, sqlCheck } from '../books.ts'
import { gatewayDate } from '../gateways.ts'
import { isAbsent, LATE, WINDOW_DAYS } from '../pairs.ts'

const DAY = (column: string): string => gatewayDate(column, 'y.gateway')

/** What people recorded as put at a gateway, or taken back from there, on days of which nothing is missing: its line must be there, or missed. */
const untold = (table: string, direction: string, before: number): string => `
SELECT 'missing' AS kind, '${table}' AS entity, y.id::text AS key, format('%s of %s was recorded on %s, and the gateway does not tell it', y.number, y.amount, ${DAY('y.recorded_at')}) AS says
  FROM ${table} y JOIN told_run p ON p.gateway = y.gateway AND ${DAY('y.recorded_at')} BETWEEN p.first + ${before} AND p.last - ${WINDOW_DAYS}
 WHERE NOT EXISTS (SELECT FROM told_line t WHERE t.gateway = y.gateway AND (t.type, t.direction, t.reference) = ('top-up', '${direction}', y.number))
   AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.gateway = y.gateway AND d.class = 'missing-there' AND (d.type, d.direction, d.reference) = ('top-up', '${direction}', y.number)
                      AND d.resolution IS DISTINCT FROM 'corrected')`

/**
 * Days that somebody was asked for and has nothing of, although by our books money moved on them, or on a day beside them, that no other day
 * tells of: every payment, and every return, is on a statement once its window is over. \`from\`: the first day on which it can be told.
 */
const absent = (type: 'payout' | 'return', at: string, from: string, says: string): string => `
SELECT 'missing' AS kind, 'told_day' AS entity, u.gateway || '/' || u.day AS key, format('no statement of this day is given, and %s ${says} are on no other', count(*)) AS says
  FROM (SELECT y.gateway, g.day::date AS day
          FROM payout y JOIN moved_payout m ON m.payout = y.key
         CROSS JOIN LATERAL generate_series(least(${DAY(from)}, ${DAY(at)})::timestamp, ${DAY(at)} + ${WINDOW_DAYS}, interval '1 day') AS g (day)
         WHERE ${at} IS NOT NULL AND ${DAY(at)} + ${WINDOW_DAYS} < (${NOW} - ${LATE})::date AND y.key NOT IN (SELECT payout FROM decided_payout)
           AND NOT EXISTS (SELECT FROM told_pair t WHERE t.payout = y.key AND t.type = '${type}')
           AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.payout = y.key AND d.class = 'missing-there' AND d.type = '${type}' AND d.resolution IS DISTINCT FROM 'corrected')) AS u
 WHERE ${isAbsent('u.gateway', 'u.day')} GROUP BY u.gateway, u.day`

export const told = sqlCheck(
  {
    name: 'told',
    title:
      'every line that a gateway tells is a payment, return or transfer of ours, or a discrepancy with an age; and every one of ours is told',
  },
  {},
  [
    {
      invariant: 'I13',
      sql: `
SELECT CASE WHEN class IN ('duplicate') THEN 'duplicate' WHEN class IN ('amount', 'currency', 'account') THEN 'changed' ELSE 'extra' END AS kind,
       'told_line' AS entity, concat_ws('/', gateway, day, line) AS key,
       CASE WHEN payout IS NULL THEN format('%s of %s %s belongs to nothing of ours, and nobody has noticed', type, amount, currency)
            ELSE format('%s differs from payout %s (%s of %s), and nobody has noticed', type, payout, class, here) END AS says
  FROM told_pair WHERE class IS NOT NULL AND NOT is_known AND is_due`,
    },
    {
      invariant: 'I1',
      sql: `
SELECT 'over-limit' AS kind, 'disbursement' AS entity, d.key,
       format('the gateway has paid %s of it and taken back %s, and %s are owed', sum(t.amount) FILTER (WHERE t.type = 'payout'),
              coalesce(sum(t.amount) FILTER (WHERE t.type = 'return'), 0), d.amount) AS says
  FROM told_pair t JOIN payout y ON y.key = t.payout JOIN disbursement d ON d.key = y.disbursement
 WHERE t.type IN ('payout', 'return') AND NOT t.is_known AND t.is_due
   AND y.key NOT IN (SELECT payout FROM decided_end WHERE money IN ('receivable', 'written-off', 'repaid')) GROUP BY d.key, d.amount, d.deducted
HAVING coalesce(sum(t.amount) FILTER (WHERE t.type = 'payout'), 0) - coalesce(sum(t.amount) FILTER (WHERE t.type = 'return'), 0) > d.amount - d.deducted`,
    },
    {
      invariant: 'I13',
      sql: `
SELECT 'missing' AS kind, 'told_line' AS entity, y.key, format('it was paid on %s by our books, and the gateway does not tell it', ${DAY('m.paid_at')}) AS says
  FROM payout y JOIN moved_payout m ON m.payout = y.key JOIN told_run p ON p.gateway = y.gateway
 WHERE m.paid_at IS NOT NULL AND y.key NOT IN (SELECT payout FROM decided_payout) AND ${DAY('y.claimed_at')} >= p.first AND ${DAY('m.paid_at')} <= p.last - ${WINDOW_DAYS}
   AND NOT EXISTS (SELECT FROM told_pair t WHERE t.payout = y.key AND t.type = 'payout')
   AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.payout = y.key AND d.class = 'missing-there' AND d.type = 'payout' AND d.resolution IS DISTINCT FROM 'corrected')`,
    },
    {
      invariant: 'I8',
      sql: `
SELECT 'missing' AS kind, 'told_line' AS entity, y.key, format('it came back on %s by our books, and the gateway does not tell it', ${DAY('m.returned_at')}) AS says
  FROM payout y JOIN moved_payout m ON m.payout = y.key JOIN told_run p ON p.gateway = y.gateway
 WHERE m.returned_at IS NOT NULL AND y.key NOT IN (SELECT payout FROM decided_payout) AND ${DAY('m.returned_at')} >= p.first AND ${DAY('m.returned_at')} <= p.last - ${WINDOW_DAYS}
   AND NOT EXISTS (SELECT FROM told_pair t WHERE t.payout = y.key AND t.type = 'return')
   AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.payout = y.key AND d.class = 'missing-there' AND d.type = 'return' AND d.resolution IS DISTINCT FROM 'corrected')`,
    },
    {
      invariant: 'I8',
      sql: `
SELECT 'duplicate' AS kind, 'told_line' AS entity, payout AS key, format('it came back %s times', count(*)) AS says
  FROM told_pair WHERE type = 'return' AND payout IS NOT NULL AND NOT is_known AND is_due GROUP BY payout HAVING count(*) > 1`,
    },
    {
      invariant: 'I2',
      sql: `
SELECT 'early' AS kind, 'told_line' AS entity, concat_ws('/', t.gateway, t.day, t.line) AS key,
       format('it was booked on %s, and payout %s was claimed on %s', t.day, y.key, ${DAY('y.claimed_at')}) AS says
  FROM told_pair t JOIN payout y ON y.key = t.payout WHERE t.type = 'payout' AND t.day < ${DAY('y.claimed_at')} AND NOT t.is_known AND y.recovered_at IS NULL`,
    },
    { invariant: 'I13', sql: absent('payout', 'm.paid_at', 'y.claimed_at', 'payments that were made by our books') },
    {
      invariant: 'I8',
      sql: absent('return', 'm.returned_at', 'm.returned_at', 'payments that came back by our books'),
    },
    { invariant: 'I13', sql: untold('funding', 'credit', WINDOW_DAYS) },
    { invariant: 'I13', sql: untold('treasury_return', 'debit', 0) },
    {
      invariant: 'I13',
      sql: `
SELECT CASE WHEN l.line IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'statement_pair' AS entity, p.statement || '/' || p.line AS key,
       CASE WHEN l.line IS NULL THEN 'there is no such line' ELSE format('line and payout %s do not belong together by what the gateway calls it', p.payout) END AS says
  FROM statement_pair p LEFT JOIN statement_line l ON (l.statement, l.line) = (p.statement, p.line) LEFT JOIN statement s ON s.id = p.statement LEFT JOIN payout y ON y.key = p.payout
 WHERE l.line IS NULL OR p.type <> l.type OR (y.gateway, y.gateway_id) IS DISTINCT FROM (s.gateway, l.gateway_id)
    OR EXISTS (SELECT FROM payout o WHERE o.gateway = s.gateway AND o.reference = l.reference)`,
    },
    {
      invariant: 'I13',
      sql: `
SELECT 'missing' AS kind, 'statement_pair' AS entity, s.id || '/' || t.line AS key, format('the line belongs to payout %s by what the gateway calls it', t.payout) AS says
  FROM told_pair t JOIN statement s ON s.gateway = t.gateway AND s.day = t.day AND NOT s.superseded
 WHERE t.is_by_id AND t.is_looked_at AND t.type <> 'fee' AND NOT EXISTS (SELECT FROM statement_pair p WHERE (p.statement, p.line) = (s.id, t.line))`,
    },
  ],
)
