/** Payout runs: what they collect, what their approval covers, and what stops them. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runHash } from '../../domain/payout-run.ts'
import { bankAccount } from '../support/builders.ts'
import { freeze } from '../support/freezes.ts'
import {
  AHEAD,
  agreeToRun,
  approved,
  claimOf,
  collect,
  contentOf,
  lineOf,
  manyReady,
  officersOf,
  openRunWorld,
  payFirst,
  proposeRun,
  release,
} from '../support/runs.ts'
import { decide, propose } from '../support/two-people.ts'
import {
  DAY,
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  openStore,
  openWorld,
  refusal,
  SECOND,
  seen,
  seenFailed,
  SILENCE,
  TIMING,
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
const hold = (ref: string) => world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a doubt' }))

describe('a programme whose payments are approved', () => {
  it('sends nothing that is on no approved run, and the life waits for it', async () => {
    const ref = await world.ready()
    expect(await claimed(disbursementOf(ref))).toBe('not-approved')
    const [standing] = (await world.advance(ref)).disbursements
    expect(standing).toMatchObject({ state: 'released', next: { kind: 'wait', untilMs: null } })
  })

  it('pays what was collected, put forward, agreed to and released, and closes its run', async () => {
    const [one, other] = [await world.ready(), await world.ready()]
    const run = await approved(world)
    expect(run).toMatchObject({ state: 'approved', lines: 2, amount: 120_000_000n, currency: 'IDR' })
    expect(await claimed(disbursementOf(one))).toBe('not-approved')
    expect(await release(world, run)).toMatchObject({ state: 'releasing', waiting: 0, out: 2 })
    for (const ref of [one, other]) {
      expect((await world.advance(ref)).disbursements[0]?.next).toMatchObject({ kind: 'send' })
      expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'run'`, [ref])).toBe(1)
      await paid(ref)
    }
    expect(await release(world, run, NOON + 2 * SECOND)).toMatchObject({ state: 'closed' })
    expect(await lineOf(world, disbursementOf(one))).toEqual([{ run: run.key, state: 'paid', reason: null }])
    expect(await world.store.runs.totals(run.key)).toMatchObject([
      { of: 'gateway', name: 'sandbox', lines: 2, amount: 120_000_000n },
      { of: 'outcome', name: 'paid', lines: 2 },
      { of: 'region', name: '3204', lines: 2 },
      { of: 'tranche', name: 'incentive-1', lines: 2 },
    ])
  })

  it('hashes in the database what anybody else can hash again', async () => {
    for (let people = 0; people < 3; people += 1) await world.ready()
    const run = await collect(world)
    const { rows } = await world.store.runs.lines(run.key, { limit: 10, after: null })
    const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()
    expect(run.hash.toString('hex')).toBe(runHash(run.key, run.programme, rows, sha256))
  })

  it('asks for more people when the day comes to more', async () => {
    await manyReady(world, 10)
    const first = await collect(world)
    const proposal = await proposeRun(world, first)
    expect(proposal.needs).toEqual({ approvers: 1, releaser: false })
    await manyReady(world, 10)
    const second = await collect(world, NOON + SECOND)
    // What is put forward and may still be approved counts too: no run is split to need fewer people.
    expect((await proposeRun(world, second, NOON + SECOND)).needs).toEqual({ approvers: 2, releaser: true })
    await agreeToRun(world, proposal)
    expect((await world.store.runs.find(first.key)).state).toBe('approved')
  })

  it('voids an agreement that is too small by the time it is reached', async () => {
    await manyReady(world, 10)
    const first = await collect(world)
    const proposal = await proposeRun(world, first, NOON - DAY)
    await manyReady(world, 10)
    await approved(world)
    expect(await agreeToRun(world, proposal)).toMatchObject({ state: 'void', outcomeCode: 'run-needs-more' })
    expect((await world.store.runs.find(first.key)).state).toBe('proposed')
    expect((await agreeToRun(world, await proposeRun(world, first))).state).toBe('executed')
  })

  it('needs the proposer, both approvers and the releaser to be four people', async () => {
    await manyReady(world, 17)
    const proposal = await proposeRun(world, await collect(world))
    const { sari, budi, rina } = await officersOf(world)
    expect(await refusal(decide(world.store, sari, proposal, 'approve', NOON))).toBe('forbidden')
    await decide(world.store, budi, proposal, 'approve', NOON)
    expect(await refusal(decide(world.store, budi, proposal, 'approve', NOON))).toBe('already-decided')
    await decide(world.store, rina, proposal, 'approve', NOON)
    expect(await refusal(decide(world.store, rina, proposal, 'release', NOON))).toBe('already-decided')
  })
})

describe('collecting', () => {
  it('leaves out who is on hold, frozen, withdrawn, without a usable account, not due yet or on an open run', async () => {
    const [held, left, none, cooling, in35] = [
      await world.ready(),
      await world.ready(),
      await world.ready(),
      await world.ready(),
      await world.ready({ region: '3275' }),
    ]
    const [first] = [await world.ready()]
    await hold(held)
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref: left, reason: 'as asked' }))
    await world.root.pool.query(`UPDATE account SET state = 'failed' WHERE ref = $1`, [none])
    await world.link(cooling, bankAccount(), NOON)
    await freeze(world, { scope: 'region', programme: 'swift', name: '3275' })
    expect(await collect(world)).toMatchObject({ lines: 1 })
    expect(await lineOf(world, disbursementOf(first))).toMatchObject([{ state: 'collected' }])
    expect(await refusal(collect(world))).toBe('nothing-owed')
    expect(await lineOf(world, disbursementOf(in35))).toEqual([])
    expect(await collect(world, NOON + DAY)).toMatchObject({ lines: 1 })
    expect(await lineOf(world, disbursementOf(cooling))).toMatchObject([{ state: 'collected' }])
  })

  it('takes what is due by the cut-off, which is not in the future', async () => {
    await world.ready()
    expect(await refusal(collect(world, NOON, NOON - HOUR))).toBe('nothing-owed')
    expect(await refusal(collect(world, NOON, NOON + 1))).toBe('invalid-request')
  })

  it('of two at once leaves each disbursement on one run', async () => {
    await manyReady(world, 5)
    const other = openStore(world.database)
    const ask = { programme: 'swift', cutOffMs: NOON }
    const both = await Promise.allSettled([
      collect(world),
      other.desk.perform(
        { actor: (await officersOf(world)).sari.actor, atMs: NOON, idempotency: null },
        async (acts) => {
          await acts.collectRun(ask)
          return { status: 201, body: {} }
        },
      ),
    ])
    await other.close()
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await world.count(`SELECT FROM payout_run_line`)).toBe(5)
  })

  it('is refused where the programme pays by itself', async () => {
    const automatic = await openWorld()
    await automatic.ready()
    expect(await refusal(collect(automatic))).toBe('release-automatic')
    await automatic.close()
  })
})

describe('an approval', () => {
  it('covers exactly what was approved: a run that was changed past its guards is refused', async () => {
    const ref = await world.ready()
    const run = await collect(world)
    const proposal = await proposeRun(world, run)
    await world.root.pool.query(`ALTER TABLE payout_run_line DISABLE TRIGGER USER`)
    await world.root.pool.query('UPDATE payout_run_line SET amount = amount * 2 WHERE run = $1', [run.key])
    expect(await agreeToRun(world, proposal)).toMatchObject({ state: 'void', outcomeCode: 'run-changed' })
    expect((await world.store.runs.find(run.key)).state).toBe('proposed')
    expect(await claimed(disbursementOf(ref))).toBe('not-approved')
  })

  it('is not asked for another hash, another sum or a run that is proposed already', async () => {
    await world.ready()
    const run = await collect(world)
    const { sari } = await officersOf(world)
    const wrong = { ...contentOf(run), hash: '0'.repeat(64) }
    const put = { act: 'run-release', content: wrong }
    expect(await refusal(propose(world.store, sari, put, NOON))).toBe('run-changed')
    await proposeRun(world, run, Date.now())
    expect(await refusal(proposeRun(world, run, Date.now()))).toBe('conflict')
  })

  it('adds no line, changes none and loses none: the database refuses', async () => {
    const ref = await world.ready()
    await world.ready()
    const run = await approved(world)
    const refused = (text: string) =>
      expect(world.store.context.database.pool.query(text, [run.key])).rejects.toThrow(
        /permission denied|frozen|no line|append-only/,
      )
    await refused(`UPDATE payout_run_line SET amount = 1 WHERE run = $1`)
    await refused(`DELETE FROM payout_run_line WHERE run = $1`)
    const add = `INSERT INTO payout_run_line (run, disbursement, ref, tranche, region, amount, currency, gateway, account, owed_at)
      SELECT run, 'other', ref, tranche, region, amount, currency, gateway, account, owed_at FROM payout_run_line WHERE run = $1 LIMIT 1`
    await refused(add)
    for (const text of [add, 'UPDATE payout_run_line SET account = gen_random_uuid() WHERE run = $1']) {
      await expect(world.root.pool.query(text, [run.key])).rejects.toThrow(/frozen|no line/)
    }
    expect((await lineOf(world, disbursementOf(ref)))[0]).toMatchObject({ state: 'collected' })
  })

  it('runs out: nothing is claimed or sent again, and what is owed joins the next run', async () => {
    const [late, silent] = [await world.ready(), await world.ready()]
    const run = await approved(world)
    await release(world, run)
    const payout = await world.claim(disbursementOf(silent), NOON + 3 * DAY - HOUR)
    const lost = NOON + 3 * DAY - HOUR + SECOND
    await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: lost, send: 1 })
    for (const enquiry of [1, 2]) {
      const atMs = lost + 2 * TIMING.quietPeriodMs + enquiry - (2 - enquiry) * MINUTE
      await world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs, enquiry })
    }
    expect((await world.advance(silent, lost + 2 * TIMING.quietPeriodMs + 3)).disbursements[0]?.next).toMatchObject({
      kind: 'resend',
    })
    const end = NOON + 3 * DAY
    expect(await claimed(disbursementOf(late), end)).toBe('not-approved')
    expect((await world.store.payouts.reopen(payout, end)).kind).toBe('refused')
    expect(await world.store.runs.look(run.key, AHEAD, end)).toMatchObject({ state: 'closed', dropped: 1 })
    expect(await lineOf(world, disbursementOf(late))).toMatchObject([{ state: 'dropped', reason: 'expired' }])
    expect(await lineOf(world, disbursementOf(silent))).toMatchObject([{ state: 'left', reason: 'in-flight' }])
    expect(await collect(world, end)).toMatchObject({ lines: 1 })
  })

  it('that nobody gave in time releases nothing', async () => {
    await world.ready()
    const run = await collect(world)
    const proposal = await proposeRun(world, run)
    expect(await refusal(agreeToRun(world, proposal, proposal.expiresAt.getTime()))).toBe('proposal-expired')
    expect(await world.store.runs.look(run.key, AHEAD, NOON)).toMatchObject({ state: 'proposed', released: 0 })
  })

  it('covers a retry to the same account, and no other account', async () => {
    const [again, moved] = [await world.ready(), await world.ready()]
    const run = await approved(world)
    await release(world, run)
    const payout = await world.claim(disbursementOf(again))
    await world.observe({ payout, source: 'submit', fact: seenFailed('retry-new'), atMs: NOON + SECOND, send: 1 })
    await world.link(moved, bankAccount(), NOON)
    const later = NOON + DAY + HOUR
    expect(await claimed(disbursementOf(moved), later)).toBe('not-approved')
    await world.store.runs.look(run.key, AHEAD, later)
    expect(await lineOf(world, disbursementOf(moved))).toMatchObject([{ state: 'dropped', reason: 'relink' }])
    expect(await claimed(disbursementOf(again), later)).toBe('claimed')
    expect(await collect(world, later)).toMatchObject({ lines: 1 })
  })

  it('is used up by money that comes back: it is collected and approved again', async () => {
    const ref = await world.ready()
    const run = await approved(world)
    await release(world, run)
    const payout = await paid(ref)
    await release(world, run, NOON + MINUTE)
    await world.observe({ payout, source: 'enquiry', enquiry: 1, fact: seen('returned'), atMs: NOON + HOUR })
    await world.link(ref, bankAccount(), NOON + HOUR)
    const later = NOON + HOUR + DAY
    await world.advance(ref, later)
    expect(await claimed(disbursementOf(ref), later)).toBe('not-approved')
    const next = await approved(world, later)
    await release(world, next, later)
    expect(await claimed(disbursementOf(ref), later)).toBe('claimed')
    expect(await lineOf(world, disbursementOf(ref))).toMatchObject([{ state: 'paid' }, { state: 'released' }])
  })
})
