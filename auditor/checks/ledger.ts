import { localDate, sqlCheck } from '../books.ts'
import { FEE_EVENTS } from './fees.ts'

const booked = (difference: string, side: 'out' | 'in'): string => {
  const [fee, word] =
    side === 'out' ? [['fee-charged', 'fee-refunded'], 'unexplained'] : [['fee-refunded', 'fee-charged'], 'explained']
  return `CASE WHEN d.class = 'fee' AND NOT d.over_reserve THEN CASE WHEN ${difference} < 0 THEN '${fee[0]}' ELSE '${fee[1]}' END
               WHEN ${difference} < 0 THEN 'debit-${word}' ELSE 'credit-${word}' END`
}

/** A debit of nobody's that was to be had back, or given up, before two people found whose payment it was. */
const ENDED_BEFORE = `
SELECT id, subject, at, after FROM audit_event WHERE act = 'discrepancy-resolved' AND after ->> 'resolution' IN ('receivable', 'written-off')`

/** What each difference has moved: when it was found, when it was found to be another one after all, and when it ended. */
const DIFFERENCES = `
SELECT d.id, d.programme, d.ref, d.gateway, e.at, e.id AS place, l.step, l.difference,
       CASE l.step WHEN 1 THEN ${booked('l.difference', 'in')} ELSE ${booked('l.difference', 'out')} END AS event
  FROM discrepancy d JOIN audit_event e ON e.act = 'discrepancy-found' AND e.subject = 'discrepancy:' || d.id
 CROSS JOIN LATERAL (VALUES (1, coalesce((e.before ->> 'difference')::bigint, 0)), (2, (e.after ->> 'difference')::bigint)) AS l (step, difference)
UNION ALL
SELECT d.id, d.programme, d.ref, d.gateway, e.at, e.id, 3, d.difference, CASE e.after ->> 'resolution' WHEN 'receivable' THEN 'made-receivable' ELSE 'written-off' END
  FROM discrepancy d JOIN (${ENDED_BEFORE}) AS e ON e.subject = 'discrepancy:' || d.id WHERE d.resolution = 'corrected'
UNION ALL
SELECT d.id, d.programme, d.ref, d.gateway, d.resolved_at, 9223372036854775807, 3, d.difference,
       CASE WHEN d.resolution = 'corrected' AND e.id IS NOT NULL THEN CASE e.after ->> 'resolution' WHEN 'receivable' THEN 'recovered' ELSE 'written-off-recovered' END
            WHEN d.resolution IN ('corrected', 'booked') THEN ${booked('d.difference', 'in')}
            WHEN d.resolution = 'receivable' THEN 'made-receivable' WHEN d.resolution = 'written-off' THEN 'written-off'
            WHEN d.resolution = 'to-treasury' THEN 'suspense-to-treasury' END
  FROM discrepancy d LEFT JOIN (${ENDED_BEFORE}) AS e ON e.subject = 'discrepancy:' || d.id AND d.resolution = 'corrected' WHERE d.resolved_at IS NOT NULL`

/** People whose promises went over to another year: what stayed behind in all, and where they were promised first. */
const CARRIED = `
SELECT programme, ref, sum(kept + released) AS spent, (array_agg(from_appropriation ORDER BY carried_at, from_appropriation))[1] AS first
  FROM carry_over GROUP BY programme, ref`

/** Obligations that went over, and the year they were owed from first. */
const MOVED = `
SELECT subject AS key, min((after ->> 'from')::int) AS first FROM audit_event WHERE act = 'disbursement-carried' GROUP BY subject`

/**
 * The fiscal year that disbursement \`d\` was owed from when its payout \`y\` was claimed, or came to one of the states: the trail
 * has both in the order of their commits.
 */
const yearOf = (states: string): string => `CASE WHEN over.key IS NULL THEN d.fiscal_year ELSE coalesce(
         (SELECT (x.after ->> 'from')::int FROM audit_event x WHERE (x.programme, x.ref) = (d.programme, d.ref) AND x.act = 'disbursement-carried' AND x.subject = d.key
             AND x.id > (SELECT min(t.id) FROM audit_event t WHERE (t.programme, t.ref) = (y.programme, y.ref) AND t.subject = y.key
                            AND CASE WHEN ${states} IS NULL THEN t.act = 'payout-sent' ELSE t.after ->> 'to' = ANY (${states}::text[]) END)
           ORDER BY x.id LIMIT 1), d.fiscal_year) END`

/** What of obligations that lapsed or were cancelled is with their payees all the same: other checks hold it against the facts and the decisions. */
const WITH_PAYEE = `
SELECT y.disbursement AS key, sum(y.amount - y.returned) AS kept FROM disbursement d JOIN payout y ON y.disbursement = d.key
 WHERE d.state IN ('lapsed', 'cancelled') AND y.money = 'credited' GROUP BY y.disbursement`

/** Payout \`y\` came back after its disbursement \`d\` had lapsed: the trail has both in the order of their commits. */
const AFTER_LAPSE = `(SELECT max(b.id) FROM audit_event b WHERE (b.programme, b.ref) = (y.programme, y.ref) AND b.subject = y.key AND b.act = 'payout-returned')
       > (SELECT min(l.id) FROM audit_event l WHERE (l.programme, l.ref) = (d.programme, d.ref) AND l.subject = d.key AND l.act = 'disbursement-lapsed')`

/** What two people gave up of lives that had closed: the trail has both in the order of their commits. */
const GIVEN_UP = `
SELECT d.programme, d.ref, d.amount - d.deducted AS amount, d.currency, d.fiscal_year, d.budget_line, e.at, e.id AS place
  FROM disbursement d
  JOIN audit_event e ON (e.programme, e.ref) = (d.programme, d.ref) AND (e.subject = d.key OR e.subject LIKE d.key || '#%') AND e.act = 'review-decided'
                    AND e.after ->> 'disbursement' = 'cancelled' AND e.before ->> 'disbursement' <> 'cancelled'
 WHERE d.state = 'cancelled' AND e.id > (SELECT min(x.id) FROM audit_event x WHERE (x.programme, x.ref) = (d.programme, d.ref) AND x.act = 'life-closed')`

/** What promises gave back to the budget: when their life closed what was left of them, and afterwards what was given up of it. */
const GIVEN_BACK = `
SELECT c.programme, c.ref, c.released - coalesce(u.amount, 0) AS amount, a.currency, a.fiscal_year, a.budget_line, p.closed_at AS at, 0 AS place
  FROM (SELECT programme, ref, released, appropriation FROM commitment UNION ALL SELECT programme, ref, released, from_appropriation FROM carry_over) AS c
  JOIN participant p ON (p.programme, p.ref) = (c.programme, c.ref) JOIN appropriation a ON a.id = c.appropriation
  LEFT JOIN (SELECT programme, ref, fiscal_year, sum(amount) AS amount FROM (${GIVEN_UP}) AS given_up GROUP BY programme, ref, fiscal_year) AS u
    ON (u.programme, u.ref, u.fiscal_year) = (c.programme, c.ref, a.fiscal_year)
UNION ALL
SELECT programme, ref, amount, currency, fiscal_year, budget_line, at, place FROM (${GIVEN_UP}) AS given_up`

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
SELECT 'commitment:' || e.programme || ':' || e.ref || '/' || e.event, e.event, 'commitment:' || e.programme || ':' || e.ref, e.amount, a.currency,
       e.programme, e.ref, a.fiscal_year, a.budget_line, NULL, ${localDate('e.at', 'e.programme')}
  FROM (SELECT c.programme, c.ref, 'committed' AS event, c.amount + coalesce(k.spent, 0) AS amount, coalesce(k.first, c.appropriation) AS appropriation, c.committed_at AS at
          FROM commitment c LEFT JOIN (${CARRIED}) AS k ON (k.programme, k.ref) = (c.programme, c.ref)) AS e JOIN appropriation a ON a.id = e.appropriation
 WHERE e.amount > 0
UNION ALL
SELECT 'commitment:' || g.programme || ':' || g.ref || '/decommitted' || CASE WHEN g.n = 1 THEN '' ELSE ':' || g.n END, 'decommitted', 'commitment:' || g.programme || ':' || g.ref, g.amount,
       g.currency, g.programme, g.ref, g.fiscal_year, g.budget_line, NULL, ${localDate('g.at', 'g.programme')}
  FROM (SELECT *, row_number() OVER (PARTITION BY programme, ref ORDER BY place) AS n FROM (${GIVEN_BACK}) AS parts WHERE amount > 0) AS g
UNION ALL
SELECT d.key || '/obligated', 'obligated', d.key, d.amount, d.currency, d.programme, d.ref, coalesce(m.first, d.fiscal_year), d.budget_line, NULL,
       ${localDate('d.owed_at', 'd.programme')}
  FROM disbursement d LEFT JOIN (${MOVED}) AS m ON m.key = d.key
UNION ALL
SELECT 'carry-over:' || f.fiscal_year || ':commitment:' || k.programme || ':' || k.ref || '/' || e.event, e.event,
       'carry-over:' || f.fiscal_year || ':commitment:' || k.programme || ':' || k.ref, k.moved - k.obligated, f.currency, k.programme, k.ref, f.fiscal_year + e.later, f.budget_line, NULL,
       ${localDate('k.carried_at', 'k.programme')}
  FROM carry_over k JOIN appropriation f ON f.id = k.from_appropriation CROSS JOIN (VALUES ('carried-out', 0), ('carried-in', 1)) AS e (event, later)
 WHERE k.moved > k.obligated
UNION ALL
SELECT 'carry-over:' || (x.after ->> 'from') || ':' || d.key || '/' || e.event, e.event, 'carry-over:' || (x.after ->> 'from') || ':' || d.key, d.amount, d.currency,
       d.programme, d.ref, (x.after ->> 'from')::int + e.later, d.budget_line, NULL, ${localDate('x.at', 'd.programme')}
  FROM audit_event x JOIN disbursement d ON d.key = x.subject
 CROSS JOIN (VALUES ('obligation-carried-out', 0), ('obligation-carried-in', 1)) AS e (event, later)
 WHERE x.act = 'disbursement-carried'
UNION ALL
SELECT 'treasury-return:' || r.id || '/returned-to-treasury', 'returned-to-treasury', 'treasury-return:' || r.id, r.amount, r.currency, r.programme, NULL, r.fiscal_year,
       (SELECT min(a.budget_line) FROM appropriation a WHERE (a.programme, a.fiscal_year) = (r.programme, r.fiscal_year)), r.gateway, ${localDate('r.recorded_at', 'r.programme')}
  FROM treasury_return r
UNION ALL
SELECT d.key || '/' || d.state, d.state, d.key, coalesce((e.after ->> 'amount')::bigint, d.amount - d.deducted - coalesce(w.kept, 0)), d.currency, d.programme, d.ref, d.fiscal_year, d.budget_line, NULL,
       ${localDate('e.at', 'd.programme')}
  FROM disbursement d LEFT JOIN (${WITH_PAYEE}) AS w ON w.key = d.key
  JOIN LATERAL (SELECT at, after FROM audit_event e WHERE (e.programme, e.ref) = (d.programme, d.ref) AND (subject = d.key OR subject LIKE d.key || '#%') AND (act = 'disbursement-' || d.state OR act = 'review-decided' AND after ->> 'disbursement' = d.state)
                                     ORDER BY id LIMIT 1) e ON true
 WHERE d.state IN ('lapsed', 'cancelled')
UNION ALL
SELECT y.key || '/' || e.event, e.event, y.key, y.amount, y.currency, y.programme, y.ref, ${yearOf('e.states')}, d.budget_line, y.gateway,
       ${localDate('e.at', 'y.programme')}
  FROM payout y JOIN disbursement d ON d.key = y.disbursement JOIN moved_payout m ON m.payout = y.key
  LEFT JOIN (${MOVED}) AS over ON over.key = d.key
 CROSS JOIN LATERAL (VALUES ('claimed', y.claimed_at, NULL), ('paid', m.paid_at, '{paid,returned}'), ('returned', m.returned_at, '{returned}'),
                            ('voided', m.voided_at, '{failed,cancelled,not-sent}'),
                            ('lapsed', CASE WHEN d.state = 'lapsed' AND ${AFTER_LAPSE} THEN m.returned_at END, '{returned}')) AS e (event, at, states)
 WHERE e.at IS NOT NULL AND y.key NOT IN (SELECT payout FROM decided_payout)
UNION ALL
${FEE_EVENTS}
UNION ALL
SELECT 'deduction:' || n.id || '/' || e.event, e.event, 'deduction:' || n.id, n.amount, n.currency, n.programme, n.ref, d.fiscal_year, d.budget_line, NULL,
       ${localDate('n.made_at', 'n.programme')}
  FROM deduction n JOIN disbursement d ON d.key = n.disbursement CROSS JOIN LATERAL (SELECT CASE WHEN n.payout IS NULL THEN 'withheld' ELSE 'offset' END AS event) e
UNION ALL
SELECT e.key, e.event, y.key, e.amount, y.currency, y.programme, y.ref, e.year, d.budget_line, y.gateway, e.day
  FROM decided_event e JOIN payout y ON y.key = e.payout JOIN disbursement d ON d.key = y.disbursement
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

/** What is learnt after its month was closed stands in the next that was open then; what came while it was being closed, in either. */
const PERIOD = `CASE WHEN p.period = e.period AND NOT EXISTS (SELECT FROM closed_period c WHERE (c.programme, c.period) = (p.programme, p.period) AND c.closed_at < p.recorded_at) THEN NULL
                     WHEN p.period = (SELECT to_char(month, 'YYYY-MM')
                                        FROM generate_series(to_date(e.period, 'YYYY-MM')::timestamp, to_date(e.period, 'YYYY-MM') + interval '10 years', interval '1 month') AS months (month)
                                       WHERE NOT EXISTS (SELECT FROM closed_period c WHERE c.programme = p.programme AND c.period = to_char(month, 'YYYY-MM')
                                                            AND c.closed_at < p.recorded_at + interval '5 minutes')
                                       ORDER BY month LIMIT 1) THEN NULL ELSE 'period' END`

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
]

/** What of a posting is not what it must be, by name. */
const DIFFERS = [
  ...COLUMNS.map((name) => `CASE WHEN p.${name} IS DISTINCT FROM e.${name} THEN '${name}' END`),
  PERIOD,
].join(', ')

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
  FROM posting p FULL JOIN (${EXPECTED}) AS e ON e.key = p.key AND e.line = p.line
 WHERE p.key IS NULL OR e.key IS NULL OR num_nonnulls(${DIFFERS}) > 0`,
    },
    {
      invariant: 'I5',
      sql: `
SELECT 'changed' AS kind, 'disbursement' AS entity, d.key, format('%s of it lapsed, %s are with the payee and %s were deducted, of %s', coalesce(l.amount, 0), coalesce(w.kept, 0), d.deducted, d.amount) AS says
  FROM disbursement d LEFT JOIN (${WITH_PAYEE}) AS w ON w.key = d.key
  LEFT JOIN (SELECT split_part(subject, '#', 1) AS key, sum(amount) AS amount FROM posting WHERE event = 'lapsed' AND credit = 'budget:lapsed' GROUP BY 1) AS l ON l.key = d.key
 WHERE d.state = 'lapsed' AND coalesce(l.amount, 0) + coalesce(w.kept, 0) + d.deducted <> d.amount`,
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
  FROM posting p JOIN closed_period c USING (programme, period) WHERE p.recorded_at > c.closed_at ORDER BY p.id`,
    },
  ],
)
