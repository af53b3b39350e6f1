/** Deadlines that pass while a gateway is being asked: what may have been paid neither lapses nor is dropped before that is known. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { swiftProgramme } from '../support/builders.ts'
import { reviewing } from '../support/reviews.ts'
import { asked, called, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import {
  AMOUNT,
  DAY,
  disbursementOf,
  failed,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  seen,
  seenFailed,
  TIMING,
  type World,
} from '../support/world.ts'

/** The same for everybody, as the real programme has it: it does not move for what comes back. */
const END = '2026-12-15T23:59:59'
const PAST = Date.parse('2026-12-16T03:00:00Z')
const swift = swiftProgramme()
const programme = swiftProgramme({
  tranches: swift.tranches.map((one) => ({ ...one, lapsesAfter: END })),
  payment: { ...swift.payment, actions: { relink: { within: 'P5D', otherwise: 'lapse' } } },
})

let world: World
beforeEach(async () => {
  world = await openWorld({ programme })
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

/** Paid in time; days after the end a callback tells that it came back. */
async function toldBack(atMs = PAST): Promise<Sent> {
  const sent = await sendFirst(world)
  await world.observe(submitted(sent.payout, seen('paid')))
  await world.observe(called(sent.payout, seen('returned'), atMs))
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'needs-account' })
  return sent
}

describe('a return that is told after the deadline', () => {
  it('is asked about first; found to be paid, people can say so', async () => {
    const sent = await toldBack()
    const standing = await world.advance(sent.ref, PAST)
    expect(standing.disbursements[0]).toMatchObject({ state: 'needs-account', next: { kind: 'enquire' } })
    await world.observe(asked(sent.payout, seen('paid'), PAST + HOUR))
    expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'review' })
    const { decide } = await reviewing(world)
    await decide(sent.disbursement, sent.payout, { finding: 'paid', next: null }, PAST + HOUR)
    expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'paid' })
  })

  it('lapses as soon as the gateway says that it came back', async () => {
    const sent = await toldBack()
    await world.advance(sent.ref, PAST)
    await world.observe(asked(sent.payout, seen('returned'), PAST + MINUTE))
    expect((await world.advance(sent.ref, PAST + MINUTE)).disbursements[0]).toMatchObject({ state: 'lapsed' })
  })

  it('is asked about also where the time for what was asked is over', async () => {
    const sent = await toldBack(NOON + DAY)
    await world.observe(asked(sent.payout, seen('returned'), NOON + DAY + MINUTE))
    await world.advance(sent.ref, NOON + DAY + HOUR)
    await world.observe(called(sent.payout, seen('returned'), NOON + 7 * DAY))
    await world.root.pool.query('UPDATE payout SET asked_at = $2 WHERE key = $1', [
      sent.payout,
      new Date(NOON + 7 * DAY),
    ])
    expect((await world.advance(sent.ref, NOON + 7 * DAY)).disbursements[0]).toMatchObject({ state: 'needs-account' })
    await world.observe(asked(sent.payout, seen('returned'), NOON + 7 * DAY + MINUTE, 2))
    expect((await world.advance(sent.ref, NOON + 7 * DAY + HOUR)).disbursements[0]).toMatchObject({ state: 'lapsed' })
  })
})

describe('a gateway that never answers what was told', () => {
  it('is shown to people as the cause once it has had its time, and goes on being asked', async () => {
    const sent = await toldBack()
    const soon = PAST + TIMING.giveUpMs - MINUTE
    await world.observe(asked(sent.payout, { kind: 'unavailable', failure: failed('unknown') }, soon))
    expect(await world.advance(sent.ref, soon)).toMatchObject({ attention: 'waiting-for-account' })
    const late = PAST + TIMING.giveUpMs
    const standing = await world.advance(sent.ref, late)
    expect(standing).toMatchObject({ attention: 'payout-unknown' })
    expect(standing.disbursements[0]).toMatchObject({ state: 'needs-account', next: { kind: 'enquire' } })
    await world.observe(asked(sent.payout, seen('returned'), late + MINUTE, 2))
    expect(await world.advance(sent.ref, late + MINUTE)).toMatchObject({ attention: null })
  })
})

describe('a send that has no end, below a failure', () => {
  /** Its callback says that the account is closed before its send has ended; the worker is killed. */
  async function failedWhileSending(atMs: number): Promise<Sent> {
    const ref = await world.ready()
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement, atMs)
    await world.observe({ payout, source: 'callback', fact: seenFailed('needs-account'), atMs: atMs + SECOND })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account' })
    return { ref, disbursement, payout }
  }

  it('is asked about before the deadline counts', async () => {
    const sent = await failedWhileSending(NOON)
    const { disbursements } = await world.advance(sent.ref, PAST)
    expect(disbursements[0]).toMatchObject({ state: 'needs-account', next: { kind: 'enquire' } })
    await world.observe(asked(sent.payout, { kind: 'unavailable', failure: failed('unknown') }, PAST))
    expect((await world.advance(sent.ref, PAST)).disbursements[0]).toMatchObject({ state: 'needs-account' })
    await world.observe(asked(sent.payout, { kind: 'not-found' }, PAST + HOUR, 2))
    expect((await world.advance(sent.ref, PAST + HOUR)).disbursements[0]).toMatchObject({ state: 'lapsed' })
  })

  it('is shown to people where the gateway never answers about it, also after the person has left', async () => {
    const sent = await failedWhileSending(NOON)
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref: sent.ref, reason: 'moved abroad' }), NOON + HOUR)
    await world.observe(asked(sent.payout, { kind: 'unavailable', failure: failed('unknown') }, NOON + 2 * HOUR))
    expect(await world.advance(sent.ref, NOON + 2 * HOUR)).toMatchObject({ attention: 'waiting-for-account' })
    const late = await world.advance(sent.ref, NOON + TIMING.giveUpMs)
    expect(late).toMatchObject({ stage: 'incentives', attention: 'payout-unknown' })
    expect(late.disbursements[0]).toMatchObject({ state: 'needs-account', next: { kind: 'enquire' } })
  })

  it('keeps what is owed to somebody who leaves until the gateway has told', async () => {
    const sent = await failedWhileSending(NOON)
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref: sent.ref, reason: 'moved abroad' }), NOON + HOUR)
    const left = await world.advance(sent.ref, NOON + HOUR)
    expect(left).toMatchObject({ stage: 'incentives' })
    expect(left.disbursements[0]).toMatchObject({ state: 'needs-account', next: { kind: 'enquire' } })
    expect(await world.store.claims.draft(sent.disbursement, NOON + HOUR)).toMatchObject({ kind: 'parked' })
    await world.observe(asked(sent.payout, { kind: 'not-found' }, NOON + HOUR))
    expect(await world.advance(sent.ref, NOON + HOUR)).toMatchObject({ stage: 'closed', outcome: 'withdrawn' })
    expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'cancelled' })
  })

  it('is paid after all: people find it so, and nothing is to be had back', async () => {
    const sent = await failedWhileSending(NOON)
    await world.advance(sent.ref, PAST)
    await world.observe(asked(sent.payout, seen('paid'), PAST))
    const { decide } = await reviewing(world)
    await decide(sent.disbursement, sent.payout, { finding: 'paid', next: null }, PAST + HOUR)
    expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'paid' })
    expect(await world.one('SELECT money, amount FROM payout WHERE key = $1', [sent.payout])).toEqual({
      money: 'credited',
      amount: AMOUNT,
    })
  })
})
