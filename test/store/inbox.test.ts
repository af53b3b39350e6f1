/** Callbacks: stored before the answer, repeats recognised, only what is signed and fresh moves money. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Observation } from '../../domain/observation.ts'
import type { CallbackVerdict, ReceivedCallback } from '../../store/inbox.ts'
import { asked } from '../support/sent.ts'
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
  SIGNED,
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

interface Sent {
  readonly ref: string
  readonly payout: string
  readonly reference: string
}

async function accepted(): Promise<Sent> {
  const ref = await world.ready()
  const draft = await world.draft(disbursementOf(ref))
  const payout = await world.claim(disbursementOf(ref))
  await world.observe({ payout, source: 'submit', fact: seen('accepted'), atMs: NOON + SECOND, send: 1 })
  return { ref, payout, reference: draft.reference }
}

let events = 0
function callback(of: Pick<Sent, 'reference'>, more: Partial<ReceivedCallback> = {}): ReceivedCallback {
  events += 1
  return {
    gateway: 'sandbox',
    eventId: `evt_${events}`,
    reference: of.reference,
    observation: observation('paid'),
    trusted: true,
    credentials: SIGNED,
    body: Buffer.from(`{"secret":"SITI AMINAH ${events}"}`),
    receivedAtMs: NOON + MINUTE,
    ...more,
  }
}
function observation(state: 'paid' | 'returned' | 'accepted'): Observation {
  const fact = seen(state)
  if (fact.kind !== 'observed') throw new Error('it is observed')
  return fact.observation
}
const receive = (...callbacks: readonly ReceivedCallback[]): Promise<CallbackVerdict[]> =>
  world.store.desk.receiveCallbacks(callbacks)
const stateOf = async (payout: string): Promise<string> =>
  (await world.one<{ state: string }>('SELECT state FROM payout WHERE key = $1', [payout])).state

describe('a callback', () => {
  it('that is signed and fresh moves the payout in the commit that stores it, its body sealed', async () => {
    const sent = await accepted()
    const told = callback(sent)
    expect(await receive(told)).toEqual(['applied'])
    expect(await stateOf(sent.payout)).toBe('paid')
    const { box } = await world.one<{ box: Buffer }>(
      'SELECT d.box FROM callback c JOIN sealed_document d ON d.id = c.document WHERE c.event_id = $1',
      [told.eventId],
    )
    expect(box.toString('latin1')).not.toContain('SITI AMINAH')
  })

  it('that comes again is recognised, whatever its body says now', async () => {
    const sent = await accepted()
    const told = callback(sent, { observation: observation('accepted') })
    expect(await receive(told)).toEqual(['applied'])
    expect(await receive({ ...told, observation: observation('paid') })).toEqual(['repeated'])
    expect(await stateOf(sent.payout)).toBe('accepted')
  })

  it('three times in one batch is one', async () => {
    const told = callback(await accepted())
    expect(await receive(told, told, told)).toEqual(['applied', 'repeated', 'repeated'])
    expect(await world.count('SELECT FROM callback WHERE event_id = $1', [told.eventId])).toBe(1)
  })

  it('three times at once is one', async () => {
    const sent = await accepted()
    const told = callback(sent)
    const verdicts = await Promise.all([receive(told), receive(told), receive(told)])
    expect(verdicts.flat().toSorted()).toEqual(['applied', 'repeated', 'repeated'])
    expect(await world.count(`SELECT FROM posting WHERE subject = $1 AND event = 'paid'`, [sent.payout])).toBe(2)
  })

  it('before the answer to the send is applied to a payout still submitting', async () => {
    const ref = await world.ready()
    const { reference, payout } = await world.draft(disbursementOf(ref))
    await world.claim(disbursementOf(ref))
    expect(await receive(callback({ reference }))).toEqual(['applied'])
    expect(await stateOf(payout)).toBe('paid')
  })

  it('for a stranger’s reference is stored, told, and moves nothing', async () => {
    const told = callback({ reference: '0000000000000000' })
    expect(await receive(told)).toEqual(['unmatched'])
    expect(await world.count(`SELECT FROM audit_event WHERE subject = $1`, [`callback:sandbox:${told.eventId}`])).toBe(
      1,
    )
  })

  it('is looked up within the gateway that signed it: another one cannot tell of our payout', async () => {
    const sent = await accepted()
    expect(await receive(callback(sent, { gateway: 'other' }))).toEqual(['unmatched'])
    expect(await stateOf(sent.payout)).toBe('accepted')
  })

  it('of another gateway may carry an event id that is known here', async () => {
    const sent = await accepted()
    const told = callback(sent)
    await receive({ ...told, gateway: 'other' })
    expect(await receive(told)).toEqual(['applied'])
  })
})

describe('a callback that is authentic but stale', () => {
  it('moves nothing: the life is told, and asks the gateway at its next look', async () => {
    const sent = await accepted()
    expect(await receive(callback(sent, { trusted: false }))).toEqual(['stale'])
    expect(await stateOf(sent.payout)).toBe('accepted')
    expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'payout'`, [sent.ref])).toBe(1)
    expect((await world.advance(sent.ref, NOON + MINUTE)).disbursements[0]?.next).toMatchObject({ kind: 'enquire' })
  })

  it('waits for whoever is working on the life, so that nobody’s work is lost', async () => {
    const sent = await accepted()
    const client = await world.root.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('SELECT FROM participant WHERE ref = $1 FOR UPDATE', [sent.ref])
      const receiving = receive(callback(sent, { trusted: false }))
      const first = await Promise.race([
        receiving.then(() => 'received'),
        new Promise((resolve) => setTimeout(() => resolve('waits'), 300)),
      ])
      await client.query('COMMIT')
      expect(first).toBe('waits')
      expect(await receiving).toEqual(['stale'])
    } finally {
      client.release()
    }
  })

  it('at the same time as answers to sends fails neither', async () => {
    const cases = await Promise.all(Array.from({ length: 6 }, () => accepted()))
    const stale = receive(...cases.map((sent) => callback(sent, { trusted: false })))
    const asking = cases
      .toReversed()
      .map(({ payout }) => world.observe(asked(payout, { kind: 'not-found' }, NOON + HOUR)))
    await Promise.all([stale, ...asking])
    for (const { payout } of cases) expect(await stateOf(payout)).toBe('accepted')
  })

  it('about what is unknown makes the life ask, not believe', async () => {
    const ref = await world.ready()
    const { reference } = await world.draft(disbursementOf(ref))
    const payout = await world.claim(disbursementOf(ref))
    await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: NOON + SECOND, send: 1 })
    await receive(callback({ reference }, { trusted: false }))
    expect(await stateOf(payout)).toBe('unknown')
    expect((await world.advance(ref, NOON + MINUTE)).disbursements[0]?.next).toMatchObject({ kind: 'enquire' })
  })
})

describe('a word about what has ended', () => {
  const closed = async (): Promise<Sent> => {
    const sent = await accepted()
    await world.observe({ payout: sent.payout, source: 'callback', fact: seen('paid'), atMs: NOON + MINUTE })
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref: sent.ref, reason: 'moved abroad' }))
    expect(await world.advance(sent.ref, NOON + HOUR)).toMatchObject({ stage: 'closed' })
    return sent
  }
  const nextOf = async (ref: string, atMs: number) => (await world.advance(ref, atMs)).disbursements[0]?.next
  const messages = (ref: string) =>
    world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'payout' AND state = 'pending'`, [ref])

  it('a stale return of a payment of a closed life is told and asked about; the answer is what counts', async () => {
    const sent = await closed()
    const before = await messages(sent.ref)
    const returned = callback(sent, { trusted: false, observation: observation('returned'), receivedAtMs: NOON + DAY })
    expect(await receive(returned)).toEqual(['stale'])
    expect(await stateOf(sent.payout)).toBe('paid')
    expect(await messages(sent.ref)).toBe(before + 1)
    expect(await nextOf(sent.ref, NOON + DAY)).toMatchObject({ kind: 'enquire', payout: sent.payout })
    await world.observe(asked(sent.payout, seen('returned'), NOON + DAY))
    expect(await stateOf(sent.payout)).toBe('returned')
    expect(await nextOf(sent.ref, NOON + DAY)).toEqual({ kind: 'wait', untilMs: null })
  })

  it('is asked about again on the ladder while the gateway is away, and no more once it has answered', async () => {
    const sent = await closed()
    await receive(callback(sent, { trusted: false, receivedAtMs: NOON + DAY }))
    const failure = { class: 'unknown', code: 'no-answer', vendorCode: '' } as const
    await world.observe(asked(sent.payout, { kind: 'unavailable', failure }, NOON + DAY))
    const again = NOON + DAY + (TIMING.enquiryLadderMs[1] ?? 0)
    expect(await nextOf(sent.ref, NOON + DAY)).toEqual({ kind: 'wait', untilMs: again })
    expect(await nextOf(sent.ref, again)).toMatchObject({ kind: 'enquire' })
    await world.observe(asked(sent.payout, seen('paid'), again, 2))
    expect(await nextOf(sent.ref, again)).toEqual({ kind: 'end' })
  })

  it('a stale success of a failed attempt parks the next one until the gateway has been asked', async () => {
    const sent = await accepted()
    const disbursement = disbursementOf(sent.ref)
    await world.observe({ payout: sent.payout, source: 'callback', fact: seenFailed('retry-new'), atMs: NOON + MINUTE })
    const late = NOON + 2 * HOUR
    const draft = await world.draft(disbursement, late)
    await receive(callback(sent, { trusted: false, receivedAtMs: late }))
    const claim = await world.store.claims.claim(draft, Buffer.from('{}'), late)
    expect(claim).toEqual({ kind: 'parked', reason: 'asked-about' })
    expect(await nextOf(sent.ref, late)).toMatchObject({ kind: 'enquire', payout: sent.payout })
    await world.observe(asked(sent.payout, seen('paid'), late))
    expect(await stateOf(sent.payout)).toBe('review')
  })

  it('about an older attempt is asked about at that attempt', async () => {
    const sent = await accepted()
    await world.observe({ payout: sent.payout, source: 'callback', fact: seenFailed('retry-new'), atMs: NOON + MINUTE })
    await world.claim(disbursementOf(sent.ref), NOON + 2 * HOUR)
    await receive(callback(sent, { trusted: false, receivedAtMs: NOON + 2 * HOUR }))
    expect(await nextOf(sent.ref, NOON + 2 * HOUR)).toMatchObject({ kind: 'enquire', payout: sent.payout })
    await world.observe(asked(sent.payout, seenFailed('retry-new'), NOON + 2 * HOUR))
    expect(await nextOf(sent.ref, NOON + 2 * HOUR)).toMatchObject({ kind: 'wait' })
  })

  it('is not settled by an answer to what was asked before it came', async () => {
    const sent = await closed()
    await receive(callback(sent, { trusted: false, receivedAtMs: NOON + DAY }))
    await world.observe(asked(sent.payout, seen('paid'), NOON + DAY - 1))
    expect(await nextOf(sent.ref, NOON + DAY)).toMatchObject({ kind: 'enquire' })
  })
})

describe('an event that comes again and proves more', () => {
  it('is applied when its earlier self was stale, and once only', async () => {
    const sent = await accepted()
    const told = callback(sent, { trusted: false })
    expect(await receive(told)).toEqual(['stale'])
    expect(await receive(told)).toEqual(['repeated'])
    expect(await receive({ ...told, trusted: true })).toEqual(['applied'])
    expect(await receive({ ...told, trusted: true }, { ...told, trusted: false })).toEqual(['repeated', 'repeated'])
    expect(await stateOf(sent.payout)).toBe('paid')
  })

  it('counts once in a batch, as the one that proves most', async () => {
    const sent = await accepted()
    const told = callback(sent)
    expect(await receive({ ...told, trusted: false }, told, told)).toEqual(['repeated', 'applied', 'repeated'])
  })

  it('is applied when its payout was not known before', async () => {
    const ref = await world.ready()
    const { reference } = await world.draft(disbursementOf(ref))
    const told = callback({ reference })
    expect(await receive(told)).toEqual(['unmatched'])
    const payout = await world.claim(disbursementOf(ref))
    expect(await receive(told)).toEqual(['applied'])
    expect(await stateOf(payout)).toBe('paid')
  })

  it('and one that never comes again is found by the sweep once its payout is known: the gateway is asked', async () => {
    const ref = await world.ready()
    const { reference } = await world.draft(disbursementOf(ref))
    const told = callback({ reference })
    await receive(told, callback({ reference: '0000000000000000' }))
    await world.store.messages.sweep(100)
    const verdict = () => world.one('SELECT verdict, payout FROM callback WHERE event_id = $1', [told.eventId])
    expect(await verdict()).toEqual({ verdict: 'unmatched', payout: null })
    const payout = await world.claim(disbursementOf(ref))
    await world.store.messages.sweep(100)
    expect(await verdict()).toEqual({ verdict: 'stale', payout })
    expect((await world.advance(ref, NOON + MINUTE)).disbursements[0]?.next).toMatchObject({ kind: 'enquire', payout })
    await world.store.messages.sweep(100)
    expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'payout'`, [ref])).toBe(1)
  })
})

describe('a batch of callbacks', () => {
  it('is one commit, verdicts in its order', async () => {
    const [one, two] = [await accepted(), await accepted()]
    const verdicts = await receive(
      callback({ reference: '0000000000000000' }),
      callback(one),
      callback(two, { trusted: false }),
      callback(one, { observation: observation('returned'), receivedAtMs: NOON + DAY }),
    )
    expect(verdicts).toEqual(['unmatched', 'applied', 'stale', 'applied'])
    expect([await stateOf(one.payout), await stateOf(two.payout)]).toEqual(['returned', 'accepted'])
  })
})
