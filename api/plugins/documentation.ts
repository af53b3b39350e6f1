/** The OpenAPI document, and a page that shows it. The document is the contract: the client is generated from it. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { TAGS } from '../operation.ts'

export async function document(app: FastifyInstance, about: { publicUrl: string; version: string }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Lunas', description: DESCRIPTION, version: about.version, license: LICENSE },
      servers: [{ url: about.publicUrl }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'lunas_…' } } },
      security: [{ key: [] }],
    },
    transform: ({ schema, url, route }) => {
      const { refusals } = (route.config ?? {}) as { readonly refusals?: Readonly<Record<string, unknown>> }
      return {
        url,
        schema: refusals ? { ...schema, response: { ...(schema.response as object), ...refusals } } : schema,
      }
    },
    refResolver: { buildLocalReference: (schema, _base, _fragment, index) => nameOf(schema, index) },
    transformObject: (document) => {
      if (!('openapiObject' in document)) throw new Error('the document is not OpenAPI')
      return withIdempotencyKeys(document.openapiObject)
    },
  })
}

/** The page; its scripts and styles come from here, so the strict content policy lets it run. */
export async function showDocumentation(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Lunas API', css: [{ filename: 'lunas.css', content: '.swagger-ui .topbar { display: none }' }] },
    uiConfig: { docExpansion: 'list', deepLinking: true, persistAuthorization: false },
  })
}

const LICENSE = { name: 'Apache-2.0', identifier: 'Apache-2.0' } as const
const DESCRIPTION = [
  'A durable disbursement engine for training-incentive programmes.',
  'Amounts are minor units in text with their currency. Times are RFC 3339. Every POST carries an `Idempotency-Key`:',
  'repeating a request with its key is always safe and answers with `Idempotent-Replayed: true`.',
  'Every refusal is `application/problem+json` with a stable `code` and the request id as `instance`.',
  'Lists are pages: pass `nextCursor` as `cursor`.',
].join(' ')

function nameOf(schema: Readonly<Record<string, unknown>>, index: number): string {
  return typeof schema['$id'] === 'string' ? schema['$id'] : `def-${index}`
}

type Document = Exclude<ReturnType<FastifyInstance['swagger']>, string>

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'A new random value for each new request, the same one for each repetition',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
} as const

/** The header is checked before the body is read, so it is in no schema; here it is said. */
function withIdempotencyKeys(document: Partial<Document>): Partial<Document> {
  for (const path of Object.values(document.paths ?? {})) {
    const operation = (path as { post?: { security?: unknown[]; parameters?: unknown[] } }).post
    if (!operation || operation.security?.length === 0) continue
    operation.parameters = [IDEMPOTENCY_KEY, ...(operation.parameters ?? [])]
  }
  return document
}
