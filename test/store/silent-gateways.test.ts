/** A gateway that does not answer after a restore holds up what may be its own, and no other's statements. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lookUp } from '../../activities/restores.ts'
import { engineActor } from '../../domain/act.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import { passBy } from '../../failpoints.ts'
import { swiftProgramme } from '../support/builders.ts'
import { AGAIN, found, JAKARTA, LATER, referenceOf, silentGateway, type Known } from '../support/lost-time.ts'
import { stateOf } from '../support/sent.ts'
import { DAY, line, partsOf, reconciling, type Reconciling } from '../support/statements.ts'
import { disbursementOf, NOON, openWorld, refusal, seen, seenFailed, type World } from '../support/world.ts'

let world: World
let teller: Reconciling
let restore: string
const [known, others]: [Known, Known] = [new Map(), new Map()]
const gateways = new Map([
  ['sandbox', silentGateway([], known)],
  ['another', silentGateway([], others)],
])
beforeEach(async () => {
  known.clear()
  others.clear()
  const programme = swiftProgramme()
  const payment = { ...programme.payment, gateways: ['sandbox', 'another'] }
  world = await openWorld({ programme: { ...programme, payment } })
  teller = reconciling(world)
  restore = (await world.store.restores.begin('backup of noon', engineActor(), AGAIN, NOON)).id
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

/** Everything owed, as `lunas recover look` asks about it. */
async function look(): Promise<readonly string[]> {
  const silent = new Set<string>()
  const onSilent = (gateway: string) => silent.add(gateway)
  const told: string[] = []
  for (const key of await world.store.restores.owed('', 100))
    told.push(await lookUp({ store: world.store, gateways, now: () => AGAIN, pass: passBy, onSilent }, key))
  if (silent.size > 0) await world.store.restores.silent(restore, [...silent], AGAIN)
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
  expect(await refusal(world.store.restores.close(restore, [JAKARTA], engineActor(), LATER))).toBe('conflict')
  expect(await world.store.restores.open()).toMatchObject({ lookedUpAt: null })
})
