/** Who reads about one person reads of that person alone, however many there are. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tablesReadAgain } from '../support/plans.ts'
import { disbursementOf, NOON, openWorld, seen, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ ownConnections: true })
})
afterAll(() => world.close())

/** What reading asks of the database. */
async function overheard(reading: () => Promise<unknown>): Promise<Map<string, unknown[]>> {
  const asked = new Map<string, unknown[]>()
  const { pool } = world.store.context.database
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown
  const listening = (text: string, values: unknown[] = []): unknown => {
    asked.set(text, values)
    return query(text, values)
  }
  pool.query = listening as typeof pool.query
  try {
    await reading()
  } finally {
    pool.query = query as typeof pool.query
  }
  return asked
}

it('no table is read from end to end for each account, payment or event of somebody', async () => {
  const ref = await world.ready()
  const key = disbursementOf(ref)
  const payout = await world.claim(key)
  await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: NOON, send: 1 })
  const { store, programme } = world
  const { code } = programme
  const { reads } = store
  const asked = await overheard(async () => {
    await reads.participant(code, ref)
    await reads.evidence(code, ref)
    await reads.accounts(code, ref)
    await reads.timeline(code, ref)
    await reads.disbursementsOf(code, ref)
    await reads.disbursement(code, key)
    await reads.deductions(code, ref, { limit: 10, after: null })
    await reads.payout(code, payout)
  })
  expect(asked.size).toBeGreaterThanOrEqual(8)
  const found: string[] = []
  const client = await world.root.pool.connect()
  await client.query('BEGIN')
  try {
    for (const [text, values] of asked) {
      const again = await tablesReadAgain(client, text, values)
      if (again.length > 0) found.push(`${again.join(', ')}: ${text}`)
    }
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
  expect(found).toEqual([])
})
