/** API keys and roles: a key belongs to one person or service; only its SHA-256 is kept, so it is shown once. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { POWERS, type Grant } from '../domain/roles.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { grantRole, grantsOf, keepAdministered } from './grants.ts'

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
  /** One person made it, and has seen its secret: it carries no power. Default false. */
  readonly isAlone?: boolean
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

export interface CreatedKey {
  readonly id: string
  /** 32 random bytes; leaves here once and is stored nowhere. */
  readonly secret: string
  /** Everything the key may do: also what its person was granted before. */
  readonly grants: readonly Grant[]
}

const PREFIX = 'lunas_'

/** Creates a key and grants its person the roles. Throws `conflict` for a service under the name of a person, or the reverse. */
export async function createKey(sql: Sql, key: NewKey, actor: Actor, atMs: number): Promise<CreatedKey> {
  const secret = PREFIX + randomBytes(32).toString('base64url')
  const id = await insertKey(sql, key, digest(secret), actor, atMs)
  return { id, secret, grants: await grantsOf(sql, key.person) }
}

/**
 * What one person may do of it: keys without power, for whoever has none. Throws `two-people-needed` for others: their key, or
 * their roles, are a proposal.
 */
export async function createKeyAlone(sql: Sql, key: NewKey, actor: Actor, atMs: number): Promise<CreatedKey> {
  await lockPerson(sql, key.person)
  const grants = [...key.grants, ...(await grantsOf(sql, key.person))]
  const power = grants.find(({ role }) => POWERS.includes(role))
  if (power) {
    throw new Problem('two-people-needed', `a key of somebody with the role ${power.role} is proposed as the act key`)
  }
  return createKey(sql, { ...key, isAlone: true }, actor, atMs)
}

/** Creates a key of which only the hash of the secret is known. Throws `conflict` as `createKey`. */
export async function insertKey(
  sql: Sql,
  key: NewKey,
  secretHash: Uint8Array,
  actor: Actor,
  atMs: number,
): Promise<string> {
  await refuseOtherKind(sql, key)
  const id = randomUUID()
  const { rowCount } = await sql.query(
    `INSERT INTO api_key (id, person, kind, label, sha256, created_by, expires_at, alone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (sha256) DO NOTHING`,
    [
      id,
      key.person,
      key.kind,
      key.label,
      secretHash,
      actor.person,
      key.expiresAtMs && new Date(key.expiresAtMs),
      key.isAlone ?? false,
    ],
  )
  if (rowCount === 0) throw new Problem('conflict', 'this secret is that of another key; make a new one')
  for (const { role, programme } of key.grants) {
    await grantRole(sql, { person: key.person, role, programme }, actor, atMs)
  }
  const after = { person: key.person, kind: key.kind, roles: key.grants }
  await insertAudit(sql, [{ act: 'key-created', actor, atMs, subject: `key:${id}`, after }])
  return id
}

/** Whether a name is a person's or a service's; undefined while it has no key. */
export async function kindOf(sql: Sql, person: string): Promise<'person' | 'service' | undefined> {
  const { rows } = await sql.query<{ kind: 'person' | 'service' }>(
    'SELECT kind FROM api_key WHERE person = $1 LIMIT 1',
    [person],
  )
  return rows[0]?.kind
}

/** A name is a person's or a service's for good: only persons may approve, whatever keys there were. */
export async function refuseOtherKind(sql: Sql, { person, kind }: Pick<NewKey, 'person' | 'kind'>): Promise<void> {
  await lockPerson(sql, person)
  const { rows } = await sql.query('SELECT FROM api_key WHERE person = $1 AND kind <> $2 LIMIT 1', [person, kind])
  if (rows.length === 0) return
  const other = kind === 'person' ? 'service' : 'person'
  throw new Problem('conflict', `this is the name of a ${other}; a ${kind} needs another`)
}

/** Until this transaction ends, nobody else changes what a person or service is and may do. */
export async function lockPerson(sql: Sql, person: string): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`person:${person}`])
}

const IN_FORCE = 'k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())'

/** Which secrets are those of keys in force, in the order of the secrets: one question, however many they are. */
export async function areInForce(sql: Sql, secrets: readonly string[]): Promise<boolean[]> {
  const { rows } = await sql.query<{ isInForce: boolean }>({
    name: 'keys-in-force',
    text: `SELECT EXISTS (SELECT FROM api_key k WHERE k.sha256 = asked.sha256 AND ${IN_FORCE}) AS "isInForce"
             FROM unnest($1::bytea[]) WITH ORDINALITY AS asked (sha256, at) ORDER BY asked.at`,
    values: [secrets.map(digest)],
  })
  return rows.map(({ isInForce }) => isInForce)
}

/** Who a secret belongs to; undefined when unknown, revoked or expired. A key that one person made carries none of the powers. */
export async function callerOf(sql: Sql, secret: string): Promise<Caller | undefined> {
  const { rows } = await sql.query<{ id: string; person: string; kind: 'person' | 'service'; grants: Grant[] }>({
    name: 'caller',
    text: `SELECT k.id, k.person, k.kind,
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'programme', g.programme)), '[]')
                     FROM role_grant g WHERE g.person = k.person AND g.ended_at IS NULL
                                         AND NOT (k.alone AND g.role = ANY ($2))) AS grants
             FROM api_key k
            WHERE k.sha256 = $1 AND ${IN_FORCE}`,
    values: [digest(secret), POWERS],
  })
  const row = rows[0]
  return row && { keyId: row.id, person: row.person, kind: row.kind, grants: row.grants }
}

/** Revokes a key at once. Throws `not-found`, `key-revoked`, `conflict`. */
export async function revokeKey(sql: Sql, id: string, actor: Actor, atMs: number): Promise<void> {
  await keepAdministered(sql, () => revoke(sql, id, actor, atMs))
}

async function revoke(sql: Sql, id: string, actor: Actor, atMs: number): Promise<void> {
  const { rows } = await sql.query<{ revoked: boolean; person: string; kind: string; expiresAt: Date | null }>(
    'SELECT revoked_at IS NOT NULL AS revoked, person, kind, expires_at AS "expiresAt" FROM api_key WHERE id = $1 FOR UPDATE',
    [id],
  )
  if (!rows[0]) throw new Problem('not-found', `no key ${id}`)
  const { revoked, ...before } = rows[0]
  if (revoked) throw new Problem('key-revoked', `key ${id} is revoked already`)
  await sql.query('UPDATE api_key SET revoked_at = $2, revoked_by = $3 WHERE id = $1', [
    id,
    new Date(atMs),
    actor.person,
  ])
  await insertAudit(sql, [{ act: 'key-revoked', actor, atMs, subject: `key:${id}`, before }])
}

/** Every key, newest first, without secrets. */
export async function listKeys(sql: Sql): Promise<KeyView[]> {
  const { rows } = await sql.query<KeyView>(
    `SELECT k.id, k.person, k.kind, k.label, k.created_at AS "createdAt", k.expires_at AS "expiresAt",
            k.revoked_at AS "revokedAt",
            (SELECT coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'programme', g.programme) ORDER BY g.role, g.programme NULLS FIRST), '[]')
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
