/** Whatever was done in the lost time, and whatever its backup has under way: once it was looked up nobody has two payments at the gateways. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lookUp } from '../../activities/restores.ts'
import { engineActor } from '../../domain/act.ts'
import { passBy } from '../../failpoints.ts'
import { cases } from '../support/cases.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { tellAll } from '../support/freezes.ts'
import { Gateways, goOn, lose, QUICK, type Fate } from '../support/lost-histories.ts'
import { reviewing } from '../support/reviews.ts'
import { stateOf, submitted } from '../support/sent.ts'
import { agree } from '../support/two-people.ts'
import {
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

const CODES = ['sandbox', 'another']
const BEGUN = ['released', 'sending', 'silent', 'throttled'] as const

interface History {
  /** What the backup has of it. */
  readonly begun: (typeof BEGUN)[number]
  readonly fates: readonly Fate[]
}

const gone = fc.constantFrom<Fate>(
  'unreachable',
  'unreachable',
  'credentials',
  'refused',
  'failed',
  'closed-account',
  'returned',
)
const history: fc.Arbitrary<History> = fc.record({
  begun: fc.constantFrom(...BEGUN),
  fates: fc
    .tuple(fc.array(gone, { maxLength: 14 }), fc.constantFrom<Fate>('paid', 'paid', 'accepted', 'unreachable'))
    .map(([before, last]) => [...before, last]),
})
const minutes = fc.constantFrom(1, 3, 10, 60, 360)

test('after a look and a lift no disbursement has two payments that live or are paid', { timeout: 120_000 }, () =>
  fc.assert(
    fc.asyncProperty(fc.array(history, { minLength: 4, maxLength: 8 }), minutes, async (histories, lostMinutes) => {
      const programme = swiftProgramme()
      const payment = { ...programme.payment, gateways: CODES }
      const world = await openWorld({ timing: QUICK, programme: { ...programme, payment } })
      try {
        await relive(world, histories, lostMinutes * MINUTE)
        expect(await world.imbalances()).toEqual([])
      } finally {
        await world.close()
      }
    }),
    { numRuns: cases(7), endOnFailure: true },
  ),
)

async function relive(world: World, histories: readonly History[], lostMs: number): Promise<void> {
  const gateways = new Gateways(QUICK.retryDelaysMs, CODES)
  const foundMs = NOON + lostMs
  const refs: string[] = []
  for (const { begun, fates } of histories) {
    const ref = await world.ready({}, NOON - HOUR)
    refs.push(ref)
    if (begun !== 'released') await send(world, ref, begun)
    lose(gateways, { ref, known: begun === 'released' ? 0 : 1, fates }, NOON, foundMs)
  }
  const before = new Map(refs.map((ref) => [ref, gateways.livingOf(disbursementOf(ref))]))
  const { store } = world
  const people = await reviewing(world)
  const { id, freeze } = await store.restores.begin('backup of noon', engineActor(), foundMs, NOON)
  const atMs = foundMs + MINUTE
  for (const key of await store.restores.owed('', 100)) {
    await lookUp({ store, gateways: gateways.all, now: () => atMs, pass: passBy }, key)
  }
  await store.restores.lookedUp(id, {}, atMs)
  await agree(store, [people.sari, people.budi], { act: 'freeze-lift', content: { freeze } }, atMs)
  await tellAll(store)
  for (const ref of refs) {
    await afterwards(world, gateways, people, ref, atMs)
    const told = `${JSON.stringify(histories[refs.indexOf(ref)])}; sent ${gateways.sent.join(' ')}`
    // A payment of the lost time that is beside another one, as where a return was told of wrongly, is not made here.
    expect(before.get(ref), told).toBeLessThanOrEqual(1)
    expect(gateways.livingOf(disbursementOf(ref)), told).toBeLessThanOrEqual(1)
  }
}

async function send(world: World, ref: string, begun: History['begun']): Promise<void> {
  const payout = await world.claim(disbursementOf(ref), NOON - 2 * SECOND)
  const failure = { ...failed('retry-same'), retryAfterMs: MINUTE }
  if (begun === 'throttled') await world.observe(submitted(payout, { kind: 'retry-same', failure }, NOON - SECOND))
  if (begun === 'silent') await world.observe(submitted(payout, SILENCE, NOON - SECOND))
}

/** The engine goes on; people decide as the gateway tells, and link another account where one is wanted, until nothing moves. */
async function afterwards(
  world: World,
  gateways: Gateways,
  people: Awaited<ReturnType<typeof reviewing>>,
  ref: string,
  fromMs: number,
): Promise<void> {
  const disbursement = disbursementOf(ref)
  let atMs = fromMs
  for (let times = 0; times < 12; times += 1) {
    await goOn(world, gateways, ref, atMs, atMs + 2 * DAY)
    atMs += 2 * DAY
    const { state, attempts } = await stateOf(world, disbursement)
    if (state === 'paid' || state === 'lapsed') return
    if (state === 'needs-account') await world.link(ref, bankAccount(), atMs)
    if (state !== 'review') continue
    const { rows } = await world.root.pool.query<{ key: string; gateway: string; reference: string }>(
      `SELECT key, gateway, reference FROM payout WHERE disbursement = $1 AND n = $2 AND state = 'review'`,
      [disbursement, attempts],
    )
    const [payout] = rows
    const isKnown = payout !== undefined && gateways.knows(payout.gateway, payout.reference)
    // What the gateway knows of under this reference is for the statement, which this world has none of.
    if (isKnown) return
    const word = payout ? ({ finding: 'not-paid', next: 'pay-again' } as const) : ({ next: 'pay-again' } as const)
    await people.decide(disbursement, payout?.key ?? null, word, atMs)
  }
}
