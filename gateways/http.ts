/**
 * One HTTP attempt, and what it proves. Every adapter sends through this file, so that the one question that decides between
 * paying and paying twice, "can the provider have seen this request?", is answered in a single place.
 */
import type { Failure } from '../domain/observation.ts'

export interface HttpCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Whole call: connect, send, and the answer to its last byte. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export type HttpAnswer =
  /** A complete JSON answer below 500, or a 429 whatever its body. */
  | { readonly kind: 'answered'; readonly status: number; readonly json: unknown; readonly retryAfterMs: number | null }
  /** No byte of the request can have left. */
  | { readonly kind: 'not-sent'; readonly failure: Failure }
  /** Anything else: the provider may have acted on the request. */
  | { readonly kind: 'unknown'; readonly failure: Failure }

const ANSWER_BYTES_MAX = 256 * 1024
const RETRY_AFTER_MAX_MS = 86_400_000

/** Sends once: no retry, no redirect, never throws. Failures carry codes only, never addresses, headers or bodies. */
export async function callOnce(call: HttpCall): Promise<HttpAnswer> {
  if (call.signal.aborted) return notSent('cancelled-before-sending', '')
  const stop = new AbortController()
  const request = formRequest(call, stop.signal)
  if (!request) return { kind: 'not-sent', failure: { class: 'config', code: 'request-malformed', vendorCode: '' } }

  const abandon = () => stop.abort()
  const timer = setTimeout(abandon, call.timeoutMs)
  call.signal.addEventListener('abort', abandon, { once: true })
  try {
    return await exchange(call.url, request, stop)
  } finally {
    clearTimeout(timer)
    call.signal.removeEventListener('abort', abandon)
  }
}

export type HttpDownload =
  /** A body that has begun to come. It throws when it ends early, is cancelled, or takes too long. */
  { readonly kind: 'streaming'; readonly bytes: AsyncIterable<Uint8Array> } | HttpAnswer

/** Asks once for something large: its body as it comes when the answer is a 200, else what `callOnce` would say. Never throws. */
export async function downloadOnce(call: HttpCall): Promise<HttpDownload> {
  const stop = new AbortController()
  const signal = AbortSignal.any([call.signal, stop.signal, AbortSignal.timeout(call.timeoutMs)])
  const request = formRequest(call, signal)
  if (!request) return { kind: 'not-sent', failure: { class: 'config', code: 'request-malformed', vendorCode: '' } }
  try {
    const response = await fetch(call.url, request)
    if (response.status === 200 && response.body) return { kind: 'streaming', bytes: response.body }
    const bytes = await readAll(response)
    if (!bytes) stop.abort()
    return bytes ? judge(response, bytes) : unknown('answer-too-large', httpCode(response.status))
  } catch (error) {
    return unknown(signal.aborted ? 'no-answer' : 'unreachable', faultCode(error))
  }
}

/** What fetch is given, or `undefined` when it would refuse it: after this, every fault is one of the network. */
function formRequest(call: HttpCall, signal: AbortSignal): RequestInit | undefined {
  try {
    new URL(call.url)
    const headers = new Headers({ accept: 'application/json', 'accept-encoding': 'identity', ...call.headers })
    const request: RequestInit = { method: call.method, headers, redirect: 'manual', signal }
    if (!call.body) return request
    headers.set('content-length', String(call.body.length))
    // A stream, because fetch repeats a request by itself after status 421 when it still holds the bytes.
    return { ...request, body: onceOver(call.body), duplex: 'half' }
  } catch {
    return undefined
  }
}

function onceOver(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
}

async function exchange(url: string, request: RequestInit, stop: AbortController): Promise<HttpAnswer> {
  let response: Response
  try {
    response = await fetch(url, request)
  } catch (error) {
    const fault = connectFault(error)
    if (fault !== undefined) return notSent('unreachable', fault)
    return unknown(stop.signal.aborted ? 'no-answer' : 'connection-lost', faultCode(error))
  }
  try {
    const bytes = await readAll(response)
    if (!bytes) stop.abort()
    return bytes ? judge(response, bytes) : unknown('answer-too-large', httpCode(response.status))
  } catch (error) {
    return unknown(stop.signal.aborted ? 'no-answer' : 'connection-lost', faultCode(error))
  }
}

/** The whole body, or `undefined` when it is larger than any honest answer. */
async function readAll(response: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > ANSWER_BYTES_MAX) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

function judge(response: Response, bytes: Uint8Array): HttpAnswer {
  const { status } = response
  const json = parseJson(bytes)
  if (status === 429)
    return { kind: 'answered', status, json, retryAfterMs: retryAfter(response.headers.get('retry-after')) }
  if (status >= 500) return unknown('server-error', httpCode(status))
  if (status >= 300 && status < 400) return unknown('redirected', httpCode(status))
  // A 4xx page of a proxy is not the provider speaking.
  if (json === undefined) return unknown('unreadable-answer', httpCode(status))
  return { kind: 'answered', status, json, retryAfterMs: null }
}

/** Strict UTF-8 JSON, or `undefined`. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** Retry-After in either of its forms, as milliseconds from now; `null` when absent or absurd. */
function retryAfter(header: string | null): number | null {
  if (header === null) return null
  const wait = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(wait) && wait >= 0 && wait <= RETRY_AFTER_MAX_MS ? wait : null
}

/** Certificate checks and version negotiation: they end a connection before the first byte of a request. */
const TLS_FAULTS: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_SSL_NO_PROTOCOLS_AVAILABLE',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
])

/**
 * The code of a fault of the connect phase, else `undefined`. The system call proves the phase where the code alone does not:
 * EHOSTUNREACH and ETIMEDOUT also end established connections, after the request has left.
 */
function connectFault(error: unknown): string | undefined {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (!(cause instanceof Error)) return undefined
  if (cause instanceof AggregateError) {
    const faults = cause.errors.map((member: unknown) => connectFault(member))
    return faults.length > 0 && !faults.includes(undefined) ? faults[0] : undefined
  }
  const { code, syscall } = cause as NodeJS.ErrnoException
  if (code === undefined) return undefined
  const provenByCall = syscall === 'connect' || syscall === 'getaddrinfo'
  return provenByCall || code === 'UND_ERR_CONNECT_TIMEOUT' || TLS_FAULTS.has(code) ? code : undefined
}

function faultCode(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code: unknown = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : ''
}

function httpCode(status: number): string {
  return `HTTP ${status}`
}

function notSent(code: string, vendorCode: string): HttpAnswer {
  return { kind: 'not-sent', failure: { class: 'retry-same', code, vendorCode } }
}

function unknown(code: string, vendorCode: string): HttpAnswer {
  return { kind: 'unknown', failure: { class: 'unknown', code, vendorCode } }
}
