/** What the command line says about itself, and to those who use it wrongly. */
import type { Command } from 'commander'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { accountsCommand } from '../../cli/accounts.ts'
import { approvalsCommand } from '../../cli/approvals.ts'
import { appropriationsCommand } from '../../cli/appropriations.ts'
import { auditCommand } from '../../cli/audit.ts'
import { deductionsCommand } from '../../cli/deductions.ts'
import { demoCommand } from '../../cli/demo.ts'
import { discrepanciesCommand } from '../../cli/discrepancies.ts'
import { doctorCommand } from '../../cli/doctor.ts'
import { failuresCommand } from '../../cli/failures.ts'
import { freezeCommand } from '../../cli/freeze.ts'
import { identityCommand } from '../../cli/identity.ts'
import { keysCommand } from '../../cli/keys.ts'
import { messagesCommand } from '../../cli/messages.ts'
import { migrateCommand } from '../../cli/migrate.ts'
import { participantsCommand } from '../../cli/participants.ts'
import { recoverCommand } from '../../cli/recover.ts'
import { reviewsCommand } from '../../cli/reviews.ts'
import { runsCommand } from '../../cli/runs.ts'
import { upCommand } from '../../cli/up.ts'
import { freePort } from '../../local/ports.ts'
import { lunas } from '../support/e2e-command.ts'

/** A folder without a stack: what the commands find beside it is nothing. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-usage-'))
const environment = { LUNAS_DATA_DIR: folder, LUNAS_URL: `http://127.0.0.1:${await freePort()}` }

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const COMMANDS = [
  doctorCommand(),
  upCommand(),
  demoCommand(),
  migrateCommand(),
  participantsCommand(),
  messagesCommand(),
  freezeCommand(),
  failuresCommand(),
  identityCommand(),
  approvalsCommand(),
  appropriationsCommand(),
  runsCommand(),
  discrepanciesCommand(),
  reviewsCommand(),
  deductionsCommand(),
  accountsCommand(),
  keysCommand(() => Promise.reject(new Error('no key is made here'))),
  auditCommand(),
  recoverCommand(),
]

function withParts(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withParts)]
}

test.for(COMMANDS.flatMap(withParts).map((command) => ({ name: pathOf(command), command })))(
  'the help of $name says what it does and describes every option',
  ({ command }) => {
    expect(command.description()).not.toBe('')
    const options = command.options.filter(({ description }) => description === '')
    expect(options).toEqual([])
    expect(command.helpInformation()).toContain(`Usage: ${pathOf(command)}`)
  },
)

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}

test('help lists every command, of which each is looked at here, and ends with 0', async () => {
  const { code, stdout, stderr } = await lunas(['--help'], { environment })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const listed = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}(?<name>[a-z-]+) /gm)].map(
    ({ groups }) => groups?.['name'] ?? '',
  )
  const names = COMMANDS.map((command) => command.name())
  expect(new Set(listed)).toEqual(new Set([...names, 'help']))
})

test.for(COMMANDS.flatMap(withParts).filter(({ options }) => options.some(({ long }) => long === '--limit')))(
  'a list that comes in pages goes on to its end',
  (command) => {
    const names = command.options.map(({ long }) => long)
    expect(names, pathOf(command)).toEqual(expect.arrayContaining(['--limit', '--after', '--all']))
  },
)

test('help of one command ends with 0', async () => {
  const { code, stdout } = await lunas(['keys', 'create', '--help'], { environment })
  expect(code).toBe(0)
  expect(stdout).toContain('--bootstrap')
})

test('development keys go to no other API than the stack they belong to, and to none that has ended', async () => {
  const heard: string[] = []
  const stranger = createServer((request, response) => {
    heard.push(request.headers.authorization ?? 'nothing')
    response.end('{}')
  })
  await once(stranger.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
  const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-keys-'))
  writeFileSync(path.join(home, 'development-keys.json'), JSON.stringify({ operator: `lunas_${'x'.repeat(43)}` }))
  const running = (pid: number, apiUrl: string) =>
    writeFileSync(path.join(home, 'running.json'), JSON.stringify({ pid, apiUrl }))
  const ask = () => lunas(['messages', 'dead', '--url', url], { environment: { LUNAS_DATA_DIR: home } })
  try {
    running(process.pid, 'http://127.0.0.1:9')
    expect(await ask()).toMatchObject({ code: 2, stderr: expect.stringContaining(`no key for ${url}`) })
    running(2 ** 22 + 1, url)
    expect(await ask()).toMatchObject({ code: 2, stderr: expect.stringContaining(`no key for ${url}`) })
    running(process.pid, 'https://lunas.example.org')
    const afar = await lunas(['messages', 'dead'], { environment: { LUNAS_DATA_DIR: home } })
    expect(afar.stderr).toContain('no key for https://lunas.example.org')
    expect(heard).toEqual([])
    running(process.pid, url)
    await ask()
    expect(heard).toContain(`Bearer lunas_${'x'.repeat(43)}`)
  } finally {
    stranger.close()
    rmSync(home, { recursive: true, force: true })
  }
})

const MISUSES = [
  { what: 'an unknown command', args: ['pay'], says: "error: unknown command 'pay'" },
  { what: 'no command', args: [], says: 'Usage: lunas [options] [command]' },
  { what: 'a command without its part', args: ['keys'], says: 'Usage: lunas keys [options] [command]' },
  { what: 'an unknown part', args: ['keys', 'lend'], says: "error: unknown command 'lend'" },
  { what: 'an unknown option', args: ['participants', 'list', '--every'], says: "error: unknown option '--every'" },
  {
    what: 'all of a list, and so many of it',
    args: ['reviews', 'list', '--all', '--limit', '9'],
    says: "error: option '--all' cannot be used with option '--limit <n>'",
  },
  { what: 'a missing argument', args: ['participants', 'show'], says: "error: missing required argument 'ref'" },
  {
    what: 'a missing option',
    args: ['keys', 'create'],
    says: "error: required option '--person <name>' not specified",
  },
  { what: 'no stack and no key', args: ['keys', 'list'], says: `no key for ${environment.LUNAS_URL}` },
  {
    what: 'an API that is not there',
    args: ['messages', 'dead', '--key', 'lunas_x'],
    says: `the API does not answer at ${environment.LUNAS_URL}; start it with: npm start`,
  },
  {
    what: 'neither one dead message nor all of them',
    args: ['messages', 'redrive', '--key', 'lunas_x', '--reason', 'mended'],
    says: 'give the id of one message, or --all',
  },
  { what: 'no database to migrate', args: ['migrate'], says: 'DATABASE_MIGRATE_URL is needed and not set' },
  {
    what: 'no database for the first key',
    args: ['keys', 'create', '--bootstrap', '--person', 'a'],
    says: 'DATABASE_URL is',
  },
  {
    what: 'a first key of another role',
    args: ['keys', 'create', '--bootstrap', '--person', 'a', '--role', 'operator'],
    says: '--bootstrap makes an administrator or an approver, and nothing else',
  },
  {
    what: 'a proposal without its reason',
    args: ['freeze', 'lift', 'x'],
    says: "error: required option '--reason <text>' not specified",
  },
  {
    what: 'nobody’s signature',
    args: ['approvals', 'approve', 'x', '--key', 'lunas_x'],
    says: 'no signing key; give its file by --identity or LUNAS_IDENTITY',
  },
  {
    what: 'a signature of a file that is not there',
    args: ['identity', 'show', '--identity', 'nowhere.json'],
    says: 'there is no signing key at nowhere.json',
  },
  {
    what: 'an amount that is none',
    args: ['appropriations', 'propose', '--programme', 'demo', '--year', '2026', '--number', 'x', '--amount', '1.5'],
    says: "error: option '--amount <minor>' argument '1.5' is invalid. whole minor units in digits",
  },
  {
    what: 'the first key of the engine',
    args: ['keys', 'create', '--bootstrap', '--person', 'Engine'],
    says: '--person is a name under which the engine acts itself',
  },
]

test.concurrent.for(MISUSES)('$what ends with 2 and is told on standard error', async ({ args, says }, { expect }) => {
  const { code, stdout, stderr } = await lunas(args, { environment })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.slice(0, says.length)).toBe(says)
})
