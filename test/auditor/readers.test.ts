/** The auditor's readers beside the engine's: what both must read alike, and what neither may. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readCamt053 } from '../../auditor/statements/camt053.ts'
import { readCsv, readJsonLines } from '../../auditor/statements/records.ts'
import { Unreadable, type Told } from '../../auditor/statements/statement.ts'
import { datesIn } from '../../auditor/time.ts'
import { StatementRefused, type StatementPart } from '../../domain/statement.ts'
import { readSandboxStatement } from '../../gateways/sandbox/statement.ts'
import { camtOf, type Entry } from '../support/camt.ts'

type Format = 'csv' | 'camt.053' | 'jsonl'
const ZONE = 'Asia/Jakarta'

async function all<T>(parts: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = []
  for await (const part of parts) gathered.push(part)
  return gathered
}

/** What the engine reads, with the auditor's names. */
async function byEngine(format: Format, bytes: Buffer): Promise<readonly object[]> {
  const parts = readSandboxStatement({ format, bytes: Readable.from([bytes]) }, { zone: ZONE, bytesMax: 2 ** 20 })
  return (await all(parts)).flat().map(asTold)
}

function asTold(part: StatementPart): object {
  if (part.kind !== 'line') return part
  const { id: entry, account, rawDate: bookedAt, businessDate: _date, ...same } = part
  return { ...same, entry, bookedAt, institution: account?.institution ?? null, account: account?.number ?? null }
}

const byAuditor = (format: Format, bytes: Buffer): Promise<Told[]> => {
  const stream = Readable.from([bytes])
  if (format === 'camt.053') return all(readCamt053(stream, ZONE))
  return all(format === 'csv' ? readCsv(stream) : readJsonLines(stream))
}

async function expectAlike(format: Format, text: string): Promise<void> {
  const told = await byAuditor(format, Buffer.from(text))
  expect(told.map(({ kind }) => kind)).toEqual(['head', 'line', 'end'])
  expect(told).toEqual(await byEngine(format, Buffer.from(text)))
}

test.each<[string, Entry]>([
  ['what other banks write', {}],
  ['a payout that is taken back', { reversal: 'true' }],
  ['a fee that is taken back', { code: 'fee', reversal: '1' }],
  ['a code that we do not know', { code: 'interest' }],
  ['a value time', { value: '<DtTm>2026-11-21T20:00:00Z</DtTm>' }],
  ['a booking date', { booked: '<Dt>2026-11-22</Dt>' }],
  ['a leading zero', { amount: '0600000.00' }],
  ['trailing zeros', { amount: '600000.00000' }],
  ['an opening balance of the day before', { opening: 'PRCD' }],
  [
    'what others have added',
    { details: '<SplmtryData><Envlp><Ntry><Amt Ccy="USD">1</Amt></Ntry></Envlp></SplmtryData>' },
  ],
])('both read a camt.053 with %s alike', async (_what, of) => {
  await expectAlike('camt.053', camtOf(of))
  const prefixed = camtOf(of)
    .replaceAll(/<(\/?)(?=[A-Z])/g, '<$1n:')
    .replace('xmlns=', 'xmlns:n=')
  await expectAlike('camt.053', prefixed)
})

const CSV = [
  'H,sandbox,2026-11-22,1,IDR,100',
  'L,e1,debit,payout,REF1,po_1,60,IDR,ID.BCA,1234567890,2026-11-22T12:00:00+07:00,2026-11-22',
  'T,40,1',
  '',
]

test.each([
  ['line feeds', CSV.join('\n')],
  ['carriage returns', CSV.join('\r\n')],
  ['quotes', CSV.join('\n').replaceAll(/[^,\n]+/g, '"$&"')],
  ['a byte order mark', `\uFEFF${CSV.join('\n')}`],
  ['no closing balance', CSV.join('\n').replace('T,40,1', 'T,,')],
])('both read a CSV with %s alike', async (_what, text) => {
  await expectAlike('csv', text)
})

const headOf = (version: number): Buffer =>
  Buffer.from(
    `${JSON.stringify({ kind: 'head', account: 'sandbox', day: '2026-11-22', version, currency: 'IDR', opening: '0' })}\n{"kind":"end"}\n`,
  )

test.each<[string, Format, Buffer]>([
  ['a version that no column holds', 'jsonl', headOf(3_000_000_000)],
  ['the same in camt.053', 'camt.053', Buffer.from(camtOf({ version: '3000000000' }))],
  ['bytes that are no text', 'csv', Buffer.from([0x48, 0x2c, 0xff, 0x0a])],
  ['quotes that do not close', 'csv', Buffer.from('H,"sandbox,2026-11-22,1,IDR,100\n')],
])('neither reads %s, and each says so in its own way', async (_what, format, bytes) => {
  await expect(byAuditor(format, bytes)).rejects.toBeInstanceOf(Unreadable)
  await expect(byEngine(format, bytes)).rejects.toBeInstanceOf(StatementRefused)
})

test('the auditor’s local dates are those of the zone, or none', () => {
  const date = datesIn(ZONE)
  expect(date('2026-11-22')).toBe('2026-11-22')
  expect(date('2026-11-22T23:59:59')).toBe('2026-11-22')
  expect(date('2026-11-22T17:00:00Z')).toBe('2026-11-23')
  expect(date('2026-11-22T22:15:00.5+05:30')).toBe('2026-11-22')
  for (const none of [
    '',
    'yesterday',
    '2026-02-30',
    '2026-11-22T24:00:00Z',
    '2026-11-22T12:00',
    '2026-11-22T12:00:00+99:99',
  ])
    expect(date(none)).toBeNull()
})
