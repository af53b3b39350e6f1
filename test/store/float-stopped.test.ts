/** Our money at a gateway is there again for somebody who is then stopped: they take none of it, and keep nobody waiting. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FreezeTarget } from '../../domain/freeze.ts'
import { freeze, SANDBOX } from '../support/freezes.ts'
import { AMOUNT, disbursementOf, HOUR, MINUTE, NOON, openWorld, seenFailed, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const ATMS = NOON + 2 * HOUR

/** Two whose payments were refused because our money was short, of these regions; the first has waited longer. */
async function two(...regions: readonly string[]): Promise<{ ref: string; disbursement: string }[]> {
  const refs: string[] = []
  for (const [at, region] of regions.entries()) refs.push(await world.ready({ region }, NOON - HOUR + at * MINUTE))
  const waiting: { ref: string; disbursement: string; payout: string }[] = []
  for (const ref of refs) {
    const disbursement = disbursementOf(ref)
    waiting.push({ ref, disbursement, payout: await world.claim(disbursement) })
  }
  for (const { payout } of waiting) {
    await world.observe({ payout, source: 'submit', fact: seenFailed('float-short'), atMs: NOON, send: 1 })
  }
  return waiting
}

const restore = (disbursement: string, minor: bigint): Promise<boolean> =>
  world.store.floats.restore(disbursement, { gateway: 'sandbox', balance: { minor, currency: 'IDR' } }, ATMS)

const STOPS: readonly FreezeTarget[] = [
  { scope: 'region', programme: 'swift', name: '3171' },
  { scope: 'region', programme: 'swift', name: '31' },
]

it('a hold after it was restored: the money goes to the next', async () => {
  const [first = { ref: '', disbursement: '' }, next = { ref: '', disbursement: '' }] = await two('3204', '3204')
  expect(await restore(first.disbursement, AMOUNT)).toBe(true)
  // As long as it is about to go, it is spoken for.
  expect(await restore(next.disbursement, AMOUNT)).toBe(false)
  await world.act((acts) => acts.hold({ programme: 'swift', ref: first.ref, reason: 'a complaint' }))
  expect(await restore(next.disbursement, AMOUNT)).toBe(true)
  await world.act((acts) => acts.release({ programme: 'swift', ref: first.ref, reason: 'settled' }), ATMS)
  expect((await world.advance(first.ref, ATMS)).disbursements[0]?.next).toMatchObject({ kind: 'send' })
})

it.each(STOPS)('a freeze of $scope $name after it was restored', async (target) => {
  const [first = { ref: '', disbursement: '' }, next = { ref: '', disbursement: '' }] = await two('3171', '3204')
  expect(await restore(first.disbursement, AMOUNT)).toBe(true)
  expect(await restore(next.disbursement, AMOUNT)).toBe(false)
  await freeze(world, target)
  expect(await restore(next.disbursement, AMOUNT)).toBe(true)
})

it('nobody is passed over for a freeze that stops the next as much', async () => {
  const [first = { ref: '', disbursement: '' }, next = { ref: '', disbursement: '' }] = await two('3171', '3204')
  expect(await restore(first.disbursement, AMOUNT)).toBe(true)
  await freeze(world, SANDBOX)
  expect(await restore(next.disbursement, AMOUNT)).toBe(false)
  expect(await restore(next.disbursement, 2n * AMOUNT)).toBe(true)
})

it('an older debt in a frozen region is not waited for either', async () => {
  const [first = { ref: '', disbursement: '' }, next = { ref: '', disbursement: '' }] = await two('3171', '3204')
  expect(await restore(next.disbursement, AMOUNT)).toBe(false)
  await freeze(world, { scope: 'region', programme: 'swift', name: '3171' })
  expect(await restore(next.disbursement, AMOUNT)).toBe(true)
  expect((await world.advance(first.ref, ATMS)).disbursements[0]).toMatchObject({ state: 'float-short' })
})
