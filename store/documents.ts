/** Sealed documents: written with a data key, read back by id. Clear values leave as `Sealed`. */
import { randomUUID } from 'node:crypto'
import { one, type Sql } from './database.ts'
import { Sealed, type Vault } from './vault.ts'

export type DocumentKind = 'identity' | 'contact' | 'account' | 'request' | 'callback'

export interface NewDocument {
  readonly id: string
  readonly owner: string
  readonly kind: DocumentKind
  readonly keyId: string
  readonly aad: string
  readonly box: Uint8Array
}

export function participantOwner(programme: string, ref: string): string {
  return `participant:${programme}:${ref}`
}

export function gatewayOwner(gateway: string): string {
  return `gateway:${gateway}`
}

/** Where a document belongs. Who opens one knows this from elsewhere: never from the row the box lies in. */
export interface DocumentPlace {
  readonly id: string
  readonly owner: string
  readonly kind: DocumentKind
}

/** What a box is bound to: lying anywhere else, it does not open. */
function placeOf({ owner, kind, id }: DocumentPlace): string {
  return `${owner}/${kind}/${id}`
}

/** Seals a document under a data key that is already at hand. */
export function sealDocument(
  vault: Vault,
  dataKey: { readonly plain: Uint8Array; readonly keyId: string },
  owner: string,
  kind: DocumentKind,
  clear: Uint8Array,
): NewDocument {
  const id = randomUUID()
  const aad = placeOf({ owner, kind, id })
  return { id, owner, kind, keyId: dataKey.keyId, aad, box: vault.seal(dataKey.plain, aad, clear) }
}

/** The owner's data key, made on first use. Throws when it was destroyed (the person was erased). */
export async function dataKeyOf(sql: Sql, vault: Vault, owner: string): Promise<{ plain: Uint8Array; keyId: string }> {
  const found = await sql.query<KeyRow>('SELECT key_id, wrapped FROM data_key WHERE owner = $1', [owner])
  const row = found.rows[0] ?? (await makeDataKey(sql, vault, owner))
  return { plain: vault.unwrap(owner, row.key_id, row.wrapped), keyId: row.key_id }
}

interface KeyRow {
  key_id: string
  wrapped: Buffer
}

async function makeDataKey(sql: Sql, vault: Vault, owner: string): Promise<KeyRow> {
  // A person's key is made at registration only: its absence later means erasure, and must not heal by itself.
  if (!owner.startsWith('gateway:')) throw new Error(`${owner} has no data key`)
  const key = vault.newDataKey(owner)
  await sql.query('INSERT INTO data_key (owner, key_id, wrapped) VALUES ($1, $2, $3) ON CONFLICT (owner) DO NOTHING', [
    owner,
    key.keyId,
    key.wrapped,
  ])
  const stored = await sql.query<KeyRow>('SELECT key_id, wrapped FROM data_key WHERE owner = $1', [owner])
  return one(stored.rows, 'data key')
}

export async function insertDocument(sql: Sql, document: NewDocument): Promise<void> {
  await insertDocuments(sql, [document])
}

/** Writes sealed documents, set-based. */
export async function insertDocuments(sql: Sql, documents: readonly NewDocument[]): Promise<void> {
  if (documents.length === 0) return
  await sql.query({
    name: 'insert-documents',
    text: `INSERT INTO sealed_document (id, owner, kind, key_id, aad, box)
           SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])`,
    values: [
      documents.map((document) => document.id),
      documents.map((document) => document.owner),
      documents.map((document) => document.kind),
      documents.map((document) => document.keyId),
      documents.map((document) => document.aad),
      documents.map((document) => document.box),
    ],
  })
}

/** Opens one document at its place. Throws when it is not there, was altered or moved, or its owner was erased. */
export async function openDocument(sql: Sql, vault: Vault, place: DocumentPlace): Promise<Sealed<Uint8Array>> {
  const { rows } = await sql.query<{ box: Buffer; key_id: string | null; wrapped: Buffer | null }>({
    name: 'open-document',
    text: `SELECT d.box, k.key_id, k.wrapped FROM sealed_document d LEFT JOIN data_key k ON k.owner = $2 WHERE d.id = $1`,
    values: [place.id, place.owner],
  })
  const { box, key_id: keyId, wrapped } = one(rows, `document ${place.id}`)
  if (keyId === null || wrapped === null) throw new Error(`${place.owner} has no data key`)
  const key = vault.unwrap(place.owner, keyId, wrapped)
  try {
    return vault.open(key, placeOf(place), box)
  } catch (cause) {
    throw new Error(`document ${place.id} is not what was sealed there`, { cause })
  }
}

export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

/** The clear value of a JSON document, still sealed against printing. */
export function parseSealed<T>(sealed: Sealed<Uint8Array>): Sealed<T> {
  return new Sealed(JSON.parse(Buffer.from(sealed.open()).toString('utf8')) as T)
}
