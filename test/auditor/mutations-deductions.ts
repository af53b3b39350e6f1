import { change, copy, keyOf, remove, update, type Mutation } from '../support/mutation.ts'

const OFFSET = 'payout IS NOT NULL'

/** What was taken off what people are owed, and what was given back of what they owe. */
export const DEDUCTIONS: readonly Mutation[] = [
  change(
    'a deduction of more',
    'deductions',
    ['forbidden', 'deduction'],
    update('deduction', 'amount = amount + 1', 't.id'),
  ),
  change(
    'a deduction from another obligation',
    'deductions',
    ['changed', 'deduction'],
    update('deduction', `disbursement = replace(disbursement, 'incentive-2', 'incentive-1')`, 't.id'),
  ),
  change(
    'a deduction for another cause',
    'deductions',
    ['forbidden', 'deduction'],
    update('deduction', `cause = 'court-order'`, 't.id', `cause = 'tax'`),
  ),
  change(
    'a deduction under another document',
    'deductions',
    ['forbidden', 'deduction'],
    update('deduction', `reference = 'ND-99'`, 't.id'),
  ),
  change('a deduction that is gone', 'deductions', ['missing', 'deduction'], remove('deduction', 't.id')),
  change(
    'a deduction that nobody agreed to',
    'deductions',
    ['forbidden', 'deduction'],
    copy('deduction', { id: 'gen_random_uuid()', agreed_under: 'gen_random_uuid()' }, 't.id'),
  ),
  change(
    'what somebody else owes, taken off a person',
    'deductions',
    ['forbidden', 'deduction'],
    update(
      'deduction',
      `payout = (SELECT key FROM payout y WHERE y.ref <> t.ref AND y.money IN ('receivable', 'repaid') LIMIT 1)`,
      't.id',
      OFFSET,
    ),
  ),
  change(
    'an obligation that counts more as deducted',
    'deductions',
    ['changed', 'disbursement'],
    update('disbursement', 'deducted = deducted + 1', 't.key', 'deducted > 0 AND deducted < amount'),
  ),
  change(
    'an obligation that counts nothing as deducted',
    'deductions',
    ['changed', 'disbursement'],
    update('disbursement', 'deducted = 0', 't.key', 'deducted > 0'),
  ),
  change(
    'a receivable of which less is said to be given back',
    'deductions',
    ['changed', 'payout'],
    update('payout', 'repaid = repaid - 1', 't.key', 'repaid > 0'),
  ),
  change(
    'a receivable that is said to be over',
    'transitions',
    ['changed', 'payout'],
    update('payout', `money = 'repaid'`, 't.key', `money = 'receivable'`),
  ),
  change(
    'a repayment of another amount',
    'deductions',
    ['forbidden', 'repayment'],
    update('repayment', 'amount = amount + 1', 't.id'),
  ),
  change(
    'a repayment that is gone',
    'deductions',
    ['missing', 'repayment'],
    `DELETE FROM repayment AS t WHERE true RETURNING t.agreed_under AS key`,
  ),
  change(
    'a deduction that was never posted',
    'ledger',
    ['missing', 'posting'],
    `
    WITH one AS (SELECT key FROM posting WHERE event = 'offset' ORDER BY random() LIMIT 1), gone AS (DELETE FROM posting USING one WHERE posting.key = one.key)
    SELECT key || ':1' AS key FROM one`,
  ),
  change(
    'a run whose line hides a deduction',
    'runs',
    ['changed', 'payout_run_line'],
    update('payout_run_line', 'gross = NULL, deductions = NULL', `t.run || ' ' || t.disbursement`, 'gross IS NOT NULL'),
  ),
  {
    name: 'a run whose line hides a deduction, hashed anew',
    check: 'runs',
    finds: ['changed', 'payout_run'],
    tamper: (sql) =>
      keyOf(
        sql,
        `UPDATE payout_run_line AS t SET gross = NULL, deductions = NULL WHERE gross IS NOT NULL RETURNING t.run AS key`,
      ),
  },
  change(
    'more sent than the net',
    'attempts',
    ['changed', 'payout'],
    `UPDATE payout AS t SET amount = 60000000 FROM disbursement d WHERE d.key = t.disbursement AND d.deducted > 0 AND t.money = 'credited' RETURNING t.key`,
  ),
]
