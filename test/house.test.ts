/**
 * The laws of the house. Every finding says what to do instead. The rules themselves are in support/house, and
 * house-rules.test.ts shows each of them failing on an invented file.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ENVIRONMENT } from '../config.ts'
import { PROBLEM_CODES } from '../domain/problem.ts'
import { FAILPOINTS } from '../failpoints.ts'
import { PROJECT_ROOT } from '../local/project.ts'
import { SHIPPED_PROGRAMMES } from '../programmes/index.ts'
import { deciderFaults } from './support/house/deciders.ts'
import { MONEY_PATH, namedWaits } from './support/house/failpoints.ts'
import { exportFaults, lineFaults, nameFaults, sizeFaults, smallnessFaults } from './support/house/code.ts'
import { banishedWords, documentFaults, textFaults, wordFaults, type House } from './support/house/documents.ts'
import { cycles, importFaults, specifierFaults } from './support/house/imports.ts'
import {
  foldersOf,
  lockfileFaults,
  pinFaults,
  scriptFaults,
  siblingFaults,
  unlistedFaults,
  unmentionedFaults,
} from './support/house/lists.ts'
import { isCode, readCode, readHouse, type CodeFile, type TextFile } from './support/house/source.ts'

const files = readHouse()
const code = files.filter(isCode).map(readCode)
const paths = files.map((file) => file.path)
const manifest = JSON.parse(textOf('package.json')) as {
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}
const packages = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))

/** Versions left open on purpose. */
const RANGES = {
  protobufjs: 'must be the very copy that @temporalio/proto asks for, whichever that is',
}

function textOf(file: string): string {
  return readFileSync(path.join(PROJECT_ROOT, file), 'utf8')
}

function fileOf(file: string): TextFile {
  return { path: file, text: existsSync(path.join(PROJECT_ROOT, file)) ? textOf(file) : '' }
}

function codeOf(file: string): CodeFile {
  return readCode(fileOf(file))
}

function clean(faults: readonly string[]): void {
  expect(faults.join('\n')).toBe('')
}

test('a room imports only what the table allows', () => clean(code.flatMap(importFaults)))

test('imports name a file with its extension, Node, or a package of package.json', () =>
  clean(code.flatMap((file) => specifierFaults(file, packages, new Set(paths)))))

test('no two files need each other', () => clean(cycles(code)))

test('files and functions can be seen at once', () => clean(code.flatMap(sizeFaults)))

test('most files are small', () => clean(smallnessFaults(code.filter(({ path: file }) => !file.startsWith('test/')))))

test('exports have names, and index.ts is a registry', () => clean(code.flatMap(exportFaults)))

test('names say something', () => clean(code.flatMap(nameFaults)))

test('no line does what only one room may do', () => clean(code.flatMap(lineFaults)))

test('every wait of the path of money has a name, and every name is passed', () => {
  const waits = Object.keys(MONEY_PATH).map((name) => namedWaits(fileOf(name)))
  const names = waits.flatMap((one) => one.names)
  const listed: readonly string[] = FAILPOINTS
  clean([
    ...waits.flatMap(({ faults }) => faults),
    ...names
      .filter((name, index) => names.indexOf(name) !== index && name !== 'recovery:asked')
      .map((name) => `${name} is passed in two places`),
    ...names.filter((name) => !listed.includes(name)).map((name) => `${name} is not in failpoints.ts`),
    ...listed
      .filter((name) => !names.includes(name))
      .map((name) => `${name} is passed nowhere; take it off failpoints.ts`),
  ])
})

test('whoever writes where money is has named waits, or an excuse', () => clean(deciderFaults(code)))

test('a writer that nobody has named is found, however it writes', () => {
  const written = (text: string): number => deciderFaults([{ path: 'store/new.ts', text }]).length
  const said = 'UPDATE payout SET state = $1'
  expect(written(`export async function give(sql) { await sql.query(\`${said}\`) }`)).toBe(1)
  expect(written(`const GIVE = \`${said}\`\nexport const give = async (sql) => { await sql.query(GIVE) }`)).toBe(1)
  expect(
    written(`export function give(sql) { return write(sql) }\nfunction write(sql) { return insertPostings(sql) }`),
  ).toBe(1)
  expect(written(`export function createGiving() { return { async give(sql) { await sql.query('${said}') } } }`)).toBe(
    1,
  )
  expect(written(`class Giving { async give(sql) { await sql.query('${said}') } }`)).toBe(1)
  expect(written(`export async function look(sql) { await sql.query('SELECT FROM payout') }`)).toBe(0)
})

test('exports use the words of the glossary', () =>
  clean(code.flatMap((file) => wordFaults(file, banishedWords(textOf('docs/glossary.md'))))))

test('every gateway is listed and has the same files as its siblings', () =>
  clean([
    ...siblingFaults('gateways', paths),
    ...unlistedFaults(foldersOf('gateways', paths), codeOf('gateways/index.ts')),
  ]))

test('every stage is part of a life', () => {
  const stages = paths.filter((file) => /^workflows\/stages\/[^/]+\.ts$/.test(file))
  expect(stages.length).toBeGreaterThan(0)
  clean(unlistedFaults(stages, codeOf('workflows/participant.ts')))
})

test('every act of two people is listed', () => {
  const acts = paths.filter((file) => /^store\/two-person\/(?!index\.ts)[^/]+\.ts$/.test(file))
  expect(acts.length).toBeGreaterThan(0)
  clean(unlistedFaults(acts, codeOf('store/two-person/index.ts')))
})

test('every programme that ships is listed', () => {
  const shipped = paths.flatMap((file) => /^programmes\/([^/]+)\.json$/.exec(file)?.[1] ?? [])
  expect(shipped.toSorted()).toEqual([...SHIPPED_PROGRAMMES].toSorted())
})

test('every problem is explained', () => clean(unmentionedFaults(PROBLEM_CODES, fileOf('docs/problems.md'))))

test('.env.example names every setting and no other', () => {
  const named = [...textOf('.env.example').matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name)
  expect(named).toEqual(Object.keys(ENVIRONMENT.properties))
})

test('documents name only what exists', () => {
  const known = new Set(paths.flatMap((file) => [file, path.basename(file), ...foldersAbove(file)]))
  const house: House = { has: (name) => known.has(name), scripts: new Set(Object.keys(manifest.scripts)), packages }
  const documents = files.filter((file) => file.path.endsWith('.md'))
  expect(documents.length).toBeGreaterThan(10)
  clean(documents.flatMap((file) => documentFaults(file, house)))
})

function foldersAbove(file: string): string[] {
  const parts = file.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

test('no file leaves work marked, or names a machine', () => clean(files.flatMap(textFaults)))

test('versions are pinned and the lockfile works everywhere', () => {
  const lockfile = JSON.parse(textOf('package-lock.json')) as Parameters<typeof lockfileFaults>[0]
  clean([...pinFaults(manifest, RANGES), ...lockfileFaults(lockfile), ...scriptFaults(lockfile, manifest.allowScripts)])
})
