import { sqlCheck } from '../books.ts'

/** Classes that a line has whatever becomes of its payout later. */
const STABLE = `('amount', 'duplicate', 'fee', 'unknown-reference', 'account', 'currency', 'unreferenced-credit')`

export const discrepancies = sqlCheck(
  {
    name: 'discrepancies',
    title: 'every discrepancy is one that the statement shows, says so in its class and amounts, and ended as it may',
  },
  { discrepancies: 'discrepancy' },
  [
    {
      invariant: 'I13',
      sql: `
SELECT CASE WHEN t.line IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'discrepancy' AS entity, d.id::text AS key,
       CASE WHEN t.line IS NULL THEN format('the gateway tells no line %s on %s', d.line, d.day)
            ELSE format('it is %s of %s against %s, and the line is %s of %s against %s', d.class, d.amount_there, d.amount_here, coalesce(t.class, 'well'), t.amount, t.here) END AS says
  FROM discrepancy d
  JOIN told_day o ON o.gateway = d.gateway AND o.day = d.day
  JOIN statement s ON s.id = d.statement AND NOT s.superseded AND s.told_version = o.version
  LEFT JOIN told_pair t ON t.gateway = d.gateway AND t.day = d.day AND t.line = d.line
 WHERE d.class <> 'missing-there' AND d.line IS NOT NULL AND d.resolution IS DISTINCT FROM 'corrected'
   AND (t.line IS NULL OR d.amount_there IS DISTINCT FROM t.amount OR d.direction <> t.direction OR d.type <> t.type OR d.currency <> t.currency
        OR d.payout IS DISTINCT FROM t.payout OR d.amount_here IS DISTINCT FROM t.here AND t.payout IS NOT NULL AND coalesce(t.class, '') NOT IN ('fee', 'unreferenced-credit', 'unknown-reference')
        OR d.class IN ${STABLE} AND d.class IS DISTINCT FROM t.class OR t.class IN ${STABLE} AND d.class IS DISTINCT FROM t.class)`,
    },
    {
      invariant: 'I13',
      sql: `
SELECT 'extra' AS kind, 'discrepancy' AS entity, d.id::text AS key, format('the gateway does tell %s', coalesce(d.payout, d.reference)) AS says
  FROM discrepancy d WHERE d.class = 'missing-there' AND d.state <> 'resolved'
   AND EXISTS (SELECT FROM told_pair t WHERE t.type = d.type AND t.is_looked_at
                  AND CASE WHEN d.payout IS NULL THEN (t.gateway, t.direction, t.reference) = (d.gateway, d.direction, d.reference) ELSE t.payout = d.payout END)`,
    },
    {
      invariant: 'I13',
      sql: `
SELECT 'changed' AS kind, 'discrepancy' AS entity, d.id::text AS key, format('%s is said to have come after all, and no statement has it', coalesce(d.payout, d.reference)) AS says
  FROM discrepancy d WHERE d.class = 'missing-there' AND d.resolution = 'corrected'
   AND NOT EXISTS (SELECT FROM statement_line l JOIN statement s ON s.id = l.statement WHERE s.gateway = d.gateway AND (l.reference = d.reference OR l.gateway_id = d.gateway_id))`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'discrepancy' AS entity, d.id::text AS key, format('it ended as %s, and no two people agreed to that', coalesce(d.resolution, 'nothing yet')) AS says
  FROM discrepancy d LEFT JOIN proposal p ON p.id = d.decided_under AND p.state = 'executed'
   AND CASE p.act WHEN 'discrepancy-resolution' THEN (p.content ->> 'discrepancy', p.content ->> 'resolution', p.content ->> 'difference') = (d.id::text, d.resolution, d.difference::text)
                  WHEN 'review-decision' THEN p.content ->> 'payout' = d.payout OR p.content ->> 'stray' = d.id::text AND d.resolution = 'corrected' ELSE false END
 WHERE p.id IS NULL AND (d.decided_under IS NOT NULL OR d.resolution IN ('booked', 'receivable', 'written-off', 'to-treasury'))`,
    },
    {
      invariant: 'I13',
      sql: `
SELECT 'changed' AS kind, 'discrepancy' AS entity, d.id::text AS key, format('it is said to differ by %s, and the trail has %s', d.difference, e.after ->> 'difference') AS says
  FROM discrepancy d
  JOIN (SELECT DISTINCT ON (subject) subject, after FROM audit_event WHERE act = 'discrepancy-found' ORDER BY subject, id DESC) e ON e.subject = 'discrepancy:' || d.id
 WHERE (d.difference::text, d.class) IS DISTINCT FROM (e.after ->> 'difference', e.after ->> 'class')
    OR e.after ? 'payout' AND d.payout IS DISTINCT FROM e.after ->> 'payout'`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'discrepancy' AS entity, d.id::text AS key,
       format('it ended as %s of %s by %s, put forward by %s', resolution, difference, coalesce(resolved_by, 'nobody'), coalesce(proposed_by, 'nobody')) AS says
  FROM discrepancy d
 WHERE resolution IN ('booked', 'receivable', 'written-off', 'to-treasury')
         AND (proposed_by IS NULL OR resolved_by IS NULL OR proposed_by = resolved_by OR 'engine' IN (proposed_by, resolved_by) OR difference = 0)
    OR resolution = 'explained' AND (difference <> 0 OR resolved_by IS NULL OR resolved_by = 'engine')`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'missing' AS kind, 'audit_event' AS entity, d.id::text AS key, format('the trail does not tell that the discrepancy ended as %s by %s', resolution, resolved_by) AS says
  FROM discrepancy d
 WHERE resolution IN ('booked', 'receivable', 'written-off', 'to-treasury', 'explained', 'corrected')
   AND NOT EXISTS (SELECT FROM audit_event e WHERE e.subject = 'discrepancy:' || d.id AND e.person = d.resolved_by
                      AND e.act = CASE d.resolution WHEN 'explained' THEN 'discrepancy-explained' WHEN 'corrected' THEN 'discrepancy-corrected' ELSE 'discrepancy-resolved' END)`,
    },
  ],
)
