/** A life that cannot be looked at, whatever the reason, is shown to people until it can. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLifeActivities } from '../../activities/lives.ts'
import { called, sendFirst, stateOf, submitted } from '../support/sent.ts'
import { DAY, NOON, openWorld, seen, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const attentionOf = async (ref: string) =>
  (await world.one<{ attention: string | null }>('SELECT attention FROM participant WHERE ref = $1', [ref])).attention

/** Somebody whose promise is too small, which the table's own check refuses with each step that would use it. */
async function stuck(now: number): Promise<string> {
  const ref = await world.admit({}, now)
  await world.root.pool.query('UPDATE commitment SET amount = 1 WHERE ref = $1', [ref])
  await world.train(ref, now).catch(() => undefined)
  return ref
}

it('a life whose looks have failed for minutes is flagged for people, and no more once it can be looked at', async () => {
  const now = Date.now()
  const ref = await stuck(now)
  let attempt = 1
  const { advance } = createLifeActivities({ store: world.store, attempt: () => attempt })
  const look = () => advance({ programme: 'swift', ref, nowMs: now })
  for (; attempt < 8; attempt += 1) {
    await expect(look()).rejects.toThrow('23514')
    expect(await attentionOf(ref)).toBeNull()
  }
  await expect(look()).rejects.toThrow('23514')
  expect(await attentionOf(ref)).toBe('life-failed')
  await world.root.pool.query('UPDATE commitment SET amount = 1000000000 WHERE ref = $1', [ref])
  await look()
  expect(await attentionOf(ref)).toBeNull()
})

it('a life that has closed is flagged as well while something must still happen in it, and no other', async () => {
  const now = Date.now()
  const { ref, payout, disbursement } = await sendFirst(world)
  await world.observe(submitted(payout, seen('paid')))
  await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'moved abroad' }))
  expect(await world.advance(ref)).toMatchObject({ stage: 'closed', attention: null })
  const away = () => Promise.reject(new Error('it cannot be looked at'))
  const lives = { ...world.store.lives, advance: away }
  const { advance } = createLifeActivities({ store: { ...world.store, lives }, attempt: () => 8 })
  const look = () => advance({ programme: 'swift', ref, nowMs: now })
  await expect(look()).rejects.toThrow('Error')
  expect(await attentionOf(ref)).toBeNull()
  // What was paid comes back, and every look of its recovery fails.
  await world.observe(called(payout, seen('returned'), NOON + DAY))
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account' })
  await expect(look()).rejects.toThrow('Error')
  expect(await attentionOf(ref)).toBe('life-failed')
  expect(await world.advance(ref, NOON + DAY)).not.toMatchObject({ attention: 'life-failed' })
})

it('a fault that cannot be shown either stays the fault that it was', async () => {
  const now = Date.now()
  const ref = await stuck(now)
  const lives = { ...world.store.lives, showFailed: () => Promise.reject(new Error('the database is away')) }
  const { advance } = createLifeActivities({ store: { ...world.store, lives }, attempt: () => 100 })
  await expect(advance({ programme: 'swift', ref, nowMs: now })).rejects.toThrow('23514')
})
