/** The demo as somebody who has just cloned Lunas runs it. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readPeople, type Scenario } from '../../local/demo/people.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { environmentIn, temporaryHome, until } from '../support/e2e.ts'
import { lunas, pressCtrlC, processesOf, startCommand, startLunas } from '../support/e2e-command.ts'

const home = temporaryHome()
const environment = await environmentIn(home)

afterAll(() => rmSync(home, { recursive: true, force: true }))

const PEOPLE = readPeople(PROJECT_ROOT, 40).map(({ scenario }) => scenario)
const howMany = (...scenarios: readonly Scenario[]): number =>
  PEOPLE.filter((scenario) => scenarios.includes(scenario)).length

const data = path.join(home, 'data/demo')

test('every scenario of the demo happens while its worker is killed and a second demo is turned away', async () => {
  const args = ['demo', '--participants', String(PEOPLE.length), '--exit', '--kill-worker', '--json']
  const first = startLunas(args, { environment })
  await until('it is up', async () => existsSync(path.join(data, 'running.json')), { withinMs: 90_000 })
  const second = await lunas(['demo', '--participants', '3'], { environment })
  expect(second).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^Lunas already runs in \S+ \(.*\n$/) })

  const { code, stdout, stderr } = await first.ended
  const summary = JSON.parse(stdout) as Record<string, unknown>
  expect(summary['missedScenarios']).toEqual([])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const notCompleted = howMany('refused', 'never-bought', 'withdrawn', 'undocumented')
  expect(summary).toMatchObject({
    participants: PEOPLE.length,
    byStage: {
      incentives: howMany('undocumented'),
      'closed: completed': PEOPLE.length - notCompleted,
      'closed: refused': howMany('refused'),
      'closed: expired': howMany('never-bought'),
      'closed: withdrawn': howMany('withdrawn'),
    },
    disbursements: {
      paid: (PEOPLE.length - notCompleted) * 3 - howMany('survey-missed'),
      review: howMany('undocumented'),
    },
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
  expect(readdirSync(data)).not.toEqual(expect.arrayContaining(['lock']))
}, 240_000)

test('Ctrl+C in the middle of the demo, which npm passes on a second time, stops everything in order', async () => {
  const running = startCommand('npm', ['run', '-s', 'demo', '--', '--participants', '12'], { environment })
  const isDriving = async (): Promise<boolean> => /\d+\/12 settled/.test(running.output())
  try {
    await until('people are on their way', isDriving, { withinMs: 90_000 })
  } finally {
    pressCtrlC(running)
    await running.ended
  }
  await until('nothing is left', async () => processesOf(home).length === 0, { withinMs: 45_000 })
  expect(running.output()).toContain('stopping')
  expect(readdirSync(data)).not.toContain('lock')
  expect(readdirSync(data)).not.toContain('running.json')
  expect(readFileSync(path.join(data, 'logs/postgres.log'), 'utf8')).toContain('database system is shut down')
}, 150_000)

const PRODUCTION = { LUNAS_MODE: 'production', DATABASE_URL: 'postgresql://lunas_app:secret@db/lunas' }

test('the demo does not play with a production, nor with servers that were given', async () => {
  const folder = path.join(home, 'production')
  const more = { ...PRODUCTION, TEMPORAL_ADDRESS: 'temporal:7233', LUNAS_DATA_DIR: folder }
  const { code, stdout, stderr } = await lunas(['demo'], { environment: { ...environment, ...more } })
  expect({ code, stdout, lines: stderr.trim().split('\n') }).toEqual({
    code: 2,
    stdout: '',
    lines: [
      'LUNAS_MODE is production, and the demo registers invented people',
      'DATABASE_URL is set, and the demo runs on a server of its own; unset it',
      'TEMPORAL_ADDRESS is set, and the demo runs on a server of its own; unset it',
    ],
  })
  expect(existsSync(folder)).toBe(false)
})

const MISUSES: readonly { readonly what: string; readonly args: readonly string[]; readonly says: RegExp }[] = [
  { what: 'a number of people that is none', args: ['--participants', 'many'], says: /a whole number from 1 on/ },
  { what: 'nobody at all', args: ['--participants', '0'], says: /a whole number from 1 on/ },
  {
    what: 'more people than there are',
    args: ['--participants', '101'],
    says: /has 100 people; ask for at most that many/,
  },
  { what: 'a programme nobody knows', args: ['--programme', 'nowhere'], says: /neither a programme that comes with/ },
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
