/** Freezes: what they stop, whom they leave alone, and how they end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FreezeTarget } from '../../domain/freeze.ts'
import type { Pass } from '../../failpoints.ts'
import { agreeToLift, EVERYTHING, freeze, lift, pairOf, proposeLift, SANDBOX } from '../support/freezes.ts'
import { gate } from '../support/gate.ts'
import { decide } from '../support/two-people.ts'
import {
  bytesOf,
  disbursementOf,
  MINUTE,
  NOON,
  openStore,
  openWorld,
  refusal,
  SECOND,
  seen,
  SIGNED,
  SILENCE,
  TIMING,
  WAVE,
  type World,
} from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(async () => {
  const standing = await world.store.freezes.list(true)
  for (const { id } of standing) await lift(world, id)
  expect(await world.imbalances()).toEqual([])
})

const claimed = async (disbursement: string, atMs = NOON): Promise<string> => {
  const draft = await world.draft(disbursement, atMs)
  const claim = await world.store.claims.claim(draft, bytesOf(draft), atMs)
  return claim.kind === 'parked' ? claim.reason : claim.kind
}
const nudges = (ref: string) => world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'lift'`, [ref])

describe('a freeze', () => {
  const here: FreezeTarget[] = [
    EVERYTHING,
    SANDBOX,
    { scope: 'programme', programme: 'swift', name: null },
    { scope: 'wave', programme: 'swift', name: WAVE },
    { scope: 'region', programme: 'swift', name: '3204' },
    { scope: 'region', programme: 'swift', name: '32' },
  ]
  const elsewhere: FreezeTarget[] = [
    { scope: 'gateway', programme: null, name: 'other' },
    { scope: 'programme', programme: 'other', name: null },
    { scope: 'wave', programme: 'swift', name: 'wave-2' },
    { scope: 'region', programme: 'swift', name: '3205' },
    { scope: 'region', programme: 'other', name: '32' },
  ]

  it.each(here)('of $scope $name parks a claim in it, loses nothing and says whose move it is', async (target) => {
    const ref = await world.ready()
    const { freeze: placed } = await freeze(world, target)
    expect(await claimed(disbursementOf(ref))).toBe('frozen')
    const standing = await world.advance(ref)
    expect(standing.attention).toBe('frozen')
    expect(standing.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'wait', untilMs: null } })
    expect(await world.count('SELECT FROM payout WHERE ref = $1', [ref])).toBe(0)
    await lift(world, placed.id)
    expect(await nudges(ref)).toBe(1)
    const after = await world.advance(ref)
    expect(after.attention).toBeNull()
    expect(after.disbursements[0]?.next).toMatchObject({ kind: 'send' })
    expect(await claimed(disbursementOf(ref))).toBe('claimed')
  })

  it.each(elsewhere)('of $scope $programme $name elsewhere stops nothing here', async (target) => {
    const ref = await world.ready()
    await freeze(world, target)
    expect((await world.advance(ref)).attention).toBeNull()
    expect(await claimed(disbursementOf(ref))).toBe('claimed')
  })

  it('stops a resend, while asking goes on', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: NOON + SECOND, send: 1 })
    const atMs = NOON + 2 * TIMING.quietPeriodMs
    for (const enquiry of [1, 2]) {
      await world.observe({
        payout,
        source: 'enquiry',
        fact: { kind: 'not-found' },
        atMs: atMs + enquiry - (2 - enquiry) * MINUTE,
        enquiry,
      })
    }
    const { freeze: placed } = await freeze(world, SANDBOX)
    expect((await world.store.payouts.reopen(payout, atMs + 3)).kind).toBe('refused')
    const next = (await world.advance(ref, atMs + 3)).disbursements[0]?.next
    expect(next?.kind === 'wait' && next.untilMs !== null).toBe(true)
    await lift(world, placed.id, atMs + 4)
    expect(await nudges(ref)).toBe(1)
    expect((await world.advance(ref, atMs + 5)).disbursements[0]?.next).toMatchObject({ kind: 'resend' })
    expect((await world.store.payouts.reopen(payout, atMs + 5)).kind).toBe('reopened')
  })

  it('lets what is under way be told: callbacks of a frozen gateway are applied', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    const reference = (await world.one<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [payout]))
      .reference
    await freeze(world, SANDBOX)
    const fact = seen('paid')
    if (fact.kind !== 'observed') throw new Error('it is observed')
    const [verdict] = await world.store.desk.receiveCallbacks([
      {
        gateway: 'sandbox',
        eventId: `evt-${ref}`,
        reference,
        observation: fact.observation,
        trusted: true,
        credentials: SIGNED,
        body: Buffer.from('{}'),
        receivedAtMs: NOON + SECOND,
      },
    ])
    expect(verdict).toBe('applied')
    expect((await world.advance(ref)).disbursements[0]?.state).toBe('paid')
  })

  it('placed again answers the first, with one row in the audit trail', async () => {
    const first = await freeze(world, SANDBOX)
    const second = await freeze(world, SANDBOX, NOON + SECOND)
    expect([first.isNew, second.isNew, second.freeze.id]).toEqual([true, false, first.freeze.id])
    expect(await world.count('SELECT FROM audit_event WHERE subject = $1', [`freeze:${first.freeze.id}`])).toBe(1)
  })

  it('placed by many people at once is one freeze', async () => {
    const placed = await Promise.all(Array.from({ length: 8 }, () => freeze(world, EVERYTHING)))
    expect(placed.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(new Set(placed.map(({ freeze: { id } }) => id)).size).toBe(1)
  })

  it('keeps deadlines running: what is owed lapses by its own date', async () => {
    const ref = await world.ready()
    await freeze(world, SANDBOX)
    const before = await world.one<{ lapses_at: Date }>('SELECT lapses_at FROM disbursement WHERE ref = $1', [ref])
    expect(before.lapses_at.getTime()).toBeGreaterThan(NOON)
    expect((await world.advance(ref)).disbursements[0]?.state).toBe('released')
  })
})

describe('lifting a freeze', () => {
  it('that is asked for again meanwhile leaves a freeze in force: who asks is not told of the one that goes', async () => {
    const ref = await world.ready()
    const { freeze: first } = await freeze(world, SANDBOX)
    const proposal = await proposeLift(world, first.id)
    const { budi } = await pairOf(world)
    const [isLifted, goesOn] = [gate(), gate()]
    const pass: Pass = async (name, work) => {
      const value = await work
      if (name !== 'agreed:executed') return value
      isLifted.open()
      await goesOn.opened
      return value
    }
    const slow = openStore(world.database, { pass })
    const lifting = decide(slow, budi, proposal, 'approve', NOON)
    await isLifted.opened
    const placing = Promise.all([freeze(world, SANDBOX, NOON + SECOND), freeze(world, SANDBOX, NOON + SECOND)])
    await Promise.race([placing, sleep(300)])
    goesOn.open()
    expect((await lifting).state).toBe('executed')
    const placed = await placing
    await slow.close()
    expect(placed.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(new Set(placed.map(({ freeze: { id } }) => id)).size).toBe(1)
    expect(placed[0]?.freeze.id).not.toBe(first.id)
    expect(await claimed(disbursementOf(ref))).toBe('frozen')
  })

  it('needs two people: one who proposes it, another who approves', async () => {
    const { freeze: placed } = await freeze(world, SANDBOX)
    const proposal = await proposeLift(world, placed.id)
    expect((await world.store.freezes.list(true)).map(({ id }) => id)).toContain(placed.id)
    expect((await agreeToLift(world, proposal)).state).toBe('executed')
    const lifted = await world.store.freezes.find(placed.id)
    expect(lifted).toMatchObject({ liftedBy: 'budi', liftedUnder: proposal.id })
    expect(await refusal(proposeLift(world, placed.id))).toBe('freeze-lifted')
    const acts = await world.root.pool.query<{ act: string; person: string; reason: string }>(
      'SELECT act, person, reason FROM audit_event WHERE subject = $1 ORDER BY id',
      [`freeze:${placed.id}`],
    )
    expect(acts.rows).toEqual([
      { act: 'freeze-placed', person: 'sari', reason: 'a wrong list' },
      { act: 'freeze-lifted', person: 'budi', reason: 'looked into' },
    ])
  })

  it('proposed twice happens once: what comes second is void', async () => {
    const { freeze: placed } = await freeze(world, SANDBOX)
    const both = [await proposeLift(world, placed.id), await proposeLift(world, placed.id)]
    const states = await Promise.all(both.map(async (one) => (await agreeToLift(world, one)).state))
    expect(states.toSorted()).toEqual(['executed', 'void'])
  })

  it.each([
    ['one person', `lifted_by = 'sari', lifted_at = now()`],
    ['the engine', `lifted_by = 'engine', lifted_at = now()`],
    [
      'an open proposal',
      `lifted_by = 'budi', lifted_at = now(), lifted_under = (SELECT max(id::text)::uuid FROM proposal)`,
    ],
  ])('by %s is refused by the database itself', async (_, set) => {
    const { freeze: placed } = await freeze(world, SANDBOX)
    await proposeLift(world, placed.id)
    const { pool } = world.store.context.database
    await expect(pool.query(`UPDATE freezes SET ${set} WHERE id = $1`, [placed.id])).rejects.toThrow(
      'others have agreed',
    )
  })

  it('is not undone, and what was frozen is not rewritten', async () => {
    const { freeze: placed } = await freeze(world, SANDBOX)
    const { pool } = world.store.context.database
    const change = (set: string) => pool.query(`UPDATE freezes SET ${set} WHERE id = $1`, [placed.id])
    await expect(change(`reason = 'another'`)).rejects.toThrow('freezes.reason is frozen')
    await lift(world, placed.id)
    await expect(change('lifted_at = NULL, lifted_by = NULL')).rejects.toThrow('append-only')
    await expect(pool.query('DELETE FROM freezes')).rejects.toThrow('permission denied')
  })

  it('nudges everybody who waits in its scope, set-based, and nobody else', async () => {
    const waiting = await Promise.all(Array.from({ length: 5 }, () => world.ready()))
    const elsewhere = await world.ready({ region: '5171' })
    const done = await world.ready()
    const payout = await world.claim(disbursementOf(done))
    await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: NOON, send: 1 })
    const { freeze: placed } = await freeze(world, { scope: 'region', programme: 'swift', name: '3204' })
    await lift(world, placed.id)
    for (const ref of waiting) expect(await nudges(ref)).toBe(1)
    expect([await nudges(elsewhere), await nudges(done)]).toEqual([0, 0])
  })

  it('leaves another freeze over the same people in force', async () => {
    const ref = await world.ready()
    const { freeze: one } = await freeze(world, SANDBOX)
    await freeze(world, { scope: 'wave', programme: 'swift', name: WAVE })
    await lift(world, one.id)
    expect(await claimed(disbursementOf(ref))).toBe('frozen')
    expect((await world.advance(ref)).attention).toBe('frozen')
  })
})
