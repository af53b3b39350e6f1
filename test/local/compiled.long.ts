/** What is compiled in a checkout, and when it is run: a copy of this one, whose sources may change. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROJECT_ROOT } from '../../local/project.ts'

const NOT_COPIED = ['.git', '.cache', '.data', 'dist', 'node_modules', 'test', 'docs']
const HOUR_MS = 3600_000
let checkout: string
/** What was compiled of the sources as they were copied. It says so when its command is run. */
let made: string

beforeAll(() => {
  checkout = mkdtempSync(path.join(os.tmpdir(), 'lunas-checkout-'))
  for (const name of readdirSync(PROJECT_ROOT)) {
    if (NOT_COPIED.includes(name)) continue
    cpSync(path.join(PROJECT_ROOT, name), path.join(checkout, name), { recursive: true, preserveTimestamps: true })
  }
  symlinkSync(path.join(PROJECT_ROOT, 'node_modules'), path.join(checkout, 'node_modules'))
  node('local/compile.mjs')
  made = path.join(checkout, '.cache', compiledHere()[0] ?? '')
  appendFileSync(path.join(made, 'cli/main.js'), "\nprocess.stdout.write('this was compiled')\n")
})
afterAll(() => rmSync(checkout, { recursive: true, force: true }))

const node = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: checkout, encoding: 'utf8' })
const compiledHere = (): string[] =>
  readdirSync(path.join(checkout, '.cache')).filter((name) => name.startsWith('code-'))
const isCompiled = (): boolean => {
  const said = node('cli/lunas.mjs', '--help')
  expect(said).toContain('Usage: lunas')
  return said.includes('this was compiled')
}

test('the command runs what was compiled of these very sources, whatever else was used after it', () => {
  expect(isCompiled()).toBe(true)
  const other = path.join(checkout, '.cache/code-0123456789abcdef')
  cpSync(made, other, { recursive: true })
  utimesSync(other, new Date(Date.now() + HOUR_MS), new Date(Date.now() + HOUR_MS))
  expect(isCompiled()).toBe(true)
  rmSync(other, { recursive: true })
})

test('it does not run what anybody could have changed', () => {
  chmodSync(made, 0o777)
  expect(isCompiled()).toBe(false)
  chmodSync(made, 0o755)
  expect(isCompiled()).toBe(true)
})

test('once a source has changed it runs the sources, and what runs compiled has them compiled for its processes', () => {
  appendFileSync(path.join(checkout, 'cli/up.ts'), '\n')
  expect(isCompiled()).toBe(false)
  const asked = `import { compiled } from '${path.join(made, 'local/compiled.js')}'; process.stdout.write(await compiled())`
  const anew = node('--input-type=module', '--eval', asked)
  expect(path.dirname(anew)).toBe(path.join(checkout, '.cache'))
  expect(anew).not.toBe(made)
  expect(compiledHere()).toContain(path.basename(anew))
})
