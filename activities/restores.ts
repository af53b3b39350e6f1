/**
 * Looks up what a restored database may have forgotten: every attempt at a disbursement that the gateway may know beyond those
 * that are known here. What is found is recorded as it is told; what is not answered is not sent.
 */
import type { Failure } from '../domain/observation.ts'
import type { PayoutFact } from '../domain/payout.ts'
import type { Pass } from '../failpoints.ts'
import type { EnquiryResult, Gateway } from '../gateways/gateway.ts'
import type { Store } from '../store/index.ts'
import type { AskedAttempt } from '../store/lost-attempts.ts'

/** `not-there`: every gateway that may know of it was asked and knows nothing. `left`: its record cannot take what was found; people look. */
export type LookedUp = 'not-there' | 'recovered' | 'unanswered' | 'left'

export interface LookUpDependencies {
  readonly store: Pick<Store, 'restores'>
  readonly gateways: ReadonlyMap<string, Gateway>
  readonly now: () => number
  readonly pass: Pass
  /** Nothing is recorded: `recovered` then says that something is there of which the database knows nothing. */
  readonly isOnlyAsking?: boolean
  /** Told of each gateway that did not answer. */
  readonly onSilent?: (gateway: string) => void
  /** Told of each that did, and of which not everything is recorded, because another one did not. */
  readonly onHeldUp?: (gateway: string) => void
}

interface Answered {
  readonly attempt: AskedAttempt
  readonly answer: EnquiryResult
}

/** Asks for every attempt that may have followed the last known one, and records those that are there, and the gaps before them. */
export async function lookUp(dependencies: LookUpDependencies, disbursement: string): Promise<LookedUp> {
  const { store, pass } = dependencies
  const attempts = await pass('recovery:asked', store.restores.attemptsAfter(disbursement))
  const answers = await askAll(dependencies, attempts)
  const besides = await pass('recovery:beside', Promise.all(answers.flatMap((one) => askBeside(dependencies, one))))
  const silent = [...answers, ...besides].filter(({ answer }) => answer.kind === 'unavailable')
  for (const { attempt } of silent) dependencies.onSilent?.(attempt.gateway)
  // What stands in a statement that we have is for people: it says nothing of how old the database is.
  const isNews = ({ isShown }: AskedAttempt): boolean => dependencies.isOnlyAsking !== true || !isShown
  const there = ({ attempt, answer }: Answered): boolean => answer.kind === 'found' && isNews(attempt)
  const last = Math.max(0, ...[...answers, ...besides].filter(there).map(({ attempt }) => attempt.n))
  if (last === 0) return silent.length > 0 ? 'unanswered' : 'not-there'
  if (dependencies.isOnlyAsking === true) {
    if (silent.length > 0) return 'unanswered'
    // Whoever sends claims first: what was sent while we asked is known here by now.
    const again = await pass('recovery:asked', store.restores.attemptsAfter(disbursement))
    return again[0]?.n === attempts[0]?.n ? 'recovered' : 'not-there'
  }
  // Which of two it was is for people, once a statement shows the first.
  if (besides.some(({ answer }) => answer.kind !== 'not-found')) return silent.length > 0 ? 'unanswered' : 'left'
  return recordUpTo(dependencies, answers, last)
}

/**
 * Where a payment is there, people may have had another one sent beside it, under its next reference: that they have is forgotten here as well. One that
 * cannot be asked about leaves both unanswered.
 */
function askBeside(dependencies: LookUpDependencies, { attempt, answer }: Answered): Promise<Answered>[] {
  if (answer.kind !== 'found') return []
  return [dependencies.store.restores.attemptBeside(attempt).then((next) => ask(dependencies, next))]
}

/** The first attempts, up to the last that is there, in their order. */
async function recordUpTo(
  { store, now, pass, onHeldUp }: LookUpDependencies,
  answers: readonly Answered[],
  last: number,
): Promise<LookedUp> {
  const attempts = answers.map(({ attempt }) => attempt)
  const isSilent = answers.some(({ answer }) => answer.kind === 'unavailable')
  const numbers = [...new Set(attempts.map(({ n }) => n))].filter((n) => n <= last).toSorted((a, b) => a - b)
  for (const n of numbers) {
    const found = answers.find(({ attempt, answer }) => attempt.n === n && answer.kind === 'found')
    // Whether there is a gap the others alone cannot say: what follows it waits, and the statements in which it stands.
    if (!found && isSilent) {
      const waiting = answers.filter(({ attempt, answer }) => attempt.n > n && answer.kind === 'found')
      for (const { attempt } of waiting) onHeldUp?.(attempt.gateway)
      return 'unanswered'
    }
    const attempt = found?.attempt ?? attempts.find((one) => one.n === n)
    if (!attempt) continue
    const recording = store.restores.record(attempt, factOf(found?.answer), now())
    if (!(await pass('recovery:committed', recording))) return isSilent ? 'unanswered' : 'left'
  }
  return isSilent ? 'unanswered' : 'recovered'
}

/** A gateway is asked about so many attempts of one disbursement at once: after a long time there are a hundred. */
const AT_ONCE = 8

async function askAll(dependencies: LookUpDependencies, attempts: readonly AskedAttempt[]): Promise<Answered[]> {
  const answers: Answered[] = []
  for (let from = 0; from < attempts.length; from += AT_ONCE) {
    const some = attempts.slice(from, from + AT_ONCE)
    const asked = Promise.all(some.map((attempt) => ask(dependencies, attempt)))
    answers.push(...(await dependencies.pass('recovery:answered', asked)))
  }
  return answers
}

async function ask({ gateways }: LookUpDependencies, attempt: AskedAttempt): Promise<Answered> {
  const gateway = gateways.get(attempt.gateway)
  if (!gateway) return { attempt, answer: counted(attempt, { kind: 'unavailable', failure: NO_GATEWAY }) }
  const signal = AbortSignal.timeout(gateway.capabilities.timing.enquireTimeoutMs)
  const answer = await gateway.enquire({ reference: attempt.reference, gatewayId: null }, signal)
  return { attempt, answer: counted(attempt, answer) }
}

/** Where two people have said that a gateway paid nothing in the lost time its word counts if it can be had, and is not waited for. */
function counted({ isUnasked }: AskedAttempt, answer: EnquiryResult): EnquiryResult {
  return isUnasked && answer.kind === 'unavailable' ? { kind: 'not-found' } : answer
}

const NO_GATEWAY: Failure = { class: 'config', code: 'gateway-not-in-use', vendorCode: '' }
/** A gap before an attempt that is there: it ended before the gateway heard of it, else nothing had followed it. */
const GAP: PayoutFact = {
  kind: 'not-sent',
  failure: { class: 'retry-new', code: 'lost-with-the-database', vendorCode: '' },
}

function factOf(answer: EnquiryResult | undefined): PayoutFact {
  if (answer?.kind !== 'found') return GAP
  const [observation, ...others] = answer.observations
  return others.length === 0 ? { kind: 'observed', observation } : { kind: 'several', count: others.length + 1 }
}
