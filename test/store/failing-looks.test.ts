/** A life that cannot be looked at, whatever the reason, is shown to people until it can. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLifeActivities } from '../../activities/lives.ts'
import { openWorld, type World } from '../support/world.ts'

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

it('a fault that cannot be shown either stays the fault that it was', async () => {
  const now = Date.now()
  const ref = await stuck(now)
  const lives = { ...world.store.lives, showFailed: () => Promise.reject(new Error('the database is away')) }
  const { advance } = createLifeActivities({ store: { ...world.store, lives }, attempt: () => 100 })
  await expect(advance({ programme: 'swift', ref, nowMs: now })).rejects.toThrow('23514')
})
