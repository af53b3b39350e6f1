import { sqlCheck } from '../books.ts'

/** Every sending, in the trail. Its number and those of holds and freezes are taken under the same locks, so their order is that of the commits. */
const SENT = `
SELECT e.id, e.at, e.programme, e.ref, e.subject AS payout, y.gateway, p.wave, p.region
  FROM audit_event e JOIN payout y ON y.key = e.subject JOIN participant p ON (p.programme, p.ref) = (e.programme, e.ref)
 WHERE e.act IN ('payout-sent', 'payout-sent-again')`

/** Everything frozen was let go while a restore was open, and since it was last found not all gateways had told, nor had people signed for each that had not. */
const LIFTED_UNLOOKED = `
WITH told AS MATERIALIZED (
  SELECT id, act, subject, coalesce(after -> 'unanswered', after -> 'silent') AS gone FROM audit_event
   WHERE act IN ('restore-found', 'restore-asked', 'restore-looked-up', 'restore-closed', 'freeze-lifted'))
SELECT 'forbidden' AS kind, 'freezes' AS entity, f.id::text AS key, 'it was lifted before everything owed had been looked up after a restore' AS says
  FROM freezes f JOIN told l ON l.act = 'freeze-lifted' AND l.subject = 'freeze:' || f.id LEFT JOIN proposal p ON p.id = f.lifted_under
  JOIN LATERAL (SELECT r.id, r.subject FROM told r WHERE r.act = 'restore-found' AND r.id < l.id ORDER BY r.id DESC LIMIT 1) AS r ON true
 WHERE f.target = 'all'
   AND NOT EXISTS (SELECT FROM told c WHERE c.act IN ('restore-looked-up', 'restore-closed') AND c.subject = r.subject AND c.id > r.id AND c.id < l.id)
   AND NOT coalesce((SELECT jsonb_array_length(q.gone) > 0 AND q.gone <@ coalesce(p.content -> 'unasked', '[]') FROM told q
                      WHERE q.act = 'restore-asked' AND q.subject = r.subject AND q.id > r.id AND q.id < l.id ORDER BY q.id DESC LIMIT 1), false)`

export const claims = sqlCheck(
  {
    name: 'claims',
    title: 'nothing was sent for somebody on hold, before admission or after leaving, nor in a scope that was frozen',
  },
  { 'holds and freezes': `audit_event WHERE act IN ('hold-placed', 'freeze-placed')` },
  [
    {
      invariant: 'I9',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, s.payout AS key, format('it was sent while its person was on hold since event %s', h.id) AS says
  FROM (${SENT}) AS s JOIN audit_event h ON (h.programme, h.ref) = (s.programme, s.ref) AND h.act = 'hold-placed' AND h.id < s.id
 WHERE NOT EXISTS (SELECT FROM audit_event r WHERE (r.programme, r.ref) = (s.programme, s.ref) AND r.act = 'hold-released'
                                              AND r.id > h.id AND r.id < s.id)`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, s.payout AS key, format('%s was frozen by %s when it was sent', f.target, f.id) AS says
  FROM (${SENT}) AS s
  JOIN freezes f ON f.target IN ('all', 'gateway:' || s.gateway, 'programme:' || s.programme, 'wave:' || s.programme || ':' || s.wave,
                                 'region:' || s.programme || ':' || s.region, 'region:' || s.programme || ':' || left(s.region, 2))
  JOIN audit_event e ON e.act = 'freeze-placed' AND e.subject = 'freeze:' || f.id AND e.id < s.id
 WHERE NOT EXISTS (SELECT FROM audit_event l WHERE l.act = 'freeze-lifted' AND l.subject = 'freeze:' || f.id AND l.id < s.id)
   -- Whoever has moved since was somewhere else then.
   AND NOT (f.scope = 'region' AND EXISTS (SELECT FROM audit_event c WHERE (c.programme, c.ref) = (s.programme, s.ref) AND c.act = 'corrected'
                                              AND c.after -> 'fields' ? 'region' AND c.id > s.id))`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, s.payout AS key, 'its person had left when it was sent' AS says
  FROM (${SENT}) AS s JOIN audit_event w ON (w.programme, w.ref) = (s.programme, s.ref) AND w.act = 'withdrawn' AND w.id < s.id
 WHERE NOT EXISTS (SELECT FROM audit_event c WHERE (c.programme, c.ref) = (s.programme, s.ref) AND c.act = 'life-closed' AND c.id < s.id)
   AND NOT EXISTS (SELECT FROM audit_event e WHERE (e.programme, e.ref) = (s.programme, s.ref) AND e.act = 'payout-sent' AND e.subject = s.payout AND e.id < w.id)`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'early' AS kind, 'payout' AS entity, s.payout AS key, 'its person was not admitted, or its tranche not due, when it was sent' AS says
  FROM (${SENT}) AS s JOIN payout y ON y.key = s.payout
 WHERE NOT EXISTS (SELECT FROM audit_event a WHERE (a.programme, a.ref) = (s.programme, s.ref) AND a.act = 'admitted' AND a.id < s.id)
    OR NOT EXISTS (SELECT FROM audit_event a WHERE (a.programme, a.ref) = (s.programme, s.ref) AND a.act = 'tranche-due' AND a.subject = y.disbursement AND a.id < s.id)`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'changed' AS kind, 'participant' AS entity, p.programme || ':' || p.ref AS key, 'it is not on hold as the trail has it' AS says
  FROM participant p
  LEFT JOIN (SELECT h.programme, h.ref, min(h.at) AS at FROM audit_event h
               LEFT JOIN (SELECT programme, ref, max(id) AS id FROM audit_event WHERE act = 'hold-released' GROUP BY programme, ref) AS r ON (r.programme, r.ref) = (h.programme, h.ref)
              WHERE h.act = 'hold-placed' AND h.id > coalesce(r.id, -9223372036854775808) GROUP BY h.programme, h.ref) AS h ON (h.programme, h.ref) = (p.programme, p.ref)
 WHERE p.held_at IS DISTINCT FROM h.at`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT CASE WHEN e.id IS NULL THEN 'extra' ELSE 'missing' END AS kind, 'freezes' AS entity, coalesce(f.id::text, split_part(e.subject, ':', 2)) AS key,
       CASE WHEN e.id IS NULL THEN 'the trail does not have it' ELSE 'the trail has it and it is not there' END AS says
  FROM freezes f FULL JOIN (SELECT * FROM audit_event WHERE act = 'freeze-placed') e ON e.subject = 'freeze:' || f.id AND e.after ->> 'target' = f.target
 WHERE f.id IS NULL OR e.id IS NULL`,
    },
    { invariant: 'I21', sql: LIFTED_UNLOOKED },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'freezes' AS entity, f.id::text AS key, 'it was lifted and no two people agreed to that' AS says
  FROM freezes f LEFT JOIN proposal p ON p.id = f.lifted_under AND p.act = 'freeze-lift' AND p.state = 'executed' AND p.content ->> 'freeze' = f.id::text
 WHERE f.lifted_at IS NOT NULL AND (p.id IS NULL OR p.proposer = f.lifted_by)`,
    },
  ],
)
