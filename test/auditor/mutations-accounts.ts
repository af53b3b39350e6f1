import { change, copy, keyOf, remove, update, type Mutation } from '../support/mutation.ts'

const CHECK = 't.id::text'
const PERSON = `t.programme || ':' || t.ref`

/** Accounts: what gateways said of them, who shares them, who is stopped for them, and what people are asked for. */
export const ACCOUNTS: readonly Mutation[] = [
  change(
    'a doubtful name that is taken for the person’s own',
    'accounts',
    ['changed', 'account_check'],
    update('account_check', `verdict = 'verified'`, CHECK, `verdict <> 'verified'`),
  ),
  change(
    'a name that agrees better than it does',
    'accounts',
    ['changed', 'account_check'],
    update('account_check', 'score = score + 1', CHECK, 'score < 100 AND account IS NOT NULL'),
  ),
  change(
    'a name taken although it agrees too little, trail and all',
    'accounts',
    ['changed', 'account_check'],
    `WITH one AS (SELECT * FROM account_check WHERE verdict = 'verified' AND account IS NOT NULL AND score > 5 ORDER BY random() LIMIT 1),
          told AS (UPDATE audit_event e SET after = CASE WHEN after ? 'name' THEN jsonb_set(after, '{name,score}', '5') ELSE after || '{"score":5}' END
                     FROM one WHERE e.subject = 'account:' || one.account AND e.at = one.checked_at)
     UPDATE account_check c SET score = 5 FROM one WHERE c.id = one.id RETURNING c.id::text AS key`,
  ),
  change(
    'an answer that is gone',
    'accounts',
    ['missing', 'account_check'],
    remove('account_check', `'account:' || t.account`, 'account IS NOT NULL'),
  ),
  change(
    'an answer that nobody gave',
    'accounts',
    ['extra', 'account_check'],
    copy('account_check', { id: '9000001', checked_at: `t.checked_at - interval '1 second'`, document: 'NULL' }, CHECK),
  ),
  change(
    'an account that failed and is said to be well',
    'accounts',
    ['changed', 'account'],
    update('account', `state = 'verified', reason = NULL`, CHECK, `state IN ('failed', 'unverified')`),
  ),
  change(
    'an account that is well and is said to have failed',
    'accounts',
    ['changed', 'account'],
    update('account', `state = 'failed'`, CHECK, `state IN ('verified', 'replaced')`),
  ),
  change(
    'a person asked for what does not mend it, trail and all',
    'accounts',
    ['changed', 'disbursement'],
    `WITH one AS (SELECT DISTINCT ON (e.subject) e.id, e.subject, d.action FROM audit_event e JOIN disbursement d ON d.key = e.subject AND d.action IN ('relink', 'correct-name')
                   WHERE e.act = 'action-asked' ORDER BY e.subject, e.id DESC), picked AS (
       SELECT *, CASE action WHEN 'relink' THEN 'correct-name' ELSE 'relink' END AS other FROM one ORDER BY random() LIMIT 1), told AS (
       UPDATE audit_event e SET after = after || jsonb_build_object('action', other) FROM picked WHERE e.id = picked.id)
     UPDATE disbursement d SET action = other FROM picked WHERE d.key = picked.subject RETURNING d.key`,
  ),
  change(
    'an account that one operator has linked',
    'accounts',
    ['forbidden', 'account'],
    `UPDATE audit_event AS t SET role = 'operator' WHERE t.id = (SELECT id FROM audit_event WHERE act IN ('account-linked', 'account-replaced') AND role = 'registrar' ORDER BY random() LIMIT 1)
     RETURNING split_part(t.subject, ':', 2) AS key`,
  ),
  change(
    'an account changed by two whose proposal is gone',
    'accounts',
    ['forbidden', 'account'],
    `WITH one AS (SELECT * FROM proposal WHERE act = 'account-change' AND state = 'executed' ORDER BY random() LIMIT 1),
          gone AS (DELETE FROM proposal p USING one WHERE p.id = one.id)
     SELECT split_part(e.subject, ':', 2) AS key FROM audit_event e JOIN one ON e.at = one.decided_at AND e.ref = one.content ->> 'ref' AND e.act IN ('account-linked', 'account-replaced')`,
  ),
  change(
    'an account of more places',
    'accounts',
    ['changed', 'account'],
    update('account', 'places = places + 3', CHECK, 'place IS NOT NULL'),
  ),
  {
    name: 'a place that two have',
    check: 'accounts',
    finds: ['duplicate', 'account'],
    async tamper(sql) {
      await sql.query('DROP INDEX account_place_taken')
      return keyOf(
        sql,
        `WITH one AS (SELECT a.id, b.id AS other FROM account a JOIN account b ON (b.programme, b.account_index) = (a.programme, a.account_index) AND b.place = 1 AND a.place = 2
                       WHERE a.ended_at IS NULL AND b.ended_at IS NULL ORDER BY random() LIMIT 1),
              same AS (UPDATE account a SET place = 1 FROM one WHERE a.id = one.id)
         SELECT least(id::text, other::text) AS key FROM one`,
      )
    },
  },
  change(
    'an account of too many that is one of few',
    'accounts',
    ['over-limit', 'account'],
    update('account', 'shared = false', CHECK, 'shared AND ended_at IS NULL'),
  ),
  change(
    'somebody with an account of too many who goes on',
    'accounts',
    ['over-limit', 'account'],
    `WITH one AS (SELECT * FROM account WHERE shared AND ended_at IS NULL ORDER BY random() LIMIT 1),
          freed AS (UPDATE participant p SET held_at = NULL, hold_cause = NULL, hold_reason = NULL FROM one WHERE (p.programme, p.ref) = (one.programme, one.ref))
     SELECT id::text AS key FROM one`,
  ),
  change(
    'a payment to an account of too many',
    'accounts',
    ['forbidden', 'payout'],
    `WITH one AS (SELECT y.key, y.account FROM payout y WHERE y.programme = 'calm' AND NOT EXISTS (SELECT FROM audit_event r WHERE r.ref = y.ref AND r.act = 'hold-released') ORDER BY random() LIMIT 1),
          full_one AS (UPDATE account a SET place = NULL, places = NULL, shared = true FROM one WHERE a.id = one.account)
     SELECT key FROM one`,
  ),
  change(
    'a hold for another cause',
    'accounts',
    ['changed', 'participant'],
    update('participant', 'hold_cause = NULL', PERSON, 'hold_cause IS NOT NULL'),
  ),
  change(
    'a doubtful name for which nobody was stopped',
    'accounts',
    ['forbidden', 'account_check'],
    `WITH one AS (SELECT * FROM account_check WHERE verdict = 'review' AND account IS NOT NULL ORDER BY random() LIMIT 1),
          gone AS (DELETE FROM audit_event e USING one WHERE (e.programme, e.ref) = (one.programme, one.ref) AND e.act = 'hold-placed')
     SELECT id::text AS key FROM one`,
  ),
  change(
    'a doubt that is gone from its account',
    'accounts',
    ['changed', 'account'],
    update('account', 'doubtful = false', CHECK, 'doubtful AND ended_at IS NULL'),
  ),
  change(
    'somebody with a doubtful account who goes on',
    'accounts',
    ['forbidden', 'participant'],
    `UPDATE participant AS t SET held_at = NULL, hold_cause = NULL, hold_reason = NULL
       FROM (SELECT programme, ref FROM account WHERE doubtful AND ended_at IS NULL ORDER BY random() LIMIT 1) AS one
      WHERE (t.programme, t.ref) = (one.programme, one.ref) RETURNING ${PERSON} AS key`,
  ),
  change(
    'a payment to an account about whose doubtful name nobody had decided',
    'accounts',
    ['forbidden', 'payout'],
    `WITH one AS (SELECT y.* FROM payout y WHERE y.recovered_at IS NULL AND NOT EXISTS (SELECT FROM audit_event r WHERE r.ref = y.ref AND r.act = 'hold-released') ORDER BY random() LIMIT 1),
          told AS (UPDATE audit_event e SET act = 'account-checked', subject = 'account:' || one.account, after = '{"verdict":"review","code":null,"score":67,"gateway":"sandbox"}'
                     FROM one WHERE (e.programme, e.ref) = (one.programme, one.ref) AND e.act = 'screened-eligible' RETURNING e.at),
          answered AS (INSERT INTO account_check (programme, ref, account, institution, gateway, verdict, score, reasons, checked_at)
                       SELECT one.programme, one.ref, one.account, 'ID.BNI', 'sandbox', 'review', 67, '{}', told.at FROM one, told)
     SELECT key FROM one`,
  ),
  change(
    'a person asked for something else',
    'accounts',
    ['changed', 'disbursement'],
    update(
      'disbursement',
      `action = CASE action WHEN 'relink' THEN 'upgrade-wallet' ELSE 'relink' END`,
      't.key',
      'action IS NOT NULL',
    ),
  ),
  change(
    'a person asked for what the trail does not know',
    'accounts',
    ['changed', 'disbursement'],
    update('disbursement', `action = 'relink'`, 't.key', `action IS NULL`),
  ),
  change(
    'a deadline that is later than it was said',
    'accounts',
    ['changed', 'disbursement'],
    update('disbursement', `action_by = action_by + interval '9 days'`, 't.key', 'action_by IS NOT NULL'),
  ),
  change(
    'a deadline that the rules do not give, trail and all',
    'accounts',
    ['changed', 'disbursement'],
    `UPDATE audit_event AS t SET after = after || jsonb_build_object('byMs', (after ->> 'byMs')::bigint + 86400000)
      WHERE t.id = (SELECT id FROM audit_event WHERE act = 'action-asked' AND after ->> 'byMs' IS NOT NULL ORDER BY random() LIMIT 1) RETURNING t.subject AS key`,
  ),
  change(
    'a lapse before the time that was given',
    'owed',
    ['early', 'disbursement'],
    `UPDATE audit_event AS t SET at = at - interval '5 days' WHERE t.id = (SELECT e.id FROM audit_event e JOIN disbursement d ON d.key = e.subject AND d.action_by IS NOT NULL
        WHERE e.act = 'disbursement-lapsed' ORDER BY random() LIMIT 1) RETURNING t.subject AS key`,
  ),
]
