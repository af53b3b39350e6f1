/** Instants as people write them. */
import { Problem } from '../domain/problem.ts'

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i

/** Milliseconds since the epoch. Throws `invalid-request`: a time without an offset is another instant in every zone. */
export function instantOf(text: string, pointer: string): number {
  const at = RFC3339.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN
  if (Number.isNaN(at)) throw badInstant(pointer, 'must be RFC 3339 with an offset, such as 2026-08-17T10:00:00+07:00')
  return at
}

/** The refusal of an instant. */
export function badInstant(pointer: string, detail: string): Problem {
  return new Problem('invalid-request', 'the body is not valid', { faults: [{ pointer, detail }] })
}
