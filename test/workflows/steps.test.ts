/** A life whose worker is lost goes on with its history elsewhere, whatever two of its steps did at one time. */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker, type WorkflowBundle } from '@temporalio/worker'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DisbursementStanding, Standing } from '../../domain/standing.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { findTemporalCli } from '../../local/temporal-programs.ts'
import { bundleWorkflows } from '../../main/bundle.ts'
import { prepareServer } from '../../temporal/attributes.ts'
import { connectTemporal } from '../../temporal/connect.ts'
import { LIVES_QUEUE, PARTICIPANT_WORKFLOW } from '../../workflows/messages.ts'

/** How long it takes to give each payment up: a worker that does both at once hears of them one after the other. */
const GIVING_UP_MS = { 'survey-1': 50, 'survey-2': 100 } as const
type Key = keyof typeof GIVING_UP_MS
/** Longer than between the two: the second is given up while the life looks for the first. */
const LOOK_MS = 150

let env: TestWorkflowEnvironment
let workflowBundle: WorkflowBundle
beforeAll(async () => {
  const server = { executable: { type: 'existing-path', path: await findTemporalCli({ configured: null }) } } as const
  env = await TestWorkflowEnvironment.createLocal({ server })
  const temporal = connectTemporal({ address: env.address, namespace: 'default' })
  await prepareServer(temporal)
  await temporal.close()
  workflowBundle = await bundleWorkflows(path.join(PROJECT_ROOT, 'workflows/index.ts'))
})
afterAll(() => env.teardown())

/** A life with two payments whose gateway never answered: both are to be given up; it ends when it has been seen that they are. */
function storeOf() {
  const givenUp = new Set<string>()
  const disbursement = (key: Key): DisbursementStanding => ({
    key,
    tranche: key,
    state: givenUp.has(key) ? 'review' : 'in-flight',
    reason: null,
    next: givenUp.has(key) ? { kind: 'end' } : { kind: 'give-up', payout: key },
  })
  const look = async (): Promise<Standing> => {
    const isOver = givenUp.size === 2
    const seen = [disbursement('survey-1'), disbursement('survey-2')]
    await sleep(LOOK_MS)
    return {
      stage: isOver ? 'closed' : 'incentives',
      outcome: isOver ? 'completed' : null,
      held: false,
      wave: 'w',
      region: '3204',
      attention: null,
      wakeAtMs: null,
      disbursements: seen,
    }
  }
  const giveUp = async ({ payout }: { readonly payout: Key }): Promise<void> => {
    await sleep(GIVING_UP_MS[payout])
    givenUp.add(payout)
  }
  return { screen: look, advance: look, giveUp }
}

it('a life that has given up two payments with one look is gone on with by another worker', async () => {
  const connection = env.nativeConnection
  const worker = await Worker.create({ connection, taskQueue: LIVES_QUEUE, workflowBundle, activities: storeOf() })
  const history = await worker.runUntil(async () => {
    const handle = await env.client.workflow.start(PARTICIPANT_WORKFLOW, {
      workflowId: 'participant:p:two',
      taskQueue: LIVES_QUEUE,
      args: [{ v: 1, programme: 'p', ref: 'two' }],
    })
    await handle.result()
    return handle.fetchHistory()
  })
  await expect(Worker.runReplayHistory({ workflowBundle }, history, 'participant:p:two')).resolves.toBeUndefined()
})
