/** The file that is handed in again: what its offices do when others hold the people of a page. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askedAgain } from '../../chaos/file/again.ts'
import { composed } from '../../chaos/file/list.ts'
import { handIn } from '../../chaos/file/ministry.ts'
import { Problem } from '../../domain/problem.ts'
import { NOON, openWorld, SECOND, type World } from '../support/world.ts'

/** Longer than the application waits for a row that others hold. */
const HELD_MS = 3.5 * SECOND
let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

/** Somebody of whom only the last line is missing. */
async function trained(subject: string): Promise<string> {
  const ref = await world.admit()
  for (const kind of ['course-started', 'course-completed'] as const) {
    const evidence = { programme: world.programme.code, ref, kind, subject, occurredAtMs: NOON, document: null }
    await world.act((acts) => acts.recordEvidence(evidence))
  }
  return ref
}

describe('an office that hands in a file', () => {
  it('asks again where others held a person of its page for too long, and each line counts once', async () => {
    const course = world.programme.training.courses[0]?.code ?? ''
    const ref = await trained(course)
    const file = composed([ref], course, NOON)
    const holder = await world.root.pool.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT FROM participant WHERE ref = $1 FOR UPDATE', [ref])
    const handed = handIn(world.store, world.programme, file)
    await sleep(HELD_MS)
    await holder.query('ROLLBACK')
    holder.release()
    expect(await handed).toEqual({ taken: 1, known: 0, unreadable: 0 })
    expect(await handIn(world.store, world.programme, file)).toEqual({ taken: 0, known: 1, unreadable: 0 })
    expect(await world.count(`SELECT FROM evidence WHERE kind = 'course-rated'`)).toBe(1)
  })

  it('does not ask again after a refusal', async () => {
    let asked = 0
    const refused = askedAgain(async () => {
      asked += 1
      return Promise.reject(new Problem('life-closed', 'it is over'))
    })
    await expect(refused).rejects.toThrow('it is over')
    expect(asked).toBe(1)
  })
})
