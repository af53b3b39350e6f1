/** What gateways take for themselves: reserved before it can be taken, taken by the statement's lines, freed at the end, and never more. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runHash } from '../../domain/payout-run.ts'
import { Problem } from '../../domain/problem.ts'
import type { FeeRule, Programme } from '../../domain/programme.ts'
import { entitlementTotal } from '../../domain/programme.ts'
import { auditWithin } from '../support/audited.ts'
import { registration, swiftProgramme } from '../support/builders.ts'
import { agreeToRun, approvedProgramme, collect, officersOf, proposeRun, release } from '../support/runs.ts'
import { submitted } from '../support/sent.ts'
import { line, NEXT, reconciling, type Paid } from '../support/statements.ts'
import { agree } from '../support/two-people.ts'
import {
  AMOUNT,
  DAY,
  disbursementOf,
  HOUR,
  NOON,
  openWorld,
  refusal,
  seen,
  WAVE,
  YEAR,
  type World,
} from '../support/world.ts'
import { endYear, finishYears, YEARS_END, yearOf } from '../support/years.ts'

const FEE = 250_000n
const FEES: readonly FeeRule[] = [{ gateway: 'sandbox', amount: FEE.toString(), times: 1 }]
const withFees = (programme: Programme, fees = FEES): Programme => ({
  ...programme,
  payment: { ...programme.payment, fees },
})
const each = entitlementTotal(swiftProgramme())

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()

let world: World
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const balance = async (account: string): Promise<bigint> => {
  const { sum } = await world.one<{ sum: bigint }>(
    `SELECT coalesce(sum(CASE WHEN credit = $1 THEN amount ELSE -amount END), 0)::bigint AS sum FROM posting WHERE $1 IN (credit, debit)`,
    [account],
  )
  return sum
}
const reserve = (source: string) =>
  world.one<{ reserved: bigint; spent: bigint; freed: bigint }>(
    'SELECT reserved, spent, freed FROM fee_reserve WHERE source = $1',
    [source],
  )
const paid = async (ref: string, atMs: number): Promise<Paid> => {
  const payout = await world.claim(disbursementOf(ref), atMs)
  const { reference } = await world.one<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [payout])
  await world.observe(submitted(payout, seen('paid', { gatewayId: `po_${payout}` }), atMs))
  return { payout, reference, ref }
}
const fee = (of: Paid, id: string, amount = FEE) => line(of, { id, type: 'fee', amount })
const CARRIED = `carried:${YEAR + 1}:swift:${WAVE}`

/** What the auditor finds, by some of its checks. */
async function audited(only: readonly string[], tamper = 'SELECT 1') {
  const client = await world.root.pool.connect()
  await client.query('BEGIN')
  await client.query('SET LOCAL session_replication_role = replica')
  await client.query(tamper)
  const { findings } = await auditWithin(client, new Map(), YEARS_END + 30 * DAY, { only })
  await client.query('ROLLBACK')
  client.release()
  return findings
}

const open = async () =>
  (await world.store.statements.discrepancies({ programmes: null, isOpen: true }, { limit: 9, after: null })).rows

describe('a payout run', () => {
  const open2 = async (more: bigint) => {
    world = await openWorld({
      programme: withFees(approvedProgramme({ canary: { lines: 9, pause: 'PT0S' } })),
      budget: each * 2n + more,
    })
  }

  /** Two people are owed, and their run was released. */
  async function released(): Promise<{ run: Awaited<ReturnType<typeof collect>>; refs: string[] }> {
    const refs = [await world.ready(), await world.ready()]
    const run = await collect(world, NOON)
    await agreeToRun(world, await proposeRun(world, run, NOON), NOON)
    await release(world, run, NOON)
    return { run, refs }
  }

  it('reserves what it can cost in fees, in what is hashed and signed', async () => {
    await open2(2n * FEE)
    const { run } = await released()
    expect(run.fees).toBe(2n * FEE)
    const { rows: lines } = await world.store.runs.lines(run.key, { limit: 9, after: null })
    const approved = lines.map(({ disbursement, amount, currency, gateway, account, fee: own }) => ({
      disbursement,
      amount,
      currency,
      gateway,
      account,
      fee: own,
    }))
    expect(runHash(run.key, 'swift', approved, sha256)).toBe(run.hash.toString('hex'))
    expect(await balance('budget:fee-reserved')).toBe(2n * FEE)
    const report = await world.store.reads.budget('swift', YEAR)
    expect(report.total).toMatchObject({ available: 0n, feesReserved: 2n * FEE, feesSpent: 0n })
  })

  it('is not collected at all when the appropriation cannot cover its fees', async () => {
    await open2(2n * FEE - 1n)
    await world.ready()
    await world.ready()
    expect(await refusal(collect(world, NOON))).toBe('budget-exceeded')
    expect(await world.count('SELECT FROM payout_run')).toBe(0)
    await world.appropriate(each * 2n + 2n * FEE)
    expect((await collect(world, NOON)).fees).toBe(2n * FEE)
    expect(await refusal(world.appropriate(each * 2n))).toBe('appropriation-too-small')
  })

  it('a fee on the statement is taken from its reserve, and one that is not covered is a difference in suspense', async () => {
    await open2(2n * FEE)
    const at = reconciling(world)
    const { run, refs } = await released()
    const sent = [await paid(refs[0] ?? '', NOON), await paid(refs[1] ?? '', NOON)] as const
    await at.reconcile([line(sent[0]), line(sent[1]), fee(sent[0], 'f1'), fee(sent[1], 'f2'), fee(sent[1], 'f3', 1n)])
    expect(await reserve(`run:${run.key}`)).toEqual({ reserved: 2n * FEE, spent: 2n * FEE, freed: 0n })
    expect(await open()).toMatchObject([{ class: 'fee', difference: -1n, over_reserve: true }])
    expect([
      await balance('budget:fee-spent'),
      -(await balance('funds:fee')),
      -(await balance('funds:suspense-out')),
    ]).toEqual([2n * FEE, 2n * FEE, 1n])
    const [found] = await open()
    const content = { discrepancy: found?.id, resolution: 'written-off', difference: '-1' }
    const { sari, budi } = await officersOf(world)
    expect(
      await agree(world.store, [sari, budi], { act: 'discrepancy-resolution', content }, NOON + HOUR),
    ).toMatchObject({ state: 'executed' })
    expect(-(await balance('funds:write-off'))).toBe(1n)
  })

  it('a fee that a corrected statement has no more is there to be taken again', async () => {
    await open2(2n * FEE)
    const at = reconciling(world)
    const { run, refs } = await released()
    const sent = await paid(refs[0] ?? '', NOON)
    await at.reconcile([line(sent), fee(sent, 'f1')])
    await at.reconcile([line(sent)], { version: 2 })
    expect(await reserve(`run:${run.key}`)).toMatchObject({ spent: 0n })
    expect([await balance('budget:fee-spent'), await balance('funds:fee')]).toEqual([0n, 0n])
  })

  it('frees what it did not send when it closes, and keeps what its gateway may still take', async () => {
    await open2(2n * FEE)
    const at = reconciling(world)
    const { run, refs } = await released()
    const sent = await paid(refs[0] ?? '', NOON)
    await world.act((acts) => acts.hold({ programme: 'swift', ref: refs[1] ?? '', reason: 'a doubt' }), NOON)
    expect(await world.store.runs.look(run.key, [], NOON + HOUR)).toMatchObject({ state: 'closed' })
    expect(await reserve(`run:${run.key}`)).toEqual({ reserved: 2n * FEE, spent: 0n, freed: FEE })
    expect(await balance('budget:available')).toBe(FEE)
    await at.reconcile([line(sent), fee(sent, 'f1')])
    expect(await reserve(`run:${run.key}`)).toEqual({ reserved: 2n * FEE, spent: FEE, freed: FEE })
    expect(await open()).toEqual([])
  })

  it('keeps what its gateway may still take for one line when another one was charged more than was planned', async () => {
    await open2(each + 3n * FEE)
    const refs = [await world.ready(), await world.ready(), await world.ready()]
    const run = await collect(world, NOON)
    await agreeToRun(world, await proposeRun(world, run, NOON), NOON)
    await release(world, run, NOON)
    const at = reconciling(world)
    const [one, other] = [await paid(refs[0] ?? '', NOON), await paid(refs[1] ?? '', NOON)]
    await at.reconcile([line(one), line(other), fee(one, 'f1', 2n * FEE)])
    await world.act((acts) => acts.hold({ programme: 'swift', ref: refs[2] ?? '', reason: 'a doubt' }), NOON)
    expect(await world.store.runs.look(run.key, [], NOON + HOUR)).toMatchObject({ state: 'closed' })
    expect(await reserve(`run:${run.key}`)).toEqual({ reserved: 3n * FEE, spent: 2n * FEE, freed: 0n })
  })

  it('what was taken of it is found by its reserve, among all that ever differed', async () => {
    await open2(2n * FEE)
    const { rows } = await world.root.pool.query<{ plan: string }>(
      `SELECT indexdef AS plan FROM pg_indexes WHERE tablename = 'discrepancy' AND indexdef LIKE '%(fee_reserve)%'`,
    )
    expect(rows).toHaveLength(1)
  })

  it('of what went over in December is reserved from the next year, and in January from the year it is owed from', async () => {
    await open2(4n * FEE)
    const held = await world.ready()
    const january = await collect(world, NOON + 45 * DAY)
    const yearOf = (run: string) =>
      world.one(
        'SELECT fiscal_year FROM fee_reserve r JOIN appropriation a ON a.id = r.appropriation WHERE source = $1',
        [`run:${run}`],
      )
    expect(await yearOf(january.key)).toEqual({ fiscal_year: YEAR })
    await world.act((acts) => acts.discardRun({ run: january.key, reason: 'a wrong day' }), NOON + 45 * DAY)
    await world.act((acts) => acts.hold({ programme: 'swift', ref: held, reason: 'a doubt' }), NOON)
    await world.appropriate(each * 10n, YEAR + 1)
    await endYear(world)
    await finishYears(world.store)
    expect(await world.one('SELECT fiscal_year FROM disbursement WHERE key = $1', [disbursementOf(held)])).toEqual({
      fiscal_year: YEAR + 1,
    })
    await world.act((acts) => acts.release({ programme: 'swift', ref: held, reason: 'no doubt' }), NOON + 28 * DAY)
    const december = await collect(world, NOON + 28 * DAY + HOUR)
    expect(await yearOf(december.key)).toEqual({ fiscal_year: YEAR + 1 })
  })

  it('frees all of it when one person drops it', async () => {
    await open2(2n * FEE)
    await world.ready()
    const run = await collect(world, NOON)
    await world.act((acts) => acts.discardRun({ run: run.key, reason: 'a wrong day' }), NOON)
    expect(await reserve(`run:${run.key}`)).toEqual({ reserved: FEE, spent: 0n, freed: FEE })
  })

  it('and a decree at the same time never take together what is there for one', async () => {
    await open2(each)
    await world.ready()
    await world.ready()
    const ref = await world.register()
    await world.store.lives.screen('swift', ref, NOON)
    const admitting = world.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK-2', refs: [ref] }))
    const ends = await Promise.allSettled([collect(world, NOON), admitting])
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const left = await balance('budget:available')
    expect([0n, each - 2n * FEE]).toContain(left)
  })

  it('its reserve is refused any other sum by the database', async () => {
    await open2(2n * FEE)
    const { run } = await released()
    const { pool } = world.store.context.database
    for (const set of ['reserved = reserved + 1', `spent = reserved + 1`, 'freed = reserved + 1', `source = 'run:x'`]) {
      await expect(
        pool.query(`UPDATE fee_reserve SET ${set} WHERE source = $1`, [`run:${run.key}`]),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^(23|42)/) })
    }
  })
})

describe('people who are paid without a run', () => {
  beforeEach(async () => {
    world = await openWorld({ programme: withFees(swiftProgramme()), budget: each + 3n * FEE })
  })

  it('have the fees of all their tranches reserved when they are admitted, from their wave', async () => {
    const at = reconciling(world)
    const sent = await paid(await world.ready(), NOON)
    expect(await reserve(`wave:swift:${WAVE}`)).toEqual({ reserved: 3n * FEE, spent: 0n, freed: 0n })
    await at.reconcile([line(sent), fee(sent, 'f1')])
    await at.reconcile([fee(sent, 'f2', 3n * FEE)], { day: NEXT })
    expect(await reserve(`wave:swift:${WAVE}`)).toMatchObject({ spent: FEE })
    expect(await open()).toMatchObject([{ class: 'fee', difference: -3n * FEE }])
  })

  it('are not admitted when the appropriation covers their incentives and not their fees', async () => {
    await world.appropriate(each + 3n * FEE - 1n)
    const ref = await world.register()
    await world.store.lives.screen('swift', ref, NOON)
    expect(
      await refusal(world.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK-1', refs: [ref] }))),
    ).toBe('budget-exceeded')
  })

  it('at the end of the year nothing stays reserved, and who goes over has the fees of what is left in the next', async () => {
    await world.appropriate(each * 2n + 6n * FEE)
    await world.appropriate(each * 10n, YEAR + 1)
    const at = reconciling(world)
    const begun = await paid(await world.ready(), NOON)
    const held = await world.ready()
    await world.act((acts) => acts.hold({ programme: 'swift', ref: held, reason: 'a doubt' }), NOON)
    await at.reconcile([line(begun), fee(begun, 'f1')])
    await endYear(world)
    await finishYears(world.store)
    expect(await reserve(`wave:swift:${WAVE}`)).toEqual({ reserved: 6n * FEE, spent: FEE, freed: 5n * FEE })
    expect(await reserve(CARRIED)).toEqual({ reserved: 5n * FEE, spent: 0n, freed: 0n })
    expect((await world.store.reads.budget('swift', YEAR)).total).toMatchObject({ feesReserved: 0n, feesSpent: FEE })
    const next = (await world.store.reads.budget('swift', YEAR + 1)).total
    expect(next).toMatchObject({ feesReserved: 5n * FEE, feesSpent: 0n })
    await world.act((acts) => acts.release({ programme: 'swift', ref: held, reason: 'no doubt' }), YEARS_END + DAY)
    const later = await paid(held, YEARS_END + 2 * DAY)
    await at.reconcile([line(later), fee(later, 'f2'), fee(begun, 'f3')], { day: NEXT })
    expect(await reserve(CARRIED)).toEqual({ reserved: 5n * FEE, spent: FEE, freed: 0n })
    expect((await open()).filter((one) => one.class === 'fee')).toMatchObject([
      { payout: begun.payout, over_reserve: true },
    ])
    expect(await audited(['fees', 'ledger', 'limits'])).toEqual([])
    const more = `UPDATE fee_reserve SET reserved = reserved + 1 WHERE source = '${CARRIED}'`
    expect(await audited(['fees'], more)).toMatchObject([{ kind: 'changed', entity: 'fee_reserve', key: CARRIED }])
  })

  it('what a corrected statement gives back to a year that has ended is freed at once', async () => {
    await world.appropriate(each * 10n, YEAR + 1)
    const at = reconciling(world)
    const sent = await paid(await world.ready(), NOON)
    await at.reconcile([line(sent), fee(sent, 'f1')])
    await endYear(world)
    await finishYears(world.store)
    expect(await reserve(`wave:swift:${WAVE}`)).toEqual({ reserved: 3n * FEE, spent: FEE, freed: 2n * FEE })
    await at.reconcile([line(sent)], { version: 2 })
    expect(await reserve(`wave:swift:${WAVE}`)).toEqual({ reserved: 3n * FEE, spent: 0n, freed: 3n * FEE })
    expect(await audited(['fees', 'ledger', 'limits'])).toEqual([])
  })

  it('their year does not end while the next one covers their incentives and not their fees', async () => {
    await world.ready()
    const over = each - AMOUNT + 2n * FEE
    await world.appropriate(over - 1n, YEAR + 1)
    expect(await refusal(endYear(world))).toBe('budget-exceeded')
    await world.appropriate(over, YEAR + 1)
    await endYear(world)
    await finishYears(world.store)
    expect(await reserve(CARRIED)).toMatchObject({ reserved: 2n * FEE })
  })

  it('a year that the next one cannot take over with its fees waits, and goes on when that has more', async () => {
    await world.ready()
    const over = each - AMOUNT + 2n * FEE
    await world.appropriate(over, YEAR + 1)
    await endYear(world)
    await world.appropriate(over - 1n, YEAR + 1)
    await finishYears(world.store)
    expect(await yearOf(world)).toMatchObject({ state: 'returned', refusal: expect.stringMatching(/^budget-exceeded/) })
    expect(await world.count(`SELECT FROM fee_reserve WHERE source LIKE 'carried:%'`)).toBe(0)
    await world.appropriate(over, YEAR + 1)
    await finishYears(world.store)
    expect(await yearOf(world)).toMatchObject({ state: 'closed', refusal: null })
  })
})

it('who was admitted before their programme knew of fees has none in the budget, now or in the next year', async () => {
  world = await openWorld({ budget: each * 2n + 3n * FEE })
  const at = reconciling(world)
  const early = await world.ready()
  const sent = await paid(early, NOON)
  const programme = { ...withFees(swiftProgramme()), version: 2 }
  await world.publish(programme)
  const actor = { person: 'sari', keyId: null, role: null, requestId: null }
  const asked = { actor, atMs: NOON, idempotency: null, programme, registration: registration() }
  const [answer] = await world.store.desk.registerAll([asked])
  const late = answer instanceof Problem ? '' : String(answer?.body['ref'])
  await world.store.lives.screen('swift', late, NOON)
  await world.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK-2', refs: [late] }))
  expect(await reserve(`wave:swift:${WAVE}`)).toMatchObject({ reserved: 3n * FEE })
  await at.reconcile([line(sent), fee(sent, 'f1')])
  expect(await open()).toEqual([])
  expect(await reserve(`wave:swift:${WAVE}`)).toMatchObject({ spent: 0n })
  await world.appropriate(each * 10n, YEAR + 1)
  await endYear(world)
  await finishYears(world.store)
  expect(await reserve(CARRIED)).toMatchObject({ reserved: 3n * FEE })
  expect(await audited(['fees', 'ledger', 'limits'])).toEqual([])
})

it('a programme that says nothing of fees has none in its budget', async () => {
  world = await openWorld()
  const at = reconciling(world)
  const sent = await at.send()
  await at.reconcile([line(sent), fee(sent, 'f1')])
  expect(await open()).toEqual([])
  expect(-(await balance('funds:fee'))).toBe(FEE)
})
