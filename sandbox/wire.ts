/** The provider's wire: what it reads and what it shows. */
import { parseMinor } from '../domain/money.ts'
import type { Payout } from './book.ts'

export interface PayoutRequest {
  readonly reference: string
  readonly amount: bigint
  readonly currency: string
  readonly institution: string
  readonly account: string
  readonly holder: string
}

export interface Refusal {
  readonly status: 400 | 401 | 404 | 409 | 429 | 500
  readonly code: string
  readonly message: string
}

/** What a payout looks like from outside; `shown` overrides what it says about itself at another moment. */
export interface PayoutView {
  readonly id: string
  readonly reference: string
  readonly amount: string
  readonly currency: string
  readonly status: string
  readonly failureCode: string | null
  readonly institution: string
  readonly account: string
  readonly updatedAt: string
}

/** Limits in minor units by institution: a provider has its own, whatever its customers believe. */
const LIMITS: ReadonlyMap<string, { readonly kind: 'bank' | 'wallet'; readonly max: bigint }> = new Map(
  [
    ...['ID.BNI', 'ID.BCA', 'ID.BRI', 'ID.MANDIRI', 'ID.BSI'].map((code) => [code, 'bank', 25_000_000_000n] as const),
    ...['ID.OVO', 'ID.GOPAY', 'ID.DANA', 'ID.LINKAJA'].map((code) => [code, 'wallet', 2_000_000_000n] as const),
  ].map(([code, kind, max]) => [code, { kind, max }]),
)
const AMOUNT_MIN = 1_000_000n
const ACCOUNT = { bank: /^\d{8,20}$/, wallet: /^\+[1-9]\d{7,14}$/ }
const REFERENCE = /^[0-9A-Z]{1,35}$/

export function parseJson(body: unknown): unknown {
  try {
    return Buffer.isBuffer(body) ? JSON.parse(body.toString('utf8')) : undefined
  } catch {
    return undefined
  }
}

export function readPayoutRequest(json: unknown): PayoutRequest | Refusal {
  const reference = textOf(json, 'reference')
  const amount = parseMinor(textOf(json, 'amount'))
  const account = textOf(json, 'account')
  const holder = textOf(json, 'holder')
  const currency = textOf(json, 'currency')
  const institution = textOf(json, 'institution')
  if (!REFERENCE.test(reference)) return refuse('INVALID_REQUEST', 'reference')
  if (amount === undefined || currency !== 'IDR') return refuse('INVALID_REQUEST', 'amount and currency')
  const limits = LIMITS.get(institution)
  if (!limits) return refuse('INSTITUTION_NOT_SUPPORTED', 'institution')
  if (amount < AMOUNT_MIN || amount > limits.max) return refuse('AMOUNT_OUT_OF_RANGE', 'amount')
  if (!ACCOUNT[limits.kind].test(account)) return refuse('INVALID_REQUEST', 'account')
  if (holder.length < 1 || holder.length > 100) return refuse('INVALID_REQUEST', 'holder')
  return { reference, amount, currency, institution, account, holder }
}

/** An account question, or why it is none. */
export function readAccountQuestion(json: unknown): { readonly account: string; readonly holder: string } | Refusal {
  const account = textOf(json, 'account')
  const limits = LIMITS.get(textOf(json, 'institution'))
  if (!limits) return refuse('INSTITUTION_NOT_SUPPORTED', 'institution')
  if (!ACCOUNT[limits.kind].test(account)) return refuse('INVALID_REQUEST', 'account')
  return { account, holder: textOf(json, 'holder') }
}

export function isRefusal(value: object): value is Refusal {
  return 'message' in value
}

export function refuse(code: string, what: string, status: Refusal['status'] = 400): Refusal {
  return { status, code, message: `refused: ${what}` }
}

/** How an enquiry or a callback shows a payout. */
export function show(payout: Payout): PayoutView {
  const moved =
    payout.status === 'RETURNED' && payout.scenario.returns === 'a-third' ? payout.amount / 3n : payout.amount
  const amount = payout.scenario.showsAmount === 'less-one' ? moved - 1n : moved
  return {
    id: payout.id,
    reference: payout.reference,
    amount: amount.toString(),
    currency: payout.currency,
    status: payout.status,
    failureCode: payout.code,
    institution: payout.institution,
    account: payout.scenario.showsAccount === 'other' ? another(payout.account) : payout.account,
    updatedAt: new Date(payout.changedAtMs).toISOString(),
  }
}

/** A number of the same form that is not this one. */
function another(account: string): string {
  return account.slice(0, -1) + String((Number(account.slice(-1)) + 1) % 10)
}

/** How the answer to its first send shows it: as it was when it was accepted. */
export function showAccepted(payout: Payout): PayoutView {
  const updatedAt = new Date(payout.acceptedAtMs).toISOString()
  return {
    ...show(payout),
    amount: payout.amount.toString(),
    account: payout.account,
    status: 'ACCEPTED',
    failureCode: null,
    updatedAt,
  }
}

/** An own text member of a JSON object, else an empty text. */
export function textOf(json: unknown, name: string): string {
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, name)) return ''
  const value: unknown = (json as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : ''
}
