/** A gateway that does not answer after a restore holds up what may be its own, and no other's statements. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { lookUp } from '../../activities/restores.ts'
import { engineActor } from '../../domain/act.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import { passBy } from '../../failpoints.ts'
import { foundIn } from '../support/audited.ts'
import { swiftProgramme } from '../support/builders.ts'
import { pairOf } from '../support/freezes.ts'
import { AGAIN, found, JAKARTA, LATER, referenceOf, silentGateway, type Known } from '../support/lost-time.ts'
import { stateOf } from '../support/sent.ts'
import { DAY, line, partsOf, reconciling, type Reconciling } from '../support/statements.ts'
import { agree, decide, propose } from '../support/two-people.ts'
import { disbursementOf, NOON, openWorld, refusal, seen, seenFailed, type World } from '../support/world.ts'

let world: World
let teller: Reconciling
let restore: { readonly id: string; readonly freeze: string }
const sent: string[] = []
const [known, others]: [Known, Known] = [new Map(), new Map()]
const gateways = new Map([
  ['sandbox', silentGateway(sent, known)],
  ['another', silentGateway([], others)],
])
beforeEach(async () => {
  known.clear()
  others.clear()
  const programme = swiftProgramme()
  const payment = { ...programme.payment, gateways: ['sandbox', 'another'] }
  world = await openWorld({ programme: { ...programme, payment } })
  teller = reconciling(world)
  restore = await world.store.restores.begin('backup of noon', engineActor(), AGAIN, NOON)
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  expect(await foundIn(world, LATER, ['claims'])).toEqual([])
  await world.close()
})

/** Everything owed, as `lunas recover look` asks about it. */
async function look(asked: typeof gateways = gateways): Promise<readonly string[]> {
  const [silent, heldUp] = [new Set<string>(), new Set<string>()]
  const onSilent = (gateway: string) => silent.add(gateway)
  const onHeldUp = (gateway: string) => heldUp.add(gateway)
  const dependencies = { store: world.store, gateways: asked, now: () => AGAIN, pass: passBy, onSilent, onHeldUp }
  const told: string[] = []
  for (const key of await world.store.restores.owed('', 100)) told.push(await lookUp(dependencies, key))
  const gone = { unanswered: [...silent], heldUp: [...heldUp] }
  if (silent.size > 0) await world.store.restores.silent(restore.id, gone, AGAIN)
  return told
}

/** What a gateway says of an attempt; null: it does not answer. */
const tell = (known: Known, ref: string, n: number, fact: PayoutFact | null): unknown => {
  return known.set(referenceOf(disbursementOf(ref), n), fact && found(fact))
}

const debitOf = (ref: string, n: number) =>
  line({ payout: `${disbursementOf(ref)}#${n}`, reference: referenceOf(disbursementOf(ref), n) })

async function match(gateway: string, ...lines: ReturnType<typeof debitOf>[]): Promise<string> {
  const id = gateway === 'sandbox' ? (await teller.load(lines)).id : await anotherStatement()
  return refusal(world.store.statements.match(id, JAKARTA, LATER))
}

/** A day of the other gateway, without lines. */
async function anotherStatement(): Promise<string> {
  async function* pieces() {
    yield partsOf([], { gateway: 'another' })
  }
  const of = { gateway: 'another', day: DAY, format: 'jsonl', parts: pieces(), sha256: () => Buffer.alloc(32) } as const
  return (await world.store.statements.load(of, LATER)).id
}

it('lets the statements of those that have answered be matched, once it was asked', async () => {
  const ref = await world.ready()
  tell(known, ref, 1, seen('paid', { gatewayId: `po_${disbursementOf(ref)}#1` }))
  tell(others, ref, 2, null)
  expect(await match('sandbox')).toBe('conflict')
  expect(await look()).toEqual(['unanswered'])
  expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid' })
  expect(await match('another')).toBe('conflict')
  const { id } = await teller.load([debitOf(ref, 1)], { version: 2 })
  await teller.settle(id)
  expect(await teller.classes(true)).toEqual([])
})

it('holds up the other as well where what that one knows cannot be recorded before it has answered', async () => {
  const ref = await world.ready()
  tell(known, ref, 2, seen('paid'))
  tell(others, ref, 1, null)
  expect(await look()).toEqual(['unanswered'])
  expect(await match('sandbox', debitOf(ref, 2))).toBe('conflict')
  tell(others, ref, 1, seenFailed('retry-new'))
  expect(await look()).toEqual(['recovered'])
})

it('stops everything else as before, and is told of once', async () => {
  const ref = await world.ready()
  tell(others, ref, 1, null)
  await look()
  await look()
  expect(
    await world.one(
      `SELECT count(*)::int AS many, min(after ->> 'silent') AS silent FROM audit_event WHERE act = 'restore-asked'`,
    ),
  ).toEqual({
    many: 1,
    silent: '["another"]',
  })
  expect(await refusal(world.store.restores.close(restore.id, [JAKARTA], engineActor(), LATER))).toBe('conflict')
  expect(await world.store.restores.open()).toMatchObject({ lookedUpAt: null })
})

describe('a gateway that is in use no more', () => {
  /** The settings do not name it. */
  const inUse = new Map([...gateways].filter(([code]) => code === 'sandbox'))
  const lifting = (unasked?: readonly string[]) => ({
    act: 'freeze-lift',
    content: { freeze: restore.freeze, ...(unasked ? { unasked } : {}) },
  })

  async function lifted(unasked?: readonly string[], atMs = AGAIN): Promise<unknown> {
    const { sari, budi } = await pairOf(world)
    return (await agree(world.store, [sari, budi], lifting(unasked), atMs)).state
  }

  /** A worker's part, some time after. */
  async function submit(ref: string, asked = inUse): Promise<readonly string[]> {
    sent.splice(0)
    const activities = createPaymentActivities({ store: world.store, gateways: asked, now: () => LATER })
    await activities.submit({ programme: 'swift', ref, disbursement: disbursementOf(ref) })
    return [...sent]
  }

  it('holds nothing up once two people have said that it paid nothing in the lost time', async () => {
    const ref = await world.ready()
    expect(await refusal(lifted(['another']))).toBe('conflict')
    expect(await look(inUse)).toEqual(['unanswered'])
    expect(await refusal(lifted())).toBe('conflict')
    expect(await submit(ref)).toEqual([])
    expect(await lifted(['another'])).toBe('executed')
    expect(await world.store.restores.open()).toMatchObject({ lookedUpAt: new Date(AGAIN) })
    expect(await look(inUse)).toEqual(['not-there'])
    expect(await submit(ref)).toEqual([referenceOf(disbursementOf(ref), 1)])
  })

  it('is named by two people alone: none that answers, and none that nobody waits for', async () => {
    await world.ready()
    await look(inUse)
    expect(await refusal(lifted(['sandbox']))).toBe('conflict')
    expect(await refusal(lifted(['another', 'sandbox']))).toBe('conflict')
    const { sari, budi } = await pairOf(world)
    const proposal = await propose(world.store, sari, lifting(['another']), AGAIN)
    // Another one has fallen silent since.
    await world.store.restores.silent(restore.id, { unanswered: ['another', 'sandbox'], heldUp: [] }, AGAIN)
    expect(await decide(world.store, budi, proposal, 'approve', AGAIN)).toMatchObject({ state: 'void' })
    expect(await world.store.freezes.list(true)).toHaveLength(1)
  })

  it('is not left unasked where something is still under way there', async () => {
    const ref = await world.ready()
    const attempts = await world.store.restores.attemptsAfter(disbursementOf(ref))
    const first = attempts.find(({ gateway }) => gateway === 'another')
    if (!first) throw new Error('it is asked about')
    await world.store.restores.record(first, seen('accepted'), AGAIN)
    await look(inUse)
    expect(await refusal(lifted(['another']))).toBe('conflict')
  })

  it('is believed all the same where it can be asked again', async () => {
    const ref = await world.ready()
    await look(inUse)
    await lifted(['another'])
    tell(others, ref, 1, seen('paid', { gatewayId: 'po_another' }))
    expect(await submit(ref, gateways)).toEqual([])
    expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid' })
  })

  it('is named alone where what another one knows waits behind it, which is then looked up again', async () => {
    const ref = await world.ready()
    tell(known, ref, 2, seen('paid', { gatewayId: 'po_2' }))
    expect(await look(inUse)).toEqual(['unanswered'])
    expect(await match('sandbox', debitOf(ref, 2))).toBe('conflict')
    expect(await refusal(lifted(['another', 'sandbox']))).toBe('conflict')
    expect(await lifted(['another'])).toBe('executed')
    // It has not been recorded yet: its debit would be of nobody.
    expect(await match('sandbox', debitOf(ref, 2))).toBe('conflict')
    expect(await world.store.restores.open()).toMatchObject({ lookedUpAt: null })
    expect(await look(inUse)).toEqual(['recovered'])
    expect(await stateOf(world, disbursementOf(ref))).toMatchObject({ state: 'paid' })
    await world.store.restores.lookedUp(restore.id, {}, AGAIN)
    expect(await world.store.restores.open()).toMatchObject({ lookedUpAt: new Date(AGAIN) })
  })

  it('is waited for again where the database is put back once more before that one is closed', async () => {
    const ref = await world.ready()
    await look(inUse)
    await lifted(['another'])
    const first = restore
    restore = await world.store.restores.begin('another backup', engineActor(), LATER)
    expect(restore).toMatchObject({ id: first.id, foundAt: new Date(LATER), lookedUpAt: null })
    expect(restore.freeze).not.toBe(first.freeze)
    expect(await refusal(lifted(undefined, LATER))).toBe('conflict')
    expect(await refusal(lifted(['another'], LATER))).toBe('conflict')
    expect(await look(inUse)).toEqual(['unanswered'])
    expect(await refusal(lifted(undefined, LATER))).toBe('conflict')
    expect(await submit(ref)).toEqual([])
    expect(await lifted(['another'], LATER)).toBe('executed')
    expect(await look(inUse)).toEqual(['not-there'])
    expect(await submit(ref)).toEqual([referenceOf(disbursementOf(ref), 1)])
  })

  it('is waited for again in another restore', async () => {
    const ref = await world.ready()
    await look(inUse)
    await lifted(['another'])
    await world.root.pool.query('UPDATE restore SET closed_at = now()')
    restore = await world.store.restores.begin('another backup', engineActor(), LATER, NOON)
    expect(await look(inUse)).toEqual(['unanswered'])
    expect(await refusal(lifted())).toBe('conflict')
    expect(await submit(ref)).toEqual([])
  })
})
