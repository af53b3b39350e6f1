/** Money a programme may spend: set by people, one after another or at once; what comes back may be promised again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { entitlementTotal } from '../../domain/programme.ts'
import { setAppropriation } from '../../store/budgets.ts'
import { swiftProgramme } from '../support/builders.ts'
import { gate } from '../support/gate.ts'
import {
  DAY,
  disbursementOf,
  NOON,
  OPERATOR,
  openWorld,
  refusal,
  seen,
  WAVE,
  YEAR,
  type World,
} from '../support/world.ts'

const each = entitlementTotal(swiftProgramme())
let world: World
beforeEach(async () => {
  world = await openWorld({ budget: each * 2n })
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const appropriate = (amount: bigint, fiscalYear = YEAR) => world.appropriate(amount, fiscalYear)
const appropriation = async (fiscalYear = YEAR) => {
  const found = (await world.store.reads.appropriations('swift')).find((one) => one.fiscalYear === fiscalYear)
  if (!found) throw new Error('no appropriation')
  return { amount: BigInt(found.amount), committed: BigInt(found.committed), available: BigInt(found.available) }
}
const waiting = async (): Promise<string> => {
  const ref = await world.register()
  await world.store.lives.screen('swift', ref, NOON)
  return ref
}
const admit = (refs: readonly string[]) =>
  world.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK-2', refs }))

describe('an appropriation', () => {
  it('set for the first time by two at once is what the second said, and posted as that', async () => {
    const ending = gate()
    const isSet = gate()
    const fiscalYear = YEAR + 1
    const first = world.inSql(async (sql) => {
      const appropriation = { programme: world.programme, fiscalYear, number: 'DIPA-3', amount: each * 5n }
      await setAppropriation(sql, appropriation, OPERATOR, NOON)
      isSet.open()
      await ending.opened
    })
    await isSet.opened
    const second = appropriate(each * 3n, fiscalYear)
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    await expect.poll(() => world.count(waiting)).toBe(1)
    ending.open()
    await Promise.all([first, second])
    expect(await world.imbalances()).toEqual([])
    expect(await appropriation(fiscalYear)).toEqual({ amount: each * 3n, committed: 0n, available: each * 3n })
  })

  it('that is changed leaves on record everything it was and everything it became', async () => {
    const fiscalYear = YEAR + 2
    const set = (number: string, amount: bigint) =>
      world.inSql((sql) =>
        setAppropriation(sql, { programme: world.programme, fiscalYear, number, amount }, OPERATOR, NOON),
      )
    await set('DIPA-1', each)
    await set('DIPA-2', each * 2n)
    const { rows } = await world.root.pool.query(
      `SELECT before, after FROM audit_event WHERE act = 'appropriation-set' AND (after ->> 'fiscalYear')::int = $1 ORDER BY id`,
      [fiscalYear],
    )
    const { budgetLine, currency } = world.programme
    const was = { number: 'DIPA-1', amount: String(each), committed: '0', fiscalYear, budgetLine, currency }
    expect(rows).toEqual([
      { before: { number: null }, after: was },
      { before: was, after: { ...was, number: 'DIPA-2', amount: String(each * 2n) } },
    ])
  })

  it('set for the first time by many at once is posted for what it came to', async () => {
    const amounts = [each, each * 5n, each * 3n, each * 7n]
    await Promise.all(amounts.map((amount) => appropriate(amount, YEAR + 1)))
    expect(await world.imbalances()).toEqual([])
    expect(amounts).toContain((await appropriation(YEAR + 1)).amount)
    expect(await world.count('SELECT FROM appropriation WHERE fiscal_year = $1', [YEAR + 1])).toBe(1)
  })

  it('lowered below what was promised at the same moment is refused, never an error', async () => {
    await appropriate(each * 10n)
    const refs = [await waiting(), await waiting(), await waiting()]
    const outcomes = await Promise.allSettled([admit(refs), appropriate(each), appropriate(each - 1n)])
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(['appropriation-too-small', 'budget-exceeded']).toContain((outcome.reason as { code: string }).code)
      }
    }
    const { amount, committed } = await appropriation()
    expect(committed).toBeLessThanOrEqual(amount)
  })
})

describe('money that comes back', () => {
  it('from a life that ended may be promised to somebody else', async () => {
    const gone = await world.admit()
    await world.admit()
    expect(await appropriation()).toMatchObject({ committed: each * 2n, available: 0n })
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref: gone, reason: 'asked' }))
    await world.advance(gone)
    expect(await appropriation()).toMatchObject({ committed: each, available: each })
    await world.admit()
    expect(await appropriation()).toMatchObject({ committed: each * 2n, available: 0n })
    expect(await refusal(world.admit())).toBe('budget-exceeded')
  })

  it('is no longer promised when an appropriation is lowered to what is', async () => {
    const gone = await world.admit()
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref: gone, reason: 'asked' }))
    await world.advance(gone)
    await world.admit()
    expect(await refusal(appropriate(each - 1n))).toBe('appropriation-too-small')
    await appropriate(each)
    expect(await appropriation()).toEqual({ amount: each, committed: each, available: 0n })
  })

  it('is only the part that was not spent', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: NOON, send: 1 })
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'asked' }))
    await world.advance(ref, NOON + DAY)
    expect(await appropriation()).toMatchObject({ committed: 60_000_000n, available: each * 2n - 60_000_000n })
  })

  it('while many are admitted and many leave, is never promised twice', async () => {
    const leaving = [await world.admit(), await world.admit()]
    const refs = await Promise.all(Array.from({ length: 5 }, () => waiting()))
    const leave = async (ref: string): Promise<void> => {
      await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'asked' }))
      await world.advance(ref)
    }
    const outcomes = await Promise.allSettled([...leaving.map(leave), ...refs.map((ref) => admit([ref]))])
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'budget-exceeded' })
    }
    const { promised } = await world.one<{ promised: bigint }>(
      'SELECT coalesce(sum(amount - released), 0)::bigint AS promised FROM commitment',
    )
    expect(promised).toBeLessThanOrEqual(each * 2n)
    await Promise.allSettled(refs.map((ref) => admit([ref])))
    expect((await appropriation()).available).toBe(0n)
  })
})
