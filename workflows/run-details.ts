/** What an operator reads about a payout run in the Temporal UI: numbers and plain words. */
import type { RunLooked } from '../activities/runs.ts'
import { text } from '../text/catalogue.ts'
import { runSummary } from './messages.ts'

const LANGUAGE = 'en'

export function runDetails(run: string, { state, waiting, out }: RunLooked): string {
  return [`**${runSummary(run)}**`, text(LANGUAGE, `run.${state}`), text(LANGUAGE, 'run.lines', { waiting, out })].join(
    '\n\n',
  )
}
