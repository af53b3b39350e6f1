/** Names of persons and services: the audit trail tells who acted by them. */
import { ROLE_PREFIX } from './roles.ts'

const LENGTH_MAX = 100
/** Printable ASCII, words with one blank between them: no two names may look the same. */
export const PERSON_PATTERN = '^[\\x21-\\x7e]+( [\\x21-\\x7e]+)*$'
const PERSON = new RegExp(PERSON_PATTERN)

/** The engine acts under these itself. */
const RESERVED: ReadonlySet<string> = new Set(['engine', 'bootstrap', 'local'])

/** Why nobody can be called this; null when somebody can. */
export function checkPerson(name: string): string | null {
  if (name === '') return 'is empty'
  if (name.length > LENGTH_MAX) return `is longer than ${LENGTH_MAX} characters`
  if (!PERSON.test(name)) return 'has characters other than printable ASCII, or more than one blank between words'
  if (name.toLowerCase().startsWith(ROLE_PREFIX)) return 'is how a role is named, and not a person'
  if (RESERVED.has(name.toLowerCase())) return 'is a name under which the engine acts itself'
  return null
}
