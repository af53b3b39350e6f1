/** Saying that a database was restored: a seal and a signed anchor that join what was anchored before to the chain that goes on. */
import type { Restored } from '../domain/seal.ts'
import type { SealRight } from '../store/seals.ts'
import { openAnchors, type AnchorFile } from './anchors.ts'
import { anchorAt, disagreement, SET_BACK, type SealerParts } from './sealer.ts'

export type RestoreResult =
  | {
      readonly kind: 'joined'
      readonly sequence: bigint
      /** The newest seal of before that the restored database still has; 0 when it has none. */
      readonly after: bigint
      readonly lost: Restored['lost']
    }
  /** In plain words why nothing was joined. */
  | { readonly kind: 'refused'; readonly why: string }

/** Joins, once, what the anchors had reached to what the database holds. Refuses where they agree, and where another process seals. */
export async function joinRestored(parts: SealerParts, reason: string): Promise<RestoreResult> {
  const right = await parts.book.take()
  if (right === null) return { kind: 'refused', why: 'a sealer is at work, so database and anchors agree' }
  try {
    const file = await openAnchors(parts.anchors, parts.key)
    try {
      return await join(parts, { right, file }, reason)
    } finally {
      await file.close()
    }
  } finally {
    await right.release()
  }
}

async function join(
  parts: SealerParts,
  open: { readonly right: SealRight; readonly file: AnchorFile },
  reason: string,
): Promise<RestoreResult> {
  const { right, file } = open
  if ((await right.isSetBack()) || (await right.impossible()) > 0n) return { kind: 'refused', why: SET_BACK }
  if ((await disagreement(open)) === null) {
    return { kind: 'refused', why: 'the database holds everything that was anchored; there is nothing to join' }
  }
  const after = (await right.head())?.sequence ?? 0n
  const lost = file.last ? { sequence: file.last.sequence, head: file.last.head } : null
  const made = await right.seal(parts.now(), { reason, lost })
  if (made === null) throw new Error('a seal that joins is always made')
  const anchor = anchorAt(made.seal, parts.now())
  await file.append({ ...anchor, restored: { reason, lost, after } })
  return { kind: 'joined', sequence: made.seal.sequence, after, lost }
}
