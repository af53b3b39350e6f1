/** The books are read as of one moment: money that moves meanwhile never looks like a fault. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inSnapshot } from '../../store/database.ts'
import { controlLines, paidSums } from '../../store/read-books.ts'
import { disbursementOf, NOON, openWorld, seen, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

async function payOne(): Promise<void> {
  const ref = await world.ready()
  const payout = await world.claim(disbursementOf(ref))
  await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: NOON, send: 1 })
}

it('control accounts balance at every moment in which they are read', async () => {
  let isMoving = true
  const moving = Promise.all([1, 2, 3, 4].map(() => payOne().then(payOne).then(payOne))).finally(() => {
    isMoving = false
  })
  let reads = 0
  while (isMoving) {
    expect(await world.imbalances()).toEqual([])
    reads += 1
  }
  await moving
  expect(reads).toBeGreaterThan(3)
})

it('what is compared in one snapshot is of one moment', async () => {
  const [before, control, paid] = await inSnapshot(world.root, async (sql) => {
    const first = await paidSums(sql)
    await payOne()
    return [first, await controlLines(sql), await paidSums(sql)]
  })
  expect(paid).toEqual(before)
  expect(control.find(({ account }) => account === 'budget:disbursed')?.ledger).toBe(before.disbursed)
  expect((await paidSums(world.root.pool)).disbursed).toBeGreaterThan(before.disbursed)
})
