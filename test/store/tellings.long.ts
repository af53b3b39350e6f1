/** Everybody who waited for something that has ended is told, part by part: a million people keep nobody from ending it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FAILPOINTS } from '../../failpoints.ts'
import { agreeToLift, EVERYTHING, freeze, lift, proposeLift, SANDBOX, tellAll } from '../support/freezes.ts'
import { cutsAt } from '../support/killed.ts'
import { disbursementOf, MINUTE, openStore, openWorld, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const told = (ref: string) => world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'lift'`, [ref])
const people = (count: number, atMs?: number) => Promise.all(Array.from({ length: count }, () => world.ready({}, atMs)))
/** What is on its way was delivered, to whoever then forgot it. */
const forgotten = () => world.root.pool.query(`UPDATE message SET state = 'delivered' WHERE state = 'pending'`)
const heard = async (ref: string): Promise<number> =>
  (await world.one<{ heard: Date }>('SELECT heard_by AS heard FROM participant WHERE ref = $1', [ref])).heard.getTime()

/** Rows that differ from one that is there, as nobody but a test writes them. */
async function crowd(...texts: readonly string[]): Promise<void> {
  const client = await world.root.pool.connect()
  await client.query('SET session_replication_role = replica')
  for (const text of texts) await client.query(text)
  client.release(true)
}
const copied = (table: string, ref: string, count: number, more: string): string =>
  `INSERT INTO ${table} SELECT n.* FROM ${table} t, generate_series(1, ${count}) AS i,
     LATERAL jsonb_populate_record(t, jsonb_build_object('ref', lpad(i::text, 13, '0'), ${more})) AS n WHERE t.ref = '${ref}'`

async function liftedOnly(id: string): Promise<void> {
  expect((await agreeToLift(world, await proposeLift(world, id))).state).toBe('executed')
}

describe('the lift of a freeze', () => {
  it('is in force at once, whoever waits for it, and tells nobody in its own transaction', async () => {
    const refs = await people(5)
    const { freeze: placed } = await freeze(world, EVERYTHING)
    await liftedOnly(placed.id)
    expect(await world.count(`SELECT FROM message WHERE kind = 'lift'`)).toBe(0)
    expect(await world.claim(disbursementOf(refs[0] ?? ''))).toMatch(/#1$/)
    expect(await tellAll(world.store, 2)).toBe(3)
    for (const ref of refs) expect(await told(ref)).toBe(1)
    expect(await world.one('SELECT told, done_at IS NOT NULL AS done FROM telling')).toEqual({ told: 5, done: true })
  })

  it('tells everybody once, wherever whoever tells them is killed', async () => {
    const refs = await people(5)
    const { freeze: placed } = await freeze(world, SANDBOX)
    await liftedOnly(placed.id)
    const cuts = cutsAt(FAILPOINTS.filter((point) => point.startsWith('telling:')))
    const store = openStore(world.database, { pass: cuts.pass })
    await cuts.through(() => tellAll(store, 2))
    await store.close()
    expect(cuts.left()).toEqual([])
    for (const ref of refs) expect(await told(ref)).toBe(1)
  })

  it('tells everybody once, when two processes are at it', async () => {
    const refs = await people(7)
    const { freeze: placed } = await freeze(world, SANDBOX)
    await liftedOnly(placed.id)
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([world.store.messages.tellOn(1), world.store.messages.tellOn(1)])
    }
    for (const ref of refs) expect(await told(ref)).toBe(1)
  })

  it('must be heard of within minutes, also where the message is lost with the server it was delivered to', async () => {
    const now = Date.now()
    const ref = await world.ready({}, now)
    const { freeze: placed } = await freeze(world, SANDBOX, now)
    await world.advance(ref, now)
    await forgotten()
    await lift(world, placed.id, now)
    expect(await told(ref)).toBe(1)
    await forgotten()
    expect((await heard(ref)) - Date.now()).toBeLessThan(6 * MINUTE)
  })

  it('adds no more while as many as may be wait for the relay', async () => {
    const [ref = ''] = await people(1)
    const { freeze: placed } = await freeze(world, SANDBOX)
    await liftedOnly(placed.id)
    await crowd(
      `INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
       SELECT gen_random_uuid(), 'swift', lpad(i::text, 13, '0'), 'lift', 4, 'pending', now() FROM generate_series(1, 10000) AS i`,
    )
    expect(await world.store.messages.tellOn()).toBe(false)
    await forgotten()
    expect(await world.store.messages.tellOn()).toBe(true)
    expect(await told(ref)).toBe(1)
  })

  it('of one programme looks at the people of no other', async () => {
    const [ref = ''] = await people(3)
    const identity = (prefix: string) => `'identity_index', '\\x${prefix}' || lpad(to_hex(i), 62, '0')`
    await crowd(
      copied('participant', ref, 40, `'programme', 'alpha', ${identity('0a')}`),
      copied('participant', ref, 40, `'programme', 'zebra', ${identity('0b')}`),
    )
    const { freeze: placed } = await freeze(world, { scope: 'programme', programme: 'swift', name: null })
    await liftedOnly(placed.id)
    expect(await tellAll(world.store, 2)).toBe(2)
    expect(await world.count(`SELECT FROM message WHERE kind = 'lift'`)).toBe(3)
  })

  it('reads no more than its part of the people, however many there are', async () => {
    const [ref = ''] = await people(1)
    const { freeze: placed } = await freeze(world, EVERYTHING)
    await liftedOnly(placed.id)
    await crowd(
      copied('participant', ref, 20_000, `'identity_index', '\\x' || lpad(to_hex(i), 64, '0')`),
      copied('disbursement', ref, 20_000, `'key', replace(t.key, '${ref}', lpad(i::text, 13, '0'))`),
      'ANALYZE participant',
      'ANALYZE disbursement',
    )
    const read = async (table: string) => {
      await new Promise((resolve) => setTimeout(resolve, 1100))
      const { rows } = await world.root.pool.query<{ read: number }>(
        `SELECT (idx_tup_fetch + seq_tup_read)::int AS read FROM pg_stat_user_tables WHERE relname = $1`,
        [table],
      )
      return rows[0]?.read ?? 0
    }
    const before = [await read('participant'), await read('disbursement')] as const
    expect(await world.store.messages.tellOn(100)).toBe(true)
    expect(await world.count(`SELECT FROM message WHERE kind = 'lift'`)).toBe(100)
    expect((await read('participant')) - before[0]).toBeLessThan(1000)
    expect((await read('disbursement')) - before[1]).toBeLessThan(1000)
  })
})
