/** The sandbox's own formats: a line is a JSON object, or one of comma separated values. */
import { counted, decoded, Unreadable, whole, type Told } from './statement.ts'

type Fields = Readonly<Record<string, unknown>>

/** Reads JSON lines. Throws Unreadable. */
export async function* readJsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  for await (const line of linesOf(bytes)) {
    let fields: unknown
    try {
      fields = JSON.parse(line)
    } catch {
      throw new Unreadable('a line is no JSON')
    }
    if (typeof fields !== 'object' || fields === null) throw new Unreadable('a line is no JSON object')
    yield told(fields as Fields)
  }
}

const COLUMNS: Readonly<Record<string, readonly [kind: string, ...columns: string[]]>> = {
  H: ['head', 'account', 'day', 'version', 'currency', 'opening'],
  L: [
    'line',
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
  T: ['end', 'closing', 'count'],
}

/** Reads comma separated values as RFC 4180 has them, but for line feeds within quotes. Throws Unreadable. */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  for await (const line of linesOf(bytes)) {
    const [mark = '', ...values] = valuesOf(line.endsWith('\r') ? line.slice(0, -1) : line)
    const [kind, ...columns] = COLUMNS[mark] ?? ['']
    if (kind === '' || values.length !== columns.length) throw new Unreadable('a line has other columns')
    const fields = Object.fromEntries(columns.map((name, at) => [name, values[at]]))
    yield told({ ...fields, kind, version: counted(fields['version']), count: counted(fields['count']) })
  }
}

const VALUE = /^(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)/

function valuesOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const values: string[] = []
  for (let rest = `${line},`; rest !== '';) {
    const found = VALUE.exec(rest)
    if (!found) throw new Unreadable('a line has quotes that do not close')
    values.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '')
    rest = rest.slice(found[0].length)
  }
  return values
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const chunk of bytes) {
    const lines = (rest + decoded(decoder, chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > 65_536) throw new Unreadable('a line does not end')
    yield* lines
  }
  if (rest !== '') throw new Unreadable('it is cut off in the middle of a line')
}

function told(fields: Fields): Told {
  const text = (name: string): string => {
    const value = fields[name]
    if (typeof value !== 'string') throw new Unreadable(`a line has no ${name}`)
    // No text of the database can hold it.
    if (value.includes('\0')) throw new Unreadable(`a line has a ${name} that is no text`)
    return value
  }
  switch (fields['kind']) {
    case 'head': {
      const version = counted(fields['version'])
      if (version === null) throw new Unreadable('it has no version')
      const of = { gateway: text('account'), day: text('day'), version, currency: text('currency') }
      return { kind: 'head', ...of, opening: whole(fields['opening']) }
    }
    case 'line':
      return {
        kind: 'line',
        entry: text('id'),
        direction: text('direction'),
        type: text('type'),
        reference: text('reference') || null,
        gatewayId: text('payoutId') || null,
        amount: String(fields['amount']).startsWith('-') ? null : whole(fields['amount']),
        currency: text('currency'),
        institution: text('institution') || null,
        account: text('account') || null,
        bookedAt: text('bookedAt'),
        valueDate: text('valueDate'),
      }
    case 'end':
      return { kind: 'end', closing: whole(fields['closing']), count: counted(fields['count']) }
    default:
      throw new Unreadable('a line is of no known kind')
  }
}
