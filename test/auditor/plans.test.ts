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
import { tablesReadAgain } from '../support/plans.ts'

let country: Country
beforeAll(async () => {
  country = await openCountry()
})
afterAll(() => country.world.close())

/** Tables that stay small however many people there are: rules, runs, and days of a gateway. */
const SMALL = new Set(['programme_version', 'payout_run', 'told_source', 'told_day'])

/** What is done for each credential, of which a gateway has a few, for each role that somebody was given, or for one message. */
const SELDOM = [
  '%s was made %s and no two people agreed to it',
  'credential of %s came into force',
  'no credential of %s was in force',
  'the first to deliver since',
]

test('no check reads a table from end to end for each row of another one', async () => {
  const found: string[] = []
  const client = await country.world.root.pool.connect()
  const explaining: Sql = {
    async query(text, values) {
      const asked = /^DECLARE \w+ NO SCROLL CURSOR FOR (.*)$/s.exec(text)?.[1]
      if (asked !== undefined) {
        const again = (await tablesReadAgain(client, asked)).filter((table) => !SMALL.has(table))
        const isSeldom = SELDOM.some((says) => asked.includes(says))
        if (again.length > 0 && !isSeldom) found.push(`${again.join(', ')} for each row of: ${asked}`)
      }
      return client.query(text, values)
    },
  }
  // Known to be small, as autovacuum would find them sooner or later.
  await client.query('ANALYZE')
  await client.query('BEGIN')
  try {
    await auditIn(explaining, auditOptions(country.told, END))
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
  expect(found).toEqual([])
})
