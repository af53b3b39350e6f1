/** What guards the database: each guard, taken away, is named; and what the application may not do, it cannot. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GUARDS, type Guard } from '../../prisma/guards.ts'
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

/** How somebody with the power would take a guard away. */
function removal({ kind, name }: Guard): string {
  const [table = '', object = ''] = name.split('.')
  switch (kind) {
    case 'check':
    case 'reference':
      return `ALTER TABLE ${table} DROP CONSTRAINT ${object}`
    case 'unique':
      return `DROP INDEX ${object} CASCADE`
    case 'trigger':
      return `ALTER TABLE ${table} DISABLE TRIGGER ${object}`
    case 'function':
      return `ALTER FUNCTION ${name} RENAME TO gone`
    case 'owner':
      return `ALTER TABLE ${name} OWNER TO postgres`
    case 'power': {
      const [role = '', on = ''] = name.split(' on ')
      return on.endsWith('_seq') ? `REVOKE ALL ON SEQUENCE ${on} FROM ${role}` : `GRANT TRUNCATE ON ${on} TO ${role}`
    }
  }
}

describe('the guards of a migrated database', () => {
  it('all stand, as the application sees them', async () => {
    expect(await guardFaults(app.pool)).toEqual([])
  })

  it('each taken away is named, with how to mend it', async () => {
    const client = await world.root.pool.connect()
    const silent: string[] = []
    try {
      await client.query('BEGIN')
      for (const guard of GUARDS) {
        await client.query('SAVEPOINT before')
        await client.query(removal(guard))
        const faults = await guardFaults(client)
        const isNamed = faults.some((fault) => fault.startsWith(`${guard.kind} ${guard.name} `) && fault.includes('; '))
        if (!isNamed) silent.push(`${guard.kind} ${guard.name}`)
        await client.query('ROLLBACK TO SAVEPOINT before')
      }
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
    expect(silent).toEqual([])
  })

  it('and everything foreign is named: a table, a trigger, a loosened check', async () => {
    const client = await world.root.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('ALTER TABLE wave DROP CONSTRAINT wave_quota, ADD CONSTRAINT wave_quota CHECK (true)')
      await client.query('CREATE TRIGGER extra BEFORE INSERT ON wave FOR EACH ROW EXECUTE FUNCTION refuse_change()')
      await client.query('CREATE TABLE foreign_table (id int)')
      const faults = (await guardFaults(client)).join('\n')
      for (const name of ['check wave.wave_quota is not what', 'trigger wave.extra is not known', 'foreign_table']) {
        expect(faults).toContain(name)
      }
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  })

  it('are refused to a superuser: the application must not be able to lift them', async () => {
    expect((await guardFaults(world.root.pool)).join('\n')).toContain('is a superuser; connect as lunas_app')
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
    ['CREATE TABLE mine (id int)', 'permission denied'],
    ['CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1', 'permission denied'],
    ['ALTER TABLE posting DISABLE TRIGGER ALL', 'must be owner'],
    ['DROP TABLE posting', 'must be owner'],
    ['SET ROLE lunas_owner', 'permission denied'],
    ['SET session_replication_role = replica', 'permission denied'],
  ])('cannot: %s', async (statement, message) => {
    await expect(app.pool.query(statement)).rejects.toThrow(message)
  })

  it('posts nothing into a closed period', async () => {
    const ref = await world.ready()
    await world.root.pool.query(`INSERT INTO closed_period (programme, period) VALUES ('swift', '2026-11')`)
    try {
      await expect(world.claim(`swift:${ref}:${ref}:incentive-1:1`)).rejects.toThrow('the period is closed')
      expect(await world.count('SELECT FROM payout WHERE ref = $1', [ref])).toBe(0)
    } finally {
      await world.root.pool.query('DELETE FROM closed_period')
    }
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
