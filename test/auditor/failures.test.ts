/** A payment that failed by one rule and, after people had looked, by another: its newest word is held against the rule of that time. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { foundIn } from '../support/audited.ts'
import { pairOf } from '../support/freezes.ts'
import { COMPLIANCE, failedBy, newCode, PASSING, put, together, UNDOCUMENTED } from '../support/reclassify.ts'
import { reviewing } from '../support/reviews.ts'
import { asked, called, sendFirst, submitted } from '../support/sent.ts'
import { agree } from '../support/two-people.ts'
import { DAY, HOUR, NOON, openWorld, TIMING, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ timing: { ...TIMING, failureFinal: 'after-statement' } })
})
afterAll(() => world.close())

const found = async (nowMs: number) =>
  (await foundIn(world, nowMs, ['failures'])).map(({ kind, entity, key }) => `${kind} ${entity} ${key}`)

it('what was failing by a rule, was looked at, and fails by the next one is right; by the old one it is found', async () => {
  const [start, code] = [NOON + HOUR, newCode()]
  const pair = await pairOf(world)
  const people = await reviewing(world, pair)
  await together(world, code, UNDOCUMENTED, PASSING)
  const { disbursement, payout } = await sendFirst(world, start)
  await world.observe({ ...submitted(payout, failedBy(code)), atMs: start })
  await world.observe(asked(payout, failedBy(code), start + 5 * DAY))
  await world.store.payouts.giveUp(payout, start + 9 * DAY)
  expect(await found(start + 9 * DAY)).toEqual([])
  const decided = await people.decide(disbursement, payout, { finding: 'unknown' }, start + 9 * DAY)
  expect(decided.state).toBe('executed')
  const { content } = put(code, PASSING, COMPLIANCE)
  await agree(world.store, [pair.sari, pair.budi], { act: 'reclassification', content }, start + 10 * DAY)
  await world.observe(called(payout, failedBy(code), start + 11 * DAY))
  const now = await world.one<object>('SELECT state, failure_class FROM payout WHERE key = $1', [payout])
  expect(now).toEqual({ state: 'failing', failure_class: 'compliance' })
  expect(await found(start + 12 * DAY)).toEqual([])
  await world.root.pool.query(
    `UPDATE payout SET failure_class = 'retry-new', failure_code = 'transfer-temporarily-failed' WHERE key = $1`,
    [payout],
  )
  expect(await found(start + 12 * DAY)).toEqual([`changed payout ${payout}`])
})
