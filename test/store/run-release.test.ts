/** Payout runs on their way: what drops from them, what stops them, and how much of them is let go at a time. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { freeze, lift, SANDBOX } from '../support/freezes.ts'
import {
  AHEAD,
  abortRun,
  approvedBy,
  approvedProgramme,
  agreeToRun,
  approved,
  claimOf,
  collect,
  lineOf,
  manyReady,
  openRunWorld,
  payFirst,
  proposeRun,
  release,
} from '../support/runs.ts'

import {
  bytesOf,
  DAY,
  disbursementOf,
  MINUTE,
  NOON,
  openStore,
  openWorld,
  refusal,
  SECOND,
  seen,
  WAVE,
  YEAR,
  type World,
} from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openRunWorld()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const claimed = (disbursement: string, atMs = NOON) => claimOf(world, disbursement, atMs)
const paid = (ref: string, atMs = NOON) => payFirst(world, ref, atMs)
const pause = (run: string, atMs = NOON) => world.act((acts) => acts.pauseRun({ run, reason: 'a doubt' }), atMs)
const resume = (run: string, atMs = NOON) => world.act((acts) => acts.resumeRun({ run, reason: 'looked into' }), atMs)
const hold = (ref: string) => world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a doubt' }))

/** Admitted with another wave, and owed the first incentive. */
async function readyInWave(wave: string, atMs: number): Promise<string> {
  const ref = await world.register({}, atMs)
  await world.act((acts) => acts.openWave({ programme: world.programme, code: wave, quota: 10, fiscalYear: YEAR }))
  await world.store.lives.screen('swift', ref, atMs)
  await world.act((acts) => acts.admit({ programme: 'swift', wave, decree: wave, refs: [ref] }), atMs)
  await world.train(ref, atMs)
  return ref
}

describe('dropping', () => {
  it('takes off who is on hold or has left when their turn comes, and says so', async () => {
    const [held, left, third] = [await world.ready(), await world.ready(), await world.ready()]
    const run = await approved(world)
    await hold(held)
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref: left, reason: 'as asked' }))
    expect(await release(world, run)).toMatchObject({ state: 'releasing', out: 1 })
    expect(await lineOf(world, disbursementOf(held))).toMatchObject([{ state: 'dropped', reason: 'hold' }])
    expect(await lineOf(world, disbursementOf(left))).toMatchObject([{ state: 'dropped', reason: 'withdrawal' }])
    expect(await claimed(disbursementOf(third))).toBe('claimed')
    expect(
      await world.count(`SELECT FROM audit_event WHERE act = 'run-line-dropped' AND ref = $1 AND reason = 'hold'`, [
        held,
      ]),
    ).toBe(1)
    await world.act((acts) => acts.release({ programme: 'swift', ref: held, reason: 'cleared' }))
    expect(await claimed(disbursementOf(held))).toBe('not-approved')
    expect(await collect(world)).toMatchObject({ lines: 1 })
  })

  it('takes off whose account its gateway no longer reaches, but not what is under way there', async () => {
    const [underWay, waits] = [await world.ready(), await world.ready()]
    const run = await approved(world)
    await release(world, run)
    await world.claim(disbursementOf(underWay))
    const changed = openStore(world.database, { institutions: [] })
    expect(await changed.runs.look(run.key, AHEAD, NOON + SECOND)).toMatchObject({ dropped: 1, out: 1 })
    await changed.close()
    expect(await lineOf(world, disbursementOf(waits))).toMatchObject([{ state: 'dropped', reason: 'route' }])
    expect(await collect(world, NOON + MINUTE)).toMatchObject({ lines: 1 })
  })

  it('lets what is frozen wait, goes past it, and drops it when the approval ends first', async () => {
    const [here, there] = [await world.ready({ region: '3275' }), await world.ready()]
    const run = await approved(world)
    const { freeze: placed } = await freeze(world, { scope: 'region', programme: 'swift', name: '32' })
    expect(await world.store.runs.look(run.key, AHEAD, NOON)).toMatchObject({ released: 0, waiting: 2 })
    await lift(world, placed.id)
    await freeze(world, { scope: 'region', programme: 'swift', name: '3275' })
    expect(await release(world, run)).toMatchObject({ waiting: 1, out: 1 })
    await paid(there)
    expect(await world.store.runs.look(run.key, AHEAD, NOON + 3 * DAY)).toMatchObject({ state: 'closed' })
    expect(await lineOf(world, disbursementOf(here))).toMatchObject([{ state: 'dropped', reason: 'freeze' }])
  })
})

describe('stopping a run', () => {
  it('pauses at its commit: nothing is claimed and nothing is queued; resuming goes on where it was', async () => {
    const refs = await manyReady(world, 4)
    const run = await approved(world)
    await release(world, run)
    await paid(refs[0] ?? '')
    const drafted = await world.draft(disbursementOf(refs[1] ?? ''))
    expect(await pause(run.key)).toMatchObject({ state: 'paused', stoppedBy: 'sari', reason: 'a doubt' })
    expect(await world.store.claims.claim(drafted, bytesOf(drafted), NOON)).toEqual({
      kind: 'parked',
      reason: 'not-approved',
    })
    expect(await world.count(`SELECT FROM payout_run_line WHERE state = 'released'`)).toBe(1)
    expect(await refusal(pause(run.key))).toBe('run-not-open')
    expect(await world.store.runs.look(run.key, AHEAD, NOON)).toMatchObject({ state: 'paused', released: 0 })
    await resume(run.key)
    expect(await refusal(resume(run.key))).toBe('run-not-open')
    expect(await release(world, run)).toMatchObject({ state: 'releasing', out: 3, waiting: 0 })
    expect(await claimed(disbursementOf(refs[1] ?? ''))).toBe('claimed')
  })

  it('is not resumed once its approval has ended', async () => {
    await world.ready()
    const run = await approved(world)
    await pause(run.key)
    expect(await refusal(resume(run.key, NOON + 3 * DAY))).toBe('run-not-open')
    expect(await world.store.runs.look(run.key, AHEAD, NOON + 3 * DAY)).toMatchObject({ state: 'closed', dropped: 1 })
  })

  it('aborts as two people have agreed: what is under way ends by itself, the rest is owed as before', async () => {
    const [sent, waiting] = [await world.ready(), await world.ready()]
    const run = await approved(world)
    await release(world, run)
    const payout = await world.claim(disbursementOf(sent))
    expect((await abortRun(world, run)).state).toBe('executed')
    expect(await claimed(disbursementOf(waiting))).toBe('not-approved')
    expect(await lineOf(world, disbursementOf(sent))).toMatchObject([{ state: 'left', reason: 'in-flight' }])
    expect(await lineOf(world, disbursementOf(waiting))).toMatchObject([{ state: 'dropped', reason: 'aborted' }])
    await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: NOON + SECOND, send: 1 })
    // An aborted run is over: it is neither released again nor aborted again.
    expect(await world.store.runs.look(run.key, AHEAD, NOON)).toMatchObject({ state: 'aborted', released: 0 })
    for (const step of [
      () => pause(run.key),
      () => resume(run.key),
      () => abortRun(world, run),
      () => proposeRun(world, run),
    ]) {
      expect(await refusal(step())).toBe('run-not-open')
    }
    expect(await collect(world)).toMatchObject({ lines: 1 })
  })

  it('resumed wakes whose payment is to be sent again, which its pause had stopped', async () => {
    const [ref, other] = [await world.ready(), await world.ready()]
    const run = await approved(world)
    await release(world, run)
    const payout = await world.claim(disbursementOf(ref))
    const failure = { class: 'retry-same', code: 'busy', vendorCode: '429', retryAfterMs: MINUTE } as const
    await world.observe({ payout, source: 'submit', fact: { kind: 'retry-same', failure }, atMs: NOON, send: 1 })
    await paid(other)
    await pause(run.key)
    const [stopped] = (await world.advance(ref, NOON + 2 * MINUTE)).disbursements
    expect(stopped?.next).toMatchObject({ kind: 'wait' })
    const told = (of: string) => world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'run'`, [of])
    const [before, others] = [await told(ref), await told(other)]
    await resume(run.key, NOON + 3 * MINUTE)
    expect(await told(ref)).toBe(before + 1)
    expect(await told(other)).toBe(others)
    const [goesOn] = (await world.advance(ref, NOON + 3 * MINUTE)).disbursements
    expect(goesOn?.next).toMatchObject({ kind: 'resend', payout })
  })

  it('is dropped by one person before it is approved, and not afterwards; a late agreement is void', async () => {
    await world.ready()
    const run = await collect(world)
    const proposal = await proposeRun(world, run)
    const discard = () => world.act((acts) => acts.discardRun({ run: run.key, reason: 'collected too early' }))
    expect(await refusal(abortRun(world, run))).toBe('run-not-open')
    expect(await discard()).toMatchObject({ state: 'void' })
    expect(await agreeToRun(world, proposal)).toMatchObject({ state: 'void', outcomeCode: 'run-not-open' })
    const next = await approved(world)
    await expect(world.act((acts) => acts.discardRun({ run: next.key, reason: 'too late' }))).rejects.toThrow(
      /approved/,
    )
  })

  it('waits for the claims that have begun, and lets none begin afterwards', async () => {
    const refs = await manyReady(world, 12)
    const run = await approved(world)
    await release(world, run)
    const drafts = await Promise.all(refs.map((ref) => world.draft(disbursementOf(ref))))
    const claims = drafts.map((draft) => world.store.claims.claim(draft, bytesOf(draft), NOON))
    const paused = pause(run.key)
    const kinds = (await Promise.all(claims)).map(({ kind }) => kind)
    await paused
    const sent = kinds.filter((kind) => kind === 'claimed').length
    expect(await world.count('SELECT FROM payout')).toBe(sent)
    expect(await world.count(`SELECT FROM payout_run_line WHERE state = 'released'`)).toBe(sent)
    expect(await world.count(`SELECT FROM payout_run_line WHERE state = 'collected'`)).toBe(12 - sent)
  })

  it('nobody releases alone: the database refuses a run that no executed proposal is about', async () => {
    await world.ready()
    const run = await collect(world)
    const alone = world.store.context.database.pool.query(
      `UPDATE payout_run SET state = 'approved', proposal = gen_random_uuid(), approved_at = now(), approved_until = now() + interval '1 day'
        WHERE key = $1`,
      [run.key],
    )
    await expect(alone).rejects.toThrow(/others have agreed/)
  })
})

describe('releasing', () => {
  it('keeps no more ahead of a gateway than it is told, and goes on as payments are claimed', async () => {
    const refs = await manyReady(world, 6)
    const run = await approved(world)
    const ahead = [{ gateway: 'sandbox', payments: 2 }]
    await world.store.runs.look(run.key, ahead, NOON)
    expect(await world.store.runs.look(run.key, ahead, NOON)).toMatchObject({ waiting: 4, out: 2 })
    expect(await world.store.runs.look(run.key, ahead, NOON)).toMatchObject({ released: 0, waiting: 4, out: 2 })
    const out = await world.one<{ ref: string }>(`SELECT ref FROM payout_run_line WHERE state = 'released' LIMIT 1`)
    await world.claim(disbursementOf(out.ref))
    expect(await world.store.runs.look(run.key, ahead, NOON)).toMatchObject({ released: 1, waiting: 3, out: 3 })
    expect(refs).toHaveLength(6)
  })

  it('released by two processes at once lets each line go once', async () => {
    await manyReady(world, 8)
    const run = await approved(world)
    const other = openStore(world.database)
    await world.store.runs.look(run.key, AHEAD, NOON)
    await world.store.runs.look(run.key, AHEAD, NOON)
    const looks = await Promise.all(
      [1, 2, 3, 4].map((n) => (n % 2 ? world.store : other).runs.look(run.key, AHEAD, NOON)),
    )
    await other.close()
    expect(looks.reduce((sum, { released }) => sum + released, 0)).toBeLessThanOrEqual(7)
    expect(await world.count(`SELECT FROM message WHERE kind = 'run' AND ref NOT LIKE 'run:%'`)).toBe(8)
  })

  it('killed between two portions goes on where it was', async () => {
    await manyReady(world, 4)
    const run = await approved(world)
    const ahead = [{ gateway: 'sandbox', payments: 2 }]
    await world.store.runs.look(run.key, ahead, NOON)
    // The look that follows is lost with its connection: nothing of it stays.
    const stop = await world.root.pool.connect()
    await stop.query('BEGIN')
    await stop.query('SELECT FROM payout_run WHERE key = $1 FOR UPDATE', [run.key])
    const lost = world.store.runs.look(run.key, ahead, NOON).catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await stop.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    await stop.query('COMMIT')
    stop.release()
    expect(await lost).toBeInstanceOf(Error)
    expect(await world.count(`SELECT FROM payout_run_line WHERE state = 'released'`)).toBe(1)
    expect(await release(world, run)).toMatchObject({ waiting: 0, out: 4 })
  })

  it('passes by a gateway that is frozen, and releases after it', async () => {
    await world.ready()
    const run = await approved(world)
    const { freeze: placed } = await freeze(world, SANDBOX)
    expect(await release(world, run)).toMatchObject({ waiting: 1, out: 0 })
    await lift(world, placed.id)
    expect(await release(world, run)).toMatchObject({ waiting: 0, out: 1 })
  })

  it('goes past what was frozen after it was let go, and keeps no more ahead once that thaws', async () => {
    await manyReady(world, 4)
    const [other, last] = [await readyInWave('wave-2', NOON + SECOND), await readyInWave('wave-3', NOON + 2 * SECOND)]
    const run = await approved(world, NOON + MINUTE)
    const ahead = [{ gateway: 'sandbox', payments: 3 }]
    const look = (second: number) => world.store.runs.look(run.key, ahead, NOON + MINUTE + second * SECOND)
    for (let second = 0; second < 3; second += 1) await look(second)
    expect(await look(3)).toMatchObject({ released: 0, out: 3, waiting: 3 })
    const first = await freeze(world, { scope: 'wave', programme: 'swift', name: WAVE })
    await freeze(world, { scope: 'wave', programme: 'swift', name: 'wave-3' })
    expect(await look(4)).toMatchObject({ released: 1, out: 4, waiting: 2 })
    expect(await claimed(disbursementOf(other), NOON + 2 * MINUTE)).toBe('claimed')
    expect(await lineOf(world, disbursementOf(last))).toMatchObject([{ state: 'collected' }])
    await lift(world, first.freeze.id)
    expect(await look(5)).toMatchObject({ released: 0, out: 4, waiting: 2 })
  })

  it('wakes the workflow of a run that has not looked for long', async () => {
    await world.ready()
    const run = await collect(world)
    const told = () => world.count(`SELECT FROM message WHERE ref = $1 AND state = 'pending'`, [`run:${run.id}`])
    expect(await told()).toBe(1)
    const [lease] = (await world.store.messages.lease(50, 30)).filter(({ ref }) => ref === `run:${run.id}`)
    expect(lease).toMatchObject({ programme: 'swift', stage: '', region: '' })
    await world.store.messages.delivered(lease?.ids ?? [])
    await world.store.messages.sweep(10)
    expect(await told()).toBe(0)
    await world.root.pool.query(`UPDATE payout_run SET looked_at = now() - interval '1 hour'`)
    await world.store.messages.sweep(10)
    await world.store.messages.sweep(10)
    expect(await told()).toBe(1)
  })
})

describe('two programmes at one gateway', () => {
  it('share what may be ahead of it by their priorities, and take all of it when alone', async () => {
    await world.close()
    world = await openRunWorld({ priority: 6, canary: { lines: 1, pause: 'PT0S' } })
    const other = await openWorld({
      database: world.database,
      programme: { ...approvedProgramme({ priority: 3 }), code: 'other', budgetLine: 'OTHER' },
    })
    await manyReady(world, 15)
    await manyReady(other, 15)
    const runs = [await approved(world), await approvedBy(world, other)]
    const ahead = [{ gateway: 'sandbox', payments: 9 }]
    const look = async (index: number) => world.store.runs.look(runs[index]?.key ?? '', ahead, NOON)
    // The canaries, and then the shares.
    for (const index of [0, 1, 0, 1]) await look(index)
    expect(await look(0)).toMatchObject({ out: 6, waiting: 9 })
    expect(await look(1)).toMatchObject({ out: 3, waiting: 12 })
    await pause(runs[0]?.key ?? '')
    expect(await look(1)).toMatchObject({ out: 9, waiting: 6 })
  })
})
