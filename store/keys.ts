/** API keys and roles: a key belongs to one person or service; only its SHA-256 is kept, so it is shown once. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import type { Grant } from '../domain/roles.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'

export interface Caller {
  readonly keyId: string
  readonly person: string
  readonly kind: 'person' | 'service'
  readonly grants: readonly Grant[]
}

export interface NewKey {
  readonly person: string
  readonly kind: 'person' | 'service'
  readonly label: string
  readonly grants: readonly Grant[]
  readonly expiresAtMs: number | null
}

export interface KeyView {
  readonly id: string
  readonly person: string
  readonly kind: string
  readonly label: string
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly roles: readonly Grant[]
}

const PREFIX = 'lunas_'

/** Creates a key and grants its person the roles. The secret (32 random bytes) leaves here once and is stored nowhere. */
export async function createKey(
  sql: Sql,
  key: NewKey,
  actor: Actor,
  atMs: number,
): Promise<{ id: string; secret: string }> {
  const id = randomUUID()
  const secret = PREFIX + randomBytes(32).toString('base64url')
  await sql.query(
    `INSERT INTO api_key (id, person, kind, label, sha256, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, key.person, key.kind, key.label, digest(secret), actor.person, key.expiresAtMs && new Date(key.expiresAtMs)],
  )
  for (const grant of key.grants) await grantRole(sql, key.person, grant, actor, atMs)
  const after = { person: key.person, kind: key.kind, roles: key.grants }
  await insertAudit(sql, [{ act: 'key-created', actor, atMs, subject: `key:${id}`, after }])
  return { id, secret }
}

async function grantRole(sql: Sql, person: string, grant: Grant, actor: Actor, atMs: number): Promise<void> {
  const { rowCount } = await sql.query(
    `INSERT INTO role_grant (id, person, role, programme, granted_by) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (person, role, coalesce(programme, '')) WHERE ended_at IS NULL DO NOTHING`,
    [randomUUID(), person, grant.role, grant.programme, actor.person],
  )
  if (rowCount === 0) return
  const after = { role: grant.role, programme: grant.programme }
  await insertAudit(sql, [{ act: 'role-granted', actor, atMs, subject: `person:${person}`, after }])
}

/** Who a secret belongs to; undefined when unknown, revoked or expired. */
export async function callerOf(sql: Sql, secret: string): Promise<Caller | undefined> {
  const { rows } = await sql.query<{ id: string; person: string; kind: 'person' | 'service'; grants: Grant[] }>({
    name: 'caller',
    text: `SELECT k.id, k.person, k.kind,
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'programme', g.programme)), '[]')
                     FROM role_grant g WHERE g.person = k.person AND g.ended_at IS NULL) AS grants
             FROM api_key k
            WHERE k.sha256 = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
    values: [digest(secret)],
  })
  const row = rows[0]
  return row && { keyId: row.id, person: row.person, kind: row.kind, grants: row.grants }
}

/** Revokes a key at once. Throws `not-found`, `key-revoked`. */
export async function revokeKey(sql: Sql, id: string, actor: Actor, atMs: number): Promise<void> {
  const { rows } = await sql.query<{ revoked: boolean }>(
    'SELECT revoked_at IS NOT NULL AS revoked FROM api_key WHERE id = $1 FOR UPDATE',
    [id],
  )
  if (!rows[0]) throw new Problem('not-found', `no key ${id}`)
  if (rows[0].revoked) throw new Problem('key-revoked', `key ${id} is revoked already`)
  await sql.query('UPDATE api_key SET revoked_at = $2, revoked_by = $3 WHERE id = $1', [
    id,
    new Date(atMs),
    actor.person,
  ])
  await insertAudit(sql, [{ act: 'key-revoked', actor, atMs, subject: `key:${id}` }])
}

/** Every key, newest first, without secrets. */
export async function listKeys(sql: Sql): Promise<KeyView[]> {
  const { rows } = await sql.query<KeyView>(
    `SELECT k.id, k.person, k.kind, k.label, k.created_at AS "createdAt", k.expires_at AS "expiresAt",
            k.revoked_at AS "revokedAt",
            (SELECT coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'programme', g.programme) ORDER BY g.role), '[]')
               FROM role_grant g WHERE g.person = k.person AND g.ended_at IS NULL) AS roles
       FROM api_key k ORDER BY k.created_at DESC, k.id`,
  )
  return rows
}

/** True while no key was ever created: only then may one be made without a key. */
export async function isWithoutKeys(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ empty: boolean }>('SELECT NOT EXISTS (SELECT FROM api_key) AS empty')
  return rows[0]?.empty ?? false
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
