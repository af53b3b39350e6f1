import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  isComplete,
  type StatementEnd,
  type StatementFormat,
  type StatementHead,
  type StatementLine,
} from '../../domain/statement.ts'
import { createSandboxGateway } from '../../gateways/sandbox/gateway.ts'
import { dayOf, nextDay } from '../../sandbox/statement.ts'
import { AMOUNT, API_KEY, CALLBACK_SECRET, bank, freeze, never, openStage, until, type Stage } from './stage.ts'

const OPENING = 1_000_000_000_000n
const today = dayOf(Date.now())
const tomorrow = nextDay(today)

interface Read {
  readonly head: StatementHead
  readonly lines: readonly StatementLine[]
  readonly end: StatementEnd
}

let stage: Stage
const references = new Map<string, string>()

/** Sends one payout in a scenario and waits until the journal knows that it moved. */
async function pay(scenario: string): Promise<string> {
  const request = freeze(stage.gateway, bank(`99${scenario}0${scenario}00001`))
  await stage.gateway.submit(request, never)
  const end = scenario === '71' ? 'moved' : 'credited'
  const id = `po_${createHash('sha256').update(request.payoutKey).digest('hex').slice(0, 20)}`
  await until(async () => ((await stage.journal()).some((one) => one.kind === end && one.id === id) ? true : undefined))
  references.set(scenario, request.reference)
  return id
}

async function statement(day: string, format: StatementFormat = 'jsonl'): Promise<Read> {
  const callbackSecrets = [CALLBACK_SECRET]
  const gateway = createSandboxGateway({
    baseUrl: stage.url,
    apiKey: API_KEY,
    callbackSecrets,
    statementFormat: format,
  })
  const answer = await gateway.statement(day, never)
  if (answer.kind !== 'found') throw new Error(answer.kind)
  const read: { head?: StatementHead; lines: StatementLine[]; end?: StatementEnd } = { lines: [] }
  for await (const parts of gateway.readStatement(answer.file)) {
    for (const part of parts) {
      if (part.kind === 'line') read.lines.push(part)
      else if (part.kind === 'head') read.head = part
      else read.end = part
    }
  }
  if (!read.head || !read.end) throw new Error('a statement without a head or an end')
  return { head: read.head, lines: read.lines, end: read.end }
}

function isProved({ head, lines, end }: Read): boolean {
  const counted = lines.filter(({ currency, amount }) => currency === head.currency && amount !== null)
  const moved = counted.reduce(
    (sum, { direction, amount }) => sum + (direction === 'credit' ? 1n : -1n) * (amount ?? 0n),
    0n,
  )
  const unread = lines.filter(({ amount }) => amount === null).length
  return isComplete(head, end, { lines: lines.length, moved, unread })
}

/** What a statement says of one scenario. */
function of(read: Read, scenario: string): readonly StatementLine[] {
  return read.lines.filter(({ reference }) => reference === references.get(scenario))
}

beforeAll(async () => {
  stage = await openStage({ timeFactor: 0.02, openingBalanceMinor: OPENING })
  await stage.call('POST', '/admin/top-up', { amount: '5000', number: 'SP2D-7' })
  const returned = await pay('00')
  await stage.call('POST', `/admin/payouts/${returned}/return`, {})
  for (const scenario of ['70', '71', '72', '73', '74', '75', '76', '78', '79', '80', '81']) await pay(scenario)
})
afterAll(() => stage.close())

test('a day that is not over has no statement', async () => {
  expect(await stage.gateway.statement(today, never)).toEqual({ kind: 'not-ready' })
  const refused = await stage.call('GET', '/statements?date=2026-13-01&format=jsonl')
  expect(refused.status).toBe(400)
})

describe('a day that was closed', () => {
  beforeAll(async () => {
    expect((await stage.call('POST', '/admin/days/close', { day: today })).status).toBe(200)
    expect((await stage.call('POST', '/admin/days/close', { day: today })).status).toBe(409)
  })

  test('tells what was put in, paid and returned, with balances that add up', async () => {
    const read = await statement(today)
    expect(read.head).toMatchObject({ gateway: 'sandbox', day: today, version: 1, currency: 'IDR', opening: OPENING })
    expect(read.lines[0]).toMatchObject({ type: 'top-up', direction: 'credit', reference: 'SP2D-7', amount: 5000n })
    expect(of(read, '00')).toMatchObject([
      { type: 'payout', direction: 'debit', amount: AMOUNT, currency: 'IDR', account: { institution: 'ID.BNI' } },
      { type: 'return', direction: 'credit', amount: AMOUNT },
    ])
    expect(of(read, '00')[0]).toMatchObject({ businessDate: today, valueDate: today })
    expect(read.end.count).toBe(read.lines.length)
    expect(isProved(read)).toBe(true)
  })

  test('differs from what was done as the scenarios want it', async () => {
    const read = await statement(today)
    expect(of(read, '70')).toEqual([])
    expect(of(read, '71')).toMatchObject([{ type: 'payout', amount: AMOUNT }])
    expect(of(read, '72')).toMatchObject([{ amount: AMOUNT + 100n }])
    expect(of(read, '73')).toHaveLength(2)
    expect([...of(read, '74'), ...of(read, '75'), ...of(read, '78')]).toEqual([])
    expect(of(read, '76')).toMatchObject([{ type: 'payout' }, { type: 'fee', direction: 'debit', amount: 250_000n }])
    expect(read.lines.filter(({ gatewayId, type }) => type === 'payout' && gatewayId === null)).toHaveLength(1)
    expect(of(read, '79')[0]?.account?.number).toBe('99790790000' + '2')
    expect(of(read, '80')).toMatchObject([{ currency: 'USD' }])
    expect(read.lines.filter(({ direction, reference }) => direction === 'credit' && reference === null)).toHaveLength(
      1,
    )
  })

  test('says the same in every format', async () => {
    const read = await statement(today)
    for (const format of ['csv', 'camt.053'] as const) {
      const other = await statement(today, format)
      expect(other.lines).toEqual(read.lines)
      expect(other).toEqual(read)
    }
  })

  test('is followed by the next one, which begins where it ended and has what was late', async () => {
    await stage.call('POST', '/admin/days/close', { day: tomorrow })
    const read = await statement(tomorrow)
    expect(read.head.opening).toBe((await statement(today)).end.closing)
    expect(of(read, '74')).toMatchObject([{ businessDate: tomorrow, valueDate: today }])
    expect(of(read, '75')).toMatchObject([{ businessDate: tomorrow, valueDate: tomorrow }])
    expect(isProved(read)).toBe(true)
  })

  test('is corrected by a newer version that tells the truth', async () => {
    await stage.call('POST', '/admin/days/correct', { day: today })
    const read = await statement(today)
    expect(read.head.version).toBe(2)
    expect(of(read, '70')).toMatchObject([{ amount: AMOUNT }])
    expect(of(read, '72')).toMatchObject([{ amount: AMOUNT }])
    expect(of(read, '73')).toHaveLength(1)
    expect(read.end.closing).toBe(OPENING + 5000n - 11n * AMOUNT)
    expect(isProved(read)).toBe(true)
  })

  test('survives a restart', async () => {
    const before = await statement(today)
    await stage.restart()
    expect(await statement(today)).toEqual(before)
  })
})
