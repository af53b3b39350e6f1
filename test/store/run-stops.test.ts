/** What was let go and cannot be sent: it takes no place of others, counts against its canary, keeps no fee, and is woken when the run goes on. */
import { afterEach, expect, it } from 'vitest'
import { foundIn } from '../support/audited.ts'
import { AHEAD, approved, approvedProgramme, openRunWorld, release } from '../support/runs.ts'
import { submitted } from '../support/sent.ts'
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
  seenFailed,
  type World,
} from '../support/world.ts'

let world: World
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const several = (count: number) => Promise.all(Array.from({ length: count }, () => world.ready()))

/** A look of a worker whose gateway no longer reaches the accounts' institution. */
async function lookWithoutRoute(run: string, atMs: number): Promise<void> {
  const changed = openStore(world.database, { institutions: [] })
  await changed.runs.look(run, AHEAD, atMs)
  await changed.close()
}

/** What the auditor says of fees and of their postings. */
async function auditedFees() {
  const findings = await foundIn(world, NOON + DAY, ['fees', 'ledger'])
  return findings.filter(({ entity }) => ['fee_reserve', 'posting', 'account'].includes(entity))
}

it('a run that the engine has paused wakes those who wait for money of ours, when it is resumed', async () => {
  world = await openRunWorld({ canary: { lines: 2, pause: 'PT10M' } })
  await several(3)
  const { key: run } = await approved(world)
  await release(world, { key: run })
  const out = `SELECT disbursement, ref FROM payout_run_line WHERE state = 'released' ORDER BY ref`
  const { rows } = await world.root.pool.query<{ disbursement: string; ref: string }>(out)
  const payouts = []
  for (const { disbursement } of rows) payouts.push(await world.claim(disbursement))
  for (const payout of payouts) await world.observe(submitted(payout, seenFailed('float-short')))
  await world.store.runs.look(run, AHEAD, NOON + MINUTE)
  expect(await world.store.runs.look(run, AHEAD, NOON + 12 * MINUTE)).toMatchObject({ state: 'paused' })
  const plenty = { gateway: 'sandbox', balance: { minor: 100_000_000_000n, currency: 'IDR' } }
  for (const { disbursement } of rows) await world.store.floats.restore(disbursement, plenty, NOON + HOUR)
  await world.root.pool.query('DELETE FROM message')
  await world.act((acts) => acts.resumeRun({ run, reason: 'topped up' }), NOON + 3 * HOUR)
  const woken = await world.root.pool.query<{ ref: string }>(`SELECT ref FROM message WHERE kind = 'run' ORDER BY ref`)
  expect(woken.rows.map(({ ref }) => ref)).toEqual(expect.arrayContaining(rows.map(({ ref }) => ref)))
})

it('a canary whose lines have left the run because of their gateway has not passed', async () => {
  world = await openRunWorld({ canary: { lines: 2, pause: 'PT10M' } })
  await several(6)
  const { key: run } = await approved(world)
  await lookWithoutRoute(run, NOON)
  await lookWithoutRoute(run, NOON + SECOND)
  expect(await world.count(`SELECT FROM payout_run_line WHERE reason = 'route'`)).toBe(2)
  expect(await world.store.runs.look(run, AHEAD, NOON + 11 * MINUTE)).toMatchObject({ state: 'paused', waiting: 4 })
})

it('lines whose account rests are not let go before it may be used', async () => {
  world = await openRunWorld()
  await several(4)
  const { key: run } = await approved(world)
  await world.root.pool.query('UPDATE account SET rests_until = $1', [new Date(NOON + DAY)])
  const ahead = [{ gateway: 'sandbox', payments: 2 }]
  for (let n = 0; n < 3; n += 1) await world.store.runs.look(run, ahead, NOON + n * SECOND)
  expect(await world.store.runs.look(run, ahead, NOON + MINUTE)).toMatchObject({ waiting: 4, out: 0 })
  await world.store.runs.look(run, ahead, NOON + DAY)
  expect(await world.store.runs.look(run, ahead, NOON + DAY)).toMatchObject({ waiting: 2, out: 2 })
})

it('a fee of what was sent stays reserved, however late its run looks', async () => {
  const programme = approvedProgramme()
  const fees = [{ gateway: 'sandbox', amount: '250000', times: 1 }]
  world = await openWorld({ programme: { ...programme, payment: { ...programme.payment, fees } } })
  const disbursement = disbursementOf(await world.ready())
  const run = await approved(world)
  await release(world, run)
  const atMs = NOON + MINUTE
  const payout = await world.claim(disbursement, atMs)
  await world.observe({ ...submitted(payout, seen('paid')), atMs })
  // It was to look before the claim, and does so after it.
  await world.store.runs.look(run.key, AHEAD, atMs - SECOND)
  expect(await world.one('SELECT (reserved - freed)::int AS kept FROM fee_reserve')).toEqual({ kept: 250_000 })
})

it('a line that has left its run keeps no fee there: its payment has that of the run that paid it', async () => {
  const programme = approvedProgramme()
  const fees = [{ gateway: 'sandbox', amount: '250000', times: 1 }]
  world = await openWorld({ programme: { ...programme, payment: { ...programme.payment, fees } } })
  const [left, stays] = await several(2)
  const first = await approved(world)
  await release(world, first)
  const pay = async (ref: string | undefined, atMs: number): Promise<string> => {
    const payout = await world.claim(disbursementOf(ref ?? ''), atMs)
    await world.observe({ ...submitted(payout, seen('accepted')), atMs })
    return payout
  }
  const under = await pay(stays, NOON + 2 * SECOND)
  await lookWithoutRoute(first.key, NOON + 3 * SECOND)
  const second = await approved(world, NOON + MINUTE)
  await release(world, second, NOON + MINUTE)
  const other = await pay(left, NOON + 2 * MINUTE)
  for (const payout of [under, other])
    await world.observe({ payout, source: 'callback', fact: seen('paid'), atMs: NOON + 3 * MINUTE })
  for (const { key } of [first, second]) await world.store.runs.look(key, AHEAD, NOON + 4 * MINUTE)
  const { rows } = await world.root.pool.query(
    'SELECT source, reserved - freed AS kept FROM fee_reserve ORDER BY source',
  )
  expect(rows).toEqual([first, second].map(({ key }) => ({ source: `run:${key}`, kept: 250_000n })))
  expect(await auditedFees()).toEqual([])
})

it('a look lets go whom somebody holds without waiting for them: they may wait for the run, and a pause for both', async () => {
  world = await openRunWorld()
  const ref = await world.ready()
  const { key: run } = await approved(world)
  await world.root.pool.query(`UPDATE participant SET heard_by = now() + interval '1 day'`)
  const claim = await world.root.pool.connect()
  try {
    await claim.query('BEGIN')
    await claim.query('SELECT FROM participant WHERE ref = $1 FOR UPDATE', [ref])
    await world.store.runs.look(run, AHEAD, NOON + MINUTE)
    expect(await world.count(`SELECT FROM payout_run_line WHERE run = $1 AND state = 'released'`, [run])).toBe(1)
  } finally {
    await claim.query('ROLLBACK')
    claim.release()
  }
})
