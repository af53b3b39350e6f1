import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isComplete,
  readDecimal,
  StatementRefused,
  type StatementFormat,
  type StatementPart,
} from '../../domain/statement.ts'
import { readSandboxStatement } from '../../gateways/sandbox/statement.ts'
import { FORMATS } from '../../sandbox/statement-formats.ts'
import type { Statement } from '../../sandbox/statement.ts'

const RULE = { zone: 'Asia/Jakarta', bytesMax: 20_000 }

async function* chunks(text: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(format: StatementFormat, text: string | Uint8Array, size?: number): Promise<StatementPart[]> {
  const parts: StatementPart[] = []
  for await (const some of readSandboxStatement({ format, bytes: chunks(text, size) }, RULE)) parts.push(...some)
  return parts
}

async function refusalOf(format: StatementFormat, text: string | Uint8Array): Promise<string> {
  try {
    await read(format, text)
  } catch (error) {
    if (error instanceof StatementRefused) return error.code
    throw error
  }
  return 'none'
}

const LINE = {
  id: 'e3',
  direction: 'debit',
  type: 'payout',
  reference: 'ABCDEFGHJKMN01',
  payoutId: 'po_1',
  amount: '60000000',
  currency: 'IDR',
  institution: 'ID.BNI',
  account: '1234567890',
  bookedAtMs: Date.parse('2026-11-22T17:30:00Z'),
  valueDate: '2026-11-22',
} as const
const STATEMENT: Statement = {
  day: '2026-11-23',
  version: 1,
  opening: 90_000_000n,
  lines: [LINE],
  closing: 30_000_000n,
}

function text(format: string, statement = STATEMENT): string {
  return [...(FORMATS[format]?.write(statement) ?? [])].join('')
}

describe.each(['jsonl', 'csv', 'camt.053'] as const)('a statement in %s', (format) => {
  test('is read wherever its bytes are cut', async () => {
    const whole = await read(format, text(format), 1_000_000)
    expect(whole).toMatchObject([
      { kind: 'head', gateway: 'sandbox', day: '2026-11-23', version: 1, currency: 'IDR', opening: 90_000_000n },
      { kind: 'line', id: 'e3', amount: 60_000_000n, valueDate: '2026-11-22', businessDate: '2026-11-23' },
      { kind: 'end', closing: 30_000_000n, count: 1 },
    ])
    for (const size of [1, 2, 3, 64]) expect(await read(format, text(format), size)).toEqual(whole)
  })

  test('that was cut off anywhere is refused', async () => {
    const whole = text(format).trimEnd()
    for (let at = 1; at < whole.length; at += 11) {
      expect(await refusalOf(format, whole.slice(0, at))).toBe('statement-malformed')
    }
  })

  test('keeps a line whose amount is no whole number of sen, and does not read it', async () => {
    const parts = await read(format, text(format, { ...STATEMENT, lines: [{ ...LINE, amount: '60000000.5' }] }))
    expect(parts[1]).toMatchObject({ amount: null, reference: LINE.reference })
  })

  test('that is larger than the gateway may send is refused', async () => {
    const lines = Array.from({ length: 300 }, () => LINE)
    expect(await refusalOf(format, text(format, { ...STATEMENT, lines }))).toBe('statement-too-large')
  })

  test('of a day that is not over proves nothing', async () => {
    const end = (await read(format, text(format, { ...STATEMENT, closing: null }))).at(-1)
    expect(end).toEqual({ kind: 'end', closing: null, count: null })
  })

  test('in bytes that are no text is refused', async () => {
    const bytes = Buffer.from(text(format))
    bytes[bytes.length - 30] = 0xff
    expect(await refusalOf(format, bytes)).toBe('statement-malformed')
  })
})

test('a JSON number is no amount, however whole it looks', async () => {
  const parts = await read('jsonl', text('jsonl').replace('"60000000"', '60000000'))
  expect(parts[1]).toMatchObject({ amount: null })
})

test.each([
  ['a line before the head', (lines: string[]) => [lines[1], lines[0], lines[2]]],
  ['two heads', (lines: string[]) => [lines[0], lines[0], lines[2]]],
  ['a line after the end', (lines: string[]) => [lines[0], lines[2], lines[1]]],
])('%s is refused', async (_what, change) => {
  for (const format of ['jsonl', 'csv'] as const) {
    const lines = text(format).trimEnd().split('\n')
    expect(await refusalOf(format, `${change(lines).join('\n')}\n`)).toBe('statement-malformed')
  }
})

describe('camt.053', () => {
  const xml = text('camt.053')
  const typed = (dtd: string) => xml.replace('<Document', `${dtd}<Document`)

  test.each([
    [
      'an external entity',
      typed('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>').replace('ABCDEFGHJKMN01', '&x;'),
    ],
    ['entities that grow', typed('<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>').replace('po_1', '&b;')],
    ['a document type alone', typed('<!DOCTYPE Document SYSTEM "http://example.org/camt.dtd">')],
  ])('with %s is refused before it is read', async (_what, document) => {
    expect(await refusalOf('camt.053', document)).toBe('statement-with-entities')
  })

  test.each([
    ['an undefined entity', xml.replace('po_1', '&unknown;')],
    ['another namespace', xml.replace('camt.053.001.08', 'camt.054.001.08')],
    ['an entry that is only pending', xml.replace('>BOOK<', '>PDNG<')],
    ['several transactions in one entry', xml.replace('</TxDtls>', '</TxDtls><TxDtls></TxDtls>')],
    ['several statements', xml.replace('</Stmt>', '</Stmt><Stmt></Stmt>')],
    ['no day', xml.replaceAll('2026-11-23T00', '2026-11-99T00')],
    ['a balance in another currency', xml.replace(/(<Bal>.*?)Ccy="IDR"/, '$1Ccy="USD"')],
    ['a balance without a direction', xml.replace(/(<Bal>.*?)<CdtDbtInd>CRDT<.CdtDbtInd>/, '$1')],
    ['a balance told twice', xml.replace(/<Bal>.*?<.Bal>/, '$&$&')],
  ])('with %s is refused', async (_what, document) => {
    expect(await refusalOf('camt.053', document)).toBe('statement-malformed')
  })

  const endless = (text: string) => text.repeat(20_000)
  test.each([
    ['a comment', `<!-- ${endless('never ')}`],
    ['an attribute', `<Ntry x="${endless('never ')}`],
    ['attributes', `<Ntry ${endless('a="b" ')}`],
    ['a name', `<${endless('never')}`],
    ['an instruction', `<?x ${endless('never ')}`],
    ['nothing', endless('      ')],
  ])('is refused before %s without an end is in memory', async (_what, text) => {
    let taken = 0
    async function* bytes() {
      yield Buffer.from(xml.slice(0, xml.indexOf('<Ntry>')))
      for (let from = 0; from < text.length; from += 8192) {
        taken = from
        yield Buffer.from(text.slice(from, from + 8192))
      }
    }
    const refused = (async () => {
      for await (const _parts of readSandboxStatement(
        { format: 'camt.053', bytes: bytes() },
        { ...RULE, bytesMax: 1e9 },
      ));
    })()
    await expect(refused).rejects.toMatchObject({ code: 'statement-malformed' })
    expect(taken).toBeLessThan(90_000)
  })

  test('may hold many comments, and what others have added in names like ours', async () => {
    const foreign = `<SplmtryData><Envlp><x:Ntry xmlns:x="urn:x"><x:Amt Ccy="IDR">1.00</x:Amt></x:Ntry><x:Bal/></Envlp></SplmtryData>`
    const more = xml
      .replace('</Ntry>', `${foreign}</Ntry>`)
      .replace('</Stmt>', `${foreign}${'<!-- said -->'.repeat(900)}</Stmt>`)
    expect(await read('camt.053', more)).toEqual(await read('camt.053', xml))
  })

  test('may use a prefix for its names', async () => {
    const prefixed = xml.replaceAll(/<(\/?)([A-Z])/g, '<$1c:$2').replace('xmlns=', 'xmlns:c=')
    expect(await read('camt.053', prefixed)).toEqual(await read('camt.053', xml))
  })
})

test('a decimal of rupiah is read exactly or not at all', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 17n }), (minor) => {
      expect(readDecimal(`${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`)).toBe(minor)
    }),
  )
  for (const wrong of ['', '.5', '1.', '1.001', '1e5', '-1.00', '01.00', '1,00', ' 1.00', 'NaN']) {
    expect(readDecimal(wrong)).toBeUndefined()
  }
})

test('a statement is complete only when its count and its balances say so', () => {
  const [head, end, totals] = [{ opening: 90n }, { closing: 30n, count: 1 }, { lines: 1, moved: -60n, unread: 0 }]
  expect(isComplete(head, end, totals)).toBe(true)
  expect(isComplete(head, { ...end, count: 2 }, totals)).toBe(false)
  expect(isComplete(head, end, { ...totals, moved: -59n })).toBe(false)
  expect(isComplete(head, end, { ...totals, unread: 1 })).toBe(false)
  expect(isComplete({ opening: null }, end, totals)).toBe(false)
  expect(isComplete(head, { ...end, closing: null }, totals)).toBe(false)
})
