/** Power that two people did not give, a key that is not the one its person registered, and an account that comes back: each is found. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeIdentity, openIdentity, type Identity } from '../../client/identity.ts'
import type { Actor } from '../../domain/act.ts'
import { signedText } from '../../domain/signing.ts'
import type { Sql } from '../../store/database.ts'
import { endRole, grantRole } from '../../store/grants.ts'
import { foundIn } from '../support/audited.ts'
import { linked } from '../support/audited-accounts.ts'
import { agree, decide, propose, signer, type Signer } from '../support/two-people.ts'
import { HOUR, MINUTE, NOON, openWorld, type World } from '../support/world.ts'

const ALONE: Actor = { person: 'agus', keyId: null, role: 'administrator', requestId: 'r1' }

let world: World
let agus: Signer
let budi: Signer
beforeAll(async () => {
  world = await openWorld()
  agus = await signer(world.store, 'agus', ['administrator'], undefined, NOON)
  budi = await signer(world.store, 'budi', ['approver'], undefined, NOON)
})
afterAll(() => world.close())

async function found(only: readonly string[]): Promise<string[]> {
  const findings = await foundIn(world, NOON + 3 * HOUR, only)
  return findings.map(({ invariant, kind, entity, key }) => `${invariant} ${kind} ${entity} ${key}`)
}

/** What whoever owns the database can do, past every trigger. */
async function asOwner(work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = await world.root.pool.connect()
  try {
    await sql.query('SET session_replication_role = replica')
    await work(sql)
    await sql.query('SET session_replication_role = DEFAULT')
  } finally {
    sql.release()
  }
}

describe('power that one person has given, with its event in the trail', () => {
  it.each(['operator', 'helpdesk'] as const)('is found: %s', async (role) => {
    const person = `dewi-${role}`
    await signer(world.store, person, ['auditor'], undefined, NOON)
    await world.inSql((sql) => grantRole(sql, { person, role, programme: null }, ALONE, NOON + MINUTE))
    expect(await found(['programmes'])).toContain(`I21 forbidden role_grant ${person}/${role}`)
  })

  it('is found where two had given it before, and it had ended', async () => {
    const citra = await signer(world.store, 'citra', ['auditor'], undefined, NOON)
    const of = { person: 'citra', role: 'approver', programme: null } as const
    const given = (at: number) =>
      agree(
        world.store,
        [agus, budi],
        { act: 'role-grant', content: { ...of, publicKey: citra.identity.publicKey } },
        at,
      )
    const end = (at: number) => world.inSql((sql) => endRole(sql, of, ALONE, at))
    const finding = 'I21 forbidden role_grant citra/approver'
    expect((await given(NOON + MINUTE)).state).toBe('executed')
    await end(NOON + 2 * MINUTE)
    expect((await given(NOON + 3 * MINUTE)).state).toBe('executed')
    await end(NOON + 4 * MINUTE)
    expect(await found(['programmes'])).not.toContain(finding)
    await world.inSql((sql) => grantRole(sql, of, ALONE, NOON + 5 * MINUTE))
    expect(await found(['programmes'])).toContain(finding)
  })

  it('is found where it is dated back to a proposal that had nothing to give any more', async () => {
    const eko = await signer(world.store, 'eko', ['auditor'], undefined, NOON)
    const of = { person: 'eko', role: 'approver', programme: null } as const
    const content = { ...of, publicKey: eko.identity.publicKey }
    const given = (at: number) => agree(world.store, [agus, budi], { act: 'role-grant', content }, at)
    for (const at of [NOON + MINUTE, NOON + 2 * MINUTE]) expect((await given(at)).state).toBe('executed')
    await world.inSql((sql) => endRole(sql, of, ALONE, NOON + 3 * MINUTE))
    expect(await found(['programmes'])).not.toContain('I21 forbidden role_grant eko/approver')
    await world.inSql((sql) => grantRole(sql, of, { ...ALONE, person: 'budi' }, NOON + 2 * MINUTE))
    expect(await found(['programmes'])).toContain('I21 forbidden role_grant eko/approver')
  })
})

const funding = (number: string) => ({
  act: 'funding',
  content: { programme: 'swift', gateway: 'sandbox', number, amount: { minor: '100000', currency: 'IDR' } },
})

/** A key of a thief where that of a person was, and every word of that person signed anew with it. */
async function stolen(sql: Sql, person: string, thief: Identity): Promise<string> {
  const { publicKey, possession } = thief.registration()
  const key = await sql.query<{ id: string }>(
    `UPDATE signing_key SET public_key = $2, possession = $3 WHERE person = $1 RETURNING id`,
    [person, Buffer.from(publicKey, 'base64'), Buffer.from(possession, 'base64')],
  )
  const { rows } = await sql.query<{
    proposal: string
    act: string
    hash: string
    decision: 'approve'
    expiresAtMs: number
  }>(
    `SELECT a.proposal, a.decision, p.act, encode(p.content_hash, 'hex') AS hash, extract(epoch FROM p.expires_at)::float8 * 1000 AS "expiresAtMs"
       FROM approval a JOIN proposal p ON p.id = a.proposal WHERE a.person = $1`,
    [person],
  )
  for (const { proposal, ...word } of rows) {
    const signature = Buffer.from(thief.sign(signedText(word)), 'base64')
    await sql.query('UPDATE approval SET signature = $3 WHERE proposal = $1 AND person = $2', [
      proposal,
      person,
      signature,
    ])
  }
  return key.rows[0]?.id ?? ''
}

describe('a signing key in the place of a person’s own, with which all their words were signed anew', () => {
  it('is found: the trail has another one registered', async () => {
    await agree(world.store, [agus, budi], funding('SP2D-77'), NOON + MINUTE)
    const checks = ['approvals', 'acts', 'events']
    const before = await found(checks)
    const thief = openIdentity(makeIdentity('budi'))
    let key = ''
    await asOwner(async (sql) => (key = await stolen(sql, 'budi', thief)))
    // From here on the thief is Budi, through the API as it is.
    const put = await propose(world.store, agus, funding('SP2D-78'), NOON + 2 * MINUTE)
    const taken = await decide(world.store, { ...budi, identity: thief }, put, 'approve', NOON + 3 * MINUTE)
    expect(taken.state).toBe('executed')
    expect((await found(checks)).filter((one) => !before.includes(one))).toEqual([`I22 changed signing_key ${key}`])
  })
})

describe('an account that was replaced', () => {
  it('is found when it is the live one again, before anything is paid to it', async () => {
    const ref = await world.ready()
    for (const at of [NOON + HOUR, NOON + 2 * HOUR]) await linked(world, ref, at)
    expect(await found(['accounts'])).toEqual([])
    const { rows } = await world.root.pool.query<{ id: string }>(
      'SELECT id FROM account WHERE ref = $1 ORDER BY linked_at, ended_at NULLS LAST',
      [ref],
    )
    const [first, , live] = rows.map(({ id }) => id)
    await asOwner(async (sql) => {
      await sql.query(`UPDATE account SET ended_at = linked_at, state = 'replaced' WHERE id = $1`, [live])
      await sql.query(`UPDATE account SET ended_at = NULL, state = 'unverified' WHERE id = $1`, [first])
    })
    const all = await found(['accounts'])
    for (const id of [first, live]) expect(all).toContain(`I22 changed account ${id}`)
  })
})
