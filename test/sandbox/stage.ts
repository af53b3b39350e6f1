/** The sandbox on a free port with a journal of its own, the real adapter to it, and somebody who hears its callbacks. */
import { setMaxListeners } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Observation } from '../../domain/observation.ts'
import type { CallbackResult, Destination, FrozenRequest, Gateway, GatewayTiming } from '../../gateways/gateway.ts'
import { createSandboxGateway } from '../../gateways/sandbox/gateway.ts'
import type { Entry } from '../../sandbox/entries.ts'
import { buildSandbox } from '../../sandbox/server.ts'

export const API_KEY = 'sandbox-key-of-the-tests'
/** What the stage's sandbox knows an auditor by. */
export const STATEMENTS_KEY = 'statements-key-of-the-tests'
export const CALLBACK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
/** Rp 600.000 */
export const AMOUNT = 60_000_000n

export interface Stage {
  readonly url: string
  readonly gateway: Gateway
  readonly heard: readonly Heard[]
  /** The status the listener answers callbacks with. */
  listenerStatus: number
  /** A request to the sandbox with its key. */
  call(
    method: 'GET' | 'POST',
    route: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly json: unknown }>
  journal(): Promise<readonly Entry[]>
  /** Stops the sandbox and starts it again on the same journal. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** A callback as it came and what the adapter makes of it. */
export interface Heard {
  readonly result: CallbackResult
  readonly eventId: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

export interface StageOptions {
  readonly timeFactor?: number
  readonly openingBalanceMinor?: bigint
  readonly timing?: Partial<GatewayTiming>
  /** What time it is at the sandbox when it opens; that of this machine when absent. Milliseconds since the epoch. */
  readonly startsAtMs?: number
  /** Whoever hears of a callback before it is answered. */
  readonly hear?: (heard: Heard) => Promise<void>
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lunas-sandbox-'))
  const heard: Heard[] = []
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers = request.headers as Record<string, string | undefined>
      const body = Buffer.concat(chunks)
      const result = stage.gateway.receive({ headers, body, receivedAtMs: Date.now() })
      const one: Heard = { result, eventId: headers['webhook-id'] ?? '', headers, body }
      heard.push(one)
      const answer = (status: number): void => {
        response.statusCode = status
        response.end()
      }
      void (options.hear?.(one) ?? Promise.resolve()).then(
        () => answer(stage.listenerStatus),
        () => answer(500),
      )
    })
  })
  await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', ready))
  const callbackUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callbacks`

  const journalPath = path.join(folder, 'journal.jsonl')
  const openingBalanceMinor = options.openingBalanceMinor ?? 1_000_000_000_000n
  if (options.startsAtMs !== undefined) await openedAt(journalPath, options.startsAtMs, openingBalanceMinor)
  const build = () =>
    buildSandbox({
      journalPath,
      apiKey: API_KEY,
      statementsKey: STATEMENTS_KEY,
      callbackSecret: CALLBACK_SECRET,
      callbackUrl,
      timeFactor: options.timeFactor ?? 0.05,
      openingBalanceMinor,
    })
  let app: FastifyInstance = await build()
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const timing = { submitTimeoutMs: 300, enquireTimeoutMs: 1_000, ...options.timing }

  const stage: Stage = {
    url,
    gateway: createSandboxGateway({ baseUrl: url, apiKey: API_KEY, callbackSecrets: [CALLBACK_SECRET], timing }),
    heard,
    listenerStatus: 204,
    call: (method, route, body) => callSandbox(url, method, route, body),
    async journal() {
      const { json } = await callSandbox(url, 'GET', '/journal?limit=10000')
      return (json as { entries: readonly Entry[] }).entries
    },
    async restart() {
      await app.close()
      app = await build()
      await app.listen({ host: '127.0.0.1', port: Number(new URL(url).port) })
    },
    async close() {
      await app.close()
      listener.closeAllConnections()
      await new Promise((done) => listener.close(done))
      await rm(folder, { recursive: true, force: true })
    },
  }
  return stage
}

/** A journal that was begun at another time: its clock goes on from there. */
export async function openedAt(journalPath: string, atMs: number, balance: bigint): Promise<void> {
  const place = { seq: 1, at: new Date().toISOString(), virtualAt: new Date(atMs).toISOString() }
  await writeFile(journalPath, `${JSON.stringify({ ...place, kind: 'opened', balance: balance.toString() })}\n`)
}

export async function callSandbox(url: string, method: 'GET' | 'POST', route: string, body?: unknown) {
  const response = await fetch(url + route, {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: await response.json() }
}

export function bank(number: string, holder = 'SITI AMINAH'): Destination {
  return { kind: 'bank', institution: 'ID.BNI', number, holder }
}

export function wallet(number: string): Destination {
  return { kind: 'wallet', institution: 'ID.GOPAY', number, holder: 'SITI AMINAH' }
}

let references = 0
/** A reference no other test of this process uses. */
export function freshReference(): string {
  references += 1
  return `T${process.pid.toString(36).toUpperCase()}X${references.toString(36).toUpperCase().padStart(6, '0')}`
}

/** Freezes a payout; throws when the adapter refuses it. */
export function freeze(
  gateway: Gateway,
  destination: Destination,
  amount = AMOUNT,
  reference = freshReference(),
): FrozenRequest {
  const payoutKey = `demo:P1:P1:T1:1/${reference}#1`
  const prepared = gateway.prepare(
    { payoutKey, reference, amount: { minor: amount, currency: 'IDR' }, narrative: 'INSENTIF 1' },
    destination,
  )
  if (!('body' in prepared)) throw new Error(`not prepared: ${prepared.code}`)
  return { payoutKey, reference, body: prepared.body }
}

/** A signal nobody ever aborts. */
export const never = new AbortController().signal
setMaxListeners(0, never)

/** Asks until a payout is in one of these states, at most five seconds. */
export async function untilState(
  gateway: Gateway,
  reference: string,
  ...states: readonly Observation['state'][]
): Promise<Observation> {
  return until(async () => {
    const answer = await gateway.enquire({ reference, gatewayId: null }, never)
    return answer.kind === 'found' && states.includes(answer.observations[0].state) ? answer.observations[0] : undefined
  })
}

/** Polls until there is a value, at most five seconds. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 5_000
  for (;;) {
    const value = await look()
    if (value !== undefined) return value
    if (Date.now() > end) throw new Error('it did not happen within five seconds')
    await new Promise((turn) => setTimeout(turn, 10))
  }
}

/** What an account has got: credited minus returned, from the journal alone. */
export function received(entries: readonly Entry[], account: string): bigint {
  let minor = 0n
  for (const entry of entries) {
    if (entry.kind === 'credited' && entry.account === account) minor += BigInt(entry.amount)
    if (entry.kind === 'returned' && entry.account === account) minor -= BigInt(entry.amount)
  }
  return minor
}
