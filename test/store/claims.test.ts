/** Claiming a payout: at one commit this attempt and no other goes to the gateway. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Claim } from '../../store/claims.ts'
import { bankAccount, registration } from '../support/builders.ts'
import {
  bytesOf,
  DAY,
  disbursementOf,
  failed,
  HOUR,
  NOON,
  OPERATOR,
  openWorld,
  refOf,
  SECOND,
  seen,
  seenFailed,
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
  expect(await world.imbalances()).toEqual([])
})

const parked = async (disbursement: string, atMs = NOON): Promise<string> => {
  const draft = await world.store.claims.draft(disbursement, atMs)
  return draft.kind === 'parked' ? draft.reason : draft.kind
}
const hold = (ref: string) => world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a complaint' }))
const release = (ref: string) => world.act((acts) => acts.release({ programme: 'swift', ref, reason: 'settled' }))
const withdraw = (ref: string) => world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'asked' }))
const payouts = (disbursement: string) => world.count('SELECT FROM payout WHERE disbursement = $1', [disbursement])

describe('a claim', () => {
  it('commits the frozen bytes, the payout, its send and its posting together', async () => {
    const disbursement = disbursementOf(await world.ready())
    const draft = await world.draft(disbursement)
    const claim = await world.store.claims.claim(draft, bytesOf(draft), NOON)
    expect(claim).toEqual({ kind: 'claimed', send: 1, sendByMs: NOON + TIMING.submitTimeoutMs })
    const row = await world.one<{ state: string; money: string; amount: bigint; sha: string; open: boolean; n: number }>(
      `SELECT y.state, y.money, y.amount, y.n, encode(y.request_sha256, 'hex') AS sha, s.ended_at IS NULL AS open
         FROM payout y JOIN send s ON s.payout = y.key WHERE y.key = $1`,
      [draft.payout],
    )
    expect(row).toMatchObject({ state: 'submitting', money: 'clearing', amount: 60_000_000n, n: 1, open: true })
    expect(row.sha).toMatch(/^[0-9a-f]{64}$/)
    expect(await world.count('SELECT FROM posting WHERE key = $1', [`${draft.payout}/claimed`])).toBe(1)
    expect(await world.count(`SELECT FROM audit_event WHERE subject = $1 AND act = 'payout-sent'`, [draft.payout])).toBe(1)
  })

  it('has one winner of many at once', async () => {
    const disbursement = disbursementOf(await world.ready())
    const drafts = await Promise.all(Array.from({ length: 8 }, () => world.draft(disbursement)))
    const claims = await Promise.all(drafts.map((draft) => world.store.claims.claim(draft, bytesOf(draft), NOON)))
    expect(claims.filter((claim) => claim.kind === 'claimed')).toHaveLength(1)
    expect(claims.filter((claim) => claim.kind === 'parked')).toHaveLength(7)
    expect(await payouts(disbursement)).toBe(1)
  })

  it('is not repeated: an old draft is turned away after the claim and after its end', async () => {
    const disbursement = disbursementOf(await world.ready())
    const draft = await world.draft(disbursement)
    await world.store.claims.claim(draft, bytesOf(draft), NOON)
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON)).toEqual({ kind: 'parked', reason: 'not-released' })
    await world.observe({ payout: draft.payout, source: 'submit', fact: seenFailed('retry-new'), atMs: NOON, send: 1 })
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON + HOUR)).toMatchObject({ kind: 'parked' })
    expect(await payouts(disbursement)).toBe(1)
  })

  it('with the reference of somebody else is drafted again with the next salt', async () => {
    const victim = await world.draft(disbursementOf(await world.ready()))
    await world.store.claims.claim(victim, bytesOf(victim), NOON)
    const disbursement = disbursementOf(await world.ready())
    const colliding = { ...(await world.draft(disbursement)), reference: victim.reference }
    expect(await world.store.claims.claim(colliding, bytesOf(colliding), NOON)).toEqual({ kind: 'collision' })
    const salted = await world.store.claims.draft(disbursement, NOON, 1)
    if (salted.kind !== 'draft') throw new Error('it can be drafted')
    expect(salted.reference).not.toBe((await world.draft(disbursement)).reference)
    expect((await world.store.claims.claim(salted, bytesOf(salted), NOON)).kind).toBe('claimed')
    const { salt } = await world.one<{ salt: number }>('SELECT salt FROM payout WHERE key = $1', [salted.payout])
    expect(salt).toBe(1)
  })

  it('drafts the same payout however often it is asked', async () => {
    const disbursement = disbursementOf(await world.ready())
    const drafts = [await world.draft(disbursement), await world.draft(disbursement, NOON + DAY)]
    expect(drafts[0]?.reference).toBe(drafts[1]?.reference)
    expect(drafts[0]?.payout).toBe(`${disbursement}#1`)
  })
})

describe('what parks a claim', () => {
  it('a hold, until it is released', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    await hold(ref)
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON)).toEqual({ kind: 'parked', reason: 'held' })
    const held = await world.advance(ref)
    expect(held).toMatchObject({ held: true, attention: 'on-hold' })
    expect(held.disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: null })
    await release(ref)
    expect((await world.advance(ref)).disbursements[0]?.next).toMatchObject({ kind: 'send' })
    expect((await world.store.claims.claim(draft, bytesOf(draft), NOON)).kind).toBe('claimed')
  })

  it('no account, and one that no gateway reaches', async () => {
    const { account, ...without } = registration()
    expect(account).toBeDefined()
    const [result] = await world.store.desk.registerAll([
      { actor: OPERATOR, atMs: NOON, idempotency: null, programme: world.programme, registration: without },
    ])
    const ref = refOf(result)
    await world.store.lives.screen('swift', ref, NOON)
    await world.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK-1', refs: [ref] }))
    expect((await world.train(ref)).disbursements[0]).toMatchObject({ state: 'needs-account', reason: 'no-account' })
    expect(await parked(disbursementOf(ref))).toBe('not-released')
    const nobody = await world.ready({ account: { ...bankAccount(), institution: 'ID.NOBODY' } })
    expect(await parked(disbursementOf(nobody))).toBe('no-gateway')
  })

  it('an account that still rests after a change; and nobody asks again before it may be used', async () => {
    const ref = await world.ready()
    await world.link(ref, bankAccount(), NOON + HOUR)
    expect(await parked(disbursementOf(ref), NOON + 2 * HOUR)).toBe('account-cooling')
    const { disbursements } = await world.advance(ref, NOON + 2 * HOUR)
    expect(disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: NOON + HOUR + DAY })
    expect(await parked(disbursementOf(ref), NOON + HOUR + DAY)).toBe('draft')
  })

  it('another account than the one that was drafted', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    await world.link(ref, bankAccount(), NOON - 2 * DAY)
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON)).toMatchObject({ kind: 'parked' })
  })

  it('a person who leaves: what was released is cancelled, not sent', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    await withdraw(ref)
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON)).toMatchObject({ kind: 'parked' })
    expect(await world.advance(ref)).toMatchObject({ stage: 'closed', outcome: 'withdrawn' })
  })
})

describe('a claim and a hold at the same moment', () => {
  it('have one order: sent before the hold, or held and never sent', async () => {
    for (let round = 0; round < 12; round += 1) {
      const ref = await world.ready()
      const draft = await world.draft(disbursementOf(ref))
      const claiming = (): Promise<Claim> => world.store.claims.claim(draft, bytesOf(draft), NOON)
      const holding = (): Promise<unknown> => hold(ref)
      const starts = round % 2 === 0 ? [claiming, holding] : [holding, claiming]
      const ended = await Promise.all(starts.map((start) => start()))
      const { kind } = ended[round % 2] as Claim
      expect(await payouts(disbursementOf(ref))).toBe(kind === 'claimed' ? 1 : 0)
      expect(await parked(disbursementOf(ref))).not.toBe('draft')
    }
  })
})

describe('the second wall', () => {
  it('a second live payout is refused by the database, even where a bug would have released the disbursement again', async () => {
    for (const state of ['submitting', 'unknown', 'accepted', 'processing', 'paid', 'review']) {
      const ref = await world.ready()
      const disbursement = disbursementOf(ref)
      const first = await world.claim(disbursement)
      await world.root.pool.query('UPDATE payout SET state = $2 WHERE key = $1', [first, state])
      await world.root.pool.query(`UPDATE disbursement SET state = 'released' WHERE key = $1`, [disbursement])
      const draft = await world.draft(disbursement)
      await expect(world.store.claims.claim(draft, bytesOf(draft), NOON)).rejects.toThrow('payout_live')
      await world.root.pool.query(`UPDATE payout SET state = 'submitting' WHERE key = $1`, [first])
      await world.root.pool.query(`UPDATE disbursement SET state = 'in-flight' WHERE key = $1`, [disbursement])
    }
  })

  it('what was approved is what is sent: amount, account and bytes are frozen', async () => {
    const disbursement = disbursementOf(await world.ready())
    const payout = await world.claim(disbursement)
    for (const column of ['amount', 'n']) {
      await expect(
        world.root.pool.query(`UPDATE payout SET ${column} = ${column} + 1 WHERE key = $1`, [payout]),
      ).rejects.toThrow('frozen')
    }
    await expect(
      world.root.pool.query('UPDATE payout SET request = gen_random_uuid() WHERE key = $1', [payout]),
    ).rejects.toThrow('frozen')
    await expect(
      world.root.pool.query('UPDATE disbursement SET amount = amount + 1 WHERE key = $1', [disbursement]),
    ).rejects.toThrow('frozen')
  })
})

describe('an order the gateway’s format refuses', () => {
  it('is nobody’s payout: it goes to whoever can mend it, and nothing is posted', async () => {
    for (const [of, state] of [
      ['needs-account', 'needs-account'],
      ['permanent', 'failed'],
    ] as const) {
      const ref = await world.ready()
      const disbursement = disbursementOf(ref)
      const draft = await world.draft(disbursement)
      await world.store.claims.refuse(draft, failed(of), NOON)
      await world.store.claims.refuse(draft, failed(of), NOON)
      expect(await world.one('SELECT state, attempts FROM disbursement WHERE key = $1', [disbursement])).toEqual({
        state,
        attempts: 0,
      })
      expect(await payouts(disbursement)).toBe(0)
      expect(await world.count('SELECT FROM audit_event WHERE subject = $1 AND at >= $2', [disbursement, new Date(NOON)])).toBe(3)
    }
  })

  it('is not refused any more once somebody claimed it', async () => {
    const disbursement = disbursementOf(await world.ready())
    const draft = await world.draft(disbursement)
    await world.claim(disbursement)
    await world.store.claims.refuse(draft, failed('permanent'), NOON)
    expect(await world.one('SELECT state FROM disbursement WHERE key = $1', [disbursement])).toEqual({ state: 'in-flight' })
  })
})

describe('sending again', () => {
  const later = NOON + SECOND
  const [first = 0] = TIMING.enquiryLadderMs

  async function unknown(): Promise<{ ref: string; disbursement: string; payout: string }> {
    const ref = await world.ready()
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement)
    await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: later, send: 1 })
    return { ref, disbursement, payout }
  }
  async function notFoundTwice(payout: string): Promise<number> {
    const atMs = NOON + 2 * TIMING.quietPeriodMs
    for (const pause of [0, 1]) {
      await world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs: atMs + pause })
    }
    return atMs + 2
  }
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
    expect((await world.advance(ref, atMs)).disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: null })
    await release(ref)
    expect((await world.advance(ref, atMs)).disbursements[0]?.next).toMatchObject({ kind: 'resend' })
    expect((await world.store.payouts.reopen(payout, atMs)).kind).toBe('reopened')
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
      const { decision } = await world.observe({ payout, source: 'submit', fact: { kind: 'retry-same', failure }, atMs, send })
      expect(decision).toBe('send-again')
      expect((await world.store.payouts.reopen(payout, atMs + 6999)).kind).toBe('refused')
      expect((await world.store.payouts.reopen(payout, atMs + 7000)).kind).toBe('reopened')
    }
    const enough = { payout, source: 'submit', fact: { kind: 'retry-same', failure }, atMs: NOON + HOUR, send: 6 } as const
    expect((await world.observe(enough)).state).toBe('unknown')
  })

  it('a lost send is known by its time, ended once, and asked about', async () => {
    const disbursement = disbursementOf(await world.ready())
    const payout = await world.claim(disbursement)
    expect((await world.store.payouts.question(payout, NOON + 9 * SECOND)).lostSend).toBeNull()
    const question = await world.store.payouts.question(payout, NOON + 10 * SECOND)
    expect(question).toMatchObject({ payout, gateway: 'sandbox', lostSend: 1 })
    await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: NOON + 10 * SECOND, send: 1 })
    // The process that was thought lost comes back with its answer: it is late news about a send that has ended.
    const late = { payout, source: 'submit', fact: seen('accepted'), atMs: NOON + HOUR, send: 1 } as const
    expect((await world.observe(late)).state).toBe('accepted')
    const { ended } = await world.one<{ ended: Date }>('SELECT ended_at AS ended FROM send WHERE payout = $1', [payout])
    expect(ended.getTime()).toBe(NOON + 10 * SECOND)
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

describe('giving up', () => {
  it('needs one more question past its time, and then leaves the payout to people', async () => {
    const ref = await world.ready()
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement)
    await world.observe({ payout, source: 'submit', fact: seen('accepted'), atMs: NOON, send: 1 })
    expect((await world.store.payouts.giveUp(payout, NOON + DAY)).state).toBe('in-flight')
    const failure = { class: 'unknown', code: 'no-answer', vendorCode: '' } as const
    await world.observe({ payout, source: 'enquiry', fact: { kind: 'unavailable', failure }, atMs: NOON + 7 * HOUR })
    expect((await world.store.payouts.giveUp(payout, NOON + 8 * HOUR)).state).toBe('review')
    expect((await world.store.payouts.giveUp(payout, NOON + 8 * HOUR)).state).toBe('review')
    expect(await world.count(`SELECT FROM audit_event WHERE subject = $1 AND act = 'review-needed'`, [payout])).toBe(1)
    expect((await world.advance(ref)).attention).toBe('review')
  })
})

describe('money that is short at the gateway', () => {
  it('waits, is looked for, and is released again once; then it is a new attempt', async () => {
    const ref = await world.ready()
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement)
    await world.observe({ payout, source: 'submit', fact: seenFailed('float-short'), atMs: NOON, send: 1 })
    const short = await world.advance(ref)
    expect(short).toMatchObject({ attention: 'waiting-for-float' })
    expect(short.disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: NOON + TIMING.floatCheckMs })
    const { floats } = world.store
    expect(await floats.waiting(disbursement)).toBe(60_000_000n)
    await floats.postpone(disbursement, 'sandbox', NOON + HOUR)
    expect((await world.advance(ref, NOON + HOUR)).disbursements[0]?.next).toEqual({
      kind: 'wait',
      untilMs: NOON + HOUR + TIMING.floatCheckMs,
    })
    await Promise.all([floats.restore(disbursement, NOON + 2 * HOUR), floats.restore(disbursement, NOON + 2 * HOUR)])
    expect(await floats.waiting(disbursement)).toBeNull()
    expect(await world.count(`SELECT FROM audit_event WHERE subject = $1 AND act = 'float-restored'`, [disbursement])).toBe(1)
    expect(await world.claim(disbursement, NOON + 2 * HOUR)).toBe(`${disbursement}#2`)
  })
})
