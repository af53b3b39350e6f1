/** A process that has just started, with more to do at once than it has connections. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { NOON, openStore, openWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

it('a cold process looks at many lives at once without waiting for a connection it holds itself', async () => {
  const refs: string[] = []
  for (let person = 0; person < 25; person += 1) refs.push(await world.register())
  const cold = openStore(world.database)
  try {
    const began = Date.now()
    await Promise.all(refs.map((ref) => cold.lives.screen('swift', ref, NOON)))
    expect(Date.now() - began).toBeLessThan(3000)
  } finally {
    await cold.close()
  }
})
