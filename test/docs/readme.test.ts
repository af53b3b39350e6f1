import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { PROJECT_ROOT } from '../../local/project.ts'
import { commandsIn, readDocument } from '../support/markdown.ts'

/** Where each command of the README is run, and the words by which that file can be seen to run it. */
const RUN_BY: Readonly<Record<string, readonly [file: string, words: string]>> = {
  'npm ci && npm run demo -- --kill-worker': ['.ci/run', 'npm run demo -- --exit --kill-worker'],
  'npm run demo': ['test/e2e/demo.test.ts', 'demo'],
  KEY: ['test/e2e/start.test.ts', 'development-keys.json'],
  curl: ['test/api/readme.test.ts', "startsWith('curl')"],
}

const commands = commandsIn(readDocument('README.md'))

function runnerOf(command: string): readonly [string, string] | undefined {
  return RUN_BY[command] ?? RUN_BY[command.split(/[ =]/)[0] ?? '']
}

test('every command of the README is run somewhere', () => {
  expect(commands.length).toBeGreaterThan(3)
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
