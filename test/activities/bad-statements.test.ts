/** Statements that are none: each is refused as it streams, the refusal is on record, and nothing of it is kept. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createReconciliationActivities, type ReconciliationActivities } from '../../activities/reconciliation.ts'
import type { StatementFormat } from '../../domain/statement.ts'
import type { Gateway } from '../../gateways/gateway.ts'
import { sandboxCapabilities } from '../../gateways/sandbox/capabilities.ts'
import { readSandboxStatement } from '../../gateways/sandbox/statement.ts'
import { FORMATS } from '../../sandbox/statement-formats.ts'
import type { Statement } from '../../sandbox/statement.ts'
import { AMOUNT, disbursementOf, HOUR, NOON, openWorld, seen, type World } from '../support/world.ts'

const DAY = '2026-11-22'
const MIB = 2 ** 20
const RULE = sandboxCapabilities().statement

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

type Lines = Statement['lines']
const LINE: Lines[number] = {
  id: 'e1',
  direction: 'debit',
  type: 'payout',
  reference: 'ABCDEFGHJKMN01',
  payoutId: 'po_1',
  amount: '5',
  currency: 'IDR',
  institution: 'ID.BNI',
  account: '1234567890',
  bookedAtMs: NOON,
  valueDate: DAY,
}

function written(format: StatementFormat, lines: Lines = [LINE]): string {
  return [...(FORMATS[format]?.write({ day: DAY, version: 1, opening: 10n, lines, closing: 5n }) ?? [])].join('')
}

/** Steps of reconciliation that are told these bytes. */
function told(format: StatementFormat, bytes: AsyncIterable<Uint8Array>): ReconciliationActivities {
  const gateway = {
    capabilities: { statement: RULE },
    statement: () => Promise.resolve({ kind: 'found', file: { format, bytes } }),
    readStatement: (file: Parameters<Gateway['readStatement']>[0]) => readSandboxStatement(file, RULE),
  } as unknown as Gateway
  const gateways = new Map([['sandbox', gateway]])
  return createReconciliationActivities({ store: world.store, gateways, now: () => NOON + HOUR, beat: () => undefined })
}

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

async function refused(format: StatementFormat, bytes: AsyncIterable<Uint8Array>, code: string): Promise<void> {
  expect(await told(format, bytes).fetchStatement({ gateway: 'sandbox', day: DAY })).toEqual({ kind: 'refused', code })
  expect(await world.count('SELECT FROM statement UNION ALL SELECT FROM statement_line')).toBe(0)
  const { rows } = await world.root.pool.query(
    `SELECT after ->> 'code' AS code, after ->> 'day' AS day, person FROM audit_event WHERE act = 'statement-refused'`,
  )
  expect(rows).toEqual([{ code, day: DAY, person: 'engine' }])
}

const cutOff = (format: StatementFormat): string => written(format).slice(0, -20)
const xml = (): string => written('camt.053')

test.each([
  ['cut off, in JSON lines', 'jsonl', () => cutOff('jsonl'), 'statement-malformed'],
  ['cut off, in CSV', 'csv', () => cutOff('csv'), 'statement-malformed'],
  ['cut off, in camt.053', 'camt.053', () => cutOff('camt.053'), 'statement-malformed'],
  [
    'that reads a file of ours by an external entity',
    'camt.053',
    () =>
      xml()
        .replace('<Document', '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document')
        .replace('ABCDEFGHJKMN01', '&x;'),
    'statement-with-entities',
  ],
  [
    'of another gateway',
    'jsonl',
    () => written('jsonl').replaceAll('"sandbox"', '"elsewhere"'),
    'statement-of-another-gateway',
  ],
  [
    'of another day',
    'jsonl',
    () => written('jsonl').replaceAll(`"day":"${DAY}"`, '"day":"2026-11-21"'),
    'statement-of-another-day',
  ],
] as const)('a statement %s is refused, on record, and nothing of it is kept', (_what, format, text, code) =>
  refused(format, chunks(text()), code),
)

test('a hundred megabytes of one line without an end are refused before they are read', async () => {
  const [head = '', line = ''] = written('jsonl').split('\n')
  const piece = Buffer.from(`${line} `.repeat(Math.ceil(MIB / line.length)))
  let taken = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${head}\n`)
    for (; taken < 100 * MIB; taken += piece.length) yield piece
  }
  await refused('jsonl', endless(), 'statement-malformed')
  expect(taken).toBeLessThan(2 * MIB)
})

test('a line of no whole amount, and one of another currency, are differences that people look at, and pay nobody', async () => {
  const sent: string[] = []
  for (const _ of [1, 2]) {
    const payout = await world.claim(disbursementOf(await world.ready()))
    await world.observe({
      payout,
      source: 'submit',
      send: 1,
      fact: seen('paid', { gatewayId: `po-${payout}` }),
      atMs: NOON,
    })
    sent.push(payout)
  }
  const { rows } = await world.root.pool.query<{ reference: string }>(
    'SELECT reference FROM payout ORDER BY claimed_at, key',
  )
  const lines = rows.map(({ reference }, at) => ({
    ...LINE,
    id: `e${at}`,
    reference,
    payoutId: '',
    ...(at === 0 ? { amount: '60000000.5' } : { amount: AMOUNT.toString(), currency: 'USD' }),
  }))
  const steps = told('jsonl', chunks(written('jsonl', lines)))
  const fetched = await steps.fetchStatement({ gateway: 'sandbox', day: DAY })
  if (fetched.kind !== 'loaded') throw new Error(fetched.kind)
  expect(await steps.matchStatement({ gateway: 'sandbox', statement: fetched.statement })).toBe(2)
  await steps.settleStatement({ statement: fetched.statement })
  const found = await world.root.pool.query(
    `SELECT class, amount_there, currency, state FROM discrepancy ORDER BY class`,
  )
  expect(found.rows).toEqual([
    { class: 'amount', amount_there: null, currency: 'IDR', state: 'open' },
    { class: 'currency', amount_there: AMOUNT, currency: 'USD', state: 'open' },
  ])
  expect(await world.count('SELECT FROM payout')).toBe(sent.length)
  expect(await world.imbalances()).toEqual([])
})
