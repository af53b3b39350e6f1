import { change, copy, remove, update, type Mutation } from '../support/mutation.ts'

const ALONE = 'decided_under IS NULL'
const TWO = 'decided_under IS NOT NULL'

/** What codes of gateways mean, by one person or by two. */
export const FAILURES: readonly Mutation[] = [
  change(
    'a rule by one person that lets more be sent',
    'failures',
    ['forbidden', 'failure_rule'],
    update('failure_rule', `class = 'retry-new', code = 'transfer-temporarily-failed'`, 't.id::text', ALONE),
  ),
  change(
    'a rule by one person from something safer than it says',
    'failures',
    ['forbidden', 'failure_rule'],
    update(
      'failure_rule',
      `from_class = 'unknown', from_code = 'undocumented-refusal'`,
      't.id::text',
      `${ALONE} AND class <> 'unknown'`,
    ),
  ),
  change(
    'a rule by one person that asks for another account',
    'failures',
    ['forbidden', 'failure_rule'],
    update(
      'failure_rule',
      `class = 'needs-account', code = 'account-closed'`,
      't.id::text',
      `${ALONE} AND from_class = 'retry-new'`,
    ),
  ),
  change(
    'a rule by two that is said to be one person’s',
    'failures',
    ['forbidden', 'failure_rule'],
    update('failure_rule', 'decided_under = NULL', 't.id::text', TWO),
  ),
  change(
    'a rule that says otherwise than two have signed',
    'failures',
    ['forbidden', 'failure_rule'],
    update(
      'failure_rule',
      `class = 'retry-new', code = 'transfer-temporarily-failed'`,
      't.id::text',
      `${TWO} AND NOT is_default`,
    ),
  ),
  change(
    'a rule about another code than two have signed',
    'failures',
    ['forbidden', 'failure_rule'],
    update('failure_rule', `vendor_code = 'ACCOUNT_CLOSED'`, 't.id::text', `${TWO} AND NOT is_default`),
  ),
  change(
    'a rule whose proposer has carried it out',
    'failures',
    ['forbidden', 'failure_rule'],
    update(
      'failure_rule',
      'set_by = (SELECT p.proposer FROM proposal p WHERE p.id = t.decided_under)',
      't.id::text',
      TWO,
    ),
  ),
  change(
    'a rule that nobody told of',
    'failures',
    ['extra', 'failure_rule'],
    copy('failure_rule', { id: 'gen_random_uuid()', vendor_code: `'OTHER'` }, 't.id::text'),
  ),
  change('a rule that is gone', 'failures', ['missing', 'failure_rule'], remove('failure_rule', 't.id::text')),
  change(
    'a rule that one person is said to have made later',
    'failures',
    ['changed', 'failure_rule'],
    update('failure_rule', `set_by = 'mallory'`, 't.id::text', ALONE),
  ),
  change(
    'a rule that ended and was followed by none',
    'failures',
    ['changed', 'failure_rule'],
    update('failure_rule', 'ended_at = now()', 't.id::text', 'ended_at IS NULL'),
  ),
  change(
    'a rule that ended after another one had followed',
    'failures',
    ['changed', 'failure_rule'],
    update('failure_rule', `ended_at = ended_at + interval '1 hour'`, 't.id::text', 'ended_at IS NOT NULL'),
  ),
  change(
    'a payment that failed as its code never meant then',
    'failures',
    ['changed', 'payout'],
    update(
      'payout',
      `failure_class = 'retry-new', failure_code = 'transfer-temporarily-failed'`,
      't.key',
      `vendor_code = 'BRANCH_CLOSED'`,
    ),
  ),
  change(
    'a code that one person is told to have made less safe',
    'acts',
    ['forbidden', 'failure_rule'],
    `UPDATE audit_event AS t SET before = '{"class": "compliance", "code": "compliance-refused"}' WHERE t.id = (
       SELECT id FROM audit_event WHERE act = 'failure-reclassified' AND after ->> 'proposal' IS NULL AND after ->> 'class' = 'compliance' ORDER BY random() LIMIT 1)
     RETURNING t.after ->> 'rule' AS key`,
  ),
  change(
    'a code that one person is told to have turned against accounts',
    'acts',
    ['forbidden', 'failure_rule'],
    `UPDATE audit_event AS t SET after = t.after || '{"class": "needs-account", "code": "account-closed"}' WHERE t.id = (
       SELECT id FROM audit_event WHERE act = 'failure-reclassified' AND after ->> 'proposal' IS NULL AND before ->> 'class' = 'retry-new' ORDER BY random() LIMIT 1)
     RETURNING t.after ->> 'rule' AS key`,
  ),
]
