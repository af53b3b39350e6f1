/** Signing keys: a person's own, of which only the public half is here. Old ones stay, for what was signed with them. */
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { possessionText } from '../domain/signing.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { lockPerson } from './keys.ts'

export interface NewSigningKey {
  readonly person: string
  /** 32 bytes in base64. */
  readonly publicKey: string
  /** Signature over `possessionText`, in base64. */
  readonly possession: string
}

export interface SigningKeyView {
  readonly id: string
  readonly person: string
  readonly publicKey: Buffer
  readonly possession: Buffer
  readonly registeredAt: Date
  readonly registeredBy: string
  readonly endedAt: Date | null
}

const COLUMNS = `id, person, public_key AS "publicKey", possession, registered_at AS "registeredAt",
       registered_by AS "registeredBy", ended_at AS "endedAt"`

export function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

/** Whether a text was signed with the private half of a public key of 32 bytes. */
export function isSignedWith(publicKey: Uint8Array, text: string, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64 || isWeak(publicKey)) return false
  try {
    const x = Buffer.from(publicKey).toString('base64url')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return verify(null, Buffer.from(text), key, signature)
  } catch {
    return false
  }
}

/** The key a person signs with now; it does not end before this transaction does. */
export async function liveSigningKey(sql: Sql, person: string): Promise<SigningKeyView | undefined> {
  const { rows } = await sql.query<SigningKeyView>(
    `SELECT ${COLUMNS} FROM signing_key WHERE person = $1 AND ended_at IS NULL FOR SHARE`,
    [person],
  )
  return rows[0]
}

/** Every signing key, newest first: also those that have ended, by which older signatures are verified. */
export async function listSigningKeys(sql: Sql): Promise<SigningKeyView[]> {
  const { rows } = await sql.query<SigningKeyView>(`SELECT ${COLUMNS} FROM signing_key ORDER BY registered_at DESC, id`)
  return rows
}

/**
 * The first signing key of a person, by the person's own API key. Throws `signature-invalid`, and `signing-key-exists` when the
 * person ever had one: another one is for two people to agree on, or whoever steals an API key would sign in the person's name.
 */
export async function registerSigningKey(sql: Sql, key: NewSigningKey, actor: Actor, atMs: number): Promise<string> {
  await lockPerson(sql, key.person)
  const { rowCount } = await sql.query('SELECT FROM signing_key WHERE person = $1 LIMIT 1', [key.person])
  if (rowCount !== 0) {
    throw new Problem('signing-key-exists', `${key.person} has, or had, a signing key; two people agree on another one`)
  }
  return insertSigningKey(sql, key, actor, atMs)
}

/** Puts a key in the place of the one a person has, if any. Throws `signature-invalid`, `signing-key-exists`. */
export async function replaceSigningKey(sql: Sql, key: NewSigningKey, actor: Actor, atMs: number): Promise<string> {
  const live = await liveSigningKey(sql, key.person)
  if (live) await endSigningKey(sql, live.id, actor, atMs)
  return insertSigningKey(sql, key, actor, atMs)
}

/** Throws `signature-invalid`, `signing-key-exists`. */
export async function checkSigningKey(sql: Sql, key: NewSigningKey): Promise<void> {
  requirePossession(key)
  const raw = Buffer.from(key.publicKey, 'base64')
  const { rowCount } = await sql.query('SELECT FROM signing_key WHERE public_key = $1', [raw])
  if (rowCount !== 0)
    throw new Problem('signing-key-exists', 'this key is registered already; a key is one person’s, once')
}

/** Throws `signature-invalid` unless whoever gave a key holds its private half. */
export function requirePossession({ person, publicKey, possession }: NewSigningKey): void {
  const raw = Buffer.from(publicKey, 'base64')
  if (isWeak(raw)) throw new Problem('signature-invalid', 'this public key is nobody’s: everybody could sign for it')
  if (isSignedWith(raw, possessionText(person, publicKey), Buffer.from(possession, 'base64'))) return
  throw new Problem('signature-invalid', `the possession of this key is not proved as ${person}`)
}

/** 2^255 - 19, and the little-endian y of the points of small order: of 1, 2, 4 and 8. */
const FIELD = 2n ** 255n - 19n
const SMALL_ORDER: readonly bigint[] = [
  0n,
  1n,
  FIELD - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
]

/**
 * With a point of small order nearly any text can be "signed" by everybody, and RFC 8032 has its verifiers accept it; a y beyond the
 * field is another spelling of one below it. Neither is anybody's key.
 */
function isWeak(publicKey: Uint8Array): boolean {
  const y = BigInt(`0x${Buffer.from(publicKey).reverse().toString('hex')}`) & (2n ** 255n - 1n)
  return y >= FIELD || SMALL_ORDER.includes(y)
}

async function insertSigningKey(sql: Sql, key: NewSigningKey, actor: Actor, atMs: number): Promise<string> {
  await checkSigningKey(sql, key)
  const id = randomUUID()
  const { person, publicKey, possession } = key
  await sql.query(
    `INSERT INTO signing_key (id, person, public_key, possession, registered_at, registered_by) VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, person, Buffer.from(publicKey, 'base64'), Buffer.from(possession, 'base64'), new Date(atMs), actor.person],
  )
  const after = { person, publicKey }
  await insertAudit(sql, [{ act: 'signing-key-registered', actor, atMs, subject: `signing-key:${id}`, after }])
  return id
}

/** Ends a key at once: nothing more is signed with it. Throws `not-found`, `key-revoked`. */
export async function endSigningKey(sql: Sql, id: string, actor: Actor, atMs: number): Promise<void> {
  const { rows } = await sql.query<{ person: string; ended: boolean }>(
    'SELECT person, ended_at IS NOT NULL AS ended FROM signing_key WHERE id = $1 FOR UPDATE',
    [id],
  )
  if (!rows[0]) throw new Problem('not-found', `no signing key ${id}`)
  if (rows[0].ended) throw new Problem('key-revoked', `signing key ${id} has ended already`)
  await sql.query('UPDATE signing_key SET ended_at = $2, ended_by = $3 WHERE id = $1', [
    id,
    new Date(atMs),
    actor.person,
  ])
  const before = { person: rows[0].person }
  await insertAudit(sql, [{ act: 'signing-key-ended', actor, atMs, subject: `signing-key:${id}`, before }])
}
