import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FolderInUse, lockFolder } from '../../local/lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a folder is one process at a time, until it is given back', async () => {
  const release = await lockFolder(folder)
  await expect(lockFolder(folder)).rejects.toThrow(FolderInUse)
  release()
  expect(readdirSync(folder)).toEqual([])
  ;(await lockFolder(folder))()
})

test('the lock of a process that is gone is taken over', async () => {
  const gone = spawnSync('true')
  writeFileSync(path.join(folder, 'lock'), JSON.stringify({ pid: gone.pid, began: '1' }))
  ;(await lockFolder(folder))()
})

test('a lock whose pid was given to another process is taken over', async () => {
  writeFileSync(path.join(folder, 'lock'), JSON.stringify({ pid: process.pid, began: 'in another life' }))
  ;(await lockFolder(folder))()
})

test('a lock that cannot be read is taken over', async () => {
  writeFileSync(path.join(folder, 'lock'), '')
  ;(await lockFolder(folder))()
})

test('of many that take over a stale lock at once, one has the folder', async () => {
  writeFileSync(path.join(folder, 'lock'), '')
  const script = path.join(import.meta.dirname, 'hold-lock.ts')
  const holders = Array.from({ length: 4 }, () => spawn(process.execPath, ['--import', 'tsx', script, folder]))
  const said = holders.map(
    (holder) => new Promise<string>((resolve) => holder.stdout.once('data', (line) => resolve(String(line)))),
  )
  expect((await Promise.all(said)).sort()).toEqual(['held\n', 'refused\n', 'refused\n', 'refused\n'])
  for (const holder of holders) holder.kill('SIGKILL')
})
