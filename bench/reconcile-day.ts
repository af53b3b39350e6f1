/** A day for the bench: payouts in the books, the statement of their gateway with planted differences, and the same lines ready for COPY. */
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import { DISCREPANCY_CLASSES, type DiscrepancyClass } from '../domain/reconciliation.ts'
import { openBulk, type BulkSql } from '../store/bulk.ts'
import type { Vault } from '../store/vault.ts'

export const DAY = '2026-11-22'
const BEFORE = '2026-11-21'
/** One line in so many differs. */
const EVERY = 200
const AMOUNT = 60_000_000n
const OPENING = 10n ** 17n

export interface Planted {
  /** The statement as its gateway sends it. */
  readonly statementFile: string
  /** Its lines as rows, ready for COPY. */
  readonly bareFile: string
  /** What must be found: class, and what it is about. */
  readonly expected: ReadonlySet<string>
}

interface Line {
  readonly id: string
  readonly direction: 'debit' | 'credit'
  readonly type: string
  readonly reference: string
  readonly payoutId: string
  readonly amount: bigint
  readonly currency: string
  readonly institution: string
  readonly account: string
  readonly valueDate: string
}

/** Writes payouts and accounts into the books and both files into `home`. */
export async function plantDay(superUrl: string, vault: Vault, home: string, count: number): Promise<Planted> {
  const planted = { statementFile: path.join(home, 'statement.jsonl'), bareFile: path.join(home, 'bare.tsv') }
  await openBulk(superUrl, 'bench').transaction(async (sql) => {
    // The rows of lives around them take no part in reconciliation.
    await sql.query('SET LOCAL session_replication_role = replica')
    await copy(
      sql,
      ACCOUNT_COLUMNS,
      chunks(count, (i) => accountRow(vault, i)),
    )
    await copy(sql, PAYOUT_COLUMNS, chunks(count, payoutRow))
  })
  await openBulk(superUrl, 'bench').transaction((sql) => sql.query('ANALYZE payout, account'))
  const expected = await writeFiles(planted, vault, count)
  return { ...planted, expected }
}

const ACCOUNT_COLUMNS = `account (id, programme, ref, kind, institution, masked, account_index, account_index_key, document, state, linked_at,
  usable_from)`
const PAYOUT_COLUMNS = `payout (key, disbursement, programme, ref, n, gateway, reference, amount, currency, account, state, money, request,
  request_sha256, gateway_id, claimed_at, finished_at)`

async function copy(sql: BulkSql, into: string, rows: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(rows), sql.query(copyFrom(`COPY ${into} FROM STDIN`)))
}

function* chunks(count: number, rowOf: (i: number) => string): Generator<string> {
  for (let i = 0; i < count; i += 1000) {
    yield Array.from({ length: Math.min(1000, count - i) }, (_, k) => rowOf(i + k)).join('')
  }
}

function uuidOf(i: number): string {
  return `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`
}

/** Spread over the index as hashes are. */
function referenceOf(i: number): string {
  return ((BigInt(i + 1) * 0x9e3779b97f4a7c15n) & ((1n << 64n) - 1n)).toString(16).toUpperCase().padStart(16, '0')
}

function keyOf(i: number): string {
  return `bench:${i}#1`
}

function numberOf(i: number): string {
  return `99000${String(i).padStart(8, '0')}`
}

/** The kind of difference of the i-th payout; null for the many that agree. */
function plantOf(i: number): DiscrepancyClass | null {
  return i % EVERY === 0 ? (DISCREPANCY_CLASSES[(i / EVERY) % DISCREPANCY_CLASSES.length] ?? null) : null
}

const KEY_ID = 'dev-1'

function accountRow(vault: Vault, i: number): string {
  const { index, keyId } = vault.accountIndex('ID.BNI', numberOf(i))
  const hex = Buffer.from(index).toString('hex')
  const masked = `••${numberOf(i).slice(-4)}`
  return `${uuidOf(i)}\tbench\tR${i}\tbank\tID.BNI\t${masked}\t\\\\x${hex}\t${keyId}\t${uuidOf(i)}\tverified\t${BEFORE}\t${BEFORE}\n`
}

function payoutRow(i: number): string {
  const plant = plantOf(i)
  const day = plant === 'late' || plant === 'other-day' ? BEFORE : DAY
  const [state, money, finished] =
    plant === 'missing-here'
      ? ['processing', 'clearing', '\\N']
      : plant === 'unknown-reference'
        ? ['failed', 'back', `${day}T10:00:01+07:00`]
        : ['paid', 'credited', `${day}T10:00:01+07:00`]
  return `${keyOf(i)}\tbench:${i}\tbench\tR${i}\t1\tsandbox\t${referenceOf(i)}\t${AMOUNT}\tIDR\t${uuidOf(i)}\t${state}\t${money}\t${uuidOf(i)}\t\\\\x00\tpo_${i}\t${day}T10:00:00+07:00\t${finished}\n`
}

function lineOf(i: number): Line {
  return {
    id: `e${i}`,
    direction: 'debit',
    type: 'payout',
    reference: referenceOf(i),
    payoutId: `po_${i}`,
    amount: AMOUNT,
    currency: 'IDR',
    institution: 'ID.BNI',
    account: numberOf(i),
    valueDate: DAY,
  }
}

/** The lines of one payout, and what must be found of them. */
function linesOf(i: number): { readonly lines: readonly Line[]; readonly about: string } {
  const line = lineOf(i)
  const beside = { ...line, id: `b${i}`, institution: '', account: '', payoutId: '' }
  const about = keyOf(i)
  switch (plantOf(i)) {
    case null:
    case 'missing-here':
    case 'other-day':
      return { lines: [line], about }
    case 'missing-there':
      return { lines: [], about }
    case 'amount':
      return { lines: [{ ...line, amount: AMOUNT + 100n }], about }
    case 'duplicate':
      return { lines: [line, line], about }
    case 'late':
      return { lines: [{ ...line, valueDate: BEFORE }], about }
    case 'fee':
      return { lines: [line, { ...beside, type: 'fee', amount: 250_000n }], about }
    case 'return':
      return { lines: [line, { ...beside, type: 'return', direction: 'credit' }], about }
    case 'unknown-reference':
      return { lines: [{ ...line, reference: `STRANGER${i}`, payoutId: '' }], about: `STRANGER${i}` }
    case 'account':
      return { lines: [{ ...line, account: numberOf(i + 1) }], about }
    case 'currency':
      return { lines: [{ ...line, currency: 'USD' }], about }
    case 'unreferenced-credit':
      return { lines: [line, { ...beside, type: 'other', direction: 'credit', reference: '' }], about: beside.id }
  }
}

const BOOKED = `${DAY}T10:00:01+07:00`

async function writeFiles(
  { statementFile, bareFile }: Pick<Planted, 'statementFile' | 'bareFile'>,
  vault: Vault,
  count: number,
): Promise<Set<string>> {
  const [statement, bare] = [createWriteStream(statementFile), createWriteStream(bareFile)]
  const expected = new Set<string>()
  const head = { kind: 'head', account: 'sandbox', day: DAY, version: 1, currency: 'IDR', opening: OPENING.toString() }
  await write(statement, `${JSON.stringify(head)}\n`)
  let [closing, number] = [OPENING, 0]
  for (let from = 0; from < count; from += 1000) {
    let [texts, rows] = ['', '']
    for (let i = from; i < Math.min(from + 1000, count); i += 1) {
      const { lines, about } = linesOf(i)
      const plant = plantOf(i)
      if (plant !== null) expected.add(`${plant} ${about}`)
      for (const line of lines) {
        number += 1
        if (line.currency === 'IDR') closing += line.direction === 'credit' ? line.amount : -line.amount
        texts += `${JSON.stringify({ kind: 'line', ...line, amount: line.amount.toString(), bookedAt: BOOKED })}\n`
        rows += bareRow(vault, line, number)
      }
    }
    await write(statement, texts)
    await write(bare, rows)
  }
  await write(statement, `${JSON.stringify({ kind: 'end', closing: closing.toString(), count: number })}\n`)
  await Promise.all([close(statement), close(bare)])
  return expected
}

function bareRow(vault: Vault, line: Line, number: number): string {
  const index = Buffer.from(vault.accountIndex(line.institution, line.account).index).toString('hex')
  return `${uuidOf(0)}\t${number}\t${line.id}\t${line.direction}\t${line.type}\t${line.reference}\t${line.payoutId}\t${line.amount}\t${line.currency}\t${line.institution}\t\\\\x${index}\t${KEY_ID}\t${line.account.slice(-4)}\t${BOOKED}\t${line.valueDate}\t${DAY}\n`
}

async function write(stream: WriteStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain')
}

async function close(stream: WriteStream): Promise<void> {
  stream.end()
  await once(stream, 'finish')
}
