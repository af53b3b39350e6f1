/** Anchors against the chain: what was anchored outside the database must still be in it, but for what a told restore gave up. */
import { isSameCounts, type Anchor } from '../domain/seal.ts'
import type { SealReader } from '../store/seal-reads.ts'
import { readAnchors } from './anchors.ts'
import type { Findings } from './findings.ts'
import type { TrustedKeys } from './key.ts'

export interface VerifiedAnchors {
  readonly file: string
  readonly trusted: TrustedKeys
  /**
   * How much of the file there was before the reader's snapshot was taken, by `wholeSize`: what the sealer anchors after it is of
   * seals that the snapshot does not have. Without it, the whole file: nobody seals meanwhile.
   */
  readonly size?: number
}

/** Anchors that are compared in one round trip. */
const BATCH = 1000

interface Numbered {
  readonly line: number
  readonly anchor: Anchor
}

/** Compares every line and answers with their number. Throws when the file cannot be read. */
export async function verifyAnchors(reader: SealReader, anchors: VerifiedAnchors, findings: Findings): Promise<number> {
  const { file, trusted, size } = anchors
  const restores = await restoresIn(anchors)
  let batch: Numbered[] = []
  let lines = 0
  for await (const { line, anchor } of readAnchors(file, trusted, size)) {
    lines = line
    if (!anchor) {
      const says = `line ${line} of the anchors is no anchor, or nobody who is trusted has signed it`
      findings.add({ table: 'anchor', id: String(line), kind: 'unsigned', sequence: null, says })
      continue
    }
    // What a restore gave up is known not to be there.
    if (restores.some((restore) => line < restore.line && anchor.sequence > restore.after)) continue
    batch.push({ line, anchor })
    if (batch.length === BATCH) {
      await compare(reader, batch, findings)
      batch = []
    }
  }
  await compare(reader, batch, findings)
  if (lines === 0 && reader.head) {
    const says = 'the file of anchors is empty, and the chain was anchored'
    findings.add({ table: 'anchor', id: '1', kind: 'missing', sequence: null, says })
  }
  return lines
}

/** Restores are few; they are needed before the lines they excuse. */
async function restoresIn({ file, trusted, size }: VerifiedAnchors) {
  const restores: { readonly line: number; readonly after: bigint }[] = []
  for await (const { line, anchor } of readAnchors(file, trusted, size)) {
    if (anchor?.restored) restores.push({ line, after: anchor.restored.after })
  }
  return restores
}

async function compare(reader: SealReader, batch: readonly Numbered[], findings: Findings): Promise<void> {
  const hashes = await reader.hashesOf([...new Set(batch.map(({ anchor }) => anchor.sequence))])
  const head = reader.head?.sequence ?? 0n
  let told = 0n
  for (const { line, anchor } of batch) {
    const { sequence } = anchor
    // An idle chain is anchored again and again: its fault is told once.
    if (sequence === 0n || sequence === told) continue
    const seal = hashes.get(sequence)
    const tell = (kind: 'truncated' | 'missing' | 'changed', says: string): void => {
      told = sequence
      findings.add({ table: 'seal', id: sequence.toString(), kind, sequence: sequence.toString(), says })
    }
    if (!seal && sequence > head) {
      tell('truncated', `seal ${sequence} was anchored in line ${line}, and the chain ends at ${head}`)
    } else if (!seal) tell('missing', `seal ${sequence} was anchored in line ${line} and is not there`)
    else if (seal.hash !== anchor.head || !isSameCounts(seal.totals, anchor.totals)) {
      tell('changed', `seal ${sequence} is not the one that was anchored in line ${line}`)
    }
  }
}
