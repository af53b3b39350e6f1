/**
 * What happens to a payout is written in its account number, so that every outcome can be had through an unmodified adapter:
 * bank `99SS` and at least six digits, wallet `+6289900SSnnnn`, where SS is the scenario and the digit after it may say more.
 */

export type Status = 'ACCEPTED' | 'PROCESSING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'RETURNED' | 'ROUTING'

/** A change of a payout, so long after it was committed (provider's milliseconds). */
export interface Step {
  readonly afterMs: number
  readonly status: Status
  readonly code?: string
}

/** How the sending of a payout is answered. All but `normal`, `always-lost` and `refused` happen to the first send only (`throttled`: the first two). */
export type Answer =
  | 'normal'
  | 'silent' // commits, never answers
  | 'lost' // does not commit, never answers
  | 'always-lost' // the same, however often it is sent
  | 'bad-gateway' // commits, answers 502 with a page
  | 'server-error' // does not commit, answers 500
  | 'reset' // commits, resets the connection
  | 'throttled' // does not commit, answers 429
  | 'throttled-yet-done' // commits, answers 429: not again for a day
  | 'refused' // does not commit, answers 400
  | 'refused-yet-done' // commits, answers 400
  | 'closed' // does not commit, answers 429 and asks for ten minutes, the first time to an account
  | 'duplicate' // commits, answers 409
  | 'after-callback' // commits, pays and calls back before it answers

export type CallbackStyle =
  | 'normal'
  | 'none'
  | 'final-missing'
  | 'success-missing'
  | 'triple'
  | 'out-of-order'
  | 'late'
  | 'forged-first'
  | 'with-stranger'
  | 'with-false-return' // a success is told, and then a return that never was

/** What the statement makes of a payout until it is corrected. */
export type StatementStyle =
  | 'true'
  | 'missing' // no line
  | 'only-there' // a line, although everybody else is told that it never finished
  | 'other-amount' // one rupiah more
  | 'twice' // the line two times
  | 'late' // on the next day's statement, with its own value date
  | 'other-day' // on the next day's statement, as if it had happened then
  | 'with-fee' // a line more: what the provider takes for it
  | 'unknown-reference' // under a reference nobody has sent
  | 'other-account'
  | 'other-currency'
  | 'with-credit' // a line more: money from somebody nobody knows
  | 'inexact-amount' // the amount as a fraction of a sen

export interface Scenario {
  readonly code: string
  readonly title: string
  /** The account check: `holder` confirms the name it was asked about, `other` tells another one; else it refuses with this code. */
  readonly check: 'holder' | 'other' | { readonly refuses: string }
  readonly answer: Answer
  readonly callbacks: CallbackStyle
  /** What the first two enquiries see. */
  readonly enquiry: 'normal' | 'hidden-twice' | 'failing-twice'
  readonly showsAmount: 'true' | 'less-one'
  readonly showsAccount: 'true' | 'other'
  /** How much of it comes back when it is returned. */
  readonly returns: 'all' | 'a-third'
  /** A second object under the same reference, which never moves money. */
  readonly twin: boolean
  /** Until a top-up after the first attempt, the balance counts as too small. */
  readonly short: boolean
  /** Fails until this attempt of the account; 0: never fails for this reason. */
  readonly succeedsOnAttempt: number
  /** With this code until then. */
  readonly failsWith: string
  readonly statement: StatementStyle
  readonly steps: readonly Step[]
}

/** Provider's time from commitment to the normal end. */
const SETTLE_MS = 400
const SECOND_MS = 1_000
const DAY_MS = 86_400_000

const SUCCESS: readonly Step[] = [{ afterMs: SETTLE_MS, status: 'SUCCEEDED' }]

const NORMAL: Omit<Scenario, 'code' | 'title'> = {
  check: 'holder',
  answer: 'normal',
  callbacks: 'normal',
  enquiry: 'normal',
  showsAmount: 'true',
  showsAccount: 'true',
  returns: 'all',
  twin: false,
  short: false,
  succeedsOnAttempt: 0,
  failsWith: 'TEMPORARY_TRANSFER_ERROR',
  statement: 'true',
  steps: SUCCESS,
}

const SCENARIOS: readonly Scenario[] = [
  scenario('00', 'success'),
  scenario('01', 'slow success', { steps: after(30 * SECOND_MS, 'SUCCEEDED') }),
  scenario('02', 'cancelled by the provider', { steps: after(SETTLE_MS, 'CANCELLED') }),
  scenario('03', 'never finishes', { steps: after(SETTLE_MS, 'PROCESSING') }),
  scenario('04', 'told to be under way before it is answered, final by enquiry only', {
    answer: 'after-callback',
    callbacks: 'final-missing',
    steps: [...after(0, 'PROCESSING'), ...after(SETTLE_MS, 'SUCCEEDED')],
  }),
  badAccount('10', 'no such account', 'INVALID_DESTINATION'),
  badAccount('11', 'dormant', 'ACCOUNT_DORMANT'),
  badAccount('12', 'closed', 'ACCOUNT_CLOSED'),
  badAccount('13', 'blocked', 'ACCOUNT_BLOCKED'),
  scenario('14', 'name differs', { check: 'other', steps: failure('ACCOUNT_NAME_MISMATCH') }),
  scenario('15', 'wallet cap', { steps: failure('WALLET_LIMIT_EXCEEDED') }),
  scenario('16', 'wallet not upgraded', { steps: failure('WALLET_NOT_UPGRADED') }),
  scenario('20', 'temporary failure, success on attempt n (the digit after SS)', { succeedsOnAttempt: 2 }),
  scenario('21', 'undocumented failure code', { steps: failure('SOMETHING_NEW') }),
  scenario('22', 'float short until the next top-up', { short: true }),
  scenario('24', 'refused by compliance', { steps: failure('COMPLIANCE_REJECTED') }),
  scenario('26', 'refused by the answer to its sending', { answer: 'refused' }),
  scenario('30', 'success, then returned', { steps: [...SUCCESS, ...after(SETTLE_MS + 5 * SECOND_MS, 'RETURNED')] }),
  scenario('31', 'success, then returned after 30 days', {
    steps: [...SUCCESS, ...after(SETTLE_MS + 30 * DAY_MS, 'RETURNED')],
  }),
  scenario('32', 'failed, then success', {
    steps: [...failure('TEMPORARY_TRANSFER_ERROR'), ...after(SETTLE_MS + 3 * SECOND_MS, 'SUCCEEDED')],
  }),
  scenario('35', 'success, then failed', { steps: [...SUCCESS, ...after(SETTLE_MS + SECOND_MS, 'FAILED')] }),
  scenario('36', 'cancelled, then success', {
    steps: [...after(SETTLE_MS, 'CANCELLED'), ...after(SETTLE_MS + 3 * SECOND_MS, 'SUCCEEDED')],
  }),
  scenario('37', 'success, then a third of it returned', {
    returns: 'a-third',
    steps: [...SUCCESS, ...after(SETTLE_MS + SECOND_MS, 'RETURNED')],
  }),
  scenario('38', 'failed, then success, then returned, and nobody is told of the success', {
    callbacks: 'success-missing',
    steps: [
      ...failure('TEMPORARY_TRANSFER_ERROR'),
      ...after(10 * SECOND_MS, 'SUCCEEDED'),
      ...after(10 * SECOND_MS, 'RETURNED'),
    ],
  }),
  scenario('39', 'success, and a callback about a return that never was', { callbacks: 'with-false-return' }),
  scenario('33', 'event and enquiry show another amount', { showsAmount: 'less-one' }),
  scenario('34', 'event and enquiry show another account', { showsAccount: 'other' }),
  scenario('40', 'commits and never answers', { answer: 'silent' }),
  scenario('41', 'never commits and never answers', { answer: 'lost' }),
  scenario('42', 'commits, answers 502 HTML', { answer: 'bad-gateway' }),
  scenario('43', 'does not commit, answers 500', { answer: 'server-error' }),
  scenario('44', 'commits, connection reset', { answer: 'reset' }),
  scenario('45', '429 twice, then normal', { answer: 'throttled' }),
  scenario('46', '429 for ten minutes, once', { answer: 'closed' }),
  scenario('47', 'commits, answers that it is a duplicate', { answer: 'duplicate' }),
  scenario('48', 'refused by the answer to its sending, and paid', {
    answer: 'refused-yet-done',
    steps: after(4 * SECOND_MS, 'SUCCEEDED'),
  }),
  scenario('49', 'final by enquiry only', {
    callbacks: 'final-missing',
    steps: [...after(SETTLE_MS / 2, 'PROCESSING'), ...after(2 * SETTLE_MS, 'SUCCEEDED')],
  }),
  scenario('50', 'callback before the answer', { answer: 'after-callback', steps: after(0, 'SUCCEEDED') }),
  scenario('51', 'callback three times at once', { callbacks: 'triple' }),
  scenario('52', 'callbacks out of order: returned before succeeded', {
    callbacks: 'out-of-order',
    steps: [...SUCCESS, ...after(2 * SETTLE_MS, 'RETURNED')],
  }),
  scenario('53', 'no callback', { callbacks: 'none' }),
  scenario('54', 'callback ten minutes late', { callbacks: 'late' }),
  scenario('55', 'callback with a bad signature, then a good one', { callbacks: 'forged-first' }),
  scenario('56', 'unknown status on the way', {
    steps: [...after(SETTLE_MS / 2, 'ROUTING'), ...after(3 * SECOND_MS, 'SUCCEEDED')],
  }),
  scenario('58', 'callback for a reference never sent', { callbacks: 'with-stranger' }),
  scenario('59', 'enquiry lags: not found twice', { answer: 'silent', callbacks: 'none', enquiry: 'hidden-twice' }),
  scenario('60', 'enquiry answers 500 twice', { answer: 'silent', callbacks: 'none', enquiry: 'failing-twice' }),
  scenario('61', 'two objects for one reference', { callbacks: 'none', twin: true }),
  scenario('64', '429 until tomorrow, and paid', {
    answer: 'throttled-yet-done',
    steps: after(20 * SECOND_MS, 'SUCCEEDED'),
  }),
  scenario('65', 'never commits and never answers, however often it is sent', { answer: 'always-lost' }),
  scenario('70', 'statement without its line', { statement: 'missing' }),
  scenario('71', 'never finishes, and the statement has its line', {
    statement: 'only-there',
    steps: after(SETTLE_MS, 'PROCESSING'),
  }),
  scenario('72', 'statement with another amount', { statement: 'other-amount' }),
  scenario('73', 'statement with its line twice', { statement: 'twice' }),
  scenario('74', 'statement has its line a day late', { statement: 'late' }),
  scenario('75', 'statement has it on another day', { statement: 'other-day' }),
  scenario('76', 'statement with a fee for it', { statement: 'with-fee' }),
  scenario('78', 'statement with a reference never sent', { statement: 'unknown-reference' }),
  scenario('79', 'statement with another account', { statement: 'other-account' }),
  scenario('80', 'statement with another currency', { statement: 'other-currency' }),
  scenario('81', 'statement with money from nobody beside it', { statement: 'with-credit' }),
  scenario('82', 'statement with an amount that is no whole number of sen', { statement: 'inexact-amount' }),
]

const BY_CODE: ReadonlyMap<string, Scenario> = new Map(SCENARIOS.map((entry) => [entry.code, entry]))
const ORDINARY = scenario('00', 'success')

const GRAMMAR = /^(?:99(?<bank>\d\d)(?<bankDigit>\d)\d{5,}|\+6289900(?<wallet>\d\d)(?<walletDigit>\d)\d{3})$/

/** The scenario an account number asks for; every other number is an ordinary account that is paid. */
export function scenarioOf(account: string): Scenario {
  const groups = GRAMMAR.exec(account)?.groups
  const found = BY_CODE.get(groups?.['bank'] ?? groups?.['wallet'] ?? '')
  return found ? withDigit(found, Number(groups?.['bankDigit'] ?? groups?.['walletDigit'])) : ORDINARY
}

/** The steps of the n-th payout to an account. `float` says whether the balance was enough. */
export function stepsOf(scenario: Scenario, attempt: number, float: 'enough' | 'short'): readonly Step[] {
  if (float === 'short') return failure('INSUFFICIENT_BALANCE')
  return attempt < scenario.succeedsOnAttempt ? failure(scenario.failsWith) : scenario.steps
}

/** What its owner can mend: after the SS of one of these, the digit says from which attempt on it is mended. */
const MENDED: ReadonlyMap<string, string> = new Map([
  ['14', 'ACCOUNT_NAME_MISMATCH'],
  ['15', 'WALLET_LIMIT_EXCEEDED'],
  ['16', 'WALLET_NOT_UPGRADED'],
])

/** What 32 fails with before it succeeds, by the digit after it. */
const FAILS_FIRST: readonly string[] = ['TEMPORARY_TRANSFER_ERROR', 'INVALID_DESTINATION', 'INSUFFICIENT_BALANCE']

/** When what 30 has paid comes back, by the digit after it: as ever, or after a day, after ninety, after a second. */
const RETURNS_AFTER_MS: readonly number[] = [5 * SECOND_MS, 5 * SECOND_MS, DAY_MS, 90 * DAY_MS, SECOND_MS]

/** Scenarios of the way, of which the digit after SS says the end. */
const WAYS: ReadonlySet<string> = new Set(['04', '50', '59'])

/**
 * How the way of a payout ends: 2 fails, 3 is cancelled, 4 comes back and nobody is told of the success before, 5 it does not even begin, 6 is
 * shown with another amount, 7 it never does; else as the scenario says.
 */
function withEnd(found: Scenario, digit: number): Scenario {
  const way = found.steps.slice(0, -1)
  const atMs = found.steps.at(-1)?.afterMs ?? 0
  switch (digit) {
    case 2:
      return { ...found, steps: [...way, { afterMs: atMs, status: 'FAILED', code: 'INVALID_DESTINATION' }] }
    case 3:
      return { ...found, steps: [...way, ...after(atMs, 'CANCELLED')] }
    case 4: {
      const callbacks = found.callbacks === 'normal' ? 'success-missing' : found.callbacks
      return { ...found, callbacks, steps: [...way, ...after(atMs, 'SUCCEEDED'), ...after(atMs, 'RETURNED')] }
    }
    case 5:
      return { ...found, steps: way }
    case 6:
      return { ...found, showsAmount: 'less-one' }
    case 7:
      return { ...found, steps: [...way, ...after(atMs, 'PROCESSING')] }
    default:
      return found
  }
}

/**
 * The digit after SS: the attempt for 20, and from 2 to 7 for what is mended; the end for 04, 50 and 59; when it comes back for
 * 30; the failure for 32; else 8 = the check finds nothing and the payout fails, 9 = no callbacks.
 */
function withDigit(found: Scenario, digit: number): Scenario {
  if (found.succeedsOnAttempt > 0) return digit === 0 ? found : { ...found, succeedsOnAttempt: digit }
  const failsWith = MENDED.get(found.code)
  if (failsWith !== undefined && digit >= 2 && digit <= 7) {
    return { ...found, check: 'holder', steps: SUCCESS, succeedsOnAttempt: digit, failsWith }
  }
  const failsFirst = found.code === '32' ? FAILS_FIRST[digit] : undefined
  if (failsFirst !== undefined) return { ...found, steps: [...failure(failsFirst), ...found.steps.slice(1)] }
  const backMs = found.code === '30' ? RETURNS_AFTER_MS[digit] : undefined
  if (backMs !== undefined) return { ...found, steps: [...SUCCESS, ...after(SETTLE_MS + backMs, 'RETURNED')] }
  if (WAYS.has(found.code) && digit <= 7) return withEnd(found, digit)
  if (digit === 8) return { ...found, check: 'holder' }
  return digit === 9 ? { ...found, callbacks: 'none' } : found
}

function scenario(code: string, title: string, differs: Partial<Scenario> = {}): Scenario {
  return { ...NORMAL, code, title, ...differs }
}

function badAccount(code: string, title: string, failureCode: string): Scenario {
  return scenario(code, title, { check: { refuses: failureCode }, steps: failure(failureCode) })
}

function after(afterMs: number, status: Status): readonly Step[] {
  return [{ afterMs, status }]
}

function failure(code: string): readonly Step[] {
  return [{ afterMs: SETTLE_MS, status: 'FAILED', code }]
}
