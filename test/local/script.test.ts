/** A tool as one script beside the compiled engine: nothing of it runs from the sources. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Work } from '../../chaos/sim/share.ts'
import { makeScript } from '../../local/script.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-script-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a process of the simulation lives through a world, by plain Node and on the compiled engine', async () => {
  const script = await makeScript('chaos/sim/work', folder)
  const imports = readFileSync(script, 'utf8').matchAll(/^(?:import|export|\})[^"\n]*"([^"\n]+)";$/gm)
  const imported = [...imports].map(([, from = '']) => from)
  const engine = pathToFileURL(inject('built')).href
  expect(imported).toContain(`${engine}/store/observe.js`)
  expect(imported.filter((from) => !from.startsWith(`${engine}/`) && !from.startsWith('node:'))).toEqual([])
  const child = fork(script, { execArgv: [] })
  const said: unknown[] = []
  child.on('message', (message) => said.push(message))
  child.send({ seeds: [1], plant: null, untilFound: false } satisfies Work)
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(said).toEqual([expect.objectContaining({ seeds: 1, duplicates: 0, lost: 0, overBudget: 0, failures: [] })])
})

test('a program that is not there cannot be made', async () => {
  await expect(makeScript('chaos/sim/nothing', folder)).rejects.toThrow(/Could not resolve .*nothing\.ts/)
})
