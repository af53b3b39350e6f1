/** A return upon which money would leave a second time: the gateway is asked what it has of the reference before anything is owed anew. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bankAccount } from '../support/builders.ts'
import { asked, called, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { DAY, HOUR, NOON, openWorld, seen, type World } from '../support/world.ts'

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
async function cameBack(): Promise<Sent> {
  const found = await sendFirst(world)
  await world.observe(submitted(found.payout, seen('paid')))
  await world.observe(called(found.payout, seen('returned'), LATER))
  await linked(found)
  return found
}

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
    await world.observe(asked(found.payout, fact, LATER + DAY))
    const standing = await nextOf(found, LATER + DAY)
    expect(standing?.next.kind).toBe('wait')
    expect(await nextOf(found, LATER + 2 * DAY)).toMatchObject({ next: { kind: 'enquire', payout: found.payout } })
    expect(await world.store.claims.draft(found.disbursement, LATER + 2 * DAY)).toMatchObject({ kind: 'parked' })
  })

  it('told again is not asked about again', async () => {
    const found = await cameBack()
    await world.observe(asked(found.payout, seen('returned'), LATER + DAY))
    await world.observe(called(found.payout, seen('returned'), LATER + DAY + HOUR))
    expect(await nextOf(found, LATER + DAY + HOUR)).toMatchObject({ state: 'released', next: { kind: 'send' } })
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
