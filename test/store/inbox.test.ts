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
  SILENCE,
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
