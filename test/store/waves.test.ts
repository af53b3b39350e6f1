/** Waves and budgets: a list is admitted all or none, within quota and appropriation, whoever else admits at the same time. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Problem } from '../../domain/problem.ts'
import { entitlementTotal, type Programme } from '../../domain/programme.ts'
import { swiftProgramme } from '../support/builders.ts'
import { NOON, openWorld, refusal, WAVE, YEAR, type World } from '../support/world.ts'

const each = entitlementTotal(swiftProgramme())
let world: World

async function waiting(count: number): Promise<string[]> {
  const refs = []
  for (let index = 0; index < count; index += 1) refs.push(await world.register())
  for (const ref of refs) await world.store.lives.screen('swift', ref, NOON)
  return refs
}
const admit = (refs: readonly string[], wave = WAVE) =>
  world.act((acts) => acts.admit({ programme: 'swift', wave, decree: 'SK-1', refs }))
const admitted = () => world.count(`SELECT FROM participant WHERE stage = 'training'`)
const wave = (code = WAVE) =>
  world.one<{ admitted: number; decree: string | null }>('SELECT admitted, decree FROM wave WHERE code = $1', [code])
const committed = async (): Promise<bigint> =>
  (await world.one<{ committed: bigint }>('SELECT committed FROM appropriation')).committed
const appropriate = (amount: bigint) => world.appropriate(amount)

describe('admission', () => {
  beforeEach(async () => {
    world = await openWorld({ quota: 5, budget: each * 4n })
  })
  afterEach(async () => {
    expect(await world.imbalances()).toEqual([])
    await world.close()
  })

  it('reserves the money of everybody on the list, makes their plan and tells their lives', async () => {
    const refs = await waiting(3)
    expect(await admit(refs)).toEqual({ admitted: 3 })
    expect(await committed()).toBe(each * 3n)
    expect(await wave()).toEqual({ admitted: 3, decree: 'SK-1' })
    expect(await world.count('SELECT FROM tranche')).toBe(9)
    expect(await world.count('SELECT FROM commitment WHERE amount = $1', [each])).toBe(3)
    expect(await world.count(`SELECT FROM message WHERE kind = 'admitted'`)).toBe(3)
    expect(await world.count(`SELECT FROM posting WHERE event = 'committed'`)).toBe(3)
  })

  it('takes a person of the list once', async () => {
    const [ref = ''] = await waiting(1)
    expect(await admit([ref, ref, ref])).toEqual({ admitted: 1 })
    expect(await wave()).toMatchObject({ admitted: 1 })
  })

  it('admits nobody when one of the list cannot be, and says who', async () => {
    const [one = '', two = '', three = ''] = await waiting(3)
    await admit([two])
    const problem = await admit([one, two, 'NOBODY', three]).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Problem)
    expect(problem).toMatchObject({ code: 'not-awaiting-admission' })
    expect((problem as Problem).faults.map(({ pointer }) => pointer)).toEqual(['/refs/1', '/refs/2'])
    expect(await admitted()).toBe(1)
  })

  it('never exceeds the quota', async () => {
    await appropriate(each * 100n)
    const refs = await waiting(6)
    expect(await refusal(admit(refs))).toBe('wave-quota-exceeded')
    expect([await admitted(), await committed()]).toEqual([0, 0n])
    expect(await admit(refs.slice(0, 5))).toEqual({ admitted: 5 })
  })

  it('never exceeds the appropriation, to the last sen', async () => {
    const refs = await waiting(5)
    expect(await refusal(admit(refs))).toBe('budget-exceeded')
    expect([await admitted(), (await wave()).admitted]).toEqual([0, 0])
    expect(await admit(refs.slice(0, 4))).toEqual({ admitted: 4 })
    await appropriate(each * 5n - 1n)
    expect(await refusal(admit(refs.slice(4)))).toBe('budget-exceeded')
    await appropriate(each * 5n)
    expect(await admit(refs.slice(4))).toEqual({ admitted: 1 })
  })

  it('of lists that overlap, at the same time, admits each person once or refuses the whole list', async () => {
    const refs = await waiting(4)
    await appropriate(each * 100n)
    await world.act((acts) => acts.openWave({ programme: world.programme, code: 'wave-2', quota: 5, fiscalYear: YEAR }))
    const outcomes = await Promise.allSettled([
      admit(refs.slice(0, 3)),
      admit(refs.slice(1, 4).toReversed(), 'wave-2'),
      admit(refs.slice(0, 2), 'wave-2'),
      admit(refs.slice(2, 4)),
    ])
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'not-awaiting-admission' })
    }
    const total = await admitted()
    expect(total).toBeGreaterThan(1)
    expect((await wave()).admitted + (await wave('wave-2')).admitted).toBe(total)
    expect(await committed()).toBe(each * BigInt(total))
    expect(await world.count('SELECT FROM commitment')).toBe(total)
  })

  it('by many lists at the same time never exceeds quota or budget', async () => {
    const refs = await waiting(6)
    const outcomes = await Promise.allSettled(refs.map((ref) => admit([ref])))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
    expect([await admitted(), await committed()]).toEqual([4, each * 4n])
  })

  it('leaves people who left, and lives that were not screened, out', async () => {
    const unscreened = await world.register()
    expect(await refusal(admit([unscreened]))).toBe('not-awaiting-admission')
    const [left = ''] = await waiting(1)
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref: left, reason: 'asked' }))
    expect(await refusal(admit([left]))).toBe('not-awaiting-admission')
  })

  it('of twenty thousand is one commit, however the list is sorted', { timeout: 120_000 }, async () => {
    const count = 20_000
    await world.root.pool.query("UPDATE wave SET quota = $1 WHERE code = 'wave-1'", [count])
    await appropriate(each * BigInt(count))
    const { rows } = await world.root.pool.query<{ ref: string }>(
      `INSERT INTO participant (programme, ref, programme_version, stage, region, identity_index, identity_index_key, registered_at)
       SELECT 'swift', lpad(n::text, 13, '0'), 1, 'admission', '3204', sha256(n::text::bytea), 'i1', $2
         FROM generate_series(1, $1::int) AS n ORDER BY md5(n::text) RETURNING ref`,
      [count, new Date(NOON)],
    )
    const refs = rows.map(({ ref }) => ref)
    expect(await refusal(admit([...refs, 'NOBODY']))).toBe('not-awaiting-admission')
    expect(await admitted()).toBe(0)
    expect(await admit(refs)).toEqual({ admitted: count })
    expect(await committed()).toBe(each * BigInt(count))
    const told = await world.one(
      `SELECT (SELECT count(DISTINCT ref) FROM participant WHERE stage = 'training') AS participants,
              (SELECT count(DISTINCT ref) FROM tranche) AS plans,
              (SELECT count(DISTINCT ref) FROM posting WHERE event = 'committed') AS postings,
              (SELECT count(DISTINCT ref) FROM audit_event WHERE act = 'admitted') AS audit,
              (SELECT count(DISTINCT ref) FROM message WHERE kind = 'admitted') AS messages`,
    )
    const all = BigInt(count)
    expect(told).toEqual({ participants: all, plans: all, postings: all, audit: all, messages: all })
  })

  it('keeps everybody on the programme version they registered under', async () => {
    await appropriate(each * 100n)
    const [older = ''] = await waiting(1)
    const richer: Programme = {
      ...world.programme,
      version: 2,
      tranches: world.programme.tranches.map((rule) => ({ ...rule, amount: String(BigInt(rule.amount) * 2n) })),
    }
    await world.publish(richer)
    const registered = await world.store.desk.registerAll([
      {
        actor: { person: 'sari', keyId: null, role: null, requestId: null },
        atMs: NOON,
        idempotency: null,
        programme: richer,
        registration: (await import('../support/builders.ts')).registration(),
      },
    ])
    const newer = registered[0] instanceof Problem ? '' : String(registered[0]?.body['ref'])
    await world.store.lives.screen('swift', newer, NOON)
    await admit([older, newer])
    const amounts = await world.root.pool.query<{ ref: string; amount: bigint }>('SELECT ref, amount FROM commitment')
    expect(new Map(amounts.rows.map((row) => [row.ref, row.amount]))).toEqual(
      new Map([
        [older, each],
        [newer, each * 2n],
      ]),
    )
  })
})

describe('waves and money set by people', () => {
  beforeAll(async () => {
    world = await openWorld({ budget: each * 2n })
  })
  afterAll(() => world.close())
  afterEach(async () => {
    expect(await world.imbalances()).toEqual([])
  })

  it('a wave is opened once, on an appropriation, and closed once', async () => {
    const open = (code: string, fiscalYear = YEAR) =>
      world.act((acts) => acts.openWave({ programme: world.programme, code, quota: 1, fiscalYear }))
    await open('wave-3')
    expect(await refusal(open('wave-3'))).toBe('wave-exists')
    expect(await refusal(open('wave-4', 1999))).toBe('not-found')
    const close = () => world.act((acts) => acts.closeWave(world.programme, 'wave-3'))
    await close()
    expect(await refusal(close())).toBe('wave-not-open')
    expect(await refusal(admit(await waiting(1), 'wave-3'))).toBe('wave-not-open')
    expect(await refusal(admit([], 'wave-99'))).toBe('unknown-wave')
  })

  it('an appropriation is raised and lowered, never below what was promised', async () => {
    await admit(await waiting(1))
    await appropriate(each * 5n)
    await appropriate(each)
    await appropriate(each)
    expect(await refusal(appropriate(each - 1n))).toBe('appropriation-too-small')
    await appropriate(each * 3n)
    expect(await world.count(`SELECT FROM posting WHERE event IN ('appropriated', 'disappropriated')`)).toBe(4)
  })

  it('a transfer to a gateway is recorded once', async () => {
    const fund = () =>
      world.act((acts) =>
        acts.recordFunding({ programme: world.programme, gateway: 'sandbox', number: 'SP2D-7', amount: 100n }),
      )
    await fund()
    expect(await refusal(fund())).toBe('conflict')
  })

  it('a published version never changes', async () => {
    expect(await refusal(world.publish(world.programme))).toBe('programme-version-exists')
    await expect(
      world.root.pool.query(`UPDATE programme_version SET definition = '{}' WHERE programme = 'swift'`),
    ).rejects.toThrow('append-only')
  })

  it('what one programme has is not what another may spend', async () => {
    const other: Programme = { ...swiftProgramme(), code: 'other', budgetLine: 'OTHER' }
    await world.publish(other)
    const open = world.act((acts) => acts.openWave({ programme: other, code: 'w', quota: 1, fiscalYear: YEAR }))
    expect(await refusal(open)).toBe('not-found')
  })
})
