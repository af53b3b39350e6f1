import { sqlCheck } from '../books.ts'

/** States that a payout may go to from another by a fact, besides \`review\`, to which every one may. */
const LEGAL = `(VALUES
  ('submitting', 'unknown'), ('submitting', 'accepted'), ('submitting', 'processing'), ('submitting', 'paid'), ('submitting', 'failed'),
  ('submitting', 'cancelled'), ('submitting', 'not-sent'), ('submitting', 'returned'),
  ('submitting', 'failing'), ('unknown', 'failing'), ('accepted', 'failing'), ('processing', 'failing'),
  ('failing', 'paid'), ('failing', 'failed'), ('failing', 'cancelled'), ('failing', 'returned'), ('unknown', 'accepted'), ('unknown', 'processing'), ('unknown', 'paid'), ('unknown', 'failed'), ('unknown', 'cancelled'), ('unknown', 'returned'),
  ('accepted', 'processing'), ('accepted', 'paid'), ('accepted', 'failed'), ('accepted', 'cancelled'), ('accepted', 'returned'),
  ('processing', 'paid'), ('processing', 'failed'), ('processing', 'cancelled'), ('processing', 'returned'), ('paid', 'returned'))`

/** Each fact with the state the payout was left in by the one before; a resend and giving up lie between facts. */
const CHAINED = `
SELECT id, payout, decision, from_state, to_state,
       coalesce(lag(to_state) OVER (PARTITION BY payout ORDER BY id), 'submitting') AS was
  FROM observation`

const GIVEN_UP = `(SELECT count(*) FROM audit_event e WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.act = 'review-needed' AND e.subject = y.key AND e.after ->> 'reason' IN ('no-answer', 'failure-unconfirmed'))`

const DECIDED = `(SELECT count(*) FROM audit_event e WHERE (e.programme, e.ref) = (y.programme, y.ref) AND (e.act IN ('review-decided', 'receivable-ended') AND e.subject = y.key OR e.act = 'deduction-made' AND e.after ->> 'payout' = y.key))`

/**
 * How often at most somebody who proves nothing has told of a payout: each time its version rises and nothing else says so. A callback
 * that proved more when it came again took the place of its earlier self, of which the sealed bytes are left.
 */
const ASKED = `(SELECT count(*) FILTER (WHERE verdict = 'stale') + least(count(*) FILTER (WHERE verdict = 'applied'),
                  (SELECT count(*) FROM sealed_document WHERE kind = 'callback') - (SELECT count(*) FROM callback))
                  FROM callback c WHERE c.gateway = y.gateway AND c.reference = y.reference)`

export const transitions = sqlCheck(
  {
    name: 'transitions',
    title:
      'payouts moved only as they may, fact by fact and without a gap, and stand where the facts, and what people found, leave them',
  },
  { observations: 'observation' },
  [
    {
      invariant: 'I17',
      sql: `
SELECT 'forbidden' AS kind, 'observation' AS entity, o.id::text AS key, format('it takes %s from %s to %s', payout, from_state, to_state) AS says
  FROM observation o
 WHERE CASE WHEN decision = 'move' THEN from_state = to_state
                 OR to_state <> 'review' AND NOT EXISTS (SELECT FROM ${LEGAL} AS legal (a, b) WHERE a = from_state AND b = to_state)
            ELSE from_state <> to_state END`,
    },
    {
      invariant: 'I17',
      sql: `
SELECT 'reordered' AS kind, 'observation' AS entity, id::text AS key, format('it begins from %s, and %s was %s', from_state, payout, was) AS says
  FROM (${CHAINED}) AS chained
 WHERE from_state <> was
   AND payout NOT IN (SELECT payout FROM decided_payout)
   AND NOT (from_state = 'submitting' AND was = 'unknown') AND NOT (from_state = 'review' AND was IN ('submitting', 'unknown', 'accepted', 'processing', 'failing'))`,
    },
    {
      invariant: 'I17',
      sql: `
SELECT 'extra' AS kind, 'observation' AS entity, o.id::text AS key, format('there is no payout %s', o.payout) AS says
  FROM observation o LEFT JOIN payout y ON y.key = o.payout WHERE y.key IS NULL`,
    },
    {
      invariant: 'I17',
      sql: `
SELECT 'changed' AS kind, 'payout' AS entity, y.key, format('it is %s with its money %s, and the facts leave it %s and %s', y.state, y.money, m.state, m.money) AS says
  FROM payout y JOIN moved_payout m ON m.payout = y.key
 WHERE y.key NOT IN (SELECT payout FROM decided_payout) AND ((y.state <> m.state AND NOT (y.state = 'submitting' AND y.sends > 1 AND m.state = 'unknown')
                           AND NOT (y.state = 'review' AND m.state IN ('submitting', 'unknown', 'accepted', 'processing', 'failing') AND ${GIVEN_UP} > 0))
    OR y.money <> m.money OR y.returned <> 0)`,
    },
    {
      invariant: 'I17',
      sql: `
SELECT 'changed' AS kind, 'payout' AS entity, key,
       format('its version is %s, and %s commits have changed it%s', version, known, CASE WHEN asked > 0 THEN format(', and up to %s words', asked) ELSE '' END) AS says
  FROM (SELECT y.key, y.version, m.batches + y.sends - 1 + ${GIVEN_UP} + ${DECIDED} AS known,
               ${ASKED} AS asked
          FROM payout y JOIN moved_payout m ON m.payout = y.key) AS y
 WHERE version NOT BETWEEN known AND known + asked`,
    },
    {
      invariant: 'I17',
      sql: `
SELECT 'changed' AS kind, 'payout' AS entity, y.key, 'it is finished where its state is not, or the other way round' AS says
  FROM payout y JOIN moved_payout m ON m.payout = y.key
 WHERE (y.finished_at IS NULL) <> (y.state NOT IN ('failing', 'paid', 'failed', 'cancelled', 'not-sent', 'returned')) AND y.key NOT IN (SELECT payout FROM decided_payout)`,
    },
    {
      invariant: 'I17',
      sql: `
SELECT 'changed' AS kind, 'disbursement' AS entity, d.key,
       format('it is %s, and its last attempt is %s', d.state, coalesce(y.state, 'none')) AS says
  FROM disbursement d LEFT JOIN payout y ON y.disbursement = d.key AND y.n = d.attempts
  LEFT JOIN (SELECT z.disbursement, count(*) FILTER (WHERE m.money = 'credited') AS paid, min(m.paid_at) AS first_paid_at
               FROM payout z JOIN moved_payout m ON m.payout = z.key GROUP BY z.disbursement) m ON m.disbursement = d.key
 WHERE d.key NOT IN (SELECT disbursement FROM decided_payout) AND ((d.state = 'in-flight') <> coalesce(y.state IN ('submitting', 'unknown', 'accepted', 'processing', 'failing') AND d.state NOT IN ('review', 'lapsed', 'cancelled'), false)
    OR d.state = 'paid' AND coalesce(m.paid, 0) = 0 AND d.deducted < d.amount
    OR m.paid > 0 AND d.state NOT IN ('paid', 'review', 'lapsed', 'cancelled')
    OR d.first_paid_at IS DISTINCT FROM coalesce(m.first_paid_at, CASE WHEN d.deducted = d.amount THEN (SELECT max(n.made_at) FROM deduction n WHERE n.disbursement = d.key) END))`,
    },
    {
      invariant: 'I17',
      sql: `
SELECT CASE WHEN e.state IS NULL THEN 'forbidden' ELSE 'changed' END AS kind, 'payout' AS entity, y.key,
       CASE WHEN e.state IS NULL THEN 'it was found to be what its money contradicts'
            ELSE format('it is %s with its money %s, and what was decided leaves it %s and %s', y.state, y.money, e.state, e.money) END AS says
  FROM decided_end e JOIN payout y ON y.key = e.payout
 WHERE e.state IS NULL OR (y.state, y.money, y.returned, y.repaid) IS DISTINCT FROM (e.state, e.money, e.returned, e.repaid)`,
    },
    {
      invariant: 'I17',
      sql: `
SELECT 'changed' AS kind, 'disbursement' AS entity, d.key,
       format('it is %s, and %s of %s are delivered%s', d.state, o.delivered, d.amount,
              CASE WHEN o.reviewed THEN ', people look at it' WHEN o.live THEN ', a payment is under way' ELSE '' END) AS says
  FROM disbursement d JOIN (
   SELECT y.disbursement, coalesce(sum(y.amount - coalesce(e.returned, 0)) FILTER (WHERE coalesce(e.money, m.money) = 'credited'), 0) AS delivered,
          coalesce(bool_or(y.state = 'review'), false) AS reviewed,
          coalesce(bool_or(y.state IN ('submitting', 'unknown', 'accepted', 'processing', 'failing')), false) AS live
     FROM payout y JOIN moved_payout m ON m.payout = y.key LEFT JOIN decided_end e ON e.payout = y.key GROUP BY y.disbursement) AS o ON o.disbursement = d.key
 WHERE d.key IN (SELECT disbursement FROM decided_payout)
   AND CASE d.state WHEN 'paid' THEN o.delivered <> d.amount - d.deducted
                    WHEN 'in-flight' THEN NOT o.live OR o.reviewed
                    WHEN 'cancelled' THEN o.delivered > 0
                    WHEN 'lapsed' THEN false
                    WHEN 'review' THEN NOT o.reviewed AND NOT EXISTS (SELECT FROM audit_event e WHERE (e.programme, e.ref) = (d.programme, d.ref)
                           AND (e.act = 'review-decided' AND e.after ->> 'disbursement' = 'review' OR e.act = 'review-needed') AND (e.subject = d.key OR e.subject LIKE d.key || '#%'))
                    ELSE o.delivered = d.amount - d.deducted OR o.live OR o.reviewed END`,
    },
    {
      invariant: 'I17',
      sql: `
SELECT 'changed' AS kind, 'disbursement' AS entity, d.key, format('it was first paid at %s, and what is known says %s', d.first_paid_at, f.at) AS says
  FROM disbursement d
  LEFT JOIN (SELECT y.disbursement, min(m.paid_at) AS at FROM payout y JOIN moved_payout m ON m.payout = y.key GROUP BY y.disbursement) AS m ON m.disbursement = d.key
 CROSS JOIN LATERAL (
   SELECT min(at) AS at FROM (
     SELECT m.at
     UNION ALL
     SELECT e.at FROM audit_event e WHERE (e.programme, e.ref) = (d.programme, d.ref) AND e.act = 'review-decided'
        AND (e.after ->> 'disbursement' = 'paid' OR e.after ->> 'money' = 'credited'
             OR e.after ->> 'finding' = 'returned' AND e.before ->> 'money' NOT IN ('receivable', 'written-off'))
        AND (e.subject = d.key OR e.subject LIKE d.key || '#%')
     UNION ALL
     SELECT max(n.made_at) FROM deduction n WHERE n.disbursement = d.key AND d.deducted = d.amount) AS paid) f
 WHERE d.key IN (SELECT disbursement FROM decided_payout) AND d.first_paid_at IS DISTINCT FROM f.at`,
    },
  ],
)
