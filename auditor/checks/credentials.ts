import { sqlCheck } from '../books.ts'

/** The trail tells of credential `c` that it came into force by event `e`: by two people, or as the first that an engine ran with. */
const BEGUN = `(SELECT * FROM audit_event WHERE act IN ('credential-adopted', 'credential-admitted'))`

/** Proposal `p` asks for this `change` of credential `c`, and was agreed to. */
const agreed = (under: string, change: 'admit' | 'end'): string => `
  LEFT JOIN proposal p ON p.id = c.${under} AND p.act = 'gateway-credential' AND p.state = 'executed' AND p.content =
            jsonb_build_object('gateway', c.gateway, 'purpose', c.purpose, 'fingerprint', c.fingerprint, 'change', '${change}')`

/** Taken over by an engine, before there was any for the gateway and the purpose. What was taken over counts on one machine only, or until it ended. */
const ADOPTED = `c.agreed_under IS NULL AND (c.ended_at IS NOT NULL OR current_setting('auditor.development') = 'true')
   AND EXISTS (SELECT FROM audit_event e WHERE e.act = 'credential-adopted' AND e.person = 'engine' AND e.subject = 'credential:' || c.id
                  AND NOT EXISTS (SELECT FROM ${BEGUN} AS f WHERE (f.after ->> 'gateway', f.after ->> 'purpose') = (c.gateway, c.purpose)
                                     AND f.id < e.id AND f.at <> e.at))`

/** By the trail of begin `b` and end `x` of credential `c`, a payout was sent by it, or by its row a callback was believed by it. */
const USED = `
       c.purpose = 'send' AND EXISTS (
         SELECT FROM payout y JOIN audit_event s ON s.subject = y.key AND s.act IN ('payout-sent', 'payout-sent-again')
          WHERE y.gateway = c.gateway AND s.id > b.id AND s.id < coalesce(x.id, 9223372036854775807))
    OR c.purpose = 'callback' AND EXISTS (
         SELECT FROM callback k WHERE k.gateway = c.gateway AND k.verdict = 'applied' AND k.received_at BETWEEN c.begun_at AND c.ended_at)`

/**
 * From when to when, by the trail, a gateway had no credential to send with: while all that it had had were over, and from the first credential of any
 * gateway on for one that never had any.
 */
const WITHOUT = `
SELECT g.gateway, first.id AS since, NULL::bigint AS until
  FROM (SELECT DISTINCT gateway FROM payout) AS g CROSS JOIN (SELECT min(id) AS id FROM ${BEGUN} AS any_of) AS first
 WHERE NOT EXISTS (SELECT FROM ${BEGUN} AS f WHERE (f.after ->> 'gateway', f.after ->> 'purpose') = (g.gateway, 'send'))
UNION ALL
SELECT gateway, id AS since, until FROM (
  SELECT id, after ->> 'gateway' AS gateway, lead(id) OVER told AS until,
         sum(CASE act WHEN 'credential-ended' THEN -1 ELSE 1 END) OVER told AS live
    FROM audit_event WHERE act IN ('credential-adopted', 'credential-admitted', 'credential-ended') AND after ->> 'purpose' = 'send'
  WINDOW told AS (PARTITION BY after ->> 'gateway' ORDER BY id)) AS changed WHERE live <= 0`

export const credentials = sqlCheck(
  {
    name: 'credentials',
    title:
      'two people agreed to every credential by which a gateway is sent to or believed, and to its end; nothing was sent or believed while none was in force',
  },
  { 'gateway credentials': 'gateway_credential' },
  [
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'gateway_credential' AS entity, c.id::text AS key, format('the %s credential of %s came into force, and no two people agreed to it', c.purpose, c.gateway) AS says
  FROM gateway_credential c ${agreed('agreed_under', 'admit')} WHERE p.id IS NULL AND NOT (${ADOPTED})`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'gateway_credential' AS entity, c.id::text AS key, format('the %s credential of %s was ended, and no two people agreed to that', c.purpose, c.gateway) AS says
  FROM gateway_credential c ${agreed('ended_under', 'end')} WHERE c.ended_at IS NOT NULL AND p.id IS NULL AND NOT (c.agreed_under IS NULL AND c.ended_by = 'engine')`,
    },
    {
      // While it is in force the first of these tells of it.
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'gateway_credential' AS entity, c.id::text AS key,
       format('the %s credential of %s came into force without two people, and until it ended it was %s', c.purpose, c.gateway, CASE c.purpose WHEN 'send' THEN 'sent with' ELSE 'believed by' END) AS says
  FROM gateway_credential c JOIN audit_event b ON b.act = 'credential-adopted' AND b.subject = 'credential:' || c.id
  LEFT JOIN audit_event x ON x.act = 'credential-ended' AND x.subject = b.subject
 WHERE c.agreed_under IS NULL AND c.ended_at IS NOT NULL AND current_setting('auditor.development') <> 'true' AND (${USED})`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT CASE WHEN c.id IS NULL THEN 'missing' WHEN e.id IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'gateway_credential' AS entity,
       coalesce(c.id::text, split_part(e.subject, ':', 2)) AS key,
       format('it is %s of %s, and the trail has %s of %s', coalesce(c.fingerprint, 'nothing'), coalesce(c.gateway, 'nobody'),
              coalesce(e.after ->> 'fingerprint', 'nothing'), coalesce(e.after ->> 'gateway', 'nobody')) AS says
  FROM gateway_credential c FULL JOIN ${BEGUN} AS e ON e.subject = 'credential:' || c.id
 WHERE (c.gateway, c.purpose, c.fingerprint, c.begun_at, c.agreed_under IS NOT NULL) IS DISTINCT FROM
       (e.after ->> 'gateway', e.after ->> 'purpose', e.after ->> 'fingerprint', e.at, e.act = 'credential-admitted')`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'gateway_credential' AS entity, c.id::text AS key, format('it ended at %s by %s, and the trail has %s by %s', c.ended_at, c.ended_by, e.at, e.person) AS says
  FROM gateway_credential c LEFT JOIN audit_event e ON e.act = 'credential-ended' AND e.subject = 'credential:' || c.id
 WHERE (c.ended_at, c.ended_by) IS DISTINCT FROM (e.at, e.person)`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, y.key, format('it was sent while no credential of %s was in force', y.gateway) AS says
  FROM (${WITHOUT}) AS w JOIN payout y ON y.gateway = w.gateway
  JOIN audit_event s ON s.subject = y.key AND s.act IN ('payout-sent', 'payout-sent-again') AND s.id > w.since AND s.id < coalesce(w.until, 9223372036854775807)`,
    },
    {
      // An end is agreed to a moment before it is in force, and clocks of machines differ.
      invariant: 'I14',
      sql: `
SELECT 'forbidden' AS kind, 'callback' AS entity, k.id::text AS key, format('it was believed while no callback credential of %s was in force', k.gateway) AS says
  FROM callback k
 WHERE k.verdict = 'applied' AND k.received_at > (SELECT min(begun_at) FROM gateway_credential) + interval '1 minute'
   AND NOT EXISTS (SELECT FROM gateway_credential c
                    WHERE c.gateway = k.gateway AND c.purpose = 'callback' AND c.begun_at <= k.received_at + interval '1 minute'
                      AND (c.ended_at IS NULL OR c.ended_at >= k.received_at - interval '1 minute'))`,
    },
  ],
)
