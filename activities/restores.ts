/**
 * Looks up what a restored database may have forgotten: every attempt at a disbursement that the gateway may know beyond those
 * that are known here. What is found is recorded as it is told; what is not answered is not sent.
 */
import type { Failure } from '../domain/observation.ts'
import type { PayoutFact } from '../domain/payout.ts'
import type { Pass } from '../failpoints.ts'
import type { EnquiryResult, Gateway } from '../gateways/gateway.ts'
import type { Store } from '../store/index.ts'
import type { Attempt } from '../store/restores.ts'

/** `not-there`: every gateway that may know of it was asked and knows nothing. `left`: its record cannot take what was found; people look. */
export type LookedUp = 'not-there' | 'recovered' | 'unanswered' | 'left'

export interface LookUpDependencies {
  readonly store: Pick<Store, 'restores'>
  readonly gateways: ReadonlyMap<string, Gateway>
  readonly now: () => number
  readonly pass: Pass
  /** Nothing is recorded: `recovered` then says that something is there. */
  readonly isOnlyAsking?: boolean
}

interface Answered {
  readonly attempt: Attempt
  readonly answer: EnquiryResult
}

/** Asks for the attempts that may follow the last known one, and records those that are there, and the gaps before them. */
export async function lookUp(dependencies: LookUpDependencies, disbursement: string): Promise<LookedUp> {
  const { store, now, pass } = dependencies
  const attempts = await pass('recovery:asked', store.restores.attemptsAfter(disbursement))
  const asked = attempts.map((attempt) => ask(dependencies, attempt))
  const answers = await pass('recovery:answered', Promise.all(asked))
  if (answers.some(({ answer }) => answer.kind === 'unavailable')) return 'unanswered'
  const last = Math.max(0, ...answers.flatMap(({ attempt, answer }) => (answer.kind === 'found' ? [attempt.n] : [])))
  if (last === 0) return 'not-there'
  if (dependencies.isOnlyAsking === true) {
    // Whoever sends claims first: what was sent while we asked is known here by now.
    const again = await pass('recovery:asked', store.restores.attemptsAfter(disbursement))
    return again[0]?.n === attempts[0]?.n ? 'recovered' : 'not-there'
  }
  const numbers = [...new Set(attempts.map(({ n }) => n))].filter((n) => n <= last).toSorted((a, b) => a - b)
  for (const n of numbers) {
    const found = answers.find(({ attempt, answer }) => attempt.n === n && answer.kind === 'found')
    const attempt = found?.attempt ?? attempts.find((one) => one.n === n)
    if (!attempt) continue
    const recording = store.restores.record(attempt, factOf(found?.answer), now())
    if (!(await pass('recovery:committed', recording))) return 'left'
  }
  return 'recovered'
}

async function ask({ gateways }: LookUpDependencies, attempt: Attempt): Promise<Answered> {
  const gateway = gateways.get(attempt.gateway)
  if (!gateway) return { attempt, answer: { kind: 'unavailable', failure: NO_GATEWAY } }
  const signal = AbortSignal.timeout(gateway.capabilities.timing.enquireTimeoutMs)
  return { attempt, answer: await gateway.enquire({ reference: attempt.reference, gatewayId: null }, signal) }
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
