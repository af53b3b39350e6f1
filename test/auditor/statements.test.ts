/** The auditor's own readers of statements, over the sandbox's real ones, with a credential that can do nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCamt053 } from '../../auditor/statements/camt053.ts'
import { readCsv, readJsonLines } from '../../auditor/statements/records.ts'
import { folderStatements, httpStatements } from '../../auditor/statements/sources.ts'
import type { Format, StatementSource, Told } from '../../auditor/statements/statement.ts'
import { dayOf } from '../../sandbox/statement.ts'
import { bank, freeze, never, openStage, STATEMENTS_KEY, untilState, type Stage } from '../sandbox/stage.ts'

let stage: Stage
let day: string
beforeAll(async () => {
  stage = await openStage({ timeFactor: 0.02 })
  for (const number of ['99000000001', '99700000002', '99740000003', '99820000004', '99600000005']) {
    const request = freeze(stage.gateway, bank(number))
    await stage.gateway.submit(request, never)
    await untilState(stage.gateway, request.reference, 'paid', 'returned', 'failed')
  }
  day = dayOf(Date.now())
  await stage.call('POST', '/admin/top-up', { amount: '700', number: 'SP2D-7' })
  await stage.call('POST', '/admin/days/close', { day })
})
afterAll(() => stage.close())

const source = (format: Format, credential = STATEMENTS_KEY): StatementSource =>
  httpStatements({ gateway: 'sandbox', url: stage.url, credential, format })

const readCamt = (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> => readCamt053(bytes, 'Asia/Jakarta')
const READERS = { jsonl: readJsonLines, csv: readCsv, 'camt.053': readCamt } as const

async function toldBy(from: StatementSource): Promise<Told[]> {
  const parts: Told[] = []
  for await (const { bytes, format } of from.statements(day, day)) parts.push(...(await all(READERS[format](bytes))))
  return parts
}

async function all<T>(parts: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = []
  for await (const part of parts) gathered.push(part)
  return gathered
}

test('all formats tell the same', async () => {
  const parts = await toldBy(source('jsonl'))
  expect(parts[0]).toMatchObject({ kind: 'head', gateway: 'sandbox', day, version: 1, currency: 'IDR' })
  expect(parts.at(-1)).toEqual({ kind: 'end', closing: expect.any(BigInt), count: parts.length - 2 })
  expect(parts.filter((part) => part.kind === 'line' && part.type === 'payout').length).toBeGreaterThan(2)
  expect(await toldBy(source('csv'))).toEqual(parts)
  expect(await toldBy(source('camt.053'))).toEqual(parts)
})

test('an auditor’s credential reads statements and nothing else; another one reads nothing', async () => {
  await expect(toldBy(source('jsonl', 'another'))).rejects.toThrow('sandbox answers 401')
  const asAuditor = { headers: { authorization: `Bearer ${STATEMENTS_KEY}` } }
  for (const [method, route] of [
    ['GET', '/balance'],
    ['GET', '/journal'],
    ['POST', '/payouts'],
    ['POST', '/admin/days/close'],
    ['POST', '/statements'],
  ] as const) {
    expect((await fetch(stage.url + route, { ...asAuditor, method })).status, route).toBe(401)
  }
})

test('days that are not over are not told', async () => {
  expect(await all(source('jsonl').statements('2031-01-01', '2031-01-02'))).toEqual([])
})

test('a folder holds the statements of days, by their names', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-statements-'))
  try {
    const answer = await fetch(`${stage.url}/statements?date=${day}&format=csv`, {
      headers: { authorization: `Bearer ${STATEMENTS_KEY}` },
    })
    writeFileSync(path.join(folder, `sandbox.${day}.csv`), Buffer.from(await answer.arrayBuffer()))
    writeFileSync(path.join(folder, 'sandbox.1999-01-01.csv'), 'of long ago')
    writeFileSync(path.join(folder, 'notes.txt'), 'none')
    expect(await toldBy(folderStatements(folder))).toEqual(await toldBy(source('jsonl')))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

describe('what cannot be read is refused:', () => {
  const text = (content: string): AsyncIterable<Uint8Array> => Readable.from([Buffer.from(content)])
  const entity = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'
  test.for([
    ['no JSON', readJsonLines, 'nonsense\n', 'a line is no JSON'],
    ['a number for an object', readJsonLines, '7\n', 'a line is no JSON object'],
    ['a line of no kind', readJsonLines, '{"kind":"x"}\n', 'a line is of no known kind'],
    ['a line cut off', readJsonLines, '{"kind":"end"', 'it is cut off in the middle of a line'],
    ['other columns', readCsv, 'L,1,2\n', 'a line has other columns'],
    ['an external entity', readCamt, entity, 'it declares a document type'],
    ['XML cut off', readCamt, '<Document><BkToCstmrStmt>', 'unclosed tag'],
  ] as const)('%s', async ([, read, content, says]) => {
    await expect(all<Told>(read(text(content)))).rejects.toThrow(says)
  })
})
