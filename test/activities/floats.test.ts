/**
 * Our money at a gateway is short: from the moment its first word of it is known the queue waits as a whole, and goes on after one top-up.
 * What was on its way at that moment may be refused as well: the gateway tells of it only after it has taken it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import type { DisbursementStanding } from '../../domain/standing.ts'
import { waitsOf } from '../../gateways/gateway.ts'
import { openStage, received, type Stage } from '../sandbox/stage.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { submitted } from '../support/sent.ts'
import { AMOUNT, disbursementOf, NOON, openWorld, seenFailed, type World } from '../support/world.ts'

const PEOPLE = 50
const ENOUGH_FOR = 10
const swift = swiftProgramme()
const programme = { ...swift, tranches: swift.tranches.slice(0, 1) }

let stage: Stage
let world: World
beforeAll(async () => {
  stage = await openStage({ openingBalanceMinor: AMOUNT * BigInt(ENOUGH_FOR) })
  world = await openWorld({ programme, timing: waitsOf(stage.gateway.capabilities) })
})
afterAll(async () => {
  await world.close()
  await stage.close()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

let nowMs = NOON
const payments = () =>
  createPaymentActivities({ store: world.store, gateways: new Map([['sandbox', stage.gateway]]), now: () => nowMs })

/** Looks at a life, and does what is next for its payment, as the workflow would; what was next. */
async function turn(ref: string): Promise<DisbursementStanding['next']['kind']> {
  const of = { programme: 'swift', ref, disbursement: disbursementOf(ref) }
  const next = (await world.advance(ref, nowMs)).disbursements[0]?.next ?? { kind: 'end' }
  if (next.kind === 'send') {
    await payments().submit(of)
    await heard(ref)
  }
  if (next.kind === 'check-float') await payments().checkFloat({ ...of, gateway: next.gateway })
  return next.kind
}

/** The gateway is asked until it has told what became of the newest payout of a person. */
async function heard(ref: string): Promise<void> {
  const { state, attempts } = await world.one<{ state: string; attempts: number }>(
    'SELECT state, attempts FROM disbursement WHERE key = $1',
    [disbursementOf(ref)],
  )
  if (state !== 'in-flight') return
  await sleep(10)
  await payments().enquire({ programme: 'swift', ref, payout: `${disbursementOf(ref)}#${attempts}` })
  return heard(ref)
}

/** Everybody has their turn, so many at once. */
async function round(refs: readonly string[], atOnce: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let from = 0; from < refs.length; from += atOnce) {
    const kinds = await Promise.all(refs.slice(from, from + atOnce).map(turn))
    for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

const payouts = async (): Promise<Record<string, number>> => {
  const { rows } = await world.root.pool.query<{ of: string; count: number }>(
    `SELECT CASE WHEN state = 'failed' THEN failure_code ELSE 'sent' END AS of, count(*)::int AS count FROM payout GROUP BY 1`,
  )
  return Object.fromEntries(rows.map(({ of, count }) => [of, count]))
}
const attempts = () => world.one<{ max: number }>('SELECT max(attempts)::int AS max FROM disbursement')

it('of fifty with money for ten, ten are sent and one is refused; after one top-up all are paid, and nobody is tried twice but that one', async () => {
  const accounts = Array.from({ length: PEOPLE }, () => bankAccount())
  const refs: string[] = []
  for (const account of accounts) refs.push(await world.ready({ account }))
  await round(refs, 1)
  expect(await payouts()).toEqual({ sent: ENOUGH_FOR, 'float-short': 1 })
  // Whoever waits says why, also those that were never sent; and however often they look, nothing is sent.
  const waiting = `SELECT FROM participant WHERE attention = 'waiting-for-float'`
  await round(refs, 1)
  expect(await world.count(waiting)).toBe(PEOPLE - ENOUGH_FOR)
  const parked = await world.store.claims.draft(disbursementOf(refs.at(-1) ?? ''), nowMs)
  expect(parked).toEqual({ kind: 'parked', reason: 'float-short' })

  const { floatCheckMs } = stage.gateway.capabilities.timing
  // The balance is read again and is still short: the queue goes on waiting, and burns no attempt.
  nowMs += floatCheckMs
  expect(await round(refs, 1)).toMatchObject({ 'check-float': 1 })
  expect(await payouts()).toEqual({ sent: ENOUGH_FOR, 'float-short': 1 })

  await stage.call('POST', '/admin/top-up', { amount: (AMOUNT * BigInt(PEOPLE)).toString() })
  for (let rounds = 0; rounds < 6; rounds += 1) {
    nowMs += floatCheckMs
    await round(refs, 5)
  }
  expect(await payouts()).toEqual({ sent: PEOPLE, 'float-short': 1 })
  expect(await world.count(waiting)).toBe(0)
  const journal = await stage.journal()
  for (const { number } of accounts) expect(received(journal, number)).toBe(AMOUNT)
  expect((await attempts()).max).toBe(2)
  expect(await world.count('SELECT FROM disbursement WHERE attempts = 1')).toBe(PEOPLE - 1)
})

it('whoever is on hold keeps nobody waiting, and whose balance nobody reads only for two pauses', async () => {
  const { floatCheckMs } = stage.gateway.capabilities.timing
  const [short, other] = [await world.ready({}, nowMs), await world.ready({}, nowMs)]
  const payout = await world.claim(disbursementOf(short), nowMs)
  await world.observe(submitted(payout, seenFailed('float-short'), nowMs))
  const draft = (atMs: number) => world.store.claims.draft(disbursementOf(other), atMs)
  const parked = { kind: 'parked', reason: 'float-short' }
  expect(await draft(nowMs)).toEqual(parked)
  expect(await draft(nowMs + 2 * floatCheckMs - 1)).toEqual(parked)
  expect(await draft(nowMs + 2 * floatCheckMs)).toMatchObject({ kind: 'draft' })
  await world.act((acts) => acts.hold({ programme: 'swift', ref: short, reason: 'asked' }), nowMs)
  expect(await draft(nowMs)).toMatchObject({ kind: 'draft' })
})
