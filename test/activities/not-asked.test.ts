/** A process whose credential is not in force asks nobody: nothing of that is a gateway's silence, people are shown why money waits, and it goes on by itself. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { unansweredFromMs } from '../../domain/enquiry.ts'
import type { Observation } from '../../domain/observation.ts'
import { guardCalls } from '../../main/credentials.ts'
import { pairOf, tellAll } from '../support/freezes.ts'
import { found, referenceOf, silentGateway, type Known } from '../support/lost-time.ts'
import { called } from '../support/sent.ts'
import { agree } from '../support/two-people.ts'
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
  testCredential,
  TIMING,
  type World,
} from '../support/world.ts'

const OWN = testCredential('sandbox', 'send')
const SHOWN = { attention: 'credential-not-in-force' }

let world: World
let nowMs: number
let known: Known
beforeEach(async () => {
  world = await openWorld()
  nowMs = NOON + SECOND
  known = new Map()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

let proposals = 0
async function agreeTo(change: 'admit' | 'end'): Promise<void> {
  const { sari, budi } = await pairOf(world)
  const put = { act: 'gateway-credential', content: { ...OWN, change }, expiresAtMs: NOON + HOUR + (proposals += 1) }
  expect((await agree(world.store, [sari, budi], put, NOON)).state).toBe('executed')
}

function payments() {
  const checkAccount = () => Promise.resolve({ kind: 'valid', registeredName: 'SITI RAHMAWATI' } as const)
  const sandbox = { ...silentGateway([], known), credentials: [OWN], checkAccount }
  const gateways = guardCalls(new Map([['sandbox', sandbox]]), world.store, () => nowMs)
  return createPaymentActivities({ store: world.store, gateways, now: () => nowMs })
}

const enquire = (ref: string, payout: string) => payments().enquire({ programme: 'swift', ref, payout })
const askedOf = (payout: string) =>
  world.one<{ state: string; enquiries: number; at: Date | null }>(
    'SELECT state, enquiries, last_enquiry_at AS at FROM payout WHERE key = $1',
    [payout],
  )
const nudges = (ref: string) => world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'lift'`, [ref])
const observations = () => world.count('SELECT FROM observation')

/** Sent, and then the credential that it was sent with has ended. */
async function sentBefore(more: Partial<Observation> | null = null): Promise<{ ref: string; payout: string }> {
  const ref = await world.ready()
  const payout = await world.claim(disbursementOf(ref))
  const fact = more === null ? SILENCE : seen('accepted', more)
  await world.observe({ payout, source: 'submit', fact, atMs: nowMs, send: 1 })
  await agreeTo('end')
  return { ref, payout }
}

describe('a payout under way', () => {
  it.each([
    ['of which nothing was heard', null],
    ['that was accepted', {}],
  ])('%s is not asked about, and nothing of that is recorded, however long it takes', async (_, more) => {
    const { ref, payout } = await sentBefore(more)
    const [before, kept] = [await askedOf(payout), await observations()]
    for (nowMs of [NOON + HOUR, NOON + DAY, NOON + DAY + TIMING.giveUpMs, NOON + 9 * DAY]) {
      const standing = await world.advance(ref, nowMs)
      // Not at once again: it would fill the queue of its gateway.
      expect(standing).toMatchObject({
        ...SHOWN,
        disbursements: [{ next: { kind: 'wait', untilMs: nowMs + 15 * MINUTE } }],
      })
      expect(await enquire(ref, payout)).toBeNull()
    }
    expect([await askedOf(payout), await observations()]).toEqual([before, kept])
  })

  it('is asked about once it is in force again: its person is told, and what it was is learnt', async () => {
    const { ref, payout } = await sentBefore({})
    const elsewhere = await world.admit()
    nowMs = NOON + HOUR
    expect(await world.advance(ref, nowMs)).toMatchObject(SHOWN)
    await agreeTo('admit')
    await tellAll(world.store)
    expect([await nudges(ref), await nudges(elsewhere)]).toEqual([1, 0])
    expect(await world.advance(ref, nowMs)).toMatchObject({
      attention: null,
      disbursements: [{ next: { kind: 'enquire', payout } }],
    })
    known.set(referenceOf(disbursementOf(ref), 1), found(seen('paid')))
    await enquire(ref, payout)
    expect((await askedOf(payout)).state).toBe('paid')
  })

  it('whose process died becomes unknown all the same: that its time is over is no answer of a gateway', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await agreeTo('end')
    nowMs = NOON + HOUR
    expect(await enquire(ref, payout)).toBeNull()
    expect(await askedOf(payout)).toMatchObject({ state: 'unknown', enquiries: 0, at: null })
  })
})

it('an account that its owner has mended stays due to be asked about, and is asked about as soon as somebody may', async () => {
  const ref = await world.ready()
  const payout = await world.claim(disbursementOf(ref))
  const failure = { class: 'needs-account', code: 'wallet-not-upgraded', vendorCode: 'X' } as const
  await world.observe({ payout, source: 'submit', fact: seen('failed', { failure }), atMs: nowMs, send: 1 })
  await world.advance(ref, nowMs)
  await agreeTo('end')
  nowMs = NOON + 9 * DAY
  const next = async () => (await world.advance(ref, nowMs)).disbursements[0]?.next.kind
  for (let looks = 0; looks < 2; looks += 1) {
    expect(await next()).toBe('wait')
    await payments().checkAccount({ programme: 'swift', ref })
  }
  expect(await world.count('SELECT FROM account_check')).toBe(0)
  await agreeTo('admit')
  expect(await next()).toBe('check-account')
  await payments().checkAccount({ programme: 'swift', ref })
  expect(await world.count('SELECT FROM account_check')).toBe(1)
})

it('a return that somebody has told of is not settled by the time in which nobody could ask about it', async () => {
  const ref = await world.ready()
  const payout = await world.claim(disbursementOf(ref))
  await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: nowMs, send: 1 })
  await world.observe(called(payout, seen('returned'), NOON + MINUTE))
  await agreeTo('end')
  nowMs = NOON + MINUTE + TIMING.giveUpMs + DAY
  expect(unansweredFromMs(NOON + MINUTE, TIMING)).toBeLessThanOrEqual(nowMs)
  const [before, kept] = [await askedOf(payout), await observations()]
  expect(await world.advance(ref, nowMs)).toMatchObject(SHOWN)
  expect(await enquire(ref, payout)).toBeNull()
  expect([await askedOf(payout), await observations()]).toEqual([before, kept])
  await agreeTo('admit')
  await tellAll(world.store)
  expect(await nudges(ref)).toBe(1)
})
