/** Puts what the gateways told beside the books, in temporary tables of the audit's own connection. */
import { createHash, type Hash } from 'node:crypto'
import type { Books } from '../books.ts'
import { gatewayZone } from '../gateways.ts'
import { fingerprintOf, type AccountKeys } from '../identity.ts'
import { datesIn } from '../time.ts'
import { readCamt053 } from './camt053.ts'
import { readCsv, readJsonLines } from './records.ts'
import {
  Unreadable,
  type RawStatement,
  type StatementSource,
  type Told,
  type ToldEnd,
  type ToldHead,
  type ToldLine,
} from './statement.ts'

/** Before the snapshot is taken: nothing can be made in a transaction that only reads. */
export const TOLD_TABLES = `
CREATE TEMPORARY TABLE told_source (gateway text);
CREATE TEMPORARY TABLE told_unread (gateway text, day date);
CREATE TEMPORARY TABLE told_day (
  gateway text, day date, version int, currency text, opening numeric, closing numeric, count int, lines int, format text, sha256 text,
  moved numeric, unread int, complete boolean
);
CREATE TEMPORARY TABLE told_line (
  gateway text, day date, line int, entry text, direction text, type text, reference text, gateway_id text, amount bigint,
  currency text, institution text, tail text, account_index bytea, account_index_key text, raw_date text, business_date date, value_date date
);`

/** Lines that go in one statement. */
const BATCH = 5000

/** Who is asked for statements: by gateway, or of all of them. What they do not have is then missing, and not merely not given. */
export async function noteSources(books: Books, sources: readonly StatementSource[]): Promise<void> {
  const gateways = sources.map(({ gateway }) => gateway)
  await books.rows('INSERT INTO told_source SELECT unnest($1::text[])', [gateways])
}

/** Loads every statement of a source. A day that cannot be read is a finding, and nothing of it is kept. */
export async function loadTold(
  books: Books,
  source: StatementSource,
  keys: AccountKeys,
  days: { readonly from: string; readonly to: string },
): Promise<void> {
  for await (const raw of source.statements(days.from, days.to)) {
    const key = `${raw.gateway}/${raw.day}`
    try {
      await loadDay(books, raw, keys)
      books.count('statements', 1)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      await books.rows('DELETE FROM told_line WHERE gateway = $1 AND day = $2', [raw.gateway, raw.day])
      await books.rows('INSERT INTO told_unread VALUES ($1, $2)', [raw.gateway, raw.day])
      books.tell('I26', 'changed', 'told_day', key, `the statement of ${key} cannot be read: ${error.message}`)
    }
  }
  await books.rows('ANALYZE told_line')
}

async function loadDay(books: Books, raw: RawStatement, keys: AccountKeys): Promise<void> {
  const tally = new Tally(raw)
  const batch: ToldLine[] = []
  const flush = async (): Promise<void> => {
    await insertLines(books, raw, tally.lines - batch.length, batch, keys)
    batch.length = 0
  }
  const hash = createHash('sha256')
  for await (const part of read({ ...raw, bytes: hashed(raw.bytes, hash) })) {
    tally.add(part)
    if (part.kind === 'line') batch.push(part)
    if (batch.length === BATCH) await flush()
  }
  await flush()
  const { head, end, lines, moved, unread, isComplete } = tally.whole()
  books.count('statement lines', lines)
  await books.rows(`INSERT INTO told_day VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, [
    raw.gateway,
    raw.day,
    head.version,
    head.currency,
    head.opening?.toString() ?? null,
    end.closing?.toString() ?? null,
    end.count,
    lines,
    raw.format,
    hash.digest('hex'),
    moved.toString(),
    unread,
    isComplete,
  ])
}

/** Adds up what a statement tells: where its lines, their count and its balances agree, nothing of its day is missing. */
class Tally {
  readonly #raw: RawStatement
  #head: ToldHead | undefined
  #end: ToldEnd | undefined
  lines = 0
  #moved = 0n
  #unread = 0

  constructor(raw: RawStatement) {
    this.#raw = raw
  }

  /** Throws Unreadable. */
  add(part: Told): void {
    if (this.#end || (part.kind === 'head') !== (this.#head === undefined))
      throw new Unreadable(`a ${part.kind} where none can be`)
    if (part.kind === 'head') this.#head = checked(part, this.#raw)
    else if (part.kind === 'end') this.#end = part
    else {
      this.lines += 1
      if (part.amount === null) this.#unread += 1
      else if (part.currency === this.#head?.currency)
        this.#moved += part.direction === 'credit' ? part.amount : -part.amount
    }
  }

  /** Throws Unreadable. */
  whole() {
    const head = this.#head
    const end = this.#end
    if (!head || !end) throw new Unreadable('it ends before its end')
    const [lines, moved, unread] = [this.lines, this.#moved, this.#unread]
    const isCounted = end.count === lines && unread === 0
    const isComplete =
      isCounted && head.opening !== null && end.closing !== null && head.opening + moved === end.closing
    return { head, end, lines, moved, unread, isComplete }
  }
}

async function* hashed(bytes: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
}

function read({ gateway, format, bytes }: RawStatement): AsyncGenerator<Told> {
  if (format === 'camt.053') return readCamt053(bytes, gatewayZone(gateway))
  return format === 'csv' ? readCsv(bytes) : readJsonLines(bytes)
}

function checked(head: ToldHead, raw: RawStatement): ToldHead {
  if (head.gateway !== raw.gateway) throw new Unreadable(`it is a statement of ${head.gateway}`)
  if (head.day !== raw.day) throw new Unreadable(`it is a statement of ${head.day}`)
  return head
}

/** The fingerprint under every key that is known; the newest link says which one it was made with. */
async function insertLines(
  books: Books,
  { gateway, day }: RawStatement,
  before: number,
  lines: readonly ToldLine[],
  keys: AccountKeys,
): Promise<void> {
  if (lines.length === 0) return
  const [entry] = [...keys].slice(0, 1)
  const dates = datesIn(gatewayZone(gateway))
  const date = (text: string): string => {
    const found = dates(text)
    if (found === null) throw new Unreadable('a line has a date that is none')
    return found
  }
  const mark = ({ institution, account }: ToldLine): string | null =>
    entry && institution !== null && account !== null
      ? fingerprintOf(entry[1], institution, account).toString('hex')
      : null
  await books.rows(
    `INSERT INTO told_line
     SELECT $1, $2, line, entry, direction, type, reference, gateway_id, amount, currency, institution, tail, decode(mark, 'hex'),
            CASE WHEN mark IS NOT NULL THEN $3 END, raw_date, business_date, value_date
       FROM unnest($4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[],
                   $13::text[], $14::text[], $15::text[], $16::date[], $17::date[])
            AS new (line, entry, direction, type, reference, gateway_id, amount, currency, institution, tail, mark, raw_date, business_date, value_date)`,
    [
      gateway,
      day,
      entry?.[0] ?? null,
      lines.map((_, at) => before + at + 1),
      lines.map((line) => line.entry),
      lines.map((line) => line.direction),
      lines.map((line) => line.type),
      lines.map((line) => line.reference),
      lines.map((line) => line.gatewayId),
      lines.map((line) => line.amount?.toString() ?? null),
      lines.map((line) => line.currency),
      lines.map((line) => line.institution),
      lines.map((line) => line.account?.slice(-4) ?? null),
      lines.map(mark),
      lines.map((line) => line.bookedAt),
      lines.map((line) => date(line.bookedAt)),
      lines.map((line) => date(line.valueDate)),
    ],
  )
}
