/** Somebody registered and was paid in the time that a restored database has lost, and registers again: they are not paid a second time. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHash } from 'node:crypto'
import { createPaymentActivities } from '../../activities/payments.ts'
import { engineActor } from '../../domain/act.ts'
import { gatewayReference } from '../../domain/identity.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import type { Gateway } from '../../gateways/gateway.ts'
import { bankAccount } from '../support/builders.ts'
import { reviewing, type Reviewing } from '../support/reviews.ts'
import { stateOf } from '../support/sent.ts'
import { line, NEXT, reconciling, type Reconciling } from '../support/statements.ts'
import { agree } from '../support/two-people.ts'
import {
  AMOUNT,
  bytesOf,
  disbursementOf,
  failed,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  refusal,
  type World,
} from '../support/world.ts'

const JAKARTA = { code: 'sandbox', zone: 'Asia/Jakarta', windowDays: 1 }
/** When the database had been put back, and people came to it again. */
const AGAIN = NOON + 10 * MINUTE
const LATER = NOON + 2 * HOUR

let world: World
let teller: Reconciling
let people: Reviewing
let restore: { readonly id: string; readonly freeze: string }
beforeEach(async () => {
  world = await openWorld()
  teller = reconciling(world)
  people = await reviewing(world)
  restore = await world.store.restores.begin('backup of noon', engineActor(), AGAIN, NOON)
  await world.store.restores.lookedUp(restore.id, {}, AGAIN)
  await agree(
    world.store,
    [people.sari, people.budi],
    { act: 'freeze-lift', content: { freeze: restore.freeze } },
    AGAIN,
  )
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const sent: string[] = []
const gateways = new Map([
  [
    'sandbox',
    {
      code: 'sandbox',
      capabilities: { timing: { submitTimeoutMs: 2000, enquireTimeoutMs: 2000 } },
      prepare: (order: { reference: string }) => ({ kind: 'prepared', body: Buffer.from(order.reference) }),
      submit: ({ reference }: { reference: string }) => {
        sent.push(reference)
        return Promise.resolve({ kind: 'unknown', failure: failed('unknown') })
      },
      enquire: () => Promise.resolve({ kind: 'not-found' }),
    } as unknown as Gateway,
  ],
])

/** A worker's part, from its draft to its answer; the references that left for it. */
async function submit(ref: string, atMs: number): Promise<readonly string[]> {
  sent.splice(0)
  const activities = createPaymentActivities({ store: world.store, gateways, now: () => atMs })
  await activities.submit({ programme: 'swift', ref, disbursement: disbursementOf(ref) })
  return [...sent]
}

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()

/** What the gateway's day has of somebody who was registered as nobody here knows any more. */
function paidBefore(account: AccountDetails, more: { readonly id?: string } = {}) {
  const payout = `${disbursementOf('0000000000LST')}#1`
  const reference = gatewayReference(disbursementOf('0000000000LST'), 1, sha256)
  return line({ payout, reference }, { account: { institution: account.institution, number: account.number }, ...more })
}

/** Both days on which such a line can stand are told and matched. */
async function tellDays(...lines: ReturnType<typeof line>[]): Promise<void> {
  await teller.reconcile(lines)
  await teller.reconcile([], { day: NEXT })
}

async function resolveStray(): Promise<void> {
  const [found] = await teller.found(true)
  const content = {
    discrepancy: found?.id,
    difference: (found?.difference ?? 0n).toString(),
    resolution: 'written-off',
  }
  await agree(world.store, [people.sari, people.budi], { act: 'discrepancy-resolution', content }, LATER)
}

const close = () => world.store.restores.close(restore.id, [JAKARTA], engineActor(), LATER)

it('sends nothing to whoever registered after the restored moment until the restore is closed, and says that it waits', async () => {
  const ref = await world.ready({}, AGAIN)
  const before = await world.ready({}, NOON)
  expect(await submit(ref, AGAIN)).toEqual([])
  expect(await submit(before, AGAIN)).toHaveLength(1)
  await expect(world.claim(disbursementOf(ref), AGAIN)).rejects.toThrow('parked: in-lost-time')
  expect(await world.advance(ref, AGAIN)).toMatchObject({
    attention: 'frozen',
    disbursements: [{ next: { kind: 'wait', untilMs: null } }],
  })
  await tellDays()
  await close()
  expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'lift'`, [ref])).toBe(1)
  expect(await submit(ref, LATER)).toHaveLength(1)
})

it('is not closed before every day on which a payment of the lost time can show, nor while one that nobody knows of is unresolved', async () => {
  await teller.reconcile([paidBefore(bankAccount())])
  expect(await world.store.restores.unmatchedDays(restore.id, [JAKARTA])).toEqual([`sandbox ${NEXT}`])
  expect(await refusal(close())).toBe('conflict')
  await teller.reconcile([], { day: NEXT })
  expect(await world.store.restores.unresolvedStrays(restore.id, [JAKARTA])).toHaveLength(1)
  expect(await refusal(close())).toBe('conflict')
  await resolveStray()
  expect(await world.store.restores.unresolvedStrays(restore.id, [JAKARTA])).toEqual([])
  await close()
  expect(await world.store.restores.open()).toBeNull()
})

it('brings whoever was paid as somebody unknown to people, who cancel what was paid or let it go on', async () => {
  const account = bankAccount()
  const ref = await world.ready({ account }, AGAIN)
  const another = await world.ready({}, AGAIN)
  await tellDays(paidBefore(account))
  await resolveStray()
  await close()
  expect(await submit(another, LATER)).toHaveLength(1)
  // Two workers at once, and again: nothing leaves.
  const both = await Promise.all([submit(ref, LATER), submit(ref, LATER)])
  expect([...both.flat(), ...(await submit(ref, LATER))]).toEqual([])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'review', reason: 'paid-in-lost-time' })
  await people.decide(disbursementOf(ref), null, { next: 'cancel' }, LATER)
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'cancelled' })
})

it('pays once more only where two people have decided that it was another payment', async () => {
  const account = bankAccount()
  const ref = await world.ready({ account }, AGAIN)
  await tellDays(paidBefore(account))
  await resolveStray()
  await close()
  expect(await submit(ref, LATER)).toEqual([])
  await people.decide(disbursementOf(ref), null, { next: 'pay-again' }, LATER)
  expect(await submit(ref, LATER)).toHaveLength(1)
})

it('asks people also where the person came only after the restore was closed, or links another account', async () => {
  const account = bankAccount()
  await tellDays(paidBefore(account))
  await resolveStray()
  await close()
  const ref = await world.ready({ account }, LATER)
  await world.link(ref, bankAccount(), LATER)
  const dayAfter = LATER + 48 * HOUR
  expect(await submit(ref, dayAfter)).toEqual([])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'review', reason: 'paid-in-lost-time' })
})

it('refuses the claim that was drafted before the statement told of it', async () => {
  const account = bankAccount()
  await tellDays()
  await close()
  const ref = await world.ready({ account }, LATER)
  const draft = await world.draft(disbursementOf(ref), LATER)
  await teller.reconcile([paidBefore(account)], { version: 2 })
  expect(await world.store.claims.claim(draft, bytesOf(draft), LATER)).toEqual({
    kind: 'parked',
    reason: 'paid-in-lost-time',
  })
  expect(await submit(ref, LATER)).toEqual([])
})

it('takes no word of a payment that a corrected statement has no more', async () => {
  const account = bankAccount()
  await tellDays(paidBefore(account))
  await teller.reconcile([], { version: 2 })
  await close()
  const ref = await world.ready({ account }, LATER)
  expect(await submit(ref, LATER)).toHaveLength(1)
})

it('holds up nobody who had registered before, whatever their account was paid', async () => {
  const account = bankAccount()
  const ref = await world.ready({ account }, NOON)
  await tellDays(paidBefore(account))
  expect(await submit(ref, LATER)).toHaveLength(1)
  expect(AMOUNT).toBeGreaterThan(0n)
})
