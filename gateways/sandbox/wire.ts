/** The sandbox's own words: what it is sent and what it answers, read strictly. Nothing here knows what Lunas makes of it. */
import { parseMinor } from '../../domain/money.ts'

export interface PayoutRequest {
  readonly reference: string
  /** Minor units, decimal. */
  readonly amount: string
  readonly currency: string
  readonly institution: string
  readonly account: string
  readonly holder: string
  readonly narrative: string
}

export interface PayoutObject {
  readonly id: string
  readonly reference: string
  readonly amount: bigint
  readonly currency: string
  readonly status: string
  readonly failureCode: string | null
  /** Where it was sent to, the number whole; null in what was written before the provider told it. */
  readonly destination: { readonly institution: string; readonly account: string } | null
  readonly updatedAt: string
}

export type AccountAnswer =
  { readonly valid: true; readonly registeredName: string } | { readonly valid: false; readonly code: string }

/** The bytes of a request: fixed key order and no spaces, because these very bytes are frozen and sent again. */
export function encodePayoutRequest(request: PayoutRequest): Uint8Array {
  const { reference, amount, currency, institution, account, holder, narrative } = request
  return Buffer.from(JSON.stringify({ reference, amount, currency, institution, account, holder, narrative }), 'utf8')
}

export function encodeAccountQuestion(institution: string, account: string, holder: string): Uint8Array {
  return Buffer.from(JSON.stringify({ institution, account, holder }), 'utf8')
}

const REFERENCE = /^[0-9A-Z]{1,35}$/
const ID = /^[A-Za-z0-9_-]{1,64}$/
const INSTITUTION = /^[A-Z0-9.]{1,32}$/
const ACCOUNT = /^\+?\d{8,20}$/
const CURRENCY = /^[A-Z]{3}$/
const WORD = /^[A-Z0-9_]{1,64}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/** Reads a payout object; `undefined` when any member is missing or not what the provider documents. */
export function readPayout(json: unknown): PayoutObject | undefined {
  const id = text(json, 'id', ID)
  const reference = text(json, 'reference', REFERENCE)
  const currency = text(json, 'currency', CURRENCY)
  const status = text(json, 'status', WORD)
  const updatedAt = text(json, 'updatedAt', INSTANT)
  const destination = readDestination(json)
  const amount = parseMinor(text(json, 'amount') ?? '')
  const failureCode = member(json, 'failureCode') === null ? null : text(json, 'failureCode', WORD)
  if (id === undefined || reference === undefined || currency === undefined || status === undefined) return undefined
  if (updatedAt === undefined || amount === undefined || failureCode === undefined) return undefined
  if (destination === undefined) return undefined
  return { id, reference, amount, currency, status, failureCode, destination, updatedAt }
}

function readDestination(json: unknown): PayoutObject['destination'] | undefined {
  if (member(json, 'institution') === undefined && member(json, 'account') === undefined) return null
  const institution = text(json, 'institution', INSTITUTION)
  const account = text(json, 'account', ACCOUNT)
  return institution === undefined || account === undefined ? undefined : { institution, account }
}

/** Reads the answer to an enquiry; `undefined` when any of its payouts is unreadable: an alarm must not be lost in the noise. */
export function readPayoutList(json: unknown): readonly PayoutObject[] | undefined {
  const list = member(json, 'payouts')
  if (!Array.isArray(list)) return undefined
  const payouts: PayoutObject[] = []
  for (const item of list) {
    const payout = readPayout(item)
    if (!payout) return undefined
    payouts.push(payout)
  }
  return payouts
}

/** The payout a callback tells of. */
export function readEvent(json: unknown): PayoutObject | undefined {
  return text(json, 'type') === undefined ? undefined : readPayout(member(json, 'data'))
}

export function readAccountAnswer(json: unknown): AccountAnswer | undefined {
  const valid = member(json, 'valid')
  if (valid === true) {
    const registeredName = text(json, 'registeredName', /^[^\p{Cc}]{1,140}$/u)
    return registeredName === undefined ? undefined : { valid, registeredName }
  }
  const code = text(json, 'code', WORD)
  return valid === false && code !== undefined ? { valid, code } : undefined
}

export function readBalance(json: unknown): { readonly amount: bigint; readonly currency: string } | undefined {
  const amount = parseMinor(text(json, 'amount') ?? '')
  const currency = text(json, 'currency', CURRENCY)
  return amount === undefined || currency === undefined ? undefined : { amount, currency }
}

/** The code of a refusal, or an empty text. */
export function readRefusalCode(json: unknown): string {
  return text(json, 'code', WORD) ?? ''
}

/** Own members only: what a hostile `__proto__` brings along is not an answer. */
function member(json: unknown, name: string): unknown {
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, name)) return undefined
  return (json as Readonly<Record<string, unknown>>)[name]
}

function text(json: unknown, name: string, pattern?: RegExp): string | undefined {
  const value = member(json, name)
  return typeof value === 'string' && (pattern === undefined || pattern.test(value)) ? value : undefined
}
