/** What people decide about one life, on the real database: in force at its commit, in the audit trail, and counted at the end. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bankAccount } from '../support/builders.ts'
import { gate } from '../support/gate.ts'
import {
  DAY,
  disbursementOf,
  HOUR,
  NOON,
  openWorld,
  OPERATOR,
  refusal,
  seen,
  seenFailed,
  type World,
} from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

const person = (ref: string, reason = 'asked') => ({ programme: 'swift', ref, reason })

describe('people decide', () => {
  it('a hold is placed once and released once, each told at once', async () => {
    const ref = await world.admit()
    const { messageId } = await world.act((all) => all.hold(person(ref, 'a complaint')))
    expect(await refusal(world.act((all) => all.hold(person(ref))))).toBe('already-held')
    expect(await world.one('SELECT kind, priority, state FROM message WHERE id = $1', [messageId])).toEqual({
      kind: 'hold',
      priority: 1,
      state: 'pending',
    })
    await world.act((all) => all.release(person(ref)))
    expect(await refusal(world.act((all) => all.release(person(ref))))).toBe('not-held')
  })

  it('a hold stops the clock: held a day before the deadline, a day is left after the release', async () => {
    const ref = await world.admit()
    await world.act((all) => all.hold(person(ref)), NOON + 29 * DAY)
    expect(await world.advance(ref, NOON + 39 * DAY)).toMatchObject({ stage: 'training', wakeAtMs: null })
    await world.act((all) => all.release(person(ref)), NOON + 40 * DAY)
    expect(await world.advance(ref, NOON + 40 * DAY)).toMatchObject({ stage: 'training', wakeAtMs: NOON + 41 * DAY })
    expect(await world.advance(ref, NOON + 41 * DAY)).toMatchObject({ stage: 'closed', outcome: 'expired' })
  })

  it('a hold stops the clock of a survey and of what waits for an account, each for its own time', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: NOON, send: 1 })
    await world.advance(ref, NOON)
    await world.observe({ payout, source: 'enquiry', enquiry: 1, fact: seen('returned'), atMs: NOON + DAY })
    await world.advance(ref, NOON + DAY)
    await world.act((all) => all.hold(person(ref)), NOON + 2 * DAY)
    const before = await world.advance(ref, NOON + 90 * DAY)
    expect(before.disbursements[0]).toMatchObject({ state: 'needs-account' })
    await world.act((all) => all.release(person(ref)), NOON + 90 * DAY)
    const after = await world.advance(ref, NOON + 90 * DAY)
    // The survey opened on day 7, in the hold, for 30 days; of the account's 60 days since the return one was gone.
    expect(after).toMatchObject({ stage: 'incentives', wakeAtMs: NOON + 120 * DAY })
    expect(after.disbursements[0]).toMatchObject({ state: 'needs-account' })
    expect((await world.advance(ref, NOON + 148 * DAY)).disbursements[0]).toMatchObject({ state: 'needs-account' })
    const lapsed = await world.advance(ref, NOON + 149 * DAY)
    expect(lapsed.disbursements[0]).toMatchObject({ state: 'lapsed' })
  })

  it('a person leaves with something in flight: it ends first, the rest is cancelled, then the life closes', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await world.act((all) => all.withdraw(person(ref)))
    expect(await world.advance(ref)).toMatchObject({ stage: 'incentives' })
    expect(await world.count(`SELECT FROM tranche WHERE ref = $1 AND state = 'cancelled'`, [ref])).toBe(2)
    await world.observe({ payout, source: 'callback', fact: seen('paid'), atMs: NOON + HOUR })
    expect(await world.advance(ref, NOON + HOUR)).toMatchObject({ stage: 'closed', outcome: 'withdrawn' })
    expect(await world.one('SELECT obligated, released FROM commitment WHERE ref = $1', [ref])).toEqual({
      obligated: 60_000_000n,
      released: 65_000_000n,
    })
  })

  it('a person leaves with something in flight, it is paid and comes back: it is theirs after the end', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await world.act((all) => all.withdraw(person(ref)))
    await world.advance(ref)
    await world.observe({ payout, source: 'callback', fact: seen('paid'), atMs: NOON + HOUR })
    await world.observe({ payout, source: 'enquiry', enquiry: 1, fact: seen('returned'), atMs: NOON + 2 * HOUR })
    const standing = await world.advance(ref, NOON + 2 * HOUR)
    expect(standing).toMatchObject({ stage: 'closed', outcome: 'withdrawn', attention: 'waiting-for-account' })
    expect(await world.count('SELECT FROM participant WHERE ref = $1 AND heard_by IS NOT NULL', [ref])).toBe(1)
    await world.link(ref, bankAccount(), NOON - 2 * DAY)
    expect((await world.advance(ref, NOON + 2 * HOUR)).disbursements[0]).toMatchObject({ next: { kind: 'send' } })
    const again = await world.claim(disbursementOf(ref), NOON + 3 * HOUR)
    await world.observe({ payout: again, source: 'submit', fact: seen('paid'), atMs: NOON + 3 * HOUR, send: 1 })
    expect(await world.one('SELECT obligated, released FROM commitment WHERE ref = $1', [ref])).toEqual({
      obligated: 60_000_000n,
      released: 65_000_000n,
    })
  })

  it('a person leaves and the payout fails: it is not tried again', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await world.act((all) => all.withdraw(person(ref)))
    await world.observe({ payout, source: 'submit', send: 1, fact: seen('failed'), atMs: NOON + HOUR })
    const standing = await world.advance(ref, NOON + HOUR)
    expect(standing).toMatchObject({ stage: 'closed', outcome: 'withdrawn' })
    expect(standing.disbursements[0]).toMatchObject({ state: 'cancelled' })
  })

  it('an older attempt that turns out otherwise is shown, also when its obligation has ended', async () => {
    const ref = await world.ready()
    const first = await world.claim(disbursementOf(ref))
    await world.observe({ payout: first, source: 'submit', fact: seenFailed('retry-new'), atMs: NOON, send: 1 })
    const second = await world.claim(disbursementOf(ref), NOON + 2 * HOUR)
    await world.observe({ payout: second, source: 'submit', fact: seen('failed'), atMs: NOON + 2 * HOUR, send: 1 })
    await world.act((all) => all.withdraw(person(ref)))
    expect(await world.advance(ref, NOON + 3 * HOUR)).toMatchObject({ stage: 'closed', attention: null })
    await world.observe({ payout: first, source: 'callback', fact: seen('paid'), atMs: NOON + DAY })
    const standing = await world.advance(ref, NOON + DAY)
    expect(standing).toMatchObject({ stage: 'closed', attention: 'review' })
    expect(standing.disbursements[0]).toMatchObject({ state: 'cancelled' })
  })

  it('nobody leaves twice, and of the refused nothing is changed', async () => {
    const ref = await world.admit()
    await world.act((all) => all.withdraw(person(ref)))
    expect(await refusal(world.act((all) => all.withdraw(person(ref))))).toBe('life-closed')
    await world.advance(ref)
    expect(await refusal(world.act((all) => all.withdraw(person(ref))))).toBe('life-closed')
    const refused = await world.register({ declared: false })
    await world.store.lives.screen('swift', refused, NOON)
    expect(await refusal(world.act((all) => all.hold(person(refused))))).toBe('life-closed')
    expect(await refusal(world.act((all) => all.correct(person(refused), { region: '3171' })))).toBe('life-closed')
  })

  it('of two corrections at once both count, whichever began first', async () => {
    const ref = await world.admit({ email: 'old@example.id' })
    const began = gate()
    const ending = gate()
    const slow = world.act(async (all) => {
      began.open()
      await ending.opened
      await all.correct(person(ref), { phone: '+628111111111' })
    })
    await began.opened
    await world.act((all) => all.correct(person(ref), { email: 'new@example.id' }))
    ending.open()
    await slow
    const identity = await world.store.reads.identity('swift', ref, OPERATOR, NOON)
    expect(identity.open()).toMatchObject({ phone: '+628111111111', email: 'new@example.id' })
  })

  it('after a life has closed, what comes back is held, shown, and goes out when it is released', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await world.act((all) => all.withdraw(person(ref)))
    await world.observe({ payout, source: 'callback', fact: seen('paid'), atMs: NOON + HOUR })
    expect(await world.advance(ref, NOON + HOUR)).toMatchObject({ stage: 'closed', attention: null })
    await world.act((all) => all.hold(person(ref, 'a complaint')))
    expect(await world.advance(ref, NOON + HOUR)).toMatchObject({ attention: null })
    await world.observe({ payout, source: 'enquiry', enquiry: 1, fact: seen('returned'), atMs: NOON + 2 * HOUR })
    await world.act((all) => all.correct(person(ref), { phone: '+628111111111' }))
    await world.link(ref, bankAccount(), NOON - 2 * DAY)
    const held = await world.advance(ref, NOON + 99 * DAY)
    expect(held).toMatchObject({ stage: 'closed', attention: 'on-hold' })
    const heard = `SELECT FROM participant WHERE ref = $1 AND heard_by IS NOT NULL AND attention = 'on-hold'`
    expect(await world.count(heard, [ref])).toBe(1)
    await world.act((all) => all.release(person(ref)))
    const released = await world.advance(ref, NOON + 99 * DAY)
    expect(released).toMatchObject({ attention: null })
    expect(released.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
  })

  it('every act is in the audit trail with who, when and why', async () => {
    const ref = await world.admit()
    await world.act((all) => all.hold(person(ref, 'a complaint')), NOON + HOUR)
    const row = await world.one(
      `SELECT person, role, reason, request_id, at FROM audit_event WHERE ref = $1 AND act = 'hold-placed'`,
      [ref],
    )
    expect(row).toEqual({
      person: 'sari',
      role: 'operator',
      reason: 'a complaint',
      request_id: 'r1',
      at: new Date(NOON + HOUR),
    })
  })
})
