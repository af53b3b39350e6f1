/**
 * Calls that leave the house. Each claims or asks in the store, makes one network attempt, writes down what was learnt, and brings
 * back where the life stands. None of them retries, and none of them infers failure from silence.
 */
import type { Failure } from '../domain/observation.ts'
import type { PayoutFact } from '../domain/payout.ts'
import type { Standing } from '../domain/standing.ts'
import type { Gateway, SubmitResult } from '../gateways/gateway.ts'
import type { ClaimDraft } from '../store/claims.ts'
import type { Store } from '../store/index.ts'
import { translateProblems } from './failures.ts'

export interface LifeOf {
  readonly programme: string
  readonly ref: string
}

export interface PaymentActivities {
  /** Claims the next payout of a disbursement and sends it once. */
  submit(of: LifeOf & { readonly disbursement: string }): Promise<Standing>
  /** Sends the frozen bytes of a payout again under the same key. */
  resend(of: LifeOf & { readonly payout: string }): Promise<Standing>
  /** Asks the gateway what became of a payout. */
  enquire(of: LifeOf & { readonly payout: string }): Promise<Standing>
  /** Releases a disbursement that waits for our money at the gateway, once there is enough. */
  checkFloat(of: LifeOf & { readonly disbursement: string; readonly gateway: string }): Promise<Standing>
}

export interface PaymentDependencies {
  readonly store: Pick<Store, 'claims' | 'payouts' | 'floats' | 'lives' | 'context'>
  readonly gateways: ReadonlyMap<string, Gateway>
  /** Business time, milliseconds since the epoch. */
  readonly now: () => number
}

export function createPaymentActivities(dependencies: PaymentDependencies): PaymentActivities {
  const standing = (of: LifeOf): Promise<Standing> =>
    dependencies.store.lives.advance(of.programme, of.ref, dependencies.now())
  return {
    submit: (of) =>
      translateProblems(async () => {
        await claimAndSend(dependencies, of.disbursement)
        return standing(of)
      }),
    resend: (of) =>
      translateProblems(async () => {
        const { store, now } = dependencies
        const opened = await store.payouts.reopen(of.payout, now())
        if (opened.kind === 'reopened') {
          await send(dependencies, { ...opened, payout: of.payout, body: opened.body.open() })
        }
        return standing(of)
      }),
    enquire: (of) =>
      translateProblems(async () => {
        await enquire(dependencies, of.payout)
        return standing(of)
      }),
    checkFloat: (of) =>
      translateProblems(async () => {
        await checkFloat(dependencies, of.disbursement, of.gateway)
        return standing(of)
      }),
  }
}

async function claimAndSend(dependencies: PaymentDependencies, disbursement: string): Promise<void> {
  const { store, now } = dependencies
  for (let salt = 0; ; salt += 1) {
    const draft = await store.claims.draft(disbursement, now(), salt)
    if (draft.kind === 'parked') return
    const gateway = gatewayOf(dependencies, draft.gateway)
    const prepared = gateway.prepare(orderOf(draft), draft.destination.open())
    if (!('kind' in prepared)) return store.claims.refuse(draft, prepared, now())
    const claim = await store.claims.claim(draft, prepared.body, now())
    if (claim.kind === 'collision') continue
    if (claim.kind === 'parked') return
    return send(dependencies, { ...draft, ...claim, body: prepared.body })
  }
}

interface Send {
  readonly payout: string
  readonly gateway: string
  readonly reference: string
  readonly body: Uint8Array
  readonly send: number
  readonly sendByMs: number
}

/** One send of frozen bytes, and what was learnt from it. */
async function send(dependencies: PaymentDependencies, of: Send): Promise<void> {
  const { store, now } = dependencies
  const fact = now() < of.sendByMs ? await sendNow(dependencies, of) : tooLate()
  await store.payouts.observe([{ payout: of.payout, source: 'submit', fact, atMs: now(), send: of.send }])
}

async function sendNow(dependencies: PaymentDependencies, of: Send): Promise<PayoutFact> {
  const gateway = gatewayOf(dependencies, of.gateway)
  const signal = AbortSignal.timeout(Math.max(1, of.sendByMs - dependencies.now()))
  const { payout: payoutKey, reference, body } = of
  return factOf(await gateway.submit({ payoutKey, reference, body }, signal))
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

async function enquire(dependencies: PaymentDependencies, payout: string): Promise<void> {
  const { store, now } = dependencies
  const question = await store.payouts.question(payout, now())
  if (question.lostSend !== null) {
    const failure: Failure = { class: 'unknown', code: 'send-lost', vendorCode: '' }
    const fact: PayoutFact = { kind: 'unanswered', failure }
    await store.payouts.observe([{ payout, source: 'submit', fact, atMs: now(), send: question.lostSend }])
  }
  const gateway = gatewayOf(dependencies, question.gateway)
  const signal = AbortSignal.timeout(gateway.capabilities.timing.enquireTimeoutMs)
  const answer = await gateway.enquire({ reference: question.reference, gatewayId: question.gatewayId }, signal)
  const atMs = now()
  if (answer.kind !== 'found') {
    await store.payouts.observe([{ payout, source: 'enquiry', fact: answer, atMs }])
    return
  }
  const [observation, ...others] = answer.observations
  const fact: PayoutFact =
    others.length === 0 ? { kind: 'observed', observation } : { kind: 'several', count: others.length + 1 }
  await store.payouts.observe([{ payout, source: 'enquiry', fact, atMs }])
}

async function checkFloat(dependencies: PaymentDependencies, disbursement: string, code: string): Promise<void> {
  const { store, now } = dependencies
  const needed = await store.floats.waiting(disbursement)
  if (needed === null) return
  const gateway = gatewayOf(dependencies, code)
  const balance = await gateway
    .balance(AbortSignal.timeout(gateway.capabilities.timing.enquireTimeoutMs))
    .catch(() => null)
  if (balance && balance.minor >= needed) await store.floats.restore(disbursement, now())
  else await store.floats.postpone(disbursement, code, now())
}

function orderOf(draft: ClaimDraft): Parameters<Gateway['prepare']>[0] {
  return {
    payoutKey: draft.payout,
    reference: draft.reference,
    amount: { minor: draft.amount, currency: draft.currency },
    narrative: `${draft.programme} ${draft.tranche}`.slice(0, 60),
  }
}

function gatewayOf(dependencies: PaymentDependencies, code: string): Gateway {
  const gateway = dependencies.gateways.get(code)
  if (!gateway) throw new Error(`no gateway ${code}`)
  return gateway
}
