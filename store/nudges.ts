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

/** Writes messages, set-based. */
export async function insertMessages(sql: Sql, messages: readonly NewMessage[]): Promise<void> {
  if (messages.length === 0) return
  await sql.query({
    name: 'insert-messages',
    text: `INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
     SELECT id, programme, ref, kind, priority, 'pending', now() + delay * interval '1 millisecond'
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[])
          AS new (id, programme, ref, kind, priority, delay)`,
    values: [
      messages.map((message) => message.id),
      messages.map((message) => message.programme),
      messages.map((message) => message.ref),
      messages.map((message) => message.kind),
      messages.map((message) => message.priority),
      messages.map((message) => message.delayMs),
    ],
  })
}
