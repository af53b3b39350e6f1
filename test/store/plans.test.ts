/** A plan that a connection makes while a table is empty is kept: it must find its rows by their keys also when there are millions. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BEGIN, openDatabase } from '../../store/database.ts'
import { createDatabase } from '../support/cluster.ts'
import { disbursementOf, NOON, openWorld, seen, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ ownConnections: true })
})
afterAll(() => world.close())

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly Filter?: string
  readonly 'Join Filter'?: string
  readonly Plans?: readonly PlanNode[]
}

/** What one row of these tables is found by: comparing it row by row means that another way was taken to the rows. */
const KEY_COMPARED = /\b(?:ref|key|payout|disbursement|reference|tranche|owner)\b\)?(?:::\w+)? = /
const TABLES_OF_ONE_LIFE =
  /^(?:participant|account|evidence|tranche|commitment|disbursement|payout|send|observation|sealed_document|payout_run_line|discrepancy)$/

function rowByRow(node: PlanNode): string[] {
  const compared = `${node.Filter ?? ''} ${node['Join Filter'] ?? ''}`
  const isOfOneLife = TABLES_OF_ONE_LIFE.test(node['Relation Name'] ?? 'participant')
  const found =
    isOfOneLife && KEY_COMPARED.test(compared)
      ? [`${node['Node Type']} ${node['Index Name'] ?? node['Relation Name'] ?? ''}: ${compared.trim()}`]
      : []
  return [...found, ...(node.Plans ?? []).flatMap(rowByRow)]
}

it('every statement of a payment finds its rows by their keys, planned before anybody had registered', async () => {
  const ref = await world.ready()
  const payout = await world.claim(disbursementOf(ref))
  await world.observe({ payout, fact: seen('paid'), source: 'callback', atMs: NOON })
  await world.advance(ref)
  const rule = { windowMs: 1000, minimumCalls: 1, failurePercent: 100, unknownPercent: 100 }
  await world.store.freezes.watch([{ code: 'sandbox', rule }], NOON)
  const { pool } = world.store.context.database
  const clients = await Promise.all(Array.from({ length: 10 }, () => pool.connect()))
  const texts = new Map<string, string>()
  for (const client of clients) {
    const { rows } = await client.query<{ statement: string }>('SELECT statement FROM pg_prepared_statements')
    for (const { statement } of rows) texts.set(statement, statement)
    client.release()
  }
  const empty = await createDatabase()
  const root = openDatabase(empty.super, { max: 1, name: 'test plans' })
  const planner = await root.pool.connect()
  const faults: string[] = []
  try {
    await planner.query(BEGIN)
    for (const text of texts.values()) {
      const { rows } = await planner.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
        `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`,
      )
      const plan = rows[0]?.['QUERY PLAN'][0]?.Plan
      if (plan) faults.push(...rowByRow(plan).map((fault) => `${text.replaceAll(/\s+/g, ' ').slice(0, 70)}: ${fault}`))
    }
  } finally {
    planner.release()
    await root.pool.end()
  }
  expect(texts.size).toBeGreaterThan(25)
  expect(faults).toEqual([])
})
