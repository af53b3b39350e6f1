/** Somebody registered and was paid in the time that a restored database has lost, and registers again: they are not paid a second time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { engineActor } from '../../domain/act.ts'
import type { Pass } from '../../failpoints.ts'
import { bankAccount } from '../support/builders.ts'
import { gate } from '../support/gate.ts'
import {
  AGAIN,
  JAKARTA,
  LATER,
  lostTime,
  lostTimeOfEach,
  paidBefore,
  referenceOf,
  type LostTime,
} from '../support/lost-time.ts'
import { stateOf } from '../support/sent.ts'
import { DAY, line, NEXT, OPENING } from '../support/statements.ts'
import { agree } from '../support/two-people.ts'
import {
  AMOUNT,
  bytesOf,
  disbursementOf,
  HOUR,
  NOON,
  openStore,
  openWorld,
  refusal,
  seen,
  seenFailed,
  type World,
} from '../support/world.ts'

let world: World
let lost: LostTime
lostTimeOfEach((...opened) => ([world, lost] = opened))

it('sends nothing to whoever registered after the restored moment until the restore is closed, and says that it waits', async () => {
  const ref = await world.ready({}, AGAIN)
  const before = await world.ready({}, NOON)
  expect(await lost.submit(ref, AGAIN)).toEqual([])
  expect(await lost.submit(before, AGAIN)).toHaveLength(1)
  await expect(world.claim(disbursementOf(ref), AGAIN)).rejects.toThrow('parked: in-lost-time')
  expect(await world.advance(ref, AGAIN)).toMatchObject({
    attention: 'frozen',
    disbursements: [{ next: { kind: 'wait', untilMs: null } }],
  })
  await lost.tellDays()
  await lost.close()
  expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'lift'`, [ref])).toBe(1)
  expect(await lost.submit(ref, LATER)).toHaveLength(1)
})

it('is not closed before every day on which a payment of the lost time can show, nor while one that nobody knows of is unresolved', async () => {
  await lost.teller.reconcile([paidBefore(bankAccount())])
  expect(await world.store.restores.unmatchedDays(lost.restore.id, [JAKARTA])).toEqual([`sandbox ${NEXT}`])
  expect(await refusal(lost.close())).toBe('conflict')
  await lost.teller.reconcile([], { day: NEXT })
  expect(await world.store.restores.strays(lost.restore.id, [JAKARTA])).toHaveLength(1)
  expect(await refusal(lost.close())).toBe('conflict')
  await lost.resolve()
  expect(await world.store.restores.strays(lost.restore.id, [JAKARTA])).toEqual([])
  await lost.close()
  expect(await world.store.restores.open()).toBeNull()
})

it('brings whoever was paid as somebody unknown to people, who cancel what was paid or let it go on', async () => {
  const account = bankAccount()
  const ref = await world.ready({ account }, AGAIN)
  const another = await world.ready({}, AGAIN)
  await lost.tellDays(paidBefore(account))
  await lost.resolve()
  await lost.close()
  expect(await lost.submit(another, LATER)).toHaveLength(1)
  // Two workers at once, and again: nothing leaves.
  const both = await Promise.all([lost.submit(ref, LATER), lost.submit(ref, LATER)])
  expect([...both.flat(), ...(await lost.submit(ref, LATER))]).toEqual([])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'review', reason: 'paid-in-lost-time' })
  await lost.people.decide(disbursementOf(ref), null, { next: 'cancel' }, LATER)
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'cancelled' })
})

it('pays once more only where two people have decided that it was another payment', async () => {
  const account = bankAccount()
  const ref = await world.ready({ account }, AGAIN)
  await lost.tellDays(paidBefore(account))
  await lost.resolve()
  await lost.close()
  expect(await lost.submit(ref, LATER)).toEqual([])
  await lost.people.decide(disbursementOf(ref), null, { next: 'pay-again' }, LATER)
  expect(await lost.submit(ref, LATER)).toHaveLength(1)
})

it('asks people also where the person came only after the restore was closed, or links another account', async () => {
  const account = bankAccount()
  await lost.tellDays(paidBefore(account))
  await lost.resolve()
  await lost.close()
  const ref = await world.ready({ account }, LATER)
  await world.link(ref, bankAccount(), LATER)
  const dayAfter = LATER + 48 * HOUR
  expect(await lost.submit(ref, dayAfter)).toEqual([])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'review', reason: 'paid-in-lost-time' })
})

it('refuses the claim that was drafted before the statement told of it', async () => {
  const account = bankAccount()
  await lost.tellDays()
  await lost.close()
  const ref = await world.ready({ account }, LATER)
  const draft = await world.draft(disbursementOf(ref), LATER)
  await lost.teller.reconcile([paidBefore(account)], { version: 2 })
  expect(await world.store.claims.claim(draft, bytesOf(draft), LATER)).toEqual({
    kind: 'parked',
    reason: 'paid-in-lost-time',
  })
  expect(await lost.submit(ref, LATER)).toEqual([])
})

it('takes no word of a payment that a corrected statement has no more', async () => {
  const account = bankAccount()
  await lost.tellDays(paidBefore(account))
  await lost.teller.reconcile([], { version: 2 })
  await lost.close()
  const ref = await world.ready({ account }, LATER)
  expect(await lost.submit(ref, LATER)).toHaveLength(1)
})

it('holds up nobody who had registered before, whatever their account was paid', async () => {
  const account = bankAccount()
  const ref = await world.ready({ account }, NOON)
  await lost.tellDays(paidBefore(account))
  expect(await lost.submit(ref, LATER)).toHaveLength(1)
})

it('holds up nobody for a debit that came long after the lost time', async () => {
  await lost.tellDays()
  await lost.close()
  const account = bankAccount()
  const ref = await world.ready({ account }, LATER)
  await lost.teller.reconcile([paidBefore(account)], { day: '2027-01-22' })
  expect(await lost.teller.classes(true)).toContain('unknown-reference')
  expect(await lost.submit(ref, LATER)).toHaveLength(1)
})

it('holds up nobody for a debit of after its end, also where there is another restore later', async () => {
  const account = bankAccount()
  await lost.tellDays()
  await lost.close()
  const ref = await world.ready({ account }, LATER)
  await lost.teller.reconcile([paidBefore(account)], { day: '2027-02-20' })
  const months = AGAIN + 100 * 24 * HOUR
  const another = await world.store.restores.begin('another backup', engineActor(), months, months - HOUR)
  await world.store.restores.lookedUp(another.id, {}, months)
  const { sari, budi } = lost.people
  await agree(world.store, [sari, budi], { act: 'freeze-lift', content: { freeze: another.freeze } }, months)
  expect(await lost.submit(ref, months)).toHaveLength(1)
})

it('matches no statement before everything owed was looked up: what is found then would be of nobody', async () => {
  const another = await openWorld()
  const found = await lostTime(another)
  const account = bankAccount()
  const { id } = await found.teller.load([paidBefore(account)])
  expect(await refusal(another.store.statements.match(id, JAKARTA, LATER))).toBe('conflict')
  expect(await found.teller.found()).toEqual([])
  await found.lift()
  await found.teller.settle(id)
  expect(await found.teller.classes()).toEqual(['unknown-reference'])
  await another.close()
})

it('asks for the days of the restore also where the gateway is not known to have been used, and waits for none that no programme names', async () => {
  expect(await world.store.statements.dueDays('another', JAKARTA, NOON + 48 * HOUR)).toEqual([DAY, NEXT])
  const other = { ...JAKARTA, code: 'another' }
  expect(await world.store.restores.unmatchedDays(lost.restore.id, [JAKARTA, other])).toEqual([
    `sandbox ${DAY}`,
    `sandbox ${NEXT}`,
  ])
})

it('is as old as somebody knows, also once it is open, and never younger', async () => {
  const ref = await world.ready({}, NOON)
  const begin = (toMs: number | null) => world.store.restores.begin('an older backup', engineActor(), LATER, toMs)
  expect((await begin(NOON + HOUR)).restoredTo).toEqual(new Date(NOON))
  expect((await begin(null)).restoredTo).toEqual(new Date(NOON))
  expect(await begin(NOON - 24 * HOUR)).toMatchObject({ id: lost.restore.id, restoredTo: new Date(NOON - 24 * HOUR) })
  expect(await world.one(`SELECT before, after, reason FROM audit_event WHERE act = 'restore-lowered'`)).toEqual({
    before: { restoredTo: new Date(NOON).toISOString() },
    after: { restoredTo: new Date(NOON - 24 * HOUR).toISOString() },
    reason: 'an older backup',
  })
  expect(await lost.submit(ref, LATER)).toEqual([])
  expect(await world.store.restores.unmatchedDays(lost.restore.id, [JAKARTA])).toHaveLength(3)
  await expect(
    world.store.context.database.pool.query(`UPDATE restore SET restored_to = restored_to + interval '1 day'`),
  ).rejects.toThrow()
})

it('tells whoever looks while it is being closed', async () => {
  const ref = await world.admit({}, AGAIN)
  await lost.tellDays()
  const [waits, goesOn] = [gate(), gate()]
  const pass: Pass = async (name, work) => {
    const value = await work
    if (name !== 'life:held') return value
    waits.open()
    await goesOn.opened
    return value
  }
  const slow = openStore(world.database, { pass })
  for (const kind of ['course-started', 'course-completed', 'course-rated'] as const) {
    const subject = world.programme.training.courses[0]?.code ?? ''
    const of = { programme: 'swift', ref, kind, subject, occurredAtMs: AGAIN, document: null }
    await world.act((acts) => acts.recordEvidence(of), AGAIN)
  }
  const looking = slow.lives.advance('swift', ref, AGAIN)
  await waits.opened
  const closing = lost.close()
  await Promise.race([closing, sleep(300)])
  goesOn.open()
  await Promise.all([looking, closing])
  await slow.close()
  expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'lift'`, [ref])).toBe(1)
})

it('takes a debit back while its statement is being settled, which waits for it or is waited for', async () => {
  const account = bankAccount()
  const ref = await world.ready({ account }, NOON)
  const key = disbursementOf(ref)
  expect(await lost.submit(ref, AGAIN)).toHaveLength(1)
  await world.observe({ payout: `${key}#1`, source: 'callback', fact: seenFailed('retry-new'), atMs: AGAIN })
  // The one that failed was debited after all: settling tells the same life of it.
  const debits = [1, 2].map((n) => line({ payout: `${key}#${n}`, reference: referenceOf(key, n) }, { account }))
  const { id } = await lost.teller.load(debits)
  await world.store.statements.match(id, JAKARTA, LATER)
  const [found, goesOn] = [gate(), gate()]
  const tries: string[] = []
  const pass: Pass = async (name, work) => {
    const value = await work
    if (name === 'settle:found' || name === 'recovery:locked') tries.push(name)
    if (name !== 'settle:found') return value
    found.open()
    await goesOn.opened
    return value
  }
  const slow = openStore(world.database, { pass })
  const settling = slow.statements.settle(id, 10, LATER)
  await found.opened
  const attempt = { disbursement: key, n: 2, gateway: 'sandbox', reference: referenceOf(key, 2), salt: 0 }
  const recording = slow.restores.record(attempt, seen('paid'), LATER)
  await Promise.race([recording, sleep(300)])
  goesOn.open()
  await Promise.all([settling, recording])
  await slow.close()
  // Whoever is found in a deadlock begins again.
  expect(tries.toSorted()).toEqual(['recovery:locked', 'settle:found'])
})

it('takes a debit back that was nobody’s once its gateway was asked about the payment', async () => {
  const account = bankAccount()
  const ref = await world.ready({ account }, NOON)
  const [attempt] = await world.store.restores.attemptsAfter(disbursementOf(ref))
  if (!attempt) throw new Error('it is owed')
  const payout = `${attempt.disbursement}#1`
  await lost.tellDays(line({ payout, reference: attempt.reference }, { account }))
  expect(await lost.teller.classes(true)).toEqual(['unknown-reference'])
  await world.store.restores.record(attempt, seen('paid', { gatewayId: `po_${payout}` }), LATER)
  expect(await lost.teller.classes(true)).toEqual([])
  expect(await lost.teller.float()).toBe(OPENING - AMOUNT)
  await lost.close()
})
