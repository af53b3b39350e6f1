/** What the list of appropriations says was disbursed is what the ledger and the budget report say. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { reportBudget } from '../../store/budget-report.ts'
import { listAppropriations } from '../../store/read-money.ts'
import { reviewDecisionOf, reviewing } from '../support/reviews.ts'
import { line, reconciling, type Reconciling } from '../support/statements.ts'
import { agree } from '../support/two-people.ts'
import { AMOUNT, disbursementOf, HOUR, NOON, openWorld, YEAR, type World } from '../support/world.ts'

let world: World
let at: Reconciling
beforeEach(async () => {
  world = await openWorld()
  at = reconciling(world)
})
afterEach(() => world.close())

async function expectDisbursed(amount: bigint): Promise<void> {
  const [listed] = await listAppropriations(world.root.pool, 'swift')
  const { total } = await reportBudget(world.store.context.database, 'swift', YEAR)
  expect([listed?.disbursed, total.paid, await at.balance('budget:disbursed')]).toEqual([`${amount}`, amount, amount])
}

it('counts what is under review, and the part that stays with its payee', async () => {
  await expectDisbursed(0n)
  const paid = await at.send()
  await expectDisbursed(AMOUNT)
  const back = line(paid, { id: 'r1', type: 'return', direction: 'credit', amount: AMOUNT / 2n })
  await at.reconcile([line(paid), back])
  await expectDisbursed(AMOUNT)
  const word = { finding: 'partly-returned', returned: `${AMOUNT / 2n}`, next: 'pay-again' } as const
  const put = await reviewDecisionOf(world, disbursementOf(paid.ref), paid.payout, word)
  const { sari, budi } = await reviewing(world)
  await agree(world.store, [sari, budi], put, NOON + 2 * HOUR)
  await expectDisbursed(AMOUNT / 2n)
})
