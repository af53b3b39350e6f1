/** What has ended stays as it ended, whoever writes to it: the application, and the owner of the tables too. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type Database } from '../../store/database.ts'
import { bankAccount } from '../support/builders.ts'
import { signer } from '../support/two-people.ts'
import { HOUR, NOON, openWorld, type World } from '../support/world.ts'

let world: World
let app: Database
let ref: string
beforeAll(async () => {
  world = await openWorld()
  app = openDatabase(world.database.app, { max: 1, name: 'app' })
  await signer(world.store, 'budi', ['approver'], undefined, NOON)
  ref = await world.ready()
})
afterAll(async () => {
  await app.pool.end()
  await world.close()
})

const only = async (query: string): Promise<string> => {
  const { rows } = await world.root.pool.query<{ id: string }>(query)
  expect(rows).toHaveLength(1)
  return rows[0]?.id ?? ''
}

describe('a role that has ended', () => {
  it('comes back by no update, and can be granted anew', async () => {
    const end = () => world.act((acts) => acts.endRole({ person: 'budi', role: 'approver', programme: null }))
    await end()
    const back = `UPDATE role_grant SET ended_at = NULL, ended_by = NULL WHERE person = 'budi'`
    await expect(app.pool.query(back)).rejects.toThrow('role_grant is append-only')
    await expect(world.root.pool.query(back)).rejects.toThrow('role_grant is append-only')
    const again = `INSERT INTO role_grant (id, person, role, granted_by) VALUES (gen_random_uuid(), 'budi', 'approver', 'x')`
    await app.pool.query(again)
    await end()
    expect(await world.count(`SELECT FROM role_grant WHERE person = 'budi' AND ended_at IS NOT NULL`)).toBe(2)
  })
})

describe('a key that is revoked', () => {
  it('opens nothing again, nor was it revoked later', async () => {
    const id = await only(`SELECT id FROM api_key WHERE person = 'budi'`)
    const set = (at: string, by: string) =>
      app.pool.query(`UPDATE api_key SET revoked_at = ${at}, revoked_by = ${by} WHERE id = $1`, [id])
    await set('now()', `'agus'`)
    await expect(set('NULL', 'NULL')).rejects.toThrow('api_key is append-only')
    await expect(set(`now() + interval '1 year'`, `'agus'`)).rejects.toThrow('api_key is append-only')
  })
})

describe('an account that was replaced', () => {
  it('is paid to no more: it takes the place of no other, and its end does not move', async () => {
    const first = await only(`SELECT id FROM account WHERE ref = '${ref}'`)
    await world.link(ref, bankAccount(), NOON + HOUR)
    await world.link(ref, bankAccount(), NOON + 2 * HOUR)
    const live = await only(`SELECT id FROM account WHERE ref = '${ref}' AND ended_at IS NULL`)
    const back = async () => {
      await app.pool.query('BEGIN')
      try {
        await app.pool.query(`UPDATE account SET ended_at = now(), state = 'replaced' WHERE id = $1`, [live])
        await app.pool.query(`UPDATE account SET ended_at = NULL, state = 'unverified' WHERE id = $1`, [first])
      } finally {
        await app.pool.query('ROLLBACK')
      }
    }
    await expect(back()).rejects.toThrow('account is append-only')
    const later = `UPDATE account SET ended_at = now() WHERE id = $1`
    await expect(app.pool.query(later, [first])).rejects.toThrow('account is append-only')
    expect(await only(`SELECT id FROM account WHERE ref = '${ref}' AND ended_at IS NULL`)).toBe(live)
  })
})
