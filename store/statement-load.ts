/** Loads statements: the lines by COPY as they come, and the statement, in one transaction or not at all. */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import { engineActor } from '../domain/act.ts'
import {
  isComplete,
  StatementRefused,
  type StatementEnd,
  type StatementFormat,
  type StatementHead,
  type StatementLine,
  type StatementPart,
} from '../domain/statement.ts'
import { insertAudit } from './audit.ts'
import type { Bulk, BulkSql } from './bulk.ts'
import { CopyRows } from './copy-rows.ts'
import { inTransaction } from './database.ts'
import type { StoreContext } from './options.ts'
import type { AccountIndexes, Vault } from './vault.ts'

export interface NewStatement {
  readonly gateway: string
  readonly day: string
  readonly format: StatementFormat
  readonly parts: AsyncIterable<readonly StatementPart[]>
  /** Of the statement's bytes; asked for when the last part has come. */
  readonly sha256: () => Uint8Array
}

export interface Loaded {
  readonly id: string
  /** False when these very bytes were here already. */
  readonly isNew: boolean
}

/** Loads a statement; the same bytes again change nothing, and are on record as that. Throws StatementRefused, which is on record then, and keeps nothing of it. */
export async function loadStatement(
  context: StoreContext,
  bulk: Bulk,
  statement: NewStatement,
  atMs: number,
): Promise<Loaded> {
  try {
    return await bulk.transaction((sql) => loadLocked(sql, context.vault, statement, atMs))
  } catch (error) {
    if (error instanceof KnownAlready) {
      await recordKnown(context, statement, error, atMs)
      return { id: error.id, isNew: false }
    }
    if (error instanceof StatementRefused) await recordRefusal(context, statement, error, atMs)
    throw error
  }
}

/** Undoes what was copied of a statement that is here already. */
class KnownAlready extends Error {
  readonly id: string
  readonly version: number
  constructor({ id, version }: { readonly id: string; readonly version: number }) {
    super('the statement is here already')
    this.id = id
    this.version = version
  }
}

async function loadLocked(sql: BulkSql, vault: Vault, statement: NewStatement, atMs: number): Promise<Loaded> {
  const { gateway, day } = statement
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`statement:${gateway}:${day}`])
  const id = randomUUID()
  const tally = new Tally(statement, await currenciesOf(sql, gateway))
  const copied = sql.query(copyFrom(`COPY statement_line (${COLUMNS}) FROM STDIN (FORMAT binary)`))
  await pipeline(Readable.from(rowsOf(id, vault, statement, tally), { objectMode: false }), copied)
  const sha256 = Buffer.from(statement.sha256())
  const version = await versionOf(sql, statement, sha256, tally.head)
  await sql.query('UPDATE statement SET superseded = true WHERE gateway = $1 AND day = $2 AND NOT superseded', [
    gateway,
    day,
  ])
  const { head, end } = tally
  const complete = isComplete(head, end, tally)
  await sql.query(
    `INSERT INTO statement (id, gateway, day, version, told_version, sha256, format, currency, opening, closing, told_count,
                            lines, complete, state, loaded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'loaded', $14)`,
    [
      id,
      gateway,
      day,
      version,
      head.version,
      sha256,
      statement.format,
      head.currency,
      head.opening,
      end.closing,
      end.count,
      tally.lines,
      complete,
      new Date(atMs),
    ],
  )
  const before = { version: version === 1 ? null : version - 1 }
  const after = { gateway, day, version, lines: tally.lines, complete, sha256: sha256.toString('hex') }
  await insertAudit(sql, [
    { act: 'statement-loaded', actor: engineActor(), atMs, subject: subjectOf(statement), before, after },
  ])
  return { id, isNew: true }
}

/** What our money at a gateway is in: as it was put there, or as the programmes that name it have it; none where nobody does. */
async function currenciesOf(sql: BulkSql, gateway: string): Promise<readonly string[]> {
  const { rows } = await sql.query<{ currency: string }>(
    `SELECT currency FROM funding WHERE gateway = $1
     UNION SELECT definition ->> 'currency' FROM programme_version WHERE definition #> '{payment,gateways}' ? $1 ORDER BY currency`,
    [gateway],
  )
  return rows.map(({ currency }) => currency)
}

/** Throws KnownAlready, StatementRefused. */
async function versionOf(
  sql: BulkSql,
  { gateway, day }: NewStatement,
  sha256: Buffer,
  head: StatementHead,
): Promise<number> {
  const { rows } = await sql.query<{ id: string; version: number; told: number; same: boolean }>(
    `SELECT id, version, told_version AS told, sha256 = $3 AS same FROM statement
      WHERE gateway = $1 AND day = $2 ORDER BY version DESC`,
    [gateway, day, sha256],
  )
  const [newest] = rows
  // What was told before the newest, under one version number, is told anew: the gateway has gone back to it.
  const same = rows.find((row) => row.same && (row === newest || row.told < (newest?.told ?? 0)))
  if (same) throw new KnownAlready(same)
  if (newest && newest.told > head.version) {
    throw new StatementRefused('statement-outdated', `version ${head.version}, where ${newest.told} is here`)
  }
  return (newest?.version ?? 0) + 1
}

/** Adds up what passes, and refuses what is of another gateway or day. */
class Tally {
  readonly #statement: NewStatement
  readonly #currencies: readonly string[]
  #head: StatementHead | undefined
  #end: StatementEnd | undefined
  lines = 0
  moved = 0n
  unread = 0

  constructor(statement: NewStatement, currencies: readonly string[]) {
    this.#statement = statement
    this.#currencies = currencies
  }

  get head(): StatementHead {
    if (!this.#head) throw new StatementRefused('statement-malformed', 'it has no head')
    return this.#head
  }

  get end(): StatementEnd {
    if (!this.#end) throw new StatementRefused('statement-malformed', 'it has no end')
    return this.#end
  }

  begin(head: StatementHead): void {
    const { gateway, day } = this.#statement
    if (head.gateway !== gateway) throw new StatementRefused('statement-of-another-gateway', `it is not of ${gateway}`)
    if (head.day !== day) throw new StatementRefused('statement-of-another-day', `it is not of ${day}`)
    if (this.#currencies.length > 0 && !this.#currencies.includes(head.currency))
      throw new StatementRefused('statement-of-another-currency', `our money there is in ${this.#currencies.join()}`)
    this.#head = head
  }

  add(line: StatementLine): void {
    this.lines += 1
    if (line.amount === null) this.unread += 1
    else if (line.currency === this.head.currency) {
      this.moved += line.direction === 'credit' ? line.amount : -line.amount
    }
  }

  finish(end: StatementEnd): void {
    this.#end = end
  }
}

const COLUMNS = `statement, line, entry, direction, type, reference, gateway_id, amount, currency, institution, account_index,
  account_index_key, masked, raw_date, value_date, business_date`
const COLUMN_COUNT = 16

/** The rows as COPY takes them, a chunk of parts at a time: nothing waits in memory. */
async function* rowsOf(id: string, vault: Vault, { parts }: NewStatement, tally: Tally): AsyncGenerator<Buffer> {
  const rows = new CopyRows()
  const statement = Buffer.from(id.replaceAll('-', ''), 'hex')
  const indexes = vault.accountIndexes()
  for await (const some of parts) {
    for (const part of some) {
      if (part.kind === 'head') tally.begin(part)
      else if (part.kind === 'end') tally.finish(part)
      else {
        tally.add(part)
        addRow(rows, { statement, number: tally.lines, indexes }, part)
      }
    }
    yield rows.take()
  }
  yield rows.take(true)
}

const MASKED_DIGITS = 4

interface Place {
  readonly statement: Uint8Array
  readonly number: number
  readonly indexes: AccountIndexes
}

/** In the order of the columns. */
function addRow(rows: CopyRows, { statement, number, indexes }: Place, line: StatementLine): void {
  const { account } = line
  rows.row(COLUMN_COUNT)
  rows.bytes(statement)
  rows.int4(number)
  rows.text(line.id)
  rows.text(line.direction)
  rows.text(line.type)
  rows.text(line.reference)
  rows.text(line.gatewayId)
  rows.int8(line.amount)
  rows.text(line.currency)
  rows.text(account && account.institution)
  rows.octets(account && indexes.of(account.institution, account.number))
  rows.text(account && indexes.keyId)
  rows.text(account && account.number.slice(-MASKED_DIGITS))
  rows.text(line.rawDate)
  rows.date(line.valueDate)
  rows.date(line.businessDate)
}

/** Somebody gave it again, and it changed nothing. Which version it is says what the trail had of it when it came first. */
async function recordKnown(
  { database }: StoreContext,
  statement: NewStatement,
  { version }: KnownAlready,
  atMs: number,
): Promise<void> {
  const { gateway, day } = statement
  const after = { gateway, day, version, changed: false }
  await inTransaction(database, (sql) =>
    insertAudit(sql, [{ act: 'statement-known', actor: engineActor(), atMs, subject: subjectOf(statement), after }]),
  )
}

async function recordRefusal(
  { database }: StoreContext,
  statement: NewStatement,
  refused: StatementRefused,
  atMs: number,
): Promise<void> {
  const { gateway, day, format } = statement
  // Details are ours and name no line of it: what others wrote is not in the trail.
  const after = { gateway, day, format, code: refused.code, detail: refused.message }
  await inTransaction(database, (sql) =>
    insertAudit(sql, [{ act: 'statement-refused', actor: engineActor(), atMs, subject: subjectOf(statement), after }]),
  )
}

function subjectOf({ gateway, day }: NewStatement): string {
  return `statement:${gateway}:${day}`
}
