/** What an engine took over at its first use: right on one machine, and in production no ground to send anything on. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Sql } from '../../store/database.ts'
import type { Finding } from '../../auditor/finding.ts'
import { auditWithin } from '../support/audited.ts'
import { pairOf } from '../support/freezes.ts'
import { agree } from '../support/two-people.ts'
import { disbursementOf, HOUR, MINUTE, NOON, openWorld, testCredential, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

async function found(development: boolean): Promise<readonly Finding[]> {
  const client = await world.root.pool.connect()
  try {
    await client.query('BEGIN')
    const only = ['credentials', 'acts']
    const { findings } = await auditWithin(client, new Map(), NOON + HOUR, { only, development })
    // Its programme and money are there without two people, as in most tests.
    return findings.filter(({ entity }) => ['gateway_credential', 'payout', 'callback'].includes(entity))
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}
/** As the intake would have kept one. */
const callBack = (sql: Sql, verdict: string, gateway = 'sandbox', atMs = NOON + MINUTE) =>
  sql.query(
    `INSERT INTO callback (id, gateway, event_id, sha256, document, verdict, received_at)
     VALUES (gen_random_uuid(), $3, gen_random_uuid()::text, '', gen_random_uuid(), $1, $2)`,
    [verdict, new Date(atMs), gateway],
  )
const blamed = async (development: boolean): Promise<string[]> =>
  (await found(development)).map(({ invariant, kind, entity }) => `${invariant} ${kind} ${entity}`)

it('is well in development, and forbidden in production while it is in force', async () => {
  await world.claim(disbursementOf(await world.ready()))
  expect(await blamed(true)).toEqual([])
  expect(await blamed(false)).toEqual(Array(2).fill('I21 forbidden gateway_credential'))
})

it('is forbidden in production also after it has ended, where a payout was sent meanwhile', async () => {
  const ref = await world.ready()
  const later = await world.ready()
  await world.claim(disbursementOf(ref))
  await world.store.gatewayCredentials.endAdopted(NOON)
  expect(await found(true)).toEqual([])
  expect(await found(false)).toMatchObject([
    { invariant: 'I21', kind: 'forbidden', says: expect.stringContaining('until it ended it was sent with') },
  ])
  await expect(world.claim(disbursementOf(later))).rejects.toThrow('credential-not-in-force')
})

it('is forbidden in production also after it has ended, where a callback was believed by it', async () => {
  const { sari, budi } = await pairOf(world)
  const content = { ...testCredential('sandbox', 'send', 'theirs'), change: 'admit' }
  await agree(world.store, [sari, budi], { act: 'gateway-credential', content }, NOON)
  await callBack(world.root.pool, 'stale')
  await world.store.gatewayCredentials.endAdopted(NOON + HOUR)
  expect(await blamed(false)).toEqual([])
  await callBack(world.root.pool, 'applied')
  expect(await found(false)).toMatchObject([{ says: expect.stringContaining('until it ended it was believed by') }])
})

it('that nothing was sent with is nothing to tell of in production', async () => {
  await world.ready()
  await world.store.gatewayCredentials.endAdopted(NOON)
  expect(await blamed(false)).toEqual([])
})

it('is no first use once there was another, whatever its event says', async () => {
  await world.store.gatewayCredentials.endAdopted(NOON)
  const { sari, budi } = await pairOf(world)
  const content = { ...testCredential('sandbox', 'send'), change: 'admit' }
  expect((await agree(world.store, [sari, budi], { act: 'gateway-credential', content }, NOON)).state).toBe('executed')
  expect(await blamed(false)).toEqual([])
  const client = await world.root.pool.connect()
  await client.query('SET session_replication_role = replica')
  await client.query(
    `WITH made AS (INSERT INTO gateway_credential (id, gateway, purpose, fingerprint, begun_at) VALUES (gen_random_uuid(), 'sandbox', 'send', repeat('e', 64), now()) RETURNING *)
     INSERT INTO audit_event (at, person, act, subject, after)
     SELECT begun_at, 'engine', 'credential-adopted', 'credential:' || id, jsonb_build_object('gateway', gateway, 'purpose', purpose, 'fingerprint', fingerprint) FROM made`,
  )
  await client.query('SET session_replication_role = DEFAULT')
  client.release()
  expect(await blamed(true)).toEqual(['I21 forbidden gateway_credential'])
})

it('a payment by a gateway that never had any is forbidden, from the first credential of any gateway on', async () => {
  const before = await world.claim(disbursementOf(await world.ready()))
  const after = await world.claim(disbursementOf(await world.ready()))
  const client = await world.root.pool.connect()
  await client.query('SET session_replication_role = replica')
  await client.query(`UPDATE payout SET gateway = 'elsewhere'`)
  await client.query(`UPDATE audit_event SET id = -1 WHERE act = 'payout-sent' AND subject = $1`, [before])
  client.release(true)
  expect(await found(true)).toMatchObject([{ invariant: 'I9', kind: 'forbidden', entity: 'payout', key: after }])
})

it('a callback that was believed while no secret of its gateway was in force is forbidden', async () => {
  const { pool } = world.root
  await callBack(pool, 'applied', 'sandbox', NOON + 2 * HOUR)
  await callBack(pool, 'applied', 'elsewhere', NOON - HOUR)
  await callBack(pool, 'stale', 'elsewhere', NOON + HOUR)
  expect(await blamed(true)).toEqual([])
  await callBack(pool, 'applied', 'elsewhere', NOON + HOUR)
  expect(await blamed(true)).toEqual(['I14 forbidden callback'])
  await world.store.gatewayCredentials.endAdopted(NOON + HOUR)
  expect(await blamed(true)).toEqual(Array(2).fill('I14 forbidden callback'))
})
