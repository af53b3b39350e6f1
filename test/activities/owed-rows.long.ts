/**
 * Every row of the disbursement machine: what the answers of the simulator cause is played through it over HTTP, what people or the calendar cause
 * is done to what was brought there through it. The rows are asked of the machine itself.
 */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { openStage, type Stage } from '../sandbox/stage.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { deducting, type Deducting } from '../support/deductions.ts'
import { disbursementRows } from '../support/machine-rows.ts'
import { begin, goOn, openPlaying, statesOf, untilAt, type Part, type Playing } from '../support/played.ts'
import { endYear, finishYears, YEARS_END } from '../support/years.ts'
import { AMOUNT, DAY, disbursementOf, MINUTE, NOON, SECOND, YEAR } from '../support/world.ts'

let at: Playing
let deductions: Deducting
/** Where our money is enough for one payment and a half. */
let small: Stage
beforeAll(async () => {
  const { payment, ...rest } = swiftProgramme()
  const programme = { ...rest, payment: { ...payment, releaseAfter: 'P2D' as const } }
  const timing = { quietPeriodMs: MINUTE, giveUpMs: 3 * MINUTE, outcomeWithinMs: 0 }
  // Slow enough that what contradicts an answer never comes before it.
  at = await openPlaying({ timeFactor: 0.1, timing }, { programme })
  await at.world.appropriate(1_000_000_000_000n, YEAR + 1)
  deductions = await deducting(at.world)
  small = await openStage({
    startsAtMs: NOON,
    openingBalanceMinor: (AMOUNT * 3n) / 2n,
    hear: async (heard) => void (await at.hear(heard)),
  })
})
afterAll(async () => {
  expect(await at.world.imbalances()).toEqual([])
  await at.close()
  await small.close()
})

const state = async (key: string): Promise<string> => (await statesOf(at, key))[1]

/** Somebody whose first incentive stands at rest there: as owed, as released, or where the simulator's answer to its payment leaves it. */
const AT_REST = {
  owed: null,
  released: null,
  'needs-account': '10',
  failed: '26',
  // The last: whoever waits for our money at the gateway keeps others waiting.
  'float-short': '22',
} as const
type AtRest = keyof typeof AT_REST
const RESTS = Object.keys(AT_REST) as AtRest[]

async function bring(to: AtRest): Promise<Part> {
  at.nowMs = NOON
  const scenario = AT_REST[to]
  const part = await begin(at, scenario ?? '00')
  if (to === 'owed') return part
  at.nowMs = NOON + 2 * DAY
  await at.world.advance(part.ref, at.nowMs)
  if (scenario !== null) await goOn(at, part, { stopAt: to })
  expect(await state(part.disbursement)).toBe(to)
  return part
}

/** Somebody paid once, whose second incentive is owed, and with it the time at which it is. */
async function paidOnce(stage?: Stage): Promise<Part & { readonly second: string }> {
  at.nowMs = NOON
  const part = await begin(at)
  const of = { programme: 'swift', ref: part.ref }
  at.nowMs = NOON + 2 * DAY
  await at.world.advance(part.ref, at.nowMs)
  await at.activities(stage?.gateway).submit({ ...of, disbursement: part.disbursement })
  await untilAt(at, part.disbursement, 'paid', 'paid')
  at.nowMs = NOON + 33 * DAY
  await at.world.advance(part.ref, at.nowMs)
  return { ...part, second: disbursementOf(part.ref, 'incentive-2') }
}

/** What was paid comes back there, and the account with it is of no use. */
async function comeBack(stage: Stage, { disbursement }: Part): Promise<void> {
  const payout = await at.world.one<{ id: string }>('SELECT gateway_id AS id FROM payout WHERE key = $1', [
    `${disbursement}#1`,
  ])
  expect(await stage.call('POST', `/admin/payouts/${payout.id}/return`)).toMatchObject({ status: 200 })
  await untilAt(at, disbursement, 'returned', 'needs-account')
}

describe.each(RESTS)('what is %s', (to) => {
  it('is deducted whole, and is paid', async () => {
    const { disbursement } = await bring(to)
    expect(await deductions.deduct(disbursement, null, AMOUNT, at.nowMs + DAY)).toMatchObject({ state: 'executed' })
    expect(await state(disbursement)).toBe('paid')
  })

  it('is cancelled with the person who leaves', async () => {
    const { ref, disbursement } = await bring(to)
    await at.world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'has found work' }), at.nowMs)
    await at.world.advance(ref, at.nowMs)
    expect(await state(disbursement)).toBe('cancelled')
  })
})

describe('what one payment says about another', () => {
  it('an account that failed with another payment is asked for where this one is owed', async () => {
    const part = await paidOnce()
    expect(await state(part.second)).toBe('owed')
    await comeBack(at.stage, part)
    await at.world.advance(part.ref, at.nowMs + 2 * DAY)
    expect(await state(part.second)).toBe('needs-account')
  })

  it('and where it is released', async () => {
    const part = await paidOnce()
    await at.world.advance(part.ref, at.nowMs + 2 * DAY)
    expect(await state(part.second)).toBe('released')
    await comeBack(at.stage, part)
    await at.world.advance(part.ref, at.nowMs + 2 * DAY)
    expect(await state(part.second)).toBe('needs-account')
  })

  it('and where our money was short for it', async () => {
    const part = await paidOnce(small)
    at.nowMs += 2 * DAY
    await at.world.advance(part.ref, at.nowMs)
    const of = { programme: 'swift', ref: part.ref }
    await at.activities(small.gateway).submit({ ...of, disbursement: part.second })
    await untilAt(at, part.second, 'failed', 'float-short')
    await comeBack(small, part)
    await at.world.advance(part.ref, at.nowMs)
    expect(await state(part.second)).toBe('needs-account')
  })
})

describe('what goes on', () => {
  it.each(['needs-account', 'failed'] as const)('from %s with another account', async (to) => {
    const { ref, disbursement } = await bring(to)
    await at.world.link(ref, bankAccount(), at.nowMs + SECOND)
    await at.world.advance(ref, at.nowMs + 2 * DAY)
    expect(await state(disbursement)).toBe('released')
  })

  it('from float-short when there is money again', async () => {
    const part = await bring('float-short')
    await at.stage.call('POST', '/admin/top-up', { amount: '1000000' })
    await goOn(at, part)
    expect(await state(part.disbursement)).toBe('paid')
  })

  it.each([
    ['a gateway that does not reach its institution', 'failed', { institution: 'ID.ELSEWHERE' }],
    ['a number that its bank does not have', 'needs-account', { number: '12345' }],
  ])('released, and refused before it is sent for %s: %s', async (_what, to, wrong) => {
    at.nowMs = NOON
    const ref = await at.world.ready({ account: { ...bankAccount(), ...wrong } }, NOON)
    at.nowMs = NOON + 2 * DAY
    await at.world.advance(ref, at.nowMs)
    await at.activities().submit({ programme: 'swift', ref, disbursement: disbursementOf(ref) })
    expect(await statesOf(at, disbursementOf(ref))).toEqual(['none', to])
  })

  it.each([
    ['00', '0', 'paid'],
    ['20', '2', 'released'],
    ['30', '0', 'needs-account'],
    ['35', '0', 'review'],
  ] as const)('in flight in scenario %s%s, through %s', async (scenario, digit, to) => {
    const part = await sent(scenario, digit)
    await goOn(at, part, { stopAt: to })
    await expect.poll(() => state(part.disbursement), { timeout: 10_000 }).toBe(to)
  })
})

/** Somebody whose first incentive may be sent now. */
async function sent(scenario: string, digit = '0'): Promise<Part> {
  at.nowMs = NOON
  const part = await begin(at, scenario, digit)
  at.nowMs = NOON + 2 * DAY
  return part
}

describe('a failure that was none stops what would follow from it', () => {
  it.each([
    ['32', '0', 'released'],
    ['32', '1', 'needs-account'],
    ['48', '0', 'failed'],
    ['32', '2', 'float-short'],
  ] as const)('scenario %s%s, from %s', async (scenario, digit, from) => {
    const part = await sent(scenario, digit)
    await goOn(at, part, { stopAt: from })
    await untilAt(at, part.disbursement, 'review', 'review')
    await at.people.decide(part.disbursement, `${part.disbursement}#1`, { finding: 'paid' }, at.nowMs)
    expect(await state(part.disbursement)).toBe('paid')
  })
})

describe('what people look at', () => {
  it.each([
    ['not-paid', 'pay-again', 'released'],
    ['not-paid', 'needs-account', 'needs-account'],
    ['not-paid', 'cancel', 'cancelled'],
    ['paid', null, 'paid'],
    ['unknown', null, 'in-flight'],
  ] as const)('and find %s, with %s, is %s', async (finding, next, to) => {
    const part = await sent('03')
    await goOn(at, part, { stopAt: 'review' })
    await at.people.decide(part.disbursement, `${part.disbursement}#1`, { finding, next }, at.nowMs)
    expect(await state(part.disbursement)).toBe(to)
  })
})

it('the end of its fiscal year lapses what is at rest, and what people give up', { timeout: 60_000 }, async () => {
  const reviewed = await sent('03')
  await goOn(at, reviewed, { stopAt: 'review' })
  const late = NOON + 27 * DAY
  const resting: Part[] = []
  for (const to of RESTS) if (to !== 'owed') resting.push(await bring(to))
  at.nowMs = late
  const owed = await begin(at)
  await endYear(at.world)
  const word = { finding: 'not-paid', next: 'cancel' } as const
  await at.people.decide(reviewed.disbursement, `${reviewed.disbursement}#1`, word, YEARS_END)
  await finishYears(at.world.store)
  for (const { disbursement } of [...resting, owed, reviewed]) expect(await state(disbursement)).toBe('lapsed')
})

test('every row of the disbursement machine is reached, and none that it has not', async () => {
  const reached = await at.rows('disbursement')
  const rows = disbursementRows()
  expect([...rows].filter((row) => !reached.has(row))).toEqual([])
  expect([...reached].filter((row) => !rows.has(row))).toEqual([])
})
