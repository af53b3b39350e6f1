/**
 * An audit of a whole country ends: what a check does for one row of many is found by an index, and never by reading a whole table again.
 * Held by the plans that PostgreSQL makes where it may read no table from end to end if there is another way.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditIn } from '../../auditor/audit.ts'
import type { Sql } from '../../auditor/books.ts'
import { auditOptions } from '../support/audited.ts'
import { openCountry, type Country } from '../support/audited-country.ts'
import { END } from '../support/audited-teller.ts'

let country: Country
beforeAll(async () => {
  country = await openCountry()
})
afterAll(() => country.world.close())

/** Tables that stay small however many people there are: rules, and days of a gateway. */
const SMALL = new Set(['programme_version', 'told_source', 'told_day'])

/** What is done for each credential, of which a gateway has a few, or for one message. */
const SELDOM = ['credential of %s came into force', 'no credential of %s was in force', 'the first to deliver since']

interface Plan {
  readonly 'Node Type': string
  readonly 'Parent Relationship'?: string
  readonly 'Subplan Name'?: string
  readonly 'Relation Name'?: string
  readonly 'Index Cond'?: string
  readonly Plans?: readonly Plan[]
}

/** Tables that are read from end to end once for each row of something else. */
function readAgain(plan: Plan, isAgain = false): string[] {
  const { Plans: below = [], ...own } = plan
  const table = own['Relation Name'] ?? ''
  const isWhole = / Scan$/.test(own['Node Type']) && own['Node Type'] !== 'Bitmap Heap Scan' && !own['Index Cond']
  const text = JSON.stringify(own)
  const isChildAgain = ({ 'Parent Relationship': as, 'Subplan Name': name }: Plan): boolean => {
    // What is asked of nothing outside is worked out once, and looked up in.
    if (as === 'InitPlan' || text.includes(`hashed ${name}`)) return false
    return isAgain || as === 'SubPlan' || (own['Node Type'] === 'Nested Loop' && as === 'Inner')
  }
  return [
    ...(isAgain && isWhole && table !== '' && !SMALL.has(table) ? [table] : []),
    ...below.flatMap((child) => readAgain(child, isChildAgain(child))),
  ]
}

test('no check reads a table from end to end for each row of another one', async () => {
  const found: string[] = []
  const client = await country.world.root.pool.connect()
  const explaining: Sql = {
    async query(text, values) {
      const asked = /^DECLARE \w+ NO SCROLL CURSOR FOR (.*)$/s.exec(text)?.[1]
      if (asked !== undefined) {
        await client.query('SET LOCAL enable_seqscan = off')
        const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
          `EXPLAIN (VERBOSE, FORMAT JSON) ${asked}`,
        )
        const again = rows.flatMap(({ 'QUERY PLAN': [{ Plan: top }] }) => readAgain(top))
        const isSeldom = SELDOM.some((says) => asked.includes(says))
        if (again.length > 0 && !isSeldom) found.push(`${again.join(', ')} for each row of: ${asked}`)
        await client.query('SET LOCAL enable_seqscan = on')
      }
      return client.query(text, values)
    },
  }
  await client.query('BEGIN')
  try {
    await auditIn(explaining, auditOptions(country.told, END))
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
  expect(found).toEqual([])
})
