import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MoneyResolution } from '../../domain/reconciliation.ts'
import { credit, DAY, line, NEXT, OPENING, reconciling, RULE, type Reconciling } from '../support/statements.ts'
import { agree, signer, type Signer } from '../support/two-people.ts'
import { AMOUNT, HOUR, NOON, openWorld, refusal, type World } from '../support/world.ts'

let world: World
let at: Reconciling
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
})
afterEach(() => world.close())

describe('a corrected statement', () => {
  test('takes back what it no longer shows, and keeps what it still does', async () => {
    const paid = await at.send()
    await at.reconcile([line(paid), line(paid), credit('c1'), line(paid, { id: 'f1', type: 'fee', amount: 2500n })])
    await at.reconcile([line(paid), credit('c1')], { version: 2 })
    expect(await at.found()).toMatchObject([
      { class: 'duplicate', resolution: 'corrected' },
      { class: 'unreferenced-credit', state: 'open' },
      { class: 'fee', resolution: 'corrected' },
    ])
    expect(await at.float()).toBe(OPENING - AMOUNT + 700n)
    expect(await world.imbalances()).toEqual([])
    await at.reconcile([line(paid), line(paid), credit('c1')], { version: 3 })
    expect(await at.classes(true)).toEqual(['unreferenced-credit', 'duplicate'])
    expect(await world.one('SELECT version, superseded FROM statement WHERE NOT superseded')).toMatchObject({
      version: 3,
    })
    expect(await world.imbalances()).toEqual([])
  })

  test('settles also what its forerunner had only found', async () => {
    const paid = await at.send()
    const { id } = await at.load([line(paid), line(paid)])
    await world.store.statements.match(id, RULE, NOON + HOUR)
    await at.reconcile([line(paid), line(paid)], { version: 2 })
    expect(await at.found()).toMatchObject([{ class: 'duplicate', state: 'open', difference: -AMOUNT }])
  })
})

describe('people', () => {
  let people: [Signer, Signer]
  beforeEach(async () => {
    people = [await signer(world.store, 'sari', ['operator']), await signer(world.store, 'budi', ['approver'])]
  })

  /** As the application may: what it cannot do, no code of ours can. */
  const app = (sql: string, values: readonly unknown[]) => world.inSql((of) => of.query(sql, [...values]))

  async function openOne(): Promise<string> {
    await at.reconcile([credit('c1')])
    const [one] = await at.found(true)
    return one?.id ?? ''
  }

  test('one makes somebody look after it, and cannot explain money away', async () => {
    const id = await openOne()
    expect(await world.store.statements.discrepancy(id)).toMatchObject({ owner: 'role:operator' })
    await expect(app('UPDATE discrepancy SET owner = NULL WHERE id = $1', [id])).rejects.toThrow('null value')
    await world.act((acts) => acts.assignDiscrepancy({ id, owner: 'tuti' }))
    expect(await world.store.statements.discrepancy(id)).toMatchObject({ owner: 'tuti', state: 'open' })
    expect(await refusal(world.act((acts) => acts.explainDiscrepancy({ id, reason: 'nothing' })))).toBe(
      'two-people-needed',
    )
  })

  test('one explains what has no money in it, once', async () => {
    const paid = await at.send()
    await at.reconcile([line(paid, { account: { institution: 'ID.BNI', number: '1111111111' } })])
    const [{ id } = { id: '' }] = await at.found(true)
    const explain = () => world.act((acts) => acts.explainDiscrepancy({ id, reason: 'the bank merged branches' }))
    await explain()
    expect(await world.store.statements.discrepancy(id)).toMatchObject({ resolution: 'explained', resolvedBy: 'sari' })
    expect(await refusal(explain())).toBe('discrepancy-resolved')
  })

  /** `said`: what two people say that it comes to, where the statement does not. */
  async function resolve(id: string, resolution: MoneyResolution, by = people, said?: bigint): Promise<string> {
    const { difference } = await world.store.statements.discrepancy(id)
    const content = { discrepancy: id, difference: (said ?? difference).toString(), resolution }
    const { state, outcomeCode } = await agree(
      world.store,
      by,
      { act: 'discrepancy-resolution', content },
      NOON + 2 * HOUR,
    )
    return outcomeCode ?? state
  }

  test('two end what has money in it, and the ledger follows', async () => {
    const id = await openOne()
    expect(await refusal(resolve(id, 'written-off'))).toBe('conflict')
    await resolve(id, 'to-treasury')
    expect(await world.store.statements.discrepancy(id)).toMatchObject({
      resolution: 'to-treasury',
      resolvedBy: 'budi',
    })
    expect(await at.balance('funds:suspense-in')).toBe(0n)
    expect(await world.imbalances()).toEqual([])
    expect(await refusal(resolve(id, 'to-treasury'))).toBe('discrepancy-resolved')
  })

  // Nothing else has its money: given back from suspense, it would be at the gateway in the books alone.
  test('what left for no payment is booked nowhere, and does not end as if it were', async () => {
    await at.reconcile([line({ payout: 'x', reference: 'NEVERSENT0000001' }, { gatewayId: null })])
    const [{ id } = { id: '' }] = await at.found(true)
    expect(await refusal(resolve(id, 'booked'))).toBe('conflict')
    expect(await at.float()).toBe(OPENING - AMOUNT)
  })

  test.each(['receivable', 'written-off'] as const)('what left for no payment ends as %s', async (resolution) => {
    await at.reconcile([line({ payout: 'x', reference: 'NEVERSENT0000001' }, { gatewayId: null })])
    const [{ id } = { id: '' }] = await at.found(true)
    await resolve(id, resolution)
    expect(await at.balance('funds:suspense-out')).toBe(0n)
    expect(await world.imbalances()).toEqual([])
  })

  test.each([
    ['debit', -500n, 'receivable', 'funds:receivable'],
    ['debit', -500n, 'written-off', 'funds:write-off'],
    ['credit', 500n, 'to-treasury', 'funds:treasury'],
  ] as const)(
    'a %s for a fee whose amount cannot be read comes to %s as two say, ends as %s, and the corrected statement adds up',
    async (direction, said, resolution, account) => {
      await at.reconcile([credit('f1', { direction, type: 'fee', amount: null })])
      const [{ id } = { id: '' }] = await at.found(true)
      const before = await at.balance(account)
      expect(await resolve(id, resolution, people, said)).toBe('executed')
      expect((await at.balance(account)) - before).toBe(said)
      for (const name of ['suspense-out', 'suspense-in', 'fee']) expect(await at.balance(`funds:${name}`)).toBe(0n)
      expect(await at.float()).toBe(OPENING + said)
      expect(await world.imbalances()).toEqual([])
      await at.reconcile([credit('f1', { direction, type: 'fee', amount: 500n })], { version: 2 })
      expect(await at.classes(true)).toEqual(['missing-there'])
      expect(await at.float()).toBe(OPENING + said)
      expect(await world.imbalances()).toEqual([])
    },
  )

  test('nobody proposes more than an amount may come to', async () => {
    await at.reconcile([credit('f1', { direction: 'debit', amount: null })])
    const [{ id } = { id: '' }] = await at.found(true)
    expect(await refusal(resolve(id, 'receivable', people, -9_999_999_999_999_999_999n))).toBe('invalid-request')
    expect(await refusal(resolve(id, 'receivable', people, -1_000_000_000_000_000_000n))).toBe('invalid-request')
    expect(await resolve(id, 'receivable', people, -999_999_999_999_999_999n)).toBe('executed')
    expect(await world.imbalances()).toEqual([])
  })

  test('the database itself lets no single person end what has money in it', async () => {
    const id = await openOne()
    const end = (
      by: string,
    ) => `UPDATE discrepancy SET state = 'resolved', resolution = 'to-treasury', reason = 'x', proposed_by = 'sari',
                          resolved_by = '${by}', resolved_at = now() WHERE id = $1`
    for (const by of ['sari', 'budi']) await expect(app(end(by), [id])).rejects.toThrow('is decided by a proposal')
    await expect(app('UPDATE discrepancy SET difference = 0 WHERE id = $1', [id])).rejects.toThrow(
      'decided by a proposal',
    )
    await expect(app('UPDATE discrepancy SET settled_at = NULL, difference = 0 WHERE id = $1', [id])).rejects.toThrow(
      'is decided by a proposal',
    )
    await resolve(id, 'to-treasury')
    const copied = `INSERT INTO discrepancy SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'number', 99,
                      'key', 'another'))).* FROM discrepancy d WHERE id = $1`
    await expect(app(copied, [id])).rejects.toThrow('INSERT refused')
  })

  test('the database itself lets a statement that is here take no more lines', async () => {
    await openOne()
    const more = `INSERT INTO statement_line SELECT (jsonb_populate_record(l, '{"line": 99}')).* FROM statement_line l`
    await expect(app(more, [])).rejects.toThrow('takes no more lines')
  })

  test.each([
    ['whose amount cannot be read', false, 'its amount cannot be read'],
    ['of a payout under way', true, 'is under way'],
  ])('nobody explains away a difference %s', async (_what, isReadable, why) => {
    const sent = await at.send(false)
    await at.reconcile([line(sent, { amount: isReadable ? AMOUNT - 5n : null })])
    const [{ id, difference } = { id: '', difference: 1n }] = await at.found(true)
    expect(difference).toBe(0n)
    await expect(world.act((acts) => acts.explainDiscrepancy({ id, reason: 'nothing' }))).rejects.toThrow(why)
    const explained = `UPDATE discrepancy SET state = 'resolved', resolution = 'explained', reason = 'x', resolved_by = 'sari', resolved_at = now()
                        WHERE id = $1`
    await expect(app(explained, [id])).rejects.toThrow(/under way|discrepancy_two_persons/)
  })

  test('what two have placed and a corrected statement takes away is a difference again, until it is shown again', async () => {
    await at.reconcile([line({ payout: 'x', reference: 'NEVERSENT0000001' }, { gatewayId: null })])
    const [{ id } = { id: '' }] = await at.found(true)
    await resolve(id, 'written-off')
    await at.reconcile([], { version: 2 })
    expect(await at.found(true)).toMatchObject([{ class: 'missing-there', state: 'open', difference: AMOUNT }])
    expect(await at.float()).toBe(OPENING)
    await at.reconcile([line({ payout: 'x', reference: 'NEVERSENT0000001' }, { gatewayId: null, rawDate: 'x' })], {
      version: 3,
    })
    expect(await at.found(true)).toEqual([])
    expect(await at.float()).toBe(OPENING - AMOUNT)
    expect(await world.imbalances()).toEqual([])
  })

  describe('a debit that was missing', () => {
    test('is found again in the corrected statement of its own day, and what was in suspense goes back', async () => {
      const paid = await at.send()
      await at.reconcile([])
      await at.reconcile([], { day: NEXT })
      expect(await at.balance('funds:suspense-in')).toBe(AMOUNT)
      await at.reconcile([line(paid)], { version: 2 })
      await at.reconcile([], { day: NEXT, version: 2 })
      expect(await at.balance('funds:suspense-in')).toBe(0n)
      expect(await at.found(true)).toEqual([])
      expect(await world.imbalances()).toEqual([])
    })

    test.each([
      ['on a later day', { day: '2026-11-24' }],
      ['in the corrected statement of its own day', { version: 2 }],
    ])('and that two have already placed elsewhere is another payment, %s', async (_when, told) => {
      const paid = await at.send()
      await at.reconcile([])
      await at.reconcile([], { day: NEXT })
      const [{ id } = { id: '' }] = await at.found(true)
      await resolve(id, 'to-treasury')
      const day = 'day' in told ? { businessDate: told.day } : {}
      await at.reconcile([line(paid, day)], told)
      if ('version' in told) await at.reconcile([], { day: NEXT, version: 2 })
      expect(await at.found(true)).toMatchObject([{ class: 'duplicate', difference: -AMOUNT, payout: paid.payout }])
      expect(await at.float()).toBe(OPENING - AMOUNT)
      expect(await world.imbalances()).toEqual([])
    })
  })
})

test('the report of a day adds up by class', async () => {
  const paid = await at.send()
  await at.reconcile([line(paid), line(paid), credit('c1'), credit('c2')])
  const report = await world.store.statements.report('swift', 'sandbox', DAY, NOON)
  const fresh = { overdue: 0, owners: ['role:operator'] }
  expect(report.statement).toMatchObject({ version: 1, lines: 4, complete: true, state: 'settled' })
  expect(report.classes).toEqual([
    { class: 'duplicate', found: 1, open: 1, difference: -AMOUNT, unresolved: -AMOUNT, ...fresh },
    { class: 'unreferenced-credit', found: 2, open: 2, difference: 1400n, unresolved: 1400n, ...fresh },
  ])
  const later = await world.store.statements.report('swift', 'sandbox', DAY, NOON + 60 * HOUR)
  expect(later.classes.map(({ class: found, overdue }) => [found, overdue])).toEqual([
    ['duplicate', 1],
    ['unreferenced-credit', 0],
  ])
  expect(await refusal(world.store.statements.report('swift', 'sandbox', NEXT, NOON))).toBe('not-found')
})
