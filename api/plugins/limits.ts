/** What keeps one caller, or too many, from taking the service down: shedding under pressure, and a rate for each key. */
import rateLimit from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import { Problem } from '../../domain/problem.ts'
import type { Limits } from '../dependencies.ts'

const MINUTE_MS = 60_000
/** Paths that answer also under pressure, because they are how it is seen. */
const ALWAYS_ANSWERED: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])

/** Loading code blocks the loop at a start, which says nothing about load. */
const START_MS = 5_000

/** Answers 503 before anything else is done while the event loop lags. */
export async function shedLoad(app: FastifyInstance, limits: Limits): Promise<void> {
  let shedFromMs = Infinity
  app.addHook('onReady', async () => {
    shedFromMs = performance.now() + START_MS
  })
  await app.register(underPressure, {
    maxEventLoopDelay: limits.eventLoopDelayMs,
    pressureHandler: async (request) => {
      if (performance.now() < shedFromMs || ALWAYS_ANSWERED.has(request.routeOptions.url ?? '')) return
      throw new Problem('overloaded', 'the process sheds load; send it again')
    },
  })
}

/** Counts requests for each key, and for each address where there is none. Comes after authentication. */
export async function limitRates(app: FastifyInstance, limits: Limits): Promise<void> {
  await app.register(rateLimit, {
    max: limits.requestsPerMinute,
    timeWindow: MINUTE_MS,
    keyGenerator: (request) => request.caller?.keyId ?? request.ip,
    errorResponseBuilder: () => new Problem('rate-limited', 'too many requests in this minute'),
  })
}
