/** What a rule about a code does to the facts that come after it, and what it never does to money that may be on its way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PayoutFact } from '../../domain/payout.ts'
import { rulesFor } from '../../store/failure-rules.ts'
import type { Store } from '../../store/index.ts'
import type { ObservationResult } from '../../store/observe.ts'
import { gate } from '../support/gate.ts'
import {
  alone,
  CLOSED,
  DOUBT,
  failedBy,
  meant,
  newCode,
  newRefusal,
  PASSING,
  REFUSED,
  refusedBy,
  together,
  UNDOCUMENTED,
} from '../support/reclassify.ts'
import {
  DAY,
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  openStore,
  openWorld,
  SECOND,
  seen,
  SILENCE,
  TIMING,
  type World,
} from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

interface Sent {
  readonly ref: string
  readonly payout: string
  readonly result: ObservationResult | undefined
}

/** A first send, and what was learnt from it. */
async function sent(fact: PayoutFact, store: Store = world.store): Promise<Sent> {
  const ref = await world.ready()
  const payout = await world.claim(disbursementOf(ref))
  const [result] = await store.payouts.observe([{ payout, source: 'submit', fact, atMs: NOON + SECOND, send: 1 }])
  return { ref, payout, result }
}

const stored = (payout: string) =>
  world.one<{ state: string }>(
    'SELECT state, failure_class AS class, failure_code AS code, vendor_code AS vendor FROM payout WHERE key = $1',
    [payout],
  )

/** Its gateway is asked after the quiet period, and has nothing of it. */
async function lost(payout: string, first = 1): Promise<number> {
  const atMs = NOON + 2 * TIMING.quietPeriodMs
  for (const enquiry of [first, first + 1]) {
    await world.observe({
      payout,
      source: 'enquiry',
      fact: { kind: 'not-found' },
      atMs: atMs + enquiry - (first + 1 - enquiry) * MINUTE,
      enquiry,
    })
  }
  return atMs + first + 2
}

describe('a rule', () => {
  it('is that of every process from its commit on, and what was folded before stays as it is', async () => {
    const code = newCode()
    const before = await sent(failedBy(code))
    expect(before.result?.disbursement.state).toBe('review')
    expect(await together(world, code, UNDOCUMENTED, CLOSED)).toBe('executed')
    const other = openStore(world.database)
    const after = await sent(failedBy(code), other)
    await other.close()
    expect(after.result?.disbursement).toMatchObject({ state: 'needs-account', reason: 'account-closed' })
    expect(await stored(after.payout)).toEqual({ state: 'failed', ...CLOSED, vendor: code })
    const again = { payout: before.payout, source: 'callback', fact: failedBy(code), atMs: NOON + HOUR } as const
    expect((await world.observe(again)).disbursement.state).toBe('review')
    expect(await stored(before.payout)).toEqual({ state: 'failed', ...UNDOCUMENTED, vendor: code })
  })

  it('that is ended by the released table leaves facts as they come', async () => {
    const code = newCode()
    await alone(world.store, code, DOUBT)
    await together(world, code, DOUBT, null)
    const { payout } = await sent(failedBy(code))
    expect(await stored(payout)).toMatchObject({ state: 'failed', ...UNDOCUMENTED })
  })

  it('that commits while a batch is folded is in all of the batch or in none of it', async () => {
    const code = newCode()
    const refs = [await world.ready(), await world.ready()]
    const payouts = [await world.claim(disbursementOf(refs[0] ?? '')), await world.claim(disbursementOf(refs[1] ?? ''))]
    const [loaded, goOn] = [gate(), gate()]
    const store = openStore(world.database, {
      async pass(point, work) {
        const result = await work
        if (point !== 'outcome:locked') return result
        loaded.open()
        await goOn.opened
        return result
      },
    })
    const items = payouts.map((payout) => {
      const fact = failedBy(code)
      return { payout, source: 'callback', fact, atMs: NOON + SECOND } as const
    })
    const folding = store.payouts.observe(items)
    await loaded.opened
    await alone(world.store, code, DOUBT)
    goOn.open()
    await folding
    await store.close()
    for (const payout of payouts) expect(await stored(payout)).toMatchObject({ state: 'failed', ...UNDOCUMENTED })
    expect(await stored((await sent(failedBy(code))).payout)).toMatchObject({ state: 'unknown', ...DOUBT })
  })

  it('is not asked for where no fact of the batch has a code that people may class', async () => {
    const asked: unknown[] = []
    const sql = { query: (of: unknown) => Promise.resolve({ rows: [], of: asked.push(of) }) } as never
    const facts = [seen('paid'), SILENCE, seen('accepted')].map((fact) => ({ fact }))
    await rulesFor(sql, facts)
    expect(asked).toEqual([])
    await rulesFor(sql, [...facts, { fact: failedBy('NEW') }, { fact: refusedBy('422 NEW') }])
    expect(asked).toMatchObject([{ values: [['NEW', '422 NEW']] }])
  })
})

describe('what may have been executed', () => {
  it('has failed by the word of two people where its first send was refused', async () => {
    const code = newRefusal()
    expect(await together(world, code, REFUSED, CLOSED)).toBe('executed')
    expect(await stored((await sent(refusedBy(code))).payout)).toEqual({ state: 'failed', ...CLOSED, vendor: code })
  })

  it('has not by anybody’s word where another send may have been executed: nothing else is sent', async () => {
    const code = newRefusal()
    await together(world, code, REFUSED, PASSING)
    const { ref, payout } = await sent(SILENCE)
    const atMs = await lost(payout)
    expect((await world.store.payouts.reopen(payout, atMs)).kind).toBe('reopened')
    await world.observe({ payout, source: 'submit', fact: refusedBy(code), atMs: atMs + 1, send: 2 })
    expect(await stored(payout)).toEqual({ state: 'unknown', ...REFUSED, vendor: code })
    expect((await world.store.claims.draft(disbursementOf(ref), atMs + DAY)).kind).toBe('parked')
  })

  it('has not where it was claimed before a restore: in the time that is missing it may have been sent once more', async () => {
    const code = newRefusal()
    await together(world, code, REFUSED, CLOSED)
    const fact = refusedBy(code)
    const rules = await world.inSql((sql) => rulesFor(sql, [{ fact }]))
    const payout = { gateway: 'sandbox', sends: 1, same_key_retries: 0, before_restore: false }
    expect(rules.read(payout, fact)).toMatchObject({ kind: 'observed', observation: { failure: CLOSED } })
    expect(rules.read({ ...payout, before_restore: true }, fact)).toBe(fact)
  })

  it('has not where a callback has told that it is under way', async () => {
    const code = newRefusal()
    await together(world, code, REFUSED, PASSING)
    const payout = await world.claim(disbursementOf(await world.ready()))
    await world.observe({ payout, source: 'callback', fact: seen('processing'), atMs: NOON + SECOND })
    await world.observe({ payout, source: 'submit', fact: refusedBy(code), atMs: NOON + 2 * SECOND, send: 1 })
    expect((await stored(payout)).state).toBe('processing')
  })

  it('stays unknown after a timeout, whatever anybody has said of a code of that name', async () => {
    for (const vendorCode of [newCode(), newRefusal()]) {
      await together(world, vendorCode, await meant(world, vendorCode), PASSING)
      const { payout } = await sent({
        kind: 'unanswered',
        failure: { class: 'unknown', code: 'no-answer', vendorCode },
      })
      expect(await stored(payout)).toMatchObject({ state: 'unknown', class: 'unknown', code: 'no-answer' })
    }
  })
})

describe('a failure that one person doubts', () => {
  it('is asked about, never sent again by itself, given to people in the end, and paid when its callback comes', async () => {
    const code = newRefusal()
    await alone(world.store, code, DOUBT)
    const { payout, ref } = await sent(refusedBy(code))
    expect(await stored(payout)).toEqual({ state: 'unknown', ...DOUBT, vendor: code })
    const kinds = new Set<string>()
    let enquiry = 0
    for (let atMs = NOON + MINUTE; atMs < NOON + DAY && !kinds.has('give-up'); atMs += 10 * MINUTE) {
      const kind = (await world.advance(ref, atMs)).disbursements[0]?.next.kind ?? 'nothing'
      kinds.add(kind)
      expect((await world.store.payouts.reopen(payout, atMs)).kind).toBe('refused')
      if (kind !== 'enquire') continue
      enquiry += 1
      await world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs, enquiry })
    }
    expect([...kinds].toSorted()).toEqual(['enquire', 'give-up'])
    await world.observe({ payout, source: 'callback', fact: seen('paid'), atMs: NOON + DAY })
    expect((await stored(payout)).state).toBe('paid')
  })

  it('and that is told only after its send was found silent is not sent again either', async () => {
    const code = newRefusal()
    await alone(world.store, code, DOUBT)
    const sure = await sent(SILENCE)
    const doubted = await sent(SILENCE)
    const late = {
      payout: doubted.payout,
      source: 'submit',
      fact: refusedBy(code),
      atMs: NOON + MINUTE,
      send: 1,
    } as const
    await world.observe(late)
    const atMs = Math.max(await lost(sure.payout), await lost(doubted.payout))
    expect((await world.store.payouts.reopen(sure.payout, atMs)).kind).toBe('reopened')
    expect((await world.store.payouts.reopen(doubted.payout, atMs)).kind).toBe('refused')
  })

  it('leaves what its gateway has under way to be asked about', async () => {
    const code = newCode()
    await alone(world.store, code, DOUBT)
    const { payout } = await sent(seen('accepted'))
    await world.observe({ payout, source: 'callback', fact: failedBy(code), atMs: NOON + MINUTE })
    expect((await stored(payout)).state).toBe('accepted')
  })
})

describe('what a gateway says of an account', () => {
  const answer = (code: string) =>
    ({ kind: 'invalid', failure: { ...CLOSED, vendorCode: code, isTabled: true } }) as const

  async function checked(code: string): Promise<{ verdict: string; code: string | null }> {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    const { accountId: account, gateway, destination } = draft
    const { institution } = destination.open()
    const question = { programme: 'swift', ref, account, gateway, institution, destination }
    const { verdict, code: why } = await world.store.accountChecks.record(question, answer(code), NOON)
    return { verdict, code: why }
  }

  it('stays a refusal when people doubt the code, and has the reason that two have given it', async () => {
    const [doubted, blocked] = [newCode(), newCode()]
    await alone(world.store, doubted, DOUBT)
    await together(world, blocked, UNDOCUMENTED, { class: 'needs-account', code: 'account-blocked' })
    expect(await checked(doubted)).toEqual({ verdict: 'refused', code: 'account-closed' })
    expect(await checked(blocked)).toEqual({ verdict: 'refused', code: 'account-blocked' })
  })
})
