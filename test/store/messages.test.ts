/** Messages on their way to lives: leased, delivered, refused, dead, redriven, and the sweep that forgets nobody. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Swept } from '../../store/messages.ts'
import { redriveAllMessages, redriveMessage, type Lease } from '../../store/messages.ts'
import { DAY, NOON, OPERATOR, openWorld, refusal, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.root.pool.query(`UPDATE message SET state = 'delivered' WHERE state = 'pending'`)
})

const lease = (lives = 10, seconds = 30): Promise<Lease[]> => world.store.messages.lease(lives, seconds)
const idsOf = (leases: readonly Lease[]): string[] => leases.flatMap(({ ids }) => ids)
const now = (): Promise<unknown> =>
  world.root.pool.query('UPDATE message SET deliver_after = now(), leased_until = NULL')
const messageOf = (ref: string) =>
  world.one<{ id: string; state: string; refusals: number; refusal: string | null }>(
    'SELECT id, state, refusals, refusal FROM message WHERE ref = $1',
    [ref],
  )

const attentionOf = async (ref: string): Promise<string | null> =>
  (await world.one<{ attention: string | null }>('SELECT attention FROM participant WHERE ref = $1', [ref])).attention

const redriveAll = (programmes: readonly string[] | null, limit?: number) =>
  world.inSql((sql) => redriveAllMessages(sql, programmes, OPERATOR, NOON, limit))
const redrive = (id: string) => world.inSql((sql) => redriveMessage(sql, id, OPERATOR, NOON))

describe('a lease', () => {
  it('takes all messages of one life together, with what a start needs', async () => {
    const ref = await world.admit()
    const [taken] = await lease()
    expect(taken).toMatchObject({ programme: 'swift', ref, wave: 'wave-1', region: '3204', stage: 'training' })
    expect(taken?.ids).toHaveLength(2)
  })

  it('is taken by one of two relays, and again only when it has run out', async () => {
    const refs = [await world.register(), await world.register(), await world.register()]
    const [one, two] = await Promise.all([lease(), lease()])
    const ids = idsOf([...(one ?? []), ...(two ?? [])])
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toHaveLength(refs.length)
    expect(await lease()).toEqual([])
    await world.root.pool.query(`UPDATE message SET leased_until = now() - interval '1 second' WHERE state = 'pending'`)
    expect(idsOf(await lease())).toHaveLength(refs.length)
  })

  it('of two relays that race for many lives never overlaps, and leaves nothing', async () => {
    for (let index = 0; index < 20; index += 1) await world.admit()
    const taken: string[] = []
    const relay = async (): Promise<void> => {
      for (;;) {
        const leases = await lease(3)
        if (leases.length === 0) return
        taken.push(...idsOf(leases))
        await world.store.messages.delivered(idsOf(leases))
      }
    }
    await Promise.all([relay(), relay(), relay()])
    expect(new Set(taken).size).toBe(taken.length)
    expect(taken).toHaveLength(40)
    expect(await world.count(`SELECT FROM message WHERE state = 'pending'`)).toBe(0)
  })

  it('never waits for another relay: messages of the same lives are passed over, and each is delivered', async () => {
    const of = await world.register()
    await now()
    await lease()
    await world.root.pool.query(
      `INSERT INTO participant SELECT (jsonb_populate_record(p, jsonb_build_object(
          'ref', lpad(n::text, 13, '0'), 'identity_index', to_jsonb(decode(md5(n::text), 'hex'))))).*
         FROM participant p, generate_series(1, 1000) AS n WHERE p.ref = $1`,
      [of],
    )
    // Urgent and ordinary ones between each other, so that two relays choose rows of the same life.
    await world.root.pool.query(
      `INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
       SELECT gen_random_uuid(), 'swift', lpad(n::text, 13, '0'), 'evidence', 1 + (n * 7 + copy * 3) % 5, 'pending', now()
         FROM generate_series(1, 4) AS copy, generate_series(1, 1000) AS n`,
    )
    const taken: string[] = []
    const relay = async (): Promise<void> => {
      for (let empty = 0; empty < 3;) {
        const leases = await lease(32)
        empty = leases.length === 0 ? empty + 1 : 0
        taken.push(...idsOf(leases))
        await world.store.messages.delivered(idsOf(leases))
      }
    }
    await Promise.all([relay(), relay(), relay(), relay()])
    expect(taken).toHaveLength(4000)
    expect(new Set(taken).size).toBe(4000)
    await world.root.pool.query(`DELETE FROM participant WHERE ref LIKE '000000000%'`)
  })

  it('takes people who wait before sweeps', async () => {
    const ordinary = await world.admit()
    const urgent = await world.admit()
    await world.root.pool.query(`UPDATE message SET state = 'delivered' WHERE ref = $1`, [urgent])
    await world.act((acts) => acts.hold({ programme: 'swift', ref: urgent, reason: 'x' }))
    await now()
    expect((await lease(1)).map(({ ref }) => ref)).toEqual([urgent])
    expect((await lease(1)).map(({ ref }) => ref)).toEqual([ordinary])
  })

  it('leaves a message alone while an Update may tell the same', async () => {
    const ref = await world.admit()
    await world.root.pool.query(`UPDATE message SET state = 'delivered' WHERE ref = $1`, [ref])
    await world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'x' }))
    expect(await lease()).toEqual([])
  })
})

describe('delivery', () => {
  it('is marked once, and an unreachable server says nothing about the message', async () => {
    const ref = await world.register()
    const ids = idsOf(await lease())
    await world.store.messages.postponed(ids)
    expect(await messageOf(ref)).toMatchObject({ state: 'pending', refusals: 0 })
    expect(await lease()).toEqual([])
    await now()
    expect(idsOf(await lease())).toEqual(ids)
    await world.store.messages.delivered(ids)
    await world.store.messages.refused(ids, 'late')
    expect(await messageOf(ref)).toMatchObject({ state: 'delivered', refusals: 0 })
  })

  it('refused ten times is dead: shown, recorded, and put back by people only', async () => {
    const ref = await world.register()
    const { id } = await messageOf(ref)
    for (let time = 1; time <= 10; time += 1) {
      await now()
      expect(idsOf(await lease())).toEqual([id])
      await world.store.messages.refused([id], 'gRPC 3')
    }
    expect(await messageOf(ref)).toMatchObject({ state: 'dead', refusals: 10, refusal: 'gRPC 3' })
    await now()
    expect(await lease()).toEqual([])
    expect((await world.store.messages.dead(['swift'])).map((dead) => dead.id)).toContain(id)
    expect(await world.store.messages.dead(['other'])).toEqual([])
    expect(await world.count(`SELECT FROM audit_event WHERE act = 'message-died' AND ref = $1`, [ref])).toBe(1)
    // People are shown it, until the life has looked at how it stands.
    expect(await attentionOf(ref)).toBe('message-dead')
    await redrive(id)
    expect(idsOf(await lease())).toEqual([id])
    await world.advance(ref)
    expect(await attentionOf(ref)).toBeNull()
    expect(await refusal(redrive(id))).toBe('message-not-dead')
    const nobody = '00000000-0000-4000-8000-000000000000'
    expect(await refusal(redrive(nobody))).toBe('not-found')
  })

  it('of everybody who died in one fault is put back at once, with a row of audit each', async () => {
    await world.root.pool.query(`UPDATE message SET state = 'delivered'`)
    const refs = [await world.register(), await world.register(), await world.register()]
    const ids = idsOf(await lease())
    for (let time = 1; time <= 10; time += 1) await world.store.messages.refused(ids, 'gRPC 3')
    expect(await world.store.messages.backlog()).toMatchObject({ pending: 0, dead: 3 })
    expect(await redriveAll(['other'])).toEqual({ redriven: 0, left: 0 })
    expect(await redriveAll(['swift'])).toEqual({ redriven: 3, left: 0 })
    expect(await world.store.messages.backlog()).toMatchObject({ pending: 3, dead: 0 })
    expect(idsOf(await lease()).toSorted()).toEqual(ids.toSorted())
    const redriven = `SELECT FROM audit_event WHERE act = 'message-redriven' AND ref = ANY ($1)`
    expect(await world.count(redriven, [refs])).toBe(3)
    expect(await redriveAll(null)).toEqual({ redriven: 0, left: 0 })
  })

  it('that are very many are put back some at a time, the oldest first, and two who do so share them', async () => {
    await world.root.pool.query(`UPDATE message SET state = 'delivered'`)
    const refs = await Promise.all(Array.from({ length: 6 }, () => world.register()))
    await world.root.pool.query(
      `UPDATE message SET state = 'dead', created_at = now() - interval '1 day' + array_position($1, ref) * interval '1 second'
        WHERE ref = ANY ($1)`,
      [refs],
    )
    const redrive = () => redriveAll(null, 2)
    expect(await redrive()).toEqual({ redriven: 2, left: 4 })
    const stillDead = await world.store.messages.dead(null)
    expect(stillDead.map(({ ref }) => ref)).toEqual(refs.slice(2))
    const [one, other] = await Promise.all([redrive(), redrive()])
    expect(one.redriven + other.redriven).toBe(4)
    const redriven = `SELECT FROM audit_event WHERE act = 'message-redriven' AND ref = ANY ($1)`
    expect(await world.count(redriven, [refs])).toBe(6)
  })

  it('tells how long the oldest waits', async () => {
    await world.register()
    await world.root.pool.query(`UPDATE message SET created_at = now() - interval '90 seconds' WHERE state = 'pending'`)
    const { oldestSeconds } = await world.store.messages.backlog()
    expect(Math.round(oldestSeconds)).toBe(90)
  })

  it('waits longer after each refusal', async () => {
    await world.register()
    const ids = idsOf(await lease())
    await world.store.messages.refused(ids, 'x')
    expect(await lease()).toEqual([])
  })
})

describe('nobody waits unheard', () => {
  const past = (ref: string) =>
    world.root.pool.query(`UPDATE participant SET heard_by = now() - interval '1 second' WHERE ref = $1`, [ref])

  const told = () => world.root.pool.query(`UPDATE message SET state = 'delivered' WHERE state = 'pending'`)

  it('the sweep nudges a life that is past its latest moment, once by two sweeps at once', async () => {
    const ref = await world.admit()
    await told()
    await world.root.pool.query('UPDATE participant SET heard_by = NULL WHERE ref <> $1', [ref])
    await past(ref)
    const swept = await Promise.all([world.store.messages.sweep(100), world.store.messages.sweep(100)])
    expect(swept.map(({ nudged }) => nudged).toSorted((a, b) => a - b)).toEqual([0, 1])
    expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'sweep'`, [ref])).toBe(1)
  })

  it('the sweep leaves a life alone that has a message on its way', async () => {
    const ref = await world.admit()
    await world.root.pool.query('UPDATE participant SET heard_by = NULL WHERE ref <> $1', [ref])
    await past(ref)
    expect((await world.store.messages.sweep(100)).nudged).toBe(0)
    await told()
    await past(ref)
    expect((await world.store.messages.sweep(100)).nudged).toBe(1)
  })

  it('the sweep finds who was forgotten behind however many that have a message on its way, and looks at so many each time', async () => {
    await world.root.pool.query('UPDATE participant SET heard_by = NULL')
    for (let person = 0; person < 20; person += 1) await past(await world.admit())
    const forgotten = await world.admit()
    await world.root.pool.query(`UPDATE message SET state = 'delivered' WHERE ref = $1`, [forgotten])
    await past(forgotten)
    const overdue = () => world.count('SELECT FROM participant WHERE heard_by < now()')
    const left = [await overdue()]
    const swept: Swept[] = []
    while ((left.at(-1) ?? 0) > 0) {
      swept.push(await world.store.messages.sweep(2))
      left.push(await overdue())
    }
    expect(left).toEqual([21, 13, 5, 0])
    // However few are nudged of those who were looked at, the next are looked at at once.
    expect(swept).toEqual([
      { nudged: 0, isMore: true },
      { nudged: 0, isMore: true },
      { nudged: 1, isMore: false },
    ])
    expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'sweep'`, [forgotten])).toBe(1)
  })

  it('every open life has a latest moment, at each of its places', async () => {
    const unheard = () => world.count(`SELECT FROM participant WHERE stage <> 'closed' AND heard_by IS NULL`)
    await world.root.pool.query('UPDATE participant SET heard_by = now()')
    const ref = await world.ready()
    expect(await unheard()).toBe(0)
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'x' }))
    await world.advance(ref)
    const { heard } = await world.one<{ heard: Date | null }>(
      'SELECT heard_by AS heard FROM participant WHERE ref = $1',
      [ref],
    )
    expect(heard).toBeNull()
  })

  it('a life whose run has ended is flagged for people, and uses up no message', async () => {
    const ref = await world.admit()
    const leased = await lease()
    const { ids = [] } = leased.find((one) => one.ref === ref) ?? {}
    for (let time = 0; time < 12; time += 1) await world.store.messages.afterEnd({ programme: 'swift', ref, ids })
    expect(await attentionOf(ref)).toBe('life-failed')
    const dead = `SELECT FROM message WHERE ref = $1 AND (state <> 'pending' OR refusals > 0)`
    expect(await world.count(dead, [ref])).toBe(0)
    await world.root.pool.query('UPDATE participant SET heard_by = NULL')
    await past(ref)
    expect((await world.store.messages.sweep(100)).nudged).toBe(0)
    await now()
    expect(idsOf(await lease()).toSorted()).toEqual([...ids].toSorted())
    await world.advance(ref)
    expect(await attentionOf(ref)).toBeNull()
  })

  it('a life that closed while its message was on the way is no failed one: its message goes to recovery', async () => {
    const ref = await world.admit()
    const leased = await lease()
    const { ids = [] } = leased.find((one) => one.ref === ref) ?? {}
    await world.advance(ref, NOON + 31 * DAY)
    await world.store.messages.afterEnd({ programme: 'swift', ref, ids })
    expect(await attentionOf(ref)).toBeNull()
    await now()
    expect(await lease()).toMatchObject([{ ref, stage: 'closed' }])
  })
})
