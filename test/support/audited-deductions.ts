/** A country that pays by payout runs, where some were paid twice and what they owe is taken off what they are owed next. */
import type { Country } from './audited-country.ts'
import { deducting, MONTH } from './deductions.ts'
import { agreeToRun, approvedProgramme, collect, officersOf, openRunWorld, proposeRun, release } from './runs.ts'
import { called, submitted } from './sent.ts'
import { line, reconciling } from './statements.ts'
import { DAY, HOUR, MINUTE, seen, type World } from './world.ts'

const PART = 20_000_000n

/** Fees of two payments: as said, twice what was said, one that is corrected away, and one that no reserve covers. */
async function charged(world: World, one: string, other: string): Promise<void> {
  const { reconcile } = reconciling(world)
  const { rows } = await world.root.pool.query<{ payout: string; reference: string }>(
    'SELECT key AS payout, reference FROM payout WHERE key = ANY ($1) ORDER BY key',
    [[one, other]],
  )
  const [first = { payout: '', reference: '' }, second = first] = rows
  const fee = (of: typeof first, id: string, amount: bigint) => line(of, { id, type: 'fee', amount })
  const lines = [fee(first, 'f1', 250_000n), fee(second, 'f2', 500_000n)]
  await reconcile([...lines, fee(second, 'f3', 100n), fee(second, 'f4', 9_000_000n)])
  await reconcile([...lines, fee(second, 'f4', 9_000_000n)], { version: 2 })
}

export async function openDeductionCountry(): Promise<Country> {
  const programme = approvedProgramme()
  const fees = [{ gateway: 'sandbox', channel: 'bank' as const, amount: '250000', times: 2 }]
  const world = await openRunWorld({}, { programme: { ...programme, payment: { ...programme.payment, fees } } })
  const { sari, budi, rina } = await officersOf(world)
  const cover = async (atMs: number): Promise<void> => {
    const run = await collect(world, atMs)
    await agreeToRun(world, await proposeRun(world, run, atMs), atMs)
    await release(world, run, atMs)
  }
  const { paidTwice, deduct, repay } = await deducting(world, cover)
  const [partly, wholly, taxed, leaving] = [await paidTwice(), await paidTwice(), await paidTwice(), await paidTwice()]
  await repay(partly.payout, 1_000_000n)
  await deduct(partly.next, partly.payout, PART)
  await deduct(partly.next, partly.payout, 3_000_000n)
  await deduct(wholly.next, wholly.payout, 60_000_000n)
  await deduct(taxed.next, null, PART)
  await deduct(leaving.next, leaving.payout, PART)
  await world.act(
    (acts) => acts.withdraw({ programme: 'swift', ref: leaving.ref, reason: 'has moved away' }),
    MONTH + MINUTE,
  )
  await world.advance(leaving.ref, MONTH + MINUTE)
  await cover(MONTH + HOUR)
  for (const { next } of [partly, taxed]) {
    const payout = await world.claim(next, MONTH + HOUR + MINUTE)
    const { amount } = await world.one<{ amount: bigint }>('SELECT amount FROM payout WHERE key = $1', [payout])
    const fact = (state: 'paid' | 'returned') =>
      seen(state, { gatewayId: `po_${next}`, amount: { minor: amount, currency: 'IDR' } })
    await world.observe(submitted(payout, fact('paid'), MONTH + HOUR + 2 * MINUTE))
    if (next === taxed.next) await world.observe(called(payout, fact('returned'), MONTH + DAY))
  }
  // What came back of the net is owed again, and lapses without what was taken off it.
  await world.advance(taxed.ref, MONTH + 90 * DAY)
  for (const { ref } of [partly, wholly]) await world.advance(ref, MONTH + 90 * DAY)
  await repay(taxed.payout, undefined, MONTH + 90 * DAY)
  await charged(world, partly.payout, wholly.payout)
  for (const { key } of await world.store.runs.list(null, true)) await world.store.runs.look(key, [], MONTH + 91 * DAY)
  return {
    world,
    told: new Map(),
    signers: { administrator: sari, approver: budi, operator: sari, second: rina, releaser: rina },
  }
}
