/** Development API keys: one named person or service for each role, made once, kept in the data folder for its owner only. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ROLES, type Role } from '../domain/roles.ts'
import { inTransaction, type Sql } from '../store/database.ts'
import type { Store } from '../store/index.ts'
import { callerOf, createKey, listKeys, revokeKey } from '../store/keys.ts'

/** A secret for each role. */
export type Access = Readonly<Record<Role, string>>

/** Who development persons and services are. */
export const PEOPLE: Readonly<Record<Role, { readonly person: string; readonly kind: 'person' | 'service' }>> = {
  registrar: { person: 'layanan-pendaftaran', kind: 'service' },
  institution: { person: 'layanan-lembaga-pelatihan', kind: 'service' },
  operator: { person: 'ratna.operator', kind: 'person' },
  helpdesk: { person: 'dewi.helpdesk', kind: 'person' },
  approver: { person: 'bambang.approver', kind: 'person' },
  auditor: { person: 'sri.auditor', kind: 'person' },
  administrator: { person: 'agus.administrator', kind: 'person' },
}

const FILE = 'development-keys.json'
const LABEL = 'development'
/** Who has made what a development stack begins with. */
export const LOCAL = { person: 'local', keyId: null, role: null, requestId: null }

/**
 * The keys of a data folder. When its file is missing, damaged, or of another database, the development keys that are left are
 * revoked and new ones made: keys are shown only once. Throws when the database has keys and none of them is ours.
 */
export async function developmentAccess(store: Store, home: string): Promise<Access> {
  const { database } = store.context
  const file = path.join(home, FILE)
  const kept = readAccess(file)
  if (kept !== null && (await isKnown(database.pool, kept))) return kept
  const access = await inTransaction(database, makeAnew)
  writeFileSync(`${file}.new`, `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return access
}

/** `null` when there is no file, or none that names a key for every role. */
function readAccess(file: string): Access | null {
  try {
    const access = JSON.parse(readFileSync(file, 'utf8')) as Partial<Access>
    return ROLES.every((role) => typeof access[role] === 'string') ? (access as Access) : null
  } catch {
    return null
  }
}

async function isKnown(sql: Sql, access: Access): Promise<boolean> {
  for (const role of ROLES) {
    const caller = await callerOf(sql, access[role])
    if (!caller?.grants.some((grant) => grant.role === role)) return false
  }
  return true
}

async function makeAnew(sql: Sql): Promise<Access> {
  const all = await listKeys(sql)
  const ours = all.filter(({ label }) => label === LABEL)
  if (all.length > 0 && ours.length === 0) {
    throw new Error('the database has keys, none of them made here; give one by LUNAS_KEY, or use another database')
  }
  const nowMs = Date.now()
  const secrets: Partial<Record<Role, string>> = {}
  for (const role of ROLES) {
    const { person, kind } = PEOPLE[role]
    const key = { person, kind, label: LABEL, grants: [{ role, programme: null }], expiresAtMs: null }
    secrets[role] = (await createKey(sql, key, LOCAL, nowMs)).secret
  }
  // Only then: somebody must administer at every moment.
  for (const { id, revokedAt } of ours) if (revokedAt === null) await revokeKey(sql, id, LOCAL, nowMs)
  return secrets as Access
}
