import { sqlCheck } from '../books.ts'

/** The budget after each posting, in the order of their numbers: a posting against a limit takes its number under that limit's lock. */
const RUNNING = `
SELECT id, key, line, programme, fiscal_year, budget_line, ref, account,
       sum(amount) OVER (PARTITION BY programme, fiscal_year, budget_line, account ORDER BY id, amount DESC) AS balance,
       CASE WHEN ref IS NOT NULL THEN sum(amount) OVER (PARTITION BY programme, ref, account ORDER BY id, amount DESC) END AS own
  FROM (SELECT id, key, line, programme, fiscal_year, budget_line, ref, credit AS account, amount FROM posting WHERE credit LIKE 'budget:%'
        UNION ALL
        SELECT id, key, line, programme, fiscal_year, budget_line, ref, debit, -amount FROM posting WHERE debit LIKE 'budget:%') AS legs
 WHERE account <> 'budget:appropriation'`

/** What is promised from each appropriation: to people, for what went over to another year, and for fees. */
const PROMISED = `
SELECT appropriation, sum(amount) AS amount
  FROM (SELECT appropriation, amount - released AS amount FROM commitment
        UNION ALL SELECT from_appropriation, kept + moved FROM carry_over
        UNION ALL SELECT appropriation, reserved - freed FROM fee_reserve) AS parts
 GROUP BY appropriation`

export const limits = sqlCheck(
  { name: 'limits', title: 'no budget, quota or obligation is exceeded, after any posting' },
  { appropriations: 'appropriation', waves: 'wave' },
  [
    {
      invariant: 'I6',
      sql: `
SELECT DISTINCT ON (programme, fiscal_year, budget_line, account) 'over-limit' AS kind, 'posting' AS entity, key || ':' || line AS key,
       format('after it %s of %s %s %s is %s', account, programme, fiscal_year, budget_line, balance) AS says
  FROM (${RUNNING}) AS running WHERE balance < 0 ORDER BY programme, fiscal_year, budget_line, account, id`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT DISTINCT ON (programme, ref, account) 'over-limit' AS kind, 'posting' AS entity, key || ':' || line AS key,
       format('after it %s of %s is %s', account, ref, own) AS says
  FROM (${RUNNING}) AS running WHERE own < 0 AND account NOT IN ('budget:available', 'budget:fee-reserved') ORDER BY programme, ref, account, id`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT CASE WHEN committed > amount OR promised > amount THEN 'over-limit' ELSE 'changed' END AS kind, 'appropriation' AS entity, id::text AS key,
       format('of %s, %s are said to be promised and %s are', amount, committed, promised) AS says
  FROM (SELECT a.*, coalesce(p.amount, 0) AS promised FROM appropriation a LEFT JOIN (${PROMISED}) AS p ON p.appropriation = a.id) AS a
 WHERE committed > amount OR promised > amount OR committed < promised OR amount < 0`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT CASE WHEN people > quota THEN 'over-limit' ELSE 'changed' END AS kind, 'wave' AS entity, programme || ':' || code AS key,
       format('%s people are decreed where %s are counted and %s may be', people, admitted, quota) AS says
  FROM (SELECT w.*, coalesce(p.people, 0) AS people
          FROM wave w LEFT JOIN (SELECT programme, wave, count(*) AS people FROM participant WHERE admitted_at IS NOT NULL GROUP BY programme, wave) AS p
            ON (p.programme, p.wave) = (w.programme, w.code)) AS w
 WHERE people <> admitted OR people > quota`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT 'changed' AS kind, 'appropriation' AS entity, a.id::text AS key, format('it is %s, and %s was set last', a.amount, e.amount) AS says
  FROM appropriation a
  LEFT JOIN (SELECT DISTINCT ON (subject) subject, (after ->> 'amount')::bigint AS amount, after ->> 'number' AS number, after ->> 'date' AS date, after ->> 'currency' AS currency,
                    (after ->> 'fiscalYear')::int AS fiscal_year, after ->> 'budgetLine' AS budget_line, programme
               FROM audit_event WHERE act = 'appropriation-set' ORDER BY subject, id DESC) AS e ON e.subject = 'appropriation:' || a.id
 WHERE (a.amount, a.number, a.document_date::text, a.currency, a.fiscal_year, a.budget_line, a.programme)
       IS DISTINCT FROM (e.amount, e.number, e.date, e.currency, e.fiscal_year, e.budget_line, e.programme)`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT 'changed' AS kind, 'audit_event' AS entity, subject AS key, format('it replaces %s, and %s stood there', coalesce(had, 'nothing'), coalesce(stood, 'nothing')) AS says
  FROM (SELECT id, subject, before ->> 'amount' AS had, lag(after ->> 'amount') OVER (PARTITION BY subject ORDER BY id) AS stood FROM audit_event WHERE act = 'appropriation-set') AS e
 WHERE had IS DISTINCT FROM stood`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'appropriation' AS entity, split_part(e.subject, ':', 2) AS key, format('%s was agreed to in the place of another amount than stood there', e.after ->> 'amount') AS says
  FROM audit_event e JOIN proposal p ON p.act = 'appropriation' AND p.state = 'executed' AND p.decided_at = e.at AND p.programme = e.programme AND p.content ->> 'number' = e.after ->> 'number'
  JOIN audit_event m ON m.act = 'proposal-made' AND m.subject = 'proposal:' || p.id
  JOIN audit_event o ON o.act = 'appropriation-set' AND o.subject = e.subject AND o.id > m.id AND o.id < e.id
 WHERE e.act = 'appropriation-set'`,
    },
  ],
)
