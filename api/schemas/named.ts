/** Building blocks of schemas: every object is closed, every shared one has a name in the OpenAPI document. */
import Type, { type Static, type TProperties, type TSchema } from 'typebox'

const known = new Map<string, TSchema>()

/** A closed object with a name; references to it are made with `ref`. Throws when the name is taken. */
export function named<Properties extends TProperties>(name: string, properties: Properties, description: string) {
  const schema = Type.Object(properties, { $id: name, description, additionalProperties: false })
  if (known.has(name)) throw new Error(`schema ${name} exists already`)
  known.set(name, schema)
  return schema
}

/** Every named schema, for the app to know. */
export function namedSchemas(): readonly TSchema[] {
  return [...known.values()]
}

/** A reference to a named schema, with its type. */
export function ref<Schema extends TSchema>(schema: Schema) {
  return Type.Unsafe<Static<Schema>>({ $ref: `${nameOf(schema)}#` })
}

/** A reference, or null. */
export function refOrNull<Schema extends TSchema>(schema: Schema) {
  return Type.Unsafe<Static<Schema> | null>({ anyOf: [{ $ref: `${nameOf(schema)}#` }, { type: 'null' }] })
}

/** A closed object without a name of its own. */
export function closed<Properties extends TProperties>(properties: Properties, description?: string) {
  return Type.Object(properties, { additionalProperties: false, ...(description === undefined ? {} : { description }) })
}

/** A string or null. */
export function textOrNull(options: { readonly description?: string; readonly format?: string } = {}) {
  return Type.Unsafe<string | null>({ type: ['string', 'null'], ...options })
}

export function enumOrNull<const Values extends readonly string[]>(values: Values, description?: string) {
  return Type.Unsafe<Values[number] | null>({
    type: ['string', 'null'],
    enum: [...values, null],
    ...(description === undefined ? {} : { description }),
  })
}

function nameOf(schema: TSchema): string {
  const { $id } = schema as { readonly $id?: string }
  if ($id === undefined) throw new Error('only a named schema can be referred to')
  return $id
}
