/** Decisions of before it was written down when what came back had first been paid: a migration reads it from the trail. */
import { expect, it } from 'vitest'
import { reviewing } from '../support/reviews.ts'
import { sendFirst } from '../support/sent.ts'
import { readDocument } from '../support/markdown.ts'
import { MINUTE, NOON, openWorld, seen, SECOND } from '../support/world.ts'

const MIGRATION = 'prisma/migrations/20261127000022_lost_time_validated/migration.sql'

it('dates the first payment of what two people had found delivered, and of nothing else', async () => {
  const world = await openWorld()
  const people = await reviewing(world)
  const [back, never] = [await sendFirst(world), await sendFirst(world)]
  for (const { payout } of [back, never]) {
    const other = { amount: { minor: 1n, currency: 'IDR' } }
    await world.observe({ payout, source: 'submit', fact: seen('paid', other), atMs: NOON + SECOND, send: 1 })
  }
  const at = NOON + MINUTE
  await people.decide(back.disbursement, back.payout, { finding: 'returned', next: 'pay-again' }, at)
  await people.decide(never.disbursement, never.payout, { finding: 'not-paid', next: 'pay-again' }, at)
  await world.root.pool.query('UPDATE disbursement SET first_paid_at = NULL')
  const backfill = /UPDATE disbursement[^;]*;/.exec(readDocument(MIGRATION))?.[0] ?? ''
  await world.root.pool.query(backfill)
  const { rows } = await world.root.pool.query(
    'SELECT key, first_paid_at FROM disbursement WHERE first_paid_at IS NOT NULL',
  )
  expect(rows).toEqual([{ key: back.disbursement, first_paid_at: new Date(at) }])
  await world.close()
})
