/** What the API is given by its composition root: it makes none of this itself. */
import type { FastifyServerOptions } from 'fastify'
import type { Gateway } from '../gateways/gateway.ts'
import type { Store } from '../store/index.ts'

/** The only view of Temporal the API has. */
export interface LivesView {
  /** New messages were committed: the relay need not wait for its next poll. */
  poke(): void
  /** Tells a life of an act at once, by an Update whose id is the message id; `later` when it was not heard within 2 s. */
  tellNow(programme: string, ref: string, messageId: string): Promise<'heard' | 'later'>
  /** Where operators see the life's workflow. */
  describeUrl(programme: string, ref: string): string
  healthy(): Promise<boolean>
}

export interface Limits {
  /** Requests a minute, for each key (each address on public routes). */
  readonly requestsPerMinute: number
  /** Keys not in force that an address may send in a minute before it is told to wait. */
  readonly refusedKeysPerMinute: number
  /** Mean delay of the event loop above which requests are shed. Milliseconds. */
  readonly eventLoopDelayMs: number
  /** Registrations and callbacks that wait for their batch; more are shed. */
  readonly waitingMax: number
  /** How long the account check of a gateway may take. Milliseconds. */
  readonly accountCheckMs: number
  /** How long readiness is red before connections are refused, for a load balancer to see it. Milliseconds. */
  readonly drainMs: number
}

export const DEFAULT_LIMITS: Limits = {
  requestsPerMinute: 300_000,
  refusedKeysPerMinute: 300,
  eventLoopDelayMs: 1_000,
  waitingMax: 10_000,
  accountCheckMs: 3_000,
  drainMs: 0,
}

export interface ApiDependencies {
  readonly store: Store
  readonly gateways: ReadonlyMap<string, Gateway>
  readonly lives: LivesView
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Red lines the database crosses, in words for operators; none when all is well. */
  readonly guards: () => Promise<readonly string[]>
  /** Pino's options; `false` for silence. Serialisers and redaction are the API's own. */
  readonly logger: Extract<FastifyServerOptions['logger'], object> | false
  /** Changes with every start of the process. */
  readonly bootId: string
  readonly limits: Limits
  /** How others reach the API, without a slash at the end. */
  readonly publicUrl: string
  /** Proxies whose `X-Forwarded-For` says where a request comes from, as addresses or networks. Default: none. */
  readonly trustedProxies?: readonly string[]
  readonly version: string
}
