import { sqlCheck } from '../books.ts'

/** What two people signed about a deduction, or about a part that was repaid. */
const SIGNED = `
SELECT id, act, content FROM proposal WHERE act IN ('deduction', 'receivable-end') AND state = 'executed'`

export const deductions = sqlCheck(
  {
    name: 'deductions',
    title:
      'what was taken off and what was given back is what two people agreed to, told once, of the same person, and no more than there was',
  },
  { deductions: 'deduction', repayments: 'repayment' },
  [
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'deduction' AS entity, n.id::text AS key, format('no two people agreed to take %s off %s', n.amount, n.disbursement) AS says
  FROM deduction n LEFT JOIN (${SIGNED}) AS p ON p.id = n.agreed_under AND p.act = 'deduction'
 WHERE (n.disbursement, n.payout, n.amount::text, n.cause, n.reference) IS DISTINCT FROM
       (p.content ->> 'disbursement', p.content ->> 'payout', p.content ->> 'amount', p.content ->> 'cause', p.content ->> 'reference')`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'repayment' AS entity, n.id::text AS key, format('no two people agreed that %s of %s were repaid', n.amount, n.payout) AS says
  FROM repayment n LEFT JOIN (${SIGNED}) AS p ON p.id = n.agreed_under AND p.act = 'receivable-end'
 WHERE (n.payout, n.amount::text, 'repaid') IS DISTINCT FROM (p.content ->> 'payout', p.content ->> 'amount', p.content ->> 'end')`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT CASE WHEN n.id IS NULL THEN 'missing' WHEN e.id IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'deduction' AS entity, coalesce(n.id::text, e.after ->> 'deduction') AS key,
       format('it takes %s off %s, and the trail has %s off %s', n.amount, n.disbursement, e.after ->> 'amount', e.subject) AS says
  FROM deduction n FULL JOIN (SELECT * FROM audit_event WHERE act = 'deduction-made') AS e ON e.after ->> 'deduction' = n.id::text
 WHERE (n.id::text, n.disbursement, n.programme, n.ref, n.payout, n.amount::text, n.currency, n.cause, n.reference, n.agreed_under::text, n.made_at) IS DISTINCT FROM
       (e.after ->> 'deduction', e.subject, e.programme, e.ref, e.after ->> 'payout', e.after ->> 'amount', e.after ->> 'currency', e.after ->> 'cause',
        e.after ->> 'reference', e.after ->> 'proposal', e.at)`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT CASE WHEN n.id IS NULL THEN 'missing' WHEN e.id IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'repayment' AS entity, coalesce(n.id::text, e.after ->> 'proposal') AS key,
       format('it is %s of %s, and the trail has %s of %s', n.amount, n.payout, e.after ->> 'amount', e.subject) AS says
  FROM repayment n FULL JOIN (SELECT * FROM audit_event WHERE act = 'receivable-ended' AND (after ->> 'isPart')::boolean) AS e ON e.after ->> 'proposal' = n.agreed_under::text
 WHERE (n.payout, n.programme, n.ref, n.amount::text, n.currency, n.made_at) IS DISTINCT FROM (e.subject, e.programme, e.ref, e.after ->> 'amount', e.after ->> 'currency', e.at)`,
    },
    {
      invariant: 'I3',
      sql: `
SELECT 'forbidden' AS kind, 'deduction' AS entity, n.id::text AS key, format('it is %s:%s, of what %s:%s owes', n.programme, n.ref, y.programme, y.ref) AS says
  FROM deduction n JOIN disbursement d ON d.key = n.disbursement LEFT JOIN payout y ON y.key = n.payout
 WHERE (n.programme, n.ref, n.currency) <> (d.programme, d.ref, d.currency) OR n.payout IS NOT NULL AND (n.programme, n.ref, n.currency) IS DISTINCT FROM (y.programme, y.ref, y.currency)`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT CASE WHEN d.deducted > d.amount THEN 'over-limit' ELSE 'changed' END AS kind, 'disbursement' AS entity, d.key,
       format('%s of %s are said to be deducted, and the deductions come to %s', d.deducted, d.amount, coalesce(n.sum, 0)) AS says
  FROM disbursement d LEFT JOIN (SELECT disbursement, sum(amount) AS sum FROM deduction GROUP BY 1) AS n ON n.disbursement = d.key
 WHERE d.deducted <> coalesce(n.sum, 0) OR d.deducted > d.amount`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT CASE WHEN y.repaid + y.returned > y.amount THEN 'over-limit' ELSE 'changed' END AS kind, 'payout' AS entity, y.key,
       format('%s of %s are said to be given back, and what was given back comes to %s', y.repaid, y.amount, coalesce(n.sum, 0)) AS says
  FROM payout y LEFT JOIN (SELECT payout, sum(amount) AS sum FROM (SELECT payout, amount FROM deduction UNION ALL SELECT payout, amount FROM repayment) AS back GROUP BY 1) AS n ON n.payout = y.key
 WHERE y.repaid <> coalesce(n.sum, 0) OR y.repaid + y.returned > y.amount`,
    },
  ],
)
