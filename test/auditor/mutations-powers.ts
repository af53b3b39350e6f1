import { change, copy, keyOf, remove, update, type Mutation } from '../support/mutation.ts'

const GRANT = `concat_ws('/', t.person, t.role, t.programme)`

const FRESH = { id: 'gen_random_uuid()', fingerprint: `repeat('e', 64)` }
const LIVE = 'ended_at IS NULL'

/** Who has power, by which keys they sign and come in, and what the engine may do. */
export const POWERS: readonly Mutation[] = [
  change(
    'a role nobody granted',
    'events',
    ['extra', 'role_grant'],
    copy(
      'role_grant',
      { id: 'gen_random_uuid()', role: `'registrar'`, programme: `'x'` },
      `concat_ws('/', t.person, t.role, t.programme)`,
    ),
  ),
  change(
    'a role that two people never agreed to',
    'programmes',
    ['forbidden', 'role_grant'],
    copy(
      'role_grant',
      { id: 'gen_random_uuid()', role: `'administrator'`, person: `'mallory'`, granted_by: `'local'` },
      't.id::text',
    ),
  ),
  change(
    'a third first approver',
    'programmes',
    ['forbidden', 'role_grant'],
    copy(
      'role_grant',
      { id: 'gen_random_uuid()', person: `'mallory'`, granted_at: 'now()' },
      't.id::text',
      `role = 'approver'`,
    ),
  ),
  change(
    'a help desk that one person has made',
    'programmes',
    ['forbidden', 'role_grant'],
    copy(
      'role_grant',
      { id: 'gen_random_uuid()', role: `'helpdesk'`, person: `'mallory'`, granted_by: `'agus'` },
      't.id::text',
    ),
  ),
  change(
    'a role that has ended and that one person has given again, trail and all',
    'programmes',
    ['forbidden', 'role_grant'],
    `WITH one AS (SELECT g.* FROM role_grant g JOIN proposal p ON p.act = 'role-grant' AND p.state = 'executed' AND p.content ->> 'person' = g.person AND p.content ->> 'role' = g.role
                   ORDER BY random() LIMIT 1),
          told AS (INSERT INTO audit_event (id, at, person, role, act, subject, before, after)
                   SELECT 9000000 + n, '2026-12-30', 'agus', 'administrator', act, 'person:' || person,
                          CASE n WHEN 1 THEN of END, CASE n WHEN 2 THEN of END
                     FROM one, jsonb_build_object('role', role, 'programme', programme) AS of, (VALUES (1, 'role-ended'), (2, 'role-granted')) AS said (n, act)),
          gone AS (UPDATE role_grant g SET ended_at = now(), ended_by = 'agus' FROM one WHERE g.id = one.id)
     INSERT INTO role_grant AS t (id, person, role, programme, granted_by, ended_at, ended_by) SELECT gen_random_uuid(), person, role, programme, 'agus', now(), 'agus' FROM one RETURNING ${GRANT} AS key`,
  ),
  change(
    'a role given at another time than others agreed',
    'programmes',
    ['forbidden', 'role_grant'],
    `UPDATE audit_event AS t SET at = t.at + interval '1 hour' WHERE t.id = (SELECT e.id FROM audit_event e JOIN proposal p ON p.act IN ('role-grant', 'key') AND p.decided_at = e.at
        WHERE e.act = 'role-granted' ORDER BY random() LIMIT 1) RETURNING concat_ws('/', substr(t.subject, 8), t.after ->> 'role', t.after ->> 'programme') AS key`,
  ),
  change(
    'a signing key in the place of the one that was registered',
    'events',
    ['changed', 'signing_key'],
    update('signing_key', 'public_key = sha256(public_key)', 't.id::text'),
  ),
  change(
    'an API key in the name of another person',
    'events',
    ['changed', 'api_key'],
    update('api_key', `person = 'mallory'`, 't.id::text'),
  ),
  change(
    'another key of a person, said to be made before there were two people',
    'acts',
    ['forbidden', 'api_key'],
    `WITH made AS (INSERT INTO api_key (id, person, kind, label, sha256, created_by)
                   SELECT gen_random_uuid(), person, kind, 'x', sha256(sha256), 'bootstrap' FROM api_key ORDER BY random() LIMIT 1 RETURNING id, person, kind)
     INSERT INTO audit_event (id, at, person, act, subject, after)
     SELECT 9000001, '2026-12-30', 'bootstrap', 'key-created', 'key:' || id, jsonb_build_object('person', person, 'kind', kind, 'roles', '[]'::jsonb) FROM made
     RETURNING split_part(subject, ':', 2) AS key`,
  ),
  change(
    'a credential that one person has put there',
    'credentials',
    ['forbidden', 'gateway_credential'],
    copy('gateway_credential', { ...FRESH, agreed_under: 'NULL' }, 't.id::text', LIVE),
  ),
  change(
    'a credential said to be what an engine was first run with, trail and all',
    'credentials',
    ['forbidden', 'gateway_credential'],
    `WITH made AS (INSERT INTO gateway_credential (id, gateway, purpose, fingerprint, begun_at) VALUES (gen_random_uuid(), 'sandbox', 'send', repeat('e', 64), '2026-12-30') RETURNING *)
     INSERT INTO audit_event (id, at, person, act, subject, after)
     SELECT 9000001, begun_at, 'engine', 'credential-adopted', 'credential:' || id, jsonb_build_object('gateway', gateway, 'purpose', purpose, 'fingerprint', fingerprint) FROM made
     RETURNING split_part(subject, ':', 2) AS key`,
  ),
  change(
    'what an engine took over alone and sent with, trail and all, and has ended',
    'credentials',
    ['forbidden', 'gateway_credential'],
    `WITH one AS (UPDATE gateway_credential SET agreed_under = NULL, ended_at = '2026-12-30', ended_by = 'engine' WHERE purpose = 'send' RETURNING *),
          begun AS (UPDATE audit_event e SET act = 'credential-adopted', person = 'engine' FROM one WHERE e.subject = 'credential:' || one.id)
     INSERT INTO audit_event (id, at, person, act, subject, after)
     SELECT 9000001, ended_at, ended_by, 'credential-ended', 'credential:' || id, jsonb_build_object('gateway', gateway, 'purpose', purpose, 'fingerprint', fingerprint) FROM one
     RETURNING split_part(subject, ':', 2) AS key`,
  ),
  change(
    'another address in the place of the one that two people agreed to',
    'credentials',
    ['forbidden', 'gateway_credential'],
    update('gateway_credential', `fingerprint = repeat('e', 64)`, 't.id::text', LIVE),
  ),
  change(
    'the same in its event too',
    'credentials',
    ['forbidden', 'gateway_credential'],
    `WITH one AS (UPDATE gateway_credential SET fingerprint = repeat('e', 64) WHERE id = (SELECT id FROM gateway_credential WHERE ended_at IS NULL ORDER BY random() LIMIT 1) RETURNING id)
     UPDATE audit_event e SET after = after || jsonb_build_object('fingerprint', repeat('e', 64)) FROM one
      WHERE e.subject = 'credential:' || one.id AND e.act = 'credential-admitted' RETURNING one.id::text AS key`,
  ),
  change(
    'a credential agreed to under a proposal to end another',
    'credentials',
    ['forbidden', 'gateway_credential'],
    update(
      'gateway_credential',
      `agreed_under = (SELECT id FROM proposal WHERE act = 'gateway-credential' AND content ->> 'change' = 'end' LIMIT 1)`,
      't.id::text',
      LIVE,
    ),
  ),
  change(
    'a credential whose proposal nobody has agreed to',
    'credentials',
    ['forbidden', 'gateway_credential'],
    `WITH one AS (SELECT id, agreed_under FROM gateway_credential WHERE ended_at IS NULL ORDER BY random() LIMIT 1)
     UPDATE proposal p SET state = 'open', decided_at = NULL FROM one WHERE p.id = one.agreed_under RETURNING one.id::text AS key`,
  ),
  change(
    'a credential that is gone',
    'credentials',
    ['missing', 'gateway_credential'],
    remove('gateway_credential', 't.id::text'),
  ),
  change(
    'a credential of which the trail knows nothing',
    'credentials',
    ['extra', 'gateway_credential'],
    `WITH one AS (SELECT id FROM gateway_credential ORDER BY random() LIMIT 1)
     DELETE FROM audit_event e USING one WHERE e.subject = 'credential:' || one.id AND e.act = 'credential-admitted' RETURNING one.id::text AS key`,
  ),
  change(
    'a credential that had ended and is believed again',
    'credentials',
    ['changed', 'gateway_credential'],
    update(
      'gateway_credential',
      'ended_at = NULL, ended_by = NULL, ended_under = NULL',
      't.id::text',
      'ended_at IS NOT NULL',
    ),
  ),
  change(
    'a credential that one person has ended, trail and all',
    'credentials',
    ['forbidden', 'gateway_credential'],
    `WITH one AS (UPDATE gateway_credential SET ended_at = '2026-12-30', ended_by = 'agus' WHERE id = (SELECT id FROM gateway_credential WHERE ended_at IS NULL ORDER BY random() LIMIT 1) RETURNING *)
     INSERT INTO audit_event (id, at, person, act, subject, after)
     SELECT 9000001, ended_at, ended_by, 'credential-ended', 'credential:' || id, jsonb_build_object('gateway', gateway, 'purpose', purpose, 'fingerprint', fingerprint) FROM one
     RETURNING split_part(subject, ':', 2) AS key`,
  ),
  change(
    'a payment sent after the only credential had ended',
    'credentials',
    ['forbidden', 'payout'],
    `WITH one AS (SELECT e.id, e.subject FROM audit_event e WHERE e.act = 'payout-sent' ORDER BY random() LIMIT 1),
          ended AS (UPDATE audit_event e SET id = (SELECT min(id) - 1 FROM audit_event) FROM gateway_credential c
                     WHERE e.subject = 'credential:' || c.id AND e.act = 'credential-admitted' AND c.purpose = 'send' RETURNING c.id AS credential, e.after),
          gone AS (INSERT INTO audit_event (id, at, person, act, subject, after)
                   SELECT 9000001, '2026-12-30', 'budi', 'credential-ended', 'credential:' || credential, after FROM ended)
     UPDATE audit_event e SET id = 9000002 FROM one WHERE e.id = one.id RETURNING one.subject AS key`,
  ),
  change(
    'a payment by a gateway that never had a credential',
    'credentials',
    ['forbidden', 'payout'],
    update('payout', `gateway = 'elsewhere'`, 't.key'),
  ),
  change(
    'a callback that was believed by a secret that nobody has agreed to',
    'credentials',
    ['forbidden', 'callback'],
    update('callback', `gateway = 'elsewhere'`, 't.id::text', `verdict = 'applied'`),
  ),
  {
    name: 'an account that was replaced and is paid to again',
    check: 'accounts',
    finds: ['changed', 'account'],
    async tamper(sql) {
      const live = await keyOf(
        sql,
        `UPDATE account t SET ended_at = t.linked_at, state = 'replaced' WHERE t.ctid = (
           SELECT a.ctid FROM account a JOIN audit_event e ON e.act = 'account-replaced' AND e.subject = 'account:' || a.id
            WHERE a.ended_at IS NULL ORDER BY random() LIMIT 1) RETURNING t.id::text AS key`,
      )
      return keyOf(
        sql,
        `UPDATE account t SET ended_at = NULL, state = 'verified' FROM audit_event e
          WHERE e.act = 'account-replaced' AND e.subject = 'account:' || $1 AND e.after ->> 'replaces' = t.id::text RETURNING t.id::text AS key`,
        [live],
      )
    },
  },
  change(
    'a trigger that is switched off',
    'powers',
    ['missing', 'trigger'],
    `
    WITH off AS (UPDATE pg_trigger SET tgenabled = 'D' WHERE tgname = 'posting_append_only') SELECT 'posting.posting_append_only' AS key`,
  ),
  {
    name: 'a limit that is lifted',
    check: 'powers',
    finds: ['missing', 'constraint'],
    async tamper(sql) {
      await sql.query('ALTER TABLE commitment DROP CONSTRAINT commitment_limit')
      return 'commitment_limit'
    },
  },
  {
    name: 'the engine may put tables of its own before ours',
    check: 'powers',
    finds: ['forbidden', 'role'],
    async tamper(sql) {
      await sql.query(
        `DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO lunas_app', current_database()); END $$`,
      )
      return 'lunas_app'
    },
  },
  {
    name: 'the engine may rewrite the ledger',
    check: 'powers',
    finds: ['forbidden', 'role'],
    async tamper(sql) {
      await sql.query('GRANT UPDATE ON posting TO lunas_app')
      return 'lunas_app/posting'
    },
  },
]
