/** Lines without a reference of their own, which all have the same in its place: a day of them costs what it costs, not its square. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ELSEWHERE, TWICE, MARKS } from '../../store/statement-repeats.ts'
import { line, NEXT, reconciling } from '../support/statements.ts'
import { openWorld, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly Plans?: readonly PlanNode[]
}

/** The most rows that one step of it has brought. */
function most(node: PlanNode): number {
  return Math.max(node['Actual Rows'] * node['Actual Loops'], ...(node.Plans ?? []).map(most))
}

async function mostRows(query: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await world.root.pool.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
    `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${query}`,
    [...values],
  )
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan
  if (!plan) throw new Error('no plan')
  return most(plan)
}

it('no step of finding what stands there twice brings a pair of each two of them', async () => {
  const at = reconciling(world)
  const times = 200
  const of = (day: string) =>
    Array.from({ length: times }, (_, n) =>
      line(
        { payout: '', reference: 'NOTPROVIDED' },
        { id: `${day}${n}`, gatewayId: null, amount: 1n, businessDate: day },
      ),
    )
  await at.reconcile(of('2026-11-22'))
  const { id } = await at.load(of(NEXT), { day: NEXT })
  await world.root.pool.query('ANALYZE statement_line, statement')
  const { rows: marks } = await world.root.pool.query<{ mark: bigint }>(MARKS, [id])
  expect(await mostRows(TWICE, [id, marks.map(({ mark }) => mark)])).toBeLessThanOrEqual(2 * times)
  expect(await mostRows(ELSEWHERE, [id, 'sandbox'])).toBeLessThanOrEqual(2 * times)
  await at.settle(id)
  expect(await world.count(`SELECT FROM discrepancy WHERE class = 'unknown-reference' AND state = 'open'`)).toBe(
    2 * times,
  )
})
