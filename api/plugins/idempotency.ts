/** Every POST carries an Idempotency-Key, so that whoever is in doubt repeats it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../domain/problem.ts'
import type { Idempotency, Performed, Request } from '../../store/perform.ts'
import { actorOf } from './access.ts'

const KEY = /^[\x21-\x7e]{1,255}$/
/** The IETF draft writes the key as a structured-field string. */
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/

/** Refuses a POST without a usable key before its body is read. */
export function requireIdempotencyKeys(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'POST' || request.is404 || request.routeOptions.config.roles === 'public') return
    keyOf(request)
  })
}

/**
 * A request that was performed once is answered so again, whatever its operation would say today: before a refusal goes out, the
 * stored answer is asked for. Only then, so that a request that is new costs nothing more.
 */
export function answerRepeated(
  app: FastifyInstance,
  answered: (request: FastifyRequest) => Promise<Performed | undefined>,
): void {
  app.addHook('onRoute', (route) => {
    if (route.method !== 'POST' || route.config?.roles === 'public') return
    const { handler } = route
    route.handler = async function (request, reply) {
      try {
        return await handler.call(this, request, reply)
      } catch (error) {
        const before = error instanceof Problem ? await answered(request) : undefined
        if (before) return sendPerformed(reply, before)
        throw error
      }
    }
  })
}

function keyOf(request: FastifyRequest): string {
  const header = request.headers['idempotency-key']
  if (typeof header !== 'string' || header === '') {
    throw new Problem('idempotency-key-missing', 'send an Idempotency-Key header with a new random value')
  }
  const key = QUOTED.exec(header)?.[1]?.replace(/\\(["\\])/g, '$1') ?? header
  if (!KEY.test(key)) {
    throw new Problem('idempotency-key-missing', 'an Idempotency-Key is 1 to 255 printable ASCII characters, no blanks')
  }
  return key
}

/** The request as the store takes it: who, when, and what it is recognised by when it comes again. */
export function requestOf(request: FastifyRequest, now: () => number): Request & { readonly idempotency: Idempotency } {
  const route = request.routeOptions.schema?.operationId ?? request.routeOptions.url ?? ''
  const head = Buffer.from(`${request.method} ${request.url}\n`)
  const whole = Buffer.concat([head, request.bytes])
  return { actor: actorOf(request), atMs: now(), idempotency: { route, key: keyOf(request), request: whole } }
}

/** Sends what was performed; a stored answer says that it is one. `more` is what is told only once. */
export function sendPerformed(
  reply: FastifyReply,
  performed: Performed,
  more: Record<string, unknown> = {},
): FastifyReply {
  if (performed.replayed) reply.header('idempotent-replayed', 'true')
  return reply.code(performed.status).send({ ...performed.body, ...more })
}
