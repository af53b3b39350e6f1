/** Many runs on one day: the tenth comes after the second, whatever their names look like. */
import { afterEach, expect, test } from 'vitest'
import { foundIn } from '../support/audited.ts'
import { abortRun, approved, collect, openRunWorld, release } from '../support/runs.ts'
import { disbursementOf, HOUR, MINUTE, NOON, seen, type World } from '../support/world.ts'

const opened: World[] = []
afterEach(async () => {
  for (const world of opened.splice(0)) await world.close()
})

test('what is sent under the tenth run of a day was not sent under the second, which was aborted', async () => {
  const world = await openRunWorld()
  opened.push(world)
  const dropped = async (): Promise<void> => {
    const { key } = await collect(world)
    await world.act((acts) => acts.discardRun({ run: key, reason: 'too early' }), NOON)
  }
  const ref = await world.ready()
  await dropped()
  const second = await approved(world)
  await release(world, second)
  expect((await abortRun(world, second)).state).toBe('executed')
  for (let n = 3; n <= 9; n += 1) await dropped()
  const tenth = await approved(world)
  expect(tenth.key).toMatch(/-10$/)
  await release(world, tenth)
  const payout = await world.claim(disbursementOf(ref), NOON + MINUTE)
  await world.observe({ payout, source: 'submit', send: 1, fact: seen('paid'), atMs: NOON + MINUTE })
  const found = await foundIn(world, NOON + HOUR, ['runs'])
  expect(found.filter(({ says }) => says.includes('aborted'))).toEqual([])
})
