/** The first keys: made straight in the database, by whoever holds its URL, before two people could agree on them. */
import { loadConfig } from '../config.ts'
import { checkPerson } from '../domain/person.ts'
import { composeEngine } from '../main/compose.ts'
import { inTransaction, type Sql } from '../store/database.ts'
import { canAgree, everGranted } from '../store/grants.ts'
import { createKey, isWithoutKeys, kindOf, type CreatedKey } from '../store/keys.ts'
import { EXIT_FAILED, Failure } from './output.ts'

export type FirstRole = 'administrator' | 'approver'

/** As many as can agree on everything else. */
const APPROVERS_MAX = 2

/**
 * Makes the key of the first administrator, or of one of the first two approvers, each another person. Throws a Failure for a name
 * nobody can have, and when there are such people already: then keys are proposed like any other act. An approver is made again
 * where none is left who could agree to one.
 */
export async function bootstrap(person: string, role: FirstRole): Promise<CreatedKey> {
  const fault = checkPerson(person)
  if (fault !== null) throw new Failure(`--person ${fault}`)
  const { store } = composeEngine(loadConfig(), 'lunas keys', 1)
  try {
    const actor = { person: 'bootstrap', keyId: null, role: null, requestId: null }
    return await inTransaction(store.context.database, async (sql) => {
      await sql.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['bootstrap'])
      await refuseLater(sql, person, role)
      const grants = [{ role, programme: null }]
      const key = { person, kind: 'person' as const, label: 'bootstrap', grants, expiresAtMs: null }
      return createKey(sql, key, actor, Date.now())
    })
  } finally {
    await store.close()
  }
}

async function refuseLater(sql: Sql, person: string, role: FirstRole): Promise<void> {
  if (role === 'administrator' && !(await isWithoutKeys(sql))) {
    throw new Failure('there are keys already; an administrator makes more: lunas keys create', EXIT_FAILED)
  }
  if (role === 'administrator') return
  // Were the last of them gone, nobody could ever agree to another: whoever holds the database makes one again, on record.
  const isNeeded = (await everGranted(sql, 'approver')) < APPROVERS_MAX || !(await canAgree(sql))
  if (!isNeeded) {
    throw new Failure('there are approvers already; another one is proposed: lunas keys propose', EXIT_FAILED)
  }
  if ((await kindOf(sql, person)) !== undefined) {
    throw new Failure(`${person} has a key already; the first approvers are people of their own`, EXIT_FAILED)
  }
}
