/** Writing messages: a nudge to a life, in the transaction of the fact it tells. */
import { randomUUID } from 'node:crypto'
import type { Sql } from './database.ts'

export const MESSAGE_KINDS = [
  'registered',
  'admitted',
  'evidence',
  'account',
  'hold',
  'release',
  'withdraw',
  'correct',
  'payout',
  'sweep',
  'lift',
  'run',
  'year-end',
] as const
export type MessageKind = (typeof MESSAGE_KINDS)[number]

export interface NewMessage {
  readonly id: string
  readonly programme: string
  readonly ref: string
  readonly kind: MessageKind
  /** 1 urgent (people waiting), 3 ordinary, 5 sweeps. */
  readonly priority: number
  /** Delivery by the relay waits this long: time for the Update that tells the same. Milliseconds. */
  readonly delayMs: number
}

export function nudge(programme: string, ref: string, kind: MessageKind, priority = 3, delayMs = 0): NewMessage {
  return { id: randomUUID(), programme, ref, kind, priority, delayMs }
}

/** These are written with the row that says by when they must have been heard. */
const HEARD_ALREADY: readonly MessageKind[] = ['registered', 'admitted', 'sweep']

/**
 * Behind a common table expression `told` (programme, ref): these lives must be looked at within minutes, also where what tells them is
 * lost with the server that it was delivered to. One by one and in the order of their keys: two that tell many at once do not wait for
 * each other in a circle.
 */
const broughtNear = (locked: '' | 'SKIP LOCKED'): string => `near AS MATERIALIZED (
       SELECT one.* FROM (SELECT programme, ref FROM told ORDER BY programme, ref) AS told
        CROSS JOIN LATERAL (
          SELECT p.programme, p.ref FROM participant p
           WHERE (p.programme, p.ref) = (told.programme, told.ref)
             AND (p.heard_by IS NULL OR p.heard_by > now() + interval '5 minutes' OR p.swept > 0) FOR NO KEY UPDATE ${locked}) AS one
     ), heard AS (
       UPDATE participant p SET heard_by = least(p.heard_by, now() + interval '5 minutes'), swept = 0
         FROM near WHERE (p.programme, p.ref) = (near.programme, near.ref)
     )`

/**
 * Behind the same: tells each of these lives, set-based. Each stands there once. A life that somebody holds is at work, and is not waited for: the
 * caller may hold what its holder waits for, as the row of a run.
 */
export function telling(kind: MessageKind, priority: number): string {
  return `${broughtNear('SKIP LOCKED')}, messages AS (
       INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
       SELECT gen_random_uuid(), programme, ref, '${kind}', ${priority}, 'pending', now() FROM told
     )`
}

/**
 * Writes messages, set-based. What they tell must be looked at within minutes, also where the message itself is lost: the caller
 * holds the locks of the lives.
 */
export async function insertMessages(sql: Sql, messages: readonly NewMessage[]): Promise<void> {
  if (messages.length === 0) return
  await sql.query({
    name: 'insert-messages',
    text: `WITH new AS (
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[])
              AS new (id, programme, ref, kind, priority, delay)
     ), told AS (
       SELECT DISTINCT programme, ref FROM new WHERE kind <> ALL ($7::text[])
     ), ${broughtNear('')}
     INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
     SELECT id, programme, ref, kind, priority, 'pending', now() + delay * interval '1 millisecond' FROM new`,
    values: [
      messages.map((message) => message.id),
      messages.map((message) => message.programme),
      messages.map((message) => message.ref),
      messages.map((message) => message.kind),
      messages.map((message) => message.priority),
      messages.map((message) => message.delayMs),
      HEARD_ALREADY,
    ],
  })
}
