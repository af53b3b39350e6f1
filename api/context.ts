/** What every route is built from: the dependencies and what the plugins made of them. */
import type { FastifyRequest } from 'fastify'
import type { Performed, Request } from '../store/perform.ts'
import type { Acts } from '../store/acts.ts'
import type { ReceivedCallback, CallbackVerdict } from '../store/inbox.ts'
import type { Answer, Idempotency } from '../store/perform.ts'
import type { Registered, RegistrationRequest } from '../store/registrations.ts'
import type { ApiDependencies } from './dependencies.ts'
import type { Access } from './plugins/access.ts'
import { coalesce } from './plugins/coalesce.ts'
import { requestOf } from './plugins/idempotency.ts'
import type { Metrics } from './plugins/metrics.ts'

/** How callbacks and registrations are gathered. One batch is made ready while PostgreSQL writes the other: more are smaller and cost as much each. */
export const GATHERING = { batchMax: 200, waitMs: 2, openMax: 2 } as const

export interface RouteContext extends ApiDependencies {
  readonly metrics: Metrics
  readonly access: Access
  /** The process is on its way out. */
  readonly isClosing: () => boolean
  /** Who asks, when, and the idempotency key of a POST. */
  request(request: FastifyRequest): Request & { readonly idempotency: Idempotency }
  /** Performs an act once, and lets the relay know of its messages. */
  perform(request: FastifyRequest, work: (acts: Acts, request: Request) => Promise<Answer>): Promise<Performed>
  /** Registers one person, together with those who come at the same time. */
  register(request: RegistrationRequest): Promise<Registered>
  /** Takes in one callback, together with those that come at the same time. */
  receive(callback: ReceivedCallback): Promise<CallbackVerdict>
}

type Plugged = Pick<RouteContext, 'metrics' | 'access' | 'isClosing'>

export function routeContext(dependencies: ApiDependencies, plugged: Plugged): RouteContext {
  const { metrics } = plugged
  const { store, lives, limits, now } = dependencies
  const batching = { ...GATHERING, waitingMax: limits.waitingMax }
  const told = async <Result>(kind: 'registrations' | 'callbacks', size: number, work: Promise<Result>) => {
    const result = await work
    metrics.batch(kind, size)
    lives.poke()
    return result
  }
  return {
    ...dependencies,
    ...plugged,
    request: (request) => requestOf(request, now),
    async perform(request, work) {
      const asked = requestOf(request, now)
      const performed = await store.desk.perform(asked, (acts) => work(acts, asked))
      if (!performed.replayed) lives.poke()
      return performed
    },
    register: coalesce({
      ...batching,
      run: (items) => told('registrations', items.length, store.desk.registerAll(items)),
    }),
    receive: coalesce({
      ...batching,
      keyOf: ({ gateway, eventId }: ReceivedCallback) => `${gateway}/${eventId}`,
      run: (items) => told('callbacks', items.length, store.desk.receiveCallbacks(items)),
    }),
  }
}
