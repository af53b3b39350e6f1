/**
 * The sealed audit trail, pure: what a seal covers, the one form in which rows, seals and anchors are hashed and signed, and
 * where a sealed row and the row of today part. `docs/audit-trail.md` says the same for those who write a verifier of their own.
 */
export type Digest = (of: Uint8Array | string) => Uint8Array

/** The tables whose rows are sealed, in the order in which a seal holds them. */
export const SEALED_TABLES = ['audit_event', 'posting'] as const
export type SealedTable = (typeof SEALED_TABLES)[number]

/** Raised when the columns below change: seals of an older form keep theirs. */
export const SEAL_FORM = 1

/** The columns of a row in the order in which they are hashed; its id and its transaction's number stand beside them. */
export const SEALED_COLUMNS: Readonly<Record<SealedTable, readonly string[]>> = {
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
}

/** A row as text: every value as PostgreSQL prints it, times in UTC with microseconds. */
export interface SealedRow {
  readonly id: bigint
  /** The 64-bit number of the transaction that wrote it. */
  readonly xid: bigint
  readonly values: readonly (string | null)[]
}

export type Counts = Readonly<Record<SealedTable, bigint>>

export const NO_ROWS: Counts = { audit_event: 0n, posting: 0n }

/** Joins what was anchored before a restore to the chain that goes on from the restored database. */
export interface Restored {
  readonly reason: string
  /** What the anchors had reached, as far as the restored database does not hold it; null when the anchors themselves were lost. */
  readonly lost: { readonly sequence: bigint; readonly head: string } | null
}

export interface Seal {
  /** From 1 on, without a gap. */
  readonly sequence: bigint
  readonly form: number
  /** Hash of the seal before; 32 zero bytes before the first. */
  readonly previous: Uint8Array
  /** It covers every row whose transaction's number is at least this … */
  readonly fromXid: bigint
  /** … and less than this: all of those transactions had ended when it was made. */
  readonly toXid: bigint
  readonly counts: Counts
  /** Of this and all earlier seals. */
  readonly totals: Counts
  /** One leaf a row: table by table, within a table by transaction and id. */
  readonly leaves: Uint8Array
  readonly restored: Restored | null
  readonly sealedAtMs: number
}

export const LEAF_BYTES = 40
export const FIRST_PREVIOUS = new Uint8Array(32)

export interface Leaf {
  readonly id: bigint
  /** SHA-256 of the row, in hexadecimal. */
  readonly digest: string
}

/** The leaf of a row: 8 bytes of id, then the hash of everything else in it, so that a row under another id is recognised. */
export function leafOf(table: SealedTable, row: SealedRow, digest: Digest): Uint8Array {
  const leaf = new Uint8Array(LEAF_BYTES)
  new DataView(leaf.buffer).setBigInt64(0, row.id)
  leaf.set(rowDigest(table, row, digest), 8)
  return leaf
}

export function rowDigest(table: SealedTable, row: SealedRow, digest: Digest): Uint8Array {
  return digest(JSON.stringify([table, row.xid.toString(), ...row.values]))
}

/** The leaves of one table in a seal. Throws `RangeError` when the seal has fewer than it counts. */
export function leavesOf(seal: Pick<Seal, 'counts' | 'leaves'>, table: SealedTable): Leaf[] {
  const before = SEALED_TABLES.slice(0, SEALED_TABLES.indexOf(table))
  const first = Number(before.reduce((sum, name) => sum + seal.counts[name], 0n))
  const { buffer, byteOffset, byteLength } = seal.leaves
  const view = new DataView(buffer, byteOffset, byteLength)
  return Array.from({ length: Number(seal.counts[table]) }, (_, index) => {
    const at = (first + index) * LEAF_BYTES
    return { id: view.getBigInt64(at), digest: toHex(seal.leaves.subarray(at + 8, at + LEAF_BYTES)) }
  })
}

/** The hash of a seal, which the next one carries. */
export function sealDigest(seal: Seal, digest: Digest): Uint8Array {
  const { restored } = seal
  const lost = restored?.lost ? [restored.lost.sequence.toString(), restored.lost.head] : null
  return digest(
    JSON.stringify([
      'lunas-seal',
      seal.form,
      seal.sequence.toString(),
      toHex(seal.previous),
      seal.fromXid.toString(),
      seal.toXid.toString(),
      countsText(seal.counts),
      countsText(seal.totals),
      toHex(digest(seal.leaves)),
      restored && [restored.reason, lost],
      new Date(seal.sealedAtMs).toISOString(),
    ]),
  )
}

/** What is signed and kept outside the database: the chain had this head and covered so many rows at that time. */
export interface Anchor {
  /** 0 before the first seal. */
  readonly sequence: bigint
  /** The seal's hash in hexadecimal. */
  readonly head: string
  readonly totals: Counts
  readonly atMs: number
  /** Set on the anchor that joins the old anchors to a restored database: seals after `after` are the restored ones. */
  readonly restored: (Restored & { readonly after: bigint }) | null
  /** Which key signed it. */
  readonly key: string
}

/** The very text that is signed. */
export function anchorText(anchor: Anchor): string {
  const { restored } = anchor
  const lost = restored?.lost ? [restored.lost.sequence.toString(), restored.lost.head] : null
  return JSON.stringify([
    'lunas-anchor',
    anchor.sequence.toString(),
    anchor.head,
    countsText(anchor.totals),
    new Date(anchor.atMs).toISOString(),
    restored && [restored.reason, lost, restored.after.toString()],
    anchor.key,
  ])
}

export type Fault = 'changed' | 'missing' | 'extra' | 'reordered'

export interface RowFault {
  readonly id: bigint
  readonly kind: Fault
}

/**
 * Where the rows of today part from the leaves of their seal, in the order of the seal. A leaf whose row is nowhere in the seal
 * is `missing`; the caller may know better, when the row stands under another transaction's number.
 */
export function compareRows(leaves: readonly Leaf[], rows: readonly Leaf[]): RowFault[] {
  if (leaves.length === rows.length && leaves.every((leaf, index) => isSame(leaf, rows[index]))) return []
  const sealed = new Map(leaves.map((leaf) => [leaf.id, leaf.digest]))
  const ids = new Set(rows.map(({ id }) => id))
  const digests = new Set(leaves.map(({ digest }) => digest))
  const moved = new Set<string>()
  const faults = rows.flatMap(({ id, digest }): RowFault[] => {
    const known = sealed.get(id)
    if (known === digest) return []
    // What was sealed under another id stands here: rows were exchanged or renumbered.
    if (digests.has(digest)) {
      moved.add(digest)
      return [{ id, kind: 'reordered' }]
    }
    return [{ id, kind: known === undefined ? 'extra' : 'changed' }]
  })
  const missing = leaves.filter(({ id, digest }) => !ids.has(id) && !moved.has(digest))
  return [...faults, ...missing.map(({ id }): RowFault => ({ id, kind: 'missing' }))]
}

function isSame(one: Leaf, other: Leaf | undefined): boolean {
  return other !== undefined && one.id === other.id && one.digest === other.digest
}

export function addCounts(one: Counts, other: Counts): Counts {
  return { audit_event: one.audit_event + other.audit_event, posting: one.posting + other.posting }
}

export function isSameCounts(one: Counts, other: Counts): boolean {
  return SEALED_TABLES.every((table) => one[table] === other[table])
}

function countsText(counts: Counts): string[] {
  return SEALED_TABLES.map((table) => counts[table].toString())
}

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
