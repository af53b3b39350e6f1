/** Nobody waits unheard: every look says by when something must happen, every fact that it must happen soon. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insertMessages, nudge } from '../../store/nudges.ts'
import { bankAccount } from '../support/builders.ts'
import { approved, openRunWorld, release } from '../support/runs.ts'
import { DAY, HOUR, MINUTE, openWorld, SECOND, type World } from '../support/world.ts'

let world: World
/** The database stamps and sweeps by its own clock, so these lives are lived now. */
let now: number
beforeAll(async () => {
  world = await openWorld()
})
beforeEach(async () => {
  await world.root.pool.query('UPDATE participant SET heard_by = NULL')
  await delivered()
  now = Date.now()
})
afterAll(() => world.close())

const delivered = () => world.root.pool.query(`UPDATE message SET state = 'delivered' WHERE state = 'pending'`)
const heard = async (ref: string): Promise<number | null> => {
  const row = await world.one<{ heard: Date | null }>('SELECT heard_by AS heard FROM participant WHERE ref = $1', [ref])
  return row.heard?.getTime() ?? null
}
/** Changes whenever the person's row is written. */
const written = async (ref: string): Promise<string> =>
  (await world.one<{ xmin: string }>('SELECT xmin::text FROM participant WHERE ref = $1', [ref])).xmin
/** A fact that is told to the life. */
const fact = (ref: string) => world.link(ref, bankAccount('00', '5'), now)

describe('a look', () => {
  it('at somebody who waits for a wave says tomorrow, from the first look on', async () => {
    const ref = await world.register({}, now)
    expect(await heard(ref)).toBe(now + 5 * MINUTE)
    await world.store.lives.screen('swift', ref, now)
    expect(await heard(ref)).toBe(now + DAY + 30 * SECOND)
  })

  it('after a sweep says tomorrow again: an idle life is swept once a day, not for ever', async () => {
    const ref = await world.admit({}, now)
    await world.advance(ref, now)
    await delivered()
    await world.root.pool.query(`UPDATE participant SET heard_by = now() - interval '1 second' WHERE ref = $1`, [ref])
    expect((await world.store.messages.sweep(100)).nudged).toBe(1)
    await world.advance(ref, now + SECOND)
    await delivered()
    expect(await heard(ref)).toBe(now + DAY + 31 * SECOND)
  })

  it('that moves nothing and comes long before the moment writes nothing', async () => {
    const ref = await world.admit({}, now)
    await world.advance(ref, now)
    const before = await written(ref)
    for (const later of [SECOND, MINUTE, HOUR, 11 * HOUR]) await world.advance(ref, now + later)
    expect(await written(ref)).toBe(before)
    await world.advance(ref, now + 13 * HOUR)
    expect(await heard(ref)).toBe(now + 13 * HOUR + DAY + 30 * SECOND)
  })

  it('says the deadline when that comes sooner', async () => {
    const ref = await world.admit({}, now)
    await world.advance(ref, now + 29 * DAY + 23 * HOUR)
    expect(await heard(ref)).toBe(now + 30 * DAY + 30 * SECOND)
  })
})

describe('a fact', () => {
  it('must be looked at within minutes, whatever becomes of its message', async () => {
    const ref = await world.admit({}, now)
    expect(await heard(ref)).toBeLessThanOrEqual(now + 6 * MINUTE)
    await world.advance(ref, now)
    await fact(ref)
    const by = await heard(ref)
    expect(by).toBeGreaterThan(now + 4 * MINUTE)
    expect(by).toBeLessThan(now + 6 * MINUTE)
    await world.advance(ref, now)
    expect(await heard(ref)).toBe(now + DAY + 30 * SECOND)
  })

  it('about a closed life must be looked at too, and is then done with', async () => {
    const ref = await world.admit({}, now)
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'asked' }), now)
    await world.advance(ref, now)
    expect(await heard(ref)).toBeNull()
    await world.link(ref, bankAccount(), now)
    expect(await heard(ref)).toBeGreaterThan(now + 4 * MINUTE)
    await world.advance(ref, now)
    expect(await heard(ref)).toBeNull()
  })

  it('does not put off what must happen sooner', async () => {
    const ref = await world.admit({}, now)
    await world.root.pool.query(`UPDATE participant SET heard_by = $2 WHERE ref = $1`, [ref, new Date(now)])
    await fact(ref)
    expect(await heard(ref)).toBe(now)
  })
})

describe('a line that a run lets go', () => {
  it('must be looked at within minutes too, and one that is out when the run is resumed', async () => {
    const runs = await openRunWorld()
    try {
      const ref = await runs.ready({}, now)
      const soon = async () => {
        const { rows } = await runs.root.pool.query('SELECT heard_by AS heard FROM participant WHERE ref = $1', [ref])
        return (rows[0] as { heard: Date }).heard.getTime() < Date.now() + 6 * MINUTE
      }
      const run = await approved(runs, now)
      await runs.advance(ref, now)
      expect(await soon()).toBe(false)
      await release(runs, run, now)
      expect(await runs.count(`SELECT FROM payout_run_line WHERE state = 'released'`)).toBe(1)
      expect(await soon()).toBe(true)

      await runs.root.pool.query(`UPDATE participant SET heard_by = now() + interval '1 day'`)
      await runs.root.pool.query(
        `UPDATE payout_run SET state = 'paused', stopped_at = now(), stopped_by = 'engine', reason = 'a test'`,
      )
      await runs.act((acts) => acts.resumeRun({ run: run.key, reason: 'looked into' }), now)
      expect(await soon()).toBe(true)
    } finally {
      await runs.close()
    }
  })
})

describe('a life whose payment waits for its turn in the queue of its gateway', () => {
  /** Hours in which nothing is heard of it but by the sweep, which comes every ten seconds; after how many seconds it was nudged. */
  async function nudgesOf(ref: string, hours: number): Promise<number[]> {
    const nudged: number[] = []
    for (let past = 0; past < hours * 3600; past += 10) {
      // The clock of the database stands still: what is due comes nearer instead.
      await world.root.pool.query(`UPDATE participant SET heard_by = heard_by - interval '10 seconds' WHERE ref = $1`, [
        ref,
      ])
      if (heardSoon(await heard(ref))) continue
      expect((await world.store.messages.sweep(100)).nudged).toBe(1)
      nudged.push(past)
      await delivered()
      await world.advance(ref, Date.now())
    }
    return nudged
  }
  const heardSoon = (by: number | null) => by !== null && by >= Date.now()

  it('is nudged within a minute, then ever more rarely, and at last hourly', async () => {
    const ref = await world.ready({}, now)
    expect((await world.advance(ref, now)).disbursements[0]?.next).toMatchObject({ kind: 'send' })
    await delivered()
    const nudged = await nudgesOf(ref, 4)
    expect(nudged[0]).toBeLessThan(60)
    expect(nudged.filter((at) => at < 600).length).toBeGreaterThanOrEqual(3)
    expect(nudged.filter((at) => at < 3600).length).toBeLessThanOrEqual(9)
    expect(nudged.filter((at) => at >= 2 * 3600).length).toBeLessThanOrEqual(2)
  }, 30_000)

  it('is looked after anew once it waits for another day', async () => {
    const ref = await world.ready({}, now)
    await delivered()
    await nudgesOf(ref, 2)
    // Soon by chance: the moment that is written by then would do.
    await world.root.pool.query(`UPDATE disbursement SET release_at = now() + interval '30 minutes' WHERE ref = $1`, [
      ref,
    ])
    await world.root.pool.query(`UPDATE participant SET heard_by = now() + interval '31 minutes' WHERE ref = $1`, [ref])
    await world.advance(ref, Date.now())
    expect(await world.count('SELECT FROM participant WHERE ref = $1 AND swept = 0', [ref])).toBe(1)
  }, 30_000)

  it('is looked after anew once something was told to it', async () => {
    const ref = await world.ready({}, now)
    await delivered()
    await nudgesOf(ref, 2)
    await world.inSql((sql) => insertMessages(sql, [nudge('swift', ref, 'payout')]))
    await world.advance(ref, Date.now())
    expect(((await heard(ref)) ?? 0) - Date.now()).toBeLessThan(MINUTE)
  }, 30_000)
})
