/** What only a real server does: workers that die, runs that are reset or terminated, databases that go away. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { participantWorkflowId } from '../../domain/identity.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import { received } from '../sandbox/stage.ts'
import { formatTime } from '../../text/time.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { openScene, untilTrue, type Scene } from '../support/temporal.ts'
import { AMOUNT, disbursementOf, SECOND, WAVE } from '../support/world.ts'

const swift = swiftProgramme()
const payment = { ...swift.payment, coolingAfterRelink: 'PT1S' }
const programme = { ...swift, payment, tranches: swift.tranches.slice(0, 1) }
const course = programme.training.courses[0]?.code ?? ''
const timing = { enquiryLadderMs: [300, 500, 1000], quietPeriodMs: 1000, submitTimeoutMs: 500 }

let scene: Scene
beforeAll(async () => {
  scene = await openScene({ programme, timing, server: 'real', timeFactor: 0.1, activities: mortal })
})
afterAll(() => scene.close())
afterEach(async () => {
  expect(await scene.imbalances()).toEqual([])
})

async function admitted(account: AccountDetails): Promise<string> {
  const ref = await scene.register({ account }, Date.now())
  await scene.settle()
  await untilTrue(async () => (await scene.count(`SELECT FROM participant WHERE stage = 'screening'`)) === 0)
  await scene.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK', refs: [ref] }), Date.now())
  return ref
}
async function train(ref: string): Promise<void> {
  const occurredAtMs = Date.now()
  for (const kind of ['course-started', 'course-completed', 'course-rated'] as const) {
    const evidence = { programme: 'swift', ref, kind, subject: course, occurredAtMs, document: null }
    await scene.act((acts) => acts.recordEvidence(evidence), occurredAtMs)
  }
}
const stateOf = async (ref: string): Promise<string> => {
  const { rows } = await scene.root.pool.query<{ state: string }>('SELECT state FROM disbursement WHERE key = $1', [
    disbursementOf(ref),
  ])
  return rows[0]?.state ?? 'none'
}
const reaches = (ref: string, state: string): Promise<void> =>
  untilTrue(async () => (await stateOf(ref)) === state, 40_000)
const gets = async (account: AccountDetails): Promise<bigint> => received(await scene.journal(), account.number)
const payouts = (ref: string) => scene.count('SELECT FROM payout WHERE ref = $1', [ref])
const handleOf = (ref: string) => scene.temporal.client.workflow.getHandle(participantWorkflowId('swift', ref))

/** Whose first send dies with its process, and where: between the claim and the first byte, or before the answer is written. */
const dying = new Map<string, 'before' | 'after'>()
/** Whose call is answered long after its payment was told to have arrived. */
const lingering = new Set<string>()

/** Longer than the call may take: nobody hears of its end any more. */
const silence = (): Promise<never> =>
  new Promise((_, reject) => setTimeout(() => reject(new Error('dead')), 6 * SECOND))

type Payments = Parameters<NonNullable<Parameters<typeof openScene>[0]>['activities'] & {}>[0]
function mortal(all: Payments): Payments {
  return {
    ...all,
    async submit(of) {
      if (lingering.delete(of.ref)) {
        const sent = await all.submit(of)
        await scene.pass(2 * SECOND)
        return sent
      }
      const end = dying.get(of.ref)
      if (!dying.delete(of.ref)) return all.submit(of)
      const draft = await scene.draft(of.disbursement, Date.now())
      const order = {
        payoutKey: draft.payout,
        reference: draft.reference,
        amount: { minor: draft.amount, currency: draft.currency },
        narrative: 'A TEST',
      }
      const prepared = scene.gateway.prepare(order, draft.destination.open())
      if (!('body' in prepared)) throw new Error(prepared.code)
      await scene.store.claims.claim(draft, prepared.body, Date.now())
      if (end === 'after') await scene.gateway.submit({ ...order, body: prepared.body }, AbortSignal.timeout(500))
      return silence()
    },
  }
}

describe('a process that dies', () => {
  it.each(['before', 'after'] as const)(
    '%s the first byte has left or its answer was written: paid once',
    async (end) => {
      const account = bankAccount('00', '9')
      const ref = await admitted(account)
      dying.set(ref, end)
      await train(ref)
      await reaches(ref, 'paid')
      expect([await gets(account), await payouts(ref)]).toEqual([AMOUNT, 1])
      expect(await scene.count('SELECT FROM send WHERE payout = $1', [`${disbursementOf(ref)}#1`])).toBe(
        end === 'before' ? 2 : 1,
      )
    },
  )
})

describe('a worker that is lost', () => {
  it('while it sends: the payout is unknown, is asked about, and is paid once', async () => {
    const account = bankAccount('40', '9')
    const ref = await admitted(account)
    await train(ref)
    await untilTrue(async () => (await payouts(ref)) === 1)
    await scene.stopWorkers()
    await scene.startWorkers()
    await reaches(ref, 'paid')
    expect(await gets(account)).toBe(AMOUNT)
    expect(await payouts(ref)).toBe(1)
    expect(await scene.result(ref)).toEqual({ outcome: 'completed' })
  })

  it('for a while: what was told meanwhile is done when another comes', async () => {
    const account = bankAccount()
    const ref = await admitted(account)
    await scene.stopWorkers()
    await train(ref)
    await scene.pass(SECOND)
    expect(await stateOf(ref)).toBe('none')
    await scene.startWorkers()
    await reaches(ref, 'paid')
    expect(await gets(account)).toBe(AMOUNT)
  })
})

describe('a run that is reset', () => {
  it('to its beginning pays nothing a second time', async () => {
    const account = bankAccount()
    const ref = await admitted(account)
    await train(ref)
    expect(await scene.result(ref)).toEqual({ outcome: 'completed' })
    const { runId } = await handleOf(ref).describe()
    const { events } = await handleOf(ref).fetchHistory()
    const tasks = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes)
    for (const task of [tasks[0], tasks[Math.floor(tasks.length / 2)]]) {
      if (!task?.eventId) throw new Error('a life has tasks')
      await scene.temporal.client.workflowService.resetWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: participantWorkflowId('swift', ref), runId },
        reason: 'a test',
        requestId: `reset-${task.eventId.toString()}`,
        workflowTaskFinishEventId: task.eventId,
      })
      expect(await scene.result(ref)).toEqual({ outcome: 'completed' })
    }
    expect(await gets(account)).toBe(AMOUNT)
    expect(await payouts(ref)).toBe(1)
  })

  it('while a payout is on its way pays once', async () => {
    const account = bankAccount('01')
    const ref = await admitted(account)
    await train(ref)
    await untilTrue(async () => (await payouts(ref)) === 1)
    const { runId } = await handleOf(ref).describe()
    const { events } = await handleOf(ref).fetchHistory()
    const task = (events ?? []).find((event) => event.workflowTaskCompletedEventAttributes)
    await scene.temporal.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: participantWorkflowId('swift', ref), runId },
      reason: 'a test',
      requestId: 'reset-under-way',
      workflowTaskFinishEventId: task?.eventId ?? null,
    })
    await reaches(ref, 'paid')
    expect([await gets(account), await payouts(ref)]).toEqual([AMOUNT, 1])
  })
})

describe('a run that has not ended although its life is closed', () => {
  it('is told what comes back, and ends when that is paid again', async () => {
    const ref = await admitted(bankAccount('50'))
    lingering.add(ref)
    await train(ref)
    await reaches(ref, 'paid')
    await untilTrue(
      async () => (await scene.count(`SELECT FROM participant WHERE ref = $1 AND stage = 'closed'`, [ref])) === 1,
    )
    const { gateway_id: paid } = await scene.one<{ gateway_id: string }>(
      'SELECT gateway_id FROM payout WHERE ref = $1',
      [ref],
    )
    await scene.giveBack(paid)
    await reaches(ref, 'needs-account')
    await scene.pass(3 * SECOND)
    await scene.link(ref, bankAccount(), Date.now())
    await reaches(ref, 'paid')
    await untilTrue(async () => (await handleOf(ref).describe()).status.name === 'COMPLETED')
    expect(await payouts(ref)).toBe(2)
  })
})

describe('a run that was terminated', () => {
  it('is flagged for people when something is told to it, and nothing is lost', async () => {
    const ref = await admitted(bankAccount())
    await scene.settle()
    await handleOf(ref).terminate('a test')
    await train(ref)
    await untilTrue(() => Promise.resolve(scene.relayed.some((event) => event.kind === 'ended' && event.ref === ref)))
    const { attention } = await scene.one<{ attention: string }>('SELECT attention FROM participant WHERE ref = $1', [
      ref,
    ])
    expect(attention).toBe('life-failed')
    expect(await scene.count(`SELECT FROM evidence WHERE ref = $1`, [ref])).toBe(3)
    expect(await scene.count(`SELECT FROM message WHERE ref = $1 AND state = 'pending'`, [ref])).toBeGreaterThan(0)
    await scene.root.pool.query(`UPDATE message SET state = 'delivered' WHERE ref = $1`, [ref])
  })
})

describe('PostgreSQL away for a while', () => {
  it('stops nothing for good: lives go on where they were, and pay once', async () => {
    const account = bankAccount()
    const ref = await admitted(account)
    await scene.settle()
    await train(ref)
    await scene.database.connections(false)
    await new Promise((resolve) => setTimeout(resolve, 5 * SECOND))
    await scene.database.connections(true)
    await reaches(ref, 'paid')
    expect([await gets(account), await payouts(ref)]).toEqual([AMOUNT, 1])
  })
})

/** As the Temporal UI shows it. */
async function detailsOf(ref: string): Promise<string> {
  const metadata = await handleOf(ref).query<{ currentDetails: string }>('__temporal_workflow_metadata')
  return metadata.currentDetails
}

describe('the details operators see', () => {
  it('say in plain words where someone stands, what is waited for, until when and whose move it is', async () => {
    const ref = await scene.register({ account: bankAccount('12', '8') }, Date.now())
    await scene.settle()
    await untilTrue(async () => (await detailsOf(ref)).includes('Waiting for a wave'))
    const waiting = await detailsOf(ref)
    expect(waiting).toContain(`**Participant ${ref} of swift**`)
    expect(waiting).toContain("Waiting for a wave to be decreed. It is an operator's move.")
    await scene.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK', refs: [ref] }), Date.now())
    await untilTrue(async () => (await detailsOf(ref)).includes('**Training.** Waiting for a first course'))
    await train(ref)
    await reaches(ref, 'needs-account')
    await untilTrue(async () => (await detailsOf(ref)).includes('waits for another account'))
    const details = await detailsOf(ref)
    expect(details).toMatch(
      /^- \*\*Job-search incentive:\*\* It waits for another account\. The account is closed\. It is the participant's move\. Link another account or wallet in the participant's own name\. The deadline is \d+ \w+ \d{4}, \d\d:\d\d WIB; after that it lapses\.$/m,
    )
    expect(details).not.toMatch(/needs-account|account-closed|incentive-1|\d{4}-\d\d-\d\dT/)
    const { rows } = await scene.root.pool.query<{ at: Date }>(
      'SELECT lapses_at AS at FROM disbursement WHERE ref = $1',
      [ref],
    )
    const until = formatTime('en', { atMs: rows[0]?.at.getTime() ?? 0, zone: 'Asia/Jakarta' })
    expect(details).toContain(`The deadline is ${until};`)
  })

  it('name stage, wave, region and gateway, and nothing personal', async () => {
    const account = bankAccount('03')
    const ref = await admitted(account)
    await train(ref)
    await reaches(ref, 'in-flight')
    await untilTrue(async () => {
      const { typedSearchAttributes } = await handleOf(ref).describe()
      return JSON.stringify(typedSearchAttributes.getAll()).includes('sandbox')
    })
    const { raw } = await handleOf(ref).describe()
    const { events } = await handleOf(ref).fetchHistory()
    const told = [...(events ?? []).map((event) => JSON.stringify(event)), JSON.stringify(raw)].join('\n')
    const clear = told + Buffer.from(told).toString('base64') + decoded(told)
    for (const secret of [account.number, account.holder, 'Peserta']) expect(clear).not.toContain(secret)
  })
})

/** Payloads are base64 in JSON: what they say. */
function decoded(json: string): string {
  return [...json.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)]
    .map(([, data = '']) => Buffer.from(data, 'base64').toString())
    .join('\n')
}
