import { change, keyOf, remove, update, type Mutation } from '../support/mutation.ts'

const fee = (name: string, kind: Mutation['finds'][0], set: string, where = 'true'): Mutation =>
  change(name, 'fees', [kind, 'fee_reserve'], update('fee_reserve', set, 't.source', where))

/** What gateways may take, and have taken. */
export const FEES: readonly Mutation[] = [
  fee('more reserved for fees than was signed', 'changed', 'reserved = reserved + 1'),
  fee('more taken than the statements say', 'changed', 'spent = spent + 1', 'spent + freed < reserved'),
  fee('more taken than was reserved', 'over-limit', 'spent = reserved + 1'),
  fee('more freed than was left', 'changed', 'freed = freed + 1', 'spent + freed < reserved'),
  change('a reserve that is gone', 'fees', ['missing', 'fee_reserve'], remove('fee_reserve', 't.source', 'spent = 0')),
  change(
    'a fee taken from the reserve of others',
    'fees',
    ['forbidden', 'discrepancy'],
    update(
      'discrepancy',
      `fee_reserve = (SELECT source FROM fee_reserve f WHERE f.source <> t.fee_reserve LIMIT 1)`,
      't.id',
      'fee_reserve IS NOT NULL',
    ),
  ),
  change(
    'a fee that nobody was asked about',
    'fees',
    ['forbidden', 'discrepancy'],
    update('discrepancy', 'over_reserve = false', 't.id', 'over_reserve'),
  ),
  change(
    'a line with a smaller fee',
    'fees',
    ['changed', 'payout_run_line'],
    update('payout_run_line', 'fee = fee - 1', `t.run || ' ' || t.disbursement`, 'fee > 0'),
  ),
  change(
    'a run with fewer fees',
    'runs',
    ['changed', 'payout_run'],
    update('payout_run', 'fees = fees - 1', 't.key', 'fees > 0'),
  ),
  change(
    'a reserve that was never posted',
    'ledger',
    ['missing', 'posting'],
    `
    WITH one AS (SELECT key FROM posting WHERE event = 'fee-reserved' ORDER BY random() LIMIT 1), gone AS (DELETE FROM posting USING one WHERE posting.key = one.key)
    SELECT key || ':1' AS key FROM one`,
  ),
  change(
    'a fee that its reserve never paid',
    'ledger',
    ['missing', 'posting'],
    `
    DELETE FROM posting AS t WHERE t.ctid = (SELECT ctid FROM posting WHERE event = 'fee-spent' ORDER BY random() LIMIT 1) RETURNING t.key || ':' || t.line AS key`,
  ),
  {
    name: 'a budget that forgets its fees',
    check: 'limits',
    finds: ['changed', 'appropriation'],
    tamper: (sql) => keyOf(sql, 'UPDATE appropriation AS t SET committed = 0 RETURNING t.id::text AS key'),
  },
]
