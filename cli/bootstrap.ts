/** The first key: made straight in the database, by whoever holds its URL, and only while there is none. */
import { loadConfig } from '../config.ts'
import { checkPerson } from '../domain/person.ts'
import { composeEngine } from '../main/compose.ts'
import { inTransaction } from '../store/database.ts'
import { createKey, isWithoutKeys, type CreatedKey } from '../store/keys.ts'
import { EXIT_FAILED, Failure } from './output.ts'

/** Makes an administrator's key for a person. Throws a Failure for a name nobody can have, and when keys exist: then an administrator makes more. */
export async function bootstrap(person: string): Promise<CreatedKey> {
  const fault = checkPerson(person)
  if (fault !== null) throw new Failure(`--person ${fault}`)
  const { store } = composeEngine(loadConfig(), 'lunas keys', 1)
  try {
    const actor = { person: 'bootstrap', keyId: null, role: null, requestId: null }
    return await inTransaction(store.context.database, async (sql) => {
      await sql.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['bootstrap'])
      if (!(await isWithoutKeys(sql))) {
        throw new Failure('there are keys already; an administrator makes more: lunas keys create', EXIT_FAILED)
      }
      const grants = [{ role: 'administrator' as const, programme: null }]
      const key = { person, kind: 'person' as const, label: 'bootstrap', grants, expiresAtMs: null }
      return createKey(sql, key, actor, Date.now())
    })
  } finally {
    await store.close()
  }
}
