/**
 * Every row of the two state machines, `from to`, asked of the machines themselves: each state with each thing that can be learnt, that the engine
 * does by itself, and that people decide. A rule that is added there is a row here, and one that no test reaches makes `rows.test.ts` fail by its name.
 */
import { deduct } from '../../domain/deduction.ts'
import {
  afterPayout,
  AT_REST,
  DISBURSEMENT_STATES,
  followPayout,
  type DisbursementState,
} from '../../domain/disbursement.ts'
import { nextForPayout } from '../../domain/enquiry.ts'
import { nextStep, type LifeStep } from '../../domain/lifecycle.ts'
import { nextForDisbursement } from '../../domain/next.ts'
import { OBSERVED_STATES, type Failure, type FailureClass } from '../../domain/observation.ts'
import {
  foldPayout,
  OBSERVATION_SOURCES,
  OPEN_STATES,
  PAYOUT_MONEY,
  PAYOUT_STATES,
  type PayoutFact,
  type PayoutFacts,
  type PayoutState,
} from '../../domain/payout.ts'
import { decideReview, FINDINGS, REVIEW_STEPS, type ReviewFacts } from '../../domain/review.ts'
import { lifeOf, owed, swiftProgramme, tranche } from './builders.ts'
import { AMOUNT, DAY, failed, seen, SILENCE, TIMING, UNREACHABLE } from './world.ts'

const YES_NO = [false, true] as const
/** Long after every wait of the gateway that the machines are asked about. */
const LATE = 1000 * DAY

/** Of one payout: by facts from anywhere, by the engine's own resending and giving up, and by what two people find. */
export function payoutRows(): ReadonlySet<string> {
  return new Set([...factRows(), ...engineRows(), ...foundRows()])
}

function* factRows(): Generator<string> {
  for (const payout of payouts()) {
    for (const fact of facts()) {
      for (const source of OBSERVATION_SOURCES) {
        const decision = foldPayout(payout, fact, source)
        if (decision.kind === 'move' && decision.to !== payout.state) yield `${payout.state} ${decision.to}`
      }
    }
  }
}

function* payouts(): Generator<PayoutFacts> {
  const of = { amount: AMOUNT, currency: 'IDR', gatewayId: 'po_1', failure: failed('needs-account') }
  for (const state of PAYOUT_STATES)
    for (const failureFinal of ['at-once', 'after-statement'] as const)
      for (const sends of [1, 2])
        for (const sameKeyRetries of [0, 5])
          for (const isPartlyBack of YES_NO)
            for (const isOtherAccount of YES_NO)
              for (const isReturnContradicted of state === 'returned' ? YES_NO : [false])
                yield {
                  ...of,
                  state,
                  failureFinal,
                  sends,
                  sameKeyRetries,
                  isPartlyBack,
                  isOtherAccount,
                  isReturnContradicted,
                }
}

function* facts(): Generator<PayoutFact> {
  for (const state of OBSERVED_STATES) {
    yield seen(state)
    yield seen(state, { gatewayId: 'po_2' })
    yield seen(state, { amount: { minor: AMOUNT - 1n, currency: 'IDR' } })
  }
  yield seen('failed', { failure: failed('unknown') })
  yield { kind: 'several', count: 2 }
  yield UNREACHABLE
  yield SILENCE
  yield { kind: 'retry-same', failure: failed('retry-same') }
  yield { kind: 'not-found' }
  yield { kind: 'undebited' }
  yield { kind: 'uncredited' }
}

function* engineRows(): Generator<string> {
  for (const state of PAYOUT_STATES) {
    for (const firstSentAtMs of [0, LATE - DAY / 4]) {
      const waiting = {
        state,
        sends: 1,
        firstSentAtMs,
        lastSendStartedAtMs: 0,
        lastSendEndedAtMs: 0,
        enquiries: 2,
        lastEnquiryAtMs: LATE - DAY,
        notFound: 2,
        notFoundAtMs: LATE - 1,
        sendAgainAtMs: null,
      }
      const next = nextForPayout(waiting, TIMING, LATE)
      if (next.kind === 'resend') yield `${state} submitting`
      if (next.kind === 'give-up') yield `${state} review`
    }
  }
}

function* foundRows(): Generator<string> {
  for (const outcome of outcomes()) if (outcome.payout) yield `review ${outcome.payout.state}`
}

/** Whatever two people can decide about a review that the books do not contradict. */
function* outcomes() {
  for (const facts of reviews()) {
    for (const finding of [null, ...FINDINGS]) {
      for (const next of [null, ...REVIEW_STEPS]) {
        const returned = finding === 'partly-returned' ? AMOUNT / 3n : null
        const outcome = decideReview(facts, { finding, returned, next })
        if (outcome.kind === 'decided') yield outcome
      }
    }
  }
}

function* reviews(): Generator<ReviewFacts> {
  const disbursement = { state: 'review', amount: AMOUNT } as const
  const of = { amount: AMOUNT, returned: 0n, repaid: 0n, isCalled: false, isDebited: false }
  const others = { areReviewed: false, mayBeDelivered: 0n, areBeside: false }
  for (const delivered of [0n, AMOUNT]) {
    for (const underWay of [0n, AMOUNT]) {
      const beside = { ...others, delivered, underWay }
      yield { payout: null, disbursement, others: beside }
      for (const money of PAYOUT_MONEY) yield { payout: { ...of, money }, disbursement, others: beside }
    }
  }
}

/** Of one obligation: by its life's own steps, by what its payouts come to, and by what people decide. */
export function disbursementRows(): ReadonlySet<string> {
  return new Set([...ownRows(), ...attemptRows(), ...decidedRows()])
}

const STEPS: Partial<Record<LifeStep['kind'], DisbursementState>> = {
  release: 'released',
  'need-account': 'needs-account',
  'account-ready': 'released',
  lapse: 'lapsed',
  cancel: 'cancelled',
}

/** What the engine does without a word from anybody outside. */
function* ownRows(): Generator<string> {
  const programme = swiftProgramme()
  const [first, ...rest] = programme.tranches.map(({ code }) => code)
  for (const state of DISBURSEMENT_STATES) {
    for (const withdrawn of YES_NO) {
      for (const accountUsableFromMs of [null, 0]) {
        for (const lapsesAtMs of [5, 1e15]) {
          const of = tranche(first ?? '', { state: 'due', disbursement: owed({ state, releaseAtMs: 10, lapsesAtMs }) })
          const tranches = [of, ...rest.map((code) => tranche(code, { state: 'missed' }))]
          const about = {
            stage: 'incentives',
            withdrawn,
            accountUsableFromMs,
            accountLinkedAtMs: 20,
            tranches,
          } as const
          const step = nextStep(lifeOf(programme, about), programme, DAY)
          const to = step && STEPS[step.kind]
          if (to !== undefined) yield `${state} ${to}`
        }
      }
    }
    yield* sentRows(state)
  }
}

/** What is sent, what its format or its account keeps from being sent, and what is released when our money has come. */
function* sentRows(state: DisbursementState): Generator<string> {
  const of = { state, releaseAtMs: 0, held: false, gateway: 'sandbox', payout: null, openSend: null, asked: null }
  const next = nextForDisbursement(of, swiftProgramme(), () => TIMING, DAY)
  if (next.kind === 'check-float') yield `${state} released`
  if (next.kind !== 'send') return
  yield `${state} in-flight`
  for (const kind of ['needs-account', 'permanent'] as const) {
    const step = afterPayout('failed', failed(kind), { attempts: 1, retries: 0, returns: 0 }, [])
    if (step) yield `${state} ${step.to}`
  }
}

/** What follows when one of its payouts moves. */
function* attemptRows(): Generator<string> {
  for (const row of payoutRows()) {
    const [from = '', to = ''] = row.split(' ') as PayoutState[]
    // What people find of a payout is followed by what they say of what is owed.
    if (from === 'review' || !isPayoutState(from) || !isPayoutState(to)) continue
    for (const state of standsWith(from)) {
      for (const step of endsOf(to)) {
        for (const isNewest of YES_NO)
          for (const rest of [0n, 1n]) {
            const followed = followPayout({ state, reason: null, isNewest, rest }, step)
            if (followed.to !== state) yield `${state} ${followed.to}`
          }
      }
    }
  }
}

function isPayoutState(text: string): text is PayoutState {
  return PAYOUT_STATES.some((state) => state === text)
}

/** Where an obligation can stand while its newest payout is in a state: what its end came to, and what becomes of that by itself. */
function standsWith(payout: PayoutState): ReadonlySet<DisbursementState> {
  if (OPEN_STATES.includes(payout)) return new Set(['in-flight'])
  const found = new Set(endsOf(payout).map(({ to }) => to))
  for (const state of found) {
    for (const row of ownRows()) {
      const [from, to] = row.split(' ') as DisbursementState[]
      if (from === state && to !== undefined && AT_REST.includes(to)) found.add(to)
    }
  }
  return found
}

const CLASSES: readonly FailureClass[] = [
  'needs-account',
  'permanent',
  'float-short',
  'retry-new',
  'compliance',
  'config',
]

function endsOf(state: PayoutState) {
  const failures: readonly (Failure | null)[] = [null, ...CLASSES.map(failed)]
  return failures.flatMap((failure) =>
    [0, 1].flatMap((returns) => {
      const step = afterPayout(state, failure, { attempts: 1, retries: 0, returns }, [DAY])
      return step ? [step] : []
    }),
  )
}

function* decidedRows(): Generator<string> {
  for (const { disbursement } of outcomes()) {
    if (disbursement.state !== 'review') yield `review ${disbursement.state}`
    // What is given up of a year that ends lapses with it.
    if (disbursement.state === 'cancelled') yield 'review lapsed'
  }
  const whole = deduct({ amount: AMOUNT, owed: AMOUNT, receivable: null })
  for (const state of AT_REST) {
    if (typeof whole !== 'string' && whole.state) yield `${state} ${whole.state}`
    // With the fiscal year it is owed from.
    yield `${state} lapsed`
  }
}
