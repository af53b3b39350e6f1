/** Requests that never become requests: what the HTTP parser gives up is refused like anything else, on the bare socket. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { Problem, type ProblemCode } from '../../domain/problem.ts'
import { PROBLEM_TABLE } from '../problem-table.ts'
import { problemDocument } from './problems.ts'

const BY_PARSER_CODE: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
}

/** Answers on the socket and closes it; logged under the id that the answer carries. */
export function refuseBroken(publicUrl: string) {
  return function (this: FastifyInstance, error: Error & { readonly code?: string }, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) return
    // Half an answer is on its way already: another one behind it would be read as part of it.
    const { _httpMessage: message } = socket as Socket & { readonly _httpMessage?: { readonly headersSent: boolean } }
    if (message?.headersSent) {
      socket.destroy()
      return
    }
    const code = BY_PARSER_CODE[error.code ?? ''] ?? 'malformed-request'
    const id = randomUUID()
    this.log.info({ requestId: id, code }, 'request refused')
    socket.end(answerOf(code, publicUrl, id))
  }
}

function answerOf(code: ProblemCode, publicUrl: string, id: string): string {
  const { status, means, retryAfter } = PROBLEM_TABLE[code]
  const body = JSON.stringify(problemDocument(new Problem(code, means), publicUrl, id))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${id}`,
    'cache-control: no-store',
    ...(retryAfter === undefined ? [] : [`retry-after: ${retryAfter}`]),
    'connection: close',
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

/** What Node would answer by itself, without a word, comes to us: a request to nobody, and one that expects what nobody promises. */
export function answerBareRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined) {
      throw new Problem('malformed-request', 'the header Host is missing')
    }
  })
  // A server may overlook an expectation that it does not know (RFC 9110, 10.1.1).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
}
