import { NOW, sqlCheck } from '../books.ts'

export const callbacks = sqlCheck(
  {
    name: 'callbacks',
    title: 'every callback was applied, or is known to be stale or to belong to nothing; no answer is kept twice',
  },
  { callbacks: 'callback', answers: 'idempotency_key' },
  [
    {
      invariant: 'I14',
      sql: `
SELECT 'changed' AS kind, 'callback' AS entity, c.id::text AS key, format('it was applied to %s, and no fact came of it', coalesce(c.payout, 'nothing')) AS says
  FROM callback c WHERE verdict = 'applied'
   AND NOT EXISTS (SELECT FROM observation o WHERE o.payout = c.payout AND o.source = 'callback' AND o.observed_at >= c.received_at - interval '1 second')`,
    },
    {
      invariant: 'I14',
      sql: `
SELECT 'missing' AS kind, 'observation' AS entity, c.id::text AS key, format('the callback about %s belongs to payout %s, and nobody has matched it', c.reference, y.key) AS says
  FROM callback c JOIN payout y ON y.gateway = c.gateway AND y.reference = c.reference
 WHERE c.verdict = 'unmatched' AND c.received_at < ${NOW} - interval '5 minutes'`,
    },
    {
      invariant: 'I14',
      sql: `
SELECT 'missing' AS kind, 'sealed_document' AS entity, c.document::text AS key, format('what callback %s said is not there', c.id) AS says
  FROM callback c LEFT JOIN sealed_document s ON s.id = c.document WHERE s.id IS NULL`,
    },
    {
      invariant: 'I14',
      sql: `
SELECT 'duplicate' AS kind, 'callback' AS entity, min(id::text) AS key, format('event %s of %s is there %s times', event_id, gateway, count(*)) AS says
  FROM callback GROUP BY gateway, event_id HAVING count(*) > 1`,
    },
    {
      invariant: 'I19',
      sql: `
SELECT 'duplicate' AS kind, 'idempotency_key' AS entity, caller || ' ' || route AS key, 'one key has two answers' AS says
  FROM idempotency_key GROUP BY caller, route, key_hash HAVING count(*) > 1`,
    },
  ],
)
