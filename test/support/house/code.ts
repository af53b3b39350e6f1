/** Rules about single files of code: size, exports, and what only one room may do. */
import { roomOf } from './imports.ts'
import type { CodeFile, TextFile } from './source.ts'

export const FILE_LINES_MAX = 400
export const FUNCTION_LINES_MAX = 60
export const SMALL_FILE_LINES = 150
/** Written by a program from something we wrote: its length is nobody's choice. */
export const MADE_BY_PROGRAMS = ['client/schema.ts', 'prisma/guards.ts']
/** The share of files that must be small. */
export const SMALL_SHARE_MIN = 0.6

/** The lists, and the doors of the rooms that are one object; every other index.ts would only hide where a thing lives. */
export const REGISTRIES = [
  'client/index.ts',
  'api/routes/index.ts',
  'gateways/index.ts',
  'programmes/index.ts',
  'store/index.ts',
  'store/two-person/index.ts',
  'workflows/index.ts',
]

/** Files whose tool asks for a default export. */
const DEFAULT_EXPORTS = /^[^/]+\.config\.ts$/

export function sizeFaults(file: CodeFile): string[] {
  const long = file.functions.filter(({ name, lines }) => lines > FUNCTION_LINES_MAX && !isTable(name))
  const faults = long.map(
    ({ name, line, lines }) =>
      `${file.path}:${line} ${name} has ${lines} lines of its own; name a part of it and give that ${FUNCTION_LINES_MAX} lines at most`,
  )
  if (file.lines <= FILE_LINES_MAX || MADE_BY_PROGRAMS.includes(file.path)) return faults
  return [...faults, `${file.path} has ${file.lines} lines; split it by idea, ${FILE_LINES_MAX} are the most`]
}

/** What is given to `describe` is a list of tests, not a function. */
function isTable(name: string): boolean {
  return name.startsWith('describe')
}

/** The files to shorten first, when too few are small. */
export function smallnessFaults(files: readonly { readonly path: string; readonly lines: number }[]): string[] {
  const large = files.filter(({ lines }) => lines >= SMALL_FILE_LINES)
  if (large.length <= files.length * (1 - SMALL_SHARE_MIN)) return []
  const named = large.toSorted((one, other) => other.lines - one.lines).slice(0, 10)
  return named.map(({ path, lines }) => `${path} has ${lines} lines; most files must be under ${SMALL_FILE_LINES}`)
}

export function exportFaults(file: CodeFile): string[] {
  const faults: string[] = []
  if (file.hasDefaultExport && !DEFAULT_EXPORTS.test(file.path)) {
    faults.push(`${file.path} has a default export; export by name, so that everyone uses the same name`)
  }
  if (file.path.endsWith('/index.ts') && !REGISTRIES.includes(file.path)) {
    faults.push(`${file.path} is no registry; import from the file itself, which is named for what it holds`)
  }
  return faults
}

interface Forbidden {
  readonly pattern: RegExp
  readonly instead: string
  /** Where it is allowed. */
  readonly except?: (path: string) => boolean
  readonly only?: (path: string) => boolean
}

const inDomain = (path: string): boolean => roomOf(path) === 'domain'
const isTool = (path: string): boolean => path === 'prisma.config.ts' || /^(prisma|cli)\/[^/]+\.mjs$/.test(path)

/** What may not stand in a line of code, and what to write instead. */
const FORBIDDEN: readonly Forbidden[] = [
  {
    pattern: /\b(Date\.now\(|new Date\(\)|performance\.|setTimeout|setInterval|process\.hrtime)/,
    instead: 'domain/ has no clock; take the instant as an argument',
    only: inDomain,
  },
  {
    pattern: /\b(Math\.random|crypto\b|randomUUID|randomBytes|getRandomValues)/,
    instead: 'domain/ has no randomness and no cryptography; take the function as an argument',
    only: inDomain,
  },
  {
    pattern: /\bprocess\.env\b/,
    instead:
      'only config.ts, and auditor/environment.ts for the auditor, reads the environment; take the value as an argument',
    except: (path) =>
      path === 'config.ts' || path === 'auditor/environment.ts' || isTool(path) || roomOf(path) === 'test',
  },
  {
    pattern: /\bcreate(C|Dec)ipheriv\b/,
    instead: 'only store/vault.ts encrypts and decrypts; use Sealed<T>',
    except: (path) => path === 'store/vault.ts' || roomOf(path) === 'test',
  },
  {
    pattern: /\b(it|test|describe|suite|bench)(\.\w+)*\.(only|skip|todo|skipIf|runIf)\b/,
    instead: 'every test runs; a test that cannot have its server fails',
    only: (path) => roomOf(path) === 'test',
  },
]

/** Comments are not code: they may name what they warn of. */
export function lineFaults(file: TextFile): string[] {
  const rules = FORBIDDEN.filter(({ only, except }) => (only?.(file.path) ?? true) && !(except?.(file.path) ?? false))
  return file.text.split('\n').flatMap((line, index) => {
    const code = line.replace(/^\s*(\*|\/\*\*?|\/\/).*/, '').replace(/\s\/\/ .*/, '')
    const broken = rules.filter(({ pattern }) => pattern.test(code))
    return broken.map(({ instead }) => `${file.path}:${index + 1} ${instead}`)
  })
}

/** Words that promise nothing. */
const EMPTY_WORDS = ['manager', 'helper', 'helpers', 'util', 'utils', 'impl', 'misc']

export function nameFaults(file: CodeFile): string[] {
  const names = [file.path.replace(/^.*\//, '').replace(/\.\w+$/, ''), ...file.exports]
  const empty = names.filter((name) => isEmpty(wordsOf(name)))
  return empty.map((name) => `${file.path}: ${name} says nothing; name what it does or knows`)
}

/** A service of its own is a program; something-service is a layer without a name. */
function isEmpty(words: readonly string[]): boolean {
  return words.some((word) => EMPTY_WORDS.includes(word)) || (words.length > 1 && words.at(-1) === 'service')
}

/** The words of an identifier or a file name, in lower case. */
export function wordsOf(name: string): string[] {
  const spaced = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
  return spaced.toLowerCase().split(/[^a-z0-9]+/)
}
