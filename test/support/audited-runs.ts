/** A country that pays by payout runs, each under the documents that its people signed, or under none. */
import type { Country } from './audited-life.ts'
import { agreeToRun, collect, officersOf, openRunWorld, proposeRun, release } from './runs.ts'
import { disbursementOf, HOUR, MINUTE, NOON, seen } from './world.ts'

const paymentOrder = { number: '00415/SPM/2026', date: '2026-11-20' }
const warrant = { number: '260191501000123', date: '2026-11-21' }

export async function openRunCountry(): Promise<Country> {
  const world = await openRunWorld()
  const { sari, budi, rina } = await officersOf(world)
  for (const [at, documents] of [{ paymentOrder, warrant }, { paymentOrder: { number: 'SPM-2' } }, {}].entries()) {
    const atMs = NOON + at * HOUR
    const ref = await world.ready({}, atMs)
    const run = await collect(world, atMs)
    await agreeToRun(world, await proposeRun(world, run, atMs, documents), atMs)
    await release(world, run, atMs)
    const payout = await world.claim(disbursementOf(ref), atMs)
    await world.observe({ payout, source: 'submit', send: 1, fact: seen('paid'), atMs: atMs + MINUTE })
  }
  const late = NOON + 3 * HOUR
  await world.ready({}, late)
  await proposeRun(world, await collect(world, late), late, { paymentOrder, warrant })
  return { world, told: new Map(), signers: [sari, budi, rina] }
}
