/** What gateways tell, beside histories in which the engine was right, and others in which nobody looked. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { swiftProgramme } from '../support/builders.ts'
import { reviewDecisionOf } from '../support/reviews.ts'
import { called } from '../support/sent.ts'
import { credit, DAY, line, NEXT, OPENING, partsOf, reconciling, type Reconciling } from '../support/statements.ts'
import { on, telling, type Telling } from '../support/told-world.ts'
import { AMOUNT, disbursementOf, HOUR, NOON, openWorld, seen, type World } from '../support/world.ts'

const THIRD = '2026-11-24'

let world: World
let at: Reconciling
let gateway: Telling
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
  gateway = await telling(world)
})
afterEach(() => world.close())

async function onlyDifference(): Promise<string> {
  const found = await at.found(true)
  expect(found).toHaveLength(1)
  return found[0]?.id ?? ''
}

const stray = () => line({ payout: 'x', reference: 'NEVERSENT0000001' }, { gatewayId: null })

describe('nothing is found', () => {
  test('on a day that agrees', async () => {
    await gateway.reconcile([line(await at.send()), credit('c1')])
    expect(await gateway.audited()).toEqual([])
  })

  test('where a payment is told with an amount that cannot be read, and people have the difference', async () => {
    const paid = await at.send()
    await gateway.reconcile([line(paid, { amount: null })])
    expect(await at.classes(true)).toEqual(['amount'])
    expect(await gateway.audited()).toEqual([])
  })

  test('where a corrected statement shows the same difference further down', async () => {
    const paid = await at.send()
    await gateway.reconcile([credit('c1'), line(paid)])
    await gateway.reconcile([line(paid), credit('c1')], { version: 2 })
    expect(await gateway.audited()).toEqual([])
  })

  test('where one movement is told on two days, the later of which was read first', async () => {
    const paid = await at.send()
    await gateway.reconcile([on(NEXT, line(paid))], { day: NEXT, opening: OPENING - AMOUNT })
    await gateway.reconcile([line(paid)])
    expect(await at.classes()).toContain('duplicate')
    expect(await gateway.audited()).toEqual([])
  })

  test('where a corrected first day tells what the second has told before', async () => {
    const paid = await at.send()
    await gateway.reconcile([])
    await gateway.reconcile([on(NEXT, line(paid))], { day: NEXT })
    await gateway.reconcile([line(paid)], { version: 2 })
    await gateway.reconcile([on(NEXT, line(paid))], { day: NEXT, version: 2, opening: OPENING - AMOUNT })
    expect(await gateway.audited()).toEqual([])
  })

  test('where the same line stands twice, and the second is known', async () => {
    const paid = await at.send()
    await gateway.reconcile([line(paid), line(paid), stray(), stray()])
    expect(await at.classes()).toEqual(['duplicate', 'unknown-reference', 'unknown-reference'])
    expect(await gateway.audited()).toEqual([])
  })

  test('where what two people have placed goes with a corrected statement, and comes again', async () => {
    await gateway.reconcile([stray()])
    await gateway.resolve(await onlyDifference(), 'written-off')
    await gateway.reconcile([], { version: 2 })
    expect(await gateway.audited()).toEqual([])
    await gateway.reconcile([stray()], { version: 3 })
    expect(await gateway.audited()).toEqual([])
  })

  test('where days do not join, and two people have said why', async () => {
    await gateway.reconcile([])
    await gateway.reconcile([], { day: NEXT, opening: OPENING + 700n })
    await gateway.resolve(await onlyDifference(), 'to-treasury')
    expect(await gateway.audited()).toEqual([])
  })

  test('where days that do not join prove nothing of a payment between them', async () => {
    await at.send()
    await gateway.reconcile([])
    await gateway.reconcile([], { day: NEXT, opening: OPENING + 700n })
    expect(await gateway.audited()).toEqual([])
  })

  test('where people have found that a part came back before the statement tells of it', async () => {
    const paid = await at.send()
    const part = AMOUNT / 2n
    const told = seen('returned', { gatewayId: `po_${paid.payout}`, amount: { minor: part, currency: 'IDR' } })
    await world.observe(called(paid.payout, told, NOON + HOUR))
    const word = { finding: 'partly-returned', returned: part.toString(), next: 'pay-again' } as const
    await gateway.decide(await reviewDecisionOf(world, disbursementOf(paid.ref), paid.payout, word))
    await gateway.reconcile([line(paid), line(paid, { id: 'r1', type: 'return', direction: 'credit', amount: part })])
    expect(await at.found()).toEqual([])
    expect(await gateway.audited()).toEqual([])
  })

  test('where people have found that a part came back after the statement has told of it', async () => {
    const paid = await at.send()
    const part = AMOUNT / 2n
    await gateway.reconcile([line(paid), line(paid, { id: 'r1', type: 'return', direction: 'credit', amount: part })])
    const word = { finding: 'partly-returned', returned: part.toString(), next: 'pay-again' } as const
    await gateway.decide(await reviewDecisionOf(world, disbursementOf(paid.ref), paid.payout, word))
    expect(await gateway.audited()).toEqual([])
  })

  test('where a gateway tells days before the first that is reconciled', async () => {
    gateway.days.set('2026-11-21', partsOf([], { day: '2026-11-21' }))
    for (const day of [DAY, NEXT, THIRD]) await gateway.reconcile([], { day })
    expect(await gateway.audited()).toEqual([])
  })

  test('where a transfer is recorded after its line', async () => {
    await gateway.reconcile([credit('t2', { type: 'top-up', reference: 'T2', amount: 9000n })])
    const transfer = { programme: world.programme, gateway: 'sandbox', number: 'T2', amount: 9000n }
    await world.act((acts) => acts.recordFunding(transfer))
    expect(await at.float()).toBe(OPENING + 9000n)
    expect(await gateway.audited()).toEqual([])
  })
})

test('a programme east of its gateway may pay before the gateway’s midnight, and nothing is found', async () => {
  await world.close()
  world = await openWorld({ programme: { ...swiftProgramme(), zone: 'Asia/Jayapura' } })
  at = reconciling(world)
  gateway = await telling(world)
  // 23:30 in Jakarta, 01:30 of the next day in Jayapura.
  const late = Date.parse('2026-11-22T16:30:00Z')
  const payout = await world.claim(disbursementOf(await world.ready({}, late)), late)
  const [{ reference } = { reference: '' }] = (
    await world.root.pool.query<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [payout])
  ).rows
  const fact = seen('paid', { gatewayId: `po_${payout}` })
  await world.observe({ payout, source: 'submit', send: 1, fact, atMs: late })
  await gateway.reconcile([line({ payout, reference }, { rawDate: '2026-11-22T23:30:00+07:00' })])
  expect(await gateway.audited()).toEqual([])
})

test('a statement with an instant that is none is a finding, and no end of the audit', async () => {
  const paid = await at.send()
  await gateway.reconcile([line(paid)])
  gateway.days.set(NEXT, partsOf([line(paid, { rawDate: 'yesterday noon' })], { day: NEXT }))
  expect(await gateway.audited()).toEqual([
    `I26 changed told_day: the statement of sandbox/${NEXT} cannot be read: a line has a date that is none`,
  ])
})

test('a day whose lines do not come to its closing balance is found, until reconciliation knows by how much', async () => {
  const id = await gateway.load([credit('c1')], { closing: OPENING - 400_000n })
  expect((await gateway.audited()).join('\n')).toContain('I26 changed told_day')
  await gateway.match(id)
  expect((await at.classes()).toSorted()).toEqual(['unknown-reference', 'unreferenced-credit'])
  expect(await gateway.audited()).toEqual([])
  const other = `UPDATE discrepancy SET amount_there = amount_there + 1 WHERE key LIKE 'closing:%'`
  const found = (await gateway.audited(other)).join('\n')
  expect(found).toContain('has moved beside the lines that are told')
  expect(found).toContain('I26 changed told_day')
})

test('a statement that the gateway has corrected since, and nobody has read anew, is found', async () => {
  await gateway.reconcile([credit('c1')])
  gateway.days.set(DAY, partsOf([], { version: 2 }))
  expect((await gateway.audited()).join('\n')).toContain('it was read as version 1, and the gateway tells version 2')
})

test.each([
  ['as they are', false],
  ['said to be cut off before they are matched', true],
] as const)('a payment that no statement tells is found, by whom reads statements %s', async (_what, isChanged) => {
  await at.send()
  for (const day of [DAY, NEXT, THIRD]) {
    const id = await gateway.load([], { day })
    if (isChanged) await gateway.change(`UPDATE statement SET complete = false WHERE id = '${id}'`)
    await gateway.match(id)
  }
  const untold = (await gateway.audited()).filter((one) => one.includes('the gateway does not tell it'))
  expect([await at.classes(), untold.length]).toEqual(isChanged ? [[], 1] : [['missing-there'], 0])
})
