/** A worker's start has those told who wait for a credential of a gateway: only of that gateway, and not once more for each process that starts. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resumeWaiting } from '../../main/credentials.ts'
import { tellAll } from '../support/freezes.ts'
import { silentGateway } from '../support/lost-time.ts'
import { disbursementOf, NOON, openStore, openWorld, seen, testCredential, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const tellings = async (): Promise<string[]> => {
  const { rows } = await world.root.pool.query<{ gateway: string }>(
    `SELECT split_part(cause, ':', 2) AS gateway FROM telling WHERE cause LIKE 'credential:%'`,
  )
  return rows.map(({ gateway }) => gateway)
}
const resume = (...gateways: string[]) => world.store.gatewayCredentials.resume(gateways)

/** As a worker looks at them that runs with another credential. */
async function looked(...refs: readonly string[]): Promise<void> {
  const foreign = openStore(world.database, { sendsWith: () => testCredential('sandbox', 'send', 'other').fingerprint })
  for (const ref of refs)
    expect((await foreign.lives.advance('swift', ref, NOON)).attention).toBe('credential-not-in-force')
  await foreign.close()
}

it('of the gateway that they wait for, and of none else', async () => {
  await resume('sandbox', 'elsewhere')
  expect(await tellings()).toEqual([])
  await looked(await world.ready())
  await resume('elsewhere')
  expect(await tellings()).toEqual([])
  await resume('sandbox', 'elsewhere')
  expect(await tellings()).toEqual(['sandbox'])
})

it('also where what is under way there is to be asked about', async () => {
  const ref = await world.ready()
  const payout = await world.claim(disbursementOf(ref))
  await world.observe({ payout, source: 'submit', fact: seen('accepted'), atMs: NOON, send: 1 })
  await looked(ref)
  await resume('elsewhere', 'sandbox')
  expect(await tellings()).toEqual(['sandbox'])
})

it('once while nobody has been told, and again where that has begun', async () => {
  await looked(await world.ready(), await world.ready())
  for (let starts = 0; starts < 3; starts += 1) await resume('sandbox')
  expect(await tellings()).toEqual(['sandbox'])
  await world.root.pool.query(`UPDATE telling SET reached_programme = 'swift', reached = '1'`)
  await resume('sandbox')
  expect(await tellings()).toEqual(['sandbox', 'sandbox'])
  await tellAll(world.store)
})

it('where this worker sends with what is in force there', async () => {
  await looked(await world.ready())
  const running = (label?: string) => {
    const credentials = [testCredential('sandbox', 'send', label)]
    return { store: world.store, gateways: new Map([['sandbox', { ...silentGateway([], new Map()), credentials }]]) }
  }
  await resumeWaiting(running('other'))
  expect(await tellings()).toEqual([])
  await resumeWaiting(running())
  expect(await tellings()).toEqual(['sandbox'])
})

it('of each, where a crowd waits: a start does not read a population', async () => {
  const ref = await world.ready()
  await looked(ref)
  const client = await world.root.pool.connect()
  await client.query('SET session_replication_role = replica')
  await client.query(
    `INSERT INTO participant SELECT n.* FROM participant t, generate_series(1, 1000) AS i,
       LATERAL jsonb_populate_record(t, jsonb_build_object('ref', lpad(i::text, 13, '0'), 'identity_index', i::text)) AS n WHERE t.ref = $1`,
    [ref],
  )
  client.release(true)
  await resume('sandbox', 'elsewhere')
  expect((await tellings()).toSorted()).toEqual(['elsewhere', 'sandbox'])
})
