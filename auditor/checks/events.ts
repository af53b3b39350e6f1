import { sqlCheck, type Question } from '../books.ts'

/** A row for each event, and an event for each row: by the subject of the one and the key of the other; but for rows that need not be told. */
function paired(entity: string, act: string, subject: string, where = 'true', isTold = 'true'): Question {
  return {
    invariant: 'I22',
    sql: `
SELECT CASE WHEN e.subject IS NULL THEN 'extra' ELSE 'missing' END AS kind, '${entity}' AS entity,
       coalesce(r.subject, e.subject) AS key,
       CASE WHEN e.subject IS NULL THEN 'the trail has no ${act} of it' ELSE 'the trail has ${act}, and it is not so' END AS says
  FROM (SELECT ${subject} AS subject, ${isTold} AS is_told FROM ${entity} AS r WHERE ${where}) AS r
  FULL JOIN (SELECT DISTINCT subject FROM audit_event WHERE act = '${act}') AS e ON e.subject = r.subject
 WHERE r.subject IS NULL OR e.subject IS NULL AND r.is_told`,
  }
}

/** How often each act was told of a payout beside how often the facts moved it so. */
const MOVES = `
SELECT coalesce(o.payout, e.subject) AS payout, coalesce(o.many, 0) AS moved, coalesce(e.many, 0) AS told, coalesce(o.state, e.state) AS state
  FROM (SELECT payout, to_state AS state, count(*) AS many FROM observation WHERE decision = 'move' GROUP BY 1, 2) AS o
  FULL JOIN (SELECT subject, after ->> 'to' AS state, count(*) AS many FROM audit_event
              WHERE act IN ('payout-unknown', 'payout-accepted', 'payout-paid', 'payout-failing', 'payout-failed', 'payout-returned', 'review-needed')
                AND after ? 'from' GROUP BY 1, 2) AS e ON e.subject = o.payout AND e.state = o.state`

export const events = sqlCheck(
  { name: 'events', title: 'every change of state has its event in the trail, and every event its row' },
  { events: 'audit_event' },
  [
    paired('disbursement', 'tranche-due', 'r.key'),
    paired('disbursement', 'disbursement-lapsed', 'r.key', `r.state = 'lapsed'`),
    paired('payout', 'payout-sent', 'r.key', 'r.recovered_at IS NULL'),
    paired('payout', 'payout-recovered', 'r.key', 'r.recovered_at IS NOT NULL'),
    paired('restore', 'restore-found', `'restore:' || r.id`),
    paired('restore', 'restore-looked-up', `'restore:' || r.id`, 'r.looked_up_at IS NOT NULL'),
    paired('restore', 'restore-closed', `'restore:' || r.id`, 'r.closed_at IS NOT NULL'),
    paired('funding', 'float-funded', `'funding:' || r.id`),
    paired('treasury_return', 'funds-returned', `'treasury-return:' || r.id`),
    paired('year_close', 'year-end-begun', `'year:' || r.programme || ':' || r.fiscal_year`),
    paired('year_close', 'year-closed', `'year:' || r.programme || ':' || r.fiscal_year`, `r.state = 'closed'`),
    paired('carry_over', 'commitment-carried', `'commitment:' || r.programme || ':' || r.ref`),
    paired('appropriation', 'appropriation-set', `'appropriation:' || r.id`),
    paired('wave', 'wave-opened', `'wave:' || r.programme || ':' || r.code`),
    paired('wave', 'wave-closed', `'wave:' || r.programme || ':' || r.code`, `r.state = 'closed'`),
    paired('programme_version', 'programme-published', `r.programme || '@' || r.version`),
    paired('proposal', 'proposal-made', `'proposal:' || r.id`),
    paired('proposal', 'proposal-executed', `'proposal:' || r.id`, `r.state = 'executed'`),
    paired('proposal', 'proposal-rejected', `'proposal:' || r.id`, `r.state = 'rejected'`),
    paired('signing_key', 'signing-key-registered', `'signing-key:' || r.id`),
    paired('signing_key', 'signing-key-ended', `'signing-key:' || r.id`, 'r.ended_at IS NOT NULL'),
    paired('api_key', 'key-created', `'key:' || r.id`),
    paired('api_key', 'key-revoked', `'key:' || r.id`, 'r.revoked_at IS NOT NULL'),
    paired(
      'discrepancy',
      'discrepancy-found',
      `'discrepancy:' || r.id`,
      'r.settled_at IS NOT NULL',
      `r.resolution IS DISTINCT FROM 'corrected'`,
    ),
    {
      invariant: 'I22',
      sql: `
SELECT CASE WHEN coalesce(e.many, 0) < coalesce(g.many, 0) THEN 'extra' ELSE 'missing' END AS kind, 'role_grant' AS entity,
       concat_ws('/', coalesce(g.person, e.person), coalesce(g.role, e.role), coalesce(g.programme, e.programme)) AS key,
       format('it is there %s times, %s of them ended, and the trail has it granted %s times and ended %s times',
              coalesce(g.many, 0), coalesce(g.ended, 0), coalesce(e.many, 0), coalesce(e.ended, 0)) AS says
  FROM (SELECT person, role, coalesce(programme, '') AS programme, count(*) AS many, count(ended_at) AS ended FROM role_grant GROUP BY 1, 2, 3) AS g
  FULL JOIN (SELECT substr(subject, 8) AS person, coalesce(after, before) ->> 'role' AS role, coalesce(coalesce(after, before) ->> 'programme', '') AS programme,
                    count(*) FILTER (WHERE act = 'role-granted') AS many, count(*) FILTER (WHERE act = 'role-ended') AS ended
               FROM audit_event WHERE act IN ('role-granted', 'role-ended') GROUP BY 1, 2, 3) AS e USING (person, role, programme)
 WHERE (coalesce(g.many, 0), coalesce(g.ended, 0)) IS DISTINCT FROM (coalesce(e.many, 0), coalesce(e.ended, 0))`,
    },
    // Whoever could put a key of their own in the place of another's would sign, or come in, as that person.
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'signing_key' AS entity, k.id::text AS key, format('it is another key, or another’s, than the trail has registered for %s', e.after ->> 'person') AS says
  FROM signing_key k JOIN audit_event e ON e.act = 'signing-key-registered' AND e.subject = 'signing-key:' || k.id
 WHERE (k.person, encode(k.public_key, 'base64')) IS DISTINCT FROM (e.after ->> 'person', e.after ->> 'publicKey')`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'api_key' AS entity, k.id::text AS key, format('it is that of %s %s, and the trail has %s %s', k.kind, k.person, e.after ->> 'kind', e.after ->> 'person') AS says
  FROM api_key k JOIN audit_event e ON e.act = 'key-created' AND e.subject = 'key:' || k.id
 WHERE (k.person, k.kind) IS DISTINCT FROM (e.after ->> 'person', e.after ->> 'kind')`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT CASE WHEN told < moved THEN 'missing' ELSE 'extra' END AS kind, 'audit_event' AS entity, payout AS key,
       format('the facts moved it %s times to %s, and the trail tells of %s', moved, state, told) AS says
  FROM (${MOVES}) AS moves WHERE told <> moved`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'disbursement' AS entity, d.key,
       format('it was owed at %s with %s, and the trail has %s with %s', d.owed_at, d.amount, e.at, e.after ->> 'amount') AS says
  FROM disbursement d JOIN audit_event e ON e.act = 'tranche-due' AND e.subject = d.key
 WHERE (d.owed_at, d.amount::text, d.currency, d.tranche) IS DISTINCT FROM (e.at, e.after ->> 'amount', e.after ->> 'currency', e.after ->> 'tranche')`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'funding' AS entity, f.id::text AS key,
       format('it is %s to %s under %s, and the trail has %s to %s under %s', f.amount, f.gateway, f.number, e.after ->> 'amount', e.after ->> 'gateway', e.after ->> 'number') AS says
  FROM funding f JOIN audit_event e ON e.act = 'float-funded' AND e.subject = 'funding:' || f.id
 WHERE (f.amount::text, f.gateway, f.number, f.programme) IS DISTINCT FROM (e.after ->> 'amount', e.after ->> 'gateway', e.after ->> 'number', e.programme)`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'wave' AS entity, w.programme || ':' || w.code AS key,
       format('its quota is %s and its decree %s, and the trail has %s and %s', w.quota, coalesce(w.decree, 'none'), e.after ->> 'quota', coalesce(a.decree, 'none')) AS says
  FROM wave w JOIN audit_event e ON e.act = 'wave-opened' AND e.subject = 'wave:' || w.programme || ':' || w.code
  LEFT JOIN LATERAL (SELECT after ->> 'decree' AS decree, after ->> 'decreeDate' AS day FROM audit_event WHERE act = 'admitted' AND programme = w.programme AND after ->> 'wave' = w.code
                      ORDER BY id LIMIT 1) a ON true
 WHERE w.quota::text <> e.after ->> 'quota' OR (w.decree, w.decree_date::text) IS DISTINCT FROM (a.decree, a.day)`,
    },
  ],
)
