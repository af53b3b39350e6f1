/** A process that was told to die does so where and when it was told, as by a power cut; else nothing happens. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { passBy } from '../../failpoints.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { armed, DEATH } from '../../main/armed.ts'

function run(failpoints: string) {
  const armedAt = path.join(PROJECT_ROOT, 'main/armed.ts')
  const program = `
    import { armed } from ${JSON.stringify(armedAt)}
    const pass = armed({ failpoints: new Map(${failpoints}) })
    for (let n = 1; n <= 3; n += 1) console.log(await pass('claim:written', Promise.resolve(n)))
    console.log(await pass('claim:written', Promise.resolve('over')))`
  return spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  })
}

test('it dies at the passing it was told, after the work was done', () => {
  const { signal, stdout, stderr } = run(`[['claim:written', 2]]`)
  expect({ signal, stdout }).toEqual({ signal: 'SIGKILL', stdout: '1\n' })
  expect(stderr).toBe(`${DEATH}claim:written\n`)
})

test('without being told it passes by, and a place that nobody passes is refused', () => {
  expect(armed({ failpoints: new Map() })).toBe(passBy)
  expect(() => armed({ failpoints: new Map([['nowhere:ever', 1]]) })).toThrow('nowhere:ever, which nobody passes')
})
