/** What follows a send: the same key again, people who take over, our money that is short. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { reviewing } from '../support/reviews.ts'
import { called, sendFirst, stateOf, submitted } from '../support/sent.ts'
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
  SILENCE,
  TIMING,
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

const hold = (ref: string) => world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a complaint' }))
const release = (ref: string) => world.act((acts) => acts.release({ programme: 'swift', ref, reason: 'settled' }))

describe('sending again', () => {
  const later = NOON + SECOND
  const [first = 0, , last = 0] = TIMING.enquiryLadderMs

  async function unknown(): Promise<{ ref: string; disbursement: string; payout: string }> {
    const ref = await world.ready()
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement)
    await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: later, send: 1 })
    return { ref, disbursement, payout }
  }
  async function notFoundTwice(payout: string): Promise<number> {
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
    return atMs + 3
  }
  const payoutOf = (payout: string) =>
    world.one<{ state: string; ended: Date | null }>(
      `SELECT state, (SELECT ended_at FROM send WHERE payout = key AND number = sends) AS ended FROM payout WHERE key = $1`,
      [payout],
    )
  const sends = (payout: string) => world.count('SELECT FROM send WHERE payout = $1', [payout])

  it('happens only when the machine says so, with exactly the bytes of the first send', async () => {
    const { payout } = await unknown()
    expect((await world.store.payouts.reopen(payout, later + first)).kind).toBe('refused')
    expect(await sends(payout)).toBe(1)
    const atMs = await notFoundTwice(payout)
    const opened = await world.store.payouts.reopen(payout, atMs)
    if (opened.kind !== 'reopened') throw new Error('it is sent again')
    expect(JSON.parse(Buffer.from(opened.body.open()).toString())).toEqual({
      reference: opened.reference,
      amount: '60000000',
    })
    expect(opened).toMatchObject({ send: 2, gateway: 'sandbox', sendByMs: atMs + TIMING.submitTimeoutMs })
  })

  it('opens one send at most, also for several at once', async () => {
    const { payout } = await unknown()
    const atMs = await notFoundTwice(payout)
    const opened = await Promise.all(Array.from({ length: 6 }, () => world.store.payouts.reopen(payout, atMs)))
    expect(opened.filter(({ kind }) => kind === 'reopened')).toHaveLength(1)
    expect(await world.count('SELECT FROM send WHERE payout = $1 AND ended_at IS NULL', [payout])).toBe(1)
  })

  it('is stopped by a hold, and goes on when it is released', async () => {
    const { ref, payout } = await unknown()
    const atMs = await notFoundTwice(payout)
    await hold(ref)
    expect((await world.store.payouts.reopen(payout, atMs)).kind).toBe('refused')
    expect((await world.advance(ref, atMs)).disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: atMs - 1 + last })
    await release(ref)
    expect((await world.advance(ref, atMs)).disbursements[0]?.next).toMatchObject({ kind: 'resend' })
    expect((await world.store.payouts.reopen(payout, atMs)).kind).toBe('reopened')
  })

  it('after a hold of hours happens only when the gateway still does not know it', async () => {
    const { ref, payout } = await unknown()
    await hold(ref)
    const atMs = (await notFoundTwice(payout)) + HOUR
    expect((await world.advance(ref, atMs)).disbursements[0]?.next).toMatchObject({ kind: 'enquire' })
    await release(ref)
    expect((await world.store.payouts.reopen(payout, atMs)).kind).toBe('refused')
    expect((await world.advance(ref, atMs)).disbursements[0]?.next).toMatchObject({ kind: 'enquire' })
    await world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs, enquiry: 3 })
    expect((await world.store.payouts.reopen(payout, atMs)).kind).toBe('reopened')
  })

  it('needs two questions: an answer that is told twice counts once', async () => {
    const { payout } = await unknown()
    const atMs = NOON + 2 * TIMING.quietPeriodMs
    const answer = { payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs, enquiry: 1 } as const
    await world.observe(answer)
    await world.observe(answer)
    expect((await world.store.payouts.reopen(payout, atMs)).kind).toBe('refused')
    expect(await world.one('SELECT enquiries, not_found FROM payout WHERE key = $1', [payout])).toEqual({
      enquiries: 1,
      not_found: 1,
    })
  })

  it('needs them apart: what two runs of a life ask at one instant counts once, whichever is told first', async () => {
    const { ref, payout } = await unknown()
    const atMs = NOON + 2 * TIMING.quietPeriodMs
    const answer = { payout, source: 'enquiry', fact: { kind: 'not-found' } } as const
    await world.observe({ ...answer, atMs, enquiry: 1 })
    await world.observe({ ...answer, atMs: atMs + 40, enquiry: 2 })
    await world.observe({ ...answer, atMs: atMs - 40, enquiry: 3 })
    expect((await world.store.payouts.reopen(payout, atMs + SECOND)).kind).toBe('refused')
    expect((await world.advance(ref, atMs + SECOND)).disbursements[0]?.next).toMatchObject({ kind: 'wait' })
    await world.observe({ ...answer, atMs: atMs + last, enquiry: 4 })
    expect((await world.store.payouts.reopen(payout, atMs + last)).kind).toBe('reopened')
  })

  it('is refused once the gateway has told what became of it', async () => {
    const { payout } = await unknown()
    const atMs = await notFoundTwice(payout)
    await world.observe({ payout, source: 'callback', fact: seen('accepted'), atMs })
    expect((await world.store.payouts.reopen(payout, atMs)).kind).toBe('refused')
  })

  it('after a 429 waits as long as the gateway asks and counts as no other send', async () => {
    const disbursement = disbursementOf(await world.ready())
    const payout = await world.claim(disbursement)
    const failure = { class: 'retry-same', code: 'rate-limited', vendorCode: '429', retryAfterMs: 7000 } as const
    for (let send = 1; send <= 5; send += 1) {
      const atMs = NOON + send * 20 * SECOND
      const { decision } = await world.observe({
        payout,
        source: 'submit',
        fact: { kind: 'retry-same', failure },
        atMs,
        send,
      })
      expect(decision).toBe('send-again')
      expect((await world.store.payouts.reopen(payout, atMs + 6999)).kind).toBe('refused')
      expect((await world.store.payouts.reopen(payout, atMs + 7000)).kind).toBe('reopened')
    }
    const enough = {
      payout,
      source: 'submit',
      fact: { kind: 'retry-same', failure },
      atMs: NOON + HOUR,
      send: 6,
    } as const
    expect((await world.observe(enough)).state).toBe('unknown')
  })

  it('after a 429 that is told twice has one open send and may go on', async () => {
    const payout = await world.claim(disbursementOf(await world.ready()))
    const failure = { class: 'retry-same', code: 'rate-limited', vendorCode: '429', retryAfterMs: 1000 } as const
    const told = { payout, source: 'submit', fact: { kind: 'retry-same', failure }, atMs: later, send: 1 } as const
    expect((await world.observe(told)).decision).toBe('send-again')
    expect((await world.observe(told)).decision).toBe('keep:repeated')
    expect((await world.store.payouts.reopen(payout, later + 1000)).kind).toBe('reopened')
    expect((await world.observe({ ...told, atMs: later + 2000 })).decision).toBe('keep:repeated')
    expect(
      await world.one('SELECT state, sends, same_key_retries AS retries FROM payout WHERE key = $1', [payout]),
    ).toEqual({ state: 'submitting', sends: 2, retries: 1 })
  })

  it('after a 429 that asks for more time than the key is remembered is another attempt: nothing was executed', async () => {
    const ref = await world.ready()
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement)
    const failure = { class: 'retry-same', code: 'rate-limited', vendorCode: '429', retryAfterMs: DAY } as const
    await world.observe({ payout, source: 'submit', fact: { kind: 'retry-same', failure }, atMs: later, send: 1 })
    expect((await world.advance(ref, later + DAY)).disbursements[0]?.next).toEqual({ kind: 'give-up', payout })
    expect(await world.store.payouts.giveUp(payout, later + DAY)).toMatchObject({ state: 'released' })
    expect((await payoutOf(payout)).state).toBe('not-sent')
    expect(await world.claim(disbursement, later + 2 * DAY)).toBe(`${disbursement}#2`)
  })

  it('a lost send is known by its time, and ends with the first answer after the quiet period', async () => {
    const disbursement = disbursementOf(await world.ready())
    const payout = await world.claim(disbursement)
    expect(await world.store.payouts.question(payout, NOON + 9 * SECOND)).toMatchObject({ isLost: false, enquiry: 1 })
    expect(await world.store.payouts.question(payout, NOON + 10 * SECOND)).toMatchObject({ payout, isLost: true })
    await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: NOON + 10 * SECOND })
    expect(await payoutOf(payout)).toEqual({ state: 'unknown', ended: null })
    const ask = (atMs: number, enquiry: number) =>
      world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs, enquiry })
    await ask(NOON + 40 * SECOND, 1)
    expect((await payoutOf(payout)).ended).toBeNull()
    await ask(NOON + 10 * SECOND + TIMING.quietPeriodMs, 2)
    expect((await payoutOf(payout)).ended).toEqual(new Date(NOON + 10 * SECOND))
    // The process that was thought lost comes back with its answer: news all the same.
    const late = { payout, source: 'submit', fact: seen('accepted'), atMs: NOON + HOUR, send: 1 } as const
    expect((await world.observe(late)).state).toBe('accepted')
    expect((await payoutOf(payout)).ended).toEqual(new Date(NOON + 10 * SECOND))
  })

  it('frozen bytes that were changed in the database are not sent', async () => {
    const { payout } = await unknown()
    const atMs = await notFoundTwice(payout)
    const { id, box } = await world.one<{ id: string; box: Buffer }>(
      'SELECT d.id, d.box FROM payout y JOIN sealed_document d ON d.id = y.request WHERE y.key = $1',
      [payout],
    )
    const other = Buffer.from(box)
    other[20] = (other[20] ?? 0) ^ 1
    await world.root.pool.query('UPDATE sealed_document SET box = $2 WHERE id = $1', [id, other])
    await expect(world.store.payouts.reopen(payout, atMs)).rejects.toThrow()
    expect(await sends(payout)).toBe(1)
  })
})

describe('another attempt while a send of the earlier one is open', () => {
  const AWAY = { kind: 'unavailable', failure: { class: 'unknown', code: 'no-answer', vendorCode: '' } } as const

  it('is not claimed until the send is settled by one more answer, and then goes on', async () => {
    const ref = await world.ready()
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement)
    await world.observe({ payout, source: 'callback', fact: seenFailed('retry-new'), atMs: NOON + SECOND })
    const settles = NOON + TIMING.submitTimeoutMs + TIMING.quietPeriodMs
    const late = NOON + 2 * HOUR
    const parked = { kind: 'parked', reason: 'send-open' }
    expect((await world.advance(ref, NOON + 2 * SECOND)).disbursements[0]?.next).toEqual({
      kind: 'wait',
      untilMs: settles,
    })
    expect((await world.advance(ref, late)).disbursements[0]?.next).toMatchObject({ kind: 'enquire', payout })
    expect(await world.store.claims.draft(disbursement, late)).toEqual(parked)
    await world.observe({ payout, source: 'enquiry', fact: AWAY, atMs: late, enquiry: 1 })
    expect((await world.advance(ref, late)).disbursements[0]?.next).toMatchObject({ kind: 'wait' })
    expect(await world.store.claims.draft(disbursement, late)).toEqual(parked)
    await world.observe({ payout, source: 'enquiry', fact: seenFailed('retry-new'), atMs: late + HOUR, enquiry: 2 })
    expect((await world.advance(ref, late + HOUR)).disbursements[0]?.next).toMatchObject({ kind: 'send' })
    expect(await world.claim(disbursement, late + HOUR)).toBe(`${disbursement}#2`)
  })

  it('is not claimed by a draft from before a resend either', async () => {
    const ref = await world.ready()
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement)
    await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: NOON + SECOND, send: 1 })
    const atMs = NOON + HOUR
    for (const enquiry of [1, 2]) {
      const askedMs = atMs - (2 - enquiry) * MINUTE
      await world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs: askedMs, enquiry })
    }
    expect((await world.store.payouts.reopen(payout, atMs)).kind).toBe('reopened')
    await world.observe({ payout, source: 'callback', fact: seenFailed('retry-new'), atMs: atMs + SECOND })
    expect(await world.store.claims.draft(disbursement, atMs + DAY)).toEqual({ kind: 'parked', reason: 'send-open' })
    await world.observe({ payout, source: 'submit', fact: seen('accepted'), atMs: atMs + 2 * SECOND, send: 2 })
    expect(await world.claim(disbursement, atMs + DAY)).toBe(`${disbursement}#2`)
  })
})

describe('giving up', () => {
  it('needs one more question past its time, and then leaves the payout to people', async () => {
    const ref = await world.ready()
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement)
    await world.observe({ payout, source: 'submit', fact: seen('accepted'), atMs: NOON, send: 1 })
    expect((await world.store.payouts.giveUp(payout, NOON + DAY)).state).toBe('in-flight')
    const failure = { class: 'unknown', code: 'no-answer', vendorCode: '' } as const
    await world.observe({
      payout,
      source: 'enquiry',
      fact: { kind: 'unavailable', failure },
      atMs: NOON + 7 * HOUR,
      enquiry: 1,
    })
    expect((await world.store.payouts.giveUp(payout, NOON + 8 * HOUR)).state).toBe('review')
    expect((await world.store.payouts.giveUp(payout, NOON + 8 * HOUR)).state).toBe('review')
    expect(await world.count(`SELECT FROM audit_event WHERE subject = $1 AND act = 'review-needed'`, [payout])).toBe(1)
    expect((await world.advance(ref)).attention).toBe('review')
  })
})

describe('money that is short at the gateway', () => {
  const AMOUNT = 60_000_000n
  /** Claimed before the gateway has refused any: once one waits for our money there, the others wait with it. */
  const shorts = async (...owedAtMs: number[]): Promise<{ ref: string; disbursement: string }[]> => {
    const claimed: { ref: string; disbursement: string; payout: string }[] = []
    for (const atMs of owedAtMs) {
      const ref = await world.ready({}, atMs)
      const disbursement = disbursementOf(ref)
      claimed.push({ ref, disbursement, payout: await world.claim(disbursement, atMs) })
    }
    for (const { payout } of claimed) {
      await world.observe({ payout, source: 'submit', fact: seenFailed('float-short'), atMs: NOON, send: 1 })
    }
    return claimed
  }
  const restore = (disbursement: string, minor: bigint, atMs = NOON + 2 * HOUR, gateway = 'sandbox') =>
    world.store.floats.restore(disbursement, { gateway, balance: { minor, currency: 'IDR' } }, atMs)
  /** Everything of other tests that is spoken for at the gateway. */
  const settled = () =>
    world.root.pool.query(`UPDATE payout SET state = 'accepted' WHERE state IN ('submitting', 'unknown')`)

  it('waits, is looked for, and is released again once; then it is a new attempt', async () => {
    await settled()
    const [{ ref, disbursement } = { ref: '', disbursement: '' }] = await shorts(NOON)
    const waiting = await world.advance(ref)
    expect(waiting).toMatchObject({ attention: 'waiting-for-float' })
    expect(waiting.disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: NOON + TIMING.floatCheckMs })
    const { floats } = world.store
    expect(await floats.waits(disbursement)).toBe(true)
    await floats.postpone(disbursement, 'sandbox', NOON + HOUR)
    expect((await world.advance(ref, NOON + HOUR)).disbursements[0]?.next).toEqual({
      kind: 'wait',
      untilMs: NOON + HOUR + TIMING.floatCheckMs,
    })
    expect(await restore(disbursement, AMOUNT - 1n)).toBe(false)
    const both = await Promise.all([restore(disbursement, AMOUNT), restore(disbursement, AMOUNT)])
    expect(both.toSorted()).toEqual([false, true])
    expect(await floats.waits(disbursement)).toBe(false)
    expect(
      await world.count(`SELECT FROM audit_event WHERE subject = $1 AND act = 'float-restored'`, [disbursement]),
    ).toBe(1)
    expect(await world.claim(disbursement, NOON + 2 * HOUR)).toBe(`${disbursement}#2`)
    await settled()
  })

  it('is shared out from the oldest debt on: with money for two of many asking at once, two go on', async () => {
    const waiting = await shorts(...Array.from({ length: 6 }, (_, debt) => NOON - debt * SECOND))
    const oldestFirst = waiting.map(({ disbursement }) => disbursement).toReversed()
    const round = async () => {
      const released = await Promise.all(waiting.map(({ disbursement }) => restore(disbursement, 2n * AMOUNT + 1n)))
      return waiting.filter((_, index) => released[index]).map(({ disbursement }) => disbursement)
    }
    expect((await round()).toSorted()).toEqual(oldestFirst.slice(0, 2).toSorted())
    // The balance still shows what they will take: nobody else is released on it, not while they are on their way either.
    expect(await round()).toEqual([])
    for (const disbursement of oldestFirst.slice(0, 2)) await world.claim(disbursement, NOON + 2 * HOUR)
    expect(await round()).toEqual([])
    // Once the gateway has accepted them, what it says may be spent is without them.
    await settled()
    expect(await round()).toHaveLength(2)
    for (const disbursement of oldestFirst.slice(2, 4)) await world.claim(disbursement, NOON + 2 * HOUR)
    await settled()
    expect(await round()).toHaveLength(2)
  })

  it('is waited for as far as it is still owed', async () => {
    await settled()
    await world.root.pool.query(`UPDATE disbursement SET reason = NULL WHERE reason = 'float-restored'`)
    const PART = 20_000_000n
    const amount = { minor: PART, currency: 'IDR' }
    const { ref, disbursement, payout } = await sendFirst(world)
    await world.observe(submitted(payout, seen('paid', { gatewayId: null })))
    await world.observe(called(payout, seen('returned', { amount, gatewayId: null })))
    const { decide } = await reviewing(world)
    await decide(disbursement, payout, { finding: 'partly-returned', returned: PART.toString(), next: 'pay-again' })
    await world.advance(ref, NOON + HOUR)
    const again = await world.claim(disbursement, NOON + HOUR)
    await world.observe(submitted(again, seenFailed('float-short', { amount }), NOON + HOUR))
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'float-short' })
    expect(await restore(disbursement, PART - 1n)).toBe(false)
    expect(await restore(disbursement, PART)).toBe(true)
    await world.claim(disbursement, NOON + 2 * HOUR)
    await settled()
  })

  it('is not kept for a person on hold, nor counted at another gateway', async () => {
    await world.root.pool.query(`UPDATE disbursement SET reason = NULL WHERE reason = 'float-restored'`)
    const nobody = { ref: '', disbursement: '' }
    const [held = nobody, next = nobody] = await shorts(NOON - HOUR, NOON)
    expect(await restore(next.disbursement, AMOUNT)).toBe(false)
    expect(await restore(next.disbursement, AMOUNT, NOON, 'other')).toBe(true)
    await world.root.pool.query(`UPDATE disbursement SET state = 'float-short', reason = NULL WHERE key = $1`, [
      next.disbursement,
    ])
    await hold(held.ref)
    expect(await restore(next.disbursement, AMOUNT)).toBe(true)
  })
})
