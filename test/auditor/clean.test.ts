import { expect, test } from 'vitest'
import { audit } from '../../auditor/audit.ts'
import { openDatabase } from '../../store/database.ts'
import { optionsOf } from '../support/audited.ts'
import { disbursementOf, NOON, openWorld, seen } from '../support/world.ts'

test('nothing is found where nothing is wrong', async () => {
  const world = await openWorld()
  const ref = await world.ready()
  const payout = await world.claim(disbursementOf(ref))
  await world.observe({ payout, source: 'submit', send: 1, fact: seen('paid'), atMs: NOON })
  const own = openDatabase(world.database.audit, { max: 1, name: 'auditor' })
  const client = await own.pool.connect()
  const result = await audit(client, optionsOf({ statements: new Map() }))
  client.release()
  await own.pool.end()
  expect(result.findings).toEqual([])
  await world.close()
})
