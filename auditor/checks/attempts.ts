import { sqlCheck } from '../books.ts'

/** The number that the event of a claim, or of an end, has in the trail: under the life's lock they are in the order in which they happened. */
const CLAIMED = `(SELECT min(e.id) FROM audit_event e WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.act IN ('payout-sent', 'payout-recovered') AND e.subject = y.key)`

/** What had been taken off disbursement `d` when payout `y` was claimed. */
const DEDUCTED = `(SELECT coalesce(sum((e.after ->> 'amount')::bigint), 0) FROM audit_event e
   WHERE (e.programme, e.ref) = (d.programme, d.ref) AND e.act = 'deduction-made' AND e.subject = d.key AND e.id < ${CLAIMED})`

/** Attempt `b` was a part of what is owed, and had been paid when `y` was claimed: the rest is paid beside it. */
const PAID_AS_PART = `(b.amount < d.amount - ${DEDUCTED} AND EXISTS (SELECT FROM audit_event e
   WHERE (e.programme, e.ref) = (b.programme, b.ref) AND e.act = 'payout-paid' AND e.subject = b.key AND e.id < ${CLAIMED}))`

/** Account `a` failed with event `e`, and before event `before` its gateway was asked again and had nothing against it. */
const mended = (
  before: string,
): string => `EXISTS (SELECT FROM audit_event m WHERE (m.programme, m.ref) = (a.programme, a.ref) AND m.act = 'account-checked' AND m.subject = e.subject
                              AND m.after ->> 'verdict' IN ('verified', 'review') AND m.id > e.id AND m.id < ${before})`

/** Account `a` had failed, or another one had taken its place, before event `before`. */
const goneBefore = (
  before: string,
): string => `EXISTS (SELECT FROM audit_event e WHERE (e.programme, e.ref) = (a.programme, a.ref) AND e.id < ${before}
   AND (e.act = 'account-failed' AND e.subject = 'account:' || a.id AND NOT ${mended(before)} OR e.act = 'account-replaced' AND e.after ->> 'replaces' = a.id::text))`

/** What payout `y` was found to be is to be had back, whatever is owed. */
const BESIDE = `y.key IN (SELECT payout FROM decided_end WHERE money IN ('receivable', 'written-off', 'repaid'))`

export const attempts = sqlCheck(
  {
    name: 'attempts',
    title:
      'one attempt at a time, another one only after a final failure or a return, and never more delivered than owed',
  },
  { sends: 'send' },
  [
    {
      invariant: 'I1',
      sql: `
SELECT 'over-limit' AS kind, 'disbursement' AS entity, d.key, format('%s of it are with the payee, and %s are owed', sum(y.amount - y.returned), d.amount - d.deducted) AS says
  FROM disbursement d JOIN payout y ON y.disbursement = d.key JOIN moved_payout m ON m.payout = y.key
 WHERE y.money = 'credited' OR m.money = 'credited' AND y.key NOT IN (SELECT payout FROM decided_payout)
 GROUP BY d.key, d.amount, d.deducted HAVING sum(y.amount - y.returned) > d.amount - d.deducted`,
    },
    {
      invariant: 'I20',
      sql: `
SELECT 'duplicate' AS kind, 'disbursement' AS entity, y.disbursement AS key, format('%s attempts are under way at once', count(*)) AS says
  FROM payout y WHERE NOT y.superseded AND y.state NOT IN ('failed', 'cancelled', 'not-sent', 'returned')
 GROUP BY y.disbursement HAVING count(*) > 1`,
    },
    {
      invariant: 'I20',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, y.key, format('attempt %s had not ended for good when it was sent', b.n) AS says
  FROM payout y JOIN payout b ON b.disbursement = y.disbursement AND b.n = y.n - 1 JOIN disbursement d ON d.key = y.disbursement
 WHERE NOT ${PAID_AS_PART} AND (NOT EXISTS (SELECT FROM audit_event e WHERE (e.programme, e.ref) = (b.programme, b.ref) AND e.subject = b.key AND e.act IN ('payout-failed', 'payout-returned', 'review-decided') AND e.id < ${CLAIMED})
    OR b.state NOT IN ('failed', 'cancelled', 'not-sent', 'returned', 'review') AND b.key NOT IN (SELECT payout FROM decided_payout))`,
    },
    {
      invariant: 'I20',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, y.key, format('send %s of attempt %s was still open when it was sent', s.number, b.n) AS says
  FROM payout y JOIN payout b ON b.disbursement = y.disbursement AND b.n < y.n JOIN send s ON s.payout = b.key
 WHERE s.ended_at IS NULL OR s.ended_at > y.claimed_at + interval '5 seconds'`,
    },
    {
      invariant: 'I20',
      sql: `
SELECT 'changed' AS kind, 'disbursement' AS entity, d.key,
       format('it counts %s attempts with %s returns of %s, and there are %s with %s of %s', d.attempts, d.returns, d.returned, o.attempts, o.returns, o.returned) AS says
  FROM disbursement d
  LEFT JOIN (SELECT y.disbursement, count(*) AS attempts, count(m.returned_at) FILTER (WHERE e.payout IS NULL) + coalesce(sum(e.returns), 0) AS returns,
                    coalesce(sum(y.amount) FILTER (WHERE e.payout IS NULL AND m.returned_at IS NOT NULL), 0) + coalesce(sum(e.returned), 0) AS returned
               FROM payout y JOIN moved_payout m ON m.payout = y.key
               LEFT JOIN (SELECT payout, count(*) FILTER (WHERE event = 'returned') AS returns, coalesce(sum(amount) FILTER (WHERE event = 'returned'), 0) AS returned
                            FROM decided_event GROUP BY payout) AS e ON e.payout = y.key GROUP BY y.disbursement) AS o ON o.disbursement = d.key
 WHERE (d.attempts, d.returns, d.returned) IS DISTINCT FROM (coalesce(o.attempts, 0), coalesce(o.returns, 0), coalesce(o.returned, 0))`,
    },
    {
      invariant: 'I3',
      sql: `
SELECT 'changed' AS kind, 'payout' AS entity, y.key,
       format('it carries %s %s, and %s %s are owed', y.amount, y.currency, d.amount, d.currency) AS says
  FROM payout y JOIN disbursement d ON d.key = y.disbursement 
 WHERE y.currency <> d.currency OR y.amount > d.amount AND NOT (y.recovered_at IS NOT NULL AND ${BESIDE})
    OR y.amount < d.amount - CASE WHEN d.deducted = 0 THEN 0 ELSE ${DEDUCTED} END AND y.disbursement NOT IN (SELECT disbursement FROM decided_payout)
    OR d.deducted > 0 AND y.amount > d.amount - ${DEDUCTED} AND NOT (y.recovered_at IS NOT NULL AND ${BESIDE})`,
    },
    {
      invariant: 'I3',
      sql: `
SELECT 'changed' AS kind, 'payout' AS entity, y.key,
       format('the trail has %s %s through %s, attempt %s', e.after ->> 'amount', e.after ->> 'currency', e.after ->> 'gateway', e.after ->> 'n') AS says
  FROM payout y JOIN audit_event e ON e.act IN ('payout-sent', 'payout-recovered') AND e.subject = y.key
 WHERE (y.amount::text, y.currency, y.gateway, y.n::text, y.claimed_at)
       IS DISTINCT FROM (e.after ->> 'amount', e.after ->> 'currency', e.after ->> 'gateway', e.after ->> 'n', e.at)`,
    },
    {
      invariant: 'I3',
      sql: `
SELECT CASE WHEN a.id IS NULL THEN 'missing' ELSE 'forbidden' END AS kind, 'payout' AS entity, y.key,
       CASE WHEN a.id IS NULL THEN format('there is no account %s', y.account)
            WHEN (a.programme, a.ref) <> (y.programme, y.ref) THEN format('account %s is of %s:%s', a.id, a.programme, a.ref)
            ELSE format('account %s was not in use then', a.id) END AS says
  FROM payout y LEFT JOIN account a ON a.id = y.account
 WHERE a.id IS NULL OR (a.programme, a.ref) <> (y.programme, y.ref) OR y.recovered_at IS NULL AND y.claimed_at < a.usable_from
    OR y.recovered_at IS NULL AND ${goneBefore(CLAIMED)}
    OR EXISTS (SELECT FROM audit_event e WHERE (e.programme, e.ref) = (a.programme, a.ref) AND e.id > ${CLAIMED} AND e.act IN ('account-linked', 'account-replaced') AND e.subject = 'account:' || a.id)`,
    },
    {
      invariant: 'I3',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, y.key, format('account %s was not in use any more when it was sent again', a.id) AS says
  FROM audit_event s JOIN payout y ON y.key = s.subject JOIN account a ON a.id = y.account
 WHERE s.act = 'payout-sent-again' AND ${goneBefore('s.id')}`,
    },
    {
      invariant: 'I2',
      sql: `
SELECT 'missing' AS kind, 'sealed_document' AS entity, y.request::text AS key, format('the frozen bytes of %s are not there', y.key) AS says
  FROM payout y LEFT JOIN sealed_document s ON s.id = y.request AND s.kind = 'request'
 WHERE s.id IS NULL AND y.recovered_at IS NULL`,
    },
    {
      invariant: 'I2',
      sql: `
SELECT CASE WHEN many < sends THEN 'missing' ELSE 'extra' END AS kind, 'send' AS entity, key,
       format('%s sends are on record, numbered up to %s, and it was sent %s times', many, last, sends) AS says
  FROM (SELECT y.key, y.sends, count(s.number) AS many, coalesce(max(s.number), 0) AS last,
               (SELECT count(*) FROM audit_event e WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.act = 'payout-sent-again' AND e.subject = y.key) AS again
          FROM payout y LEFT JOIN send s ON s.payout = y.key GROUP BY y.key) AS y
 WHERE many <> sends OR last <> sends OR again <> sends - 1`,
    },
    {
      invariant: 'I2',
      sql: `
SELECT 'extra' AS kind, 'send' AS entity, s.payout || ':' || s.number AS key, 'there is no such payout' AS says
  FROM send s LEFT JOIN payout y ON y.key = s.payout WHERE y.key IS NULL`,
    },
    {
      invariant: 'I2',
      sql: `
SELECT 'early' AS kind, 'send' AS entity, s.payout || ':' || s.number AS key, format('it began at %s, and the claim was at %s', s.started_at, y.claimed_at) AS says
  FROM send s JOIN payout y ON y.key = s.payout WHERE s.started_at < y.claimed_at OR s.ended_at < s.started_at`,
    },
  ],
)
