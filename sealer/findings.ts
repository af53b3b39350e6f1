/** What a verifier found, each by table, id and kind. */
import type { Fault, SealedTable } from '../domain/seal.ts'

export interface Finding {
  readonly table: SealedTable | 'seal' | 'anchor'
  /** The row's id, the seal's sequence or the anchor's line. */
  readonly id: string
  readonly kind: Fault | 'truncated' | 'unsigned'
  /** The seal it belongs to; null where there is none. */
  readonly sequence: string | null
  readonly says: string
}

/** Findings that are told one by one; beyond them only their number is. */
export const TOLD = 100

/** Gathers findings; the rest of a trail that is wrong everywhere is only counted. */
export class Findings {
  readonly told: Finding[] = []
  count = 0

  add(finding: Finding): void {
    this.count += 1
    if (this.told.length < TOLD) this.told.push(finding)
  }
}
