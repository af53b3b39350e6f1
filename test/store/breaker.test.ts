/** The engine stops by itself what goes wrong, and only that. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BreakerRule } from '../../domain/freeze.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import type { WatchedGateway } from '../../store/breaker.ts'
import { swiftProgramme } from '../support/builders.ts'
import { freeze, lift, SANDBOX } from '../support/freezes.ts'
import {
  AMOUNT,
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  seen,
  seenFailed,
  SILENCE,
  type World,
} from '../support/world.ts'

const RULE: BreakerRule = { windowMs: 5 * MINUTE, minimumCalls: 10, failurePercent: 20, unknownPercent: 20 }
const watched: readonly WatchedGateway[] = [{ code: 'sandbox', rule: RULE }]

let world: World
const open = (payment: Partial<ReturnType<typeof swiftProgramme>['payment']> = {}) => {
  const swift = swiftProgramme()
  return openWorld({ programme: { ...swift, payment: { ...swift.payment, ...payment } } })
}

/** Claims one more and tells what its send came to. */
async function call(fact: PayoutFact, atMs: number): Promise<string> {
  const payout = await world.claim(disbursementOf(await world.ready({}, atMs)), atMs)
  await world.observe({ payout, source: 'submit', fact, atMs, send: 1 })
  return payout
}
async function calls(count: number, fact: PayoutFact, atMs: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await call(fact, atMs)
}
const watch = (atMs: number) => world.store.freezes.watch(watched, atMs)
const standing = async () => (await world.store.freezes.list(true)).map(({ target, cause }) => `${target} ${cause}`)

describe('a gateway', () => {
  beforeAll(async () => {
    world = await open()
  })
  afterAll(() => world.close())
  /** Each test in an hour of its own: what happened in another one is outside its window. */
  let at = NOON
  beforeEach(async () => {
    at += HOUR
    for (const { id } of await world.store.freezes.list(true)) await lift(world, id, at - MINUTE)
  })

  it('that leaves us in doubt too often is frozen, with the reason in words and the engine as its author', async () => {
    await calls(8, seen('accepted'), at)
    await calls(2, SILENCE, at + SECOND)
    const [frozen] = await watch(at + MINUTE)
    expect(frozen).toMatchObject({ target: 'gateway:sandbox', cause: 'unknown-rate', placedBy: 'engine' })
    expect(frozen?.reason).toBe(
      '2 of the last 10 calls ended without an answer that proves anything; the limit is 20 in a hundred',
    )
    expect(await world.count(`SELECT FROM audit_event WHERE act = 'freeze-placed' AND person = 'engine'`)).toBe(1)
  })

  it('is not frozen again while the freeze stands, nor after it for the same calls', async () => {
    await calls(10, SILENCE, at)
    expect(await watch(at + MINUTE)).toHaveLength(1)
    expect(await watch(at + MINUTE)).toHaveLength(0)
    const [placed] = await world.store.freezes.list(true)
    await lift(world, placed?.id ?? '', at + 2 * MINUTE)
    expect(await watch(at + 3 * MINUTE)).toHaveLength(0)
    await calls(10, SILENCE, at + 3 * MINUTE)
    expect(await watch(at + 4 * MINUTE)).toHaveLength(1)
  })

  it('that fails for reasons of its own is frozen', async () => {
    await calls(8, seen('accepted'), at)
    await calls(2, seenFailed('config'), at)
    expect(await watch(at + MINUTE)).toMatchObject([{ cause: 'failure-rate' }])
  })

  it('is not frozen for accounts that are closed, nor because our money there is short', async () => {
    await calls(10, seenFailed('needs-account'), at)
    await call(seenFailed('float-short'), at)
    expect(await watch(at + MINUTE)).toEqual([])
  })

  it('is not frozen by fewer calls than prove anything, nor by those of long ago', async () => {
    await calls(9, SILENCE, at)
    expect(await watch(at + MINUTE)).toEqual([])
    await call(SILENCE, at + 6 * MINUTE)
    expect(await watch(at + 7 * MINUTE)).toEqual([])
  })

  it('by several processes at once is frozen once', async () => {
    await calls(10, SILENCE, at)
    const frozen = await Promise.all(Array.from({ length: 5 }, () => watch(at + MINUTE)))
    expect(frozen.flat()).toHaveLength(1)
  })

  it('that shows two payouts for one reference is frozen in the same commit, whoever tells', async () => {
    const payout = await call(seen('accepted'), at)
    await world.observe({ payout, source: 'enquiry', fact: { kind: 'several', count: 2 }, atMs: at, enquiry: 1 })
    expect(await standing()).toEqual(['gateway:sandbox two-payouts'])
    const [placed] = await world.store.freezes.list(true)
    expect(placed?.reason).toBe(`the gateway shows two payouts for the one reference of ${payout}`)
    await expect(world.claim(disbursementOf(await world.ready({}, at)), at)).rejects.toThrow('parked: frozen')
  })

  it('that tells of another object than before is frozen, also where people look at the payout already', async () => {
    const payout = await call(seen('accepted'), at)
    const amount = { minor: 1n, currency: 'IDR' }
    await world.observe({ payout, source: 'callback', fact: seen('paid', { amount }), atMs: at })
    expect(await standing()).toEqual([])
    await world.observe({ payout, source: 'callback', fact: seen('paid', { gatewayId: 'po_2' }), atMs: at })
    expect(await standing()).toEqual(['gateway:sandbox two-payouts'])
    const [placed] = await world.store.freezes.list(true)
    await lift(world, placed?.id ?? '', at + MINUTE)
    await world.observe({ payout, source: 'callback', fact: seen('paid', { gatewayId: 'po_2' }), atMs: at + MINUTE })
    expect(await standing()).toEqual([])
  })

  it('is frozen once by two batches that tell of two payouts at the same time', async () => {
    const payouts = [await call(seen('accepted'), at), await call(seen('accepted'), at)]
    await Promise.all(
      payouts.map((payout) =>
        world.observe({ payout, source: 'enquiry', fact: { kind: 'several', count: 2 }, atMs: at, enquiry: 1 }),
      ),
    )
    expect(await standing()).toEqual(['gateway:sandbox two-payouts'])
    expect(await world.count(`SELECT FROM payout WHERE alarm = 'two-objects' AND key = ANY ($1)`, [payouts])).toBe(2)
  })
})

describe('a programme', () => {
  beforeAll(async () => {
    world = await open({ spendPerHour: { min: (2n * AMOUNT).toString(), max: (3n * AMOUNT).toString() } })
  })
  afterAll(() => world.close())

  it('that sends more within an hour than it may is frozen; as much as it may is not too much', async () => {
    await calls(3, seen('accepted'), NOON)
    expect(await watch(NOON + MINUTE)).toEqual([])
    await call(seen('accepted'), NOON + MINUTE)
    expect(await watch(NOON + 2 * MINUTE)).toMatchObject([{ target: 'programme:swift', cause: 'spend-rate' }])
    expect(await watch(NOON + 3 * MINUTE)).toEqual([])
    const [placed] = await world.store.freezes.list(true)
    await lift(world, placed?.id ?? '', NOON + 4 * MINUTE)
    expect(await watch(NOON + 5 * MINUTE)).toEqual([])
  })

  it('that sends too little although somebody has waited for an hour is frozen; while a freeze explains it, it is not', async () => {
    const day = NOON + 24 * HOUR
    expect(await watch(day)).toEqual([])
    const ref = await world.ready({}, day)
    expect(await watch(day + MINUTE)).toEqual([])
    const { freeze: placed } = await freeze(world, SANDBOX, day)
    expect(await watch(day + 2 * HOUR)).toEqual([])
    await lift(world, placed.id, day + 2 * HOUR)
    expect(await watch(day + 2 * HOUR + MINUTE)).toEqual([])
    expect(await watch(day + 4 * HOUR)).toMatchObject([{ target: 'programme:swift', cause: 'spend-rate' }])
    await expect(world.claim(disbursementOf(ref), day + 4 * HOUR)).rejects.toThrow('parked: frozen')
    expect(await standing()).toEqual(['programme:swift spend-rate'])
  })
})
