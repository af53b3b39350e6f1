/** Bodies are JSON read strictly from their bytes, which are kept: an idempotency key belongs to exactly these. */
import type { FastifyInstance } from 'fastify'
import { Problem } from '../../domain/problem.ts'
import { parseStrictJson } from '../strict-json.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came; empty without one. */
    bytes: Uint8Array
  }
}

const NOTHING = new Uint8Array(0)

export function readJsonBodies(app: FastifyInstance): void {
  app.decorateRequest('bytes')
  app.addHook('onRequest', async (request) => {
    request.bytes = NOTHING
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.bytes = body
    // No body at all is for the operation's schema to judge.
    if (body.length === 0) return done(null, undefined)
    const parsed = parseStrictJson(body)
    if (parsed.ok) return done(null, parsed.value)
    done(new Problem('malformed-json', 'the body is not acceptable JSON', { faults: [parsed.fault] }))
  })
  // An operation without a body takes none: a field that is not read would look as if it had been.
  app.addHook('preValidation', async (request) => {
    if (request.method !== 'POST' || request.routeOptions.schema?.body || request.routeOptions.config.rawBody) return
    if (request.body === undefined || request.body === null || isEmptyObject(request.body)) return
    const faults = [{ pointer: '', detail: 'this operation takes no body' }]
    throw new Problem('invalid-request', 'the body is not valid', { faults })
  })
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
}
