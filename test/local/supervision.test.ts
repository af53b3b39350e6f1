import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { endChild, isAlive } from '../../local/processes.ts'
import { supervise, type RunningProcess, type SupervisionEvent } from '../../local/supervision.ts'

function startSleeper(): Promise<RunningProcess> {
  const child = spawn('sleep', ['60'])
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return Promise.resolve({ pid: child.pid ?? 0, ended, stop: () => endChild(child, 'SIGTERM', 5000) })
}

test('a process that dies is started again, and that is told', async () => {
  const events: SupervisionEvent[] = []
  const supervised = await supervise(startSleeper, (event) => events.push(event))
  const first = supervised.current().pid
  await supervised.kill('SIGKILL')
  expect(isAlive(first)).toBe(false)
  await supervised.ready()
  const second = supervised.current().pid
  expect(second).not.toBe(first)
  expect(events.map(({ kind }) => kind)).toEqual(['ready', 'ended', 'ready'])
  await supervised.stop()
  expect(isAlive(second)).toBe(false)
})

test('a restart on request is no death', async () => {
  const events: SupervisionEvent[] = []
  const supervised = await supervise(startSleeper, (event) => events.push(event))
  const first = supervised.current().pid
  await supervised.restart()
  expect(supervised.current().pid).not.toBe(first)
  expect(events.map(({ kind }) => kind)).toEqual(['ready', 'ready'])
  await supervised.stop()
})

test('a start that fails is tried again with growing waits', async () => {
  const waits: number[] = []
  let starts = 0
  const startSometimes = () => {
    starts += 1
    return starts === 2 ? Promise.reject(new Error('not now')) : startSleeper()
  }
  const supervised = await supervise(startSometimes, (event) => {
    if (event.kind === 'ended') waits.push(event.restartInMs)
  })
  await supervised.kill('SIGKILL')
  await supervised.ready()
  expect(waits).toEqual([250, 500])
  await supervised.stop()
})

test('a stop while it waits for its next start leaves nothing running', async () => {
  const supervised = await supervise(startSleeper, () => undefined)
  await supervised.kill('SIGKILL')
  const waiting = supervised.ready()
  await Promise.all([expect(waiting).rejects.toThrow('stopped'), supervised.stop()])
  expect(isAlive(supervised.current().pid)).toBe(false)
})

test('a first start that fails is told to the caller', async () => {
  await expect(
    supervise(
      () => Promise.reject(new Error('no')),
      () => undefined,
    ),
  ).rejects.toThrow('no')
})
