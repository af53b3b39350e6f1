/** Records payout runs: one from its collection to its end, with a pause on its way, one that continues as new, and a collection. */
import { payoutRunsId, payoutRunWorkflowId } from '../../domain/identity.ts'
import { COLLECTION_WORKFLOW, LIVES_QUEUE, PAYOUT_RUN_WORKFLOW } from '../../workflows/messages.ts'
import { bankAccount } from '../support/builders.ts'
import { agreeToRun, approvedProgramme, collect, proposeRun } from '../support/runs.ts'
import { untilTrue, type Scene } from '../support/temporal.ts'

interface Recording {
  keep(name: string, workflowId: string): Promise<void>
}

/** The programme of the scene they are recorded in. */
export const RUN_PROGRAMME = approvedProgramme({
  canary: { lines: 1, pause: 'PT1S' },
  approvals: [{ approvers: 1, releaser: false }],
})

export async function recordRuns(recorder: Recording, scene: Scene, say: (line: string) => void): Promise<void> {
  const { workflow } = scene.temporal.client
  const people = (count: number) =>
    Promise.all(Array.from({ length: count }, () => scene.ready({ account: bankAccount() }, Date.now())))
  await people(3)
  const round = payoutRunsId(scene.programme.code)
  const args = [{ programme: scene.programme.code }]
  await workflow.execute(COLLECTION_WORKFLOW, { workflowId: round, taskQueue: LIVES_QUEUE, args })
  await recorder.keep('collection', round)
  const [run] = await scene.store.runs.list(null, true)
  if (!run) throw new Error('it was collected')
  await scene.settle()
  await agreeToRun(scene, await proposeRun(scene, run, Date.now()), Date.now())
  await scene.settle()
  const at = { run: run.key, reason: 'a doubt' }
  await scene.act((acts) => acts.pauseRun(at), Date.now())
  await scene.settle()
  await untilTrue(async () => (await scene.store.runs.find(run.key)).state === 'paused')
  await scene.act((acts) => acts.resumeRun(at), Date.now())
  await scene.settle()
  const id = payoutRunWorkflowId(run.key)
  await workflow.getHandle(id).result()
  await recorder.keep('payout-run', id)
  await people(2)
  await scene.stopRelay()
  const next = await collect(scene, Date.now())
  await agreeToRun(scene, await proposeRun(scene, next, Date.now()), Date.now())
  const long = payoutRunWorkflowId(next.key)
  const started = workflow.execute(PAYOUT_RUN_WORKFLOW, {
    workflowId: long,
    taskQueue: LIVES_QUEUE,
    args: [{ run: next.key, eventsMax: 20 }],
  })
  scene.startRelay()
  await started
  await recorder.keep('payout-run-continued', long)
  say('payout runs')
}
