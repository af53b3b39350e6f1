/** The adapter to the sandbox, Lunas' own payment provider for demonstrations and tests. */
import type { Money } from '../../domain/money.ts'
import type { Failure, FailureClass } from '../../domain/observation.ts'
import type {
  Destination,
  Gateway,
  GatewayTiming,
  Institution,
  PayoutOrder,
  Prepared,
  StatementRule,
} from '../gateway.ts'
import type { StatementFormat } from '../../domain/statement.ts'
import { callOnce, downloadOnce } from '../http.ts'
import type { HttpAnswer, HttpCall } from '../http.ts'
import { callbackReader } from './callback.ts'
import { sandboxCapabilities } from './capabilities.ts'
import { callbackCredential, sendCredential } from './credentials.ts'
import { sandboxFailures } from './failures.ts'
import { readSandboxStatement } from './statement.ts'
import { toAccountCheck, toEnquiryResult, toStatementAnswer, toSubmitResult } from './translate.ts'
import { encodeAccountQuestion, encodePayoutRequest, readBalance } from './wire.ts'

export interface SandboxGatewaySettings {
  /** Where the sandbox answers, for example `http://127.0.0.1:4200`. */
  readonly baseUrl: string
  readonly apiKey: string
  /** `whsec_` secrets; more than one while they are exchanged. */
  readonly callbackSecrets: readonly string[]
  readonly timing?: Partial<GatewayTiming>
  readonly ratePerSecond?: number
  /** In which of its formats statements are asked for; JSON lines when absent. */
  readonly statementFormat?: StatementFormat
  /** Where it tells of its days otherwise than it usually does. */
  readonly statement?: Partial<StatementRule>
}

type Of = [method: 'GET' | 'POST', path: string, signal: AbortSignal, more?: AskMore]
type Ask = (...of: Of) => Promise<HttpAnswer>
interface AskMore {
  readonly timeoutMs?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

/** Throws when the address or a secret cannot be right; nothing else in here throws but `balance`. */
export function createSandboxGateway(settings: SandboxGatewaySettings): Gateway {
  const capabilities = sandboxCapabilities(settings.timing, settings.ratePerSecond, settings.statement)
  const { timing, institutions } = capabilities
  const callOf = caller(settings, timing)
  const ask: Ask = (...of) => callOnce(callOf(...of))

  return {
    code: 'sandbox',
    capabilities,
    credentials: [
      sendCredential(settings.baseUrl, settings.apiKey),
      ...settings.callbackSecrets.map(callbackCredential),
    ],
    failures: sandboxFailures,
    prepare: (payout, destination) => prepare(payout, destination, institutions),
    receive: callbackReader(settings.callbackSecrets, timing.callbackToleranceMs),
    async submit(request, signal) {
      const headers = { 'idempotency-key': request.payoutKey }
      const more = { body: request.body, headers, timeoutMs: timing.submitTimeoutMs }
      return toSubmitResult(await ask('POST', '/payouts', signal, more), request.reference)
    },
    async enquire({ reference }, signal) {
      // By reference even when the gateway's id is known: only so are two objects of one reference seen.
      return toEnquiryResult(await ask('GET', `/payouts?reference=${encodeURIComponent(reference)}`, signal), reference)
    },
    async checkAccount(destination, signal) {
      const refused = destinationFailure(destination, institutions)
      if (refused) return { kind: 'invalid', failure: refused }
      const body = encodeAccountQuestion(destination.institution, destination.number, destination.holder)
      return toAccountCheck(await ask('POST', '/accounts/check', signal, { body }))
    },
    async balance(signal): Promise<Money> {
      const answer = await ask('GET', '/balance', signal)
      const balance = answer.kind === 'answered' && answer.status === 200 ? readBalance(answer.json) : undefined
      if (balance) return { minor: balance.amount, currency: balance.currency }
      const why = answer.kind === 'answered' ? `HTTP ${answer.status}` : answer.failure.code
      throw new Error(`the sandbox did not tell its balance: ${why}`)
    },
    async statement(day, signal) {
      const format = settings.statementFormat ?? 'jsonl'
      const path = `/statements?date=${encodeURIComponent(day)}&format=${format}`
      const { timeoutMs } = capabilities.statement
      return toStatementAnswer(await downloadOnce(callOf('GET', path, signal, { timeoutMs })), format)
    },
    readStatement: (file) => readSandboxStatement(file, capabilities.statement),
  }
}

function caller(settings: SandboxGatewaySettings, timing: GatewayTiming): (...of: Of) => HttpCall {
  const base = new URL(settings.baseUrl)
  const usable = /^https?:$/.test(base.protocol) && base.username === '' && base.password === ''
  if (!usable) throw new Error('the address of the sandbox must be http or https, without a password')
  const root = base.href.replace(/\/+$/, '')
  const own = { authorization: `Bearer ${settings.apiKey}`, 'content-type': 'application/json' }
  return (method, path, signal, more = {}) => ({
    method,
    url: root + path,
    headers: { ...own, ...more.headers },
    timeoutMs: more.timeoutMs ?? timing.enquireTimeoutMs,
    signal,
    ...(more.body ? { body: more.body } : {}),
  })
}

/** Pure: what the sandbox would refuse is refused here, before anything is frozen. */
function prepare(
  payout: PayoutOrder,
  destination: Destination,
  institutions: readonly Institution[],
): Prepared | Failure {
  const refused = destinationFailure(destination, institutions) ?? orderFailure(payout, destination, institutions)
  if (refused) return refused
  const body = encodePayoutRequest({
    reference: payout.reference,
    amount: payout.amount.minor.toString(),
    currency: payout.amount.currency,
    institution: destination.institution,
    account: destination.number,
    holder: destination.holder,
    narrative: payout.narrative,
  })
  return { kind: 'prepared', body }
}

const ACCOUNT = { bank: /^\d{8,20}$/, wallet: /^\+[1-9]\d{7,14}$/ }
const HOLDER = /^[^\p{Cc}\p{Cs}]{1,100}$/u
const NARRATIVE = /^[\x20-\x7e]{0,60}$/
const REFERENCE = /^[0-9A-Z]{1,35}$/
const PAYOUT_KEY = /^[\x21-\x7e]{1,255}$/

function destinationFailure(destination: Destination, institutions: readonly Institution[]): Failure | undefined {
  const institution = institutions.find(({ code }) => code === destination.institution)
  if (!institution) return refusal('permanent', 'institution-not-supported')
  const wellFormed = institution.kind === destination.kind && ACCOUNT[institution.kind].test(destination.number)
  if (!wellFormed) return refusal('needs-account', 'account-malformed')
  return HOLDER.test(destination.holder) ? undefined : refusal('needs-account', 'holder-malformed')
}

function orderFailure(
  payout: PayoutOrder,
  destination: Destination,
  institutions: readonly Institution[],
): Failure | undefined {
  const institution = institutions.find(({ code }) => code === destination.institution)
  const { minor, currency } = payout.amount
  if (currency !== 'IDR') return refusal('permanent', 'currency-not-supported')
  if (!institution || minor < BigInt(institution.minMinor)) return refusal('permanent', 'amount-below-minimum')
  if (minor > BigInt(institution.maxMinor)) return refusal('permanent', 'amount-above-maximum')
  if (!NARRATIVE.test(payout.narrative)) return refusal('permanent', 'narrative-malformed')
  const named = REFERENCE.test(payout.reference) && PAYOUT_KEY.test(payout.payoutKey)
  return named ? undefined : refusal('permanent', 'reference-malformed')
}

/** A refusal of ours: the provider has said nothing. */
function refusal(failureClass: FailureClass, code: string): Failure {
  return { class: failureClass, code, vendorCode: '' }
}
