import { sqlCheck } from '../books.ts'

const RULES = `
SELECT v.programme, v.version, r.rule ->> 'code' AS code, r.position::int AS position, (r.rule ->> 'amount')::bigint AS amount
  FROM programme_version v CROSS JOIN LATERAL jsonb_array_elements(v.definition -> 'tranches') WITH ORDINALITY AS r (rule, position)`

export const obligations = sqlCheck(
  {
    name: 'obligations',
    title:
      'everybody is promised the plan of their programme version, owed no more of it than is due, and what is promised ends once',
  },
  { commitments: 'commitment', tranches: 'tranche' },
  [
    {
      invariant: 'I3',
      sql: `
SELECT CASE WHEN t.code IS NULL THEN 'missing' WHEN r.code IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'tranche' AS entity,
       concat_ws(':', coalesce(t.programme, r.programme), coalesce(t.ref, r.ref), coalesce(t.code, r.code)) AS key,
       CASE WHEN t.code IS NULL THEN 'the plan has it and it is not there' WHEN r.code IS NULL THEN 'the plan does not have it'
            ELSE format('it is %s, and the plan says %s', t.amount, r.amount) END AS says
  FROM tranche t
  FULL JOIN (SELECT p.ref, r.* FROM participant p JOIN (${RULES}) AS r ON (r.programme, r.version) = (p.programme, p.programme_version)
              WHERE p.admitted_at IS NOT NULL) AS r
    ON (r.programme, r.ref, r.code) = (t.programme, t.ref, t.code)
 WHERE t.code IS NULL OR r.code IS NULL OR (t.amount, t.position) <> (r.amount, r.position)`,
    },
    {
      invariant: 'I7',
      sql: `
SELECT CASE WHEN c.ref IS NULL THEN 'missing' WHEN p.admitted_at IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'commitment' AS entity,
       coalesce(p.programme, c.programme) || ':' || coalesce(p.ref, c.ref) AS key,
       format('%s are promised, and the plan of the admitted comes to %s', coalesce(c.amount, 0), coalesce(r.amount, 0)) AS says
  FROM participant p FULL JOIN commitment c ON (c.programme, c.ref) = (p.programme, p.ref)
  LEFT JOIN (SELECT programme, version, sum(amount) AS amount FROM (${RULES}) AS rules GROUP BY programme, version) AS r
    ON (r.programme, r.version) = (p.programme, p.programme_version)
  LEFT JOIN wave w ON (w.programme, w.code) = (p.programme, p.wave)
  LEFT JOIN (SELECT programme, ref, sum(kept + released) AS spent, (array_agg(from_appropriation ORDER BY carried_at, from_appropriation))[1] AS first
               FROM carry_over GROUP BY programme, ref) AS k ON (k.programme, k.ref) = (c.programme, c.ref)
 WHERE (p.admitted_at IS NULL) <> (c.ref IS NULL)
    OR c.ref IS NOT NULL AND (c.amount + coalesce(k.spent, 0), coalesce(k.first, c.appropriation), c.committed_at) IS DISTINCT FROM (r.amount, w.appropriation, p.admitted_at)`,
    },
    {
      invariant: 'I7',
      sql: `
SELECT CASE WHEN c.obligated + c.released > c.amount THEN 'over-limit' ELSE 'changed' END AS kind, 'commitment' AS entity, c.programme || ':' || c.ref AS key,
       format('of %s, %s are said to be owed and %s given back; %s are owed and the life is %s', c.amount, c.obligated, c.released, o.owed, p.stage) AS says
  FROM commitment c JOIN participant p ON (p.programme, p.ref) = (c.programme, c.ref) JOIN appropriation a ON a.id = c.appropriation
 CROSS JOIN LATERAL (SELECT coalesce(sum(CASE WHEN state = 'cancelled' THEN deducted ELSE amount END), 0) AS owed FROM disbursement d
                      WHERE (d.programme, d.ref, d.fiscal_year) = (c.programme, c.ref, a.fiscal_year)) o
 WHERE c.obligated <> o.owed OR c.obligated + c.released > c.amount
    OR c.released <> CASE WHEN p.stage = 'closed' THEN c.amount - c.obligated ELSE 0 END`,
    },
    {
      invariant: 'I3',
      sql: `
SELECT CASE WHEN t.code IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'disbursement' AS entity, d.key,
       CASE WHEN t.code IS NULL THEN 'no plan has it' WHEN t.state <> 'due' THEN format('its tranche is %s', t.state)
            ELSE format('it is %s %s of %s %s, and must be %s %s of %s %s', d.amount, d.currency, d.fiscal_year, d.budget_line,
                        t.amount, a.currency, a.fiscal_year, a.budget_line) END AS says
  FROM disbursement d LEFT JOIN tranche t ON (t.programme, t.ref, t.code) = (d.programme, d.ref, d.tranche)
  LEFT JOIN commitment c ON (c.programme, c.ref) = (d.programme, d.ref) LEFT JOIN appropriation a ON a.id = c.appropriation
 WHERE t.code IS NULL OR t.state <> 'due'
    OR (d.amount, d.currency, d.budget_line) IS DISTINCT FROM (t.amount, a.currency, a.budget_line)
    OR d.fiscal_year IS DISTINCT FROM a.fiscal_year AND NOT EXISTS (SELECT FROM carry_over k JOIN appropriation f ON f.id = k.from_appropriation
                                                           WHERE (k.programme, k.ref, f.fiscal_year) = (d.programme, d.ref, d.fiscal_year))`,
    },
    {
      invariant: 'I7',
      sql: `
SELECT 'missing' AS kind, 'disbursement' AS entity, concat_ws(':', programme, ref, ref, code, '1') AS key, 'its tranche is due and it is not there' AS says
  FROM tranche t WHERE state = 'due' AND NOT EXISTS (SELECT FROM disbursement d WHERE (d.programme, d.ref, d.tranche) = (t.programme, t.ref, t.code))`,
    },
    {
      invariant: 'I7',
      sql: `
SELECT 'changed' AS kind, 'participant' AS entity, p.programme || ':' || p.ref AS key, format('the life is closed, and %s is %s', coalesce(d.key, t.code), coalesce(d.state, t.state)) AS says
  FROM participant p JOIN tranche t ON (t.programme, t.ref) = (p.programme, p.ref)
  LEFT JOIN disbursement d ON (d.programme, d.ref, d.tranche) = (t.programme, t.ref, t.code)
 WHERE p.stage = 'closed' AND CASE WHEN d.key IS NULL THEN t.state NOT IN ('missed', 'cancelled') ELSE d.state NOT IN ('paid', 'lapsed', 'cancelled') AND d.first_paid_at IS NULL END`,
    },
  ],
)
