import { keyOf, update, type Mutation } from '../support/mutation.ts'

const FIRST = `SELECT id::text AS key FROM message WHERE state = 'pending' ORDER BY priority, deliver_after LIMIT 1`

/** What is left behind without anybody to blame it on. */
export const WAITING: readonly Mutation[] = [
  {
    name: 'a message that everybody was delivered before',
    check: 'waiting',
    finds: ['missing', 'message'],
    async tamper(sql) {
      const key = await keyOf(sql, FIRST)
      await sql.query(
        `UPDATE message SET state = 'delivered', priority = 5, deliver_after = deliver_after + interval '1 minute',
                delivered_at = deliver_after + interval '1 hour' WHERE state = 'pending' AND id <> $1`,
        [key],
      )
      return key
    },
  },
  {
    name: 'a message that is dead, and nobody has given it up',
    check: 'waiting',
    finds: ['missing', 'audit_event'],
    tamper: (sql) => keyOf(sql, update('message', `state = 'dead'`, 't.id::text', `state = 'pending'`)),
  },
  {
    name: 'a message that died, and waits again without anybody who sent it again',
    check: 'waiting',
    finds: ['missing', 'audit_event'],
    tamper: (sql) =>
      keyOf(
        sql,
        `WITH one AS (SELECT * FROM audit_event WHERE act = 'message-redriven' ORDER BY random() LIMIT 1), forgotten AS (
           DELETE FROM audit_event e USING one WHERE e.act = 'message-redriven' AND e.subject = one.subject)
         UPDATE message m SET state = 'pending', delivered_at = NULL FROM one WHERE 'message:' || m.id = one.subject RETURNING m.id::text AS key`,
      ),
  },
  {
    name: 'a person whose payment is under way, and whom nobody will look at again',
    check: 'waiting',
    finds: ['missing', 'participant'],
    tamper: (sql) =>
      keyOf(
        sql,
        update(
          'participant',
          'heard_by = NULL',
          `t.programme || ':' || t.ref`,
          `EXISTS (SELECT FROM payout y WHERE (y.programme, y.ref) = (t.programme, t.ref) AND y.state IN ('submitting', 'unknown', 'accepted', 'processing', 'failing'))`,
        ),
      ),
  },
]
