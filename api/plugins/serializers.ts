/** Serializers of answers, each made with the named schemas that it reaches: made with all of them they were a third of a start. */
import type { FastifyInstance } from 'fastify'
import fastJsonStringify, { type Schema } from 'fast-json-stringify'

type Schemas = Readonly<Record<string, object>>

/** To be called when the named schemas are known, before routes are. */
export function serializeAnswers(app: FastifyInstance): void {
  const schemas = app.getSchemas() as Schemas
  app.setSerializerCompiler(({ schema }) =>
    fastJsonStringify(schema as Schema, { schema: reached(schema, schemas) as Record<string, Schema> }),
  )
}

/** The named schemas that one refers to, as `Name#` or further into it, and those that they refer to. */
export function reached(schema: unknown, schemas: Schemas): Record<string, object> {
  const found: Record<string, object> = {}
  const look = (at: unknown): void => {
    if (typeof at !== 'object' || at === null) return
    const { $ref } = at as { readonly $ref?: unknown }
    const [name = ''] = typeof $ref === 'string' ? $ref.split('#', 1) : []
    const named = Object.hasOwn(schemas, name) ? schemas[name] : undefined
    if (named && !found[name]) {
      found[name] = named
      look(named)
    }
    Object.values(at).forEach(look)
  }
  look(schema)
  return found
}
