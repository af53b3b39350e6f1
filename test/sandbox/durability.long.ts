import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { createSandboxGateway } from '../../gateways/sandbox/gateway.ts'
import { freePort } from '../../local/ports.ts'
import type { Entry } from '../../sandbox/entries.ts'
import { openJournal } from '../../sandbox/journal.ts'
import { buildSandbox } from '../../sandbox/server.ts'
import { AMOUNT, API_KEY, CALLBACK_SECRET, bank, callSandbox, freeze, never, until, untilState } from './stage.ts'

let folder: string
let journalPath: string
let child: ChildProcess | undefined
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lunas-journal-'))
  journalPath = path.join(folder, 'journal.jsonl')
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const OPENING = 10n ** 15n

/** Starts the real process and waits until it says that it is ready. */
async function startProcess(port: number): Promise<ChildProcess> {
  const env = {
    ...process.env,
    LUNAS_HOST: '127.0.0.1',
    SANDBOX_PORT: String(port),
    SANDBOX_API_KEY: API_KEY,
    SANDBOX_CALLBACK_SECRET: CALLBACK_SECRET,
    SANDBOX_JOURNAL: journalPath,
    SANDBOX_TIME_FACTOR: '0.05',
    SANDBOX_OPENING_BALANCE: OPENING.toString(),
  }
  child = fork(path.join(inject('built'), 'main/sandbox.js'), { execArgv: [], env })
  const started = child
  await new Promise<void>((ready, fail) => {
    started.once('message', (message) => (message === 'ready' ? ready() : fail(new Error('not ready'))))
    started.once('exit', (code) => fail(new Error(`ended with ${code}`)))
  })
  return started
}

const ended = (process: ChildProcess) =>
  new Promise<number | null>((done) => process.once('exit', (code) => done(code)))

test('a sandbox killed in the middle remembers every payout it has answered for', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const gateway = createSandboxGateway({ baseUrl: url, apiKey: API_KEY, callbackSecrets: [CALLBACK_SECRET] })
  const first = await startProcess(port)
  const requests = Array.from({ length: 600 }, (_, n) => freeze(gateway, bank(`10${String(n).padStart(8, '0')}`)))
  const answered = new Set<string>()
  let next = 0
  const workers = Array.from({ length: 16 }, async () => {
    while (next < requests.length) {
      const request = requests[next++]
      if (request && (await gateway.submit(request, never)).kind === 'observed') answered.add(request.reference)
    }
  })
  const death = ended(first)
  await until(() => (answered.size > 150 ? true : undefined))
  first.kill('SIGKILL')
  await Promise.all([...workers, death])
  expect(answered.size).toBeLessThan(requests.length)

  await appendFile(journalPath, '{"seq":999999,"kind":"acc')
  const second = await startProcess(port)
  for (const reference of answered) {
    expect((await gateway.enquire({ reference, gatewayId: null }, never)).kind).toBe('found')
  }
  for (const request of requests) expect((await gateway.submit(request, never)).kind).toBe('observed')
  await Promise.all(requests.map(({ reference }) => untilState(gateway, reference, 'paid')))
  const { entries } = (await callSandbox(url, 'GET', '/journal?limit=10000')).json as { entries: readonly Entry[] }
  const credited = entries.filter((entry) => entry.kind === 'credited').map(({ reference }) => reference)
  expect(credited).toHaveLength(requests.length)
  expect(new Set(credited).size).toBe(requests.length)
  expect((await gateway.balance(never)).minor).toBe(OPENING - AMOUNT * BigInt(requests.length))
  const stopped = ended(second)
  second.kill('SIGTERM')
  expect(await stopped).toBe(0)
}, 60_000)

test('no answer leaves before its journal entry is on disk', async () => {
  const app = await buildSandbox({
    journalPath,
    apiKey: API_KEY,
    callbackSecret: CALLBACK_SECRET,
    callbackUrl: null,
    openingBalanceMinor: OPENING,
  })
  const gateway = createSandboxGateway({ baseUrl: 'http://127.0.0.1:1', apiKey: API_KEY, callbackSecrets: [] })
  for (const account of ['1234567890', '9942012345', '9947012345', '9945012345']) {
    const { payoutKey, reference, body } = freeze(gateway, bank(account))
    const headers = {
      authorization: `Bearer ${API_KEY}`,
      'idempotency-key': payoutKey,
      'content-type': 'application/json',
    }
    await app.inject({ method: 'POST', url: '/payouts', headers, payload: Buffer.from(body) })
    expect(readFileSync(journalPath, 'utf8')).toContain(`"reference":"${reference}"`)
  }
  await app.close()
})

test('the process ends when its parent disconnects', async () => {
  const started = await startProcess(await freePort())
  const end = ended(started)
  started.disconnect()
  expect(await end).toBe(0)
}, 30_000)

test('a last line that was cut off is removed, a damaged line before it is refused', async () => {
  const journal = await openJournal(journalPath, () => undefined)
  for (const amount of ['1', '2', '3']) journal.append({ kind: 'top-up', amount, balance: amount }, 0)
  await journal.settled()
  await journal.close()
  const whole = await readFile(journalPath, 'utf8')

  await writeFile(journalPath, whole.slice(0, -1))
  const seen: Entry[] = []
  const healed = await openJournal(journalPath, (entry) => void seen.push(entry))
  expect(seen.map(({ seq }) => seq)).toEqual([1, 2])
  expect(healed.append({ kind: 'top-up', amount: '4', balance: '4' }, 0).seq).toBe(3)
  await healed.close()

  await writeFile(journalPath, whole.replace('"seq":2', '"seq":7'))
  await expect(openJournal(journalPath, () => undefined)).rejects.toThrow('the journal is damaged at entry 2')
  await writeFile(journalPath, whole.replace('{"seq":2', 'x'))
  await expect(openJournal(journalPath, () => undefined)).rejects.toThrow('the journal is damaged at entry 2')
})

test('a journal of thousands of entries is read from the place asked for', async () => {
  const journal = await openJournal(journalPath, () => undefined)
  for (let n = 1; n <= 3_000; n += 1) journal.append({ kind: 'top-up', amount: String(n), balance: '0' }, 0)
  for (const after of [0, 511, 512, 513, 2_999]) {
    const page = await journal.read(after, 3)
    expect(page.map(({ seq }) => seq)).toEqual([after + 1, after + 2, after + 3].filter((seq) => seq <= 3_000))
  }
  expect(await journal.read(3_000, 10)).toEqual([])
  expect(await journal.read(99_999, 10)).toEqual([])
  await journal.close()
})
