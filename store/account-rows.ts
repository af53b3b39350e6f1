/** Rows of account links: the number is sealed, what stands in clear is enough for people to tell links apart. */
import { randomUUID } from 'node:crypto'
import type { AccountDetails } from '../domain/registration.ts'
import type { AccountPlace } from './account-places.ts'
import type { Sql } from './database.ts'
import type { Vault } from './vault.ts'

export interface AccountRow {
  readonly id: string
  readonly programme: string
  readonly ref: string
  readonly kind: string
  readonly institution: string
  readonly masked: string
  readonly index: Uint8Array
  readonly indexKey: string
  readonly document: string
  readonly state: 'unverified' | 'verified'
  readonly linkedAtMs: number
  readonly usableFromMs: number
  /** Where the programme limits how many people one account may pay. */
  readonly place: AccountPlace | null
  /** Its name agrees too little with the identity card, and nobody has decided about that. */
  readonly doubtful: boolean
}

export interface NewAccountLink {
  readonly programme: string
  readonly ref: string
  readonly account: AccountDetails
  /** The sealed document that holds the number and the holder's name. */
  readonly document: string
  readonly state: 'unverified' | 'verified'
  readonly linkedAtMs: number
  readonly usableFromMs: number
  readonly place?: AccountPlace | null
  readonly doubtful?: boolean
}

export function newAccountRow(vault: Vault, link: NewAccountLink): AccountRow {
  const { account } = link
  const { index, keyId } = vault.accountIndex(account.institution, account.number)
  return {
    id: randomUUID(),
    programme: link.programme,
    ref: link.ref,
    kind: account.kind,
    institution: account.institution,
    masked: `••${account.number.slice(-4)}`,
    index,
    indexKey: keyId,
    document: link.document,
    state: link.state,
    linkedAtMs: link.linkedAtMs,
    usableFromMs: link.usableFromMs,
    place: link.place ?? null,
    doubtful: link.doubtful ?? false,
  }
}

export async function insertAccounts(sql: Sql, rows: readonly AccountRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql.query({
    name: 'insert-accounts',
    text: `INSERT INTO account (id, programme, ref, kind, institution, masked, account_index, account_index_key, document,
                                state, linked_at, usable_from, place, places, shared, doubtful)
           SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[],
                                $8::text[], $9::uuid[], $10::text[], $11::timestamptz[], $12::timestamptz[],
                                $13::smallint[], $14::smallint[], $15::boolean[], $16::boolean[])`,
    values: [
      rows.map((row) => row.id),
      rows.map((row) => row.programme),
      rows.map((row) => row.ref),
      rows.map((row) => row.kind),
      rows.map((row) => row.institution),
      rows.map((row) => row.masked),
      rows.map((row) => row.index),
      rows.map((row) => row.indexKey),
      rows.map((row) => row.document),
      rows.map((row) => row.state),
      rows.map((row) => new Date(row.linkedAtMs)),
      rows.map((row) => new Date(row.usableFromMs)),
      rows.map(({ place }) => place?.place ?? null),
      rows.map(({ place }) => (place && place.place !== null ? place.places : null)),
      rows.map(({ place }) => place !== null && place.place === null),
      rows.map(({ doubtful }) => doubtful),
    ],
  })
}
