/** Work after a life has closed: money that came back finds its person again, by the same `pay`. */
import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow'
import { Life } from './life.ts'
import type { LifeInput, LifeResult } from './messages.ts'
import { payments } from './payments.ts'

export async function recovery(input: LifeInput): Promise<LifeResult> {
  const life = new Life(input)
  const continued = await Promise.race([recover(life), life.watch(), life.drained()])
  if (continued && 'v' in continued) return continueAsNew<typeof recovery>(continued)
  return continued ?? { outcome: 'unknown' }
}

async function recover(life: Life): Promise<LifeResult> {
  await life.until(() => true)
  await payments(life, (standing) => standing.disbursements.every(({ next }) => next.kind === 'end'))
  await condition(() => life.isQuiet && allHandlersFinished())
  return { outcome: 'recovered' }
}
