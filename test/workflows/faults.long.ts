/** Everything a gateway can do to a payout, met by whole lives at once: who gets what, and who waits for whom. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { participantWorkflowId, recoveryWorkflowId } from '../../domain/identity.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import { received } from '../sandbox/stage.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { lift } from '../support/freezes.ts'
import { openScene, untilTrue, type Scene } from '../support/temporal.ts'
import { AMOUNT, disbursementOf, SECOND, WAVE } from '../support/world.ts'

const swift = swiftProgramme()
/** One incentive, and then the life is over. */
const programme = {
  ...swift,
  tranches: swift.tranches.slice(0, 1),
  payment: { ...swift.payment, coolingAfterRelink: 'PT1S' },
}
const course = programme.training.courses[0]?.code ?? ''

/** Real time, for the server that skips it was seen to stop skipping under many lives: so every wait is short. */
const timing = {
  submitTimeoutMs: 500,
  enquiryLadderMs: [200, 400, 800],
  quietPeriodMs: 800,
  giveUpMs: 10 * SECOND,
  retryDelaysMs: [300, 600],
  floatCheckMs: 300,
}
const real = { programme, timing, server: 'real', timeFactor: 0.05 } as const

let scene: Scene
beforeAll(async () => {
  scene = await openScene(real)
})
afterAll(() => scene.close())
afterEach(async () => {
  expect(await scene.imbalances()).toEqual([])
})

async function trained(accounts: readonly AccountDetails[]): Promise<string[]> {
  const refs: string[] = []
  for (const account of accounts) refs.push(await scene.register({ account }, await scene.now()))
  await scene.settle()
  await untilTrue(async () => (await scene.count(`SELECT FROM participant WHERE stage = 'screening'`)) === 0)
  const atMs = await scene.now()
  await scene.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK', refs }), atMs)
  for (const ref of refs) {
    for (const kind of ['course-started', 'course-completed', 'course-rated'] as const) {
      const evidence = { programme: 'swift', ref, kind, subject: course, occurredAtMs: atMs, document: null }
      await scene.act((acts) => acts.recordEvidence(evidence), atMs)
    }
  }
  await scene.settle()
  return refs
}
const disbursement = (ref: string) =>
  scene.one<{ state: string; reason: string | null; attempts: number }>(
    // On a busy machine a claim may be too old to be sent: that attempt never left.
    `SELECT d.state, d.reason, (SELECT count(*) FROM payout y
                                 WHERE y.disbursement = d.key AND y.failure_code IS DISTINCT FROM 'send-too-late')::int AS attempts
       FROM disbursement d WHERE d.key = $1`,
    [disbursementOf(ref)],
  )
const REACHED = 'SELECT FROM disbursement WHERE key = $1 AND state = $2'
const reaches = (ref: string, state: string): Promise<void> =>
  untilTrue(async () => (await scene.count(REACHED, [disbursementOf(ref), state])) === 1, 45_000)

/** How often a life has continued as new, and its first run. */
async function runsOf(ref: string): Promise<number> {
  const id = participantWorkflowId('swift', ref)
  let runs = 0
  for (let run: string | undefined; ;) {
    runs += 1
    const history = await scene.temporal.client.workflow.getHandle(id, run).fetchHistory()
    const earlier = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId
    if (!earlier) return runs
    run = earlier
  }
}

/** What the first account of a person asks the sandbox for, where that leads, how many attempts it takes, and what arrives. */
const TABLE: readonly [scenario: string, title: string, state: string, attempts: number | null, amount: bigint][] = [
  ['00', 'is paid', 'paid', 1, AMOUNT],
  ['12', 'is closed', 'needs-account', 1, 0n],
  ['20', 'fails for a while', 'paid', 2, AMOUNT],
  ['21', 'fails for a reason nobody knows', 'review', 1, 0n],
  ['24', 'is refused by compliance', 'review', 1, 0n],
  ['30', 'gives the money back', 'needs-account', 1, 0n],
  ['33', 'gets another amount, says the gateway', 'review', 1, AMOUNT],
  ['40', 'is paid by a gateway that never answers', 'paid', 1, AMOUNT],
  ['41', 'is sent to a gateway that loses it', 'paid', 1, AMOUNT],
  ['42', 'is paid behind a broken proxy', 'paid', 1, AMOUNT],
  ['43', 'is sent to a gateway that breaks down', 'paid', 1, AMOUNT],
  ['44', 'is paid over a connection that is reset', 'paid', 1, AMOUNT],
  ['45', 'is sent to a gateway that asks to wait', 'paid', 1, AMOUNT],
  ['47', 'is paid by a gateway that calls it a duplicate', 'paid', 1, AMOUNT],
  ['49', 'is paid, and only an enquiry tells', 'paid', 1, AMOUNT],
  ['50', 'is paid before the answer', 'paid', 1, AMOUNT],
  ['51', 'is paid and told three times', 'paid', 1, AMOUNT],
  ['52', 'is told returned before paid', 'needs-account', 1, 0n],
  ['53', 'is paid without a callback', 'paid', 1, AMOUNT],
  ['55', 'is told by a forger first', 'paid', 1, AMOUNT],
  ['58', 'is told with a stranger’s reference', 'paid', 1, AMOUNT],
  ['59', 'is not found at first', 'paid', 1, AMOUNT],
  ['60', 'is asked about in vain at first', 'paid', 1, AMOUNT],
  ['03', 'never comes to an end', 'review', 1, 0n],
]

describe('an account that', () => {
  const accounts = TABLE.map(([scenario]) => bankAccount(scenario, scenario === '12' ? '8' : '0'))
  let refs: string[] = []
  let journal: Awaited<ReturnType<Scene['journal']>> = []

  beforeAll(async () => {
    refs = await trained(accounts)
    // What did not get there fails in its own test below.
    await Promise.allSettled(TABLE.map(([, , state], index) => reaches(refs[index] ?? '', state)))
    journal = await scene.journal()
  })

  it.each(TABLE.map(([scenario, title, state], index) => ({ scenario, title, state, index })))(
    '$title ($scenario): $state',
    async ({ state, index }) => {
      const [, , , attempts, amount] = TABLE[index] ?? []
      const found = await disbursement(refs[index] ?? '')
      expect(found).toMatchObject({ state, ...(attempts === null ? {} : { attempts }) })
      expect(received(journal, accounts[index]?.number ?? '')).toBe(amount)
    },
  )

  it('is a payee: nobody got more than one amount, and every payout at the gateway was claimed first', async () => {
    for (const { number } of accounts) expect(received(journal, number)).toBeLessThanOrEqual(AMOUNT)
    const references = journal.flatMap((entry) => (entry.kind === 'accepted' ? [entry.reference] : []))
    const { rows } = await scene.root.pool.query('SELECT FROM payout WHERE reference = ANY ($1)', [references])
    expect(rows).toHaveLength(references.length)
  })

  it('is paid lets its life end; one that waits keeps it open', async () => {
    // Nobody sweeps here: each life has heard of its own end.
    const paid = refs.filter((_, index) => TABLE[index]?.[2] === 'paid')
    const results = await Promise.all(paid.map((ref) => scene.result(ref)))
    expect(results).toEqual(paid.map(() => ({ outcome: 'completed' })))
    const review = refs[TABLE.findIndex(([scenario]) => scenario === '21')] ?? ''
    const { stage, attention } = await scene.one<{ stage: string; attention: string }>(
      'SELECT stage, attention FROM participant WHERE ref = $1',
      [review],
    )
    expect([stage, attention]).toEqual(['incentives', 'review'])
  })
})

describe('our money at the gateway is short', () => {
  it('people wait by name, and are paid after a top-up', async () => {
    const account = bankAccount('22')
    const [ref = ''] = await trained([account])
    await reaches(ref, 'float-short')
    await scene.topUp(1_000_000_000n)
    await reaches(ref, 'paid')
    expect(received(await scene.journal(), account.number)).toBe(AMOUNT)
  })
})

describe('money that comes back after a life has closed', () => {
  it('is paid again by a recovery, to another account, once', async () => {
    const first = bankAccount()
    const [ref = ''] = await trained([first])
    expect(await scene.result(ref)).toEqual({ outcome: 'completed' })
    const payout = await scene.one<{ gateway_id: string }>('SELECT gateway_id FROM payout WHERE ref = $1', [ref])
    await scene.giveBack(payout.gateway_id)
    await reaches(ref, 'needs-account')
    await scene.settle()
    const second = bankAccount()
    await scene.link(ref, second, await scene.now())
    await reaches(ref, 'paid')
    const journal = await scene.journal()
    expect([received(journal, first.number), received(journal, second.number)]).toEqual([0n, AMOUNT])
    const recovery = scene.temporal.client.workflow.getHandle(recoveryWorkflowId('swift', ref))
    expect(await recovery.result()).toEqual({ outcome: 'recovered' })
    expect(await disbursement(ref)).toMatchObject({ attempts: 2 })
  })
})

describe('a gateway that shows two payouts for one reference', () => {
  it('is frozen by the engine at once; who comes then waits unpaid, and is paid when two people have lifted it', async () => {
    const twin = bankAccount('61')
    const [twice = ''] = await trained([twin])
    await reaches(twice, 'review')
    expect(await disbursement(twice)).toMatchObject({ attempts: 1 })
    expect(received(await scene.journal(), twin.number)).toBe(AMOUNT)
    const [frozen] = await scene.store.freezes.list(true)
    expect(frozen).toMatchObject({ target: 'gateway:sandbox', cause: 'two-payouts', placedBy: 'engine' })

    const account = bankAccount()
    const [ref = ''] = await trained([account])
    await untilTrue(
      async () => (await scene.count(`SELECT FROM participant WHERE ref = $1 AND attention = 'frozen'`, [ref])) === 1,
    )
    expect(await disbursement(ref)).toMatchObject({ state: 'released', attempts: 0 })
    expect(received(await scene.journal(), account.number)).toBe(0n)
    await lift(scene, frozen?.id ?? '', await scene.now())
    await reaches(ref, 'paid')
    expect(received(await scene.journal(), account.number)).toBe(AMOUNT)
  })
})

describe('a life that has become long', () => {
  it('continues as new in the middle, again and again, and pays once', async () => {
    await scene.close()
    scene = await openScene({ ...real, eventsMax: 8 })
    const account = bankAccount('49')
    const [ref = ''] = await trained([account])
    await reaches(ref, 'paid')
    expect(await scene.result(ref)).toEqual({ outcome: 'completed' })
    expect(received(await scene.journal(), account.number)).toBe(AMOUNT)
    expect(await runsOf(ref)).toBeGreaterThan(1)
  })
})

describe('calls that fail by themselves, again and again', () => {
  const tranches = ['incentive-1', 'incentive-2', 'incentive-3']

  it('do not run in circles, however many fail at once: an attempt, a pause, another, a longer pause', async () => {
    await scene.close()
    const calls = new Map<string, number>()
    const first = programme.tranches[0]
    if (!first) throw new Error('the programme has an incentive')
    scene = await openScene({
      programme: { ...programme, tranches: tranches.map((code) => ({ ...first, code })) },
      activities: (all) => ({
        ...all,
        async submit({ disbursement: key }) {
          calls.set(key, (calls.get(key) ?? 0) + 1)
          // Unequal, so that each ends while the others rest.
          await new Promise((resolve) => setTimeout(resolve, 20 + 40 * Number(key.at(-3))))
          throw new Error('the gateway is not configured')
        },
      }),
    })
    const [ref = ''] = await trained([bankAccount()])
    await untilTrue(() => Promise.resolve(calls.size === 3))
    await scene.pass(30 * SECOND)
    await scene.pass(40 * SECOND)
    // After 0, 5, 15 and 35 seconds, and what the ends of calls are apart.
    for (const [, count] of calls) expect([3, 4, 5]).toContain(count)
    const attempts = 'SELECT FROM disbursement WHERE ref = $1 AND attempts = 0'
    expect(await scene.count(`${attempts} AND state = 'released'`, [ref])).toBe(3)
  })
})

describe('a run in the Temporal UI', () => {
  const waiting = async () => {
    const ref = await scene.register({}, await scene.now())
    await scene.settle()
    await untilTrue(
      async () => (await scene.count(`SELECT FROM participant WHERE ref = $1 AND stage = 'admission'`, [ref])) === 1,
    )
    return scene.temporal.client.workflow.getHandle(participantWorkflowId('swift', ref))
  }

  it('has a call stack that names the script and what it waits for', async () => {
    const run = await waiting()
    expect(await run.query('__stack_trace')).toContain('workflows/stages/admission.ts')
  })

  it('that is cancelled ends as cancelled, though its script waits', async () => {
    const run = await waiting()
    await run.cancel()
    await untilTrue(async () => (await run.describe()).status.name === 'CANCELLED')
  })
})
