/** A fiscal year of very many, nearly all of whom are done: how much of it one transaction reads, and what is said when that takes too long. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { entitlementTotal } from '../../domain/programme.ts'
import { createStore, type Store } from '../../store/index.ts'
import { swiftProgramme } from '../support/builders.ts'
import { payFirst } from '../support/runs.ts'
import { endYear, finishYears, yearOf, YEARS_END } from '../support/years.ts'
import { AMOUNT, openWorld, SECOND, TIMING, VAULT_KEYS, YEAR, type World } from '../support/world.ts'

const each = entitlementTotal(swiftProgramme())
/** More than one transaction reads. */
const CROWD = 1200
let world: World
/** As a worker has it, which waits for no statement longer than this. */
let worker: Store
beforeEach(async () => {
  world = await openWorld()
  worker = createStore({
    url: world.database.app,
    name: 'worker',
    poolMax: 4,
    queryTimeoutMs: SECOND,
    keys: VAULT_KEYS,
    timingOf: () => TIMING,
    route: (gateways) => gateways[0] ?? null,
    sendsWith: () => null,
    failuresOf: () => null,
  })
  await world.appropriate(each * 100n, YEAR + 1)
})
afterEach(async () => {
  await worker.close()
  await world.close()
})

const alter = (text: string) => world.root.pool.query(text)

/** Paid, their later tranches were missed, and their life is over: nothing of them is open. */
async function done(): Promise<string> {
  const ref = await world.ready()
  await payFirst(world, ref)
  await world.root.pool.query('UPDATE commitment SET released = amount - obligated WHERE ref = $1', [ref])
  return ref
}

/** So many others of whom nothing is open: only their commitments, which is all that is read of most. */
async function crowd(ref: string): Promise<void> {
  const client = await world.root.pool.connect()
  await client.query('SET session_replication_role = replica')
  await client.query(
    `INSERT INTO commitment SELECT programme, lpad(i::text, 13, '0'), appropriation, amount, obligated, released, committed_at
       FROM commitment, generate_series(1, ${CROWD}) AS i WHERE ref = $1`,
    [ref],
  )
  client.release(true)
}

async function goOnUntil(isThere: () => Promise<boolean>): Promise<void> {
  while (!(await isThere())) expect(await world.store.years.goOn(YEARS_END)).toBe(true)
}

describe('a year of which nearly everybody is done', () => {
  it('is read so many people at a time, whether anything of them is open or not, and closes', async () => {
    await crowd(await done())
    await world.admit()
    await endYear(world)
    await goOnUntil(async () => (await yearOf(world)).state === 'returned')
    for (const people of [500, 1000]) {
      expect(await world.store.years.goOn(YEARS_END)).toBe(true)
      const reached = people.toString().padStart(13, '0')
      expect(await yearOf(world)).toMatchObject({ state: 'returned', reached, carriedCount: 0 })
    }
    await finishYears(world.store)
    expect(await yearOf(world)).toMatchObject({ state: 'closed', refusal: null, carriedCount: 1, carried: each })
  })

  it('is gone through again for whoever was passed and has got something open since', async () => {
    const ref = await done()
    await endYear(world)
    await goOnUntil(async () => {
      const { state, reached } = await yearOf(world)
      return state === 'carried' && reached === ref
    })
    await world.root.pool.query('UPDATE commitment SET released = released - 1 WHERE ref = $1', [ref])
    await finishYears(world.store)
    expect(await yearOf(world)).toMatchObject({ state: 'closed', refusal: null, carriedCount: 1, carried: 1n })
  })

  it('is closed however long the database takes to see that nothing of it is open', async () => {
    await endYear(world)
    await alter(
      `CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END'`,
    )
    await alter(
      `CREATE TRIGGER takes_long BEFORE UPDATE ON year_close FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION take_long()`,
    )
    await finishYears(worker)
    expect(await yearOf(world)).toMatchObject({ state: 'closed', refusal: null })
  })
})

it('a statement that takes too long is told of by the year itself, although it holds the row for a while yet', async () => {
  await world.ready()
  await endYear(world)
  const { source } = await world.one<{ source: string }>(
    `SELECT pg_get_functiondef('is_open_obligation'::regproc) AS source`,
  )
  await alter(
    `CREATE OR REPLACE FUNCTION is_open_obligation(d disbursement) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3); RETURN true; END'`,
  )
  await expect(worker.years.goOn(YEARS_END)).rejects.toThrow('Query read timeout')
  expect(await yearOf(world)).toMatchObject({ state: 'frozen', refusal: expect.stringMatching(/^internal: /) })
  await alter(source)
  await finishYears(worker)
  expect(await yearOf(world)).toMatchObject({ state: 'closed', refusal: null, lapsed: AMOUNT })
})
