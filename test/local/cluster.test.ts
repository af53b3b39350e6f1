import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { urlOfDatabase, withClient } from '../../local/roles.ts'
import { createDatabase, type TestDatabase } from '../support/cluster.ts'
import { besideRows } from '../support/emptied.ts'

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

const SAY = `INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
             VALUES (gen_random_uuid(), 'p', 'r', 'lift', 4, 'pending', now())`
const LEFT = `SELECT (SELECT count(*) FROM message)::int AS rows, nextval('posting_id_seq')::int AS number`

test('what was given back is lent again empty, its numbers begin anew, and of its connections only the plans are kept', async () => {
  const first = await createDatabase()
  const { root } = first.kept
  await root.pool.query(`SET session_replication_role = replica; ${SAY}; SELECT nextval('posting_id_seq')`)
  await root.pool.query(`LISTEN said; SELECT pg_advisory_lock(7); SET ROLE lunas_app`)
  await first.drop()
  await first.drop()
  const again = await createDatabase()
  expect(again.name).toBe(first.name)
  expect(() => root.pool.query('SELECT')).toThrow('the database was given back')
  const next = again.kept.root.pool
  expect((await next.query(LEFT)).rows).toEqual([{ rows: 0, number: 1 }])
  const asked = `SELECT current_setting('session_replication_role') AS role, current_user AS who,
                        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())::int AS locks,
                        (SELECT count(*) FROM pg_listening_channels())::int AS channels`
  const asNew = { role: 'origin', who: 'postgres', locks: 0, channels: 0 }
  expect((await next.query(asked)).rows).toEqual([asNew])
  await again.drop()
})

test.each(['super', 'seal'] as const)(
  'it has another name where %s is still connected, and finds nothing there',
  async (as) => {
    const first = await createDatabase()
    await first.kept.root.pool.query(
      `SET session_replication_role = replica; ${SAY}; SELECT nextval('posting_id_seq'); SET ROLE lunas_app`,
    )
    const left = new pg.Client({ connectionString: first[as] })
    left.on('error', () => undefined)
    await left.connect()
    await first.drop()
    await expect(left.query('SELECT')).rejects.toThrow()
    const again = await createDatabase()
    expect(again.name).not.toBe(first.name)
    expect((await withClient(again.super, (client) => client.query(LEFT))).rows).toEqual([{ rows: 0, number: 1 }])
    await expect(withClient(first.super, (client) => client.query('SELECT'))).rejects.toThrow(/does not exist/)
    await again.drop()
  },
)

test('it has another name where a connection was not given back', async () => {
  const first = await createDatabase()
  const client = await first.kept.app.pool.connect()
  await client.query('BEGIN')
  await first.drop()
  const again = await createDatabase()
  expect(again.name).not.toBe(first.name)
  await again.drop()
})

test('what a transaction that nobody ended has written is not there afterwards', async () => {
  const first = await createDatabase()
  await first.kept.root.pool.query(`BEGIN; SET LOCAL session_replication_role = replica; ${SAY}`)
  await first.drop()
  const again = await createDatabase()
  expect(again.name).toBe(first.name)
  await again.kept.root.pool.query('COMMIT')
  expect((await again.kept.root.pool.query(LEFT)).rows).toEqual([{ rows: 0, number: 1 }])
  await again.drop()
})

test.each([
  'ALTER TABLE payout DISABLE TRIGGER ALL',
  'GRANT DELETE ON posting TO lunas_app',
  'GRANT UPDATE (amount) ON posting TO lunas_app',
  'CREATE INDEX ON payout (key)',
  'CREATE OR REPLACE VIEW odd AS SELECT',
  'CREATE FUNCTION odd() RETURNS int LANGUAGE sql RETURN 1',
  'CREATE SCHEMA odd',
  `DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO lunas_app', current_database()); END $$`,
  `DO $$ BEGIN EXECUTE format('ALTER ROLE lunas_app IN DATABASE %I SET statement_timeout = 1', current_database()); END $$`,
  'DELETE FROM _prisma_migrations WHERE id = (SELECT max(id) FROM _prisma_migrations)',
])('a database in which more than rows has changed is not lent again: %s', async (change) => {
  const database = await createDatabase()
  const server = urlOfDatabase(database.super, 'postgres')
  const oidsOf = (where: string) =>
    withClient(server, async (client) => {
      const { rows } = await client.query<{ oid: number }>(`SELECT oid FROM pg_database WHERE ${where}`)
      return rows
    })
  const [mine] = await oidsOf(`datname = '${database.name}'`)
  const beside = await withClient(database.super, besideRows)
  expect(await withClient(database.super, besideRows)).toBe(beside)
  await withClient(database.super, (client) => client.query(change))
  expect(await withClient(database.super, besideRows)).not.toBe(beside)
  await database.drop()
  expect(await oidsOf(`oid = ${mine?.oid ?? 0}`)).toEqual([])
})
