import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../config.ts'
import { emptyFolder, requireOurs } from '../../local/fresh.ts'
import { startStack } from '../../local/stack.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-fresh-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function put(...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), 'something')
  }
}

test('a folder is emptied of everything but the lock', () => {
  put('lock', 'logs/api.log', 'logs/worker.log.1', 'pg/PG_VERSION', 'pg.new/base', 'pg.json', 'keys.json.new')
  put(
    'running.json',
    'development-keys.json',
    'development-identities.json',
    'temporal.db',
    'temporal.db-wal',
    'sandbox.jsonl',
    'anchors.jsonl',
    'seal.pem',
  )
  emptyFolder(folder)
  expect(readdirSync(folder)).toEqual(['lock'])
})

test.each(['thesis.docx', 'logs/diary.txt', 'pg.json.backup', '.git/HEAD'])(
  'a folder that holds %s is refused, and keeps everything',
  (strange) => {
    put('pg.json', 'logs/api.log', strange)
    expect(() => emptyFolder(folder)).toThrow('which Lunas did not put there')
    expect(readdirSync(folder).length).toBeGreaterThan(1)
    expect(readdirSync(path.join(folder, 'logs'))).toContain('api.log')
  },
)

test('a folder that is not there is no trouble', () => {
  expect(() => requireOurs(path.join(folder, 'nowhere'))).not.toThrow()
})

test('a fresh start in a folder of somebody else is refused before anything is written there', async () => {
  put('thesis.docx')
  const config = loadConfig({ LUNAS_DATA_DIR: folder })
  await expect(startStack({ config, fresh: true, children: [] })).rejects.toThrow('holds thesis.docx')
  expect(readdirSync(folder)).toEqual(['thesis.docx'])
})
