import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { PROJECT_ROOT } from '../../local/project.ts'
import { commandsIn, readDocument, tableUnder } from '../support/markdown.ts'

/** Where each command of the README is run, and the words by which that file can be seen to run it. */
const RUN_BY: Readonly<Record<string, readonly [file: string, words: string]>> = {
  'npm ci && npm run demo -- --kill-worker': ['.ci/run', 'npm ci\n'],
  'npm run demo': ['test/e2e/demo.long.ts', `startCommand('npm', ['run', '-s', 'demo'`],
  KEY: ['test/e2e/start.long.ts', 'registerAsTheReadmeSays()'],
  curl: ['test/e2e/start.long.ts', 'registerAsTheReadmeSays()'],
  'npm start': ['test/e2e/start.long.ts', `startCommand('npm', ['start'`],
  'npm run check': ['.ci/run', '\nnpm run check\n'],
  'npm run test:fast': ['.ci/run', '\nnpm run test:fast\n'],
  'npm test': ['.ci/run', '\nnpm test\n'],
  'npm run test:long': ['.ci/run', '\nnpm run test:long\n'],
  'npm run fix': ['.ci/run', '\nnpm run fix\n'],
  'npm run build': ['.ci/run', '\nnpm run build\n'],
  'npx lunas --help': ['test/docs/readme.test.ts', `['lunas', '--help']`],
}

const readme = readDocument('README.md')
const listed = tableUnder(readme, 'Commands').map(([command = '']) => command)
const commands = [...commandsIn(readme), ...listed]

function runnerOf(command: string): readonly [string, string] | undefined {
  return RUN_BY[command] ?? RUN_BY[command.split(/[ =]/)[0] ?? '']
}

test('every command of the README is run somewhere', () => {
  expect(commands.length).toBeGreaterThan(10)
  for (const command of commands) {
    const [file, words] = runnerOf(command) ?? []
    expect(file, `nothing runs "${command}"; run it in a test and name that in RUN_BY`).toBeDefined()
    expect(existsSync(path.join(PROJECT_ROOT, file ?? '')), `${file} is to run "${command}"`).toBe(true)
    expect(readDocument(file ?? ''), `${file} no longer runs "${command}"`).toContain(words)
  }
})

test('no command is listed that the README does not have', () => {
  const used = new Set(commands.map((command) => runnerOf(command)))
  for (const [command, runner] of Object.entries(RUN_BY)) expect(used.has(runner), command).toBe(true)
})

test('the first command of the README is run on a fresh clone, where it ends by itself', () => {
  const script = readDocument('.ci/run')
  expect(script.slice(script.indexOf('git clone'))).toMatch(/\nnpm ci\n[^]*\nnpm run demo -- --exit --kill-worker\n$/)
})

test('the command line has every command the README names', () => {
  const help = execFileSync('npx', ['lunas', '--help'], { cwd: PROJECT_ROOT, encoding: 'utf8' })
  const row = tableUnder(readme, 'Commands').find(([command]) => command === 'npx lunas --help')
  const named = (row?.[1] ?? '').match(/\b(doctor|up|demo|migrate)\b/g) ?? []
  expect(named).toHaveLength(4)
  for (const name of named) expect(help).toMatch(new RegExp(`^  ${name} `, 'm'))
})

test('the README shows every room the architecture page shows', () => {
  const rooms = tableUnder(readDocument('docs/architecture.md'), 'Rooms').map(([room = '']) => room)
  const shown = tableUnder(readme, 'The house').flatMap(([row = '']) => row.split(', '))
  expect(shown.toSorted()).toEqual(rooms.toSorted())
})
