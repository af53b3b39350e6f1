import path from 'node:path'
import { expect, test } from 'vitest'
import { PROJECT_ROOT } from '../../local/project.ts'
import { startCommand } from '../support/e2e-command.ts'

test.each([
  ['startup', '--rounds', 'many'],
  ['lifecycle', '--count', '0'],
  ['registration', '--rounds', '1.5'],
  ['reconcile', '--lines', 'many'],
  ['run', '--lines', '0'],
])('npm run bench -- %s %s %s ends as wrongly used, and says why', async (...args) => {
  const program = path.join(PROJECT_ROOT, 'bench/main.ts')
  const { code, stdout, stderr } = await startCommand(process.execPath, ['--import', 'tsx', program, ...args]).ended
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('a whole number from 1 on')
})
