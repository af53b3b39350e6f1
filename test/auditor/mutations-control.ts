import { anybodysSignature, SMALL_ORDER } from '../support/weak-keys.ts'
import { change, copy, keyOf, remove, update, type Mutation } from '../support/mutation.ts'

const carriedOut = (act: string): string => `act = '${act}' AND state = 'executed'`
const WORD = `t.proposal || '/' || t.person`
const wordOn = (act: string): string => `proposal IN (SELECT id FROM proposal WHERE ${carriedOut(act)})`
const EXECUTED = `proposal IN (SELECT id FROM proposal WHERE state = 'executed')`

/** What moves money, or stops stopping it, and what is blamed when nobody agreed to it. */
const MOVES = [
  ['appropriation', 'appropriation-set', 'appropriation', `split_part(e.subject, ':', 2)`],
  ['funding', 'float-funded', 'funding', `split_part(e.subject, ':', 2)`],
  ['freeze-lift', 'freeze-lifted', 'freezes', `split_part(e.subject, ':', 2)`],
  ['reclassification', 'failure-reclassified', 'failure_rule', `e.after ->> 'rule'`],
  ['run-release', 'run-approved', 'payout_run', 'substr(e.subject, 5)'],
  ['run-abort', 'run-aborted', 'payout_run', 'substr(e.subject, 5)'],
  ['review-decision', 'review-decided', 'audit_event', 'e.subject'],
  ['receivable-end', 'receivable-ended', 'audit_event', 'e.subject'],
  ['programme-publication', 'programme-published', 'programme_version', 'e.subject'],
  ['redrive', 'message-redriven', 'message', `split_part(e.subject, ':', 2)`],
  ['key', 'key-created', 'api_key', `split_part(e.subject, ':', 2)`],
  ['signing-key', 'signing-key-registered', 'signing_key', `split_part(e.subject, ':', 2)`],
] as const
const OTHERS = ['gateway-credential', 'account-change', 'discrepancy-resolution', 'role-grant', 'redrive-all'] as const

/** One random row of a selection \`t\`, as it is to be named. */
const pick = (key: string, from: string, where: string): string =>
  `SELECT ${key} AS key FROM ${from} AS t WHERE ${where} ORDER BY random() LIMIT 1`

/** Each kind of act without a word, without its proposal, and without its deed. */
const LONE: readonly Mutation[] = [
  ...[...MOVES.map(([act]) => act), ...OTHERS].map((act) =>
    change(
      `${act} without an approval`,
      'approvals',
      ['forbidden', 'proposal'],
      remove('approval', 't.proposal::text', wordOn(act)),
    ),
  ),
  ...MOVES.map(([act, told, entity, key]) =>
    change(
      `${act} that nobody put forward`,
      'acts',
      ['forbidden', entity],
      `WITH one AS (${pick('t.id', 'proposal', carriedOut(act))}), at AS (SELECT p.decided_at, p.programme FROM proposal p JOIN one ON one.key = p.id),
            gone AS (DELETE FROM proposal p USING one WHERE p.id = one.key)
       SELECT ${key} AS key FROM audit_event e JOIN at ON at.decided_at = e.at AND at.programme IS NOT DISTINCT FROM e.programme WHERE e.act = '${told}'`,
    ),
  ),
  ...MOVES.map(([act, told]) =>
    change(
      `${act} that was carried out and never done`,
      'acts',
      ['missing', 'audit_event'],
      `WITH one AS (${pick('t.id', 'proposal', carriedOut(act))}),
            gone AS (DELETE FROM audit_event e USING one JOIN proposal p ON p.id = one.key WHERE e.act = '${told}' AND e.at = p.decided_at AND e.programme IS NOT DISTINCT FROM p.programme)
       SELECT key::text AS key FROM one`,
    ),
  ),
  ...MOVES.map(([act, told]) =>
    change(
      `${act} that was done twice`,
      'acts',
      ['duplicate', 'audit_event'],
      `WITH one AS (${pick('t.id', 'proposal', carriedOut(act))}), again AS (
         INSERT INTO audit_event SELECT (jsonb_populate_record(NULL::audit_event, to_jsonb(e) || '{"id": 9000001}')).*
           FROM audit_event e JOIN one ON true JOIN proposal p ON p.id = one.key WHERE e.act = '${told}' AND e.at = p.decided_at AND e.programme IS NOT DISTINCT FROM p.programme)
       SELECT key::text AS key FROM one`,
    ),
  ),
]

/** Keys, and messages that are sent again. */
const POWER: readonly Mutation[] = [
  {
    name: 'a signing key that everybody can sign for, what was signed with it signed anew',
    check: 'approvals',
    finds: ['forged', 'signing_key'],
    async tamper(sql) {
      const signature = anybodysSignature()
      const weak = `'\\x${SMALL_ORDER[4]}'::bytea`
      const key = await keyOf(
        sql,
        update('signing_key', `public_key = ${weak}, possession = $1`, 't.id::text', 'ended_at IS NULL'),
        [signature],
      )
      await sql.query('UPDATE proposal SET signature = $1 WHERE signing_key = $2', [signature, key])
      await sql.query('UPDATE approval SET signature = $1 WHERE signing_key = $2', [signature, key])
      return key
    },
  },
  change(
    'a key said to be somebody’s own doing that has power',
    'acts',
    ['forbidden', 'api_key'],
    `WITH one AS (SELECT e.id, e.subject FROM audit_event e JOIN proposal p ON p.act = 'key' AND p.decided_at = e.at WHERE e.act = 'key-created' ORDER BY random() LIMIT 1)
     UPDATE audit_event t SET at = t.at - interval '1 hour' FROM one WHERE t.id = one.id RETURNING split_part(one.subject, ':', 2) AS key`,
  ),
  change(
    'another signing key that one person has registered',
    'acts',
    ['forbidden', 'signing_key'],
    `WITH one AS (SELECT * FROM signing_key ORDER BY random() LIMIT 1), made AS (
       INSERT INTO signing_key (id, person, public_key, possession, registered_at, registered_by, ended_at, ended_by)
       SELECT gen_random_uuid(), person, sha256(public_key), possession, registered_at + interval '5 hours', person, registered_at + interval '6 hours', person FROM one RETURNING id, person, registered_at)
     INSERT INTO audit_event (id, at, person, act, subject, after)
     SELECT 9000001, registered_at, person, 'signing-key-registered', 'signing-key:' || id, jsonb_build_object('person', person) FROM made RETURNING split_part(subject, ':', 2) AS key`,
  ),
  change(
    'a message that one person has sent again',
    'acts',
    ['forbidden', 'message'],
    `INSERT INTO audit_event (id, at, person, role, act, programme, ref, subject)
     SELECT 9000001, m.created_at, 'citra', 'operator', 'message-redriven', m.programme, m.ref, 'message:' || m.id FROM message m ORDER BY random() LIMIT 1
     RETURNING split_part(subject, ':', 2) AS key`,
  ),
  change(
    'a message of another programme sent again with all of one',
    'acts',
    ['forbidden', 'message'],
    `UPDATE audit_event AS t SET programme = 'calm' WHERE t.id = (SELECT e.id FROM audit_event e JOIN proposal p ON p.act = 'redrive-all' AND p.decided_at = e.at
        WHERE e.act = 'message-redriven' ORDER BY random() LIMIT 1) RETURNING split_part(t.subject, ':', 2) AS key`,
  ),
  change(
    'a message sent again that had not died',
    'acts',
    ['extra', 'audit_event'],
    `WITH one AS (SELECT subject FROM audit_event WHERE act = 'message-redriven' ORDER BY random() LIMIT 1)
     DELETE FROM audit_event e USING one WHERE e.act = 'message-died' AND e.subject = one.subject RETURNING one.subject AS key`,
  ),
]

/** Words: whose they are, as what they were given, when, and over what. */
const WORDS: readonly Mutation[] = [
  {
    name: 'one person with two words',
    check: 'approvals',
    finds: ['duplicate', 'approval'],
    async tamper(sql) {
      await sql.query('ALTER TABLE approval DROP CONSTRAINT approval_pkey')
      return keyOf(sql, copy('approval', { decision: `'release'` }, WORD, `decision = 'approve' AND ${EXECUTED}`))
    },
  },
  change(
    'a word given as somebody who has none',
    'approvals',
    ['forbidden', 'approval'],
    update('approval', `role = 'operator'`, WORD),
  ),
  change(
    'an act put forward as somebody who may not',
    'approvals',
    ['forbidden', 'proposal'],
    update('proposal', `role = 'approver'`, 't.id::text', `proposer = 'citra' AND act = 'review-decision'`),
  ),
  change(
    'a word dated back',
    'approvals',
    ['changed', 'approval'],
    update('approval', `decided_at = decided_at - interval '1 minute'`, WORD),
  ),
  change(
    'a proposal dated back',
    'approvals',
    ['changed', 'proposal'],
    update('proposal', `proposed_at = proposed_at - interval '1 minute'`, 't.id::text'),
  ),
  change(
    'a word after the end, trail and all',
    'approvals',
    ['forbidden', 'approval'],
    `WITH one AS (SELECT * FROM approval ORDER BY random() LIMIT 1),
          told AS (UPDATE audit_event e SET at = e.at + interval '2 days' FROM one
                    WHERE e.act LIKE 'proposal-%' AND e.act <> 'proposal-made' AND e.subject = 'proposal:' || one.proposal AND e.person = one.person),
          said AS (UPDATE approval a SET decided_at = a.decided_at + interval '2 days' FROM one WHERE (a.proposal, a.person) = (one.proposal, one.person))
     SELECT ${WORD} AS key FROM one t`,
  ),
  change(
    'a word that came when all was done',
    'approvals',
    ['forbidden', 'approval'],
    `UPDATE audit_event AS t SET id = 9000001 WHERE t.id = (SELECT e.id FROM audit_event e JOIN proposal p ON e.subject = 'proposal:' || p.id AND p.state = 'executed'
        WHERE e.act = 'proposal-approved' ORDER BY random() LIMIT 1) RETURNING split_part(t.subject, ':', 2) || '/' || t.person AS key`,
  ),
  change(
    'a word signed with another’s key',
    'approvals',
    ['forged', 'approval'],
    update(
      'approval',
      `signing_key = (SELECT k.id FROM signing_key k WHERE k.person <> t.person ORDER BY random() LIMIT 1)`,
      WORD,
    ),
  ),
  change(
    'an act carried out at another time',
    'approvals',
    ['changed', 'proposal'],
    update('proposal', `decided_at = decided_at + interval '1 minute'`, 't.id::text', `state = 'executed'`),
  ),
  change('an act of no kind', 'acts', ['extra', 'proposal'], update('proposal', `act = 'anything'`, 't.id::text')),
  {
    name: 'another content, its hash made anew',
    check: 'approvals',
    finds: ['forged', 'proposal'],
    async tamper(sql) {
      const { canonical, sha256 } = await import('../../auditor/signature.ts')
      const { rows } = await sql.query<{ id: string; content: object }>(
        `SELECT id, content FROM proposal ORDER BY random() LIMIT 1`,
      )
      const content = { ...rows[0]?.content, more: '1' }
      return keyOf(sql, 'UPDATE proposal SET content = $1, content_hash = $2 WHERE id = $3 RETURNING id::text AS key', [
        JSON.stringify(content),
        sha256(canonical(content)),
        rows[0]?.id,
      ])
    },
  },
  change(
    'money put at a gateway of another amount than was signed, row and trail and all',
    'acts',
    ['forbidden', 'funding'],
    `WITH one AS (SELECT id FROM funding ORDER BY random() LIMIT 1), row AS (UPDATE funding f SET amount = amount + 7 FROM one WHERE f.id = one.id)
     UPDATE audit_event e SET after = after || jsonb_build_object('amount', ((e.after ->> 'amount')::bigint + 7)::text) FROM one
      WHERE e.subject = 'funding:' || one.id RETURNING one.id::text AS key`,
  ),
  change(
    'an appropriation that replaced another amount',
    'limits',
    ['changed', 'audit_event'],
    `UPDATE audit_event AS t SET before = before || '{"amount":"1"}' WHERE t.id = (SELECT id FROM audit_event WHERE act = 'appropriation-set' AND before IS NOT NULL ORDER BY random() LIMIT 1)
     RETURNING t.subject AS key`,
  ),
  change(
    'an appropriation agreed to before another one was set',
    'limits',
    ['forbidden', 'appropriation'],
    `WITH one AS (SELECT e.subject, p.id FROM audit_event e JOIN proposal p ON p.decided_at = e.at AND p.programme = e.programme AND ${carriedOut('appropriation').replaceAll('act =', 'p.act =')}
                   WHERE e.act = 'appropriation-set' AND e.before ? 'amount' ORDER BY random() LIMIT 1)
     UPDATE audit_event m SET id = -7 FROM one WHERE m.act = 'proposal-made' AND m.subject = 'proposal:' || one.id RETURNING split_part(one.subject, ':', 2) AS key`,
  ),
  change(
    'a freeze lifted under another proposal',
    'claims',
    ['forbidden', 'freezes'],
    update(
      'freezes',
      `lifted_under = (SELECT p.id FROM proposal p WHERE p.act <> 'freeze-lift' ORDER BY random() LIMIT 1)`,
      't.id::text',
      'lifted_under IS NOT NULL',
    ),
  ),
]

/** What two people have found of payments, and of differences. */
const DECIDED: readonly Mutation[] = [
  change(
    'a review decided otherwise than was signed',
    'acts',
    ['forbidden', 'audit_event'],
    `UPDATE audit_event AS t SET after = after || '{"finding":"written-off"}'
      WHERE t.id = (SELECT id FROM audit_event WHERE act = 'review-decided' AND after ->> 'finding' <> 'written-off' ORDER BY random() LIMIT 1) RETURNING t.subject AS key`,
  ),
  change(
    'a review that leads elsewhere than was signed',
    'acts',
    ['forbidden', 'audit_event'],
    `UPDATE audit_event AS t SET after = after || '{"next":"cancel"}'
      WHERE t.id = (SELECT id FROM audit_event WHERE act = 'review-decided' AND after ->> 'next' IS DISTINCT FROM 'cancel' ORDER BY random() LIMIT 1) RETURNING t.subject AS key`,
  ),
  change(
    'a part of another size that came back',
    'acts',
    ['forbidden', 'audit_event'],
    `UPDATE audit_event AS t SET after = after || '{"returned":"1"}'
      WHERE t.id = (SELECT id FROM audit_event WHERE act = 'review-decided' AND after ->> 'finding' = 'partly-returned' ORDER BY random() LIMIT 1) RETURNING t.subject AS key`,
  ),
  change(
    'a decision that nobody took, trail and all',
    'acts',
    ['forbidden', 'audit_event'],
    `INSERT INTO audit_event (id, at, person, act, programme, ref, subject, before, after)
     SELECT 9000001, y.claimed_at + interval '3 days', 'sari', 'review-decided', y.programme, y.ref, y.key, '{}', '{"finding":"not-paid","returned":"0"}'
       FROM payout y WHERE y.state = 'paid' AND y.decided_under IS NULL ORDER BY random() LIMIT 1 RETURNING subject AS key`,
  ),
  change(
    'a payout decided under another proposal',
    'decisions',
    ['forbidden', 'payout'],
    update(
      'payout',
      `decided_under = (SELECT p.id FROM proposal p WHERE p.id IS DISTINCT FROM t.decided_under ORDER BY random() LIMIT 1)`,
      't.key',
    ),
  ),
  change(
    'an obligation decided under none',
    'decisions',
    ['forbidden', 'disbursement'],
    update('disbursement', 'decided_under = NULL', 't.key', 'decided_under IS NOT NULL'),
  ),
  change(
    'money that was given up and is said to be with the payee',
    'transitions',
    ['changed', 'payout'],
    update('payout', `money = 'credited'`, 't.key', `money IN ('receivable', 'written-off', 'repaid')`),
  ),
  change(
    'a posting of a decided payment of another amount',
    'ledger',
    ['changed', 'posting'],
    update(
      'posting',
      'amount = amount + 1',
      `t.key || ':' || t.line`,
      'subject IN (SELECT key FROM payout WHERE decided_under IS NOT NULL)',
    ),
  ),
  change(
    'a cancelled obligation brought back',
    'transitions',
    ['changed', 'disbursement'],
    update('disbursement', `state = 'paid'`, 't.key', `state = 'cancelled' AND decided_under IS NOT NULL`),
  ),
  change(
    'a difference that ended otherwise than was signed',
    'discrepancies',
    ['forbidden', 'discrepancy'],
    update('discrepancy', `resolution = 'written-off'`, 't.id::text', `resolution = 'receivable'`),
  ),
  change(
    'a difference that ended under no proposal',
    'discrepancies',
    ['forbidden', 'discrepancy'],
    update(
      'discrepancy',
      'decided_under = NULL',
      't.id::text',
      `resolution IN ('booked', 'receivable', 'to-treasury')`,
    ),
  ),
  change(
    'a difference decided under a proposal about something else',
    'discrepancies',
    ['forbidden', 'discrepancy'],
    update(
      'discrepancy',
      `decided_under = (SELECT p.id FROM proposal p WHERE p.act = 'funding' ORDER BY random() LIMIT 1)`,
      't.id::text',
      'decided_under IS NOT NULL',
    ),
  ),
]

export const CONTROL: readonly Mutation[] = [...LONE, ...POWER, ...WORDS, ...DECIDED]
