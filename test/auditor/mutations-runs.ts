import { change, keyOf, update, type Mutation } from '../support/mutation.ts'

const run = (name: string, set: string, where: string): Mutation =>
  change(name, 'runs', ['changed', 'payout_run'], update('payout_run', set, 't.key', where))

const SIGNED = 'approved_at IS NOT NULL'

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
