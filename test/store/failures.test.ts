/** What follows an attempt that failed: another account, another time, another person’s move. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createStore } from '../../store/index.ts'
import { bankAccount } from '../support/builders.ts'
import { asked, called, postedEvents, sendFirst, stateOf, submitted } from '../support/sent.ts'
import {
  DAY,
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  seen,
  seenFailed,
  TIMING,
  UNREACHABLE,
  VAULT_KEYS,
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

const sent = () => sendFirst(world)
const postings = (payout: string) => postedEvents(world, payout)

describe('after a failure', () => {
  it('the account cannot be used: the person must link another, which is then paid', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('needs-account')))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account', reason: 'account-closed' })
    expect(await postings(payout)).toEqual(['claimed', 'voided'])
    expect((await world.advance(ref)).attention).toBe('waiting-for-account')
    await world.link(ref, bankAccount(), NOON + HOUR)
    const rests = await world.advance(ref, NOON + 2 * HOUR)
    expect(rests.disbursements[0]).toMatchObject({ state: 'needs-account' })
    expect(rests.wakeAtMs).toBe(NOON + HOUR + DAY)
    const usable = await world.advance(ref, NOON + HOUR + DAY)
    expect(usable.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
    const second = await world.claim(disbursement, NOON + HOUR + DAY)
    expect(second).toBe(`${disbursement}#2`)
    await world.observe({ ...submitted(second, seen('paid')), atMs: NOON + 2 * DAY })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', attempts: 2 })
  })

  it('the account cannot be used: that it failed is on record, once, with what said so', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('needs-account')))
    await world.observe(called(payout, seenFailed('needs-account')))
    const { rows } = await world.root.pool.query(
      `SELECT e.after, e.subject = 'account:' || a.id AS "isIts", a.state FROM audit_event e JOIN account a USING (programme, ref)
        WHERE e.act = 'account-failed' AND e.ref = $1`,
      [ref],
    )
    const told = { state: 'failed', reason: 'account-closed', told: payout }
    expect(rows).toEqual([{ after: told, isIts: true, state: 'failed' }])
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account' })
  })

  it('a passing failure is tried again after the delays of the gateway, then waits for people', async () => {
    const { ref, disbursement, payout } = await sent()
    let atMs = NOON + SECOND
    await world.observe(submitted(payout, seenFailed('retry-new'), atMs))
    for (const [index, delay] of TIMING.retryDelaysMs.entries()) {
      expect(await stateOf(world, disbursement)).toMatchObject({ state: 'released', retries: index + 1 })
      const { disbursements } = await world.advance(ref, atMs)
      expect(disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: atMs + delay })
      expect(await world.store.claims.draft(disbursement, atMs)).toEqual({ kind: 'parked', reason: 'too-early' })
      atMs += delay
      const again = await world.claim(disbursement, atMs)
      await world.observe({ ...submitted(again, seenFailed('retry-new', { gatewayId: `po_${index}` })), atMs })
    }
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'retries-used-up' })
  })

  it('a gateway that cannot be reached uses up no retry', async () => {
    const { ref, disbursement, payout } = await sent()
    let atMs = NOON + SECOND
    let current = payout
    for (let outage = 0; outage < 4; outage += 1) {
      await world.observe({ ...submitted(current, UNREACHABLE), atMs })
      expect(await stateOf(world, disbursement)).toMatchObject({ state: 'released', retries: 0, reason: 'unreachable' })
      const { next } = (await world.advance(ref, atMs)).disbursements[0] ?? {}
      if (next?.kind !== 'wait' || next.untilMs === null) throw new Error('it waits')
      atMs = next.untilMs
      current = await world.claim(disbursement, atMs)
    }
    await world.observe({ ...submitted(current, seenFailed('retry-new')), atMs })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'released', retries: 1 })
  })

  it('a gateway that refuses us is shown to people and tried again by itself, without using up a retry', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('config')))
    expect(await stateOf(world, disbursement)).toMatchObject({
      state: 'released',
      reason: 'gateway-refuses',
      retries: 0,
    })
    expect((await world.advance(ref)).attention).toBe('gateway-refuses')
    const again = NOON + SECOND + (TIMING.retryDelaysMs[0] ?? 0)
    expect((await world.advance(ref, again)).disbursements[0]?.next).toMatchObject({ kind: 'send' })
    await world.claim(disbursement, again)
    expect((await world.advance(ref, again)).attention).toBeNull()
  })

  it('a permanent refusal waits by name: another account resumes it, the one that was refused does not', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('permanent')))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'failed', reason: 'code-of-permanent' })
    expect(await world.advance(ref)).toMatchObject({ attention: 'failed', wakeAtMs: NOON + 60 * DAY })
    expect(await world.store.claims.draft(disbursement, NOON + DAY)).toMatchObject({ kind: 'parked' })
    await world.link(ref, bankAccount(), NOON + HOUR)
    expect((await world.advance(ref, NOON + 2 * HOUR)).disbursements[0]).toMatchObject({ state: 'failed' })
    const usable = await world.advance(ref, NOON + HOUR + DAY)
    expect(usable.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
    expect(await world.claim(disbursement, NOON + HOUR + DAY)).toBe(`${disbursement}#2`)
  })

  it('a permanent refusal of an account that was replaced meanwhile goes on with the new one', async () => {
    const { ref, payout } = await sent()
    await world.link(ref, bankAccount(), NOON + SECOND)
    await world.observe(submitted(payout, seenFailed('permanent'), NOON + MINUTE))
    const usable = await world.advance(ref, NOON + SECOND + DAY)
    expect(usable.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
  })

  it('a permanent refusal that nobody mends lapses at its deadline', async () => {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seenFailed('permanent')))
    await world.advance(ref, NOON + 60 * DAY)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'lapsed' })
  })

  it('a payout that the gateway cancelled without a reason is tried again on schedule', async () => {
    const { disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('accepted')))
    await world.observe(called(payout, seen('cancelled')))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'released', reason: 'cancelled', retries: 1 })
  })

  it('a failing account stops the other tranches of the person by name, and a new one resumes all', async () => {
    const ref = await world.ready()
    const first = disbursementOf(ref)
    await world.observe({ ...submitted(await world.claim(first), seen('paid')) })
    const month = NOON + 32 * DAY
    await world.advance(ref, NOON + 8 * DAY)
    await world.act(
      (acts) =>
        acts.recordEvidence({
          programme: 'swift',
          ref,
          kind: 'survey-answered',
          subject: 'evaluation-1',
          occurredAtMs: NOON + 8 * DAY,
          document: null,
        }),
      NOON + 8 * DAY,
    )
    await world.advance(ref, month)
    const survey = await world.claim(disbursementOf(ref, 'survey-1'), month)
    const five = { minor: 5_000_000n, currency: 'IDR' }
    await world.observe({ ...submitted(survey, seenFailed('retry-new', { amount: five })), atMs: month })
    const second = await world.claim(disbursementOf(ref, 'incentive-2'), month)
    await world.observe({ ...submitted(second, seenFailed('needs-account')), atMs: month })
    const lost = await world.advance(ref, month)
    expect(lost.disbursements.map(({ tranche, state }) => [tranche, state])).toEqual([
      ['incentive-1', 'paid'],
      ['incentive-2', 'needs-account'],
      ['survey-1', 'needs-account'],
    ])
    await world.link(ref, bankAccount(), month)
    const resumed = await world.advance(ref, month + DAY)
    expect(resumed.disbursements.slice(1).map(({ state }) => state)).toEqual(['released', 'released'])
  })
})

describe('a person who left, and whose paid money came back', () => {
  /** Their first payment has come back, their second is looked at, and they have left. */
  async function left(): Promise<{ ref: string; disbursement: string; later: number }> {
    const { ref, disbursement, payout } = await sent()
    await world.observe(submitted(payout, seen('paid')))
    const month = NOON + 31 * DAY
    await world.advance(ref, month)
    const second = await world.claim(disbursementOf(ref, 'incentive-2'), month)
    await world.observe({ ...submitted(second, seenFailed('retry-new')), atMs: month })
    await world.observe(called(second, seen('paid'), month + MINUTE))
    expect(await stateOf(world, disbursementOf(ref, 'incentive-2'))).toMatchObject({ state: 'review' })
    await world.observe(asked(payout, seen('returned'), month + HOUR))
    await world.link(ref, bankAccount(), month + HOUR)
    const later = month + 2 * DAY
    await world.advance(ref, later)
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'asked' }), later)
    return { ref, disbursement, later }
  }

  it('is paid again at the account in use, though another payment of theirs is looked at', async () => {
    const { ref, disbursement, later } = await left()
    const standing = await world.advance(ref, later)
    expect(standing.stage).not.toBe('closed')
    expect(standing.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
    expect(await world.claim(disbursement, later)).toBe(`${disbursement}#2`)
  })

  it('is asked for another account where theirs has failed since, though another payment of theirs is looked at', async () => {
    const { ref, later } = await left()
    await world.root.pool.query(`UPDATE account SET state = 'failed' WHERE ref = $1 AND ended_at IS NULL`, [ref])
    const standing = await world.advance(ref, later + HOUR)
    expect(standing.stage).not.toBe('closed')
    expect(standing.disbursements[0]).toMatchObject({ state: 'needs-account', action: 'relink' })
    await world.link(ref, bankAccount(), later + 2 * HOUR)
    const resumed = await world.advance(ref, later + 3 * DAY)
    expect(resumed.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
  })
})

describe('a gateway that is no longer configured', () => {
  it('stops no life that was paid there, and what it would have carried waits by name', async () => {
    const { ref, payout } = await sent()
    await world.observe(submitted(payout, seen('paid')))
    const waiting = await world.ready()
    const store = createStore({
      url: world.database.app,
      name: 'test without the gateway',
      poolMax: 2,
      keys: VAULT_KEYS,
      timingOf: (code) => {
        throw new Error(`gateway ${code} is not configured`)
      },
      route: () => null,
      sendsWith: () => null,
      failuresOf: () => null,
    })
    try {
      expect((await store.lives.advance('swift', ref, NOON)).disbursements[0]).toMatchObject({ next: { kind: 'end' } })
      const stopped = await store.lives.advance('swift', waiting, NOON)
      expect(stopped).toMatchObject({ attention: 'waiting-for-account' })
      expect(stopped.disbursements[0]).toMatchObject({ state: 'needs-account', reason: 'no-gateway' })
    } finally {
      await store.close()
    }
    expect((await world.advance(waiting)).disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
  })
})
