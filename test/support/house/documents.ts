/** Rules about words: documents name what exists, and nothing names a machine. */
import { wordsOf } from './code.ts'
import type { CodeFile, TextFile } from './source.ts'

/** Made by running Lunas, so not in the tree. */
const MADE = ['.data/', '.cache/', 'dist/', 'node_modules/', 'prisma/generated']
const MEDIA_TYPE = /^(application|text|image|multipart)\//
const EXTENSION = /\.(ts|mjs|json|md|sql|prisma|csv|txt|toml)$/

/** Paths and npm scripts that a Markdown file names. Placeholders (`gateways/<code>/`, `stages/*`) are not followed. */
export function namedIn(markdown: string): { readonly paths: readonly string[]; readonly scripts: readonly string[] } {
  const blocks = [...markdown.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].map(([, block]) => block ?? '')
  const prose = markdown.replaceAll(/^```[^\n]*\n[\s\S]*?^```/gm, '')
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '')
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => (link ?? '').replace(/#.*/, ''))
  const commands = [...blocks, ...spans].join('\n')
  return {
    paths: [...links.filter((link) => link !== '' && !link.includes('://')), ...spans.filter(isPath)],
    scripts: [...commands.matchAll(/\bnpm (?:run )?(?:-s )?([a-z][\w:-]*)/g)].flatMap(([all, name = '']) =>
      all.startsWith('npm run ') || ['test', 'start'].includes(name) ? [name] : [],
    ),
  }
}

function isPath(span: string): boolean {
  if (!/^[\w.@-][\w./@-]*$/.test(span) || span.includes('...') || MEDIA_TYPE.test(span)) return false
  return span.includes('/') ? /^[\w.-]+\/([\w.@-]+\/?)*$/.test(span) && !/^\d/.test(span) : EXTENSION.test(span)
}

export interface House {
  /** All files and folders; a file also by its name alone. */
  readonly has: (path: string) => boolean
  readonly scripts: ReadonlySet<string>
  readonly packages: ReadonlySet<string>
}

export function documentFaults(file: TextFile, house: House): string[] {
  const { paths, scripts } = namedIn(file.text)
  const folder = file.path.includes('/') ? file.path.replace(/\/[^/]*$/, '/') : ''
  const gone = paths.filter((path) => !isThere(path, folder, house))
  return [
    ...gone.map((path) => `${file.path} names ${path}, which is not there; correct the document`),
    ...scripts
      .filter((name) => !house.scripts.has(name))
      .map((name) => `${file.path} names \`npm run ${name}\`, which package.json does not have; correct the document`),
  ]
}

function isThere(path: string, folder: string, house: House): boolean {
  if (MADE.some((made) => path.startsWith(made)) || house.packages.has(path)) return true
  return [path, folder + path].some((one) => house.has(normal(one)))
}

function normal(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

interface ForbiddenText {
  readonly pattern: RegExp
  readonly instead: string
}

/** The patterns are put together from parts, so that this file does not break its own rules. */
const either = (...parts: readonly string[]): string => `(${parts.map((part) => part.replace('-', '')).join('|')})`

const FORBIDDEN_TEXT: readonly ForbiddenText[] = [
  {
    pattern: new RegExp(`\\b${either('TO-DO', 'FIX-ME')}\\b`),
    instead: 'marks work that is left; do it or write an issue, and take the mark out',
  },
  {
    pattern: new RegExp(`(^|[\\s"'\`(=:])/${either('wo-rk', 'ro-ot', 'ho-me', 'Us-ers')}/`),
    instead: 'names a place on one machine; use a path from the project, or a variable',
  },
  {
    pattern: new RegExp(
      either('registry\\.npm-js', 'registry\\.yarn-pkg', 'npm-mirror', 'arti-factory', 'py-pi\\.org'),
    ),
    instead: 'names a package registry; which one is used is the business of the machine',
  },
]

export function textFaults(file: TextFile): string[] {
  return file.text.split('\n').flatMap((line, index) => {
    const broken = FORBIDDEN_TEXT.filter(({ pattern }) => pattern.test(line))
    return broken.map(({ instead }) => `${file.path}:${index + 1} ${instead}`)
  })
}

/** The words of the glossary's column "not", each with the word to use. Words in brackets are only for readers. */
export function banishedWords(glossary: string): Map<string, string> {
  const rows = glossary.split('\n').filter((line) => line.startsWith('| `'))
  return new Map(
    rows.flatMap((row) => {
      const [, word = '', , , not = ''] = row.split('|').map((cell) => cell.trim())
      const words = not.replaceAll(/\([^)]*\)/g, '').split(/[,\s]+/)
      return words.filter((one) => one !== '').map((one) => [one, word] as const)
    }),
  )
}

/** Exported names that use a word for which the house has another. */
export function wordFaults(file: CodeFile, banished: ReadonlyMap<string, string>): string[] {
  return file.exports.flatMap((name) => {
    const wrong = wordsOf(name).find((word) => banished.has(word))
    if (wrong === undefined) return []
    return [`${file.path}: ${name} says ${wrong}; docs/glossary.md calls it ${banished.get(wrong)}`]
  })
}
