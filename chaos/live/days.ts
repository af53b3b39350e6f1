/** Days of the gateway, closed before their end and reconciled by the workflow: whoever dies over one, it is begun anew. */
import { setTimeout as sleep } from 'node:timers/promises'
import { reconcileWorkflowId } from '../../domain/identity.ts'
import { connectTemporal } from '../../temporal/connect.ts'
import { LIVES_QUEUE } from '../../workflows/messages.ts'
import { closeDay } from './judge.ts'
import type { Killing } from './killing.ts'
import type { Stand } from './stand.ts'

const GATEWAY = 'sandbox'
const LOOK_MS = 500
const PATIENCE_MS = 10 * 60_000

/**
 * Closes a day and has it reconciled. A step over a whole day that lost its worker is taken up again after twenty-five minutes; an operator who does not
 * want to wait ends its run and starts it anew, and so does this.
 */
export async function reconcileDay(stand: Stand, killing: Killing, day: string): Promise<void> {
  await closeDay(stand.sandbox, day)
  const temporal = connectTemporal({ address: stand.stack.temporalAddress, namespace: stand.config.temporalNamespace })
  const workflowId = reconcileWorkflowId(GATEWAY, day)
  const start = () =>
    temporal.client.workflow.start('reconcile', {
      workflowId,
      taskQueue: LIVES_QUEUE,
      args: [{ gateway: GATEWAY, day }],
      workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    })
  try {
    const end = Date.now() + PATIENCE_MS
    let run = await start()
    for (let kills = killing.kills(); Date.now() < end; await sleep(LOOK_MS)) {
      const { status } = await run.describe()
      if (status.name === 'COMPLETED') return
      const now = killing.kills()
      if (now === kills && status.name === 'RUNNING') continue
      kills = now
      run = await start()
    }
    throw new Error(`${day} is not reconciled`)
  } finally {
    await temporal.close()
  }
}
