/** The first lines of a run go alone: what follows waits for what became of them, and a stop takes nothing from what was sent. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { foundIn } from '../support/audited.ts'
import { AHEAD, approved, lineOf, manyReady, openRunWorld } from '../support/runs.ts'
import { DAY, HOUR, MINUTE, NOON, SECOND, seen, seenFailed, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openRunWorld({ canary: { lines: 2, pause: 'PT10M' } })
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const pause = (run: string, atMs = NOON) => world.act((acts) => acts.pauseRun({ run, reason: 'a doubt' }), atMs)
const resume = (run: string, atMs = NOON) => world.act((acts) => acts.resumeRun({ run, reason: 'looked into' }), atMs)

/** The disbursements of the lines that are out. */
async function outOf(run: string): Promise<string[]> {
  const text = `SELECT disbursement FROM payout_run_line WHERE run = $1 AND state = 'released' ORDER BY disbursement`
  return (await world.root.pool.query<{ disbursement: string }>(text, [run])).rows.map(
    ({ disbursement }) => disbursement,
  )
}

/** Whatever is out is sent and paid. */
async function payOut(run: string, atMs = NOON): Promise<void> {
  for (const disbursement of await outOf(run)) {
    const payout = await world.claim(disbursement, atMs)
    await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: atMs + SECOND, send: 1 })
  }
}

it('sends a canary first, pauses, and goes on when it went well', async () => {
  await manyReady(world, 5)
  const run = await approved(world)
  expect(await world.store.runs.look(run.key, AHEAD, NOON)).toMatchObject({ released: 2, waiting: 3, out: 2 })
  const rests = await world.store.runs.look(run.key, AHEAD, NOON + SECOND)
  expect(rests).toMatchObject({ released: 0, untilMs: NOON + SECOND + 10 * MINUTE })
  await payOut(run.key)
  expect(await world.store.runs.look(run.key, AHEAD, NOON + 9 * MINUTE)).toMatchObject({ released: 0 })
  expect(await world.store.runs.look(run.key, AHEAD, NOON + 11 * MINUTE)).toMatchObject({ released: 3, waiting: 0 })
})

it('waits on while nobody knows what became of the canary, and goes on with the last answer', async () => {
  await manyReady(world, 5)
  const run = await approved(world)
  await world.store.runs.look(run.key, AHEAD, NOON)
  await world.store.runs.look(run.key, AHEAD, NOON)
  // Outside its hours nothing was handed over to the gateway; then one of the two is, and has no answer.
  const unsent = await world.store.runs.look(run.key, AHEAD, NOON + 11 * MINUTE)
  expect(unsent).toMatchObject({ state: 'releasing', released: 0, waiting: 3, untilMs: NOON + 16 * MINUTE })
  const [first = '', second = ''] = await outOf(run.key)
  const payout = await world.claim(first, NOON + 12 * MINUTE)
  await world.claim(second, NOON + 12 * MINUTE)
  const at = { source: 'submit', atMs: NOON + 13 * MINUTE, send: 1 } as const
  await world.observe({ payout, fact: seen('paid'), ...at })
  expect(await world.store.runs.look(run.key, AHEAD, NOON + 17 * MINUTE)).toMatchObject({ released: 0, waiting: 3 })
  await world.observe({ payout: `${second}#1`, fact: seen('paid'), ...at })
  expect(await world.store.runs.look(run.key, AHEAD, NOON + 23 * MINUTE)).toMatchObject({ released: 3, waiting: 0 })
})

it('paused in its canary begins it again: nobody follows before the first have been looked at', async () => {
  const refs = await manyReady(world, 5)
  const run = await approved(world)
  await world.store.runs.look(run.key, AHEAD, NOON)
  await pause(run.key)
  await resume(run.key, NOON + HOUR)
  expect(await world.store.runs.look(run.key, AHEAD, NOON + HOUR)).toMatchObject({ released: 2, waiting: 3 })
  expect(await world.store.runs.look(run.key, AHEAD, NOON + HOUR)).toMatchObject({ released: 0, waiting: 3 })
  await payOut(run.key, NOON + HOUR)
  const later = NOON + HOUR + 11 * MINUTE
  expect(await world.store.runs.look(run.key, AHEAD, later)).toMatchObject({ released: 3, waiting: 0 })
  expect(refs).toHaveLength(5)
})

it('is paused by the engine when more than half of the canary goes wrong, and goes on when a person says so', async () => {
  await manyReady(world, 4)
  const run = await approved(world)
  await world.store.runs.look(run.key, AHEAD, NOON)
  const { rows } = await world.root.pool.query<{ disbursement: string }>(
    `SELECT disbursement FROM payout_run_line WHERE state = 'released'`,
  )
  for (const { disbursement } of rows) {
    const payout = await world.claim(disbursement)
    await world.observe({ payout, source: 'submit', fact: seenFailed('permanent'), atMs: NOON + SECOND, send: 1 })
  }
  await world.store.runs.look(run.key, AHEAD, NOON + MINUTE)
  expect(await world.store.runs.look(run.key, AHEAD, NOON + 12 * MINUTE)).toMatchObject({
    state: 'paused',
    waiting: 2,
  })
  expect(await world.store.runs.find(run.key)).toMatchObject({
    stoppedBy: 'engine',
    reason: '2 of the first 2 payments went wrong',
  })
  await resume(run.key, NOON + HOUR)
  expect(await world.store.runs.look(run.key, AHEAD, NOON + HOUR)).toMatchObject({ state: 'releasing', released: 2 })
})

it('a pause takes nothing from what was sent: the attempt before it stays covered by its approval', async () => {
  await manyReady(world, 1)
  const run = await approved(world)
  await world.store.runs.look(run.key, AHEAD, NOON)
  const [disbursement = ''] = await outOf(run.key)
  const payout = await world.claim(disbursement, NOON + SECOND)
  await world.observe({ payout, source: 'submit', fact: seenFailed('retry-new'), atMs: NOON + 2 * SECOND, send: 1 })
  await pause(run.key, NOON + MINUTE)
  expect(await lineOf(world, disbursement)).toMatchObject([{ state: 'collected' }])
  expect(await foundIn(world, NOON + HOUR, ['runs'])).toEqual([])
  await resume(run.key, NOON + DAY)
  await world.store.runs.look(run.key, AHEAD, NOON + DAY)
  await world.claim(disbursement, NOON + DAY + SECOND)
  expect(await foundIn(world, NOON + DAY + HOUR, ['runs'])).toEqual([])
})

it('what the gateway was too busy to take is no answer', async () => {
  await manyReady(world, 5)
  const run = await approved(world)
  await world.store.runs.look(run.key, AHEAD, NOON)
  await world.store.runs.look(run.key, AHEAD, NOON)
  const failure = { class: 'retry-new', code: 'unreachable', vendorCode: '' } as const
  for (const disbursement of await outOf(run.key)) {
    const payout = await world.claim(disbursement)
    await world.observe({ payout, source: 'submit', fact: { kind: 'not-sent', failure }, atMs: NOON + SECOND, send: 1 })
  }
  expect(await world.store.runs.look(run.key, AHEAD, NOON + 11 * MINUTE)).toMatchObject({ released: 0, waiting: 3 })
})

it('paused after its first lines failed in passing, it begins with as few again', async () => {
  await manyReady(world, 5)
  const run = await approved(world)
  await world.store.runs.look(run.key, AHEAD, NOON)
  for (const disbursement of await outOf(run.key)) {
    const payout = await world.claim(disbursement)
    await world.observe({ payout, source: 'submit', fact: seenFailed('retry-new'), atMs: NOON + SECOND, send: 1 })
  }
  await pause(run.key, NOON + MINUTE)
  await resume(run.key, NOON + HOUR)
  expect(await world.store.runs.look(run.key, AHEAD, NOON + HOUR)).toMatchObject({ released: 2, waiting: 3 })
})

it('what was sent under a run is covered by it, also where the clock of the sender is behind', async () => {
  await manyReady(world, 1)
  const run = await approved(world)
  await world.store.runs.look(run.key, AHEAD, NOON + MINUTE)
  const [disbursement = ''] = await outOf(run.key)
  await world.claim(disbursement, NOON + MINUTE - 2 * SECOND)
  expect(await foundIn(world, NOON + HOUR, ['runs'])).toEqual([])
})
