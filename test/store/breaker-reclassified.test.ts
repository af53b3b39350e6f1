/** A gateway that fails is stopped, whatever one person says that its code means. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Meaning } from '../../domain/failure-rule.ts'
import type { BreakerRule } from '../../domain/freeze.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import { lift } from '../support/freezes.ts'
import {
  alone,
  CLOSED,
  COMPLIANCE,
  DOUBT,
  failedBy,
  meant,
  newCode,
  PASSING,
  refusedBy,
  together,
  UNDOCUMENTED,
} from '../support/reclassify.ts'
import { disbursementOf, HOUR, MINUTE, NOON, openWorld, SECOND, seen, SILENCE, type World } from '../support/world.ts'

/** Whoever is counted as failed, but not as unknown, is told apart by the limits. */
const FAILING: BreakerRule = { windowMs: 5 * MINUTE, minimumCalls: 10, failurePercent: 20, unknownPercent: 101 }
const DOUBTFUL: BreakerRule = { ...FAILING, failurePercent: 101, unknownPercent: 20 }
const TEMPORARY = 'TEMPORARY_TRANSFER_ERROR'

let world: World
beforeEach(async () => {
  at += HOUR
  for (const { id } of await world.store.freezes.list(true)) await lift(world, id, at - MINUTE)
})
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
/** Each test in an hour of its own: what happened in another one is outside its window. */
let at = NOON

async function call(fact: PayoutFact): Promise<string> {
  const payout = await world.claim(disbursementOf(await world.ready({}, at)), at)
  await world.observe({ payout, source: 'submit', fact, atMs: at, send: 1 })
  return payout
}
async function calls(count: number, fact: PayoutFact): Promise<string[]> {
  const payouts: string[] = []
  for (let n = 0; n < count; n += 1) payouts.push(await call(fact))
  return payouts
}
const enquired = (payout: string, fact: PayoutFact, enquiry: number) =>
  world.observe({ payout, source: 'enquiry', fact, atMs: at + enquiry * SECOND, enquiry })
const causes = async (rule: BreakerRule, atMs = at + MINUTE) =>
  (await world.store.freezes.watch([{ code: 'sandbox', rule }], atMs)).map(({ cause }) => cause)

async function ruled(vendorCode: string, released: Meaning, steps: readonly Meaning[]): Promise<void> {
  if ((await meant(world, vendorCode)).class !== released.class) throw new Error(`${vendorCode} is released otherwise`)
  for (const step of steps) await alone(world.store, vendorCode, step)
}

describe('a failure that is the gateway’s own counts', () => {
  it('when one person has made it a matter of compliance, and doubted afterwards, by steps', async () => {
    await ruled(TEMPORARY, PASSING, [COMPLIANCE])
    await calls(8, seen('accepted'))
    await calls(2, failedBy(TEMPORARY, PASSING))
    expect(await causes(FAILING)).toEqual(['failure-rate'])
    at += HOUR
    for (const { id } of await world.store.freezes.list(true)) await lift(world, id, at - MINUTE)
    await ruled(TEMPORARY, COMPLIANCE, [DOUBT])
    await calls(8, seen('accepted'))
    await calls(2, failedBy(TEMPORARY, PASSING))
    expect(await causes(FAILING)).toEqual(['failure-rate'])
    await together(world, TEMPORARY, DOUBT, null)
  })

  it('when its doubted code comes only with an enquiry about a payout that is under way, or was silent', async () => {
    await ruled(TEMPORARY, PASSING, [DOUBT])
    await calls(8, seen('accepted'))
    const [underWay, silent] = [await call(seen('processing')), await call(SILENCE)]
    for (const payout of [underWay, silent]) await enquired(payout, failedBy(TEMPORARY, PASSING), 1)
    expect(await causes(FAILING)).toEqual(['failure-rate'])
    await together(world, TEMPORARY, DOUBT, null)
  })

  it('when it refuses us, and one person doubts that', async () => {
    const refused = { class: 'config', code: 'credentials-refused' } as const
    await ruled('401 UNAUTHORIZED', refused, [DOUBT])
    await calls(8, seen('accepted'))
    const failure = { ...refused, vendorCode: '401 UNAUTHORIZED', isTabled: true } as const
    await calls(2, seen('failed', { gatewayId: null, failure }))
    expect(await causes(FAILING)).toEqual(['failure-rate'])
  })

  it('not when two people have agreed that it tells of accounts, nor when one of them made that safer', async () => {
    const code = newCode()
    await together(world, code, UNDOCUMENTED, CLOSED)
    await calls(5, failedBy(code))
    await alone(world.store, code, COMPLIANCE)
    await calls(5, failedBy(code))
    expect(await causes(FAILING)).toEqual([])
  })
})

describe('a failure that people doubt counts as a call of which nobody knows', () => {
  it('whether it was a refusal, or the failure of a payout that the gateway has', async () => {
    const code = newCode()
    await alone(world.store, code, DOUBT)
    await calls(8, seen('accepted'))
    await calls(2, failedBy(code))
    expect(await causes(DOUBTFUL)).toEqual(['unknown-rate'])
    const refusal = `422 ${code}`
    await alone(world.store, refusal, DOUBT)
    at += HOUR
    for (const { id } of await world.store.freezes.list(true)) await lift(world, id, at - MINUTE)
    await calls(8, seen('accepted'))
    await calls(2, refusedBy(refusal))
    expect(await causes(DOUBTFUL)).toEqual(['unknown-rate'])
  })

  it('once, however often the gateway repeats it, and not beside its own silence', async () => {
    const code = newCode()
    await alone(world.store, code, DOUBT)
    await calls(8, seen('accepted'))
    const underWay = await call(seen('processing'))
    await call(seen('accepted'))
    for (const enquiry of [1, 2, 3]) await enquired(underWay, failedBy(code), enquiry)
    expect(await causes(DOUBTFUL)).toEqual([])
    const silent = await call(SILENCE)
    await calls(4, seen('accepted'))
    await enquired(silent, failedBy(code), 1)
    expect(await causes(DOUBTFUL)).toEqual([])
  })
})
