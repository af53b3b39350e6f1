/**
 * Calls that leave the house. Each claims or asks in the store, makes one network attempt, writes down what was learnt, and says
 * where the disbursement stands. None of them retries, and none of them infers failure from silence.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { wasNotAsked } from '../domain/credential.ts'
import { PAID_IN_LOST_TIME } from '../domain/disbursement.ts'
import { gatewayKey } from '../domain/identity.ts'
import type { Failure } from '../domain/observation.ts'
import type { PayoutFact } from '../domain/payout.ts'
import type { DisbursementStanding } from '../domain/standing.ts'
import { passBy, type Pass } from '../failpoints.ts'
import type { EnquiryResult, Gateway, SubmitResult } from '../gateways/gateway.ts'
import type { ClaimDraft } from '../store/claims.ts'
import type { Store } from '../store/index.ts'
import type { ObservationItem } from '../store/observation-item.ts'
import { translateProblems } from './failures.ts'
import { lookUp } from './restores.ts'

export interface LifeOf {
  readonly programme: string
  readonly ref: string
}

/**
 * Where the disbursement stands while its payout is still under way; null when more of the life may have changed, so that the life
 * must look.
 */
export type Told = DisbursementStanding | null

export interface PaymentActivities {
  /** Claims the next payout of a disbursement and sends it once. */
  submit(of: LifeOf & { readonly disbursement: string }): Promise<Told>
  /** Sends the frozen bytes of a payout again under the same key. */
  resend(of: LifeOf & { readonly payout: string }): Promise<Told>
  /** Asks the gateway what became of a payout. */
  enquire(of: LifeOf & { readonly payout: string }): Promise<Told>
  /** Releases a disbursement that waits for our money at the gateway, once there is enough. */
  checkFloat(of: LifeOf & { readonly disbursement: string; readonly gateway: string }): Promise<Told>
  /** Asks again about an account that its owner is to mend: one that nothing is wrong with any more is paid to. */
  checkAccount(of: LifeOf): Promise<Told>
}

export interface PaymentDependencies {
  readonly store: Pick<Store, 'claims' | 'payouts' | 'floats' | 'lives' | 'restores' | 'context' | 'accountChecks'>
  readonly gateways: ReadonlyMap<string, Gateway>
  /** Business time, milliseconds since the epoch. */
  readonly now: () => number
  /** Lets time pass by the clock of `now`. Milliseconds; absent, it is the machine's. */
  readonly wait?: (ms: number) => Promise<void>
  /** Where tests kill the process; absent, nothing happens there. */
  readonly pass?: Pass
}

export type Dependencies = Required<PaymentDependencies>

export function createPaymentActivities(given: PaymentDependencies): PaymentActivities {
  const dependencies: Dependencies = { pass: passBy, wait: sleep, ...given }
  const { store, now, pass } = dependencies
  return {
    submit: (of) => translateProblems(() => claimAndSend(dependencies, of.disbursement)),
    resend: (of) =>
      translateProblems(async () => {
        const opened = await pass('resend:committed', store.payouts.reopen(of.payout, now()))
        if (opened.kind === 'refused') return null
        return send(dependencies, { ...opened, payout: of.payout, body: opened.body.open() })
      }),
    enquire: (of) => translateProblems(() => enquire(dependencies, of.payout)),
    checkFloat: (of) =>
      translateProblems(async () => {
        await pass('float:done', checkFloat(dependencies, of.disbursement, of.gateway))
        return null
      }),
    checkAccount: (of) =>
      translateProblems(async () => {
        await pass('check:done', checkAccount(dependencies, of))
        return null
      }),
  }
}

async function claimAndSend(dependencies: Dependencies, disbursement: string): Promise<Told> {
  const { store, now, pass } = dependencies
  for (;;) {
    const draft = await pass('claim:drafted', store.claims.draft(disbursement, now()))
    if (draft.kind === 'parked') return null
    // What a restored database has forgotten may be paid: whoever would pay it asks first, and pays nothing that is not answered.
    if (draft.restore !== null) {
      const answer = await pass('claim:looked-up', lookUp(dependencies, disbursement))
      // What is there and cannot be recorded is for people, where a statement shows it.
      if (answer !== 'not-there' && !(answer === 'left' && draft.mustReview)) return null
    }
    if (draft.unchecked && !draft.mustReview) {
      if (await isConfirmed(dependencies, draft)) continue
      return null
    }
    const gateway = gatewayOf(dependencies, draft.gateway)
    const prepared = draft.mustReview ? MAY_BE_PAID : gateway.prepare(orderOf(draft), draft.destination.open())
    if (!('kind' in prepared)) {
      await pass('refusal:committed', store.claims.refuse(draft, prepared, now()))
      return null
    }
    const claim = await pass('claim:told', store.claims.claim(draft, prepared.body, now(), draft.restore !== null))
    if (claim.kind === 'collision') continue
    if (claim.kind === 'parked') return null
    const key = gatewayKey(draft.payout, draft.salt)
    return send(dependencies, { ...draft, ...claim, gatewayKey: key, body: prepared.body })
  }
}

/** Asks the gateway about an account that nobody has been asked about; one that it refuses is the person's to mend or to replace. */
async function isConfirmed(dependencies: Dependencies, draft: ClaimDraft): Promise<boolean> {
  const { store, now, pass } = dependencies
  const { programme, ref, accountId: account, gateway: code, destination } = draft
  const gateway = gatewayOf(dependencies, code)
  const to = destination.open()
  const question = { programme, ref, account, gateway: code, institution: to.institution, destination }
  const signal = AbortSignal.timeout(gateway.capabilities.timing.enquireTimeoutMs)
  const answer = await pass('first-check:answered', gateway.checkAccount(to, signal))
  if (wasNotAsked(answer)) return false
  const judged = await pass('first-check:committed', store.accountChecks.record(question, answer, now()))
  if (judged.verdict === 'refused') {
    const failure = { class: 'needs-account', code: judged.code ?? 'undocumented', vendorCode: '' } as const
    await pass('first-check:refused', store.claims.refuse(draft, failure, now()))
  }
  return judged.verdict === 'verified' || judged.verdict === 'review'
}

/** Nobody can say by themselves what it was: people do. */
const MAY_BE_PAID: Failure = { class: 'unknown', code: PAID_IN_LOST_TIME, vendorCode: '' }

interface Send {
  readonly payout: string
  readonly gateway: string
  readonly reference: string
  readonly gatewayKey: string
  readonly body: Uint8Array
  readonly send: number
  readonly sendByMs: number
}

/** One send of frozen bytes, and what was learnt from it. */
async function send(dependencies: Dependencies, of: Send): Promise<Told> {
  const { now, pass } = dependencies
  const fact = now() < of.sendByMs ? await pass('send:judged', sendNow(dependencies, of)) : tooLate()
  if (isUnderWay(fact)) await pass('send:kept-back', keepBack(dependencies, of))
  return observe(dependencies, { payout: of.payout, source: 'submit', fact, atMs: now(), send: of.send })
}

/**
 * What is accepted is often paid in the next moment, and its callback finds the send still open: the life hears of both at once, from here. A
 * signal and another task of the server are dearer than the enquiry that a process costs which dies meanwhile. Over long before the send counts as lost.
 */
async function keepBack(dependencies: Dependencies, { gateway, sendByMs }: Send): Promise<void> {
  const { outcomeWithinMs } = gatewayOf(dependencies, gateway).capabilities.timing
  const ms = Math.min(outcomeWithinMs, Math.floor((sendByMs - dependencies.now()) / 2))
  if (ms > 0) await dependencies.wait(ms)
}

function isUnderWay(fact: PayoutFact): boolean {
  return fact.kind === 'observed' && (fact.observation.state === 'accepted' || fact.observation.state === 'processing')
}

/**
 * Writes down what was learnt. A payout that is still under way concerns only its own disbursement; one that has ended, also by a
 * callback that was quicker than the answer, may change more of the life.
 */
async function observe({ store, pass }: Dependencies, item: ObservationItem): Promise<Told> {
  const [result] = await pass('outcome:committed', store.payouts.observe([item]))
  if (!result) return null
  const hasMoved = result.decision === 'move'
  const isWaitedFor = (result.state === 'submitting' || result.state === 'unknown') && !hasMoved
  const isUnderWay = result.state === 'accepted' || result.state === 'processing'
  return isUnderWay || isWaitedFor ? result.disbursement : null
}

async function sendNow(dependencies: Dependencies, of: Send): Promise<PayoutFact> {
  const gateway = gatewayOf(dependencies, of.gateway)
  const signal = AbortSignal.timeout(Math.max(1, of.sendByMs - dependencies.now()))
  const { reference, gatewayKey: payoutKey, body } = of
  return factOf(await dependencies.pass('send:answered', gateway.submit({ payoutKey, reference, body }, signal)))
}

function factOf(result: SubmitResult): PayoutFact {
  switch (result.kind) {
    case 'observed':
      return { kind: 'observed', observation: result.observation }
    case 'not-sent':
      return { kind: 'not-sent', failure: result.failure }
    case 'retry-same':
      return { kind: 'retry-same', failure: result.failure }
    case 'unknown':
      return { kind: 'unanswered', failure: result.failure }
  }
}

/** The claim is too old to send: a process that slept must not send what others have given up waiting for. */
function tooLate(): PayoutFact {
  return { kind: 'not-sent', failure: { class: 'retry-new', code: 'send-too-late', vendorCode: '' } }
}

async function enquire(dependencies: Dependencies, payout: string): Promise<Told> {
  const { store, now, pass } = dependencies
  const question = await pass('enquiry:asked', store.payouts.question(payout, now()))
  if (question.isLost) {
    const failure: Failure = { class: 'unknown', code: 'send-lost', vendorCode: '' }
    const fact = { kind: 'unanswered', failure } as const
    await pass('enquiry:lost', observe(dependencies, { payout, source: 'submit', fact, atMs: now() }))
  }
  const gateway = gatewayOf(dependencies, question.gateway)
  const signal = AbortSignal.timeout(gateway.capabilities.timing.enquireTimeoutMs)
  const { reference, gatewayId, enquiry } = question
  const atMs = now()
  const answer = await pass('enquiry:answered', gateway.enquire({ reference, gatewayId }, signal))
  // No step of the ladder was taken, nor is the time to give up running out on a gateway that nobody asks: the life comes again after its pause.
  if (wasNotAsked(answer)) return null
  const item = { payout, source: 'enquiry', fact: factOfAnswer(answer), atMs, enquiry } as const
  const told = await pass('enquiry:told', observe(dependencies, item))
  return question.isLost ? null : told
}

function factOfAnswer(answer: EnquiryResult): PayoutFact {
  if (answer.kind !== 'found') return answer
  const [observation, ...others] = answer.observations
  return others.length === 0 ? { kind: 'observed', observation } : { kind: 'several', count: others.length + 1 }
}

async function checkFloat(dependencies: Dependencies, disbursement: string, code: string): Promise<void> {
  const { store, now, pass } = dependencies
  if (!(await pass('float:asked', store.floats.waits(disbursement)))) return
  const gateway = gatewayOf(dependencies, code)
  // A balance that cannot be read says nothing about our money there: it is asked again after the gateway's pause.
  const signal = AbortSignal.timeout(gateway.capabilities.timing.enquireTimeoutMs)
  const balance = await pass(
    'float:answered',
    gateway.balance(signal).catch(() => null),
  )
  if (balance) {
    const restoring = store.floats.restore(disbursement, { gateway: code, balance }, now())
    if (await pass('float:committed', restoring)) return
  }
  await pass('float:postponed', store.floats.postpone(disbursement, code, now()))
}

async function checkAccount(dependencies: Dependencies, of: LifeOf): Promise<void> {
  const { store, now, pass } = dependencies
  const question = await pass('check:committed', store.accountChecks.due(of, now()))
  if (question === null) return
  const gateway = gatewayOf(dependencies, question.gateway)
  const signal = AbortSignal.timeout(gateway.capabilities.timing.enquireTimeoutMs)
  const answer = await pass('checked:answered', gateway.checkAccount(question.destination.open(), signal))
  if (wasNotAsked(answer)) return
  await pass('checked:committed', store.accountChecks.record(question, answer, now()))
}

function orderOf(draft: ClaimDraft): Parameters<Gateway['prepare']>[0] {
  return {
    payoutKey: gatewayKey(draft.payout, draft.salt),
    reference: draft.reference,
    amount: { minor: draft.amount, currency: draft.currency },
    narrative: `${draft.programme} ${draft.tranche}`.slice(0, 60),
  }
}

function gatewayOf(dependencies: Dependencies, code: string): Gateway {
  const gateway = dependencies.gateways.get(code)
  if (!gateway) throw new Error(`no gateway ${code}`)
  return gateway
}
