/** The sandbox's statements, in each of its formats: every line is read strictly, and what is not as documented ends the reading. */
import { isAscii, isUtf8 } from 'node:buffer'
import { parse } from 'csv-parse/sync'
import { parseMinor } from '../../domain/money.ts'
import type { LineType, StatementLine, StatementPart } from '../../domain/statement.ts'
import { atMost, businessDates, LINE_TYPES, readBalance, readCount, StatementRefused } from '../../domain/statement.ts'
import { isLocalDate } from '../../domain/zone.ts'
import { readCamt053 } from '../camt053.ts'
import type { StatementFile, StatementRule } from '../gateway.ts'

/** Throws StatementRefused. */
export async function* readSandboxStatement(
  file: StatementFile,
  { zone, bytesMax }: Pick<StatementRule, 'zone' | 'bytesMax'>,
): AsyncGenerator<readonly StatementPart[]> {
  const bytes = atMost(file.bytes, bytesMax)
  if (file.format === 'camt.053') {
    yield* readCamt053(bytes, { zone, typeOf: (code) => typeOf(code) ?? 'other' })
    return
  }
  const dates = businessDates(zone)
  const records = file.format === 'csv' ? csvRecords : jsonRecords
  let at: 'start' | 'lines' | 'end' = 'start'
  for await (const text of wholeLines(bytes)) {
    const parts = records(text).map((record) => partOf(record, dates))
    for (const { kind } of parts) {
      if (at === 'end' || (kind === 'head') !== (at === 'start')) throw malformed(`a ${kind} where none can be`)
      at = kind === 'end' ? 'end' : 'lines'
    }
    yield parts
  }
  if (at !== 'end') throw malformed('it ends before its end')
}

const LINE_MAX = 64 * 1024

const LINE_FEED = 0x0a

const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/** Text up to the last line that has come whole, again and again; without the mark that some programs begin a text with. */
async function* wholeLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  let isFirst = true
  for await (const chunk of bytes) {
    let here = Buffer.concat([rest, chunk])
    if (isFirst && here.includes(LINE_FEED)) {
      isFirst = false
      if (here.indexOf(BYTE_ORDER_MARK) === 0) here = here.subarray(BYTE_ORDER_MARK.length)
    }
    const end = here.lastIndexOf(LINE_FEED) + 1
    rest = here.subarray(end)
    if (rest.length > LINE_MAX) throw malformed('a line without an end')
    if (end > 0) yield decode(here.subarray(0, end))
  }
  if (rest.length > 0) throw malformed('its last line is cut off')
}

function decode(bytes: Buffer): string {
  // What is plain is read much quicker, and nearly all of it is.
  if (isAscii(bytes)) return bytes.toString('latin1')
  if (!isUtf8(bytes)) throw malformed('it is not UTF-8')
  return bytes.toString()
}

type Fields = Readonly<Record<string, unknown>>

function jsonRecords(text: string): Fields[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      try {
        const record: unknown = JSON.parse(line)
        if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record as Fields
      } catch {
        // Told below: a line must not appear in a message.
      }
      throw malformed('a line that is no JSON object')
    })
}

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  head: ['account', 'day', 'version', 'currency', 'opening'],
  line: [
    'id',
    'direction',
    'type',
    'reference',
    'payoutId',
    'amount',
    'currency',
    'institution',
    'account',
    'bookedAt',
    'valueDate',
  ],
  end: ['closing', 'count'],
}
const KINDS: Readonly<Record<string, string>> = { H: 'head', L: 'line', T: 'end' }

function csvRecords(text: string): Fields[] {
  let rows: string[][]
  try {
    rows = parse(text, { relax_column_count: true })
  } catch {
    throw malformed('a line that is no CSV')
  }
  return rows.map(([mark = '', ...values]) => {
    const kind = KINDS[mark] ?? ''
    const columns = COLUMNS[kind] ?? []
    if (values.length !== columns.length) throw malformed('a line with other columns')
    const fields = Object.fromEntries(columns.map((name, index) => [name, values[index]]))
    // CSV knows no numbers and nothing absent.
    if (kind === 'head') return { ...fields, kind, version: countOf(fields['version']) }
    if (kind !== 'end') return { ...fields, kind }
    return fields['closing'] === '' ? { kind } : { ...fields, kind, count: countOf(fields['count']) }
  })
}

/** Of CSV it is a text, of JSON a number. */
function countOf(value: unknown): number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? readCount(String(value)) : undefined
}

type Dates = ReturnType<typeof businessDates>

function partOf(fields: Fields, dates: Dates): StatementPart {
  if (fields['kind'] === 'line') return lineOf(fields, dates)
  if (fields['kind'] === 'head') return headOf(fields)
  if (fields['kind'] === 'end') return endOf(fields)
  throw malformed('a line of no known kind')
}

function headOf(fields: Fields): StatementPart {
  const version = typeof fields['version'] === 'number' ? countOf(fields['version']) : undefined
  const opening = readBalance(textOf(fields['opening'], 'opening', /^.{1,20}$/))
  const day = textOf(fields['day'], 'day', /^.{10}$/)
  if (version === undefined || version < 1) throw malformed('no version')
  if (opening === undefined || !isLocalDate(day)) throw malformed('no opening balance or no day')
  const gateway = textOf(fields['account'], 'account', /^[a-z0-9-]{1,40}$/)
  return { kind: 'head', gateway, day, version, currency: textOf(fields['currency'], 'currency', CURRENCY), opening }
}

function endOf(fields: Fields): StatementPart {
  if (fields['closing'] === undefined && fields['count'] === undefined) {
    return { kind: 'end', closing: null, count: null }
  }
  const closing = readBalance(textOf(fields['closing'], 'closing', /^.{1,20}$/))
  const count = typeof fields['count'] === 'number' ? countOf(fields['count']) : undefined
  if (closing === undefined || count === undefined) throw malformed('no true end')
  return { kind: 'end', closing, count }
}

const ID = /^[A-Za-z0-9_-]{1,64}$/
const CURRENCY = /^[A-Z]{3}$/
const REFERENCE = /^[A-Za-z0-9._/-]{0,64}$/
const ACCOUNT = /^(\+?\d{4,20})?$/
const INSTITUTION = /^[A-Z0-9.]{0,32}$/

function lineOf(fields: Fields, dates: Dates): StatementLine {
  const direction = fields['direction']
  const type = typeOf(fields['type'])
  const rawDate = textOf(fields['bookedAt'], 'bookedAt', /^.{10,40}$/)
  const businessDate = dates(rawDate)
  const valueDate = textOf(fields['valueDate'], 'valueDate', /^.{10}$/)
  if (direction !== 'debit' && direction !== 'credit') throw malformed('a line without a direction')
  if (type === undefined) throw malformed('a line of no known type')
  if (businessDate === undefined || !isDate(valueDate)) throw malformed('a line without a date')
  const institution = textOf(fields['institution'], 'institution', INSTITUTION)
  const number = textOf(fields['account'], 'account', ACCOUNT)
  const amount = fields['amount']
  return {
    kind: 'line',
    id: textOf(fields['id'], 'id', ID),
    direction,
    type,
    reference: textOf(fields['reference'], 'reference', REFERENCE) || null,
    gatewayId: textOf(fields['payoutId'], 'payoutId', REFERENCE) || null,
    // A number, or a text with a point, is no amount: the line is kept, and is a difference.
    amount: typeof amount === 'string' ? (parseMinor(amount) ?? null) : null,
    currency: textOf(fields['currency'], 'currency', CURRENCY),
    account: number === '' ? null : { institution, number },
    rawDate,
    valueDate,
    businessDate,
  }
}

const known = new Set<string>()
/** The same few dates a million times. */
function isDate(text: string): boolean {
  if (known.has(text)) return true
  if (!isLocalDate(text)) return false
  if (known.size > 1000) known.clear()
  known.add(text)
  return true
}

function typeOf(text: unknown): LineType | undefined {
  return LINE_TYPES.find((type) => type === text)
}

/** The value is read where it is named: looked up by a variable, a million times twelve of them cost as much as their JSON. */
function textOf(value: unknown, name: string, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw malformed(`a line without its ${name}`)
  return value
}

function malformed(detail: string): StatementRefused {
  return new StatementRefused('statement-malformed', detail)
}
