/** The `lunas` command of a checkout: what was compiled of these very sources, else the sources. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROJECT_ROOT } from '../../local/project.ts'

const NOT_COPIED = ['.git', '.cache', '.data', 'dist', 'node_modules', 'test', 'docs']
const COMPILED = 'this is what was compiled'
let checkout: string

beforeAll(() => {
  checkout = mkdtempSync(path.join(os.tmpdir(), 'lunas-checkout-'))
  for (const name of readdirSync(PROJECT_ROOT)) {
    if (NOT_COPIED.includes(name)) continue
    cpSync(path.join(PROJECT_ROOT, name), path.join(checkout, name), { recursive: true, preserveTimestamps: true })
  }
  symlinkSync(path.join(PROJECT_ROOT, 'node_modules'), path.join(checkout, 'node_modules'))
})
afterAll(() => rmSync(checkout, { recursive: true, force: true }))

const lunas = (...args: string[]): string =>
  execFileSync(process.execPath, [path.join(checkout, 'cli/lunas.mjs'), ...args], { cwd: checkout, encoding: 'utf8' })

const theOnlyOne = (): string => {
  const cache = path.join(checkout, '.cache')
  const made = readdirSync(cache).filter((name) => name.startsWith('code-'))
  expect(made).toHaveLength(1)
  return path.join(cache, made[0] ?? '')
}

test('the command runs what was compiled of these very sources, and the sources once one of them has changed', () => {
  expect(lunas('--help')).toContain('Usage: lunas')
  execFileSync(process.execPath, [path.join(checkout, 'local/compile.mjs')], { cwd: checkout })
  appendFileSync(path.join(theOnlyOne(), 'cli/main.js'), `\nprocess.stdout.write('${COMPILED}')\n`)
  expect(lunas('--help')).toContain(COMPILED)

  appendFileSync(path.join(checkout, 'cli/up.ts'), '\n')
  const ofSources = lunas('--help')
  expect(ofSources).toContain('Usage: lunas')
  expect(ofSources).not.toContain(COMPILED)
})

test('a compiled folder that is broken keeps nobody from the sources', () => {
  writeFileSync(path.join(theOnlyOne(), 'local/compiled.js'), 'this is no JavaScript')
  expect(lunas('--help')).toContain('Usage: lunas')
})
