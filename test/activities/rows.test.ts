/**
 * Every row of both state machines, reached through the simulator: each scenario is played to where it stands still, with business
 * time running as fast as the engine waits, and two people decide where it waits for them.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { waitsOf } from '../../gateways/gateway.ts'
import { openStage, received, type Stage } from '../sandbox/stage.ts'
import { bankAccount } from '../support/builders.ts'
import { reviewing, type Reviewing, type Word } from '../support/reviews.ts'
import { AMOUNT, disbursementOf, MINUTE, NOON, openWorld, SECOND, type World } from '../support/world.ts'

let stage: Stage
let world: World
let people: Reviewing
const payouts = new Set<string>()
const disbursements = new Set<string>()

beforeAll(async () => {
  // What is told in the next moment after acceptance comes to a payout that is on record as accepted.
  stage = await openStage({ timing: { quietPeriodMs: MINUTE, giveUpMs: 10 * MINUTE, outcomeWithinMs: 0 } })
  world = await openWorld({ timing: waitsOf(stage.gateway.capabilities) })
  people = await reviewing(world)
})
afterAll(async () => {
  await world.close()
  await stage.close()
})

interface Play {
  readonly scenario: string
  /** What the account had received at the end, less what was taken back, in tranches. */
  readonly arrived?: bigint
  /** Where the newest payout and the disbursement stand before people decide. */
  readonly ends: readonly [payout: string, disbursement: string]
  readonly decision?: Word
  /** And after they have. */
  readonly decided?: readonly [payout: string, disbursement: string]
}

/** Two objects under one reference also freeze the gateway: it is played when nothing else is to be sent. */
const TWIN: Play = {
  scenario: '61',
  ends: ['review', 'review'],
  decision: { finding: 'unknown' },
  decided: ['unknown', 'in-flight'],
}

const PLAYS: readonly Play[] = [
  { scenario: '00', ends: ['paid', 'paid'], arrived: 1n },
  {
    scenario: '02',
    ends: ['cancelled', 'review'],
    arrived: 0n,
    decision: { next: 'cancel' },
    decided: ['cancelled', 'cancelled'],
  },
  {
    scenario: '03',
    ends: ['review', 'review'],
    decision: { finding: 'not-paid', next: 'hold' },
    decided: ['failed', 'review'],
  },
  { scenario: '10', ends: ['failed', 'needs-account'], arrived: 0n },
  { scenario: '20', ends: ['paid', 'paid'], arrived: 1n },
  {
    scenario: '21',
    ends: ['failed', 'review'],
    decision: { next: 'needs-account' },
    decided: ['failed', 'needs-account'],
  },
  { scenario: '22', ends: ['failed', 'float-short'], arrived: 0n },
  { scenario: '30', ends: ['returned', 'needs-account'], arrived: 0n },
  { scenario: '33', ends: ['review', 'review'], decision: { finding: 'paid' }, decided: ['paid', 'paid'] },
  {
    scenario: '34',
    ends: ['review', 'review'],
    decision: { finding: 'receivable', next: 'hold' },
    decided: ['paid', 'review'],
  },
  { scenario: '35', ends: ['review', 'review'], decision: { finding: 'paid' }, decided: ['paid', 'paid'], arrived: 1n },
  {
    scenario: '37',
    ends: ['review', 'review'],
    decision: { finding: 'partly-returned', returned: `${AMOUNT / 3n}`, next: 'hold' },
    decided: ['paid', 'review'],
  },
  { scenario: '40', ends: ['paid', 'paid'], arrived: 1n },
  { scenario: '41', ends: ['paid', 'paid'], arrived: 1n },
  { scenario: '42', ends: ['paid', 'paid'], arrived: 1n },
  { scenario: '45', ends: ['paid', 'paid'], arrived: 1n },
  { scenario: '47', ends: ['paid', 'paid'], arrived: 1n },
  { scenario: '49', ends: ['paid', 'paid'], arrived: 1n },
  { scenario: '50', ends: ['paid', 'paid'], arrived: 1n },
  { scenario: '52', ends: ['returned', 'needs-account'], arrived: 0n },
  { scenario: '53', ends: ['paid', 'paid'], arrived: 1n },
  { scenario: '56', ends: ['paid', 'paid'], arrived: 1n },
  { scenario: '59', ends: ['paid', 'paid'], arrived: 1n },
]

/** One person's first incentive, played until nothing moves any more. */
async function play(scenario: string, stopAt: (state: string) => boolean = () => false) {
  const account = bankAccount(scenario)
  const ref = await world.ready({ account })
  const disbursement = disbursementOf(ref)
  let nowMs = NOON
  let heard = 0
  const activities = createPaymentActivities({
    store: world.store,
    gateways: new Map([['sandbox', stage.gateway]]),
    now: () => nowMs,
  })
  const of = { programme: 'swift', ref }
  const listen = async (): Promise<boolean> => {
    const events = stage.heard.slice(heard).flatMap(({ result }) => (result.kind === 'event' ? [result] : []))
    heard = stage.heard.length
    let hasMoved = false
    for (const { reference, observation } of events) {
      const { rows } = await world.root.pool.query<{ key: string }>(
        'SELECT key FROM payout WHERE reference = $1 AND ref = $2',
        [reference, ref],
      )
      const [payout] = rows
      if (!payout) continue
      const told = await world.observe({
        payout: payout.key,
        source: 'callback',
        fact: { kind: 'observed', observation },
        atMs: nowMs,
      })
      hasMoved ||= told.decision === 'move'
    }
    return hasMoved
  }
  let idle = 0
  for (let steps = 0; steps < 120 && idle < 12; steps += 1) {
    const {
      disbursements: [standing],
    } = await world.advance(ref, nowMs)
    if (!standing || (steps > 0 && stopAt(standing.state))) break
    disbursements.add(standing.state)
    const { next } = standing
    if (next.kind === 'send') await activities.submit({ ...of, disbursement })
    else if (next.kind === 'resend') await activities.resend({ ...of, payout: next.payout })
    else if (next.kind === 'enquire') await activities.enquire({ ...of, payout: next.payout })
    else if (next.kind === 'check-float') await activities.checkFloat({ ...of, disbursement, gateway: 'sandbox' })
    else if (next.kind === 'give-up') await world.store.payouts.giveUp(next.payout, nowMs)
    await sleep(25)
    const isQuiet = next.kind === 'wait' || next.kind === 'end' || next.kind === 'check-float'
    if (next.kind === 'wait' && next.untilMs !== null) nowMs = Math.max(nowMs, next.untilMs)
    const isWaiting = next.kind === 'wait' && next.untilMs !== null && standing.state === 'in-flight'
    idle = (await listen()) || !isQuiet || isWaiting ? 0 : idle + 1
  }
  return { account, ref, disbursement, nowMs }
}

async function statesOf(disbursement: string): Promise<[string, string]> {
  const row = await world.one<{ payout: string; state: string }>(
    `SELECT y.state AS payout, d.state FROM disbursement d JOIN payout y ON y.disbursement = d.key AND y.n = d.attempts WHERE d.key = $1`,
    [disbursement],
  )
  disbursements.add(row.state)
  return [row.payout, row.state]
}

/** Every move of its payouts that is on record. */
async function keepMoves(ref: string): Promise<void> {
  const { rows } = await world.root.pool.query<{ from_state: string; to_state: string }>(
    `SELECT DISTINCT o.from_state, o.to_state FROM observation o JOIN payout y ON y.key = o.payout WHERE y.ref = $1 AND o.from_state <> o.to_state`,
    [ref],
  )
  for (const { from_state: from, to_state: to } of rows) payouts.add(`${from} ${to}`)
}

async function playAndDecide({ scenario, ends, arrived, decision, decided }: Play): Promise<void> {
  const { account, ref, disbursement, nowMs } = await play(scenario)
  expect(await statesOf(disbursement)).toEqual(ends)
  await keepMoves(ref)
  if (arrived !== undefined) expect(received(await stage.journal(), account.number)).toBe(arrived * AMOUNT)
  if (decision && decided) {
    const payout = decision.finding ? `${disbursement}#1` : null
    expect(await people.decide(disbursement, payout, decision, nowMs + SECOND)).toMatchObject({ state: 'executed' })
    expect(await statesOf(disbursement)).toEqual(decided)
    if (payout) payouts.add(`review ${decided[0]}`)
  }
  // Whoever waits for our money there keeps everybody else waiting, but for those on hold.
  if (ends[1] === 'float-short')
    await world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a test' }), nowMs)
  expect(await world.imbalances()).toEqual([])
}

describe('a scenario of the simulator', () => {
  it.each(PLAYS)('$scenario ends as $ends', { timeout: 30_000 }, (of) => playAndDecide(of))

  it.each([
    ['32', 'failed'],
    ['36', 'cancelled'],
  ])('%s contradicts its end before anything else is sent', { timeout: 30_000 }, async (scenario, end) => {
    const { ref, disbursement, nowMs } = await play(scenario, (state) => state === 'released')
    const { reference } = await world.one<{ reference: string }>('SELECT reference FROM payout WHERE ref = $1', [ref])
    const success = () =>
      stage.heard
        .map(({ result }) => result)
        .find((told) => told.kind === 'event' && told.reference === reference && told.observation.state === 'paid')
    for (let waited = 0; waited < 400 && !success(); waited += 1) await sleep(25)
    const event = success()
    if (event?.kind !== 'event') throw new Error('no callback of the success')
    expect(await statesOf(disbursement)).toEqual([end, 'released'])
    const payout = `${disbursement}#1`
    await world.observe({
      payout,
      source: 'callback',
      fact: { kind: 'observed', observation: event.observation },
      atMs: nowMs,
    })
    expect(await statesOf(disbursement)).toEqual(['review', 'review'])
    await keepMoves(ref)
    await people.decide(disbursement, payout, { finding: 'paid' }, nowMs)
    expect(await statesOf(disbursement)).toEqual(['paid', 'paid'])
    expect(await world.imbalances()).toEqual([])
  })

  it('that was sent too late was not sent, and is tried again', async () => {
    const ref = await world.ready({ account: bankAccount() })
    const times = [NOON, NOON]
    const now = () => times.shift() ?? NOON + MINUTE
    const late = createPaymentActivities({ store: world.store, gateways: new Map([['sandbox', stage.gateway]]), now })
    await late.submit({ programme: 'swift', ref, disbursement: disbursementOf(ref) })
    expect(await statesOf(disbursementOf(ref))).toEqual(['not-sent', 'released'])
    await keepMoves(ref)
  })

  it(
    'with two objects for one reference waits for people, and its gateway is frozen',
    { timeout: 30_000 },
    async () => {
      await playAndDecide(TWIN)
      expect(await world.one('SELECT target, cause FROM freezes WHERE lifted_at IS NULL')).toEqual({
        target: 'gateway:sandbox',
        cause: 'two-payouts',
      })
    },
  )
})

test('together they reach every row that a gateway can cause, and every state of a disbursement but its first and its deadline', () => {
  const wanted = [
    'submitting not-sent',
    'submitting accepted',
    'submitting unknown',
    'unknown paid',
    'accepted processing',
    'accepted paid',
    'accepted failed',
    'accepted cancelled',
    'accepted review',
    'processing paid',
    'paid returned',
    'paid review',
    'failed review',
    'cancelled review',
    'review paid',
    'review failed',
    'review unknown',
  ]
  expect(wanted.filter((row) => !payouts.has(row))).toEqual([])
  const states = ['released', 'in-flight', 'paid', 'needs-account', 'float-short', 'review', 'cancelled']
  expect(states.filter((state) => !disbursements.has(state))).toEqual([])
})
