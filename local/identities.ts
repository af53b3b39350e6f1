/** Signing keys of the development persons who propose and approve, made once, kept in the data folder for its owner only. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { makeIdentity, openIdentity, type Identity, type StoredIdentity } from '../client/identity.ts'
import type { Role } from '../domain/roles.ts'
import { inTransaction, type Sql } from '../store/database.ts'
import type { Store } from '../store/index.ts'
import { liveSigningKey, replaceSigningKey } from '../store/signing-keys.ts'
import { LOCAL, PEOPLE } from './access.ts'

const SIGNERS = ['operator', 'helpdesk', 'approver', 'administrator'] as const satisfies readonly Role[]
export type Signer = (typeof SIGNERS)[number]
export type Identities = Readonly<Record<Signer, Identity>>

const FILE = 'development-identities.json'

/**
 * The identities of a data folder, registered in its database straight away: who starts a development stack is all of its people.
 * What is missing in the file, or of another database, is made anew. Throws when one of these persons signs with a key of their own.
 */
export async function developmentIdentities(store: Store, home: string): Promise<Identities> {
  const file = path.join(home, FILE)
  const kept = readKept(file)
  const now = await inTransaction(store.context.database, async (sql) => {
    const entries: [Signer, StoredIdentity][] = []
    for (const role of SIGNERS) entries.push([role, await registered(sql, role, kept[role])])
    return Object.fromEntries(entries) as Record<Signer, StoredIdentity>
  })
  if (SIGNERS.some((role) => now[role].privateKey !== kept[role]?.privateKey)) {
    writeFileSync(`${file}.new`, `${JSON.stringify(now, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return Object.fromEntries(SIGNERS.map((role) => [role, openIdentity(now[role])])) as unknown as Identities
}

function readKept(file: string): Partial<Record<Signer, StoredIdentity>> {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<Signer, StoredIdentity>>
    for (const stored of Object.values(kept)) openIdentity(stored)
    return kept
  } catch {
    return {}
  }
}

async function registered(sql: Sql, role: Signer, kept: StoredIdentity | undefined): Promise<StoredIdentity> {
  const { person } = PEOPLE[role]
  const live = await liveSigningKey(sql, person)
  if (live && live.registeredBy !== LOCAL.person) {
    throw new Error(`${person} has a signing key of their own in this database; use another database`)
  }
  if (kept && kept.person === person && live?.publicKey.toString('base64') === openIdentity(kept).publicKey) return kept
  const made = makeIdentity(person)
  await replaceSigningKey(sql, { person, ...openIdentity(made).registration() }, LOCAL, Date.now())
  return made
}
