/** The auditor's command as people run it, compiled. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { PROJECT_ROOT } from '../../local/project.ts'
import { openCountry, type Country } from '../support/audited-country.ts'
import { writeStatements } from '../support/audited.ts'

let country: Country
let folder: string
beforeAll(async () => {
  country = await openCountry()
  folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-audit-'))
  writeStatements(folder, country.told)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await country.world.close()
})

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function audit(...args: readonly string[]): Promise<Ran> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(DATABASE|LUNAS|AUDIT)_/.test(name))
  const child = spawn(process.execPath, [path.join(inject('built'), 'auditor/main.js'), ...args], {
    cwd: PROJECT_ROOT,
    env: Object.fromEntries(kept),
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}

const here = (): string[] => [
  '--database',
  country.world.database.audit,
  '--statements',
  folder,
  '--at',
  '2027-01-31T00:00:00Z',
]

const WITHOUT = ['--without', 'account-keys,programmes', '--without', 'anchors']

test('tells people what was looked at, how far it is, and that nothing was found', async () => {
  const { code, stdout, stderr } = await audit(...here(), ...WITHOUT)
  expect({ code, end: stdout.split('\n').at(-3) }).toEqual({ code: 0, end: 'Nothing was found in what was checked.' })
  expect(stdout).toMatch(/^Looked at .*\d+ postings/)
  expect(stdout).toContain('Held by the fault harness: I11 I12 I18.')
  expect(stderr).toMatch(/^well {2}ledger: every posting is/m)
})

test('does not call well what it was not given: it says what to give, and ends with 2 unless it is told to go without', async () => {
  const [database, url = '', ...at] = here().toSpliced(2, 2)
  const blind = await audit(database ?? '', url, ...at)
  expect(blind.code).toBe(2)
  expect(blind.stdout).toContain(
    'Not checked: I1 I2 I8 I13 I26, for no statements were given; it takes --statements <folder> or --statements-url <url>.',
  )
  const [held = ''] = blind.stdout.match(/^Held: .*$/m) ?? []
  expect(held).not.toMatch(/ I(1|2|8|13|21|22|26)\b(?=.*\. Held by)/)
  expect(blind.stderr.trimEnd().split('\n').at(-1)).toBe(
    'not all was checked: give --statements <folder> or --statements-url <url>; --programmes <folder>; ' +
      '--anchors <file> with --public-key <base64>; or go --without statements,programmes,anchors',
  )
  const json = await audit(database ?? '', url, ...at, '--json', '--without', 'programmes,anchors')
  expect(json.code).toBe(2)
  expect(JSON.parse(json.stdout).notChecked).toContainEqual({
    invariant: 'I13',
    evidence: 'statements',
    reason: 'no statements were given',
    give: '--statements <folder> or --statements-url <url>',
  })
  expect((await audit(database ?? '', url, ...at, '--without', 'statements,programmes', '--no-chain')).code).toBe(0)
})

test('names each finding and ends with 1; the same as one JSON object', async () => {
  const { root } = country.world
  await root.pool.query(
    `ALTER TABLE posting DISABLE TRIGGER ALL; UPDATE posting SET amount = amount + 1 WHERE event = 'claimed' AND ref = (SELECT min(ref) FROM payout); ALTER TABLE posting ENABLE TRIGGER ALL`,
  )
  const { code, stdout } = await audit(...here())
  expect(code).toBe(1)
  expect(stdout).toMatch(/^I5 changed posting \S+\/claimed:1: it is not what happened in: amount$/m)
  const json = await audit(...here(), '--json')
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject({
    findings: expect.arrayContaining([
      { invariant: 'I5', kind: 'changed', entity: 'posting', key: expect.any(String), says: expect.any(String) },
    ]),
    checked: { postings: expect.any(Number) },
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(json.stderr).toBe('')
})

test('explains itself, and says what it cannot do with 2', async () => {
  const help = await audit('--help')
  expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('npm run audit') })
  for (const [args, says] of [
    [[], /^give the database by --database/],
    [['--nonsense'], /Unknown option '--nonsense'/],
    [['--database', 'postgresql://x:y@127.0.0.1:1/z'], /^the database cannot be reached/],
    [[...here(), '--statements', '/nowhere'], /^there is no folder \/nowhere/],
    [[...here(), '--anchors', '/nowhere'], /^there are no anchors at \/nowhere/],
    [[...here(), '--statements-url', 'http://127.0.0.1:1'], /^AUDIT_STATEMENTS_KEY is needed/],
    [[...here(), '--at', 'noon'], /^noon is no time/],
    [[...here(), '--without', 'doubt'], /^--without takes statements, .*, and not doubt/],
    [['--stack', folder], /^no development stack runs in/],
    [[...here(), '--programmes', '/nowhere'], /^the programme files of \/nowhere cannot be read/],
  ] as const) {
    expect(await audit(...args)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(says) })
  }
})
