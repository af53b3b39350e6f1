import { sqlCheck } from '../books.ts'
import { givenToPeople } from '../safety.ts'

/** What two have signed that rule \`r\` is. */
const AGREED = `p.act = 'reclassification' AND p.state = 'executed' AND (p.content ->> 'gateway', p.content ->> 'vendorCode') = (r.gateway, r.vendor_code)
       AND (p.content #>> '{from,class}', p.content #>> '{from,code}') = (r.from_class, r.from_code)
       AND CASE WHEN r.is_default THEN p.content ->> 'meaning' IS NULL ELSE (p.content #>> '{meaning,class}', p.content #>> '{meaning,code}') = (r.class, r.code) END`

/** A call and a commit lie between a word and its fold: what came so shortly before or after a rule may have been read either way. */
const AROUND = `interval '5 minutes'`

export const failures = sqlCheck(
  {
    name: 'failures',
    title:
      'what gateways’ codes mean was changed by one person only to something that people look at, else by two, each time where the one before ended, and facts were read so',
  },
  { 'failure rules': 'failure_rule' },
  [
    {
      invariant: 'I17',
      sql: `
SELECT 'changed' AS kind, 'payout' AS entity, y.key, format('it failed as %s (%s), and %s of %s meant %s (%s) then', y.failure_class, y.failure_code, r.vendor_code, r.gateway, r.class, r.code) AS says
  FROM failure_rule r JOIN payout y ON y.gateway = r.gateway AND y.vendor_code = r.vendor_code AND y.state IN ('failing', 'failed')
  -- The newest word that it failed: what it was failing with before stays what it is when a statement, or people, end it.
  JOIN LATERAL (SELECT e.at FROM audit_event e
                 WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.act IN ('payout-failing', 'payout-failed') AND e.subject = y.key
                   AND e.before ->> 'state' IS DISTINCT FROM 'failing' ORDER BY e.id DESC LIMIT 1) f
    ON f.at > r.set_at + ${AROUND} AND (r.ended_at IS NULL OR f.at < r.ended_at - ${AROUND})
 WHERE NOT r.is_default AND (y.failure_class, y.failure_code) IS DISTINCT FROM (r.class, r.code)`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'failure_rule' AS entity, r.id::text AS key,
       format('%s made %s of %s from %s (%s) to %s (%s), and no two people agreed to that', r.set_by, r.vendor_code, r.gateway, r.from_class, r.from_code, r.class, r.code) AS says
  FROM failure_rule r LEFT JOIN proposal p ON p.id = r.decided_under AND ${AGREED}
 WHERE CASE WHEN r.decided_under IS NULL THEN NOT (${givenToPeople('r.class', 'r.code', 'r.from_class', 'r.from_code')})
            ELSE p.id IS NULL OR p.proposer = r.set_by END`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT CASE WHEN e.id IS NULL THEN 'extra' WHEN r.id IS NULL THEN 'missing' ELSE 'changed' END AS kind, 'failure_rule' AS entity, coalesce(r.id::text, e.after ->> 'rule', e.subject) AS key,
       CASE WHEN e.id IS NULL THEN 'the trail does not have it' WHEN r.id IS NULL THEN 'the trail has it and it is not there'
            ELSE format('it is %s (%s) by %s, and the trail has %s (%s) by %s', r.class, r.code, r.set_by, e.after ->> 'class', e.after ->> 'code', e.person) END AS says
  FROM failure_rule r FULL JOIN (SELECT * FROM audit_event WHERE act = 'failure-reclassified') e ON e.after ->> 'rule' = r.id::text
 WHERE r.id IS NULL OR e.id IS NULL
    OR (r.gateway, r.vendor_code, r.class, r.code, r.from_class, r.from_code, r.is_default, r.set_at, r.set_by, r.decided_under::text)
       IS DISTINCT FROM (e.after ->> 'gateway', e.after ->> 'vendorCode', e.after ->> 'class', e.after ->> 'code', e.before ->> 'class', e.before ->> 'code',
                         (e.after ->> 'isDefault')::boolean, e.at, e.person, e.after ->> 'proposal')`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'failure_rule' AS entity, id::text AS key, format('rule %s about %s of %s does not begin where, and as what, the one before ended, or ends where none begins', n, vendor_code, gateway) AS says
  FROM (SELECT r.*, lag(n) OVER w AS n_before, lag(class) OVER w AS class_before, lag(code) OVER w AS code_before, lag(is_default) OVER w AS default_before, lead(set_at) OVER w AS next_at
          FROM failure_rule r WINDOW w AS (PARTITION BY gateway, vendor_code ORDER BY n)) AS r
 WHERE n <> coalesce(n_before, 0) + 1 OR ended_at IS DISTINCT FROM next_at
    OR NOT coalesce(default_before, true) AND (class_before, code_before) <> (from_class, from_code)`,
    },
  ],
)
