/** The only maker of `Programme` values. It refuses with every fault at once, so that an author corrects a definition in one go. */
import type { TSchema } from 'typebox'
import { Settings } from 'typebox/system'
import { Errors } from 'typebox/value'
import type { Fault } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { repeatedFields } from './json.ts'
import { ProgrammeShape, RULE_SHAPES, TRIGGER_SHAPES } from './shape.ts'
import { consistencyFaults } from './consistency.ts'

export type ParsedProgramme =
  { readonly ok: true; readonly programme: Programme } | { readonly ok: false; readonly faults: readonly Fault[] }

/** A definition is some kilobytes; anything far beyond is a mistake or an attack. */
const TEXT_MAX = 1_000_000

/** Reads a programme definition from its JSON text, or from a value somebody else parsed. The programme is deeply frozen. */
export function parseProgramme(input: unknown): ParsedProgramme {
  if (typeof input !== 'string') return fromValue(input, [])
  if (input.length > TEXT_MAX) return refused([{ pointer: '', detail: `is longer than ${TEXT_MAX} characters` }])
  let value: unknown
  try {
    value = JSON.parse(input)
  } catch (error) {
    return refused([{ pointer: '', detail: `is not JSON: ${error instanceof Error ? error.message : String(error)}` }])
  }
  return fromValue(value, repeatedFields(input))
}

function fromValue(value: unknown, found: readonly Fault[]): ParsedProgramme {
  const faults = [...found, ...shapeFaults(value)]
  const unsound = new Set(faults.map((fault) => fault.pointer))
  faults.push(...consistencyFaults(value, unsound))
  // Nothing is wrong with its shape, so the value is what the type says.
  return faults.length === 0 ? { ok: true, programme: frozen(structuredClone(value) as Programme) } : refused(faults)
}

function refused(faults: readonly Fault[]): ParsedProgramme {
  return { ok: false, faults: [...faults].sort((a, b) => (a.pointer < b.pointer ? -1 : a.pointer > b.pointer ? 1 : 0)) }
}

function shapeFaults(value: unknown): Fault[] {
  return [
    ...faultsOf(ProgrammeShape, value, ''),
    ...listOf(value, 'eligibility').flatMap((rule, at) => variantFaults(RULE_SHAPES, rule, `/eligibility/${at}`)),
    ...listOf(value, 'tranches').flatMap((tranche, at) =>
      variantFaults(TRIGGER_SHAPES, fieldOf(tranche, 'trigger'), `/tranches/${at}/trigger`),
    ),
  ]
}

function variantFaults(shapes: Readonly<Record<string, TSchema>>, value: unknown, pointer: string): Fault[] {
  const kind = fieldOf(value, 'kind')
  // Without a kind the shape of the whole has already complained.
  if (typeof kind !== 'string') return []
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind] : undefined
  if (shape === undefined)
    return [{ pointer: `${pointer}/kind`, detail: `must be one of ${Object.keys(shapes).join(', ')}` }]
  return faultsOf(shape, value, pointer)
}

function faultsOf(shape: TSchema, value: unknown, pointer: string): Fault[] {
  // The library stops after 8 errors unless told otherwise, and only knows a setting for the whole process.
  const { maxErrors } = Settings.Get()
  Settings.Set({ maxErrors: Number.MAX_SAFE_INTEGER })
  try {
    return Errors(shape, value).flatMap((error) => faultsOfError(error, pointer))
  } finally {
    Settings.Set({ maxErrors })
  }
}

function faultsOfError(error: ReturnType<typeof Errors>[number], prefix: string): Fault[] {
  const pointer = prefix + error.instancePath
  switch (error.keyword) {
    // Told of each unknown field by `boolean` already.
    case 'additionalProperties':
      return []
    case 'boolean':
      return [{ pointer, detail: 'is an unknown field' }]
    case 'required':
      return error.params.requiredProperties.map((field) => ({ pointer: `${pointer}/${field}`, detail: 'is missing' }))
    case '~refine':
      return [{ pointer, detail: error.params.message }]
    case 'enum':
      return [{ pointer, detail: `must be one of ${error.params.allowedValues.join(', ')}` }]
    case 'type':
      return [{ pointer, detail: /\/(amount|balance)$/.test(pointer) ? AMOUNT_AS_STRING : error.message }]
    default:
      return [{ pointer, detail: error.message }]
  }
}

const AMOUNT_AS_STRING = 'must be minor units in a string, such as "60000000" for Rp 600.000: numbers lose digits'

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, field)
    ? (value as Record<string, unknown>)[field]
    : undefined
}

function listOf(value: unknown, field: string): readonly unknown[] {
  const list = fieldOf(value, field)
  return Array.isArray(list) ? list : []
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}
