/** Audit rows, written in the transaction of what they tell. Never a personal value: codes, ids, states and amounts. */
import type { Actor, Beginning, Change } from '../domain/act.ts'
import type { Sql } from './database.ts'

export type AuditEntry = Told & (Begun | Changed)

interface Begun {
  readonly act: Beginning
  /** Where the act may also meet what was there. */
  readonly before?: Readonly<Record<string, unknown>> | null
}

interface Changed {
  readonly act: Change
  /** How what it changes stood. */
  readonly before: Readonly<Record<string, unknown>>
}

interface Told {
  readonly actor: Actor
  /** Milliseconds since the epoch: when it happened, in business time. */
  readonly atMs: number
  readonly subject: string
  readonly programme?: string | null
  readonly ref?: string | null
  readonly after?: Readonly<Record<string, unknown>> | null
  readonly reason?: string | null
}

/** Writes audit rows, set-based: one statement however many. */
export async function insertAudit(sql: Sql, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  await sql.query({
    name: 'insert-audit',
    text: `INSERT INTO audit_event (at, person, key_id, role, act, programme, ref, subject, before, after, reason, request_id)
     SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                          $8::text[], $9::jsonb[], $10::jsonb[], $11::text[], $12::text[])`,
    values: [
      entries.map((entry) => new Date(entry.atMs)),
      entries.map((entry) => entry.actor.person),
      entries.map((entry) => entry.actor.keyId),
      entries.map((entry) => entry.actor.role),
      entries.map((entry) => entry.act),
      entries.map((entry) => entry.programme ?? null),
      entries.map((entry) => entry.ref ?? null),
      entries.map((entry) => entry.subject),
      entries.map((entry) => (entry.before ? JSON.stringify(entry.before) : null)),
      entries.map((entry) => (entry.after ? JSON.stringify(entry.after) : null)),
      entries.map((entry) => entry.reason ?? null),
      entries.map((entry) => entry.actor.requestId),
    ],
  })
}
