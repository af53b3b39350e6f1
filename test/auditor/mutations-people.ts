import { change, copy, keyOf, remove, update, type Mutation } from '../support/mutation.ts'

const PERSON = `t.programme || ':' || t.ref`
const FACT = `concat_ws(':', t.programme, t.ref, t.kind, t.subject)`
const TRANCHE = `concat_ws(':', t.programme, t.ref, t.code)`

/** People, what they have done, and what two of them have signed. */
export const PEOPLE: readonly Mutation[] = [
  {
    name: 'the same person twice',
    check: 'people',
    finds: ['duplicate', 'participant'],
    async tamper(sql) {
      await sql.query('DROP INDEX participant_identity_index_programme_key')
      await sql.query(
        update(
          'participant',
          `identity_index = (SELECT identity_index FROM participant o WHERE o.programme = t.programme AND o.ref <> t.ref ORDER BY o.ref LIMIT 1)`,
          't.ref',
          `ref NOT IN (SELECT min(ref) FROM participant GROUP BY programme)`,
        ),
      )
      return keyOf(
        sql,
        `SELECT min(programme || ':' || ref) AS key FROM participant GROUP BY identity_index HAVING count(*) > 1`,
      )
    },
  },
  {
    name: 'two accounts in use at once',
    check: 'people',
    finds: ['duplicate', 'account'],
    async tamper(sql) {
      await sql.query('DROP INDEX account_live')
      return keyOf(
        sql,
        copy('account', { id: `'00000000-0000-0000-0000-000000000000'` }, 't.id::text', 'ended_at IS NULL'),
      )
    },
  },
  change('somebody who is gone', 'people', ['missing', 'participant'], remove('participant', PERSON)),
  change(
    'somebody nobody registered',
    'people',
    ['extra', 'participant'],
    copy('participant', { ref: `'0000000000000'`, identity_index: `'\\x00'::bytea` }, PERSON),
  ),
  change(
    'somebody of another wave',
    'people',
    ['changed', 'participant'],
    update('participant', `wave = 'wave-9'`, PERSON, 'wave IS NOT NULL'),
  ),
  change(
    'somebody under another version of the rules',
    'people',
    ['changed', 'participant'],
    update('participant', 'programme_version = 2', PERSON),
  ),
  change(
    'somebody admitted at another time',
    'people',
    ['changed', 'participant'],
    update('participant', `admitted_at = admitted_at - interval '1 day'`, PERSON, 'admitted_at IS NOT NULL'),
  ),
  change(
    'somebody who left and is said to have stayed',
    'people',
    ['changed', 'participant'],
    update('participant', 'withdrawn_at = NULL', PERSON, 'withdrawn_at IS NOT NULL'),
  ),
  change(
    'a life that is closed and goes on',
    'people',
    ['changed', 'participant'],
    update(
      'participant',
      `stage = 'incentives', outcome = NULL`,
      PERSON,
      `stage = 'closed' AND outcome = 'completed' OR outcome = 'withdrawn'`,
    ),
  ),
  change(
    'a hold that is forgotten',
    'claims',
    ['changed', 'participant'],
    update('participant', 'held_at = NULL', PERSON, 'held_at IS NOT NULL'),
  ),
  change(
    'a hold that lasted longer',
    'owed',
    ['changed', 'participant'],
    update('participant', 'held_for_ms = held_for_ms + 86400000', PERSON, 'admitted_at IS NOT NULL'),
  ),
  change(
    'trained at another time',
    'owed',
    ['changed', 'participant'],
    update('participant', `trained_at = trained_at - interval '1 day'`, PERSON, 'trained_at IS NOT NULL'),
  ),
  change(
    'admitted although a rule refused them',
    'people',
    ['forbidden', 'participant'],
    update(
      'check_result',
      `outcome = 'fail'`,
      PERSON,
      `EXISTS (SELECT FROM participant p WHERE p.ref = t.ref AND p.admitted_at IS NOT NULL)`,
    ),
  ),
  change(
    'a rule that was never applied',
    'people',
    ['missing', 'check_result'],
    remove(
      'check_result',
      PERSON,
      `EXISTS (SELECT FROM participant p WHERE p.ref = t.ref AND p.admitted_at IS NOT NULL)`,
    ),
  ),
  change(
    'a fact at another time',
    'people',
    ['changed', 'evidence'],
    update('evidence', `occurred_at = occurred_at - interval '1 second'`, FACT),
  ),
  change('a fact that is gone', 'people', ['missing', 'evidence'], remove('evidence', FACT)),
  change('a fact nobody reported', 'people', ['extra', 'evidence'], copy('evidence', { subject: `'NOTHING'` }, FACT)),
  change(
    'a fact of no course',
    'owed',
    ['forbidden', 'evidence'],
    copy('evidence', { subject: `'NOTHING'` }, FACT, `kind = 'course-started'`),
  ),
  change(
    'a fact of another source',
    'people',
    ['changed', 'evidence'],
    update('evidence', `source = 'somebody'`, FACT),
  ),
  change(
    'a fact before the admission, trail and all',
    'owed',
    ['early', 'evidence'],
    `
    WITH one AS (SELECT * FROM evidence WHERE kind = 'course-started' ORDER BY random() LIMIT 1),
         told AS (UPDATE audit_event e SET after = after || jsonb_build_object('occurredAtMs', ms(one.occurred_at) - 86400000) FROM one
                   WHERE e.subject = concat_ws(':', 'evidence', one.programme, one.ref, one.kind, one.subject)),
         fact AS (UPDATE evidence v SET occurred_at = v.occurred_at - interval '1 day' FROM one WHERE (v.ref, v.kind, v.subject) = (one.ref, one.kind, one.subject))
    SELECT ${FACT} AS key FROM one t`,
  ),
  change(
    'due earlier than it is',
    'owed',
    ['changed', 'tranche'],
    update('tranche', `due_at = due_at - interval '1 day'`, TRANCHE, `state = 'due'`),
  ),
  change(
    'due without what makes it due',
    'owed',
    ['extra', 'tranche'],
    update('tranche', 'due_at = now()', TRANCHE, `state IN ('planned', 'missed', 'cancelled') AND due_at IS NULL`),
  ),
  change(
    'a survey that opens at another time',
    'owed',
    ['changed', 'tranche'],
    update('tranche', `opens_at = opens_at - interval '1 day'`, TRANCHE, 'opens_at IS NOT NULL'),
  ),
  change(
    'a survey that closes later',
    'owed',
    ['changed', 'tranche'],
    update('tranche', `closes_at = closes_at + interval '40 days'`, TRANCHE, 'closes_at IS NOT NULL'),
  ),
  change('due, and owed by nobody', 'obligations', ['missing', 'disbursement'], remove('disbursement', 't.key')),
  change(
    'an account at another bank',
    'people',
    ['changed', 'account'],
    `
    UPDATE account a SET institution = 'ID.BCA' FROM audit_event e WHERE e.act = 'account-replaced' AND e.subject = 'account:' || a.id RETURNING a.id::text AS key`,
  ),
  change(
    'an account nobody linked',
    'people',
    ['extra', 'account'],
    copy(
      'account',
      { id: `'00000000-0000-0000-0000-000000000000'`, ended_at: 'now()', linked_at: `now() - interval '9 days'` },
      't.id::text',
    ),
  ),
  change(
    'a programme of other amounts',
    'programmes',
    ['changed', 'programme_version'],
    update(
      'programme_version',
      `definition = jsonb_set(definition, '{tranches,0,amount}', '"70000000"')`,
      `t.programme || '@' || t.version`,
    ),
  ),
  {
    name: 'a programme of other amounts, its hash and the trail made anew',
    check: 'programmes',
    finds: ['forbidden', 'programme_version'],
    async tamper(sql) {
      const { canonical, sha256 } = await import('../../auditor/signature.ts')
      const { rows } = await sql.query<{ programme: string; definition: { tranches: { amount: string }[] } }>(
        'SELECT programme, definition FROM programme_version ORDER BY random() LIMIT 1',
      )
      const { programme, definition } = rows[0] ?? {}
      if (definition?.tranches[0]) definition.tranches[0].amount = '70000000'
      const hash = sha256(canonical(definition))
      await sql.query(
        `UPDATE audit_event SET after = after || $1 WHERE act = 'programme-published' AND programme = $2`,
        [{ sha256: hash.toString('hex') }, programme],
      )
      return keyOf(
        sql,
        `UPDATE programme_version SET definition = $1, sha256 = $2 WHERE programme = $3 RETURNING programme || '@' || version AS key`,
        [JSON.stringify(definition), hash, programme],
      )
    },
  },
  change(
    'a proposal of another content',
    'approvals',
    ['changed', 'proposal'],
    update('proposal', `content = jsonb_set(content, '{amount,minor}', '"1"')`, 't.id::text', `act = 'appropriation'`),
  ),
  change(
    'a proposal signed by nobody',
    'approvals',
    ['forged', 'proposal'],
    update('proposal', `signature = decode(repeat('00', 64), 'hex')`, 't.id::text'),
  ),
  change(
    'a proposal in another’s name',
    'approvals',
    ['forged', 'proposal'],
    update('proposal', `proposer = 'citra'`, 't.id::text', `proposer <> 'citra'`),
  ),
  change(
    'a proposal that ends later',
    'approvals',
    ['forged', 'proposal'],
    update('proposal', `expires_at = expires_at + interval '1 day'`, 't.id::text'),
  ),
  change('a proposal that is gone', 'events', ['missing', 'proposal'], remove('proposal', `'proposal:' || t.id`)),
  change(
    'a proposal that nobody agreed to, carried out',
    'approvals',
    ['forbidden', 'proposal'],
    update('proposal', `state = 'executed', decided_at = proposed_at`, 't.id::text', `state = 'open'`),
  ),
  change('an approval that is gone', 'approvals', ['forbidden', 'proposal'], remove('approval', 't.proposal::text')),
  change(
    'an approval that nobody signed',
    'approvals',
    ['forged', 'approval'],
    update('approval', `signature = decode(repeat('11', 64), 'hex')`, `t.proposal || '/' || t.person`),
  ),
  change(
    'a rejection made an approval',
    'approvals',
    ['forged', 'approval'],
    update('approval', `decision = 'release'`, `t.proposal || '/' || t.person`, `decision <> 'release'`),
  ),
  change(
    'an approval after the end',
    'approvals',
    ['forbidden', 'approval'],
    update('approval', `decided_at = decided_at + interval '2 days'`, `t.proposal || '/' || t.person`),
  ),
  change(
    'an approval of one’s own proposal',
    'approvals',
    ['forbidden', 'approval'],
    `
    UPDATE approval a SET person = p.proposer, signing_key = p.signing_key FROM proposal p WHERE p.id = a.proposal AND p.id = (SELECT proposal FROM approval ORDER BY random() LIMIT 1)
    RETURNING a.proposal || '/' || a.person AS key`,
  ),
  change(
    'an approval by somebody without the role',
    'approvals',
    ['forbidden', 'approval'],
    `
    WITH gone AS (DELETE FROM audit_event WHERE act = 'role-granted' AND subject = 'person:budi' AND after ->> 'role' = 'approver')
    SELECT proposal || '/' || person AS key FROM approval WHERE person = 'budi' ORDER BY random() LIMIT 1`,
  ),
  change(
    'a signing key put in the place of another',
    'approvals',
    ['forged', 'signing_key'],
    update('signing_key', `public_key = decode(repeat('22', 32), 'hex')`, 't.id::text'),
  ),
  change(
    'a signing key that had ended',
    'approvals',
    ['forbidden', 'proposal'],
    `
    WITH one AS (SELECT id, proposer, proposed_at FROM proposal ORDER BY random() LIMIT 1),
         ended AS (UPDATE signing_key k SET ended_at = one.proposed_at - interval '1 minute', ended_by = 'x' FROM one WHERE k.person = one.proposer)
    SELECT id::text AS key FROM one`,
  ),
  change(
    'an event that is gone',
    'events',
    ['extra', 'payout'],
    remove('audit_event', 't.subject', `act = 'payout-sent'`),
  ),
  change(
    'a move that is told of and never was',
    'events',
    ['extra', 'audit_event'],
    copy('audit_event', { id: '9000001' }, 't.subject', `act = 'payout-paid'`),
  ),
  change(
    'a move that nobody is told of',
    'events',
    ['missing', 'audit_event'],
    remove('audit_event', 't.subject', `act = 'payout-paid'`),
  ),
  change(
    'an event of another amount',
    'attempts',
    ['changed', 'payout'],
    update('audit_event', `after = after || '{"amount":"1"}'`, 't.subject', `act = 'payout-sent'`),
  ),
]
