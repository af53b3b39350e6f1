/** The simulator's memory: JSON lines, on disk before anybody hears of them. */
import { createReadStream } from 'node:fs'
import { mkdir, open, truncate } from 'node:fs/promises'
import path from 'node:path'
import type { Entry, Fact } from './entries.ts'

export interface Journal {
  /** True when nothing had been written to it before. */
  readonly isNew: boolean
  /** Gives a fact its place. It is on disk once `settled` resolves. */
  append(fact: Fact, virtualMs: number): Entry
  /** Resolves when everything appended so far is on disk; rejects for ever after a write has failed. */
  settled(): Promise<void>
  /** Entries after a sequence number, oldest first. */
  read(after: number, limit: number): Promise<readonly Entry[]>
  close(): Promise<void>
}

/** Every so many entries the place in the file is remembered. */
const INDEX_EVERY = 512
const NEW_LINE = 0x0a

/**
 * Opens a journal and hands over every entry it holds, oldest first. A last line that was cut off by a crash is removed: nobody
 * has heard of it. Throws when anything before it is damaged.
 */
export async function openJournal(file: string, remember: (entry: Entry) => void): Promise<Journal> {
  await mkdir(path.dirname(file), { recursive: true })
  const handle = await open(file, 'a')
  await syncFolder(path.dirname(file))
  const offsets: number[] = []
  let seq = 0
  let size = 0
  try {
    for await (const line of wholeLines(file, 0)) {
      const entry = parseEntry(line, seq + 1)
      if (seq % INDEX_EVERY === 0) offsets.push(size)
      seq = entry.seq
      size += line.length + 1
      remember(entry)
    }
    await truncate(file, size)
  } catch (error) {
    await handle.close()
    throw error
  }

  const disk = groupWriter(async (text) => {
    await handle.appendFile(text, 'utf8')
    await handle.datasync()
  })

  function append(fact: Fact, virtualMs: number): Entry {
    const place = { seq: seq + 1, at: new Date().toISOString(), virtualAt: new Date(virtualMs).toISOString() }
    const entry: Entry = { ...place, ...fact }
    const line = `${JSON.stringify(entry)}\n`
    if (seq % INDEX_EVERY === 0) offsets.push(size)
    seq = entry.seq
    size += Buffer.byteLength(line)
    disk.write(line)
    return entry
  }

  async function read(after: number, limit: number): Promise<readonly Entry[]> {
    await disk.settled()
    const entries: Entry[] = []
    const from = offsets[Math.floor(after / INDEX_EVERY)]
    if (from === undefined || limit < 1) return entries
    for await (const line of wholeLines(file, from)) {
      const entry = JSON.parse(line.toString('utf8')) as Entry
      if (entry.seq > after) entries.push(entry)
      if (entries.length >= limit) break
    }
    return entries
  }

  async function close(): Promise<void> {
    try {
      await disk.settled()
    } finally {
      await handle.close()
    }
  }

  return { isNew: seq === 0, append, settled: disk.settled, read, close }
}

function parseEntry(line: Buffer, seq: number): Entry {
  try {
    const entry = JSON.parse(line.toString('utf8')) as Entry
    if (entry.seq === seq) return entry
  } catch {
    // Told below: the line itself must not appear in a message.
  }
  throw new Error(`the journal is damaged at entry ${seq}`)
}

/** Lines that end with a new line; what follows the last one is a write that was cut off. */
async function* wholeLines(file: string, start: number): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(file, { start })) {
    let data = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer)
    for (let end = data.indexOf(NEW_LINE); end >= 0; end = data.indexOf(NEW_LINE)) {
      yield data.subarray(0, end)
      data = data.subarray(end + 1)
    }
    rest = data
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

interface GroupWriter {
  write(text: string): void
  settled(): Promise<void>
}

/** Collects what is written while the disk is busy and writes it as one group: one wait for the disk serves many requests. */
function groupWriter(persist: (text: string) => Promise<void>): GroupWriter {
  let waiting: string[] = []
  let next: Promise<void> | undefined
  let running: Promise<void> = Promise.resolve()

  async function writeNext(before: Promise<void>): Promise<void> {
    await before
    await new Promise((turn) => setImmediate(turn))
    const text = waiting.join('')
    waiting = []
    next = undefined
    await persist(text)
  }

  function write(text: string): void {
    waiting.push(text)
    if (next) return
    next = writeNext(running)
    running = next
    // A failed write is told to everybody who waits; it must not end the process by itself.
    running.catch(() => undefined)
  }

  return { write, settled: () => running }
}
