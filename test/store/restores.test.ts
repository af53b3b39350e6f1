/** A database that was put back: nothing is sent that was not looked up, and what a gateway knows is recorded, once, without bytes. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { lookUp } from '../../activities/restores.ts'
import { engineActor } from '../../domain/act.ts'
import { passBy } from '../../failpoints.ts'
import { lift } from '../support/freezes.ts'
import { JAKARTA, silentGateway, type Known } from '../support/lost-time.ts'
import {
  AMOUNT,
  bytesOf,
  disbursementOf,
  NOON,
  openWorld,
  refusal,
  SECOND,
  seen,
  seenFailed,
  type World,
} from '../support/world.ts'

let world: World
let restore: { readonly id: string; readonly freeze: string }
beforeAll(async () => {
  world = await openWorld()
  restore = await world.store.restores.begin('backup of 10:00', engineActor(), NOON)
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

const known: Known = new Map()
const sent: string[] = []
const gateways = new Map([['sandbox', silentGateway(sent, known)]])

const look = (disbursement: string) =>
  lookUp({ store: world.store, gateways, now: () => NOON, pass: passBy }, disbursement)

async function knows(disbursement: string, n: number, fact: ReturnType<typeof seen> | null): Promise<void> {
  const attempts = await world.store.restores.attemptsAfter(disbursement)
  const { reference = '' } = attempts.find((attempt) => attempt.n === n) ?? {}
  const found = fact?.kind === 'observed' ? ({ kind: 'found', observations: [fact.observation] } as const) : null
  known.set(reference, found)
}

const payoutsOf = async (disbursement: string) =>
  (
    await world.root.pool.query(
      `SELECT n, state, money, request IS NULL AS lost, recovered_at IS NOT NULL AS recovered FROM payout WHERE disbursement = $1 ORDER BY n`,
      [disbursement],
    )
  ).rows as unknown[]

it('stops everything, and two people cannot lift it before everything owed was looked up', async () => {
  const again = await world.store.restores.begin('a second worker', engineActor(), NOON)
  expect(again).toMatchObject({ id: restore.id, reason: 'backup of 10:00' })
  const ref = await world.ready()
  await expect(world.claim(disbursementOf(ref))).rejects.toThrow('parked: frozen')
  expect(await refusal(lift(world, restore.freeze))).toBe('conflict')
  await world.store.restores.lookedUp(restore.id, {}, NOON)
  await lift(world, restore.freeze, NOON + SECOND)
})

it('lets nothing be claimed that nobody has asked about, also what becomes due later', async () => {
  const disbursement = disbursementOf(await world.ready())
  const draft = await world.draft(disbursement)
  expect(draft.restore).toContain(restore.id)
  expect(await world.store.claims.claim(draft, bytesOf(draft), NOON)).toEqual({
    kind: 'parked',
    reason: 'not-looked-up',
  })
  expect(await look(disbursement)).toBe('not-there')
  expect(await world.store.claims.claim(draft, bytesOf(draft), NOON, true)).toMatchObject({ kind: 'claimed' })
})

it('sends what the gateway does not know, and not what it does not answer about', async () => {
  const activities = createPaymentActivities({ store: world.store, gateways, now: () => NOON })
  const [asked, silent] = [await world.ready(), await world.ready()]
  await knows(disbursementOf(silent), 1, null)
  await activities.submit({ programme: 'swift', ref: silent, disbursement: disbursementOf(silent) })
  expect(sent).toEqual([])
  await activities.submit({ programme: 'swift', ref: asked, disbursement: disbursementOf(asked) })
  expect(sent).toHaveLength(1)
})

it('records what was paid, once, and never makes its bytes anew', async () => {
  const disbursement = disbursementOf(await world.ready())
  await knows(disbursement, 1, seen('paid'))
  // Whoever looks after the other has recorded it finds nothing more.
  const found = await Promise.all([look(disbursement), look(disbursement)])
  expect(found).toContain('recovered')
  expect(['recovered', 'not-there']).toEqual(expect.arrayContaining(found))
  expect(await payoutsOf(disbursement)).toEqual([
    { n: 1, state: 'paid', money: 'credited', lost: true, recovered: true },
  ])
  expect(await look(disbursement)).toBe('not-there')
  await expect(world.claim(disbursement)).rejects.toThrow('parked: not-released')
  const { state } = await world.one<{ state: string }>('SELECT state FROM disbursement WHERE key = $1', [disbursement])
  expect(state).toBe('paid')
  expect(
    await world.count(`SELECT FROM audit_event WHERE act = 'payout-recovered' AND subject = $1`, [`${disbursement}#1`]),
  ).toBe(1)
})

it('records an attempt that was never heard of before one that was paid', async () => {
  const disbursement = disbursementOf(await world.ready())
  await knows(disbursement, 2, seen('paid', { gatewayId: 'po_2' }))
  expect(await look(disbursement)).toBe('recovered')
  expect(await payoutsOf(disbursement)).toMatchObject([
    { n: 1, state: 'not-sent', money: 'back' },
    { n: 2, state: 'paid', money: 'credited' },
  ])
})

it('follows a failure that was forgotten: the next attempt is another one', async () => {
  const disbursement = disbursementOf(await world.ready())
  await knows(disbursement, 1, seenFailed('retry-new', { gatewayId: 'po_3' }))
  expect(await look(disbursement)).toBe('recovered')
  expect(await payoutsOf(disbursement)).toMatchObject([{ n: 1, state: 'failed' }])
  const draft = await world.draft(disbursement, NOON + 3600 * SECOND)
  expect(draft).toMatchObject({ n: 2, amount: AMOUNT })
})

it('sends another amount than is owed to people, and nothing again', async () => {
  const disbursement = disbursementOf(await world.ready())
  const amount = { minor: AMOUNT - 1n, currency: 'IDR' }
  await knows(disbursement, 1, seen('paid', { amount, gatewayId: 'po_4' }))
  expect(await look(disbursement)).toBe('recovered')
  expect(await payoutsOf(disbursement)).toMatchObject([{ state: 'review', money: 'clearing' }])
})

it('is not closed while a day of it is not matched', async () => {
  expect(await refusal(world.store.restores.close(restore.id, [JAKARTA], engineActor(), NOON))).toBe('conflict')
  expect(await world.store.restores.unmatchedDays(restore.id, [JAKARTA])).toEqual([
    'sandbox 2026-11-22',
    'sandbox 2026-11-23',
  ])
  expect(await world.store.restores.open()).toMatchObject({ id: restore.id })
})
