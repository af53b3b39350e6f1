import { change, copy, keyOf, remove, update, type Mutation } from '../support/mutation.ts'

const run = (name: string, set: string, where: string): Mutation =>
  change(name, 'runs', ['changed', 'payout_run'], update('payout_run', set, 't.key', where))

const SIGNED = 'approved_at IS NOT NULL'
/** Of a line: its run was agreed to. */
const APPROVED = `run IN (SELECT key FROM payout_run WHERE ${SIGNED})`

/** Payout runs: the documents that their people signed, and those they did not. */
export const RUNS: readonly Mutation[] = [
  run('a run under another payment order', `payment_order = 'SPM-99'`, `${SIGNED} AND payment_order IS NOT NULL`),
  run(
    'a run under a payment order of another day',
    'payment_order_date = payment_order_date + 1',
    'payment_order_date IS NOT NULL',
  ),
  run(
    'a payment order that has no day, and got one',
    `payment_order_date = '2026-11-20'`,
    'payment_order IS NOT NULL AND payment_order_date IS NULL',
  ),
  run('a run under another warrant', `warrant = 'SP2D-99'`, `${SIGNED} AND warrant IS NOT NULL`),
  run('a run under a warrant of another day', 'warrant_date = warrant_date - 1', 'warrant_date IS NOT NULL'),
  run('a run whose warrant was taken away', 'warrant = NULL, warrant_date = NULL', 'warrant IS NOT NULL'),
  run(
    'a run under a payment order that nobody signed',
    `payment_order = 'SPM-1'`,
    `${SIGNED} AND payment_order IS NULL`,
  ),
  run('a run under a warrant before its people have agreed', `warrant = 'SP2D-1'`, 'approved_at IS NULL'),
  ...[
    'amount = amount + 1',
    `account = gen_random_uuid()`,
    `gateway = 'elsewhere'`,
    `disbursement = disbursement || '2'`,
  ].map((set) =>
    change(
      `a line whose ${set.split(' ')[0]} changed after the approval`,
      'runs',
      ['changed', 'payout_run'],
      update('payout_run_line', set, 't.run', APPROVED),
    ),
  ),
  change(
    'a line added after the approval',
    'runs',
    ['changed', 'payout_run'],
    copy('payout_run_line', { disbursement: `t.disbursement || '2'` }, 't.run', APPROVED),
  ),
  change('a line that is gone', 'runs', ['changed', 'payout_run'], remove('payout_run_line', 't.run', APPROVED)),
  change(
    'a line that was let go before anybody agreed',
    'runs',
    ['forbidden', 'payout_run_line'],
    update(
      'payout_run_line',
      `state = 'released', released_at = now()`,
      `t.run || '/' || t.disbursement`,
      'run IN (SELECT key FROM payout_run WHERE approved_at IS NULL)',
    ),
  ),
  change(
    'a line that was let go after the approval had ended',
    'runs',
    ['forbidden', 'payout_run_line'],
    update(
      'payout_run_line',
      `released_at = released_at + interval '30 days'`,
      `t.run || '/' || t.disbursement`,
      'released_at IS NOT NULL',
    ),
  ),
  change(
    'a line of somebody else',
    'runs',
    ['changed', 'payout_run_line'],
    update('payout_run_line', `ref = '0000000000000'`, `t.run || '/' || t.disbursement`),
  ),
  change(
    'a run that nobody agreed to, let go',
    'runs',
    ['forbidden', 'payout_run'],
    update(
      'payout_run',
      `state = 'releasing', approved_at = collected_at, approved_until = collected_at + interval '3 days'`,
      't.key',
      'approved_at IS NULL AND ended_at IS NULL',
    ),
  ),
  change(
    'an approval that holds for longer',
    'runs',
    ['changed', 'payout_run'],
    update('payout_run', `approved_until = approved_until + interval '1 day'`, 't.key', SIGNED),
  ),
  change(
    'an approval that holds for longer, trail and all',
    'runs',
    ['changed', 'payout_run'],
    `WITH one AS (SELECT key FROM payout_run WHERE ${SIGNED} ORDER BY random() LIMIT 1),
          row AS (UPDATE payout_run r SET approved_until = approved_until + interval '1 day' FROM one WHERE r.key = one.key)
     UPDATE audit_event e SET after = after || jsonb_build_object('until', (e.after ->> 'until')::timestamptz + interval '1 day') FROM one
      WHERE e.act = 'run-approved' AND e.subject = 'run:' || one.key RETURNING one.key`,
  ),
  change(
    'fewer people than the sum of the day asks for',
    'runs',
    ['forbidden', 'payout_run'],
    `WITH one AS (SELECT r.key, p.id FROM payout_run r JOIN proposal p ON p.id = r.proposal WHERE p.releaser AND p.state = 'executed' ORDER BY random() LIMIT 1),
          fewer AS (UPDATE proposal p SET approvers = 1, releaser = false FROM one WHERE p.id = one.id),
          gone AS (DELETE FROM approval a USING one WHERE a.proposal = one.id AND a.decision = 'release')
     SELECT key FROM one`,
  ),
  change(
    'a run that goes on after it was aborted',
    'runs',
    ['changed', 'payout_run'],
    update('payout_run', `state = 'releasing', ended_at = NULL, ended_under = NULL`, 't.key', `state = 'aborted'`),
  ),
  change(
    'a run aborted under no proposal',
    'runs',
    ['forbidden', 'payout_run'],
    update('payout_run', 'ended_under = NULL', 't.key', `state = 'aborted'`),
  ),
  change(
    'a payment while its run was paused',
    'runs',
    ['forbidden', 'payout'],
    `WITH one AS (SELECT e.id, l.run, y.key FROM audit_event e JOIN payout y ON y.key = e.subject AND e.act = 'payout-sent'
                    JOIN payout_run_line l ON l.disbursement = y.disbursement AND l.released_at <= y.claimed_at
                    JOIN audit_event w ON w.subject = 'run:' || l.run AND w.act = 'run-paused' ORDER BY random() LIMIT 1)
     UPDATE audit_event w SET id = -5 FROM one WHERE w.act = 'run-paused' AND w.subject = 'run:' || one.run RETURNING one.key`,
  ),
  change(
    'a payment that no run covers',
    'runs',
    ['forbidden', 'payout'],
    `WITH one AS (SELECT y.key, y.disbursement FROM payout y WHERE y.programme = 'calm' ORDER BY random() LIMIT 1),
          gone AS (DELETE FROM payout_run_line l USING one WHERE l.disbursement = one.disbursement) SELECT key FROM one`,
  ),
  {
    name: 'a line of another amount, and the hash of its run made anew',
    check: 'runs',
    finds: ['forbidden', 'payout_run'],
    async tamper(sql) {
      const key = await keyOf(sql, update('payout_run_line', 'amount = amount + 1', 't.run', APPROVED))
      return keyOf(
        sql,
        `UPDATE payout_run AS r SET amount = amount + 1, hash = sha256(convert_to(concat_ws(E'\\n', 'lunas-run 1', r.key, r.programme,
           (SELECT string_agg(concat_ws(' ', l.disbursement, l.amount, l.currency, l.gateway, l.account), E'\\n' ORDER BY l.disbursement COLLATE "C")
              FROM payout_run_line l WHERE l.run = r.key)), 'UTF8')) WHERE r.key = $1 RETURNING r.key`,
        [key],
      )
    },
  },
  {
    name: 'a run under another warrant, and what its people signed changed with it',
    check: 'approvals',
    finds: ['changed', 'proposal'],
    async tamper(sql) {
      await sql.query(`UPDATE payout_run SET warrant = 'SP2D-99' WHERE warrant IS NOT NULL`)
      return keyOf(
        sql,
        `UPDATE proposal AS t SET content = jsonb_set(content, '{warrant,number}', '"SP2D-99"') WHERE state = 'executed' AND content ? 'warrant'
         RETURNING t.id AS key`,
      )
    },
  },
]
