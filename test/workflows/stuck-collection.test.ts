/** A collection that cannot be done: its day ends before the next one's, and people see that it failed. */
import path from 'node:path'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker } from '@temporalio/worker'
import { expect, onTestFinished, test } from 'vitest'
import { createRunActivities } from '../../activities/runs.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { findTemporalCli } from '../../local/temporal-programs.ts'
import { bundleWorkflows } from '../../main/bundle.ts'
import { COLLECTION_WORKFLOW, LIVES_QUEUE } from '../../workflows/messages.ts'
import { quiet, untilTrue } from '../support/temporal.ts'

const HOUR_SECONDS = 3600

test('a collection that fails again and again is given up before the next day, and its workflow fails', async () => {
  quiet()
  const executable = { type: 'existing-path', path: await findTemporalCli({ configured: null }) } as const
  const env = await TestWorkflowEnvironment.createLocal({ server: { executable } })
  onTestFinished(() => env.teardown())
  const runs = { collect: () => Promise.reject(new Error('Query read timeout')) }
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: LIVES_QUEUE,
    workflowBundle: await bundleWorkflows(path.join(PROJECT_ROOT, 'workflows/index.ts')),
    activities: createRunActivities({ store: { runs: runs as never }, gateways: new Map(), beat: () => undefined }),
  })
  await worker.runUntil(async () => {
    const options = { workflowId: 'collected', taskQueue: LIVES_QUEUE, args: [{ programme: 'p' }] }
    const handle = await env.client.workflow.start(COLLECTION_WORKFLOW, options)
    await untilTrue(async () => ((await handle.describe()).raw.pendingActivities?.[0]?.attempt ?? 0) > 1)
    const [stuck] = (await handle.describe()).raw.pendingActivities ?? []
    const within = Number(stuck?.activityOptions?.scheduleToCloseTimeout?.seconds ?? 0)
    expect(within).toBeGreaterThan(12 * HOUR_SECONDS)
    expect(within).toBeLessThan(24 * HOUR_SECONDS)
    await env.client.workflowService.updateActivityOptions({
      namespace: 'default',
      execution: { workflowId: 'collected' },
      id: stuck?.activityId ?? null,
      activityOptions: { scheduleToCloseTimeout: { seconds: 1 as never } },
      updateMask: { paths: ['schedule_to_close_timeout'] },
    })
    await untilTrue(async () => (await handle.describe()).status.name === 'FAILED')
  })
}, 120_000)
