/** The demo as somebody who has just cloned Lunas runs it. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { environmentIn, temporaryHome } from '../support/e2e.ts'
import { lunas, processesOf } from '../support/e2e-command.ts'

const home = temporaryHome()
const environment = await environmentIn(home)

afterAll(() => rmSync(home, { recursive: true, force: true }))

test(
  'the demo pays its people while its worker is killed, and says so in one JSON object',
  { timeout: 180_000 },
  async () => {
    const args = ['demo', '--participants', '14', '--exit', '--kill-worker', '--json']
    const { code, stdout, stderr } = await lunas(args, { environment })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const summary = JSON.parse(stdout) as Record<string, unknown>
    expect(summary).toMatchObject({
      participants: 14,
      byStage: { 'closed: completed': 14 },
      disbursements: { paid: expect.any(Number) },
      ledger: { 'budget:disbursed': expect.stringMatching(/^[1-9]\d*$/), 'funds:clearing:sandbox': '0' },
      paidTwice: 0,
      booksBalance: true,
      findings: [],
      settled: true,
      workerKills: 1,
      firstPaidSeconds: expect.any(Number),
      seconds: expect.any(Number),
    })
    expect(summary['inFlightAtKill']).toBeGreaterThanOrEqual(1)
    expect(processesOf(home)).toEqual([])
  },
)

const MISUSES: readonly { readonly what: string; readonly args: readonly string[]; readonly says: RegExp }[] = [
  { what: 'a number of people that is none', args: ['--participants', 'many'], says: /a whole number from 1 on/ },
  { what: 'nobody at all', args: ['--participants', '0'], says: /a whole number from 1 on/ },
  {
    what: 'more people than there are',
    args: ['--participants', '101'],
    says: /has 100 people; ask for at most that many/,
  },
  { what: 'a programme nobody knows', args: ['--programme', 'nowhere'], says: /no programme nowhere comes with Lunas/ },
  { what: 'a programme of months', args: ['--programme', 'prakerja-2023'], says: /waits for days and months/ },
  { what: 'a flag nobody knows', args: ['--participant', '3'], says: /unknown option '--participant'/ },
  { what: 'a word too many', args: ['quickly'], says: /too many arguments/ },
]

test.concurrent.for(MISUSES)(
  'the demo refuses $what with one sentence and exit code 2',
  async ({ what, args, says }, { expect }) => {
    const folder = path.join(home, what.replaceAll(' ', '-'))
    const { code, stdout, stderr } = await lunas(['demo', ...args], {
      environment: { ...environment, LUNAS_DATA_DIR: folder },
    })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(says)
    const hints = ['(lunas --help lists what there is)', '(Did you mean --participants?)']
    expect(
      stderr
        .trim()
        .split('\n')
        .filter((line) => !hints.includes(line)),
    ).toHaveLength(1)
    expect(processesOf(folder)).toEqual([])
  },
)
