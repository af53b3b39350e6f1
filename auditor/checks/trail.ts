import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Books, Check } from '../books.ts'
import type { FindingKind } from '../finding.ts'
import { isSigned, sha256 } from '../signature.ts'

/** What is hashed of each row, in this order, in seals of the first form. */
const COLUMNS = {
  audit_event: [
    'at',
    'recorded_at',
    'person',
    'key_id',
    'role',
    'act',
    'programme',
    'ref',
    'subject',
    'before',
    'after',
    'reason',
    'request_id',
  ],
  posting: [
    'key',
    'line',
    'event',
    'debit',
    'credit',
    'amount',
    'currency',
    'programme',
    'ref',
    'subject',
    'fiscal_year',
    'budget_line',
    'business_date',
    'period',
    'recorded_at',
  ],
} as const
const TABLES = ['audit_event', 'posting'] as const
type Table = (typeof TABLES)[number]
const LEAF = 40

interface Seal {
  readonly sequence: string
  readonly form: number
  readonly previous: string
  readonly hash: string
  readonly from_xid: string
  readonly to_xid: string
  readonly counts: Readonly<Record<Table, string>>
  readonly totals: Readonly<Record<Table, string>>
  readonly leaves: Buffer
  readonly restored: {
    readonly reason: string
    readonly lost: { readonly sequence: string; readonly head: string } | null
  } | null
  readonly sealed_at: string
}

const SEALS = `
SELECT sequence::text AS sequence, form, encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash, from_xid::text AS from_xid, to_xid::text AS to_xid,
       counts, totals, leaves, restored, to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS sealed_at
  FROM seal ORDER BY seal.sequence`

interface Row {
  readonly id: string
  readonly xid: string
  readonly hashed: (string | null)[]
}

function rowsOf(table: Table): string {
  const shown = COLUMNS[table].map((name) => {
    if (name === 'at' || name === 'recorded_at')
      return `to_char("${name}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    return name === 'business_date' ? `to_char("${name}", 'YYYY-MM-DD')` : `"${name}"::text`
  })
  return `SELECT id::text AS id, xid::text AS xid, ARRAY[${shown.join()}]::text[] AS hashed FROM ${table} AS t ORDER BY t.xid, t.id`
}

export const trail: Check = {
  name: 'trail',
  invariants: ['I22'],
  title:
    'every event and posting is what was sealed, the seals make one chain, and the chain is the one that was anchored',
  async run(books) {
    if (!books.settings.chain) return
    const chain = new Chain(books)
    await chain.follow()
    if (books.settings.anchors) await anchors(books, chain)
  },
}

/** Rows of a table in the order in which seals cover them, taken transaction by transaction. */
class Rows {
  readonly #rows: AsyncGenerator<Row>
  #next: Row | undefined
  #isBegun = false

  constructor(rows: AsyncGenerator<Row>) {
    this.#rows = rows
  }

  async below(xid: bigint): Promise<Row[]> {
    if (!this.#isBegun) await this.#step()
    this.#isBegun = true
    const taken: Row[] = []
    while (this.#next && BigInt(this.#next.xid) < xid) {
      taken.push(this.#next)
      await this.#step()
    }
    return taken
  }

  async #step(): Promise<void> {
    const { value, done } = await this.#rows.next()
    this.#next = done === true ? undefined : value
  }
}

class Chain {
  readonly #books: Books
  /** Hash and totals of the seals whose sequence ends in no gap, by sequence. */
  readonly heads = new Map<string, { readonly hash: string; readonly totals: readonly string[] }>()
  last = 0n

  constructor(books: Books) {
    this.#books = books
  }

  async follow(): Promise<void> {
    const rows = {
      audit_event: new Rows(this.#books.stream<Row>(rowsOf('audit_event'))),
      posting: new Rows(this.#books.stream<Row>(rowsOf('posting'))),
    }
    let before: Seal | undefined
    for await (const seal of this.#books.stream<Seal>(SEALS)) {
      this.#books.count('seals', 1)
      this.#link(seal, before)
      let at = 0
      for (const table of TABLES) {
        if (before && BigInt(seal.from_xid) > BigInt(before.to_xid)) await rows[table].below(BigInt(seal.from_xid))
        const sealed = leavesOf(seal.leaves, at, Number(seal.counts[table]))
        at += Number(seal.counts[table])
        this.#compare(table, sealed, await rows[table].below(BigInt(seal.to_xid)))
      }
      this.heads.set(seal.sequence, { hash: seal.hash, totals: TABLES.map((table) => seal.totals[table]) })
      this.last = BigInt(seal.sequence)
      before = seal
    }
  }

  #link(seal: Seal, before: Seal | undefined): void {
    const tell = (kind: FindingKind, key: string, says: string): void =>
      this.#books.tell('I22', kind, 'seal', key, says)
    const expected = before ? BigInt(before.sequence) + 1n : 1n
    if (BigInt(seal.sequence) !== expected) tell('missing', expected.toString(), `seal ${expected} is not there`)
    if (hashOf(seal) !== seal.hash) return tell('changed', seal.sequence, 'it is not what was hashed')
    if (BigInt(seal.sequence) !== expected) return
    if (seal.previous !== (before?.hash ?? '0'.repeat(64)))
      return tell('reordered', seal.sequence, 'it does not follow the one before it')
    const total = (table: Table): bigint => BigInt(before?.totals[table] ?? 0) + BigInt(seal.counts[table])
    const goesOn =
      seal.from_xid === (before?.to_xid ?? '0') && TABLES.every((table) => total(table) === BigInt(seal.totals[table]))
    if (!goesOn) tell('changed', seal.sequence, 'it does not go on where the one before it ended')
  }

  #compare(table: Table, sealed: ReadonlyMap<string, string>, rows: readonly Row[]): void {
    const tell = (kind: FindingKind, id: string, says: string): void => this.#books.tell('I22', kind, table, id, says)
    const seen = new Set<string>()
    const hashes = new Set(sealed.values())
    for (const { id, xid, hashed } of rows) {
      seen.add(id)
      const hash = sha256(JSON.stringify([table, xid, ...hashed])).toString('hex')
      const was = sealed.get(id)
      if (was === hash) continue
      if (hashes.has(hash)) tell('reordered', id, 'it holds what was sealed as another row')
      else if (was === undefined) tell('extra', id, 'it was not there when its transaction was sealed')
      else tell('changed', id, 'it is not what was sealed')
    }
    for (const id of sealed.keys()) if (!seen.has(id)) tell('missing', id, 'it was sealed and is not there')
  }
}

function hashOf(seal: Seal): string {
  const { restored } = seal
  const lost = restored?.lost ? [restored.lost.sequence, restored.lost.head] : null
  const counts = (of: Readonly<Record<Table, string>>): string[] => TABLES.map((table) => of[table])
  const leaves = sha256(seal.leaves).toString('hex')
  const text = [
    'lunas-seal',
    seal.form,
    seal.sequence,
    seal.previous,
    seal.from_xid,
    seal.to_xid,
    counts(seal.counts),
    counts(seal.totals),
    leaves,
  ]
  return sha256(JSON.stringify([...text, restored && [restored.reason, lost], seal.sealed_at])).toString('hex')
}

/** Ids and hashes of a table's rows in a seal. */
function leavesOf(leaves: Buffer, from: number, many: number): Map<string, string> {
  const sealed = new Map<string, string>()
  for (let at = from; at < from + many && (at + 1) * LEAF <= leaves.length; at += 1) {
    const leaf = leaves.subarray(at * LEAF, (at + 1) * LEAF)
    sealed.set(leaf.readBigInt64BE(0).toString(), leaf.subarray(8).toString('hex'))
  }
  return sealed
}

interface Anchor {
  readonly sequence: string
  readonly head: string
  readonly totals: Readonly<Record<Table, string>>
  readonly at: string
  readonly restored: {
    readonly reason: string
    readonly lost: { readonly sequence: string; readonly head: string } | null
    readonly after: string
  } | null
  readonly key: string
  readonly signature: string
}

/** Each anchor against the chain: what was anchored must be in it, but for what a restore that was told gave up. */
async function anchors(books: Books, chain: Chain): Promise<void> {
  const { anchors: of } = books.settings
  if (!of) return
  const restores: { readonly line: number; readonly after: bigint }[] = []
  for await (const { line, anchor } of anchorsIn(of.file, of.size)) {
    if (anchor?.restored) restores.push({ line, after: BigInt(anchor.restored.after) })
  }
  let seen = 0
  for await (const { line, anchor } of anchorsIn(of.file, of.size)) {
    seen += 1
    const key = anchor && of.trusted.find(({ id }) => id === anchor.key)
    if (!anchor || !key || !isSigned(key.publicKey, textOf(anchor), Buffer.from(anchor.signature, 'base64'))) {
      books.tell('I22', 'forged', 'anchor', String(line), 'it is no anchor, or nobody who is trusted has signed it')
      continue
    }
    const sequence = BigInt(anchor.sequence)
    if (sequence === 0n || restores.some((restore) => line < restore.line && sequence > restore.after)) continue
    const seal = chain.heads.get(anchor.sequence)
    const totals = TABLES.map((table) => anchor.totals[table])
    if (!seal && sequence > chain.last) {
      books.tell(
        'I22',
        'truncated',
        'seal',
        anchor.sequence,
        `it was anchored in line ${line}, and the chain ends at ${chain.last}`,
      )
    } else if (!seal)
      books.tell('I22', 'missing', 'seal', anchor.sequence, `it was anchored in line ${line} and is not there`)
    else if (seal.hash !== anchor.head || seal.totals.join() !== totals.join()) {
      books.tell('I22', 'changed', 'seal', anchor.sequence, `it is not the one that was anchored in line ${line}`)
    }
  }
  books.count('anchors', seen)
  if (seen === 0 && chain.last > 0n)
    books.tell('I22', 'missing', 'anchor', '1', 'the file of anchors is empty, and the chain was anchored')
}

function textOf({ sequence, head, totals, at, restored, key }: Anchor): string {
  const lost = restored?.lost ? [restored.lost.sequence, restored.lost.head] : null
  const joined = restored && [restored.reason, lost, restored.after]
  return JSON.stringify(['lunas-anchor', sequence, head, TABLES.map((table) => totals[table]), at, joined, key])
}

async function* anchorsIn(
  file: string,
  size: number | undefined,
): AsyncGenerator<{ line: number; anchor: Anchor | undefined }> {
  const lines = createInterface({
    input: createReadStream(file, size === undefined ? {} : { end: Math.max(0, size - 1) }),
    crlfDelay: Infinity,
  })
  let line = 0
  for await (const text of lines) {
    line += 1
    yield { line, anchor: anchorOf(text) }
  }
}

function anchorOf(text: string): Anchor | undefined {
  try {
    const anchor = JSON.parse(text) as Anchor
    return /^\d+$/.test(anchor.sequence) && TABLES.every((table) => typeof anchor.totals[table] === 'string')
      ? anchor
      : undefined
  } catch {
    return undefined
  }
}
