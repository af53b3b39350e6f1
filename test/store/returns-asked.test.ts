/** A return upon which money would leave a second time: the gateway is asked what it has of the reference before anything is owed anew. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '../../store/database.ts'
import { askAbout } from '../../store/questions.ts'
import { bankAccount } from '../support/builders.ts'
import { reviewing } from '../support/reviews.ts'
import { asked, called, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { DAY, HOUR, MINUTE, NOON, openWorld, seen, seenFailed, TIMING, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

const LATER = NOON + HOUR
const NO_ANSWER = { class: 'unknown', code: 'no-answer', vendorCode: '' } as const

const linked = ({ ref }: Sent) => world.link(ref, bankAccount(), LATER)

/** Paid, told to have come back, and another account is linked. */
async function cameBack(words: { readonly gatewayId?: null } = {}): Promise<Sent> {
  const found = await sendFirst(world)
  await world.observe(submitted(found.payout, seen('paid', words)))
  await world.observe(called(found.payout, seen('returned', words), LATER))
  await linked(found)
  return found
}

/** Somebody who proves nothing tells of it. */
const wordAbout = ({ payout }: Sent, atMs: number) =>
  inTransaction(world.root, (sql) => askAbout(sql, [{ payout, atMs }]))

/** No answer has settled it: it is asked about again, and nothing is claimed. */
async function staysOpen(found: Sent, atMs: number): Promise<void> {
  expect(await nextOf(found, atMs)).toMatchObject({ next: { kind: 'enquire', payout: found.payout } })
  expect(await world.store.claims.draft(found.disbursement, atMs)).toMatchObject({ kind: 'parked' })
}

async function waitsForPeople({ disbursement, payout, ref }: Sent, atMs: number): Promise<void> {
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'gateway-contradiction' })
  const row = await world.one('SELECT state, money, asked_at, alarm FROM payout WHERE key = $1', [payout])
  expect(row).toEqual({ state: 'review', money: 'back', asked_at: null, alarm: 'contradiction' })
  const standing = await world.advance(ref, atMs)
  expect(standing).toMatchObject({ attention: 'review', disbursements: [{ next: { kind: 'wait', untilMs: null } }] })
}

const QUIET = LATER + TIMING.quietPeriodMs
const OVER = LATER + TIMING.giveUpMs
const unnamed = { gatewayId: null }

const nextOf = async ({ ref }: Sent, atMs = LATER + DAY) => (await world.advance(ref, atMs)).disbursements[0]

describe('a return that a callback tells', () => {
  it('is asked about first: nothing is claimed meanwhile', async () => {
    const found = await cameBack()
    expect(await nextOf(found)).toMatchObject({ state: 'released', next: { kind: 'enquire', payout: found.payout } })
    expect(await world.store.claims.draft(found.disbursement, LATER + DAY)).toEqual({
      kind: 'parked',
      reason: 'asked-about',
    })
  })

  it('that the gateway confirms is paid anew', async () => {
    const found = await cameBack()
    await world.observe(asked(found.payout, seen('returned'), LATER + DAY))
    expect(await nextOf(found, LATER + DAY + HOUR)).toMatchObject({ state: 'released', next: { kind: 'send' } })
    expect(await world.claim(found.disbursement, LATER + DAY + HOUR)).toBe(`${found.disbursement}#2`)
  })

  it('of one of two objects is for people, and stops the gateway: the other may have stayed paid', async () => {
    const found = await cameBack()
    await world.observe(asked(found.payout, { kind: 'several', count: 2 }, LATER + DAY))
    expect(await stateOf(world, found.disbursement)).toMatchObject({
      state: 'review',
      reason: 'gateway-contradiction',
    })
    const freezes = `SELECT FROM freezes WHERE target = 'gateway:sandbox' AND cause = 'two-payouts' AND lifted_at IS NULL`
    expect(await world.count(freezes)).toBe(1)
    await world.root.pool.query(`DELETE FROM freezes`)
  })

  it('waits while the gateway does not answer, and is asked about again', async () => {
    const found = await cameBack()
    const fact = { kind: 'unavailable', failure: NO_ANSWER } as const
    await world.observe(asked(found.payout, fact, LATER + MINUTE))
    const standing = await nextOf(found, LATER + MINUTE)
    expect(standing?.next.kind).toBe('wait')
    await staysOpen(found, LATER + HOUR)
  })

  it('told again is not asked about again', async () => {
    const found = await cameBack()
    await world.observe(asked(found.payout, seen('returned'), LATER + DAY))
    await world.observe(called(found.payout, seen('returned'), LATER + DAY + HOUR))
    expect(await nextOf(found, LATER + DAY + HOUR)).toMatchObject({ state: 'released', next: { kind: 'send' } })
  })
})

describe('an answer that does not confirm the return', () => {
  it.each([
    ['paid', seen('paid', unnamed)],
    ['failed', seenFailed('retry-new', unnamed)],
    ['cancelled', seen('cancelled', unnamed)],
  ])('%s: is for people, once the gateway has had time to tell it', async (_name, fact) => {
    const found = await cameBack(unnamed)
    await world.observe(asked(found.payout, fact, QUIET - MINUTE))
    await staysOpen(found, QUIET)
    await world.observe(asked(found.payout, fact, QUIET, 2))
    await waitsForPeople(found, QUIET)
  })

  it.each([
    ['not-found', { kind: 'not-found' } as const],
    ['accepted', seen('accepted', unnamed)],
    ['processing', seen('processing', unnamed)],
    ['no answer', { kind: 'unavailable', failure: NO_ANSWER } as const],
  ])('%s: is asked about again, and is for people when the time for it is over', async (_name, fact) => {
    const found = await cameBack(unnamed)
    await world.observe(asked(found.payout, fact, QUIET))
    await staysOpen(found, QUIET + HOUR)
    await world.observe(asked(found.payout, fact, OVER - MINUTE, 2))
    await staysOpen(found, OVER + HOUR)
    await world.observe(asked(found.payout, fact, OVER, 3))
    await waitsForPeople(found, OVER)
  })

  it('is settled by one that does', async () => {
    const found = await cameBack(unnamed)
    await world.observe(asked(found.payout, seen('paid', unnamed), LATER + MINUTE))
    await world.observe(asked(found.payout, seen('returned', unnamed), LATER + 2 * MINUTE, 2))
    expect(await nextOf(found)).toMatchObject({ state: 'released', next: { kind: 'send' } })
  })

  it('was asked for before the return was told: it says nothing of it', async () => {
    const found = await cameBack(unnamed)
    await world.observe(asked(found.payout, seen('paid', unnamed), LATER - 1))
    await staysOpen(found, QUIET)
    await world.observe(asked(found.payout, seen('returned', unnamed), QUIET, 2))
    expect(await nextOf(found)).toMatchObject({ state: 'released', next: { kind: 'send' } })
  })

  it('told twice at once, waits for people once', async () => {
    const found = await cameBack(unnamed)
    const item = asked(found.payout, seen('paid', unnamed), QUIET)
    await Promise.all([world.observe(item), world.observe(item)])
    await waitsForPeople(found, QUIET)
    const told = `SELECT FROM audit_event WHERE act = 'review-needed' AND subject = $1`
    expect(await world.count(told, [found.payout])).toBe(1)
  })

  it('is decided by people, and not asked about again', async () => {
    const people = await reviewing(world)
    const found = await cameBack(unnamed)
    await world.observe(asked(found.payout, { kind: 'not-found' }, OVER))
    await people.decide(found.disbursement, found.payout, { finding: 'returned', next: 'pay-again' }, OVER)
    expect(await nextOf(found)).toMatchObject({ state: 'released', next: { kind: 'send' } })
    expect(await world.claim(found.disbursement, LATER + DAY)).toBe(`${found.disbursement}#2`)
  })

  it('comes when it was paid otherwise: only that this one stayed paid as well is for people', async () => {
    const found = await cameBack(unnamed)
    await world.observe(asked(found.payout, seen('returned', unnamed), QUIET))
    await nextOf(found)
    const second = await world.claim(found.disbursement, LATER + DAY)
    await world.observe({ ...submitted(second, seen('paid', { gatewayId: 'po_2' })), atMs: LATER + DAY })
    await wordAbout(found, LATER + 2 * DAY)
    await world.observe(asked(found.payout, { kind: 'not-found' }, LATER + 3 * DAY, 2))
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'paid' })
    await wordAbout(found, LATER + 4 * DAY)
    await world.observe(asked(found.payout, seen('paid', unnamed), LATER + 5 * DAY, 3))
    expect(await stateOf(world, found.disbursement)).toMatchObject({
      state: 'review',
      reason: 'older-attempt-changed',
    })
  })
})

describe('a return that needs no question', () => {
  it.each(['enquiry', 'statement'] as const)('is told by the %s', async (source) => {
    const found = await sendFirst(world)
    await world.observe(submitted(found.payout, seen('paid')))
    const fact = seen('returned')
    await world.observe(
      source === 'enquiry'
        ? asked(found.payout, fact, LATER)
        : { payout: found.payout, source, isOtherAccount: false, fact, atMs: LATER },
    )
    await linked(found)
    expect(await nextOf(found)).toMatchObject({ state: 'released', next: { kind: 'send' } })
  })
})
