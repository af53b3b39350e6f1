/**
 * Verifying the audit trail: the chain is recomputed from the rows as they are now, one seal at a time, and compared with what
 * was anchored outside the database. Memory does not grow with the trail: it is that of the largest seal.
 */
import {
  addCounts,
  compareRows,
  FIRST_PREVIOUS,
  isSameCounts,
  LEAF_BYTES,
  leavesOf,
  NO_ROWS,
  rowDigest,
  SEAL_FORM,
  SEALED_TABLES,
  sealDigest,
  toHex,
  type Counts,
  type Digest,
  type Fault,
  type Leaf,
  type Restored,
  type SealedTable,
} from '../domain/seal.ts'
import type { RowStream, SealReader } from '../store/seal-reads.ts'
import type { StoredSeal } from '../store/seal-rows.ts'
import { Findings, TOLD, type Finding } from './findings.ts'
import { verifyAnchors, type VerifiedAnchors } from './verify-anchors.ts'

export interface VerifyOptions {
  readonly reader: SealReader
  readonly digest: Digest
  /** Null: only the chain is verified, which whoever can write the whole database can make anew. */
  readonly anchors: VerifiedAnchors | null
  readonly onProgress?: (sealed: Progress) => void
}

export interface Progress {
  readonly sequence: bigint
  readonly of: bigint
  readonly rows: bigint
}

export interface Verified {
  /** The first ones, in the order of the chain; then those of the anchors. */
  readonly findings: readonly Finding[]
  /** All of them. */
  readonly count: number
  readonly seals: bigint
  readonly rows: Counts
  readonly head: string
  /** Rows that wait for the sealer. */
  readonly unsealed: Counts
  /** Null when no anchors were compared. */
  readonly anchors: number | null
  readonly restored: readonly (Restored & { readonly sequence: bigint })[]
}

export async function verifyTrail(options: VerifyOptions): Promise<Verified> {
  const { reader, anchors } = options
  const findings = new Findings()
  const chain = await verifyChain(options, findings)
  const unsealed = await verifyUnsealed(reader, findings)
  const read = anchors && (await verifyAnchors(reader, anchors, findings))
  return { ...chain, unsealed, anchors: read, findings: findings.told, count: findings.count }
}

interface Chain {
  sequence: bigint
  hash: Uint8Array
  toXid: bigint
  totals: Counts
}

async function verifyChain({ reader, digest, onProgress }: VerifyOptions, findings: Findings) {
  const streams = {
    audit_event: await reader.rows('audit_event'),
    posting: await reader.rows('posting'),
  } satisfies Record<SealedTable, RowStream>
  const at: Chain = { sequence: 0n, hash: FIRST_PREVIOUS, toXid: 0n, totals: NO_ROWS }
  const restored: (Restored & { sequence: bigint })[] = []
  let seals = 0n
  for await (const seal of reader.seals()) {
    const isWhole = verifySeal(seal, at, digest, findings)
    for (const table of SEALED_TABLES) {
      // Rows of a seal that is not there belong to what is missing, and are not told one by one.
      if (seal.fromXid > at.toXid) await streams[table].below(seal.fromXid)
      const rows = await streams[table].below(seal.toXid)
      if (isWhole) await verifyRows(reader, table, seal, leavesIn(table, rows, digest), findings)
    }
    if (seal.restored) restored.push({ ...seal.restored, sequence: seal.sequence })
    Object.assign(at, { sequence: seal.sequence, hash: seal.hash, toXid: seal.toXid, totals: seal.totals })
    seals += 1n
    onProgress?.({
      sequence: seal.sequence,
      of: reader.head?.sequence ?? 0n,
      rows: at.totals.audit_event + at.totals.posting,
    })
  }
  return { seals, rows: at.totals, head: toHex(at.hash), restored }
}

/** The seal's own place and hash. False when its leaves cannot be read. */
function verifySeal(seal: StoredSeal, before: Chain, digest: Digest, findings: Findings): boolean {
  const sequence = seal.sequence.toString()
  const tell = (id: bigint, kind: Finding['kind'], says: string): void =>
    findings.add({ table: 'seal', id: id.toString(), kind, sequence: id.toString(), says })
  const expected = before.sequence + 1n
  if (seal.sequence !== expected) {
    const last = seal.sequence - 1n
    const says = last === expected ? `seal ${expected} is not there` : `seals ${expected} to ${last} are not there`
    tell(expected, 'missing', says)
  }
  const isFollowing = seal.sequence === expected
  const { counts } = seal
  const isShaped =
    seal.form === SEAL_FORM &&
    SEALED_TABLES.every((table) => counts[table] >= 0n) &&
    BigInt(seal.leaves.length) === BigInt(LEAF_BYTES) * (counts.audit_event + counts.posting)
  if (!isShaped || toHex(sealDigest(seal, digest)) !== toHex(seal.hash)) {
    tell(seal.sequence, 'changed', `seal ${sequence} is not what was hashed`)
  } else if (isFollowing && toHex(seal.previous) !== toHex(before.hash)) {
    tell(seal.sequence, 'reordered', `seal ${sequence} does not follow the one before it`)
  } else if (
    isFollowing &&
    (seal.fromXid !== before.toXid || !isSameCounts(seal.totals, addCounts(before.totals, counts)))
  ) {
    tell(seal.sequence, 'changed', `seal ${sequence} does not go on where the one before it ended`)
  }
  return isShaped
}

function leavesIn(table: SealedTable, rows: Awaited<ReturnType<RowStream['below']>>, digest: Digest): Leaf[] {
  return rows.map((row) => ({ id: row.id, digest: toHex(rowDigest(table, row, digest)) }))
}

async function verifyRows(
  reader: SealReader,
  table: SealedTable,
  seal: StoredSeal,
  rows: readonly Leaf[],
  findings: Findings,
): Promise<void> {
  for (const { id, kind } of compareRows(leavesOf(seal, table), rows)) {
    const elsewhere = kind === 'missing' && findings.count < TOLD ? await reader.xidOf(table, id) : undefined
    const told = elsewhere === undefined ? kind : 'reordered'
    const says = elsewhere === undefined ? SAYS[kind] : `stands under transaction ${elsewhere} now`
    findings.add({
      table,
      id: id.toString(),
      kind: told,
      sequence: seal.sequence.toString(),
      says: `${table} ${id} ${says}`,
    })
  }
}

const SAYS: Readonly<Record<Fault, string>> = {
  changed: 'is not what was sealed',
  missing: 'was sealed and is not there',
  extra: 'was not there when its transaction was sealed',
  reordered: 'holds what was sealed as another row',
}

/** Rows behind the last seal wait for the sealer, unless they cannot be of this server at all. */
async function verifyUnsealed(reader: SealReader, findings: Findings): Promise<Counts> {
  const counts: Record<SealedTable, bigint> = { audit_event: 0n, posting: 0n }
  for (const table of SEALED_TABLES) {
    const { count, impossible } = await reader.unsealed(table)
    counts[table] = count
    for (const id of impossible) {
      const says = `${table} ${id} names a transaction that has not begun`
      findings.add({ table, id: id.toString(), kind: 'extra', sequence: null, says })
    }
  }
  return counts
}
