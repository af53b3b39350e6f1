/** Serializers of answers, each made with the named schemas that it reaches: made with all of them they were a third of a start. */
import type { FastifyInstance } from 'fastify'
import fastJsonStringify, { type Schema } from 'fast-json-stringify'

type Schemas = Readonly<Record<string, Schema>>

/** To be called when the named schemas are known, before routes are. */
export function serializeAnswers(app: FastifyInstance): void {
  const schemas = app.getSchemas() as Schemas
  app.setSerializerCompiler(({ schema }) => fastJsonStringify(schema as Schema, { schema: reached(schema, schemas) }))
}

/** Those that a schema refers to, and those that they refer to. */
function reached(schema: unknown, schemas: Schemas): Record<string, Schema> {
  const found: Record<string, Schema> = {}
  const look = (at: unknown): void => {
    if (typeof at !== 'object' || at === null) return
    const { $ref } = at as { readonly $ref?: unknown }
    const name = typeof $ref === 'string' ? $ref.slice(0, -1) : ''
    const named = schemas[name]
    if (named && !found[name]) {
      found[name] = named
      look(named)
    }
    Object.values(at).forEach(look)
  }
  look(schema)
  return found
}
