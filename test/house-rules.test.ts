/** Every rule of the house fails on a file that breaks it: a rule that passes on anything guards nothing. */
import { describe, expect, test } from 'vitest'
import { exportFaults, lineFaults, nameFaults, sizeFaults, smallnessFaults, wordsOf } from './support/house/code.ts'
import { banishedWords, documentFaults, namedIn, textFaults, wordFaults } from './support/house/documents.ts'
import { cycles, importFaults, specifierFaults } from './support/house/imports.ts'
import { lockfileFaults, pinFaults, scriptFaults, siblingFaults, unlistedFaults } from './support/house/lists.ts'
import { readCode } from './support/house/source.ts'

const file = (path: string, text: string) => ({ path, text })
const code = (path: string, text: string) => readCode(file(path, text))
const lines = (count: number) => 'export {}\n'.repeat(count)

describe('the import table', () => {
  test.each([
    ['domain/a.ts', `import { b } from '../store/b.ts'`, 'domain may import nothing'],
    ['domain/a.ts', `import { createHash } from 'node:crypto'`, 'nothing of Node'],
    ['workflows/a.ts', `import { lives } from '../activities/lives.ts'`, 'only `import type`'],
    ['workflows/a.ts', `import { setTimeout } from 'node:timers/promises'`, 'may import @temporalio/workflow'],
    ['workflows/stages/a.ts', `import type { Store } from '../../store/index.ts'`, 'workflows may import domain, text'],
    ['activities/a.ts', `import type { Api } from '../api/app.ts'`, 'activities may import domain'],
    ['gateways/one/a.ts', `import { b } from '../two/b.ts'`, 'gateways/* may import'],
    ['gateways/http.ts', `import { b } from './one/b.ts'`, 'gateways/http.ts may import'],
    ['api/a.ts', `import { createStore } from '../store/index.ts'`, 'the value is passed in'],
    ['api/a.ts', `import { Client } from '@temporalio/client'`, 'only temporal may know it'],
    ['api/a.ts', `import pg from 'pg'`, 'only store, prisma, auditor may know it'],
    ['api/a.ts', `const { loadConfig } = await import('../config.ts')`, 'take the value as an argument'],
    ['api/a.ts', `export { start } from '../main/api.ts'`, 'nobody but a composition root'],
    ['api/a.ts', `type A = import('../main/compose.ts').Engine`, 'nobody but a composition root'],
    ['sandbox/a.ts', `import { act } from '../domain/act.ts'`, 'sandbox may import domain/money.ts'],
    ['cli/pay.ts', `import { demo } from './demo.ts'`, 'nobody but a composition root'],
    ['cellar/a.ts', `export const a = 1`, 'not in the import table'],
    ['config.ts', `import { a } from './domain/a.ts'`, 'settings know nothing'],
  ])('%s may not say %s', (path, text, finding) => expect(importFaults(code(path, text)).join()).toContain(finding))

  test.each([
    ['domain/a.ts', `import { b } from './b.ts'`],
    ['workflows/a.ts', `import type { Lives } from '../activities/lives.ts'`],
    ['api/a.ts', `import { type Store, type Database } from '../store/index.ts'`],
    ['gateways/one/a.ts', `import { callOnce } from '../http.ts'\nimport { b } from './b.ts'`],
    ['main/a.ts', `import { loadConfig } from '../config.ts'\nimport { Client } from '@temporalio/client'`],
  ])('%s may say %s', (path, text) => expect(importFaults(code(path, text))).toEqual([]))

  test('a specifier is a whole file name, Node or a package of ours', () => {
    const text = `import a from '#a'\nimport b from './b'\nimport c from 'left-pad'\nimport d from 'node:fs'\nimport e from 'pg'`
    expect(specifierFaults(code('store/a.ts', text), new Set(['pg']), new Set(['store/b.ts']))).toHaveLength(3)
  })

  test('a circle is found, also when it is made of types', () => {
    const one = code('store/a.ts', `import { b } from './b.ts'`)
    const other = code('store/b.ts', `import type { A } from './a.ts'`)
    expect(cycles([one, other])).toEqual(['store/a.ts -> store/b.ts -> store/a.ts'])
    expect(cycles([one, code('store/b.ts', '')])).toEqual([])
  })
})

describe('files of code', () => {
  test('a long file and a long function are told', () => {
    expect(sizeFaults(code('domain/a.ts', lines(401))).join()).toContain('split it by idea')
    const long = `export function pay() {\n${'  pay()\n'.repeat(60)}}\n`
    expect(sizeFaults(code('domain/a.ts', long)).join()).toContain('pay has 62 lines of its own')
    const factory = `export function open() {\n  function inner() {\n${'    inner()\n'.repeat(55)}  }\n${'  inner()\n'.repeat(50)}}\n`
    expect(sizeFaults(code('domain/a.ts', factory))).toEqual([])
  })

  test('too many middling files are told, the largest first', () => {
    const house = [100, 200, 300].map((count) => ({ path: `domain/${count}.ts`, lines: count }))
    expect(smallnessFaults(house)[0]).toContain('domain/300.ts')
    expect(smallnessFaults([...house, ...house.map((one) => ({ ...one, lines: 10 }))])).toEqual([])
  })

  test('default exports and barrels are told', () => {
    expect(exportFaults(code('domain/a.ts', 'export default 1')).join()).toContain('export by name')
    expect(exportFaults(code('domain/a.ts', 'const a = 1\nexport { a as default }')).join()).toContain('export by name')
    expect(exportFaults(code('domain/index.ts', `export { a } from './a.ts'`)).join()).toContain('no registry')
    expect(exportFaults(code('vitest.config.ts', 'export default 1'))).toEqual([])
  })

  test.each([
    ['domain/a.ts', 'const now = Date.now()', 'no clock'],
    ['domain/a.ts', 'const now = new Date()', 'no clock'],
    ['domain/a.ts', 'const n = Math.random()', 'no randomness'],
    ['domain/a.ts', 'const id = crypto.randomUUID()', 'no randomness'],
    ['store/a.ts', 'const url = process.env.DATABASE_URL', 'only config.ts'],
    ['store/a.ts', `createCipheriv('aes-256-gcm', key, iv)`, 'only store/vault.ts'],
    ['test/a.test.ts', ['test', "only('one', () => {})"].join('.'), 'every test runs'],
    ['test/a.test.ts', ['describe', "skip('one', () => {})"].join('.'), 'every test runs'],
    ['test/a.test.ts', ['test', "runIf(isRoot)('one', () => {})"].join('.'), 'every test runs'],
  ])('%s may not hold: %s', (path, text, finding) => expect(lineFaults(file(path, text)).join()).toContain(finding))

  test('a comment may name what is forbidden, and a date with its argument is no clock', () => {
    expect(lineFaults(file('domain/a.ts', '// never Date.now()\nconst day = new Date(ms)'))).toEqual([])
  })

  test('empty names are told', () => {
    expect(nameFaults(code('store/payout-helpers.ts', '')).join()).toContain('says nothing')
    expect(nameFaults(code('store/a.ts', 'export class PayoutService {}')).join()).toContain('PayoutService')
    expect(nameFaults(code('api/routes/service.ts', 'export const serviceRoutes = 1'))).toEqual([])
    expect(wordsOf('parseHTTPAnswer')).toEqual(['parse', 'http', 'answer'])
  })
})

describe('lists', () => {
  test('a gateway that lacks a file of its sibling, or its line in the list, is told', () => {
    const paths = ['gateways/one/wire.ts', 'gateways/one/gateway.ts', 'gateways/two/gateway.ts', 'gateways/http.ts']
    expect(siblingFaults('gateways', paths).join()).toContain('gateways/two/wire.ts is missing')
    const registry = code('gateways/index.ts', `import { one } from './one/gateway.ts'`)
    expect(unlistedFaults(['gateways/one', 'gateways/two'], registry).join()).toContain('gateways/two is not in')
  })

  test('ranges, addresses and undecided install scripts are told', () => {
    const manifest = {
      dependencies: { a: '^1.0.0', b: '1.0.0-beta.1', c: '^8.0.0' },
      devDependencies: { d: 'npm:@x/y@1.0.0' },
    }
    expect(pinFaults(manifest, { c: 'meant' }).join()).toContain('a ^1.0.0 is a range')
    expect(pinFaults(manifest, { a: 'meant', c: 'meant' })).toEqual([])
    const lockfile = { packages: { 'node_modules/a': { resolved: 'https://here/a.tgz', hasInstallScript: true } } }
    expect(lockfileFaults(lockfile).join()).toContain('a has an address')
    expect(scriptFaults(lockfile, { b: false })).toHaveLength(2)
  })
})

describe('documents', () => {
  const house = {
    has: (path: string) => ['domain', 'domain/money.ts', 'docs/ledger.md'].includes(path),
    scripts: new Set(['check', 'test']),
    packages: new Set(['@temporalio/client']),
  }

  test('what is named in spans, links and blocks is found', () => {
    const text =
      'See `domain/money.ts`, [it](../docs/ledger.md#rows), `npm run check`.\n```sh\nnpm ci && npm run -s demo\nnpm test\n```\n'
    expect(namedIn(text)).toEqual({
      paths: ['../docs/ledger.md', 'domain/money.ts'],
      scripts: ['demo', 'test', 'check'],
    })
  })

  test('a path or script that is gone is told', () => {
    const text =
      '`domain/gone.ts` `domain/` `<room>/a.ts` `@temporalio/client` `.data/logs` `and/or` [a](https://b.c/d) `npm run gone`'
    expect(documentFaults(file('docs/a.md', text), house)).toEqual([
      'docs/a.md names domain/gone.ts, which is not there; correct the document',
      'docs/a.md names and/or, which is not there; correct the document',
      'docs/a.md names `npm run gone`, which package.json does not have; correct the document',
    ])
  })

  test('marks of left work, places on a machine and registries are told', () => {
    const marks = ['TO' + 'DO: later', ['cd ', 'home', 'siti', 'lunas'].join('/'), 'https://registry.npm' + 'js.org/pg']
    expect(marks.flatMap((text) => textFaults(file('a.md', text)))).toHaveLength(3)
    expect(textFaults(file('a.md', 'a homework of the workflow, todo'))).toEqual([])
  })

  test('an export that uses a banished word is told the right one', () => {
    const words = banishedWords(
      '| `Wave` | a group | gelombang | cohort (batch) |\n| `Payee` | who | penerima | recipient |',
    )
    expect([...words.keys()]).toEqual(['cohort', 'recipient'])
    expect(wordFaults(code('store/a.ts', 'export const openCohort = 1'), words).join()).toContain('calls it `Wave`')
  })
})
