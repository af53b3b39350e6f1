/** A run of very many lines: what reads all of them has the time that a population takes, and does so once a look. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { QueryConfig } from 'pg'
import { BULK_TIMEOUT_MS } from '../../store/database.ts'
import { AHEAD, approved, manyReady, openRunWorld } from '../support/runs.ts'
import { DAY, NOON, SECOND, type World } from '../support/world.ts'

type Asked = QueryConfig & { readonly query_timeout?: number }

let world: World
/** Statements of the store about lines of runs, and how long each may take. */
const asked = new Map<string, number | undefined>()
let counted = 0
/** Whether statements that move lines are explained, and what they did in vain. */
let isExplained = false
let inVain: number[] = []
beforeEach(async () => {
  world = await openRunWorld({ canary: { lines: 1, pause: 'PT1S' } }, { ownConnections: true })
  asked.clear()
  counted = 0
  isExplained = false
  inVain = []
  overhear()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

/** Every statement in a transaction of the store, with how long it may take. */
function overhear(): void {
  const { pool } = world.store.context.database
  const heard = new WeakSet<object>()
  pool.on('acquire', (client) => {
    if (heard.has(client)) return
    heard.add(client)
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    const overheard = (...args: unknown[]): unknown => {
      const { text = '', query_timeout: within } = (args[0] ?? {}) as Partial<Asked>
      if (text.includes('payout_run_line')) asked.set(text, within)
      if (text.includes('AS waiting')) counted += 1
      if (isExplained && text.includes('UPDATE payout_run_line')) return explained(query, args)
      return query(...args)
    }
    client.query = overheard as typeof client.query
  })
}

/** Tells of a statement how many pairs of rows it held against each other for nothing, and carries it out. */
async function explained(query: (...args: unknown[]) => unknown, [asking, ...args]: unknown[]): Promise<unknown> {
  const { text, values } = asking as Asked
  await query('SAVEPOINT explained')
  const { rows } = (await query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, values)) as {
    rows: { 'QUERY PLAN': [{ Plan: PlanNode }] }[]
  }
  await query('ROLLBACK TO explained')
  for (const {
    'QUERY PLAN': [{ Plan: top }],
  } of rows)
    inVain.push(inVainOf(top))
  return query(asking, ...args)
}

interface PlanNode {
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Join Filter'?: number
  readonly Plans?: readonly PlanNode[]
}

function inVainOf({ Plans: below = [], ...own }: PlanNode): number {
  const removed = (own['Rows Removed by Join Filter'] ?? 0) * own['Actual Loops']
  return below.reduce((sum, child) => sum + inVainOf(child), removed)
}

it('gives every statement over all lines of a run the time of a population, from the first look to the last', async () => {
  await manyReady(world, 3)
  const run = await approved(world)
  asked.clear()
  for (const atMs of [NOON, NOON + 2 * SECOND, NOON + 4 * SECOND, NOON + 10 * DAY])
    await world.store.runs.look(run.key, AHEAD, atMs)
  expect((await world.store.runs.find(run.key)).state).toBe('closed')
  const hasty = [...asked].filter(([, within]) => within !== BULK_TIMEOUT_MS).map(([text]) => text)
  expect(hasty).toEqual([])
  // Its ways, settling, counting, the canary, the room, a portion, the end of the lines, and what became of them.
  expect(asked.size).toBe(8)
})

it('counts its lines once a look, and knows what is left of them when some were let go', async () => {
  await manyReady(world, 3)
  const run = await approved(world)
  const counts: number[] = []
  for (const atMs of [NOON, NOON + 2 * SECOND, NOON + 4 * SECOND]) {
    counted = 0
    const { waiting, out } = await world.store.runs.look(run.key, [{ gateway: 'sandbox', payments: 2 }], atMs)
    const rows = await world.one<{ waiting: number; out: number }>(
      `SELECT count(*) FILTER (WHERE state = 'collected')::int AS waiting, count(*) FILTER (WHERE state = 'released')::int AS out
         FROM payout_run_line WHERE run = $1`,
      [run.key],
    )
    expect({ waiting, out }).toEqual(rows)
    counts.push(counted)
  }
  expect(counts).toEqual([1, 1, 1])
})

it('lets no more go with one look than a stop can wait for, whatever the gateway takes', async () => {
  const [ref = ''] = await manyReady(world, 1)
  const run = await approved(world)
  const columns = async (table: string): Promise<string> => {
    const text = `SELECT string_agg(column_name, ', ') AS names FROM information_schema.columns
                   WHERE table_name = $1 AND column_name NOT IN ('key', 'disbursement', 'tranche') AND is_generated = 'NEVER'`
    return (await world.one<{ names: string }>(text, [table])).names
  }
  // What is known of both is that they have one row, as it is until autovacuum has looked at them, within a minute.
  await world.root.pool.query('ANALYZE disbursement')
  await world.root.pool.query('ANALYZE payout_run_line')
  const [owed, lines] = [await columns('disbursement'), await columns('payout_run_line')]
  const past = async (...statements: string[]): Promise<void> => {
    await world.root.pool.query(
      ['BEGIN; SET LOCAL session_replication_role = replica', ...statements, 'COMMIT'].join('; '),
    )
  }
  await past(
    `INSERT INTO disbursement (key, tranche, ${owed}) SELECT key || '/' || n, tranche || n, ${owed} FROM disbursement, generate_series(1, 6000) n WHERE ref = '${ref}'`,
    `INSERT INTO payout_run_line (disbursement, tranche, ${lines}) SELECT disbursement || '/' || n, tranche || n, ${lines} FROM payout_run_line, generate_series(1, 6000) n`,
  )
  isExplained = true
  const ahead = [{ gateway: 'sandbox', payments: 1_000_000 }]
  expect(await world.store.runs.look(run.key, ahead, NOON)).toMatchObject({ released: 1 })
  await world.root.pool.query(`UPDATE payout_run SET stopped_by = 'engine', stopped_at = now() WHERE key = $1`, [
    run.key,
  ])
  expect(await world.store.runs.look(run.key, ahead, NOON + SECOND)).toMatchObject({ released: 5000, waiting: 1000 })
  expect(await world.store.runs.look(run.key, ahead, NOON + SECOND)).toMatchObject({ released: 1000, waiting: 0 })
  expect(inVain.length).toBeGreaterThanOrEqual(3)
  // Some for each line, and not all lines for each.
  expect(Math.max(...inVain)).toBeLessThan(3 * 6000)
  await past(
    `DELETE FROM payout_run_line WHERE disbursement LIKE '%/%'`,
    `DELETE FROM disbursement WHERE key LIKE '%/%'`,
  )
})
