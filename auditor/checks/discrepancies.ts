import { sqlCheck } from '../books.ts'

/** Classes that a line has whatever becomes of its payout later. */
const STABLE = `('amount', 'duplicate', 'fee', 'unknown-reference', 'account', 'currency', 'unreferenced-credit')`

/** Whose a difference is until it is assigned to somebody. */
const BORN_TO = `'role:operator'`

/** Whether the line still shows this difference, or showed it before what it belongs to was recorded, or came back in part. */
const SHOWS = `
  (d.amount_here IS NOT DISTINCT FROM t.here OR d.amount_here = t.part OR t.payout IS NULL AND d.amount_here IS NULL OR t.class IN ('fee', 'unreferenced-credit', 'unknown-reference'))
  AND (d.class IS NOT DISTINCT FROM t.class OR d.class NOT IN ${STABLE} AND coalesce(t.class, '') NOT IN ${STABLE}
       OR t.is_transfer AND d.amount_here IS NULL AND d.class IN ('unreferenced-credit', 'unknown-reference', 'amount')
       OR t.part IS NOT NULL AND d.class = 'amount' AND d.amount_there <> d.amount_here)`

/** No longer shown, and nothing more to be done about it: there is a difference that says so, or its end moved nothing that is not in the books of its payout. */
const GONE = `
  EXISTS (SELECT FROM discrepancy c WHERE c.key = 'gone/' || d.id AND c.resolution IS DISTINCT FROM 'corrected')
  OR count(t.line) = 0 AND d.statement <> s.id
     AND (d.resolution = 'explained' OR d.resolution = 'applied' AND d.class NOT IN ('late', 'other-day', 'duplicate', 'fee')
          OR d.resolution = 'booked' AND d.payout IS NOT NULL AND d.class <> 'duplicate')`

/** What moved on no line: by how much a day opens with more than the one before closed with, or closes with more than its lines come to. */
const SIGNED = `CASE d.direction WHEN 'credit' THEN d.amount_there ELSE -d.amount_there END`

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
SELECT 'changed' AS kind, 'discrepancy' AS entity, d.id::text AS key, format('it is not what line %s of its statement says, or is not known by that', d.line) AS says
  FROM discrepancy d
  LEFT JOIN (SELECT s.gateway, s.day, l.* FROM statement s JOIN statement_line l ON l.statement = s.id) AS l
    ON (l.statement, l.line, l.gateway, l.day) = (d.statement, d.line, d.gateway, d.day)
  CROSS JOIN LATERAL (SELECT concat_ws('/', d.gateway, d.day, l.entry, d.type, d.direction, d.class, coalesce(d.amount_there::text, 'inexact'), d.currency,
                                       coalesce(d.payout, '-'), coalesce(d.reference, '-')) AS name) AS n
 WHERE d.line IS NOT NULL
   AND ((d.type, d.direction, d.amount_there, d.currency, d.reference, d.gateway_id, d.value_date)
          IS DISTINCT FROM (l.type, l.direction, l.amount, l.currency, l.reference, l.gateway_id, l.value_date)
        OR d.key <> n.name AND (NOT starts_with(d.key, n.name || '/') OR substr(d.key, length(n.name) + 2) !~ '^[0-9]+$'))`,
    },
    {
      invariant: 'I13',
      // By what the line says, and not by its number: the statement that counts may show the same difference further down.
      sql: `
SELECT CASE WHEN count(t.line) = 0 THEN 'extra' ELSE 'changed' END AS kind, 'discrepancy' AS entity, d.id::text AS key,
       CASE WHEN count(t.line) = 0 THEN format('the gateway tells no such line on %s', d.day)
            ELSE format('it is %s of %s against %s, and the line is %s of %s against %s', d.class, d.amount_there, d.amount_here, min(coalesce(t.class, 'well')), min(t.amount), min(t.here)) END AS says
  FROM discrepancy d
  JOIN told_day o ON o.gateway = d.gateway AND o.day = d.day
  JOIN statement s ON s.gateway = d.gateway AND s.day = d.day AND NOT s.superseded AND s.told_version = o.version AND s.state <> 'loaded'
  JOIN statement_line l ON (l.statement, l.line) = (d.statement, d.line)
  LEFT JOIN told_pair t ON (t.gateway, t.day, t.entry, t.type, t.direction, t.currency) = (d.gateway, d.day, l.entry, d.type, d.direction, d.currency)
                           AND (t.amount, t.reference, t.payout) IS NOT DISTINCT FROM (d.amount_there, d.reference, d.payout)
 WHERE d.class <> 'missing-there' AND d.resolution IS DISTINCT FROM 'corrected'
 GROUP BY d.id, s.id
HAVING NOT coalesce(bool_or(${SHOWS}), false) AND NOT (${GONE})`,
    },
    {
      invariant: 'I13',
      sql: `
SELECT 'changed' AS kind, 'discrepancy' AS entity, d.id::text AS key, format('no such amount, %s, has moved beside the lines that are told', d.amount_there) AS says
  FROM discrepancy d
  LEFT JOIN told_day b ON b.gateway = d.gateway AND b.day = d.day
  LEFT JOIN told_day a ON a.gateway = d.gateway AND a.day = d.day - 1
  JOIN LATERAL (VALUES ('opening', 2, b.opening - a.closing), ('closing', 1, b.closing - b.opening - b.moved)) AS j (place, days, jump) ON starts_with(d.key, j.place || ':')
 WHERE (d.line IS NOT NULL OR d.type <> 'other' OR num_nonnulls(d.payout, d.reference, d.gateway_id, d.value_date, d.amount_here) > 0
        OR d.key <> format('%s:%s:%s/%s', j.place, d.gateway, d.day, ${SIGNED}) OR d.class <> CASE d.direction WHEN 'credit' THEN 'unreferenced-credit' ELSE 'unknown-reference' END
        OR NOT EXISTS (SELECT FROM statement s WHERE s.id = d.statement AND s.gateway = d.gateway AND s.day BETWEEN d.day + 1 - j.days AND d.day)
        OR d.resolution IS DISTINCT FROM 'corrected' AND (d.currency <> b.currency OR ${SIGNED} <> j.jump)
           AND j.days = (SELECT count(*) FROM statement s JOIN told_day t ON t.gateway = s.gateway AND t.day = s.day AND t.version = s.told_version
                     WHERE s.gateway = d.gateway AND s.day BETWEEN d.day + 1 - j.days AND d.day AND NOT s.superseded AND s.state <> 'loaded'))`,
    },
    {
      invariant: 'I13',
      sql: `
SELECT 'changed' AS kind, 'discrepancy' AS entity, d.id::text AS key, format('it is not what our books have of %s, or is not known by that', coalesce(d.payout, d.reference, d.key)) AS says
  FROM discrepancy d
  LEFT JOIN payout y ON y.key = d.payout AND y.gateway = d.gateway
  LEFT JOIN (SELECT gateway, number, amount, currency, 'credit' AS direction, 'funding' AS name FROM funding
             UNION ALL SELECT gateway, number, amount, currency, 'debit', 'treasury-return' FROM treasury_return) AS f
    ON d.payout IS NULL AND d.type = 'top-up' AND (f.gateway, f.number, f.direction) = (d.gateway, d.reference, d.direction)
  LEFT JOIN discrepancy o ON d.key = 'gone/' || o.id
 WHERE d.class = 'missing-there'
   AND ((d.key, d.direction, d.reference, d.currency) IS DISTINCT FROM
          CASE WHEN y.key IS NOT NULL THEN
                 (y.key || '/missing-there' || CASE d.type WHEN 'return' THEN '/return' ELSE '' END, CASE d.type WHEN 'return' THEN 'credit' ELSE 'debit' END, y.reference, y.currency)
               WHEN f.number IS NOT NULL THEN (f.name || '/' || f.gateway || '/' || f.number || '/missing-there', f.direction, f.number, f.currency)
               WHEN o.id IS NOT NULL THEN ('gone/' || o.id, CASE WHEN o.difference < 0 THEN 'debit' ELSE 'credit' END, NULL::text, o.currency) END
        OR num_nonnulls(d.line, d.amount_there, d.value_date) > 0
        OR d.amount_here NOT IN (coalesce(y.amount, f.amount, abs(o.difference)), CASE d.type WHEN 'return' THEN y.returned ELSE 0 END)
        OR NOT EXISTS (SELECT FROM statement s WHERE (s.id, s.gateway, s.day) = (d.statement, d.gateway, d.day)))`,
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
  FROM discrepancy d WHERE d.class = 'missing-there' AND d.resolution = 'corrected' AND NOT starts_with(d.key, 'gone/')
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
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'discrepancy' AS entity, d.id::text AS key,
       format('it is %s because of %s, and the trail has %s because of %s', coalesce(d.resolution, d.state), coalesce(d.reason, 'nothing'), coalesce(e.resolution, 'no end'), coalesce(e.reason, 'nothing')) AS says
  FROM discrepancy d
  LEFT JOIN (SELECT DISTINCT ON (subject) subject, reason,
                    CASE act WHEN 'discrepancy-explained' THEN 'explained' WHEN 'discrepancy-corrected' THEN 'corrected' WHEN 'discrepancy-resolved' THEN after ->> 'resolution'
                             ELSE CASE after ->> 'state' WHEN 'resolved' THEN 'applied' END END AS resolution
               FROM audit_event WHERE act IN ('discrepancy-found', 'discrepancy-explained', 'discrepancy-corrected', 'discrepancy-resolved')
              ORDER BY subject, id DESC) AS e ON e.subject = 'discrepancy:' || d.id
 WHERE d.resolution IS DISTINCT FROM e.resolution
    OR d.resolution IN ('booked', 'receivable', 'written-off', 'to-treasury', 'explained') AND d.reason IS DISTINCT FROM e.reason`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'discrepancy' AS entity, d.id::text AS key, format('%s looks after it, and the trail has %s', coalesce(d.owner, 'nobody'), coalesce(e.owner, ${BORN_TO})) AS says
  FROM discrepancy d
  LEFT JOIN (SELECT DISTINCT ON (subject) subject, after ->> 'owner' AS owner FROM audit_event
              WHERE act IN ('discrepancy-found', 'discrepancy-assigned') AND after ? 'owner' ORDER BY subject, id DESC) AS e
    ON e.subject = 'discrepancy:' || d.id
 WHERE d.owner IS DISTINCT FROM coalesce(e.owner, ${BORN_TO})`,
    },
    {
      invariant: 'I13',
      sql: `
SELECT 'changed' AS kind, 'discrepancy' AS entity, substr(e.subject, 13) AS key, format('it was %s from its birth, and nobody had given it to them', e.after ->> 'owner') AS says
  FROM audit_event e WHERE e.act = 'discrepancy-found' AND e.after ->> 'owner' <> ${BORN_TO}`,
    },
  ],
)
