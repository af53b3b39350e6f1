import { afterAll, expect, test } from 'vitest'
import { withClient } from '../../local/roles.ts'
import { createDatabase, type TestDatabase } from '../support/cluster.ts'

const made: TestDatabase[] = []
afterAll(async () => {
  for (const database of made) await database.drop()
})

async function fresh(): Promise<TestDatabase> {
  const database = await createDatabase()
  made.push(database)
  return database
}

test('a test database is migrated, and what it holds is its own', async () => {
  const [one, other] = await Promise.all([fresh(), fresh()])
  await withClient(one.super, (client) => client.query('CREATE TABLE only_here ()'))
  const count = 'SELECT count(*)::int AS count FROM _prisma_migrations WHERE finished_at IS NOT NULL'
  const migrations = await withClient(other.super, (client) => client.query<{ count: number }>(count))
  expect(migrations.rows[0]?.count).toBeGreaterThan(0)
  const found = await withClient(other.super, (client) => client.query(`SELECT to_regclass('only_here') AS found`))
  expect(found.rows).toEqual([{ found: null }])
})

test('the roles of a test database have the settings of a real one', async () => {
  const database = await fresh()
  const ask = (url: string, question: string) =>
    withClient(url, async (client) => (await client.query<{ answer: string }>(question)).rows[0]?.answer)
  expect(await ask(database.migrate, 'SELECT current_user AS answer')).toBe('lunas_owner')
  expect(await ask(database.app, 'SELECT current_user AS answer')).toBe('lunas_app')
  expect(await ask(database.app, `SELECT current_setting('statement_timeout') AS answer`)).toBe('30s')
  expect(await ask(database.audit, `SELECT current_setting('transaction_read_only') AS answer`)).toBe('on')
})
