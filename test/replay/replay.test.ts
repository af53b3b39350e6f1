/** Lives that run must be able to go on with new code: every recorded history replays without a difference. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Worker, type WorkflowBundle } from '@temporalio/worker'
import { beforeAll, describe, expect, it } from 'vitest'
import { PROJECT_ROOT } from '../../local/project.ts'
import { bundleWorkflows } from '../../main/bundle.ts'

const folder = path.join(import.meta.dirname, 'histories')
const names = readdirSync(folder).toSorted()

let bundle: WorkflowBundle
beforeAll(async () => {
  bundle = await bundleWorkflows(path.join(PROJECT_ROOT, 'workflows/index.ts'))
})

const textOf = (name: string): string => readFileSync(path.join(folder, name), 'utf8')

/** With what its payloads say. */
const clearOf = (text: string): string =>
  [
    text,
    ...[...text.matchAll(/"data": ?"([^"]+)"/g)].map(([, data = '']) => Buffer.from(data, 'base64').toString()),
  ].join('\n')

/** What differs, or undefined. */
async function difference(json: string): Promise<Error | undefined> {
  const history: unknown = JSON.parse(json)
  const found: (Error | undefined)[] = []
  const replays = Worker.runReplayHistories({ workflowBundle: bundle }, [{ workflowId: 'recorded', history }])
  for await (const { error } of replays) found.push(error)
  expect(found).toHaveLength(1)
  return found[0]
}

describe('recorded histories', () => {
  it('tell of every main path', () => {
    expect(names.length).toBeGreaterThan(20)
    for (const name of ['completed', 'recovery', 'lost-and-sent-again', 'another-account', 'continued-2']) {
      expect(names).toContain(`${name}.json`)
    }
  })

  it.each([
    ['heard-at-once', 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED'],
    ['call-failed', 'EVENT_TYPE_ACTIVITY_TASK_FAILED'],
    ['call-timed-out', 'EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT'],
    ['step-failed', '"backoff":{"seconds":2'],
    ['given-up', '"activity_type":"giveUp"'],
    ['recovery-continued-1', 'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW'],
  ])('%s tells what its name says', (name, sign) => {
    expect(clearOf(textOf(`${name}.json`))).toContain(sign)
  })

  it.each(names)('%s replays', async (name) => {
    expect(await difference(textOf(name))).toBeUndefined()
  })

  it.each(names)('%s names nobody: no account, no name, no national id, no machine', (name) => {
    const text = textOf(name)
    // Names, the simulator's account numbers, national ids.
    expect(clearOf(text)).not.toMatch(/SITI AMINAH|Peserta|\b99\d{9}\b|\b\d{16}\b/)
    expect(text).not.toMatch(/"identity": "(?!worker")/)
  })

  it('would show a difference: another order of calls does not replay', async () => {
    const other = textOf('completed.json').replaceAll('"name": "submit"', '"name": "enquire"')
    expect(other).not.toBe(textOf('completed.json'))
    expect(await difference(other)).toBeDefined()
  })
})
