/**
 * Random years: people admitted, owed, sent, paid, returned, held and gone, their year ended at a random moment and step by step, while facts go on coming
 * in. In between and in the end the report of each year adds up and the books equal the rows.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { budgetFault } from '../../domain/budget.ts'
import { Problem } from '../../domain/problem.ts'
import { entitlementTotal } from '../../domain/programme.ts'
import { cases, isWhole } from '../support/cases.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import {
  AMOUNT,
  DAY,
  disbursementOf,
  openWorld,
  seen,
  seenFailed,
  SILENCE,
  WAVE,
  YEAR,
  type World,
} from '../support/world.ts'
import { endYear, finishYears, yearOf, YEARS_END } from '../support/years.ts'

const each = entitlementTotal(swiftProgramme())
const ACTS = [
  'admit',
  'train',
  'send',
  'paid',
  'failed',
  'unknown',
  'odd',
  'returned',
  'hold',
  'release',
  'leave',
  'link',
  'advance',
  'step',
] as const
type Kind = (typeof ACTS)[number]
const moves = fc.array(
  fc.record({ act: fc.constantFrom(...ACTS), person: fc.nat(3), days: fc.constantFrom(0, 0, 1, 8) }),
  {
    minLength: 20,
    maxLength: 45,
  },
)

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close().catch(() => undefined))

async function newWorld(): Promise<World> {
  await world.close()
  world = await openWorld()
  await world.appropriate(each * 50n, YEAR + 1)
  return world
}

class Year {
  readonly people: string[] = []
  nowMs = YEARS_END - 20 * DAY

  async play(kind: Kind, person: number, days: number): Promise<void> {
    this.nowMs += days * DAY
    if (kind === 'admit') return void this.people.push(await world.admit({}, this.nowMs))
    if (kind === 'step') return void (await world.store.years.goOn(this.nowMs))
    const ref = this.people[person % Math.max(1, this.people.length)]
    if (ref === undefined) return
    const of = { programme: 'swift', ref, reason: 'x' }
    switch (kind) {
      case 'train':
        return void (await world.train(ref, this.nowMs))
      case 'advance':
        return void (await world.advance(ref, this.nowMs))
      case 'link':
        return world.link(ref, bankAccount(), this.nowMs)
      case 'hold':
        return void (await world.act((acts) => acts.hold(of), this.nowMs))
      case 'release':
        return void (await world.act((acts) => acts.release(of), this.nowMs))
      case 'leave':
        return void (await world.act((acts) => acts.withdraw(of), this.nowMs))
      case 'send':
        return this.send(ref)
      default:
        return this.tell(ref, kind)
    }
  }

  private async send(ref: string): Promise<void> {
    if ((await world.count('SELECT FROM disbursement WHERE key = $1', [disbursementOf(ref)])) === 0) return
    const draft = await world.store.claims.draft(disbursementOf(ref), this.nowMs)
    if (draft.kind === 'draft') await world.store.claims.claim(draft, Buffer.from('{}'), this.nowMs)
  }

  private async tell(ref: string, kind: 'paid' | 'failed' | 'unknown' | 'odd' | 'returned'): Promise<void> {
    const { rows } = await world.root.pool.query<{ key: string; sends: number }>(
      'SELECT key, sends FROM payout WHERE disbursement = $1 ORDER BY n DESC LIMIT 1',
      [disbursementOf(ref)],
    )
    const [payout] = rows
    if (!payout) return
    const facts = {
      paid: seen('paid'),
      failed: seenFailed('needs-account'),
      odd: seen('paid', { amount: { minor: AMOUNT - 1n, currency: 'IDR' } }),
      returned: seen('returned'),
      unknown: SILENCE,
    }
    const of = { payout: payout.key, fact: facts[kind], atMs: this.nowMs }
    await world.observe(
      kind === 'unknown' ? { ...of, source: 'submit', send: payout.sends } : { ...of, source: 'callback' },
    )
  }
}

async function addsUp(): Promise<void> {
  for (const year of [YEAR, YEAR + 1]) {
    const { total, waves } = await world.store.reads.budget('swift', year)
    expect(budgetFault(total, waves)).toBeNull()
  }
  expect(await world.imbalances()).toEqual([])
}

it('a year adds up at every moment, however it goes and whenever it ends', async () => {
  const met = new Map<string, number>()
  const property = fc.asyncProperty(moves, fc.nat(30), async (played, endsAfter) => {
    await newWorld()
    const year = new Year()
    // Somebody is owed from the beginning.
    for (let person = 0; person < 3; person += 1) year.people.push(await world.ready({}, year.nowMs))
    for (const [index, move] of played.entries()) {
      if (index === Math.min(endsAfter, played.length - 1))
        await endYear(world, (year.nowMs = Math.max(year.nowMs, YEARS_END)))
      await year.play(move.act, move.person, move.days).catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error
      })
      if (move.act === 'step' || index % 4 === 0) await addsUp()
    }
    await finishYears(world.store, year.nowMs)
    await addsUp()
    const ended = await yearOf(world)
    expect(ended).toMatchObject({ state: 'closed', refusal: null })
    if (ended.lapsed > 0n) met.set('lapsed', 1)
    if (ended.carried > 0n) met.set('carried', 1)
    const { total } = await world.store.reads.budget('swift', YEAR)
    expect(total).toMatchObject({ committed: 0n, inFlight: 0n, carriedOver: ended.carried })
    const next = await world.store.reads.budget('swift', YEAR + 1)
    expect(next.total.carriedIn).toBe(ended.carried)
    expect(
      await world.count(
        `SELECT FROM disbursement d JOIN payout y ON y.disbursement = d.key WHERE y.money = 'clearing' AND d.state = 'lapsed' AND d.reason = 'year-end'`,
      ),
    ).toBe(0)
    expect(await world.count('SELECT FROM wave WHERE code = $1', [WAVE])).toBe(1)
  })
  await fc.assert(property, {
    numRuns: cases(8),
    interruptAfterTimeLimit: 40_000,
    markInterruptAsFailure: false,
    endOnFailure: true,
  })
  if (isWhole) expect([...met.keys()].toSorted()).toEqual(['carried', 'lapsed'])
}, 180_000)
