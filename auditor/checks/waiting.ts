import { ask, NOW, type Check, type Question } from '../books.ts'

/**
 * What should have happened by now. An audit cannot know whether a gateway, the workflow engine or a person was away meanwhile, so this is told
 * and is no finding.
 */
const WAITING: readonly (readonly [invariant: string, what: string, sql: string])[] = [
  [
    'I15',
    'messages are older than a minute and not delivered',
    `FROM message WHERE state = 'pending' AND deliver_after < ${NOW} - interval '1 minute'`,
  ],
  ['I15', 'messages are dead', `FROM message WHERE state = 'dead'`],
  [
    'I16',
    'payouts have been unknown for half an hour',
    `FROM payout WHERE state IN ('submitting', 'unknown') AND claimed_at < ${NOW} - interval '30 minutes'`,
  ],
  ['I16', 'payouts wait for people', `FROM payout WHERE state = 'review'`],
  ['I13', 'discrepancies are open', `FROM discrepancy WHERE state <> 'resolved'`],
  ['I14', 'callbacks belong to nothing of ours', `FROM callback WHERE verdict = 'unmatched'`],
]

/** Due for so long while others were delivered, a message was passed over. */
const PASSED_OVER = `interval '10 minutes'`

/** What the rows alone show to be left: no fault of anybody else explains it, and nothing will bring it back. */
const LEFT: readonly Question[] = [
  // Only the first of those that wait: whoever stands behind it waits for its turn, however long that takes.
  {
    invariant: 'I15',
    sql: `
SELECT 'missing' AS kind, 'message' AS entity, m.id::text AS key, format('it has been the first to deliver since %s, and was not, while others from behind it were', m.deliver_after) AS says
  FROM (SELECT * FROM message WHERE state = 'pending' AND deliver_after <= ${NOW} ORDER BY priority, deliver_after LIMIT 1) AS m
 WHERE m.deliver_after < ${NOW} - ${PASSED_OVER} AND coalesce(m.leased_until, '-infinity') < ${NOW}
   AND EXISTS (SELECT FROM message o WHERE o.state = 'delivered' AND o.priority >= m.priority AND o.deliver_after > m.deliver_after
                  AND o.delivered_at > m.deliver_after + ${PASSED_OVER} AND o.delivered_at <= ${NOW})`,
  },
  {
    invariant: 'I15',
    sql: `
WITH told AS (SELECT subject, sum(CASE act WHEN 'message-died' THEN 1 ELSE -1 END) > 0 AS dead
                FROM audit_event WHERE act IN ('message-died', 'message-redriven') GROUP BY subject)
SELECT 'missing' AS kind, 'audit_event' AS entity, m.id::text AS key,
       format(CASE m.state WHEN 'dead' THEN 'the message to %s is dead, and the trail does not tell that anybody gave it up'
                           ELSE 'the message to %s is %s, and the trail tells that it died and of nobody who sent it again' END, m.ref, m.state) AS says
  FROM message m LEFT JOIN told t ON t.subject = 'message:' || m.id WHERE (m.state = 'dead') <> coalesce(t.dead, false)`,
  },
  {
    invariant: 'I16',
    sql: `
SELECT 'missing' AS kind, 'participant' AS entity, p.programme || ':' || p.ref AS key, format('nobody comes to ask what became of payout %s, which is %s', min(y.key), min(y.state)) AS says
  FROM payout y JOIN participant p ON (p.programme, p.ref) = (y.programme, y.ref)
 WHERE y.state IN ('submitting', 'unknown', 'accepted', 'processing', 'failing') AND y.claimed_at < ${NOW} - interval '30 minutes' AND p.heard_by IS NULL GROUP BY p.programme, p.ref`,
  },
]

export const waiting: Check = {
  name: 'waiting',
  invariants: ['I15', 'I16'],
  title: 'what waits for longer than it should is told; what was passed over, or what nobody will come for, is found',
  async run(books) {
    for (const [invariant, what, sql] of WAITING) {
      const [row] = await books.rows<{ many: string }>(`SELECT count(*)::text AS many ${sql}`)
      if (row && row.many !== '0') books.notices.push(`${invariant}: ${row.many} ${what}`)
    }
    for (const { invariant, sql } of LEFT) await ask(books, invariant, sql)
  },
}
