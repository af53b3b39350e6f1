/** Attempts of the time that a restored database has lost: those that left no trace at their gateway hide none that followed them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { lookUp } from '../../activities/restores.ts'
import { passBy } from '../../failpoints.ts'
import { foundIn } from '../support/audited.ts'
import { goOn, Gateways, lose, QUICK, type Fate } from '../support/lost-histories.ts'
import { AGAIN, lostTime, type LostTime } from '../support/lost-time.ts'
import { stateOf, submitted } from '../support/sent.ts'
import {
  bytesOf,
  DAY,
  disbursementOf,
  failed,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  SILENCE,
  type World,
} from '../support/world.ts'

let world: World
let lost: LostTime
let gateways: Gateways
beforeEach(async () => {
  world = await openWorld({ timing: QUICK })
  gateways = new Gateways(QUICK.retryDelaysMs, ['sandbox'])
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const BEFORE = NOON - HOUR
const LAST = AGAIN + MINUTE

/** The database is put back to noon, ten minutes later; everything owed is looked up, and the freeze is lifted. */
async function restored(): Promise<void> {
  lost = await lostTime(world)
  await lost.lift()
}

const look = (disbursement: string): Promise<string> =>
  lookUp({ store: world.store, gateways: gateways.all, now: () => LAST, pass: passBy }, disbursement)
const submit = (ref: string, atMs = LAST): Promise<unknown> => {
  const activities = createPaymentActivities({ store: world.store, gateways: gateways.all, now: () => atMs })
  return activities.submit({ programme: 'swift', ref, disbursement: disbursementOf(ref) })
}

describe('an attempt that was paid', () => {
  const silences: Fate[] = ['unreachable', 'credentials', 'unreachable']

  it.each([3, 8])('is found behind %i that never reached their gateway, and nothing is sent', async (many) => {
    const ref = await world.ready({}, BEFORE)
    const fates = Array.from({ length: many }, (_, index) => silences[index % 3] ?? 'unreachable')
    lose(gateways, { ref, known: 0, fates: [...fates, 'paid'] }, NOON, AGAIN)
    expect(gateways.livingOf(disbursementOf(ref))).toBe(1)
    await restored()
    await Promise.all([submit(ref), submit(ref)])
    expect(gateways.sent).toEqual([])
    expect(await look(disbursementOf(ref))).toBe('not-there')
    expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid', attempts: many + 1 })
  })

  it('is asked about anew where the restore turns out to go back further after it was looked up', async () => {
    const ref = await world.ready({}, NOON - 2 * DAY)
    await restored()
    const draft = await world.draft(disbursementOf(ref), LAST)
    const asked = (await world.store.restores.attemptsAfter(disbursementOf(ref))).length
    expect(await look(disbursementOf(ref))).toBe('not-there')
    const { pool } = world.root
    await pool.query(`UPDATE restore SET restored_to = restored_to - interval '1 day'`)
    expect((await world.store.restores.attemptsAfter(disbursementOf(ref))).length).toBeGreaterThan(asked)
    const parked = { kind: 'parked', reason: 'not-looked-up' }
    expect(await world.store.claims.claim(draft, bytesOf(draft), LAST, true)).toEqual(parked)
    await submit(ref)
    expect(gateways.sent).toEqual([`${disbursementOf(ref)}#1`])
  })
})

describe('what was under way at the restored moment', () => {
  /** Claimed just before noon; the backup has its send without an end, or with what its answer said. */
  async function underWay(
    told: 'nothing' | 'throttled' | 'silence',
  ): Promise<{ ref: string; disbursement: string; payout: string }> {
    const ref = await world.ready({}, BEFORE)
    const disbursement = disbursementOf(ref)
    const payout = await world.claim(disbursement, NOON - 2 * SECOND)
    const failure = { ...failed('retry-same'), retryAfterMs: HOUR }
    if (told === 'throttled') await world.observe(submitted(payout, { kind: 'retry-same', failure }, NOON - SECOND))
    if (told === 'silence') await world.observe(submitted(payout, SILENCE, NOON - SECOND))
    return { ref, disbursement, payout }
  }

  it.each(['nothing', 'silence', 'throttled'] as const)(
    'is not sent again, its answer being %s: it was followed by an attempt that is paid, and people are asked',
    async (told) => {
      const { ref, disbursement, payout } = await underWay(told)
      lose(gateways, { ref, known: 1, fates: ['unreachable', 'paid'] }, NOON, AGAIN)
      await restored()
      expect(await look(disbursement)).toBe('left')
      await goOn(world, gateways, ref, LAST, NOON + 12 * HOUR)
      expect(gateways.sent).toEqual([])
      expect(await stateOf(world, disbursement)).toMatchObject({ state: 'review', reason: 'no-answer' })
      const at = NOON + 12 * HOUR
      await lost.people.decide(disbursement, payout, { finding: 'not-paid', next: 'pay-again' }, at)
      await goOn(world, gateways, ref, at, at + HOUR)
      expect(gateways.sent).toEqual([])
      expect(await stateOf(world, disbursement)).toMatchObject({ state: 'paid', attempts: 2 })
      const checks = ['transitions', 'attempts', 'events', 'keys', 'ledger', 'claims', 'decisions']
      expect(await foundIn(world, at + HOUR, checks)).toEqual([])
    },
  )

  it('is not sent again by a worker that was about to, nor by two', async () => {
    const { payout } = await underWay('silence')
    await restored()
    for (const enquiry of [1, 2]) {
      const atMs = AGAIN + enquiry * MINUTE
      await world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs, enquiry })
    }
    const atMs = AGAIN + 2 * MINUTE + 1
    const opened = await Promise.all([1, 2].map(() => world.store.payouts.reopen(payout, atMs)))
    expect(opened.map(({ kind }) => kind)).toEqual(['refused', 'refused'])
    expect(opened[0]).toMatchObject({ disbursement: { next: { kind: 'give-up' } } })
  })

  it('is not sent again either once the restore is closed', async () => {
    const { ref } = await underWay('silence')
    await restored()
    await lost.tellDays()
    await lost.close()
    await goOn(world, gateways, ref, AGAIN + 2 * HOUR, NOON + 11 * HOUR)
    expect(gateways.sent).toEqual([])
  })

  it('is sent again as ever where it was claimed after the restore was found', async () => {
    const ref = await world.ready({}, BEFORE)
    await restored()
    const draft = await world.draft(disbursementOf(ref), LAST)
    await world.store.claims.claim(draft, bytesOf(draft), LAST, true)
    await world.observe(submitted(draft.payout, SILENCE, LAST + SECOND))
    await goOn(world, gateways, ref, LAST + SECOND, LAST + HOUR)
    expect(gateways.sent).toEqual([draft.payout])
  })
})
