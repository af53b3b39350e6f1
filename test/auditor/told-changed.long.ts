/** One column of one row, changed by somebody with every power: what was read of a statement, and what was found by it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { credit, line, NEXT, OPENING, reconciling } from '../support/statements.ts'
import { on, telling, type Telling } from '../support/told-world.ts'
import { AMOUNT, openWorld, type World } from '../support/world.ts'

const OTHER = { institution: 'ID.BNI', number: '1111111111' }

describe('after days with differences, one of which was explained, is found', () => {
  let world: World
  let gateway: Telling
  beforeAll(async () => {
    world = await openWorld()
    const at = reconciling(world)
    gateway = await telling(world)
    const [one, two] = [await at.send(), await at.send()]
    await gateway.reconcile([line(one), credit('c1'), line(two, { id: 'x', account: OTHER })])
    await gateway.reconcile([on(NEXT, credit('c2'))], { day: NEXT, opening: OPENING - 2n * AMOUNT + 1400n })
    const { id = '' } = (await at.found(true)).find((each) => each.class === 'account') ?? {}
    await world.act((acts) => acts.explainDiscrepancy({ id, reason: 'the bank merged branches' }))
  })
  afterAll(() => world.close())

  test('nothing where nothing was changed', async () => {
    expect(await gateway.audited(null)).toEqual([])
  })

  const day = `day = '${NEXT}'`
  const strange = `class = 'unreferenced-credit' AND line IS NOT NULL AND ${day}`
  test.each([
    ['statement.complete', `UPDATE statement SET complete = false WHERE ${day}`],
    ['statement.superseded', `UPDATE statement SET superseded = true WHERE ${day}`],
    ['statement.told_version', `UPDATE statement SET told_version = 7 WHERE ${day}`],
    ['statement.format', `UPDATE statement SET format = 'csv' WHERE ${day}`],
    ['statement.differences', `UPDATE statement SET differences = 0 WHERE ${day}`],
    ['statement.state', `UPDATE statement SET state = 'loaded', matched_at = NULL, settled_at = NULL WHERE ${day}`],
    ['statement_line.raw_date', `UPDATE statement_line SET raw_date = '2026-11-30T12:00:00+07:00' WHERE line = 1`],
    ['statement_line.business_date', `UPDATE statement_line SET business_date = '2026-11-30' WHERE line = 1`],
    ['statement_line.account_index', `UPDATE statement_line SET account_index = sha256('x') WHERE line = 3`],
    ['an account_index of no account', `UPDATE statement_line SET account_index = sha256('x') WHERE line = 2`],
    ['discrepancy.statement', `UPDATE discrepancy SET statement = gen_random_uuid() WHERE ${strange}`],
    ['discrepancy.reference', `UPDATE discrepancy SET reference = 'SOMEBODYELSES000' WHERE ${strange}`],
    ['discrepancy.gateway_id', `UPDATE discrepancy SET gateway_id = 'po_1' WHERE ${strange}`],
    ['discrepancy.key', `UPDATE discrepancy SET key = 'x' WHERE ${strange}`],
    ['discrepancy.value_date', `UPDATE discrepancy SET value_date = '2026-11-01' WHERE ${strange}`],
    ['discrepancy.owner', `UPDATE discrepancy SET owner = 'nobody' WHERE ${strange}`],
    ['the key of a jump', `UPDATE discrepancy SET key = key || '0' WHERE line IS NULL`],
    ['the amount of a jump', `UPDATE discrepancy SET amount_there = 7 WHERE line IS NULL`],
    [
      'explained, and said to be applied',
      `UPDATE discrepancy SET resolution = 'applied', resolved_by = 'engine', reason = NULL WHERE class = 'account'`,
    ],
    [
      'a statement that is said to have come again, and never came',
      `INSERT INTO audit_event (id, at, person, act, subject, after) VALUES (-7, now(), 'engine', 'statement-known', 'statement:sandbox:${NEXT}', '{"version": 7}')`,
    ],
    ['discrepancy.reason', `UPDATE discrepancy SET reason = 'another' WHERE class = 'account'`],
  ] as const)('%s', async (_column, corruption) => {
    expect(await gateway.audited(corruption)).not.toEqual([])
  })
})

describe('of a difference that a corrected statement still shows, is found', () => {
  let world: World
  let gateway: Telling
  beforeAll(async () => {
    world = await openWorld()
    const at = reconciling(world)
    gateway = await telling(world)
    const [one, two] = [await at.send(), await at.send()]
    const other = line(two, { id: 'x', account: OTHER })
    await gateway.reconcile([credit('c1'), other])
    await gateway.reconcile([credit('c1'), other, line(one)], { version: 2 })
  })
  afterAll(() => world.close())

  test('nothing where nothing was changed', async () => {
    expect(await gateway.audited(null)).toEqual([])
  })

  test.each([
    ['amount_here', `UPDATE discrepancy SET amount_here = amount_here + 1 WHERE class = 'account'`],
    ['direction', `UPDATE discrepancy SET direction = 'debit' WHERE class = 'unreferenced-credit'`],
    ['currency', `UPDATE discrepancy SET currency = 'USD' WHERE class = 'unreferenced-credit'`],
    ['the newest version', `UPDATE statement SET superseded = true WHERE version = 2`],
    ['a version that is gone', `DELETE FROM statement WHERE version = 2`],
  ] as const)('%s', async (_column, corruption) => {
    expect(await gateway.audited(corruption)).not.toEqual([])
  })
})
