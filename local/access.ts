/** Development API keys: one named person or service for each role, made once, kept in the data folder for its owner only. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ROLES, type Role } from '../domain/roles.ts'
import { inTransaction } from '../store/database.ts'
import type { Store } from '../store/index.ts'
import { createKey, isWithoutKeys } from '../store/keys.ts'

/** A secret for each role. */
export type Access = Readonly<Record<Role, string>>

const PEOPLE: Readonly<Record<Role, { readonly person: string; readonly kind: 'person' | 'service' }>> = {
  registrar: { person: 'layanan-pendaftaran', kind: 'service' },
  institution: { person: 'layanan-lembaga-pelatihan', kind: 'service' },
  operator: { person: 'ratna.operator', kind: 'person' },
  helpdesk: { person: 'dewi.helpdesk', kind: 'person' },
  approver: { person: 'bambang.approver', kind: 'person' },
  auditor: { person: 'sri.auditor', kind: 'person' },
  administrator: { person: 'agus.administrator', kind: 'person' },
}

const FILE = 'development-keys.json'

/** Reads the keys of a data folder, or makes them when its database has none yet. Throws when it has keys that are lost here. */
export async function developmentAccess(store: Store, home: string): Promise<Access> {
  const file = path.join(home, FILE)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Access
  const { database } = store.context
  if (!(await isWithoutKeys(database.pool))) {
    throw new Error(`${file} is missing, and keys are shown only once; make new ones with: lunas keys create`)
  }
  const actor = { person: 'local', keyId: null, role: null, requestId: null }
  const access = await inTransaction(database, async (sql) => {
    const secrets: Partial<Record<Role, string>> = {}
    for (const role of ROLES) {
      const { person, kind } = PEOPLE[role]
      const grants = [{ role, programme: null }]
      const key = { person, kind, label: 'development', grants, expiresAtMs: null }
      secrets[role] = (await createKey(sql, key, actor, Date.now())).secret
    }
    return secrets as Access
  })
  writeFileSync(file, `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 })
  return access
}
