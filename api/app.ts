/** Builds the API; whoever asked for it listens and closes. */
import { randomUUID } from 'node:crypto'
import helmet from '@fastify/helmet'
import fastify, { LogController, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Problem } from '../domain/problem.ts'
import { routeContext } from './context.ts'
import type { ApiDependencies } from './dependencies.ts'
import { logOptions, logRequests } from './plugins/logs.ts'
import { guardRoutes, type Access } from './plugins/access.ts'
import { document, showDocumentation } from './plugins/documentation.ts'
import { answerBareRequests, refuseBroken } from './plugins/broken-requests.ts'
import { rememberCallers } from './plugins/callers.ts'
import { closeInOrder } from './plugins/closing.ts'
import { answerRepeated, requestOf, requireIdempotencyKeys } from './plugins/idempotency.ts'
import { readJsonBodies } from './plugins/json-bodies.ts'
import { limitRates, shedLoad } from './plugins/limits.ts'
import { measure } from './plugins/metrics.ts'
import { answerUnknownPaths } from './plugins/unknown-paths.ts'
import { errorHandler, sendProblem } from './plugins/problems.ts'
import { serializeAnswers } from './plugins/serializers.ts'
import { registerRoutes } from './routes/index.ts'
import { namedSchemas } from './schemas/named.ts'

const BODY_BYTES_MAX = 64 * 1024
/** It is logged and kept: what could be somebody's number is replaced. */
const REQUEST_ID = /^(?=[0-9._-]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The whole API on its dependencies, ready for `inject` or `listen`. Throws when a route does not say who may call it. */
export async function buildApp(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const { publicUrl, limits, store, now } = dependencies
  const app = fastify(serverOptions(dependencies)).withTypeProvider<TypeBoxTypeProvider>()
  app.setErrorHandler(errorHandler(publicUrl))
  for (const schema of namedSchemas()) app.addSchema(schema)
  serializeAnswers(app)

  const { isClosing } = closeInOrder(app, limits.drainMs)
  answerBareRequests(app)
  logRequests(app)
  setHeaders(app)
  await app.register(helmet, {
    contentSecurityPolicy: CONTENT_POLICY,
    frameguard: { action: 'deny' },
    hsts: publicUrl.startsWith('https:'),
  })
  await shedLoad(app, limits)
  const metrics = measure(app, dependencies)
  const callers = rememberCallers({
    callerOf: (secret) => store.desk.callerOf(secret),
    areInForce: (secrets) => store.desk.areInForce(secrets),
    now,
    refusedPerMinute: limits.refusedKeysPerMinute,
  })
  const access: Access = { callers, refused: (reason) => metrics.authFailed(reason) }
  guardRoutes(app, access)
  requireIdempotencyKeys(app)
  answerRepeated(app, (request) => store.desk.answered(requestOf(request, now)))
  await limitRates(app, limits)
  readJsonBodies(app)
  await document(app, dependencies)
  answerUnknownPaths(app, publicUrl)

  registerRoutes(app, routeContext(dependencies, { metrics, access, isClosing }))
  await showDocumentation(app)
  await app.ready()
  return app
}

/** A slow or silent client must not hold a connection for ever. Milliseconds. */
const TIMEOUTS = {
  connectionTimeout: 120_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 10_000,
  http: { headersTimeout: 15_000, requireHostHeader: false },
} as const

function serverOptions({ logger, publicUrl, trustedProxies = [] }: ApiDependencies): FastifyServerOptions {
  return {
    ...TIMEOUTS,
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    logger: logOptions(logger),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    requestIdHeader: false,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && (REQUEST_ID.test(given) || UUID.test(given)) ? given : randomUUID()
    },
    // Keys of disbursements and payouts are longer than the default.
    routerOptions: { maxParamLength: 300 },
    // What is mistyped is refused, never bent into shape.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false } },
    frameworkErrors: (error, _request, reply) => {
      const code = error.code === 'FST_ERR_BAD_URL' ? 'malformed-request' : 'not-found'
      void sendProblem(reply, new Problem(code, 'the path cannot be understood'), publicUrl)
    },
    clientErrorHandler: refuseBroken(publicUrl),
    // What comes while we close is answered like anything else: the connection says that it is the last.
    return503OnClosing: false,
  }
}

/** Everything comes from ourselves and nobody may frame it. */
const CONTENT_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
}

function setHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    // Answers tell of people and money: no cache may keep them.
    reply.header('cache-control', 'no-store')
  })
}
