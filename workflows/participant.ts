/** A participant's life, from registration to its last incentive, as the programme's manual tells it. */
import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow'
import { Life } from './life.ts'
import type { LifeInput, LifeResult } from './messages.ts'
import { admission } from './stages/admission.ts'
import { incentives } from './stages/incentives.ts'
import { screening } from './stages/screening.ts'
import { training } from './stages/training.ts'

export async function participant(input: LifeInput): Promise<LifeResult> {
  const life = new Life(input) // state first, handlers second
  const continued = await Promise.race([live(life), life.watch(), life.drained()])
  if (continued && 'v' in continued) return continueAsNew<typeof participant>(continued)
  return continued ?? { outcome: 'unknown' }
}

async function live(life: Life): Promise<LifeResult> {
  await screening(life) // identity and eligibility checks, each kept with its source and time
  await admission(life) // a wave decrees this person, or the life ends here
  await training(life) // first-purchase deadline, courses, evidence, rating
  await incentives(life) // every tranche of the plan, several at once: due, owed, released, sent, paid
  return close(life)
}

/** The store has closed the life; what was told last is looked at once more before the run ends. */
async function close(life: Life): Promise<LifeResult> {
  await condition(() => life.isQuiet && allHandlersFinished())
  return { outcome: life.standing.outcome ?? 'completed' }
}
