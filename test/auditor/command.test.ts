/** \`npm run audit\` as people run it. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  const child = spawn(process.execPath, ['--import', 'tsx', 'auditor/main.ts', ...args], {
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

test('tells people what was looked at, how far it is, and that nothing was found', async () => {
  const { code, stdout, stderr } = await audit(...here())
  expect({ code, end: stdout.split('\n').at(-3) }).toEqual({ code: 0, end: 'Nothing was found.' })
  expect(stdout).toMatch(/^Looked at .*\d+ postings/)
  expect(stdout).toContain('Held by the fault harness: I11 I12 I18.')
  expect(stderr).toMatch(/^well {2}ledger: every posting is/m)
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
    [['--stack', folder], /^no development stack runs in/],
    [[...here(), '--programmes', '/nowhere'], /^the programme files of \/nowhere cannot be read/],
  ] as const) {
    expect(await audit(...args)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(says) })
  }
})
