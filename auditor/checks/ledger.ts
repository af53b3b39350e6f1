import { localDate, sqlCheck } from '../books.ts'

const booked = (difference: string, side: 'out' | 'in'): string => {
  const [fee, word] =
    side === 'out' ? [['fee-charged', 'fee-refunded'], 'unexplained'] : [['fee-refunded', 'fee-charged'], 'explained']
  return `CASE WHEN d.class = 'fee' THEN CASE WHEN ${difference} < 0 THEN '${fee[0]}' ELSE '${fee[1]}' END
               WHEN ${difference} < 0 THEN 'debit-${word}' ELSE 'credit-${word}' END`
}

/** What each difference has moved: when it was found, when it was found to be another one after all, and when it ended. */
const DIFFERENCES = `
SELECT d.id, d.programme, d.ref, d.gateway, e.at, e.id AS place, l.step, l.difference,
       CASE l.step WHEN 1 THEN ${booked('l.difference', 'in')} ELSE ${booked('l.difference', 'out')} END AS event
  FROM discrepancy d JOIN audit_event e ON e.act = 'discrepancy-found' AND e.subject = 'discrepancy:' || d.id
 CROSS JOIN LATERAL (VALUES (1, coalesce((e.before ->> 'difference')::bigint, 0)), (2, (e.after ->> 'difference')::bigint)) AS l (step, difference)
UNION ALL
SELECT d.id, d.programme, d.ref, d.gateway, d.resolved_at, 9223372036854775807, 3, d.difference,
       CASE WHEN d.resolution IN ('corrected', 'booked') THEN ${booked('d.difference', 'in')}
            WHEN d.resolution = 'receivable' THEN 'made-receivable' WHEN d.resolution = 'written-off' THEN 'written-off'
            WHEN d.resolution = 'to-treasury' THEN 'suspense-to-treasury' END
  FROM discrepancy d WHERE d.resolved_at IS NOT NULL`

/** Every event that must have been posted, from the rows and facts it tells of; never from a posting. */
const EVENTS = `
SELECT subject || '/' || CASE WHEN n = 1 THEN event ELSE event || ':' || n END AS key, event, subject, abs(amount) AS amount, currency, programme,
       NULL::text AS ref, fiscal_year, budget_line, NULL::text AS gateway, ${localDate('at', 'changed.programme')} AS on_day
  FROM (SELECT id, subject, programme, at, amount, after ->> 'currency' AS currency, (after ->> 'fiscalYear')::int AS fiscal_year,
               after ->> 'budgetLine' AS budget_line, CASE WHEN amount > 0 THEN 'appropriated' ELSE 'disappropriated' END AS event,
               row_number() OVER (PARTITION BY subject ORDER BY id) AS n
          FROM (SELECT *, (after ->> 'amount')::bigint - coalesce((before ->> 'amount')::bigint, 0) AS amount
                  FROM audit_event WHERE act = 'appropriation-set') AS changes
         WHERE amount <> 0) AS changed
UNION ALL
SELECT 'funding:' || f.id || '/funded', 'funded', 'funding:' || f.id, f.amount, f.currency, f.programme, NULL,
       extract(year FROM ${localDate('e.at', 'f.programme')})::int, p.budget_line, f.gateway, ${localDate('e.at', 'f.programme')}
  FROM funding f JOIN audited_programme p USING (programme)
  JOIN audit_event e ON e.act = 'float-funded' AND e.subject = 'funding:' || f.id
UNION ALL
SELECT 'commitment:' || c.programme || ':' || c.ref || '/' || e.event, e.event, 'commitment:' || c.programme || ':' || c.ref, e.amount, a.currency,
       c.programme, c.ref, a.fiscal_year, a.budget_line, NULL, ${localDate('e.at', 'c.programme')}
  FROM commitment c JOIN appropriation a ON a.id = c.appropriation
  JOIN participant p ON (p.programme, p.ref) = (c.programme, c.ref)
 CROSS JOIN LATERAL (VALUES ('committed', c.amount, c.committed_at), ('decommitted', c.released, p.closed_at)) AS e (event, amount, at)
 WHERE e.amount > 0
UNION ALL
SELECT d.key || '/obligated', 'obligated', d.key, d.amount, d.currency, d.programme, d.ref, d.fiscal_year, d.budget_line, NULL,
       ${localDate('d.owed_at', 'd.programme')}
  FROM disbursement d
UNION ALL
SELECT d.key || '/' || d.state, d.state, d.key, d.amount, d.currency, d.programme, d.ref, d.fiscal_year, d.budget_line, NULL,
       ${localDate('e.at', 'd.programme')}
  FROM disbursement d JOIN LATERAL (SELECT at FROM audit_event e WHERE (e.programme, e.ref) = (d.programme, d.ref) AND (subject = d.key OR subject LIKE d.key || '#%') AND (act = 'disbursement-' || d.state OR act = 'review-decided' AND after ->> 'disbursement' = d.state)
                                     ORDER BY id LIMIT 1) e ON true
 WHERE d.state IN ('lapsed', 'cancelled')
UNION ALL
SELECT y.key || '/' || e.event, e.event, y.key, y.amount, y.currency, y.programme, y.ref, d.fiscal_year, d.budget_line, y.gateway,
       ${localDate('e.at', 'y.programme')}
  FROM payout y JOIN disbursement d ON d.key = y.disbursement JOIN moved_payout m ON m.payout = y.key
 CROSS JOIN LATERAL (VALUES ('claimed', y.claimed_at), ('paid', m.paid_at), ('returned', m.returned_at), ('voided', m.voided_at)) AS e (event, at)
 WHERE e.at IS NOT NULL AND y.key NOT IN (SELECT payout FROM decided_payout)
UNION ALL
SELECT 'discrepancy:' || x.id || '/' || CASE WHEN x.n = 1 THEN x.event ELSE x.event || ':' || x.n END, x.event, 'discrepancy:' || x.id, abs(x.difference),
       p.currency, x.programme, x.ref, extract(year FROM ${localDate('x.at', 'x.programme')})::int, p.budget_line, x.gateway, ${localDate('x.at', 'x.programme')}
  FROM (SELECT *, row_number() OVER (PARTITION BY id, event ORDER BY place, step) AS n FROM (${DIFFERENCES}) AS moved WHERE difference <> 0 AND event IS NOT NULL) x
  JOIN audited_programme p USING (programme)`

const EXPECTED = `
SELECT e.key, c.line, e.event, replace(c.debit, '{gateway}', coalesce(e.gateway, '')) AS debit,
       replace(c.credit, '{gateway}', coalesce(e.gateway, '')) AS credit, e.amount, e.currency, e.programme, e.ref, e.subject, e.fiscal_year,
       e.budget_line, e.on_day AS business_date, to_char(e.on_day, 'YYYY-MM') AS period
  FROM (${EVENTS}) AS e LEFT JOIN audited_chart c USING (event)`

const COLUMNS = [
  'event',
  'debit',
  'credit',
  'amount',
  'currency',
  'programme',
  'ref',
  'subject',
  'fiscal_year',
  'budget_line',
  'business_date',
  'period',
]

/** What of a posting is not what it must be, by name. */
const DIFFERS = COLUMNS.map((name) => `CASE WHEN p.${name} IS DISTINCT FROM e.${name} THEN '${name}' END`).join(', ')

export const ledger = sqlCheck(
  {
    name: 'ledger',
    title:
      'every posting is one that appropriations, decrees, obligations, observed facts and discrepancies account for, and every such event is posted',
  },
  { postings: 'posting' },
  [
    {
      invariant: 'I5',
      sql: `
SELECT CASE WHEN p.key IS NULL THEN 'missing' WHEN e.key IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'posting' AS entity,
       coalesce(p.key, e.key) || ':' || coalesce(p.line, e.line) AS key,
       CASE WHEN p.key IS NULL THEN format('%s of %s %s on %s was never posted', e.event, e.amount, e.currency, e.subject)
            WHEN e.key IS NULL THEN format('%s of %s %s from %s to %s stands for nothing that happened', p.event, p.amount, p.currency, p.credit, p.debit)
            ELSE format('it is not what happened in: %s', concat_ws(', ', ${DIFFERS})) END AS says
  FROM (SELECT * FROM posting WHERE subject NOT IN (SELECT payout FROM decided_payout)) AS p FULL JOIN (${EXPECTED}) AS e ON e.key = p.key AND e.line = p.line
 WHERE p.key IS NULL OR e.key IS NULL OR num_nonnulls(${DIFFERS}) > 0`,
    },
    {
      invariant: 'I4',
      sql: `
SELECT 'changed' AS kind, 'posting' AS entity, key || ':' || line AS key, 'it moves nothing, or between the families of the ledger' AS says
  FROM posting WHERE amount <= 0 OR debit = credit OR split_part(debit, ':', 1) <> split_part(credit, ':', 1)`,
    },
    {
      invariant: 'I4',
      sql: `
SELECT 'duplicate' AS kind, 'posting' AS entity, key || ':' || line AS key, format('it is posted %s times', count(*)) AS says
  FROM posting GROUP BY key, line HAVING count(*) > 1`,
    },
    {
      invariant: 'I4',
      sql: `
SELECT 'forbidden' AS kind, 'posting' AS entity, p.key || ':' || p.line AS key, format('it was posted after period %s was closed', p.period) AS says
  FROM posting p JOIN closed_period c USING (programme, period) WHERE p.recorded_at > c.closed_at`,
    },
  ],
)
