/**
 * Every row of the payout machine, reached through the simulator: each scenario is played over HTTP to where it stands still, with business time
 * running as fast as the engine waits, and two people decide where it waits for them. The rows are asked of the machine itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { createReconciliationActivities } from '../../activities/reconciliation.ts'
import { waitsOf } from '../../gateways/gateway.ts'
import { createSandboxGateway } from '../../gateways/sandbox/gateway.ts'
import { API_KEY, CALLBACK_SECRET, received, until } from '../sandbox/stage.ts'
import { payoutRows } from '../support/machine-rows.ts'
import { begin, goOn, openPlaying, play, statesOf, untilAt, type PlayOptions, type Playing } from '../support/played.ts'
import type { Word } from '../support/reviews.ts'
import { AMOUNT, DAY, MINUTE, NOON, openStore, SECOND } from '../support/world.ts'

/** What is told in the next moment after acceptance comes to a payout that is on record as accepted. */
const TIMING = { quietPeriodMs: MINUTE, giveUpMs: 3 * MINUTE, outcomeWithinMs: 0 }

/** A gateway whose failures are final at once, and one that has them confirmed by its statements. */
let prompt: Playing
let careful: Playing
beforeAll(async () => {
  prompt = await openPlaying({ timing: TIMING })
  careful = await openPlaying({ timing: { ...TIMING, failureFinal: 'after-statement' } })
})
afterAll(async () => {
  await prompt.close()
  await careful.close()
})

interface Play extends PlayOptions {
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

const PAID: Pick<Play, 'ends' | 'arrived'> = { ends: ['paid', 'paid'], arrived: 1n }
const FAILED: Pick<Play, 'ends' | 'arrived'> = { ends: ['failed', 'needs-account'], arrived: 0n }
const CANCELLED: Pick<Play, 'ends' | 'arrived'> = { ends: ['cancelled', 'review'], arrived: 0n }
const RETURNED: Pick<Play, 'ends' | 'arrived'> = { ends: ['returned', 'needs-account'], arrived: 0n }
/** People look, and find that it was paid, or never was. */
const FOUND_PAID: Omit<Play, 'scenario'> = {
  ends: ['review', 'review'],
  decision: { finding: 'paid' },
  decided: ['paid', 'paid'],
}
const FOUND_UNPAID: Omit<Play, 'scenario'> = {
  ends: ['review', 'review'],
  decision: { finding: 'not-paid', next: 'hold' },
  decided: ['failed', 'review'],
}

const PLAYS: readonly Play[] = [
  { scenario: '00', ...PAID },
  { scenario: '02', ...CANCELLED, decision: { next: 'cancel' }, decided: ['cancelled', 'cancelled'] },
  { scenario: '03', ...FOUND_UNPAID },
  { scenario: '04', ...PAID },
  { scenario: '04', digit: '2', ...FAILED },
  { scenario: '04', digit: '3', ...CANCELLED },
  { scenario: '04', digit: '4', ...RETURNED },
  { scenario: '10', ...FAILED },
  { scenario: '20', ...PAID },
  {
    scenario: '21',
    ends: ['failed', 'review'],
    decision: { next: 'needs-account' },
    decided: ['failed', 'needs-account'],
  },
  { scenario: '22', ends: ['failed', 'float-short'], arrived: 0n },
  { scenario: '26', ends: ['failed', 'failed'], arrived: 0n },
  { scenario: '30', patienceMs: 60, ...RETURNED },
  { scenario: '33', ...FOUND_PAID },
  {
    scenario: '34',
    ends: ['review', 'review'],
    decision: { finding: 'receivable', next: 'hold' },
    decided: ['paid', 'review'],
  },
  { scenario: '35', ...FOUND_PAID, arrived: 1n },
  {
    scenario: '37',
    ends: ['review', 'review'],
    decision: { finding: 'partly-returned', returned: `${AMOUNT / 3n}`, next: 'hold' },
    decided: ['paid', 'review'],
  },
  { scenario: '39', patienceMs: 80, ...FOUND_PAID, arrived: 1n },
  { scenario: '40', ...PAID },
  { scenario: '41', ...PAID },
  { scenario: '42', ...PAID },
  { scenario: '45', ...PAID },
  { scenario: '47', ...PAID },
  { scenario: '48', ...FOUND_PAID, arrived: 1n },
  { scenario: '49', ...PAID },
  { scenario: '50', ...PAID },
  { scenario: '50', digit: '7', ...FOUND_UNPAID },
  { scenario: '50', digit: '2', ...FAILED },
  { scenario: '50', digit: '3', ...CANCELLED },
  { scenario: '50', digit: '4', ...RETURNED },
  { scenario: '50', digit: '6', ...FOUND_PAID, arrived: 1n },
  { scenario: '52', patienceMs: 60, ...RETURNED },
  { scenario: '53', ...PAID },
  { scenario: '56', ...PAID },
  { scenario: '59', ...PAID },
  { scenario: '59', digit: '7', ...FOUND_UNPAID },
  { scenario: '59', digit: '2', ...FAILED },
  { scenario: '59', digit: '3', ...CANCELLED },
  { scenario: '59', digit: '4', ...RETURNED },
  { scenario: '59', digit: '5', ...FOUND_UNPAID },
  { scenario: '59', digit: '6', ...FOUND_PAID, arrived: 1n },
]

async function playAndDecide(at: Playing, { scenario, ends, arrived, decision, decided, ...options }: Play) {
  const { account, ref, disbursement } = await play(at, scenario, options)
  expect(await statesOf(at, disbursement)).toEqual(ends)
  if (arrived !== undefined) expect(received(await at.stage.journal(), account.number)).toBe(arrived * AMOUNT)
  if (decision && decided) {
    const payout = decision.finding ? `${disbursement}#1` : null
    const atMs = at.nowMs + SECOND
    expect(await at.people.decide(disbursement, payout, decision, atMs)).toMatchObject({ state: 'executed' })
    expect(await statesOf(at, disbursement)).toEqual(decided)
  }
  // Whoever waits for our money there keeps everybody else waiting, but for those on hold.
  if (ends[1] === 'float-short')
    await at.world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a test' }), at.nowMs)
  expect(await at.world.imbalances()).toEqual([])
}

describe('a scenario of the simulator', () => {
  it.each(PLAYS.map((of) => ({ ...of, name: `${of.scenario}${of.digit ?? ''}` })))(
    '$name ends as $ends',
    { timeout: 30_000 },
    (of) => playAndDecide(prompt, of),
  )

  it.each([
    ['32', { finding: 'paid' }, ['paid', 'paid']],
    ['36', { finding: 'paid' }, ['paid', 'paid']],
    ['38', { finding: 'returned', next: 'needs-account' }, ['returned', 'needs-account']],
    ['64', { finding: 'paid' }, ['paid', 'paid']],
  ] as const)('%s contradicts its end before anything else is sent', { timeout: 30_000 }, async (...of) => {
    const [scenario, word, decided] = of
    const { disbursement } = await play(prompt, scenario, { stopAt: 'released' })
    await untilAt(prompt, disbursement, 'review', 'review')
    await prompt.people.decide(disbursement, `${disbursement}#1`, word, prompt.nowMs)
    expect(await statesOf(prompt, disbursement)).toEqual(decided)
    expect(await prompt.world.imbalances()).toEqual([])
  })

  it('that was sent too late was not sent, and is tried again', async () => {
    prompt.nowMs = NOON
    const { ref, disbursement } = await begin(prompt)
    const times = [NOON, NOON]
    const now = () => times.shift() ?? NOON + MINUTE
    const gateways = new Map([['sandbox', prompt.stage.gateway]])
    const late = createPaymentActivities({ store: prompt.world.store, gateways, now })
    await late.submit({ programme: 'swift', ref, disbursement })
    expect(await statesOf(prompt, disbursement)).toEqual(['not-sent', 'released'])
  })

  it(
    'with two objects for one reference waits for people, and its gateway is frozen',
    { timeout: 30_000 },
    async () => {
      await playAndDecide(prompt, TWIN)
      expect(await prompt.world.one('SELECT target, cause FROM freezes WHERE lifted_at IS NULL')).toEqual({
        target: 'gateway:sandbox',
        cause: 'two-payouts',
      })
    },
  )
})

describe('a gateway whose failures its statements confirm', () => {
  it.each([
    ['10', '0', 'nobody has told anything before'],
    ['04', '2', 'it was told to be under way'],
    ['50', '2', 'it is told before the send is answered'],
    ['59', '2', 'the send was not answered'],
  ])('%s%s fails there, where %s, and is not final', { timeout: 30_000 }, async (scenario, digit) => {
    const { disbursement } = await begin(careful, scenario, digit)
    await tillFailing(disbursement)
    expect(await statesOf(careful, disbursement)).toEqual(['failing', 'in-flight'])
  })

  it.each([
    ['32', 'paid', 'paid'],
    ['38', 'returned', 'needs-account'],
  ])('%s turns out otherwise by its next callback', { timeout: 30_000 }, async (scenario, ...ends) => {
    const { disbursement } = await begin(careful, scenario)
    await tillFailing(disbursement)
    await untilAt(careful, disbursement, ...ends)
    expect(await careful.world.imbalances()).toEqual([])
  })

  it('the statements of its days end it: without a debit it has failed, and only then is it paid again; with one it is paid', async () => {
    careful.nowMs = NOON
    const unpaid = await begin(careful, '20', '2')
    await tillFailing(unpaid.disbursement)
    const paid = await begin(careful, '32', '9')
    await tillFailing(paid.disbursement)
    const isCredited = async () => received(await careful.stage.journal(), paid.account.number) === AMOUNT
    await until(async () => ((await isCredited()) ? true : undefined))
    careful.nowMs = NOON + 2 * DAY
    const again = { programme: 'swift', ref: unpaid.ref, disbursement: unpaid.disbursement }
    await reconcile(careful, '2026-11-22')
    await careful.activities().submit(again)
    expect(await statesOf(careful, unpaid.disbursement)).toEqual(['failing', 'in-flight'])
    expect(await statesOf(careful, paid.disbursement)).toEqual(['paid', 'paid'])
    await reconcile(careful, '2026-11-23')
    expect(await statesOf(careful, unpaid.disbursement)).toEqual(['failed', 'released'])
    await goOn(careful, unpaid)
    expect(await statesOf(careful, unpaid.disbursement)).toEqual(['paid', 'paid'])
    const journal = await careful.stage.journal()
    for (const { account } of [unpaid, paid]) expect(received(journal, account.number)).toBe(AMOUNT)
    expect(await careful.world.imbalances()).toEqual([])
  })

  it('what no statement confirms goes to people', { timeout: 30_000 }, () =>
    playAndDecide(careful, { scenario: '10', ...FOUND_UNPAID }),
  )

  it('what is cancelled there is final once the gateway is declared to be final at once', async () => {
    careful.nowMs = NOON
    const { disbursement, ref } = await begin(careful, '02')
    await tillFailing(disbursement)
    const settings = { baseUrl: careful.stage.url, apiKey: API_KEY, callbackSecrets: [CALLBACK_SECRET] }
    const gateway = createSandboxGateway({ ...settings, timing: TIMING })
    const store = openStore(careful.world.database, { timing: waitsOf(gateway.capabilities) })
    const of = { store, gateways: new Map([['sandbox', gateway]]), now: () => careful.nowMs + MINUTE }
    await createPaymentActivities(of).enquire({ programme: 'swift', ref, payout: `${disbursement}#1` })
    await store.close()
    expect(await statesOf(careful, disbursement)).toEqual(['cancelled', 'released'])
  })
})

test('every row of the payout machine is reached, and none that it has not', async () => {
  const reached = new Set([...(await prompt.rows('payout')), ...(await careful.rows('payout'))])
  const rows = payoutRows()
  expect([...rows].filter((row) => !reached.has(row))).toEqual([])
  expect([...reached].filter((row) => !rows.has(row))).toEqual([])
})

/** The statement of a day of the sandbox, from its bytes to what follows from it. */
async function reconcile(at: Playing, day: string): Promise<void> {
  expect(await at.stage.call('POST', '/admin/days/close', { day })).toMatchObject({ status: 200 })
  const gateways = new Map([['sandbox', at.stage.gateway]])
  const { store } = at.world
  const steps = createReconciliationActivities({ store, gateways, now: () => at.nowMs, beat: () => undefined })
  const fetched = await steps.fetchStatement({ gateway: 'sandbox', day })
  if (fetched.kind !== 'loaded') throw new Error(fetched.kind)
  await steps.matchStatement({ gateway: 'sandbox', statement: fetched.statement })
  await steps.settleStatement({ statement: fetched.statement })
}

/** Sends it, and asks about it where nobody calls back, until it is told to have failed. */
async function tillFailing(disbursement: string): Promise<void> {
  const of = { programme: 'swift', ref: disbursement.split(':')[1] ?? '' }
  await careful.activities().submit({ ...of, disbursement })
  for (let asked = 0; asked < 40; asked += 1) {
    await sleep(25)
    if ((await statesOf(careful, disbursement))[0] === 'failing') return
    careful.nowMs += 15 * SECOND
    await careful.activities().enquire({ ...of, payout: `${disbursement}#1` })
  }
}
