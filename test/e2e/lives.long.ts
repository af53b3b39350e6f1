/** What operators and people do to running lives, on real servers; every life here continues as new after few events. */
import { afterAll, expect, test } from 'vitest'
import { participantWorkflowId, recoveryWorkflowId } from '../../domain/identity.ts'
import { SEARCH_ATTRIBUTES } from '../../temporal/attributes.ts'
import { bankAccount } from '../support/builders.ts'
import { openLiveStack, until } from '../support/e2e.ts'
import { peopleWith, personWith } from '../support/e2e-people.ts'
import { stepsOn } from '../support/e2e-steps.ts'

/** A life has about seventy. */
const live = await openLiveStack({ environment: { LUNAS_LIFE_EVENTS_MAX: '20' } })
const steps = stepsOn(live)
const code = live.programme.code
const { workflow, connection } = live.temporal.client

afterAll(() => live.close())

/** What the gateway gave and took back, in minor units, by the account's number. */
async function received(number: string): Promise<bigint> {
  await live.journal.update()
  const entries = live.journal.entries.filter(({ account }) => account === number)
  const sum = (kind: string): bigint =>
    entries.filter((entry) => entry.kind === kind).reduce((total, { amount }) => total + BigInt(amount ?? '0'), 0n)
  return sum('credited') - sum('returned')
}

const entitlement = live.programme.tranches.reduce((sum, { amount }) => sum + BigInt(amount), 0n)

async function visible(query: string): Promise<string[]> {
  const found: string[] = []
  for await (const { workflowId } of workflow.list({ query })) found.push(workflowId)
  return found
}

test('a life that continues as new several times is paid every tranche once', async () => {
  const [of] = await live.settle(peopleWith(1))
  const id = participantWorkflowId(code, of?.ref ?? '')
  const runs = await until('its runs are visible', async () => {
    const found = await visible(`WorkflowId = '${id}'`)
    return found.length >= 3 && found
  })
  expect(new Set(runs)).toEqual(new Set([id]))
  expect(of).toMatchObject({ stage: 'closed', outcome: 'completed' })
  expect(await received(of?.person.registration.account?.number ?? '')).toBe(entitlement)
})

test('a running life that is reset to its start pays nothing a second time', async () => {
  const account = bankAccount()
  const [ref = ''] = await steps.admit([personWith(account)])
  await steps.train(ref)
  await steps.disbursement(ref, 'incentive-1', 'paid')
  expect(await received(account.number)).toBe(60_000_000n)
  const workflowId = participantWorkflowId(code, ref)
  const { runId, taskId } = await firstRun(workflowId)
  const before = (await workflow.getHandle(workflowId).describe()).runId
  await connection.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    reason: 'as an operator may',
    workflowTaskFinishEventId: taskId,
    requestId: 'reset-once',
  })
  expect((await workflow.getHandle(workflowId).describe()).runId).not.toBe(before)
  await steps.answer(ref)
  expect(await steps.stage(ref, 'closed')).toMatchObject({ outcome: 'completed' })
  expect(await received(account.number)).toBe(entitlement)
  expect(await live.rows('SELECT key FROM payout WHERE ref = $1 AND n > 1', [ref])).toEqual([])
})

/** The oldest run of a life, and the end of its first task. */
async function firstRun(workflowId: string) {
  const runs = await until('its runs are visible', async () => {
    const found = []
    for await (const { runId, startTime } of workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
      found.push({ runId, startMs: startTime.getTime() })
    }
    return found.length > 0 && found
  })
  const runId = runs.toSorted((one, other) => one.startMs - other.startMs)[0]?.runId ?? ''
  const { events } = await workflow.getHandle(workflowId, runId).fetchHistory()
  const taskId = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId ?? null
  return { runId, taskId }
}

test('money that comes back after a life has closed finds its person again', async () => {
  const account = bankAccount()
  const better = bankAccount()
  const [of] = await live.settle([personWith(account)])
  const ref = of?.ref ?? ''
  const [payout] = await live.rows<{ gateway_id: string }>(
    `SELECT gateway_id FROM payout WHERE ref = $1 AND disbursement LIKE '%:incentive-1:%'`,
    [ref],
  )
  const back = await fetch(`${live.sandbox.url}/admin/payouts/${payout?.gateway_id}/return`, {
    method: 'POST',
    headers: { authorization: `Bearer ${live.sandbox.apiKey}` },
  })
  expect(back.status).toBe(200)
  await steps.disbursement(ref, 'incentive-1', 'needs-account')
  const attention = async (): Promise<unknown> => (await steps.see(ref)).attention?.code
  await until('people are told', async () => (await attention()) === 'waiting-for-account')
  expect(await received(account.number)).toBe(entitlement - 60_000_000n)

  const recovery = workflow.getHandle(recoveryWorkflowId(code, ref))
  await until('recovery runs', async () => (await recovery.describe().catch(() => null))?.status.name === 'RUNNING')
  live.remember(ref, better.number)
  await steps.act(ref, 'accounts', { ...better, holder: of?.person.registration.name })
  await steps.disbursement(ref, 'incentive-1', 'paid')
  expect(await received(better.number)).toBe(60_000_000n)
  await until('recovery has ended', async () => (await recovery.describe()).status.name === 'COMPLETED')
  expect(await steps.see(ref)).toMatchObject({ stage: 'closed', outcome: 'completed', attention: null })
})

test('a hold is heard by the life within two seconds, nothing is sent meanwhile, and a release pays', async () => {
  const account = bankAccount()
  const [ref = ''] = await steps.admit([personWith(account)])
  const began = performance.now()
  const held = await steps.act(ref, 'hold', { reason: 'identity is being checked again' })
  expect(performance.now() - began).toBeLessThan(2_000)
  expect(held).toMatchObject({ status: 200, body: { ref, heard: true } })
  await steps.train(ref)
  await steps.disbursement(ref, 'incentive-1', 'released')
  await until('it is shown', async () =>
    (await visible(`Attention = 'on-hold'`)).includes(participantWorkflowId(code, ref)),
  )
  expect(await live.rows('SELECT key FROM payout WHERE ref = $1', [ref])).toEqual([])
  expect(await steps.act(ref, 'release', { reason: 'identity is confirmed' })).toMatchObject({ body: { heard: true } })
  await steps.disbursement(ref, 'incentive-1', 'paid')
  expect(await received(account.number)).toBe(60_000_000n)
})

test('a person who withdraws ends their life, and what was reserved for them is free again', async () => {
  const account = bankAccount()
  const [ref = ''] = await steps.admit([personWith(account)])
  const withdrawn = await steps.act(ref, 'withdraw', { reason: 'the participant asked to leave' })
  // A look that was under way may see it and close the life before the life is told: then nobody is left to hear.
  expect([200, 202]).toContain(withdrawn.status)
  expect(await steps.stage(ref, 'closed')).toMatchObject({ outcome: 'withdrawn' })
  const handle = workflow.getHandle(participantWorkflowId(code, ref))
  expect(await handle.result()).toEqual({ outcome: 'withdrawn' })
  expect(await received(account.number)).toBe(0n)
  const [left] = await live.rows('SELECT amount - released AS reserved FROM commitment WHERE ref = $1', [ref])
  expect(left).toEqual({ reserved: 0n })
})

test('a correction changes what is kept, is heard, and nothing of it is in the history', async () => {
  const [ref = ''] = await steps.admit([personWith(bankAccount())])
  const changes = { name: 'Kartini Wulandari', phone: '+628155500123' }
  const corrected = await steps.act(ref, 'corrections', { reason: 'as the identity card says', changes })
  expect(corrected).toMatchObject({ status: 200, body: { heard: true } })
  const identity = await live.calls.get('helpdesk', `${live.participants}/${ref}/identity`)
  expect(identity.body).toMatchObject(changes)
  const history = await workflow.getHandle(participantWorkflowId(code, ref)).fetchHistory()
  expect(JSON.stringify(history)).not.toMatch(/Kartini|8155500123/)
})

test('the six search attributes are registered, and people are found by stage', async () => {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' })
  expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining([...SEARCH_ATTRIBUTES]))
  const [ref = ''] = await steps.admit([personWith(bankAccount())])
  const query = `Programme = '${code}' AND Stage = 'training' AND Wave = '1' AND Region = '3204' AND ExecutionStatus = 'Running'`
  const id = participantWorkflowId(code, ref)
  await until('it is found', async () => (await visible(query)).includes(id))
  await steps.train(ref)
  await steps.disbursement(ref, 'incentive-1', 'paid')
  await until('its gateway is shown', async () =>
    (await visible(`Gateway = 'sandbox' AND Stage = 'incentives'`)).includes(id),
  )
  // A run that continues another has no summary of its own: whose life it is stands at the head of its details.
  const { currentDetails } = await workflow
    .getHandle(id)
    .query<{ currentDetails: string }>('__temporal_workflow_metadata')
  expect(currentDetails).toContain(`**Participant ${ref} of ${code}**`)
})

test('after all of it nobody was paid twice and the books balance', async () => {
  expect(await live.books()).toEqual({ paidTwice: 0, balance: true, findings: [] })
})
