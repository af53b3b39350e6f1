import { sqlCheck } from '../books.ts'

/** A fiscal year with the places in the trail where its end began, and where it was closed. */
const ENDED = `
SELECT z.*, e.began, e.ended
  FROM year_close z LEFT JOIN (SELECT subject, min(id) FILTER (WHERE act = 'year-end-begun') AS began, min(id) FILTER (WHERE act = 'year-closed') AS ended
                                 FROM audit_event WHERE act IN ('year-end-begun', 'year-closed') GROUP BY subject) AS e
    ON e.subject = 'year:' || z.programme || ':' || z.fiscal_year`

/** The year that disbursement \`d\` was owed from before the place \`at\` in the trail. */
const yearAt = (at: string): string => `coalesce(
  (SELECT (x.after ->> 'from')::int FROM audit_event x WHERE (x.programme, x.ref) = (d.programme, d.ref) AND x.act = 'disbursement-carried' AND x.subject = d.key
      AND x.id > ${at} ORDER BY x.id LIMIT 1), d.fiscal_year)`

/** What lapsed because its year ended; whose person leaves says so as the cause, and the year did not do it. */
const LAPSED = `
SELECT e.*, d.key, d.amount, (e.after ->> 'fiscalYear')::int AS fiscal_year FROM audit_event e JOIN disbursement d ON d.key = e.subject
 WHERE e.act = 'disbursement-lapsed' AND e.after ->> 'reason' = 'year-end'`

export const years = sqlCheck(
  {
    name: 'years',
    title:
      'fiscal years ended as two people agreed: only what was at rest lapsed, exactly what was open went over, and nothing began in them afterwards',
  },
  { 'year ends': 'year_close', 'carried over': 'carry_over' },
  [
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'year_close' AS entity, z.programme || ':' || z.fiscal_year AS key, 'it ends, and no two people agreed to that' AS says
  FROM year_close z LEFT JOIN proposal p ON p.id = z.agreed_under AND p.act = 'year-end' AND p.state = 'executed' AND p.content ->> 'programme' = z.programme
                                          AND p.content ->> 'fiscalYear' = z.fiscal_year::text AND p.content ->> 'document' = z.document
 WHERE p.id IS NULL`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'forbidden' AS kind, 'disbursement' AS entity, l.key,
       CASE WHEN z.began IS NULL OR z.began > l.id THEN 'it lapsed with a year that did not end' ELSE 'it lapsed while a payment of it was under way' END AS says
  FROM (${LAPSED}) AS l LEFT JOIN (${ENDED}) AS z ON (z.programme, z.fiscal_year) = (l.programme, l.fiscal_year)
 WHERE z.began IS NULL OR z.began > l.id
    OR l.id IN (SELECT l.id FROM (${LAPSED}) AS l JOIN payout y ON y.disbursement = l.key JOIN moved_payout m ON m.payout = y.key
                 WHERE y.key NOT IN (SELECT payout FROM decided_payout) AND y.claimed_at <= l.at AND coalesce(m.ended_at > l.at, true))`,
    },
    {
      invariant: 'I7',
      sql: `
SELECT 'missing' AS kind, 'carry_over' AS entity, c.programme || ':' || c.ref AS key,
       format('%s of the closed year %s is promised and not owed, and did not go over', c.amount - c.obligated - c.released, a.fiscal_year) AS says
  FROM commitment c JOIN appropriation a ON a.id = c.appropriation JOIN year_close z ON (z.programme, z.fiscal_year, z.state) = (a.programme, a.fiscal_year, 'closed')
 WHERE c.amount > c.obligated + c.released`,
    },
    {
      invariant: 'I7',
      sql: `
SELECT 'changed' AS kind, 'carry_over' AS entity, concat_ws(':', k.programme, k.ref, f.fiscal_year) AS key,
       format('%s stayed and %s went over of what was owed; the obligations come to %s and %s', k.kept, k.obligated, o.kept, o.moved) AS says
  FROM carry_over k JOIN appropriation f ON f.id = k.from_appropriation JOIN appropriation t ON t.id = k.to_appropriation
 CROSS JOIN LATERAL (
   SELECT coalesce(sum(CASE WHEN d.state = 'cancelled' THEN d.deducted ELSE d.amount END) FILTER (WHERE d.fiscal_year = f.fiscal_year), 0) AS kept,
          coalesce(sum(d.amount) FILTER (WHERE EXISTS (SELECT FROM audit_event x WHERE (x.programme, x.ref) = (k.programme, k.ref) AND x.act = 'disbursement-carried'
                                                          AND x.subject = d.key AND x.after ->> 'from' = f.fiscal_year::text)), 0) AS moved
     FROM disbursement d WHERE (d.programme, d.ref) = (k.programme, k.ref)) o
 WHERE (k.kept, k.obligated) IS DISTINCT FROM (o.kept, o.moved)
    OR (t.programme, t.budget_line, t.currency, t.fiscal_year) IS DISTINCT FROM (f.programme, f.budget_line, f.currency, f.fiscal_year + 1)`,
    },
    {
      invariant: 'I7',
      sql: `
SELECT 'changed' AS kind, 'carry_over' AS entity, concat_ws(':', k.programme, k.ref, f.fiscal_year) AS key,
       format('%s went over, and the trail has %s', k.moved, coalesce(e.after ->> 'moved', 'nothing')) AS says
  FROM carry_over k JOIN appropriation f ON f.id = k.from_appropriation
  LEFT JOIN audit_event e ON (e.programme, e.ref) = (k.programme, k.ref) AND e.act = 'commitment-carried' AND e.after ->> 'from' = f.fiscal_year::text
 WHERE (k.kept::text, k.moved::text, k.obligated::text, k.carried_at) IS DISTINCT FROM (e.after ->> 'kept', e.after ->> 'moved', e.after ->> 'obligated', e.at)`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT 'forbidden' AS kind, 'commitment' AS entity, e.programme || ':' || e.ref AS key, format('it was promised from %s after that year had ended', z.fiscal_year) AS says
  FROM audit_event e JOIN wave w ON (w.programme, w.code) = (e.programme, e.after ->> 'wave') JOIN appropriation a ON a.id = w.appropriation
  JOIN (${ENDED}) AS z ON (z.programme, z.fiscal_year) = (a.programme, a.fiscal_year) WHERE e.act = 'admitted' AND e.id > z.began`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT 'forbidden' AS kind, 'disbursement' AS entity, d.key, format('it became owed from %s after that year had ended', z.fiscal_year) AS says
  FROM audit_event e JOIN disbursement d ON d.key = e.subject JOIN (${ENDED}) AS z ON z.programme = d.programme AND e.id > z.began
 WHERE e.act = 'tranche-due' AND z.fiscal_year = ${yearAt('e.id')}`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, y.key, format('it was claimed while %s was being closed', z.fiscal_year) AS says
  FROM audit_event e JOIN payout y ON y.key = e.subject JOIN disbursement d ON d.key = y.disbursement
  JOIN (${ENDED}) AS z ON z.programme = d.programme AND e.id > z.began AND e.id < coalesce(z.ended, 9223372036854775807)
 WHERE e.act = 'payout-sent' AND z.fiscal_year = ${yearAt('e.id')}`,
    },
    {
      invariant: 'I5',
      sql: `
SELECT 'changed' AS kind, 'year_close' AS entity, z.programme || ':' || z.fiscal_year AS key,
       format('it says %s lapsed, %s returned and %s carried over; they come to %s, %s and %s', lapsed, returned, carried, lapses, returns, carries) AS says
  FROM (SELECT z.*, coalesce(l.amount, 0) AS lapses, coalesce(r.amount, 0) AS returns, coalesce(k.amount, 0) AS carries
          FROM year_close z
          LEFT JOIN (SELECT programme, fiscal_year, sum(amount) AS amount FROM (${LAPSED}) AS l WHERE person = 'engine' AND after ->> 'cause' IS NULL GROUP BY 1, 2) AS l
            ON (l.programme, l.fiscal_year) = (z.programme, z.fiscal_year)
          LEFT JOIN (SELECT programme, fiscal_year, sum(amount) AS amount FROM treasury_return GROUP BY 1, 2) AS r ON (r.programme, r.fiscal_year) = (z.programme, z.fiscal_year)
          LEFT JOIN (SELECT f.programme, f.fiscal_year, sum(k.moved) AS amount FROM carry_over k JOIN appropriation f ON f.id = k.from_appropriation GROUP BY 1, 2) AS k
            ON (k.programme, k.fiscal_year) = (z.programme, z.fiscal_year)) AS z
 WHERE (lapsed, returned, carried) IS DISTINCT FROM (lapses, returns, carries)`,
    },
    {
      invariant: 'I4',
      sql: `
SELECT 'missing' AS kind, 'closed_period' AS entity, z.programme || ':' || z.fiscal_year || '-' || lpad(month::text, 2, '0') AS key, 'its year is closed, and it is open' AS says
  FROM year_close z CROSS JOIN generate_series(1, 12) AS months (month)
 WHERE z.state = 'closed' AND NOT EXISTS (SELECT FROM closed_period c WHERE c.programme = z.programme AND c.period = z.fiscal_year || '-' || lpad(month::text, 2, '0'))`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'treasury_return' AS entity, r.id::text AS key, format('it is %s from %s, and the trail has %s', r.amount, r.gateway, e.after ->> 'amount') AS says
  FROM treasury_return r JOIN audit_event e ON e.act = 'funds-returned' AND e.subject = 'treasury-return:' || r.id
 WHERE (r.amount::text, r.gateway, r.number, r.currency, r.fiscal_year::text) IS DISTINCT FROM
       (e.after ->> 'amount', e.after ->> 'gateway', e.after ->> 'number', e.after ->> 'currency', e.after ->> 'fiscalYear')`,
    },
  ],
)
