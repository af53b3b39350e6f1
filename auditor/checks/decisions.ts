import { sqlCheck } from '../books.ts'

/** The proposal that a row names is the one by which the trail has it decided last. */
const decidedUnder = (table: string, about: string, acts: string): string => `
SELECT 'forbidden' AS kind, '${table}' AS entity, t.key, format('it was decided under %s by its own word, and under %s by the trail', coalesce(t.decided_under::text, 'nothing'), coalesce(e.proposal, 'nothing')) AS says
  FROM ${table} t
  LEFT JOIN (SELECT DISTINCT ON (${about}) ${about} AS about, after ->> 'proposal' AS proposal FROM audit_event WHERE act IN ${acts} ORDER BY ${about}, id DESC) e ON e.about = t.key
 WHERE t.decided_under::text IS DISTINCT FROM e.proposal`

export const decisions = sqlCheck(
  {
    name: 'decisions',
    title: 'what people decided about payments and what is owed was agreed to by two, in these words',
  },
  { decisions: `audit_event WHERE act IN ('review-decided', 'receivable-ended', 'deduction-made')` },
  [
    {
      invariant: 'I21',
      sql: decidedUnder(
        'payout',
        `CASE act WHEN 'deduction-made' THEN after ->> 'payout' ELSE subject END`,
        `('review-decided', 'receivable-ended', 'deduction-made')`,
      ),
    },
    {
      invariant: 'I21',
      sql: decidedUnder('disbursement', `split_part(subject, '#', 1)`, `('review-decided', 'deduction-made')`),
    },
  ],
)
