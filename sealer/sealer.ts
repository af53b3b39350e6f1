/** The sealer: each second it chains what has committed and anchors the head. It goes on only where database and anchors agree. */
import { FIRST_PREVIOUS, NO_ROWS, toHex, type Anchor } from '../domain/seal.ts'
import type { StoredSeal } from '../store/seal-rows.ts'
import type { SealBook, SealRight } from '../store/seals.ts'
import { openAnchors, type AnchorFile } from './anchors.ts'
import type { SealKey } from './key.ts'

export interface SealerParts {
  readonly book: SealBook
  readonly key: SealKey
  /** Path of the anchors. */
  readonly anchors: string
  readonly now: () => number
}

export type SealerState =
  /** Sealed and anchored up to the horizon. */
  | 'sealing'
  /** Another sealer is at work. */
  | 'waiting'
  /** Database and anchors do not agree: people must look before anything is sealed over it. */
  | 'refusing'

export interface SealerRound {
  readonly state: SealerState
  /** In plain words what it waits for or refuses, and what to do; null when it seals. */
  readonly says: string | null
}

export interface Sealer {
  /** One round: everything that has committed is sealed and anchored when it resolves with `sealing`. Throws when a server is away. */
  round(): Promise<SealerRound>
  /** Gives the right to seal back. */
  stop(): Promise<void>
}

/** An idle chain is anchored this often, so that its silence is signed too. */
const IDLE_MS = 60_000

interface Open {
  readonly right: SealRight
  readonly file: AnchorFile
}

/** A sealer that holds nothing yet: its first round takes the right to seal. */
export function createSealer(parts: SealerParts): Sealer {
  let open: Open | null = null
  const close = async (): Promise<void> => {
    const closing = open
    open = null
    await closing?.file.close()
    await closing?.right.release()
  }
  return {
    async round() {
      try {
        open ??= await takeUp(parts)
        if (open === null) return { state: 'waiting', says: 'another sealer is at work' }
        const refusal = await disagreement(open)
        if (refusal !== null) {
          await close()
          return { state: 'refusing', says: refusal }
        }
        await sealAll(parts, open)
        return { state: 'sealing', says: null }
      } catch (error) {
        await close()
        throw error
      }
    },
    stop: close,
  }
}

async function takeUp({ book, anchors, key }: SealerParts): Promise<Open | null> {
  const right = await book.take()
  if (right === null) return null
  try {
    return { right, file: await openAnchors(anchors, key) }
  } catch (error) {
    await right.release()
    throw error
  }
}

export const SET_BACK =
  'this server has not begun transactions that the database has rows of: stop it and move its counter beyond them with pg_resetwal --next-transaction-id'

/** Why nothing may be sealed: what was anchored is not in the database, or what is in the database was anchored in another file. */
export async function disagreement({ right, file }: Open): Promise<string | null> {
  const { last } = file
  const head = await right.head()
  if (last === undefined) {
    if (head === undefined) return null
    return `there are ${head.sequence} seals and no anchors: put the file of anchors back, or begin it anew with: lunas audit restored`
  }
  const anchored = last.sequence === 0n ? undefined : await right.find(last.sequence)
  if (last.sequence !== 0n && (anchored === undefined || toHex(anchored.hash) !== last.head)) {
    return `seal ${last.sequence} was anchored and is not in the database: if it was restored, say so with: lunas audit restored`
  }
  return (await right.isSetBack()) ? SET_BACK : null
}

async function sealAll(parts: SealerParts, { right, file }: Open): Promise<void> {
  // Before the first seal: a file without lines beside a chain then always means that its lines were lost.
  if (file.last === undefined) await file.append(anchorAt(undefined, parts.now()))
  await catchUp(parts, { right, file })
  for (let isMore = true; isMore;) {
    const made = await right.seal(parts.now())
    if (made) await file.append(anchorAt(made.seal, parts.now()))
    isMore = made?.more ?? false
  }
  const { last } = file
  if (last && parts.now() - last.atMs >= IDLE_MS) await file.append({ ...last, restored: null, atMs: parts.now() })
}

/** A crash between a seal and its anchor leaves the chain ahead: it is anchored now. */
async function catchUp(parts: SealerParts, { right, file }: Open): Promise<void> {
  const head = await right.head()
  if (head && head.sequence !== file.last?.sequence) await file.append(anchorAt(head, parts.now()))
}

export function anchorAt(seal: StoredSeal | undefined, atMs: number): Omit<Anchor, 'key'> {
  return {
    sequence: seal?.sequence ?? 0n,
    head: toHex(seal?.hash ?? FIRST_PREVIOUS),
    totals: seal?.totals ?? NO_ROWS,
    atMs,
    restored: null,
  }
}
