import { change, copy, keyOf, remove, update, type Mutation } from '../support/mutation.ts'

/** Attempts to pay, what was learnt about them, and where they went. */
export const PAYOUTS: readonly Mutation[] = [
  change(
    'a payout of another amount',
    'attempts',
    ['changed', 'payout'],
    update('payout', 'amount = amount + 1', 't.key'),
  ),
  change(
    'a payout and its obligation of another amount',
    'attempts',
    ['changed', 'payout'],
    `
    WITH one AS (SELECT key, disbursement FROM payout ORDER BY random() LIMIT 1),
         owed AS (UPDATE disbursement d SET amount = amount + 7 FROM one WHERE d.key = one.disbursement),
         sent AS (UPDATE payout y SET amount = amount + 7 FROM one WHERE y.disbursement = one.disbursement)
    SELECT key FROM one`,
  ),
  change(
    'a payout of another currency',
    'attempts',
    ['changed', 'payout'],
    update('payout', `currency = 'USD'`, 't.key'),
  ),
  change(
    'a payout under another reference',
    'keys',
    ['changed', 'payout'],
    update('payout', `reference = '0' || substr(reference, 2)`, 't.key', `left(reference, 1) <> '0'`),
  ),
  change(
    'a payout that is salted for nothing',
    'keys',
    ['changed', 'payout'],
    update('payout', 'salt = salt + 1', 't.key'),
  ),
  change(
    'a payout that is sent under the key of another',
    'keys',
    ['changed', 'payout'],
    update('payout', `gateway_key = key || '0'`, 't.key'),
  ),
  change(
    'a payout of another number',
    'keys',
    ['changed', 'payout'],
    update(
      'payout',
      'n = n + 1',
      't.key',
      'n = 1 AND NOT EXISTS (SELECT FROM payout o WHERE o.disbursement = t.disbursement AND o.n = 2)',
    ),
  ),
  change(
    'a payout to somebody else’s account',
    'attempts',
    ['forbidden', 'payout'],
    update('payout', `account = (SELECT a.id FROM account a WHERE a.ref <> t.ref ORDER BY random() LIMIT 1)`, 't.key'),
  ),
  change(
    'a payout sent again to an account that another one had replaced',
    'attempts',
    ['forbidden', 'payout'],
    `WITH one AS (SELECT s.subject AS key, y.account, (SELECT min(e.id) FROM audit_event e WHERE e.subject = s.subject AND e.act = 'payout-enquired' AND e.id < s.id) AS id
                    FROM audit_event s JOIN payout y ON y.key = s.subject WHERE s.act = 'payout-sent-again' ORDER BY random() LIMIT 1),
          told AS (UPDATE audit_event e SET act = 'account-replaced', subject = 'account:' || gen_random_uuid(), after = jsonb_build_object('replaces', one.account)
                     FROM one WHERE e.id = one.id)
     SELECT key FROM one`,
  ),
  change(
    'a payout to no account',
    'attempts',
    ['missing', 'payout'],
    update('payout', 'account = gen_random_uuid()', 't.key'),
  ),
  change(
    'a payout through another gateway',
    'attempts',
    ['changed', 'payout'],
    update('payout', `gateway = 'elsewhere'`, 't.key'),
  ),
  change(
    'a paid payout that is said to have failed',
    'transitions',
    ['changed', 'payout'],
    update('payout', `state = 'failed', money = 'back'`, 't.key', `state = 'paid'`),
  ),
  change(
    'a failed payout that is said to be paid',
    'transitions',
    ['changed', 'payout'],
    update('payout', `state = 'paid', money = 'credited'`, 't.key', `state = 'failed'`),
  ),

  change(
    'money that is said to be back',
    'transitions',
    ['changed', 'payout'],
    update('payout', `money = 'back'`, 't.key', `state = 'review' AND money <> 'back'`),
  ),
  change(
    'a payout at another version',
    'transitions',
    ['changed', 'payout'],
    update('payout', 'version = version + 1', 't.key'),
  ),
  change(
    'a payout claimed at another time',
    'attempts',
    ['changed', 'payout'],
    update('payout', `claimed_at = claimed_at - interval '1 hour'`, 't.key'),
  ),
  change('a payout that is gone', 'events', ['missing', 'payout'], remove('payout', 't.key')),
  change(
    'a second attempt beside a paid one',
    'attempts',
    ['forbidden', 'payout'],
    copy(
      'payout',
      {
        n: 't.n + 1',
        key: `t.disbursement || '#' || (t.n + 1)`,
        reference: `'ZZ' || substr(t.reference, 3)`,
        superseded: 'true',
      },
      't.key',
      `state = 'paid' AND n = 1`,
    ),
  ),
  change(
    'a payout for an obligation that is not there',
    'keys',
    ['extra', 'payout'],
    copy(
      'payout',
      {
        key: `'swift:X:X:bonus:1#1'`,
        disbursement: `'swift:X:X:bonus:1'`,
        reference: `'ZY' || substr(t.reference, 3)`,
      },
      't.key',
    ),
  ),
  {
    name: 'two attempts under way at once',
    check: 'attempts',
    finds: ['duplicate', 'disbursement'],
    async tamper(sql) {
      await sql.query('DROP INDEX payout_live')
      const other = {
        n: 't.n + 1',
        key: `t.disbursement || '#' || (t.n + 1)`,
        reference: `'ZX' || substr(t.reference, 3)`,
      }
      return keyOf(sql, copy('payout', other, 't.disbursement', `state = 'paid' AND n = 1 AND NOT superseded`))
    },
  },
  change(
    'frozen bytes that are gone',
    'attempts',
    ['missing', 'sealed_document'],
    remove('sealed_document', 't.id', `kind = 'request'`),
  ),
  change('a send that is gone', 'attempts', ['missing', 'send'], remove('send', 't.payout')),
  change(
    'a send nobody made',
    'attempts',
    ['extra', 'send'],
    copy('send', { number: '9' }, 't.payout', 'ended_at IS NOT NULL'),
  ),
  change(
    'a send before its claim',
    'attempts',
    ['early', 'send'],
    update('send', `started_at = started_at - interval '1 hour'`, `t.payout || ':' || t.number`),
  ),
  change(
    'a send still open when the next attempt began',
    'attempts',
    ['forbidden', 'payout'],
    `
    UPDATE send s SET ended_at = NULL FROM payout y WHERE y.n = 1 AND s.payout = y.key AND EXISTS (SELECT FROM payout o WHERE o.disbursement = y.disbursement AND o.n = 2)
    RETURNING y.disbursement || '#2' AS key`,
  ),
  change(
    'a failure before a retry that never was',
    'attempts',
    ['forbidden', 'payout'],
    `
    DELETE FROM audit_event e USING payout y WHERE y.n = 2 AND e.subject = y.disbursement || '#1' AND e.act IN ('payout-failed', 'payout-returned') RETURNING y.key AS key`,
  ),
  change(
    'a fact turned round',
    'transitions',
    ['forbidden', 'observation'],
    update('observation', `from_state = to_state`, 't.id::text', `decision = 'move'`),
  ),
  change('a fact that is gone', 'transitions', ['changed', 'payout'], remove('observation', 't.payout')),
  change(
    'a fact about nobody',
    'transitions',
    ['extra', 'observation'],
    copy('observation', { id: '9000001', payout: `'swift:X:X:bonus:1#1'` }, 't.id::text'),
  ),
  change(
    'facts out of their order',
    'transitions',
    ['reordered', 'observation'],
    update(
      'observation',
      `from_state = 'processing'`,
      't.id::text',
      `decision = 'move' AND from_state = 'submitting' AND to_state = 'paid'`,
    ),
  ),
  change(
    'a success that was a failure',
    'transitions',
    ['changed', 'payout'],
    update(
      'observation',
      `to_state = 'failed'`,
      't.payout',
      `decision = 'move' AND to_state = 'paid' AND payout NOT IN (SELECT key FROM payout WHERE decided_under IS NOT NULL) AND NOT EXISTS (SELECT FROM observation o WHERE o.payout = t.payout AND o.to_state = 'returned')`,
    ),
  ),
  change(
    'a callback that was never applied',
    'callbacks',
    ['changed', 'callback'],
    update('callback', `payout = 'swift:X:X:bonus:1#1'`, 't.id::text', `verdict = 'applied'`),
  ),
  change(
    'a callback about one of ours that is called a stranger’s',
    'callbacks',
    ['missing', 'observation'],
    update('callback', `verdict = 'unmatched'`, 't.id::text', 'payout IS NOT NULL'),
  ),
  change(
    'what a callback said, gone',
    'callbacks',
    ['missing', 'sealed_document'],
    remove('sealed_document', 't.id::text', `kind = 'callback'`),
  ),
  {
    name: 'a callback that is there twice',
    check: 'callbacks',
    finds: ['duplicate', 'callback'],
    async tamper(sql) {
      await sql.query('DROP INDEX callback_gateway_event_id_key')
      return keyOf(sql, copy('callback', { id: `'00000000-0000-0000-0000-000000000000'` }, 't.id::text'))
    },
  },
  change(
    'a payout while its person was on hold',
    'claims',
    ['forbidden', 'payout'],
    `
    INSERT INTO audit_event (id, at, person, act, programme, ref, subject) SELECT -1, y.claimed_at, 'sari', 'hold-placed', y.programme, y.ref, y.programme || ':' || y.ref
      FROM (SELECT * FROM payout y WHERE NOT EXISTS (SELECT FROM audit_event e WHERE e.ref = y.ref AND e.act = 'hold-released') ORDER BY random() LIMIT 1) y
    RETURNING (SELECT y.key FROM payout y WHERE y.ref = audit_event.ref ORDER BY y.key LIMIT 1) AS key`,
  ),
  {
    name: 'a payout in a region that was frozen',
    check: 'claims',
    finds: ['forbidden', 'payout'],
    async tamper(sql) {
      const id = '00000000-0000-0000-0000-0000000000ff'
      await sql.query(`INSERT INTO freezes (id, target, scope, programme, name, cause, reason, placed_at, placed_by)
        VALUES ('${id}', 'region:swift:32', 'region', 'swift', '32', 'person', 'x', '2026-01-01Z', 'sari')`)
      await sql.query(`INSERT INTO audit_event (id, at, person, act, programme, subject, after)
        VALUES (-2, '2026-01-01Z', 'sari', 'freeze-placed', 'swift', 'freeze:${id}', '{"target":"region:swift:32"}')`)
      return keyOf(sql, `SELECT key FROM payout WHERE programme = 'swift' ORDER BY random() LIMIT 1`)
    },
  },
  change('a freeze that is gone', 'claims', ['missing', 'freezes'], remove('freezes', 't.id::text')),
  change(
    'a freeze that one person lifted',
    'claims',
    ['forbidden', 'freezes'],
    update('freezes', `lifted_at = placed_at, lifted_by = 'sari'`, 't.id::text', 'lifted_at IS NULL'),
  ),
  change(
    'a freeze lifted by who proposed it',
    'claims',
    ['forbidden', 'freezes'],
    `
    UPDATE freezes f SET lifted_by = p.proposer FROM proposal p WHERE p.id = f.lifted_under RETURNING f.id::text AS key`,
  ),
  change(
    'a payout for somebody who was never admitted',
    'claims',
    ['early', 'payout'],
    `
    WITH one AS (SELECT y.* FROM payout y ORDER BY random() LIMIT 1), gone AS (DELETE FROM audit_event e USING one WHERE e.act = 'admitted' AND e.ref = one.ref)
    SELECT key FROM one`,
  ),
]
