/** What the schema of camt.053 allows and other banks write, read as what it says. */
import { describe, expect, test } from 'vitest'
import { businessDates, StatementRefused, type StatementPart } from '../../domain/statement.ts'
import { readSandboxStatement } from '../../gateways/sandbox/statement.ts'
import { camtOf, type Entry } from '../support/camt.ts'

const RULE = { zone: 'Asia/Jakarta', bytesMax: 2 ** 20 }

async function read(of: Entry): Promise<readonly StatementPart[]> {
  const parts: StatementPart[] = []
  async function* bytes() {
    yield Buffer.from(camtOf(of))
  }
  for await (const some of readSandboxStatement({ format: 'camt.053', bytes: bytes() }, RULE)) parts.push(...some)
  return parts
}

const lineOf = async (of: Entry) => (await read(of)).find(({ kind }) => kind === 'line')

const perCode = (code: string) =>
  `<TtlNtriesPerBkTxCd><NbOfNtries>1</NbOfNtries><BkTxCd><Prtry><Cd>${code}</Cd></Prtry></BkTxCd></TtlNtriesPerBkTxCd>`
const address = '<PstlAdr><AdrLine>a</AdrLine><AdrLine>b</AdrLine></PstlAdr>'
const dates = '<Prtry><Tp>x</Tp><Dt><Dt>2026-11-22</Dt></Dt></Prtry>'

test.each<[string, Entry]>([
  ['two lines of remittance', { details: '<RmtInf><Ustrd>a</Ustrd><Ustrd>b</Ustrd></RmtInf>' }],
  ['two lines of an address', { details: `<RltdPties><Cdtr><Pty><Nm>n</Nm>${address}</Pty></Cdtr></RltdPties>` }],
  ['two dates of its own', { details: `<RltdDts>${dates}${dates}</RltdDts>` }],
  ['two sums by code', { summary: perCode('payout') + perCode('fee') }],
  ['a booking time without an offset', { booked: '<DtTm>2026-11-22T23:30:00</DtTm>' }],
  ['a booking date', { booked: '<Dt>2026-11-22</Dt>' }],
  ['a value time in UTC', { value: '<DtTm>2026-11-21T20:00:00Z</DtTm>' }],
  ['a value time without an offset', { value: '<DtTm>2026-11-22T00:15:00</DtTm>' }],
])('an entry with %s is read', async (_what, of) => {
  expect(await lineOf(of)).toMatchObject({ id: 'e1', businessDate: '2026-11-22', valueDate: '2026-11-22' })
})

test.each<[string, Entry]>([
  ['a reference', { details: '<Refs><EndToEndId>REF2</EndToEndId></Refs>' }],
  ['a count', { summary: '<TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries>' }],
  ['a booking date of no calendar', { booked: '<DtTm>2026-02-30T12:00:00</DtTm>' }],
  ['a value time of no clock', { value: '<DtTm>2026-11-22T25:00:00</DtTm>' }],
])('where %s that is read stands there twice, or is none, the statement is refused', async (_what, of) => {
  await expect(read(of)).rejects.toMatchObject({ code: 'statement-malformed' })
})

describe('an entry that takes something back', () => {
  test.each(['true', '1'])('is a return where it is of a payout (%s)', async (reversal) => {
    expect(await lineOf({ reversal })).toMatchObject({ type: 'return', direction: 'credit' })
  })

  test.each<[string, Entry['sign'], string]>([
    ['fee', 'CRDT', 'credit'],
    ['top-up', 'DBIT', 'debit'],
  ])('is a %s that goes the other way', async (code, sign, direction) => {
    expect(await lineOf({ code, sign: sign ?? 'CRDT', reversal: 'true' })).toMatchObject({ type: code, direction })
  })
})

test.each([
  ['600000.00000', 60_000_000n],
  ['600000.5', 60_000_050n],
  ['600000.00500', null],
  ['0600000.00', null],
])('an amount of %s is read exactly or not at all', async (amount, minor) => {
  expect(await lineOf({ amount })).toMatchObject({ amount: minor })
})

test.each(['3000000000', '1e3', '0x1', '1.0', '-1', '+1', '0'])('a number of %s is refused', async (version) => {
  await expect(read({ version })).rejects.toBeInstanceOf(StatementRefused)
})

test('a local date is that of the minute, wherever hours begin', () => {
  const jakarta = businessDates('Asia/Jakarta')
  expect(jakarta('2026-11-22T22:15:00+05:30')).toBe('2026-11-22')
  expect(jakarta('2026-11-22T22:45:00+05:30')).toBe('2026-11-23')
  const kolkata = businessDates('Asia/Kolkata')
  expect(kolkata('2026-11-22T18:15:00Z')).toBe('2026-11-22')
  expect(kolkata('2026-11-22T18:45:00Z')).toBe('2026-11-23')
})
