/** The one table from problems to what Temporal does: a refusal that repeating cannot change ends the call, the rest is tried again. */
import { ApplicationFailure } from '@temporalio/activity'
import { Problem, type ProblemCode } from '../domain/problem.ts'

/** Refusals that another attempt cannot change. Everything else, a lost database first of all, is retried. */
const FINAL: readonly ProblemCode[] = ['unknown-participant', 'unknown-programme', 'unknown-gateway', 'life-closed']

const isFinalForAll = (code: ProblemCode): boolean => FINAL.includes(code)

/** Runs an effect; refusals become application failures that carry only their code, never a value of a person. */
export async function translateProblems<T>(work: () => Promise<T>, isFinal = isFinalForAll): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Problem)) throw ApplicationFailure.create({ message: messageOf(error), type: 'Fault' })
    throw ApplicationFailure.create({
      message: error.code,
      type: error.code,
      nonRetryable: isFinal(error.code),
    })
  }
}

/** Some four to eight minutes of attempts: longer than a quarrel about locks or the restart of a database takes. */
const ATTEMPTS_UNSHOWN = 7

/** A step that goes on failing would be tried for ever while nobody knows: from then on people are shown it, where that can be written. */
export async function orShown<T>(work: () => Promise<T>, attempt: number, show: () => Promise<void>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // A database that is away says the same of this; that the step failed is what counts.
    if (attempt > ATTEMPTS_UNSHOWN) await show().catch(() => undefined)
    throw error
  }
}

/** A fault's name and code: the text of a driver's error may quote a row. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'fault'
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : ''
  return `${error.name}${code}`
}
