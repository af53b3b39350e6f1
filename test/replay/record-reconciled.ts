/** Records the runs that hold a day of a gateway against our books. */
import { reconcileWorkflowId, reconciliationId } from '../../domain/identity.ts'
import type { Registration } from '../../domain/registration.ts'
import { dayOf } from '../../sandbox/statement.ts'
import { LIVES_QUEUE } from '../../workflows/messages.ts'
import { bankAccount } from '../support/builders.ts'
import type { Scene } from '../support/temporal.ts'

interface Recording {
  admit(more: Partial<Registration>): Promise<string>
  train(ref: string): Promise<void>
  reaches(ref: string, state: string): Promise<void>
  keep(name: string, workflowId: string): Promise<void>
}

/** A day of the gateway with a difference in it, and a round that does the day before. */
export async function recordReconciled(recorder: Recording, scene: Scene, say: (line: string) => void): Promise<void> {
  const ref = await recorder.admit({ account: bankAccount('73') })
  await recorder.train(ref)
  await recorder.reaches(ref, 'paid')
  const day = dayOf(Date.now())
  await scene.day('close', day)
  const { workflow } = scene.temporal.client
  const id = reconcileWorkflowId('sandbox', day)
  await workflow.execute('reconcile', { workflowId: id, taskQueue: LIVES_QUEUE, args: [{ gateway: 'sandbox', day }] })
  await recorder.keep('reconciled', id)
  // The books are a day older than they are, so that a day is due: the one before, which had no statement.
  await scene.root.pool.query(`UPDATE payout SET claimed_at = claimed_at - interval '1 day' WHERE ref = $1`, [ref])
  const round = reconciliationId('sandbox')
  await workflow.execute('reconciliation', {
    workflowId: round,
    taskQueue: LIVES_QUEUE,
    args: [{ gateway: 'sandbox' }],
  })
  await recorder.keep('reconciliation', round)
  say('reconciled')
}
