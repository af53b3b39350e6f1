/** Every error becomes one RFC 9457 answer: refusals with their code, the unexpected hidden and logged with its cause. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Problem, type Fault, type ProblemCode } from '../../domain/problem.ts'
import { PROBLEM_TABLE } from '../problem-table.ts'

/** A fault in a parameter or header instead of the body. */
interface ParameterFault {
  readonly parameter: string
  readonly detail: string
}

const FAULTS_SHOWN = 100

/** Refuses a parameter of the path or query. */
export class ParameterProblem extends Problem {
  readonly parameters: readonly ParameterFault[]
  constructor(parameters: readonly ParameterFault[]) {
    super('invalid-request', 'a parameter is not valid')
    this.parameters = parameters
  }
}

/** The problem as it goes out. `instance` is the request id, which the log has too. */
export function problemDocument(problem: Problem, publicUrl: string, requestId: string): Record<string, unknown> {
  const { status, title } = PROBLEM_TABLE[problem.code]
  const faults = problem instanceof ParameterProblem ? problem.parameters : problem.faults
  return {
    ...problem.extra,
    type: `${publicUrl}/problems/${problem.code}`,
    title,
    status,
    detail: problem.message,
    instance: requestId,
    code: problem.code,
    ...(faults.length === 0 ? {} : { errors: faults.slice(0, FAULTS_SHOWN) }),
  }
}

/** Sends a problem; headers that its code asks for are set, those that stand already are kept. */
export function sendProblem(reply: FastifyReply, problem: Problem, publicUrl: string): FastifyReply {
  const { status, retryAfter } = PROBLEM_TABLE[problem.code]
  if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', String(retryAfter))
  if (problem.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="lunas"')
  if (problem.code === 'callback-unauthentic') reply.header('www-authenticate', 'Signature')
  // Paths that cannot be read are refused before any hook has run.
  reply.headers({ 'x-request-id': reply.request.id, 'cache-control': 'no-store' })
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemDocument(problem, publicUrl, reply.request.id)))
}

/** The error handler of the whole app. */
export function errorHandler(publicUrl: string) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = toProblem(error)
    const { status } = PROBLEM_TABLE[problem.code]
    // Faults and details may repeat what people sent: the log gets codes, and the cause only of what is ours.
    if (status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed')
    else request.log.info({ code: problem.code }, 'request refused')
    return sendProblem(reply, problem, publicUrl)
  }
}

/** What an error means to the caller. Exhaustive by its last line: whatever is not known is ours. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const fault = error as Partial<FastifyError>
  if (fault.validation) return validationProblem(fault as FastifyError)
  const code = BY_FASTIFY_CODE[fault.code ?? '']
  if (code) return new Problem(code, PROBLEM_TABLE[code].means)
  if (isUnreachable(error)) return new Problem('not-ready', 'the database cannot be reached')
  if (fault.code === '57014' || fault.code === '55P03') return new Problem('timeout', PROBLEM_TABLE.timeout.means)
  if (fault.statusCode !== undefined && fault.statusCode >= 400 && fault.statusCode < 500) {
    return new Problem('invalid-request', 'the request cannot be understood')
  }
  return new Problem('internal', PROBLEM_TABLE.internal.means)
}

const BY_FASTIFY_CODE: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_NOT_FOUND: 'not-found',
}

/** PostgreSQL is away or going: nothing was committed that the caller could rely on. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.message === 'timeout exceeded when trying to connect' || error.message === 'Query read timeout') return true
  if (/^Connection terminated/.test(error.message)) return true
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'EAGAIN'].includes(code) || /^(08...|57P0[123]|53300)$/.test(code)
  )
}

function validationProblem(error: FastifyError): Problem {
  const faults = (error.validation ?? []).map(faultOf)
  if (error.validationContext === 'body') return new Problem('invalid-request', 'the body is not valid', { faults })
  return new ParameterProblem(faults.map(({ pointer, detail }) => ({ parameter: pointer.slice(1) || 'query', detail })))
}

function faultOf(fault: NonNullable<FastifyError['validation']>[number]): Fault {
  const { instancePath, keyword, params } = fault
  const field = (name: unknown): string => `${instancePath}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
  switch (keyword) {
    case 'required':
      return { pointer: field(params['missingProperty']), detail: 'is missing' }
    case 'additionalProperties':
      return { pointer: field(params['additionalProperty']), detail: 'is an unknown field' }
    case 'enum':
      return { pointer: instancePath, detail: `must be one of ${(params['allowedValues'] as string[]).join(', ')}` }
    case 'pattern':
      return { pointer: instancePath, detail: `must match ${String(params['pattern'])}` }
    default:
      return { pointer: instancePath, detail: fault.message ?? 'is not valid' }
  }
}
