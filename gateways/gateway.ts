import type { Credential } from '../domain/credential.ts'
import type { FailureTable } from '../domain/failure-rule.ts'
import type { BreakerRule } from '../domain/freeze.ts'
import type { Money } from '../domain/money.ts'
import type { Failure, Observation } from '../domain/observation.ts'
import type { FailureFinal } from '../domain/payout.ts'
import type { StatementFormat, StatementPart } from '../domain/statement.ts'

/**
 * The port to one payment provider. Adapters hold no state, make no retries and decide nothing: the engine does.
 * A new provider is one folder with the same file names and one line in `index.ts`; `test/gateways/contract.ts` is what it must pass.
 */
export interface Gateway {
  /** Code used in programmes, ledger accounts and task queues, for example `sandbox`. */
  readonly code: string
  readonly capabilities: Capabilities
  /** What it sends with and what it believes callbacks by, as fingerprints: one of purpose `send`, any number of `callback`. */
  readonly credentials: readonly Credential[]
  /** What its codes mean as released; people may class them otherwise, and the store reads that where it folds a fact. */
  readonly failures: FailureTable
  /** Pure: format, limits, charset. Its bytes are frozen and stored before the first send; a resend uses exactly those. */
  prepare(payout: PayoutOrder, destination: Destination): Prepared | Failure
  /** One network attempt of the frozen request, no retry inside. Never throws: what cannot be known is `unknown`. */
  submit(request: FrozenRequest, signal: AbortSignal): Promise<SubmitResult>
  /** Asks what became of a reference. Never throws. */
  enquire(question: Enquiry, signal: AbortSignal): Promise<EnquiryResult>
  /** Asks whether an account exists and can be paid. Never throws. */
  checkAccount(destination: Destination, signal: AbortSignal): Promise<AccountCheck>
  /** What may still be spent there: payouts it has accepted are taken off. Throws only `Error` with a message fit for an operator. */
  balance(signal: AbortSignal): Promise<Money>
  /** Authenticates a callback over its raw bytes, in constant time, and translates it. Never throws. */
  receive(callback: InboundCallback): CallbackResult
  /** Asks for the statement of a local day. Never throws; its bytes throw what ends them early. */
  statement(day: string, signal: AbortSignal): Promise<StatementAnswer>
  /** Reads a statement as its bytes come, strictly: a head, lines, an end. Throws StatementRefused. */
  readStatement(file: StatementFile): AsyncIterable<readonly StatementPart[]>
}

/**
 * What a provider can do, as data: the engine reads it instead of branching on names. Times are milliseconds. Where its documents
 * promise nothing, the careful value.
 */
export interface Capabilities {
  /** How much a verified callback proves. Anything but `signed` is only a hint to enquire. */
  readonly callback: 'signed' | 'token-only' | 'none'
  readonly institutions: readonly Institution[]
  readonly timing: GatewayTiming
  readonly statement: StatementRule
  /** When the engine freezes it by itself. */
  readonly breaker: BreakerRule
  /** Calls per second over all workers, enforced by the task queue. */
  readonly ratePerSecond: number
}

export interface GatewayTiming {
  /** A documented failure is final at once, or only when the statements of its days have no debit of it: no other attempt before. */
  readonly failureFinal: FailureFinal
  /**
   * The same key again answers with the live object, or with an error after which we enquire; `silent` pays again: nothing that may
   * have been executed is ever sent again there.
   */
  readonly duplicate: 'returns-live-object' | 'error-then-enquire' | 'silent'
  /** Longest time one submit may take. */
  readonly submitTimeoutMs: number
  /** So soon after acceptance most payouts are paid; the answer is kept back that long, so that a life hears of both at once. 0: not at all. */
  readonly outcomeWithinMs: number
  readonly enquireTimeoutMs: number
  /** From acceptance or unknown to the first enquiry, then the waits between enquiries; the last repeats. */
  readonly enquiryLadderMs: readonly number[]
  /** `not_found` counts as evidence only after this time since the last send ended. */
  readonly quietPeriodMs: number
  /** The provider forgets a key after this; no resend later than this minus the margin. */
  readonly replayHorizonMs: number
  readonly replayMarginMs: number
  /** Callbacks older than this are authentic but stale: a reason to enquire, nothing more. */
  readonly callbackToleranceMs: number
  /** After this without a final answer the payout waits for people. */
  readonly giveUpMs: number
  /** Waits before a new attempt after a passing failure; when they are used up, people decide. */
  readonly retryDelaysMs: readonly number[]
  /** How often the balance is read while our money there is short. */
  readonly floatCheckMs: number
}

/** How a gateway tells of its days. */
export interface StatementRule {
  /** Whose midnight ends its day. IANA. */
  readonly zone: string
  /** When the statement of the day before is there, local time of the zone. */
  readonly readyAt: { readonly hour: number; readonly minute: number }
  /** So many days after a payment its line may still come: only then is it missing. */
  readonly windowDays: number
  /** Longest time one download may take. */
  readonly timeoutMs: number
  readonly bytesMax: number
}

/** What the engine waits for at a gateway: for what it says, and for its statements. */
export function waitsOf({
  timing,
  statement: { windowDays },
}: Pick<Capabilities, 'timing' | 'statement'>): GatewayTiming & Pick<StatementRule, 'windowDays'> {
  return { ...timing, windowDays }
}

export interface StatementFile {
  readonly format: StatementFormat
  readonly bytes: AsyncIterable<Uint8Array>
}

export type StatementAnswer =
  | { readonly kind: 'found'; readonly file: StatementFile }
  /** The day is not over there. */
  | { readonly kind: 'not-ready' }
  | { readonly kind: 'unavailable'; readonly failure: Failure }

export interface Institution {
  /** Canonical code, `ID.BNI`, `ID.GOPAY`. */
  readonly code: string
  readonly kind: 'bank' | 'wallet'
  readonly name: string
  readonly minMinor: string
  readonly maxMinor: string
}

export interface PayoutOrder {
  /** The idempotency key: `gatewayKey` of the payout. */
  readonly payoutKey: string
  readonly reference: string
  readonly amount: Money
  /** Text on the receiver's statement; nothing personal. */
  readonly narrative: string
}

/** Where money goes, in clear: exists only inside one call. */
export interface Destination {
  readonly kind: 'bank' | 'wallet'
  readonly institution: string
  /** Bank: digits, leading zeros kept. Wallet: E.164. */
  readonly number: string
  readonly holder: string
}

export interface Prepared {
  readonly kind: 'prepared'
  readonly body: Uint8Array
}

export interface FrozenRequest {
  /** The idempotency key, the same for each send of these bytes. */
  readonly payoutKey: string
  readonly reference: string
  readonly body: Uint8Array
}

export interface Enquiry {
  readonly reference: string
  readonly gatewayId: string | null
}

export type SubmitResult =
  /** The provider answered: accepted, paid, or definitively refused. */
  | { readonly kind: 'observed'; readonly observation: Observation }
  /** Proven not to have left: connect phase only. */
  | { readonly kind: 'not-sent'; readonly failure: Failure }
  /** The provider guarantees that nothing was executed (429, expired token): same key again. */
  | { readonly kind: 'retry-same'; readonly failure: Failure }
  /** Everything else. */
  | { readonly kind: 'unknown'; readonly failure: Failure }

export type EnquiryResult =
  /** More than one observation for a reference is an alarm. */
  | { readonly kind: 'found'; readonly observations: readonly [Observation, ...Observation[]] }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'unavailable'; readonly failure: Failure }

export type AccountCheck =
  | { readonly kind: 'valid'; readonly registeredName: string }
  | { readonly kind: 'invalid'; readonly failure: Failure }
  | { readonly kind: 'unavailable'; readonly failure: Failure }

export interface InboundCallback {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** Milliseconds since the epoch, an argument so that staleness is decided on one clock. */
  readonly receivedAtMs: number
}

export type CallbackResult =
  | {
      readonly kind: 'event'
      /** The provider's id of this event: what a repeat is recognised by. */
      readonly eventId: string
      readonly reference: string
      readonly observation: Observation
      /** Signed and fresh: may move money states by itself, where what it is signed with is in force. */
      readonly trusted: boolean
      /** The fingerprints of the secrets that signed it, of the gateway's own: two while one replaces the other. */
      readonly credentials: readonly [string, ...string[]]
    }
  | { readonly kind: 'rejected'; readonly reason: 'unauthentic' | 'malformed' }
