/** What is learnt about a payment after its person's promise has gone over, while the year that it was paid from is not closed yet. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { entitlementTotal } from '../../domain/programme.ts'
import { reportBudget } from '../../store/budget-report.ts'
import { foundIn } from '../support/audited.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { pairOf } from '../support/freezes.ts'
import { reviewDecisionOf } from '../support/reviews.ts'
import { asked, called, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { agree } from '../support/two-people.ts'
import { AMOUNT, DAY, HOUR, openWorld, seen, seenFailed, YEAR, type World } from '../support/world.ts'
import { endYear, finishYears, yearOf, YEARS_END } from '../support/years.ts'

const each = entitlementTotal(swiftProgramme())
const NEXT = YEAR + 1
let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.appropriate(each * 5n, NEXT)
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const promisedFrom = async ({ ref }: Sent): Promise<number> =>
  (
    await world.one<{ year: number }>(
      'SELECT a.fiscal_year AS year FROM commitment c JOIN appropriation a ON a.id = c.appropriation WHERE c.ref = $1',
      [ref],
    )
  ).year

const owedFrom = async ({ disbursement }: Sent): Promise<number> =>
  (await world.one<{ year: number }>('SELECT fiscal_year AS year FROM disbursement WHERE key = $1', [disbursement]))
    .year

/** Paid, and what else is promised to the person has gone over to the next year; the year is not closed. */
async function goneOver(happens: (sent: Sent) => Promise<unknown> = async () => undefined): Promise<Sent> {
  const sent = await sendFirst(world)
  await world.observe(submitted(sent.payout, seen('paid')))
  await happens(sent)
  await endYear(world)
  while ((await promisedFrom(sent)) === YEAR) expect(await world.store.years.goOn(YEARS_END)).toBe(true)
  expect((await yearOf(world)).state).toBe('returned')
  return sent
}

const comesBack = ({ payout }: Sent, atMs = YEARS_END) => world.observe(asked(payout, seen('returned'), atMs, 1))

async function isClosed(): Promise<void> {
  await finishYears(world.store, YEARS_END + HOUR)
  expect(await yearOf(world)).toMatchObject({ state: 'closed', refusal: null, carried: each - AMOUNT, lapsed: 0n })
}

/** To another account, from the year it was paid from; and everything adds up. */
async function isPaidAgain(sent: Sent): Promise<void> {
  const atMs = YEARS_END + 2 * DAY
  await world.link(sent.ref, bankAccount(), atMs)
  await world.advance(sent.ref, atMs + 2 * DAY)
  const payout = await world.claim(sent.disbursement, atMs + 2 * DAY)
  const fact = seen('paid', { gatewayId: `po_${payout}` })
  await world.observe({ ...called(payout, fact, atMs + 2 * DAY + HOUR) })
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'paid' })
  expect(await owedFrom(sent)).toBe(YEAR)
  expect((await reported(YEAR)).total).toMatchObject({ obligated: 0n, paid: AMOUNT, carriedOver: each - AMOUNT })
  const { committed, obligated, paid } = (await reported(NEXT)).total
  expect([committed + obligated, paid]).toEqual([each - AMOUNT, 0n])
  expect(await audited(atMs + 3 * DAY)).toEqual([])
}

const reported = (year: number) => reportBudget(world.store.context.database, 'swift', year)

async function audited(nowMs: number) {
  return foundIn(world, nowMs, ['years', 'ledger', 'limits', 'obligations', 'owed', 'transitions', 'events', 'claims'])
}

describe('what is owed again after the promise of its person has gone over', () => {
  it('because it came back, stays in its year: the year is closed, and it is paid again from there', async () => {
    const sent = await goneOver()
    await comesBack(sent)
    expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'needs-account' })
    await isClosed()
    expect((await reported(YEAR)).total).toMatchObject({ obligated: AMOUNT, paid: 0n, carriedOver: each - AMOUNT })
    await isPaidAgain(sent)
  })

  it('because two people found that it was never paid, too; the person is told once the year is closed', async () => {
    const sent = await goneOver(({ payout }) => world.observe(called(payout, seenFailed('retry-new'))))
    expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'review' })
    const { sari, budi } = await pairOf(world)
    const word = { finding: 'not-paid', next: 'pay-again' } as const
    await agree(
      world.store,
      [sari, budi],
      await reviewDecisionOf(world, sent.disbursement, sent.payout, word),
      YEARS_END,
    )
    expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'released' })
    await expect(world.claim(sent.disbursement, YEARS_END)).rejects.toThrow('year-ending')
    const told = await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'year-end'`, [sent.ref])
    await isClosed()
    expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'year-end'`, [sent.ref])).toBe(told + 1)
    await isPaidAgain(sent)
  })

  it('lapses in its year by its own deadline, where its person never acts', async () => {
    const sent = await goneOver()
    await comesBack(sent)
    await isClosed()
    await world.advance(sent.ref, YEARS_END + 100 * DAY)
    expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'lapsed', reason: 'deadline' })
    expect((await reported(YEAR)).total).toMatchObject({ obligated: 0n, paid: 0n, lapsed: AMOUNT })
    expect(await audited(YEARS_END + 101 * DAY)).toEqual([])
  })
})

it('what comes back before the promise of its person has gone over goes over with it', async () => {
  const sent = await sendFirst(world)
  await world.observe(submitted(sent.payout, seen('paid')))
  await endYear(world)
  while ((await yearOf(world)).state !== 'returned') await world.store.years.goOn(YEARS_END)
  await comesBack(sent)
  await finishYears(world.store)
  expect(await yearOf(world)).toMatchObject({ state: 'closed', carried: each })
  expect([await owedFrom(sent), await promisedFrom(sent)]).toEqual([NEXT, NEXT])
  expect(await audited(YEARS_END + DAY)).toEqual([])
})
