/** A person who got it twice has it once when one of the two comes back: what is to be had back is looked at before anything is owed anew. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ObservationItem } from '../../store/observation-item.ts'
import { bankAccount } from '../support/builders.ts'
import { reviewing, type Reviewing } from '../support/reviews.ts'
import { asked, called, postedEvents, sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { line, NEXT, OPENING, reconciling, type Reconciling } from '../support/statements.ts'
import { agree, decide as say } from '../support/two-people.ts'
import {
  AMOUNT,
  DAY,
  HOUR,
  NOON,
  openWorld,
  refusal,
  seen,
  seenFailed,
  UNREACHABLE,
  type World,
} from '../support/world.ts'

let world: World
let people: Reviewing
beforeAll(async () => {
  world = await openWorld()
  people = await reviewing(world)
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

interface Twice extends Sent {
  readonly second: string
}

const payoutOf = (key: string) =>
  world.one<{ state: string; money: string; version: number }>(
    'SELECT state, money, version FROM payout WHERE key = $1',
    [key],
  )
const gone = (key: string) => asked(key, seen('returned', { gatewayId: null }), NOON + DAY)

/** The first attempt was delivered after all while the second was on its way: people have decided that it is to be had back. */
async function besideOneUnderWay(money: 'receivable' | 'written-off' = 'receivable'): Promise<Twice> {
  const found = await sendFirst(world)
  await world.observe(submitted(found.payout, seenFailed('retry-new')))
  const second = await world.claim(found.disbursement, NOON + 2 * HOUR)
  const accepted = seen('accepted', { gatewayId: null })
  await world.observe({ ...submitted(second, accepted), atMs: NOON + 2 * HOUR })
  await world.observe(called(found.payout, seen('paid'), NOON + 3 * HOUR))
  await people.decide(found.disbursement, found.payout, { finding: money })
  return { ...found, second }
}

/** Two attempts that had failed were delivered after all, beside the third, which counts: both are to be had back. */
async function gotThrice() {
  const { ref, disbursement, payout: first } = await sendFirst(world)
  const failed = seenFailed('retry-new', { gatewayId: null })
  await world.observe(submitted(first, failed))
  const second = await world.claim(disbursement, NOON + 2 * HOUR)
  await world.observe({ ...submitted(second, failed), atMs: NOON + 2 * HOUR })
  const third = await world.claim(disbursement, NOON + 8 * HOUR)
  const paid = seen('paid', { gatewayId: null })
  await world.observe({ ...submitted(third, paid), atMs: NOON + 8 * HOUR })
  const late = [first, second] as const
  for (const payout of late) {
    await world.observe(called(payout, paid, NOON + 9 * HOUR))
    await people.decide(disbursement, payout, { finding: 'receivable' }, NOON + 9 * HOUR)
  }
  return { ref, disbursement, late, third }
}

/** A statement does not show its debit. */
const undebited = (payout: string): ObservationItem => ({
  payout,
  source: 'statement',
  isOtherAccount: false,
  atMs: NOON + DAY,
  fact: { kind: 'undebited' },
})

/** Its debit on the statement. */
async function lineOf(payout: string) {
  const row = await world.one<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [payout])
  return line({ ...row, payout }, { gatewayId: null })
}

/** A world of its own, of whose statements nothing else is missing. */
async function onItsOwn(): Promise<Reconciling> {
  await world.close()
  world = await openWorld()
  people = await reviewing(world)
  return reconciling(world)
}

/** The same, and the second was delivered too. */
async function gotTwice(money: 'receivable' | 'written-off' = 'receivable'): Promise<Twice> {
  const found = await besideOneUnderWay(money)
  await world.observe(called(found.second, seen('paid', { gatewayId: null }), NOON + 4 * HOUR))
  expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'paid' })
  return found
}

async function waitsForPeople({ disbursement, payout, ref }: Twice): Promise<void> {
  expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'receivable-stands' })
  expect(await payoutOf(payout)).toMatchObject({ state: 'review', money: 'receivable' })
  const standing = await world.advance(ref, NOON + 9 * DAY)
  expect(standing.attention).toBe('review')
  expect(await world.store.claims.draft(disbursement, NOON + 9 * DAY)).toMatchObject({ kind: 'parked' })
}

describe('what was paid comes back, and what was delivered beside it is still to be had back', () => {
  it('is not paid anew by itself, whatever account is linked', async () => {
    const found = await gotTwice()
    await world.observe(gone(found.second))
    await waitsForPeople(found)
    expect(await refusal(people.suggest(found.disbursement, null, { next: 'pay-again' }))).toBe('conflict')
  })

  it('told twice, and from two sides at once, waits once', async () => {
    const found = await gotTwice()
    await Promise.all([world.observe(gone(found.second)), world.observe(gone(found.second))])
    await waitsForPeople(found)
    const told = world.count(`SELECT FROM audit_event WHERE act = 'review-needed' AND subject = $1 AND at = $2`, [
      found.payout,
      new Date(NOON + DAY),
    ])
    expect(await told).toBe(1)
  })

  it('is settled with it, when two people decide that it counts', async () => {
    const found = await gotTwice()
    await world.observe(gone(found.second))
    expect(await people.decide(found.disbursement, found.payout, { finding: 'paid' })).toMatchObject({
      state: 'executed',
    })
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'paid', reason: null, attempts: 2 })
    expect(await payoutOf(found.payout)).toMatchObject({ state: 'paid', money: 'credited' })
    expect(await postedEvents(world, found.payout)).toEqual(['claimed', 'voided', 'overpaid', 'receivable-counted'])
    const out = await world.one<{ out: bigint }>(
      `SELECT sum(amount)::bigint AS out FROM payout WHERE disbursement = $1 AND money IN ('credited', 'receivable')`,
      [found.disbursement],
    )
    expect(out.out).toBe(AMOUNT)
    // From here on it is the payment: when it comes back too, it is owed.
    await world.observe(called(found.payout, seen('returned'), NOON + 2 * DAY))
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'review', reason: 'returned-twice' })
  })

  it.each(['receivable', 'written-off'] as const)(
    'and counts (%s): the statement that tells that it came back too finds the books right',
    async (money) => {
      const at = await onItsOwn()
      const found = await gotTwice(money)
      await world.observe(gone(found.second))
      await people.decide(found.disbursement, found.payout, { finding: 'paid' }, NOON + DAY)
      expect(await payoutOf(found.payout)).toMatchObject({ state: 'paid', money: 'credited' })
      const [first, second] = [await lineOf(found.payout), await lineOf(found.second)]
      const back = {
        type: 'return',
        direction: 'credit',
        businessDate: NEXT,
        rawDate: `${NEXT}T12:00:00+07:00`,
      } as const
      await at.reconcile([first, second])
      await at.reconcile(
        [
          { ...first, ...back, id: 'r1' },
          { ...second, ...back, id: 'r2' },
        ],
        { day: NEXT },
      )
      expect(await at.found(true)).toEqual([])
      expect(await at.found()).toMatchObject([{ class: 'return', resolution: 'applied', difference: 0n }])
      expect(await payoutOf(found.payout)).toMatchObject({ state: 'returned', money: 'back' })
      expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'review', reason: 'returned-twice' })
      expect(await at.float()).toBe(OPENING)
    },
  )

  it('is paid anew when two people decide so, and then no failure of that brings it before them again', async () => {
    const found = await gotTwice()
    await world.observe(gone(found.second))
    await people.decide(found.disbursement, found.payout, { finding: 'receivable', next: 'pay-again' }, NOON + DAY)
    await world.link(found.ref, { kind: 'bank', institution: 'ID.BNI', number: '0012345678', holder: 'SITI' }, NOON)
    const third = await world.claim(found.disbursement, NOON + 3 * DAY)
    const failed = seenFailed('retry-new', { gatewayId: 'po_3' })
    await world.observe({ ...submitted(third, failed), atMs: NOON + 3 * DAY })
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'released' })
    expect(await payoutOf(found.payout)).toMatchObject({ state: 'paid', money: 'receivable' })
  })

  it('and stays so when it is written off afterwards: that says nothing of what is owed', async () => {
    const found = await gotTwice()
    await world.observe(gone(found.second))
    await people.decide(found.disbursement, found.payout, { finding: 'receivable', next: 'pay-again' }, NOON + DAY)
    const { version } = await payoutOf(found.payout)
    const content = { programme: world.programme.code, payout: found.payout, version, end: 'written-off' }
    await agree(world.store, [people.sari, people.budi], { act: 'receivable-end', content }, NOON + DAY)
    await world.link(found.ref, { kind: 'bank', institution: 'ID.BNI', number: '0012345678', holder: 'SITI' }, NOON)
    const third = await world.claim(found.disbursement, NOON + 3 * DAY)
    await world.observe({ ...submitted(third, UNREACHABLE), atMs: NOON + 3 * DAY })
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'released' })
    expect(await payoutOf(found.payout)).toMatchObject({ state: 'paid', money: 'written-off' })
  })

  it('is two payments too many: whoever finds the last of them to be none says what happens with what is owed', async () => {
    const { ref, disbursement, late, third } = await gotThrice()
    const [first, second] = late
    await world.observe(gone(third))
    for (const payout of late) expect(await payoutOf(payout)).toMatchObject({ state: 'review' })
    await people.decide(disbursement, first, { finding: 'receivable' }, NOON + DAY + HOUR)
    await people.decide(disbursement, second, { finding: 'receivable', next: 'pay-again' }, NOON + DAY + 2 * HOUR)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'released' })
    for (const payout of late) expect(await payoutOf(payout)).toMatchObject({ state: 'paid', money: 'receivable' })
    await world.link(ref, { ...bankAccount(), number: '0012345678' }, NOON + DAY + 3 * HOUR)
    const fourth = await world.claim(disbursement, NOON + 3 * DAY)
    await world.observe({ ...submitted(fourth, seen('paid', { gatewayId: null })), atMs: NOON + 3 * DAY })
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid' })
  })

  it('is two payments too many, of which one is looked at for another reason: the other comes before people first', async () => {
    const { disbursement, late, third } = await gotThrice()
    const [first, second] = late
    for (const payout of [third, first]) await world.observe(undebited(payout))
    await people.decide(disbursement, third, { finding: 'not-paid' }, NOON + DAY + HOUR)
    const again = people.decide(disbursement, first, { finding: 'receivable', next: 'pay-again' }, NOON + DAY + HOUR)
    expect(await refusal(again)).toBe('conflict')
    await people.decide(disbursement, first, { finding: 'receivable' }, NOON + DAY + HOUR)
    expect(await payoutOf(first)).toMatchObject({ state: 'paid', money: 'receivable' })
    expect(await payoutOf(second)).toMatchObject({ state: 'review', money: 'receivable' })
    await people.decide(disbursement, second, { finding: 'receivable', next: 'pay-again' }, NOON + DAY + 2 * HOUR)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'released' })
  })

  it('is found to be had back too: only the other one comes before people', async () => {
    const found = await gotTwice()
    const less = seen('returned', { gatewayId: null, amount: { minor: 1n, currency: 'IDR' } })
    await world.observe(called(found.second, less, NOON + 4 * HOUR))
    await people.decide(found.disbursement, found.second, { finding: 'receivable' }, NOON + 5 * HOUR)
    expect(await payoutOf(found.second)).toMatchObject({ state: 'paid', money: 'receivable' })
    expect(await payoutOf(found.payout)).toMatchObject({ state: 'review', money: 'receivable' })
  })

  it('comes back itself while people look: they say so, and it is paid anew', async () => {
    const found = await gotTwice()
    await world.observe(gone(found.second))
    const proposal = await people.suggest(found.disbursement, found.payout, { finding: 'paid' })
    await world.observe(called(found.payout, seen('returned'), NOON + 2 * DAY))
    const voided = await say(world.store, people.budi, proposal, 'approve', NOON)
    expect(voided).toMatchObject({ state: 'void', outcomeCode: 'review-moved' })
    await people.decide(found.disbursement, found.payout, { finding: 'returned', next: 'pay-again' }, NOON + 2 * DAY)
    expect(await payoutOf(found.payout)).toMatchObject({ state: 'returned', money: 'back' })
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'released' })
  })

  it('was written off: the same', async () => {
    const found = await gotTwice()
    const { version } = await payoutOf(found.payout)
    const content = { programme: world.programme.code, payout: found.payout, version, end: 'written-off' }
    await agree(world.store, [people.sari, people.budi], { act: 'receivable-end', content }, NOON + 5 * HOUR)
    await world.observe(gone(found.second))
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'review', reason: 'receivable-stands' })
    await people.decide(found.disbursement, found.payout, { finding: 'paid' })
    expect(await payoutOf(found.payout)).toMatchObject({ state: 'paid', money: 'credited' })
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'paid' })
  })

  it('was paid back to the treasury: nobody has it any more, and it is owed anew', async () => {
    const found = await gotTwice()
    const { version } = await payoutOf(found.payout)
    const content = { programme: world.programme.code, payout: found.payout, version, end: 'repaid' }
    await agree(world.store, [people.sari, people.budi], { act: 'receivable-end', content }, NOON + 5 * HOUR)
    await world.observe(gone(found.second))
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'needs-account', reason: 'returned' })
  })
})

describe('what was to pay it fails, and what was delivered beside it is still to be had back', () => {
  it.each(['retry-new', 'needs-account', 'permanent', 'compliance'] as const)('for good (%s)', async (failure) => {
    const found = await besideOneUnderWay()
    await world.observe(called(found.second, seenFailed(failure, { gatewayId: null }), NOON + 4 * HOUR))
    await waitsForPeople(found)
    await people.decide(found.disbursement, found.payout, { finding: 'paid' })
    expect(await stateOf(world, found.disbursement)).toMatchObject({ state: 'paid' })
  })

  it('as two people find: what was delivered beside it is decided about next', async () => {
    const found = await gotTwice()
    const other = { amount: { minor: 1n, currency: 'IDR' }, gatewayId: null } as const
    await world.observe(called(found.second, seen('returned', other), NOON + DAY))
    expect(await payoutOf(found.second)).toMatchObject({ state: 'review' })
    const again = people.suggest(found.disbursement, found.second, { finding: 'returned', next: 'pay-again' })
    expect(await refusal(again)).toBe('conflict')
    await people.decide(found.disbursement, found.second, { finding: 'returned' }, NOON + DAY)
    await waitsForPeople(found)
  })
})
