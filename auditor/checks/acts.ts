import { TWO_PERSON_ACTS, type TwoPersonAct } from '../acts.ts'
import { sqlCheck, type Question } from '../books.ts'

const events = (told: string): string => `('${told.split(' ').join(`', '`)}')`

/** By one of those who agreed, in the commit of the last word. */
const pair = (name: string, { told, is }: TwoPersonAct): string =>
  `p.act = '${name}' AND p.state = 'executed' AND e.act IN ${events(told)} AND e.at = p.decided_at AND ${is}
   AND EXISTS (SELECT FROM approval a WHERE a.proposal = p.id AND a.person = e.person)`

/** What was agreed to and carried out was done once; and, where nobody may do it otherwise, nothing was done that was not agreed to. */
function questionsOf(name: string, act: TwoPersonAct): Question[] {
  const done = `
SELECT CASE WHEN many = 0 THEN 'missing' ELSE 'duplicate' END AS kind, 'audit_event' AS entity, id::text AS key,
       format('it was agreed to and carried out as ${name}, and the trail tells of it %s times', many) AS says
  FROM (SELECT p.id, count(e.id) AS many FROM proposal p LEFT JOIN audit_event e ON ${pair(name, act)}
         WHERE p.act = '${name}' AND p.state = 'executed' GROUP BY p.id) AS p WHERE many = 0${act.isMany ? '' : ' OR many > 1'}`
  if (!act.alone) return [{ invariant: 'I21', sql: done }]
  const [entity, key] = act.alone
  const other = act.alsoBy === undefined ? undefined : TWO_PERSON_ACTS[act.alsoBy]
  const pairs = [pair(name, act), ...(act.alsoBy && other ? [pair(act.alsoBy, other)] : [])]
    // Each of its own: two in one could not be hashed.
    .map((one) => `NOT EXISTS (SELECT FROM proposal p WHERE ${one})`)
    .join(' AND ')
  const alone = `
SELECT 'forbidden' AS kind, '${entity}' AS entity, ${key} AS key, format('%s by %s, and no two people agreed to that', e.act, e.person) AS says
  FROM audit_event e WHERE e.act IN ${events(act.told)} AND (${act.when ?? 'true'}) AND ${pairs}`
  return [
    { invariant: 'I21', sql: done },
    { invariant: 'I21', sql: alone },
  ]
}

const NAMES = Object.keys(TWO_PERSON_ACTS)
  .map((name) => `'${name}'`)
  .join(', ')

export const acts = sqlCheck(
  {
    name: 'acts',
    title:
      'whatever takes two people was done once for each proposal that others agreed to, as it says, and never without one',
  },
  { 'acts of two people': `proposal WHERE state = 'executed'` },
  [
    {
      invariant: 'I22',
      sql: `
SELECT 'extra' AS kind, 'audit_event' AS entity, subject AS key, 'it was sent again, and had not died before' AS says
  FROM (SELECT subject, act, sum(CASE act WHEN 'message-died' THEN 1 ELSE -1 END) OVER (PARTITION BY subject ORDER BY id) AS dead
          FROM audit_event WHERE act IN ('message-died', 'message-redriven')) AS e
 WHERE act = 'message-redriven' AND dead < 0`,
    },
    {
      invariant: 'I21',
      sql: `SELECT 'extra' AS kind, 'proposal' AS entity, p.id::text AS key, format('there is no act %s', p.act) AS says FROM proposal p WHERE p.act NOT IN (${NAMES})`,
    },
    ...Object.entries(TWO_PERSON_ACTS).flatMap(([name, act]) => questionsOf(name, act)),
  ],
)
