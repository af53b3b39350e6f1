/** Anchors: signed lines in a file outside the database, each on disk before the sealer goes on. Lines are added, never changed. */
import { createReadStream, existsSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { anchorText, type Anchor, type Counts, type Restored } from '../domain/seal.ts'
import { isSignedBy, type SealKey, type TrustedKeys } from './key.ts'

export interface AnchorFile {
  /** The last one; undefined in a file that has none. */
  readonly last: Anchor | undefined
  /** Signs an anchor and adds it; on disk when the promise resolves. */
  append(anchor: Omit<Anchor, 'key'>): Promise<void>
  close(): Promise<void>
}

/** Opens the file for adding, and makes it when it is not there. What a crash left of a last line is removed: nobody was told of it. */
export async function openAnchors(file: string, key: SealKey): Promise<AnchorFile> {
  const isNew = !existsSync(file)
  const handle = await open(file, 'a+', 0o644)
  try {
    if (isNew) await syncFolder(path.dirname(file))
    let last = await mend(handle, file)
    return {
      get last() {
        return last
      },
      async append(unsigned) {
        const anchor = { ...unsigned, key: key.id }
        await handle.appendFile(`${lineOf(anchor, key.sign(anchorText(anchor)))}\n`)
        await handle.sync()
        last = anchor
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

const TAIL = 65_536
const NEW_LINE = 0x0a

/** Cuts off a line without its end, and reads the last whole one. Throws when that is no anchor. */
async function mend(handle: FileHandle, file: string): Promise<Anchor | undefined> {
  const { size } = await handle.stat()
  const start = Math.max(0, size - TAIL)
  const tail = Buffer.alloc(size - start)
  await handle.read(tail, 0, tail.length, start)
  const end = tail.lastIndexOf(NEW_LINE) + 1
  if (end < tail.length) await handle.truncate(start + end)
  if (end === 0) return undefined
  const line = tail.subarray(tail.lastIndexOf(NEW_LINE, end - 2) + 1, end - 1).toString('utf8')
  const parsed = parseLine(line)
  if (!parsed) throw new Error(`the last line of ${file} is no anchor`)
  return parsed.anchor
}

/** The sequence of the last whole line, whoever signed it; null in a file without one. For whoever only asks how far it goes. */
export async function lastSequence(file: string): Promise<bigint | null> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const start = Math.max(0, size - TAIL)
    const tail = Buffer.alloc(size - start)
    await handle.read(tail, 0, tail.length, start)
    const lines = tail.toString('utf8').split('\n').slice(0, -1)
    return parseLine(lines.at(-1) ?? '')?.anchor.sequence ?? null
  } finally {
    await handle.close()
  }
}

/** Makes a new file's name as durable as its content. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export interface ReadAnchor {
  /** From 1 on. */
  readonly line: number
  /** Undefined where the line is no anchor, or is signed by nobody who is trusted. */
  readonly anchor: Anchor | undefined
}

/** The file's anchors in order, each with its signature verified. A last line without its end is one being written. */
export async function* readAnchors(file: string, trusted: TrustedKeys, size?: number): AsyncGenerator<ReadAnchor> {
  size ??= await wholeSize(file)
  if (size === 0) return
  const lines = createInterface({ input: createReadStream(file, { end: size - 1 }), crlfDelay: Infinity })
  let line = 0
  for await (const text of lines) {
    line += 1
    const parsed = parseLine(text)
    const key = parsed && trusted.get(parsed.anchor.key)
    const isGood = parsed && key && isSignedBy(key, anchorText(parsed.anchor), parsed.signature)
    yield { line, anchor: isGood ? parsed.anchor : undefined }
  }
}

/** Up to the end of the last whole line. */
export async function wholeSize(file: string): Promise<number> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const start = Math.max(0, size - TAIL)
    const tail = Buffer.alloc(size - start)
    await handle.read(tail, 0, tail.length, start)
    return start + tail.lastIndexOf(NEW_LINE) + 1
  } finally {
    await handle.close()
  }
}

interface Line {
  readonly sequence: string
  readonly head: string
  readonly totals: { readonly audit_event: string; readonly posting: string }
  readonly at: string
  readonly restored: {
    readonly reason: string
    readonly lost: { readonly sequence: string; readonly head: string } | null
    readonly after: string
  } | null
  readonly key: string
  readonly signature: string
}

function lineOf(anchor: Anchor, signature: Uint8Array): string {
  const { restored } = anchor
  const line: Line = {
    sequence: anchor.sequence.toString(),
    head: anchor.head,
    totals: { audit_event: anchor.totals.audit_event.toString(), posting: anchor.totals.posting.toString() },
    at: new Date(anchor.atMs).toISOString(),
    restored: restored && {
      reason: restored.reason,
      lost: restored.lost && { sequence: restored.lost.sequence.toString(), head: restored.lost.head },
      after: restored.after.toString(),
    },
    key: anchor.key,
    signature: Buffer.from(signature).toString('base64'),
  }
  return JSON.stringify(line)
}

function parseLine(text: string): { readonly anchor: Anchor; readonly signature: Uint8Array } | undefined {
  try {
    const line = JSON.parse(text) as Line
    const totals: Counts = { audit_event: BigInt(line.totals.audit_event), posting: BigInt(line.totals.posting) }
    const atMs = Date.parse(line.at)
    if (Number.isNaN(atMs)) return undefined
    const anchor = {
      sequence: BigInt(line.sequence),
      head: String(line.head),
      totals,
      atMs,
      restored: line.restored && restoredOf(line.restored),
      key: String(line.key),
    }
    const signature = Buffer.from(line.signature, 'base64')
    // Exactly as the sealer writes it: what says the same in another way was not written by it.
    return lineOf(anchor, signature) === text ? { anchor, signature } : undefined
  } catch {
    return undefined
  }
}

function restoredOf(stored: NonNullable<Line['restored']>): Restored & { readonly after: bigint } {
  const { reason, lost, after } = stored
  return { reason, lost: lost && { sequence: BigInt(lost.sequence), head: lost.head }, after: BigInt(after) }
}
