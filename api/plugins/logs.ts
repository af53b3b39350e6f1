/** Logs are JSON with ids only: no bodies, no queries, no headers, no texts that somebody sent. */
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import type { ApiDependencies } from '../dependencies.ts'

/** The options of the logger: what may be in a line is said here and nowhere else. */
export function logOptions(logger: ApiDependencies['logger']): NonNullable<FastifyServerOptions['logger']> {
  if (logger === false) return false
  return { ...logger, serializers: { err: errorOf, req: methodOf, res: statusOf } }
}

/** One line for each answer. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const named = isNamed(reply.statusCode) ? ((request.params ?? {}) as Named) : {}
    request.log.info(
      {
        operation: request.routeOptions.schema?.operationId,
        method: request.method,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        key: request.caller?.keyId,
        programme: named.programme,
        ref: named.ref,
      },
      'answered',
    )
  })
}

interface Named {
  readonly programme?: string
  readonly ref?: string
}

/** A path that was refused may name nothing of ours: people put national ids and phone numbers there. A conflict has found it. */
function isNamed(status: number): boolean {
  return status < 400 || status === 409
}

const methodOf = ({ method }: { readonly method: string }) => ({ method })
const statusOf = ({ statusCode }: { readonly statusCode: number }) => ({ statusCode })

interface LoggedError {
  readonly [name: string]: unknown
  readonly type: string
  readonly message: string
  readonly stack: string
  readonly code?: string
  readonly constraint?: string
  readonly cause?: LoggedError
}

/** An error without the fields in which drivers repeat rows and parameters. */
function errorOf(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: 'thrown value', message: '', stack: '' }
  const { code, constraint } = error as { readonly code?: unknown; readonly constraint?: unknown }
  return {
    type: error.name,
    message: error.message,
    stack: error.stack ?? '',
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(error.cause === undefined ? {} : { cause: errorOf(error.cause) }),
  }
}
