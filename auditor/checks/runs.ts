import { sqlCheck } from '../books.ts'

/** The hash that people sign for a run, made anew from its lines. */
const HASHED = `
SELECT r.key, encode(r.hash, 'hex') AS hash, r.lines, r.amount, count(l.disbursement) AS many, coalesce(sum(l.amount), 0) AS sum, r.fees, coalesce(sum(l.fee), 0) AS own_fees,
       encode(sha256(convert_to(concat_ws(E'\\n', 'lunas-run 1', r.key, r.programme,
         string_agg(concat_ws(' ', l.disbursement, l.amount, l.currency, l.gateway, l.account, 'gross=' || l.gross, l.deductions, 'fee=' || nullif(l.fee, 0)), E'\\n' ORDER BY l.disbursement COLLATE "C")), 'UTF8')), 'hex') AS made
  FROM payout_run r LEFT JOIN payout_run_line l ON l.run = r.key GROUP BY r.key`

export const runs = sqlCheck(
  {
    name: 'runs',
    title:
      'every run is what its people signed, and what needs a run was sent under one, as it was approved and in time',
  },
  { runs: 'payout_run', 'run lines': 'payout_run_line' },
  [
    {
      invariant: 'I21',
      sql: `
SELECT 'changed' AS kind, 'payout_run' AS entity, key, format('its %s lines of %s hash to %s; it says %s of %s and %s', many, sum, made, lines, amount, hash) AS says
  FROM (${HASHED}) AS r WHERE made <> hash OR many <> lines OR sum <> amount OR fees <> own_fees`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'changed' AS kind, 'payout_run_line' AS entity, l.run || ' ' || l.disbursement AS key,
       format('it has %s of %s with %s, and the deductions come to %s', l.amount, l.gross, l.deductions, n.sum) AS says
  FROM payout_run_line l JOIN payout_run r ON r.key = l.run
 CROSS JOIN LATERAL (SELECT sum(n.amount) AS sum, string_agg(n.id || '=' || n.amount, ' ' ORDER BY n.id::text COLLATE "C") AS told
                       FROM deduction n WHERE n.disbursement = l.disbursement AND n.made_at <= r.collected_at) n
 WHERE (l.deductions, l.gross - l.amount) IS DISTINCT FROM (n.told, n.sum)`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'payout_run' AS entity, r.key, 'it was released and no people agreed to this very run' AS says
  FROM payout_run r LEFT JOIN proposal p ON p.id = r.proposal AND p.act = 'run-release' AND p.state = 'executed' AND p.content ->> 'run' = r.key
                                             AND p.content ->> 'hash' = encode(r.hash, 'hex')
 WHERE r.state NOT IN ('collecting', 'proposed', 'void') AND p.id IS NULL`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'changed' AS kind, 'payout_run' AS entity, r.key, 'its payment order or its warrant is not the one that its people signed' AS says
  FROM payout_run r LEFT JOIN proposal p ON p.id = r.proposal AND r.state NOT IN ('collecting', 'proposed', 'void')
 WHERE (r.payment_order, r.payment_order_date::text, r.warrant, r.warrant_date::text) IS DISTINCT FROM
       (p.content #>> '{paymentOrder,number}', p.content #>> '{paymentOrder,date}', p.content #>> '{warrant,number}', p.content #>> '{warrant,date}')`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, y.key, 'its programme pays by runs, and none that people agreed to covers it' AS says
  FROM payout y JOIN participant p ON (p.programme, p.ref) = (y.programme, y.ref)
  JOIN programme_version v ON (v.programme, v.version) = (p.programme, p.programme_version) AND v.definition #>> '{payment,release}' <> 'automatic'
 WHERE y.recovered_at IS NULL AND NOT EXISTS (SELECT FROM payout_run_line l JOIN payout_run r ON r.key = l.run
                    WHERE l.disbursement = y.disbursement AND (l.amount, l.currency, l.gateway, l.account) = (y.amount, y.currency, y.gateway, y.account)
                      AND l.released_at <= y.claimed_at AND y.claimed_at < r.approved_until)`,
    },
  ],
)
