import { sqlCheck } from '../books.ts'

export const people = sqlCheck(
  {
    name: 'people',
    title: 'nobody takes part twice, nobody is admitted who was refused, and every stage has its event',
  },
  { participants: 'participant' },
  [
    {
      invariant: 'I10',
      sql: `
SELECT 'duplicate' AS kind, 'participant' AS entity, min(programme || ':' || ref) AS key, format('%s people of %s have one national id', count(*), programme) AS says
  FROM participant GROUP BY programme, identity_index_key, identity_index HAVING count(*) > 1`,
    },
    {
      invariant: 'I10',
      sql: `
SELECT 'over-limit' AS kind, 'participant' AS entity, min(programme || ':' || ref) AS key,
       format('%s take part of one family card, where %s may', count(*), min(places)) AS says
  FROM (SELECT p.*, (v.definition #>> '{admission,perFamilyCard}')::int AS places
          FROM participant p JOIN programme_version v ON (v.programme, v.version) = (p.programme, p.programme_version)) AS p
 WHERE family_card_index IS NOT NULL AND (admitted_at IS NOT NULL OR (withdrawn_at IS NULL AND outcome IS DISTINCT FROM 'refused'))
 GROUP BY programme, family_card_index_key, family_card_index HAVING count(*) > min(places)`,
    },
    {
      invariant: 'I10',
      sql: `
SELECT 'duplicate' AS kind, 'account' AS entity, min(id::text) AS key, format('%s accounts of %s:%s are in use at once', count(*), programme, ref) AS says
  FROM account WHERE ended_at IS NULL GROUP BY programme, ref HAVING count(*) > 1`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'forbidden' AS kind, 'participant' AS entity, p.programme || ':' || p.ref AS key, format('it was admitted although %s failed', c.rule) AS says
  FROM participant p JOIN check_result c ON (c.programme, c.ref) = (p.programme, p.ref) AND c.outcome = 'fail' WHERE p.admitted_at IS NOT NULL`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'missing' AS kind, 'check_result' AS entity, p.programme || ':' || p.ref AS key,
       format('%s of %s rules were applied to somebody who was admitted', count(c.rule), v.rules) AS says
  FROM participant p
  JOIN (SELECT programme, version, jsonb_array_length(definition -> 'eligibility') AS rules FROM programme_version) v
    ON (v.programme, v.version) = (p.programme, p.programme_version)
  LEFT JOIN check_result c ON (c.programme, c.ref) = (p.programme, p.ref)
 WHERE p.admitted_at IS NOT NULL GROUP BY p.programme, p.ref, v.rules HAVING count(c.rule) < v.rules`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT CASE WHEN e.ref IS NULL THEN 'extra' WHEN p.ref IS NULL THEN 'missing' ELSE 'changed' END AS kind, 'participant' AS entity,
       coalesce(p.programme || ':' || p.ref, e.programme || ':' || e.ref) AS key,
       CASE WHEN e.ref IS NULL THEN 'nobody registered it' WHEN p.ref IS NULL THEN 'it was registered and is not there'
            ELSE format('it is at %s (%s) of wave %s under version %s, and the trail has otherwise', p.stage, coalesce(p.outcome, 'no outcome'), coalesce(p.wave, 'none'), p.programme_version) END AS says
  FROM participant p
  FULL JOIN (SELECT programme, ref, min(at) FILTER (WHERE act = 'registered') AS registered_at, min(at) FILTER (WHERE act = 'admitted') AS admitted_at,
                    min(after ->> 'wave') FILTER (WHERE act = 'admitted') AS wave, min((after ->> 'version')::int) FILTER (WHERE act = 'registered') AS version,
                    min(at) FILTER (WHERE act IN ('life-closed', 'screened-refused')) AS closed_at,
                    min(coalesce(after ->> 'outcome', 'refused')) FILTER (WHERE act IN ('life-closed', 'screened-refused')) AS outcome,
                    min(at) FILTER (WHERE act = 'withdrawn') AS withdrawn_at
               FROM audit_event WHERE ref IS NOT NULL AND act IN ('registered', 'admitted', 'life-closed', 'screened-refused', 'withdrawn')
              GROUP BY programme, ref) AS e USING (programme, ref)
 WHERE p.ref IS NULL OR e.ref IS NULL
    OR (p.registered_at, p.admitted_at, p.wave, p.programme_version, p.closed_at, p.outcome, p.withdrawn_at)
       IS DISTINCT FROM (e.registered_at, e.admitted_at, e.wave, e.version, e.closed_at, e.outcome, e.withdrawn_at)
    OR (p.stage = 'closed') <> (e.closed_at IS NOT NULL) OR (p.stage IN ('screening', 'admission') AND p.admitted_at IS NOT NULL)`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT CASE WHEN e.subject IS NULL THEN 'extra' WHEN v.ref IS NULL THEN 'missing' ELSE 'changed' END AS kind, 'evidence' AS entity,
       CASE WHEN v.ref IS NULL THEN substr(e.subject, 10) ELSE concat_ws(':', v.programme, v.ref, v.kind, v.subject) END AS key,
       CASE WHEN e.subject IS NULL THEN 'nobody reported it' WHEN v.ref IS NULL THEN 'it was reported and is not there'
            ELSE format('it was at %s by %s, and the trail has %s by %s', v.occurred_at, v.source, e.occurred_at, e.person) END AS says
  FROM evidence v
  FULL JOIN (SELECT subject, person, to_timestamp((after ->> 'occurredAtMs')::bigint / 1000.0) AS occurred_at FROM audit_event
              WHERE act IN ('course-started', 'course-completed', 'course-rated', 'survey-answered')) AS e
    ON e.subject = concat_ws(':', 'evidence', v.programme, v.ref, v.kind, v.subject)
 WHERE v.ref IS NULL OR e.subject IS NULL OR date_trunc('milliseconds', v.occurred_at) <> date_trunc('milliseconds', e.occurred_at) OR v.source <> e.person`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'extra' AS kind, 'account' AS entity, a.id::text AS key, 'nobody linked it' AS says
  FROM account a
 WHERE NOT EXISTS (SELECT FROM audit_event e WHERE (e.programme, e.ref) = (a.programme, a.ref) AND e.subject = 'account:' || a.id AND e.act IN ('account-linked', 'account-replaced')
                      AND e.at = a.linked_at)
   AND NOT EXISTS (SELECT FROM audit_event e WHERE (e.programme, e.ref) = (a.programme, a.ref) AND e.act = 'registered' AND (e.after ->> 'account')::boolean
                      AND e.at = a.linked_at)`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'account' AS entity, a.id::text AS key,
       format('it is at %s, kind %s, and was linked at %s, kind %s', a.institution, a.kind, e.after ->> 'institution', e.after ->> 'kind') AS says
  FROM account a JOIN audit_event e ON e.subject = 'account:' || a.id AND e.act IN ('account-linked', 'account-replaced')
 WHERE (a.institution, a.kind) IS DISTINCT FROM (e.after ->> 'institution', e.after ->> 'kind')`,
    },
  ],
)
