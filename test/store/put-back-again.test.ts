/** A database that is put back once more before the restore is closed: what was looked up and agreed to before says nothing of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { engineActor } from '../../domain/act.ts'
import { foundIn } from '../support/audited.ts'
import { agreeToLift, EVERYTHING, freeze, lift, proposeLift } from '../support/freezes.ts'
import { AGAIN, JAKARTA, LATER } from '../support/lost-time.ts'
import { disbursementOf, HOUR, NOON, openWorld, refusal, type World } from '../support/world.ts'

const DAY = 24 * HOUR
let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  expect(await foundIn(world, LATER, ['claims'])).toEqual([])
  await world.close()
})

const begin = (atMs: number) => world.store.restores.begin('a backup', engineActor(), atMs, NOON)

/** Two people lift what stands for a restore, once it was looked up. */
async function liftLookedUp(atMs: number): Promise<void> {
  const { id, freeze: standing } = await begin(atMs)
  await world.store.restores.lookedUp(id, {}, atMs)
  await lift(world, standing, atMs)
}

it('is frozen anew, and not lifted before everything owed was looked up again', async () => {
  await liftLookedUp(AGAIN)
  const { id, freeze: standing, lookedUpAt } = await begin(LATER)
  expect(lookedUpAt).toBeNull()
  expect(await refusal(lift(world, standing, LATER))).toBe('conflict')
  expect(await refusal(world.store.restores.close(id, [], engineActor(), LATER))).toBe('conflict')
  await world.store.restores.lookedUp(id, {}, LATER)
  await lift(world, standing, LATER)
  expect(await world.store.freezes.list(true)).toEqual([])
})

it('waits for the statements of the days of the last time, too', async () => {
  await liftLookedUp(AGAIN)
  const { id } = (await world.store.restores.open()) ?? { id: 'none' }
  const before = await world.store.restores.unmatchedDays(id, [JAKARTA])
  expect(await begin(AGAIN + 3 * DAY)).toMatchObject({ id })
  expect(await world.store.restores.unmatchedDays(id, [JAKARTA])).toHaveLength(before.length + 3)
})

it('is looked up again where people had frozen everything for themselves, and where nothing was lifted yet', async () => {
  await liftLookedUp(AGAIN)
  const { freeze: theirs } = await freeze(world, EVERYTHING, LATER)
  const again = await begin(LATER)
  expect(again.freeze).toBe(theirs.id)
  expect(await refusal(lift(world, theirs.id, LATER))).toBe('conflict')
  await world.store.restores.lookedUp(again.id, {}, LATER)
  // To the moment between the look and the lift.
  expect(await begin(LATER + HOUR)).toMatchObject({ freeze: theirs.id, lookedUpAt: null })
  expect(await refusal(lift(world, theirs.id, LATER + HOUR))).toBe('conflict')
})

it('is looked up anew also by whoever asks already and has told nothing yet', async () => {
  const first = await begin(AGAIN)
  const again = await begin(AGAIN)
  expect(again).toMatchObject({ id: first.id, freeze: first.freeze })
  expect(again.foundAt.getTime()).toBeGreaterThan(first.foundAt.getTime())
  await world.store.restores.lookedUp(first.id, {}, AGAIN, first)
  expect(await world.store.restores.open()).toMatchObject({ lookedUpAt: null })
  await world.store.restores.lookedUp(first.id, {}, AGAIN, again)
  expect(await world.store.restores.open()).not.toMatchObject({ lookedUpAt: null })
})

it('is not begun by a worker that had found it older before others began it, looked and lifted', async () => {
  await liftLookedUp(AGAIN)
  const open = await world.store.restores.open()
  expect(await world.store.restores.beginFirst('found by a slow one', engineActor(), LATER)).toBeNull()
  expect(await world.store.restores.open()).toEqual(open)
  expect(await world.store.freezes.list(true)).toEqual([])
})

it('is begun by one of several workers that find it at once, while others claim', async () => {
  const ref = await world.ready()
  const begun = await Promise.all([
    ...[1, 2, 3].map((worker) => world.store.restores.beginFirst(`worker ${worker}`, engineActor(), AGAIN)),
    world.claim(disbursementOf(ref), AGAIN).then(
      () => null,
      () => null,
    ),
  ])
  expect(begun.filter((restore) => restore !== null)).toHaveLength(1)
  expect(await world.count('SELECT FROM restore')).toBe(1)
  expect(await world.store.freezes.list(true)).toHaveLength(1)
})

it('is not looked up by whoever had begun to ask before it was said once more, or to be older', async () => {
  const first = await begin(AGAIN)
  const { id } = first
  await world.store.restores.lookedUp(id, {}, AGAIN)
  const again = await begin(LATER)
  expect(await world.store.restores.lookedUp(id, {}, LATER, first)).toBe(false)
  expect(await world.store.restores.open()).toMatchObject({ lookedUpAt: null })
  await world.store.restores.begin('an older backup', engineActor(), LATER, NOON - HOUR)
  await world.store.restores.silent(id, { unanswered: ['sandbox'], heldUp: [] }, LATER, again)
  await world.store.restores.lookedUp(id, {}, LATER, again)
  expect(await world.one('SELECT silent FROM restore')).toEqual({ silent: null })
  const now = await world.store.restores.open()
  expect(now).toMatchObject({ lookedUpAt: null, restoredTo: new Date(NOON - HOUR) })
  expect(await world.store.restores.lookedUp(id, {}, LATER + HOUR, now)).toBe(true)
  // By somebody who was slower.
  expect(await world.store.restores.lookedUp(id, {}, LATER + HOUR, now)).toBe(true)
  expect(await world.store.restores.open()).toMatchObject({ lookedUpAt: new Date(LATER + HOUR) })
})

it('stays frozen where two people lift it at that moment', async () => {
  const { id, freeze: standing } = await begin(AGAIN)
  await world.store.restores.lookedUp(id, {}, AGAIN)
  const proposal = await proposeLift(world, standing, AGAIN)
  const client = await world.root.pool.connect()
  await client.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('freeze:all', 0))`)
  const beginning = begin(LATER)
  await sleep(300)
  const lifting = agreeToLift(world, proposal, AGAIN)
  await sleep(300)
  await client.query('COMMIT')
  client.release()
  await beginning
  expect(await lifting).toMatchObject({ state: 'void' })
  expect(await world.store.freezes.list(true)).toHaveLength(1)
})

it('takes nothing back of when it was last found', async () => {
  await liftLookedUp(AGAIN)
  await begin(LATER)
  await expect(world.root.pool.query('UPDATE restore SET again_at = NULL')).rejects.toThrow()
  await expect(world.root.pool.query(`UPDATE restore SET again_at = again_at - interval '1 second'`)).rejects.toThrow()
})
