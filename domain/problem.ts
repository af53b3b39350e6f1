/**
 * Refusals. A `Problem` is a clear "no" to somebody's request: what is wrong, where, and what to do next.
 * Outcomes (a rejected payout, a failed check) are values, not problems; a bug is a plain `Error`.
 */
export const PROBLEM_CODES = [
  'invalid-request',
  'malformed-request',
  'malformed-json',
  'unsupported-media-type',
  'body-too-large',
  'headers-too-large',
  'request-timeout',
  'unauthenticated',
  'forbidden',
  'not-found',
  'method-not-allowed',
  'unknown-programme',
  'unknown-wave',
  'unknown-course',
  'unknown-participant',
  'unknown-gateway',
  'unknown-survey',
  'programme-invalid',
  'programme-version-exists',
  'participant-exists',
  'family-card-full',
  'wave-exists',
  'wave-not-open',
  'wave-quota-exceeded',
  'appropriation-too-small',
  'budget-exceeded',
  'year-ending',
  'year-not-over',
  'next-year-missing',
  'not-awaiting-admission',
  'not-admitted',
  'evidence-exists',
  'evidence-out-of-order',
  'survey-not-open',
  'account-refused',
  'account-unchanged',
  'already-held',
  'not-held',
  'life-closed',
  'message-not-dead',
  'freeze-lifted',
  'region-frozen',
  'discrepancy-resolved',
  'nothing-owed',
  'release-automatic',
  'run-not-open',
  'run-changed',
  'run-needs-more',
  'review-moved',
  'two-people-needed',
  'own-proposal',
  'already-decided',
  'decision-not-awaited',
  'proposal-not-open',
  'proposal-expired',
  'proposal-stale',
  'signature-invalid',
  'signing-key-missing',
  'signing-key-exists',
  'key-revoked',
  'key-exists',
  'idempotency-key-missing',
  'idempotency-key-reused',
  'idempotency-key-in-flight',
  'callback-unauthentic',
  'callback-malformed',
  'rate-limited',
  'overloaded',
  'not-ready',
  'timeout',
  'conflict',
  'internal',
] as const
export type ProblemCode = (typeof PROBLEM_CODES)[number]

/** One place in a request that is wrong. `pointer` is a JSON pointer (RFC 6901) into the body. */
export interface Fault {
  readonly pointer: string
  readonly detail: string
}

/** Thrown to refuse; rendered as problem+json by the API and as one sentence by the command line. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly faults: readonly Fault[]
  /** Further members of the answer, for example the reference of an existing participant. Never personal. */
  readonly extra: Readonly<Record<string, string>>

  constructor(
    code: ProblemCode,
    detail: string,
    more: { faults?: readonly Fault[]; extra?: Record<string, string> } = {},
  ) {
    super(detail)
    this.name = 'Problem'
    this.code = code
    this.faults = more.faults ?? []
    this.extra = more.extra ?? {}
  }
}
