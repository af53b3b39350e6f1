import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StatementRefused } from '../../domain/statement.ts'
import {
  credit,
  DAY,
  line,
  NEXT,
  OPENING,
  partsOf,
  reconciling,
  RULE,
  type Reconciling,
} from '../support/statements.ts'
import { AMOUNT, HOUR, NOON, openStore, openWorld, type World } from '../support/world.ts'

let world: World
let at: Reconciling
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
})
afterEach(() => world.close())

describe('a statement', () => {
  test('that agrees with the books leaves nothing to do', async () => {
    const paid = await at.send()
    await at.reconcile([line(paid)])
    expect(await at.found()).toEqual([])
    expect(await at.float()).toBe(OPENING - AMOUNT)
    expect(await world.imbalances()).toEqual([])
    const row = await world.one('SELECT state, complete, lines, differences FROM statement')
    expect(row).toEqual({ state: 'settled', complete: true, lines: 1, differences: 0 })
  })

  test('that comes twice changes nothing, also where two processes load it at once', async () => {
    const paid = await at.send()
    const lines = [line(paid), line(paid), credit('c1')]
    const other = openStore(world.database)
    const loads = await Promise.all([at.load(lines), at.load(lines, {}, other), at.load(lines)])
    expect(loads.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(new Set(loads.map(({ id }) => id)).size).toBe(1)
    const id = loads[0]?.id ?? ''
    await Promise.all([
      world.store.statements.match(id, RULE, NOON + HOUR),
      other.statements.match(id, RULE, NOON + HOUR),
    ])
    await Promise.all([
      world.store.statements.settle(id, 100, NOON + HOUR),
      other.statements.settle(id, 100, NOON + HOUR),
    ])
    expect(await at.classes()).toEqual(['duplicate', 'unreferenced-credit'])
    await at.reconcile(lines)
    expect(await at.classes()).toEqual(['duplicate', 'unreferenced-credit'])
    expect(await world.count('SELECT FROM statement_line')).toBe(3)
    expect(await world.imbalances()).toEqual([])
    await other.close()
  })

  test.each([
    ['of another gateway', { gateway: 'swift' }, 'statement-of-another-gateway'],
    ['that says it is of another day', { day: NEXT }, 'statement-of-another-day'],
  ] as const)('%s is refused, on record, and nothing of it is kept', async (_what, told, code) => {
    const parts = partsOf([credit('c1')], told)
    async function* pieces() {
      yield parts
    }
    const statement = {
      gateway: 'sandbox',
      day: DAY,
      format: 'jsonl',
      parts: pieces(),
      sha256: () => new Uint8Array(32),
    } as const
    const refused: unknown = await world.store.statements.load(statement, NOON).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StatementRefused)
    expect(refused).toMatchObject({ code })
    expect(await world.count('SELECT FROM statement_line')).toBe(0)
    const row = await world.one(`SELECT after->>'code' AS code FROM audit_event WHERE act = 'statement-refused'`)
    expect(row).toEqual({ code })
  })

  test('that breaks off in the middle keeps nothing', async () => {
    async function* pieces() {
      yield partsOf([credit('c1'), credit('c2')]).slice(0, 2)
      throw new StatementRefused('statement-malformed', 'cut off')
    }
    const statement = {
      gateway: 'sandbox',
      day: DAY,
      format: 'jsonl',
      parts: pieces(),
      sha256: () => new Uint8Array(32),
    } as const
    await expect(world.store.statements.load(statement, NOON)).rejects.toThrow('cut off')
    expect(await world.count('SELECT FROM statement_line UNION ALL SELECT FROM statement')).toBe(0)
  })

  test.each([
    ['its count', { count: 2 }, []],
    // What moved beside its lines is a difference of its own.
    ['its closing balance', { closing: OPENING }, ['unknown-reference']],
    ['no closing balance', { closing: null }, []],
  ])('that does not add up by %s proves nothing: no payment is missing because of it', async (_what, told, beside) => {
    await at.send()
    await at.reconcile([credit('c1')], told)
    await at.reconcile([], { day: NEXT })
    expect(await at.classes()).toEqual(['unreferenced-credit', ...beside])
  })

  test('older than the one that is here is refused', async () => {
    await at.load([credit('c1')], { version: 2 })
    await expect(at.load([credit('c2')], { version: 1 })).rejects.toMatchObject({ code: 'statement-outdated' })
  })

  test('whose matching dies in the middle is matched by the next one, as if nothing had been', async () => {
    const paid = await at.send()
    const { id } = await at.load([line(paid), line(paid)])
    const holder = await world.root.pool.connect()
    await holder.query(`SELECT pg_advisory_lock(hashtextextended('reconcile:sandbox', 0))`)
    const dying = world.store.statements.match(id, RULE, NOON).catch(() => 'died')
    const waiting = `SELECT pid FROM pg_stat_activity WHERE application_name = 'test bulk' AND wait_event = 'advisory'`
    for (let found = 0; found === 0;) found = await world.count(waiting)
    await world.count(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS stuck`)
    expect(await dying).toBe('died')
    await holder.query('SELECT pg_advisory_unlock_all()')
    holder.release()
    expect(await at.classes()).toEqual([])
    await at.settle(id)
    expect(await at.classes()).toEqual(['duplicate'])
  })
})

test('days are due once they are over, until they are settled; the newest are looked at again', async () => {
  const due = (days: number) => world.store.statements.dueDays('sandbox', RULE, NOON + days * 24 * HOUR)
  await at.send()
  expect(await due(0)).not.toContain(DAY)
  expect(await due(1)).toContain(DAY)
  await at.reconcile([])
  expect(await due(2)).toContain(DAY)
  expect(await due(3)).not.toContain(DAY)
  expect(await due(3)).toEqual(expect.arrayContaining([NEXT]))
  await at.load([credit('c1')], { version: 2 })
  expect(await due(3)).toContain(DAY)
})

test('a day whose statement never came is due and counted for as long as it is not settled', async () => {
  const due = (days: number) => world.store.statements.dueDays('sandbox', RULE, NOON + days * 24 * HOUR)
  const unsettled = (days: number) =>
    world.store.statements.unsettledDays('sandbox', RULE.zone, NOON + days * 24 * HOUR)
  await at.send()
  expect((await due(90))[0]).toBe(DAY)
  const before = await unsettled(90)
  await at.reconcile([])
  expect(await due(90)).not.toContain(DAY)
  expect(await unsettled(90)).toBe(before - 1)
})
