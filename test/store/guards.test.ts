/** What guards the database: each guard, taken away, is named; and what the application may not do, it cannot. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type Database } from '../../store/database.ts'
import { guardFaults } from '../../store/guards.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
let app: Database
let audit: Database
beforeAll(async () => {
  world = await openWorld()
  app = openDatabase(world.database.app, { max: 2, name: 'app' })
  audit = openDatabase(world.database.audit, { max: 2, name: 'audit' })
  await world.ready()
})
afterAll(async () => {
  await app.pool.end()
  await audit.pool.end()
  await world.close()
})

/** A statement about the database of a test, whatever its name. */
const onDatabase = (statement: string): string =>
  `DO $$ BEGIN EXECUTE format('${statement}', current_database()); END $$`

describe('the guards of a migrated database', () => {
  it('all stand, as the application sees them', async () => {
    expect(await guardFaults(app.pool)).toEqual([])
  })

  it.each([
    ['a power given to everybody', 'GRANT UPDATE ON posting TO PUBLIC', 'power PUBLIC on table posting is not known'],
    [
      'a power over one column',
      'GRANT UPDATE (amount) ON posting TO lunas_app',
      'power lunas_app on table posting is not',
    ],
    [
      'a column given to everybody',
      'GRANT SELECT (box) ON sealed_document TO PUBLIC',
      'power PUBLIC on table sealed_document',
    ],
    [
      'a power with the right to pass it on',
      'GRANT INSERT ON posting TO lunas_app WITH GRANT OPTION',
      'power lunas_app on',
    ],
    [
      'a schema in which everybody may create',
      'GRANT CREATE ON SCHEMA public TO PUBLIC',
      'power PUBLIC on schema public is not',
    ],
    [
      'temporary tables of the application, which names find first',
      onDatabase('GRANT TEMPORARY ON DATABASE %I TO lunas_app'),
      'power lunas_app on database is not known',
    ],
    [
      'temporary tables of everybody',
      onDatabase('GRANT TEMPORARY ON DATABASE %I TO PUBLIC'),
      'power PUBLIC on database is not known',
    ],
    [
      'temporary tables that the auditor needs',
      onDatabase('REVOKE TEMPORARY ON DATABASE %I FROM lunas_audit'),
      'power lunas_audit on database is missing',
    ],
    [
      'a primary key',
      'ALTER TABLE closed_period DROP CONSTRAINT closed_period_pkey',
      'primary closed_period.closed_period_pkey is missing',
    ],
    [
      'a loosened check',
      'ALTER TABLE wave DROP CONSTRAINT wave_quota, ADD CONSTRAINT wave_quota CHECK (true)',
      'check wave.wave_quota is not what',
    ],
    [
      'a check of new rows only',
      'ALTER TABLE wave DROP CONSTRAINT wave_quota, ADD CONSTRAINT wave_quota CHECK (quota > 0 AND admitted >= 0 AND admitted <= quota) NOT VALID',
      'check wave.wave_quota is not what',
    ],
    [
      'references that are no longer looked at',
      'ALTER TABLE send DISABLE TRIGGER ALL',
      'reference send.send_payout_exists is not what',
    ],
    [
      'a trigger nobody knows',
      'CREATE TRIGGER extra BEFORE INSERT ON wave FOR EACH ROW EXECUTE FUNCTION refuse_change()',
      'trigger wave.extra is not known',
    ],
    [
      'a rule that swallows writes',
      'CREATE RULE quiet AS ON INSERT TO posting DO INSTEAD NOTHING',
      'rule posting.quiet is not known',
    ],
    [
      'a function that does nothing',
      'CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
      'function refuse_change() is not what',
    ],
    [
      'a procedure nobody knows',
      'CREATE PROCEDURE extra() LANGUAGE sql AS $$ SELECT 1 $$',
      'function extra() is not known',
    ],
    ['a table nobody knows', 'CREATE TABLE strange (id int)', 'owner table strange is not known'],
    ['a schema that could stand before ours', 'CREATE SCHEMA lunas_app', 'owner schema lunas_app is not known'],
    [
      'a function that belongs to another',
      'ALTER FUNCTION refuse_change() OWNER TO postgres',
      'owner function refuse_change() is not what',
    ],
  ])('%s is named, with how to mend it', async (_what, statement, says) => {
    const client = await world.root.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query(statement)
      const faults = await guardFaults(client)
      const fault = faults.find((line) => line.startsWith(says))
      expect(fault ?? faults.join('\n')).toMatch(/; mend it: (lunas migrate|as [a-z_ ]+: [A-Z]{4,} .+)$/)
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  })

  it('are refused to a superuser: the application must not be able to lift them', async () => {
    expect((await guardFaults(world.root.pool)).join('\n')).toContain('is a superuser; connect as lunas_app')
  })

  it.each([
    ['a role that can become another', 'GRANT pg_write_all_data TO lunas_app', 'can become pg_write_all_data'],
    ['a role that may make schemas', 'CREATE', 'may create schemas'],
  ])('are not enough for %s', async (_what, grant, says) => {
    const client = await world.root.pool.connect()
    const { rows } = await client.query<{ name: string }>('SELECT quote_ident(current_database()) AS name')
    try {
      await client.query('BEGIN')
      await client.query(grant === 'CREATE' ? `GRANT CREATE ON DATABASE ${rows[0]?.name} TO lunas_app` : grant)
      await client.query('SET LOCAL ROLE lunas_app')
      expect((await guardFaults(client)).join('\n')).toContain(`role lunas_app ${says}`)
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  })
})

describe('the application', () => {
  it.each([
    ['UPDATE posting SET amount = 1', 'permission denied'],
    ['DELETE FROM posting', 'permission denied'],
    ['TRUNCATE posting', 'permission denied'],
    ['UPDATE audit_event SET person = $$nobody$$', 'permission denied'],
    ['DELETE FROM audit_event', 'permission denied'],
    ['DELETE FROM payout', 'permission denied'],
    ['DELETE FROM participant', 'permission denied'],
    ['UPDATE evidence SET subject = $$x$$', 'permission denied'],
    ['UPDATE programme_version SET version = 2', 'permission denied'],
    ['UPDATE sealed_document SET box = $$x$$', 'permission denied'],
    ['UPDATE observation SET decision = $$x$$', 'permission denied'],
    ['UPDATE api_key SET person = $$x$$', 'permission denied'],
    ['UPDATE role_grant SET role = $$administrator$$', 'permission denied'],
    ['CREATE TABLE mine (id int)', 'permission denied'],
    ['CREATE TEMPORARY TABLE proposal (id uuid)', 'permission denied to create temporary tables'],
    ['CREATE TABLE pg_temp.proposal AS SELECT * FROM public.proposal', 'permission denied to create temporary tables'],
    ['CREATE TEMPORARY VIEW closed_period AS SELECT 1', 'permission denied to create temporary tables'],
    [
      'CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql RETURN 1',
      'permission denied to create temporary tables',
    ],
    ['CREATE SCHEMA mine', 'permission denied'],
    ['CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1', 'permission denied'],
    ['ALTER TABLE posting DISABLE TRIGGER ALL', 'must be owner'],
    ['DROP TABLE posting', 'must be owner'],
    ['SET ROLE lunas_owner', 'permission denied'],
    ['SET session_replication_role = replica', 'permission denied'],
  ])('cannot: %s', async (statement, message) => {
    await expect(app.pool.query(statement)).rejects.toThrow(message)
  })

  it('posts nothing into a closed period, and opens none again', async () => {
    await world.root.pool.query(`INSERT INTO closed_period (programme, period) VALUES ('swift', '2020-01')`)
    const late = `INSERT INTO posting (key, line, event, debit, credit, amount, currency, programme, subject, fiscal_year, budget_line,
                                       business_date, period)
                  VALUES ('late', 1, 'funded', 'funds:float:sandbox', 'funds:treasury', 1, 'IDR', 'swift', 's', 2020, 'b', '2020-01-31', '2020-01')`
    await expect(app.pool.query(late)).rejects.toThrow('the period is closed')
    await expect(app.pool.query(`DELETE FROM closed_period`)).rejects.toThrow('permission denied')
    await expect(world.root.pool.query('DELETE FROM closed_period')).rejects.toThrow('append-only')
  })

  it('posts nothing that mixes budget and funds, moves nothing, or moves in a circle', async () => {
    const post = (debit: string, credit: string, amount: number) =>
      app.pool.query(
        `INSERT INTO posting (key, line, event, debit, credit, amount, currency, programme, subject, fiscal_year, budget_line,
                              business_date, period)
         VALUES ('k', 1, 'paid', $1, $2, $3, 'IDR', 'swift', 's', 2026, 'b', '2026-11-22', '2026-11')`,
        [debit, credit, amount],
      )
    await expect(post('budget:available', 'funds:payable', 1)).rejects.toThrow('posting_family')
    await expect(post('budget:available', 'budget:available', 1)).rejects.toThrow('posting_amount')
    await expect(post('budget:available', 'budget:committed', 0)).rejects.toThrow('posting_amount')
  })
})

describe('the auditor', () => {
  it('reads the books and changes nothing', async () => {
    const { rows } = await audit.pool.query('SELECT count(*) AS postings FROM posting')
    expect(rows).toHaveLength(1)
    const close = 'INSERT INTO closed_period (programme, period) VALUES ($$a$$, $$b$$)'
    await expect(audit.pool.query(close)).rejects.toThrow('read-only transaction')
    await expect(audit.pool.query(`SET transaction_read_only = off; ${close}`)).rejects.toThrow('permission denied')
  })

  it.each(['sealed_document', 'data_key', 'api_key', 'idempotency_key'])('cannot read %s', async (table) => {
    await expect(audit.pool.query(`SELECT * FROM ${table}`)).rejects.toThrow('permission denied')
  })
})
