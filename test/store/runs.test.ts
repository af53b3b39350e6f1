/** Payout runs: what they collect, what their approval covers, and what stops them. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runHash } from '../../domain/payout-run.ts'
import {
  abortRun,
  agreeToRun,
  approved,
  AHEAD,
  collect,
  lineOf,
  openRunWorld,
  proposeRun,
  release,
} from '../support/runs.ts'
import { bytesOf, disbursementOf, NOON, refusal, SECOND, seen, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openRunWorld()
})
afterAll(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const draft = async (disbursement: string, atMs = NOON): Promise<string> => {
  const drafted = await world.store.claims.draft(disbursement, atMs)
  return drafted.kind === 'parked' ? drafted.reason : drafted.kind
}

describe('a programme whose payments are approved', () => {
  it('sends nothing that is on no approved run, and the life waits for it', async () => {
    const ref = await world.ready()
    expect(await draft(disbursementOf(ref))).toBe('not-approved')
    expect((await world.advance(ref)).disbursements[0]).toMatchObject({
      state: 'released',
      next: { kind: 'wait', untilMs: null },
    })
  })

  it('pays what was collected, put forward, agreed to and released, and closes its run', async () => {
    const [one, other] = [await world.ready(), await world.ready()]
    const run = await approved(world)
    expect(run).toMatchObject({ state: 'approved', lines: 3 })
    expect(await draft(disbursementOf(one))).toBe('not-approved')
    expect(await release(world, run)).toMatchObject({ state: 'releasing', waiting: 0, out: 3 })
    for (const ref of [one, other]) {
      expect((await world.advance(ref)).disbursements[0]?.next).toMatchObject({ kind: 'send' })
      expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'run'`, [ref])).toBe(1)
    }
    const { rows } = await world.root.pool.query<{ disbursement: string }>(
      'SELECT disbursement FROM payout_run_line WHERE run = $1',
      [run.key],
    )
    for (const { disbursement } of rows) {
      const payout = await world.claim(disbursement)
      await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: NOON + SECOND, send: 1 })
    }
    expect(await release(world, run, NOON + 2 * SECOND)).toMatchObject({ state: 'closed' })
    expect(await lineOf(world, disbursementOf(one))).toMatchObject([{ state: 'paid', reason: null }])
  })

  it('hashes in the database what anybody else can hash again', async () => {
    await world.ready()
    const run = await collect(world)
    const { rows } = await world.store.runs.lines(run.key, { limit: 1000, after: null })
    const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()
    expect(run.hash.toString('hex')).toBe(runHash(run.key, run.programme, rows, sha256))
    await agreeToRun(world, await proposeRun(world, run))
    await abortRun(world, run)
    expect(await world.store.runs.look(run.key, AHEAD, NOON)).toMatchObject({ state: 'aborted', out: 0 })
    expect(await refusal(abortRun(world, run))).toBe('run-not-open')
  })
})

export { bytesOf }
