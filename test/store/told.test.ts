/** Which outcomes a life is told of: those that move it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { swiftProgramme } from '../support/builders.ts'
import { asked, called, paymentMessages, stateOf, submitted } from '../support/sent.ts'
import {
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  seen,
  seenFailed,
  SILENCE,
  TIMING,
  type World,
} from '../support/world.ts'

let world: World
/** Second and third incentive are due together, three hours after the first is sent. */
const LATER = NOON + 3 * HOUR
const IN_TIME = LATER + MINUTE

const threeTranches = () => {
  const programme = swiftProgramme()
  const [first] = programme.tranches
  if (!first) throw new Error('the programme has tranches')
  const after = (code: string) => ({
    ...first,
    code,
    trigger: { kind: 'tranche-paid' as const, tranche: 'incentive-1', after: 'PT1H' },
  })
  return { ...programme, tranches: [first, after('incentive-2'), after('incentive-3')] }
}

beforeAll(async () => {
  world = await openWorld({ programme: threeTranches() })
})
afterAll(() => world.close())

let ref: string
let second: string
let third: string

async function send(key: string, atMs = LATER, of = world): Promise<string> {
  const payout = await of.claim(key, atMs)
  await of.observe(submitted(payout, seen('accepted'), atMs + SECOND))
  return payout
}

beforeEach(async () => {
  ref = await world.ready()
  second = disbursementOf(ref, 'incentive-2')
  third = disbursementOf(ref, 'incentive-3')
  const first = await send(disbursementOf(ref), NOON)
  await world.observe(called(first, seen('paid')))
  // Something follows from the first payment: it is told at once.
  expect(await paymentMessages(world, ref)).toBe(1)
  await world.root.pool.query(`DELETE FROM message WHERE ref = $1`, [ref])
  await world.advance(ref, LATER)
})

describe('two payments on their way at once, and nothing else to come', () => {
  it('the first success moves nothing and is not told; the second is, and the look it causes sees both', async () => {
    const [one, other] = [await send(second), await send(third)]
    await world.observe(called(one, seen('paid'), IN_TIME))
    expect(await paymentMessages(world, ref)).toBe(0)
    await world.observe(called(other, seen('paid'), IN_TIME))
    expect(await paymentMessages(world, ref)).toBe(1)
    expect(await world.advance(ref, IN_TIME)).toMatchObject({ stage: 'closed', outcome: 'completed' })
  })

  it('the first success is not told while the other payment has yet to be sent', async () => {
    const one = await send(second)
    await world.observe(called(one, seen('paid'), IN_TIME))
    expect(await stateOf(world, third)).toMatchObject({ state: 'released' })
    expect(await paymentMessages(world, ref)).toBe(0)
  })

  it('both successes in one batch are told once', async () => {
    const [one, other] = [await send(second), await send(third)]
    await world.store.payouts.observe([called(one, seen('paid'), IN_TIME), called(other, seen('paid'), IN_TIME)])
    expect(await paymentMessages(world, ref)).toBe(1)
    expect(await world.advance(ref, IN_TIME)).toMatchObject({ stage: 'closed' })
  })

  it('a failure is told, whatever else is on its way', async () => {
    const one = await send(second)
    await send(third)
    await world.observe(called(one, seenFailed('needs-account'), IN_TIME))
    expect(await paymentMessages(world, ref)).toBe(1)
  })

  it('a return is told, whatever else is on its way', async () => {
    const one = await send(second)
    await send(third)
    await world.observe(called(one, seen('paid'), IN_TIME))
    await world.observe(called(one, seen('returned'), IN_TIME + MINUTE))
    expect(await paymentMessages(world, ref)).toBe(1)
  })

  it('a success is told while the other payment waits for people, who may take long', async () => {
    const [one, other] = [await send(second), await send(third)]
    await world.observe(called(other, seenFailed('needs-account'), IN_TIME))
    await world.root.pool.query(`DELETE FROM message WHERE ref = $1`, [ref])
    await world.observe(called(one, seen('paid'), IN_TIME))
    expect(await paymentMessages(world, ref)).toBe(1)
  })

  it('a success that was not told is found when the life was to ask about it, though the other is unknown for long', async () => {
    const one = await send(second)
    const looked = await world.advance(ref, LATER + SECOND)
    const waits = looked.disbursements.find(({ key }) => key === second)?.next
    if (waits?.kind !== 'wait' || waits.untilMs === null) throw new Error('it is to be asked about at a time')
    const other = await world.claim(third, LATER)
    await world.observe(submitted(other, SILENCE, LATER + SECOND))
    await world.observe(called(one, seen('paid'), IN_TIME))
    expect(await paymentMessages(world, ref)).toBe(0)
    const seenThen = await world.advance(ref, Math.max(waits.untilMs, IN_TIME))
    expect(seenThen.disbursements.find(({ key }) => key === second)).toMatchObject({
      state: 'paid',
      next: { kind: 'end' },
    })
    await world.observe(asked(other, seen('paid'), IN_TIME + MINUTE))
  })
})

it('a success after a failure that only the statement settles is told: nobody was to ask about it', async () => {
  const timing = { ...TIMING, failureFinal: 'after-statement' as const }
  const late = await openWorld({ programme: threeTranches(), timing })
  try {
    const person = await late.ready()
    const [one, other] = [disbursementOf(person, 'incentive-2'), disbursementOf(person, 'incentive-3')]
    await late.observe(called(await send(disbursementOf(person), NOON, late), seen('paid')))
    await late.advance(person, LATER)
    const failing = await send(one, LATER, late)
    await send(other, LATER, late)
    await late.observe(called(failing, seenFailed('needs-account'), IN_TIME))
    await late.root.pool.query('DELETE FROM message WHERE ref = $1', [person])
    await late.observe(called(failing, seen('paid'), IN_TIME + MINUTE))
    expect(await paymentMessages(late, person)).toBe(1)
  } finally {
    await late.close()
  }
})
