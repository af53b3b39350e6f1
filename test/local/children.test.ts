/** Programs that load their code while what they need is still being brought up. */
import { fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startChild } from '../../local/children.ts'
import { isAlive, waitForEnd } from '../../local/processes.ts'
import { WAITS } from '../../local/told.ts'

const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-children-'))
const told = pathToFileURL(path.join(inject('built'), 'local/told.js')).href

/** Says in a file of its own process that its code is there, and goes on when told. Until then something else keeps SIGTERM for itself, as Temporal's runtime does. */
const PROGRAM = `
import { writeFileSync } from 'node:fs'
import { untilTold } from '${told}'
let isTold = false
process.on('SIGTERM', () => { if (isTold) process.exit() })
writeFileSync(process.pid + '.loaded', '')
await untilTold()
isTold = true
process.send('ready')
setInterval(() => undefined, 1000)
`

/** Starts it by itself, and never says a word. */
const PARENT = `
import { fork } from 'node:child_process'
fork('waits.js', ['${WAITS}'], { detached: true, stdio: 'ignore' })
setInterval(() => undefined, 1000)
`

beforeAll(() => {
  mkdirSync(path.join(home, 'logs'))
  writeFileSync(path.join(home, 'package.json'), '{ "type": "module" }')
  writeFileSync(path.join(home, 'waits.js'), PROGRAM)
  writeFileSync(path.join(home, 'parent.js'), PARENT)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const child = { name: 'waits', program: 'waits', code: home, environment: {}, home, readyUrl: null }

/** The process that has loaded its code. */
async function loaded(): Promise<number> {
  for (;;) {
    const file = readdirSync(home).find((name) => name.endsWith('.loaded'))
    if (file) {
      rmSync(path.join(home, file))
      return Number(file.slice(0, -'.loaded'.length))
    }
    await sleep(20)
  }
}

test('a program that waits has its code loaded and goes on when it is told', async () => {
  const database = new EventEmitter()
  let isUp = false
  const starting = startChild({ ...child, after: once(database, 'up') }).then((running) => {
    isUp = true
    return running
  })
  const pid = await loaded()
  await sleep(100)
  expect(isUp).toBe(false)
  database.emit('up')
  const running = await starting
  expect(running.pid).toBe(pid)
  await running.stop()
  expect(isAlive(pid)).toBe(false)
})

test('a program that waits for what does not come about is ended, and says what did not', async () => {
  const database = new EventEmitter()
  const starting = startChild({ ...child, after: once(database, 'up') })
  const refused = expect(starting).rejects.toThrow('waits does not start: the migration failed')
  const pid = await loaded()
  database.emit('error', new Error('the migration failed'))
  await refused
  expect(isAlive(pid)).toBe(false)
  // Long before it would be killed for not ending.
}, 20_000)

test('a program that waits ends when its parent dies', async () => {
  const parent = fork(path.join(home, 'parent.js'), { cwd: home })
  const pid = await loaded()
  parent.kill('SIGKILL')
  expect(await waitForEnd(pid, 5000)).toBe(true)
})

test('a program that nobody told to wait goes on at once', async () => {
  const running = await startChild(child)
  expect(await loaded()).toBe(running.pid)
  await running.stop()
  expect(readFileSync(path.join(home, 'logs/waits.log'), 'utf8')).toBe('')
})
